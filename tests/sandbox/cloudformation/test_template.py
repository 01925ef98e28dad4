"""A template's text."""

import json

import pytest

from ecs_steps.sandbox.cloudformation.template import read_template, references
from ecs_steps.sandbox.service_error import ServiceError

YAML = """
AWSTemplateFormatVersion: 2010-09-09
Description: A role and what uses it
Parameters:
  Name: {Type: String, Default: web}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: []}
  Task:
    Type: AWS::ECS::TaskDefinition
    DependsOn: Logs
    DeletionPolicy: Retain
    Properties:
      Family: !Ref Name
      ExecutionRoleArn: !GetAtt Role.Arn
      TaskRoleArn: !Sub "${Role.Arn}"
  Logs:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: !Sub /ecs/${Name}
"""


def test_yaml_with_short_forms_is_the_same_as_json() -> None:
    template = read_template(YAML)

    task = template.resources["Task"]
    assert task.properties == {
        "Family": {"Ref": "Name"},
        "ExecutionRoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
        "TaskRoleArn": {"Fn::Sub": "${Role.Arn}"},
    }


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ({"Conditions": {"Big": {"Fn::Equals": ["a", "b"]}}}, "Conditions, Fn::Equals"),
        ({"Outputs": {"X": {"Value": {"Fn::Join": ["", ["a"]]}}}}, "Fn::Join"),
        ({"Transform": "AWS::Serverless-2016-10-31"}, "Transform"),
    ],
)
def test_what_no_template_of_the_steps_has_is_refused_by_name(member: dict[str, object], name: str) -> None:
    resources = {"Logs": {"Type": "AWS::Logs::LogGroup"}}

    with pytest.raises(NotImplementedError, match=f"The sandbox has no {name} in a template"):
        read_template(json.dumps({"Resources": resources} | member))


def test_what_looks_like_a_date_stays_text() -> None:
    template = read_template(YAML)

    document = template.resources["Role"].properties["AssumeRolePolicyDocument"]
    assert json.dumps(document) == '{"Version": "2012-10-17", "Statement": []}'


def test_a_resource_needs_what_it_refers_to_and_what_it_depends_on() -> None:
    template = read_template(YAML)

    assert template.resources["Task"].needs == {"Role", "Logs"}
    assert template.resources["Logs"].needs == frozenset()
    assert template.resources["Task"].deletion_policy == "Retain"
    assert template.resources["Task"].update_replace_policy == "Delete"


def test_references_are_found_wherever_they_are() -> None:
    value = {
        "a": [{"Ref": "A"}, {"b": {"Fn::GetAtt": "B.Arn"}}],
        "c": {"Fn::Sub": ["${C.Name} ${d} ${!E} ${AWS::Region}", {"d": {"Ref": "D"}}]},
    }

    assert list(references(value)) == ["A", "B.Arn", "C.Name", "AWS::Region", "D"]


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        ("text", "Template format error: Any Resources member must be an object."),
        ({}, "Template format error: [/Resources/X] Every Resources object must contain a Type member."),
        (
            {"Type": "AWS::IAM::Role", "Properties": []},
            "Template format error: Any Properties member must be an object.",
        ),
    ],
)
def test_a_resource_that_is_none_is_refused(resource: object, message: str) -> None:
    with pytest.raises(ServiceError) as caught:
        read_template(json.dumps({"Resources": {"X": resource}}))

    assert (caught.value.code, caught.value.message) == ("ValidationError", message)
