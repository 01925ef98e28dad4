"""The template for Octopus' own step *Deploy an AWS CloudFormation template*."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from ecs_steps import DeployEcsServiceStep
from ecs_steps.octostache import evaluate
from linting import lint_findings
from steps.deploy_ecs_service.dictionaries import (
    CONTAINERS,
    DEPLOY,
    ECS,
    container,
    dictionary,
    minimal,
    problems,
    warnings,
)
from steps.deploy_ecs_service.features import EXECUTION_ROLE, FEATURES, target_group

EXPORTABLE = [feature for feature in FEATURES if feature != "task-sets"]

NO_VALUE = "no variable gives #{Open} a value"


def exported(variables: Mapping[str, object]) -> str:
    return DeployEcsServiceStep(variables, for_export=True).export()


def template(variables: Mapping[str, object]) -> Any:  # noqa: ANN401  as JSON
    return DeployEcsServiceStep(variables).template().to_dict()


def as_cloudformation_reads(document: Any) -> Any:  # noqa: ANN401  as JSON
    """Return the document with its numbers as text: CloudFormation takes either for either."""
    match document:
        case dict():
            return {name: as_cloudformation_reads(member) for name, member in document.items()}
        case list():
            return [as_cloudformation_reads(item) for item in document]
        case bool():
            return document
        case int():
            return str(document)
        case _:
            return document


@pytest.mark.parametrize("feature", EXPORTABLE)
def test_an_exported_feature_is_its_template_once_the_images_are_chosen(feature: str) -> None:
    variables = FEATURES[feature]

    text = evaluate(exported(variables), variables).text

    assert yaml.safe_load(text) == template(variables)
    assert lint_findings(text, region=variables.get("Octopus.Action.Aws.Region", "eu-west-1")) == []


def test_an_export_begins_with_its_version_and_its_parameters() -> None:
    lines = exported(minimal()).splitlines()

    assert lines[:5] == [
        "AWSTemplateFormatVersion: '2010-09-09'",
        "Parameters:",
        "  ClusterName:",
        "    Type: String",
        "    Default: samples-target-containers-development",
    ]


@pytest.mark.parametrize("feature", EXPORTABLE)
def test_every_parameter_has_a_default(feature: str) -> None:
    parameters = yaml.safe_load(exported(FEATURES[feature]))["Parameters"]

    assert all(parameter.keys() == {"Type", "Default"} for parameter in parameters.values())


def test_images_are_left_to_octopus_whether_they_are_known_or_not() -> None:
    reference = container(containerImageReference={"referenceId": "Web App"})
    fixed = container("router", containerImageReference={"imageName": "public.ecr.aws/router:3"})
    unknown = dictionary(reference, fixed, others={"Octopus.Action.Package[web].Image": None})
    known = dictionary(reference, fixed, others={"Octopus.Action.Package[Web App].Image": "acme/web:1"})

    assert "Image: '#{Octopus.Action.Package[Web App].Image}'" in exported(unknown)
    assert "Image: public.ecr.aws/router:3" in exported(unknown)
    assert exported(known) == exported(unknown)


def test_neither_the_environment_nor_a_stack_name_is_needed() -> None:
    variables = dictionary(others={"Octopus.Environment.Id": None})

    assert yaml.safe_load(exported(variables)) == yaml.safe_load(exported(minimal()))


# What is open in the export, and its value at the deployment.
VALUES = {
    "Cluster": "shop-production",
    "Cpu": "512",
    "Memory": "1024",
    "Count": "3",
    "Least": "50",
    "Most": "150",
    "Account": "123456789012",
    "Region": "eu-west-1",
    "Group": "sg-0c3d4e5f607182930",
    "Subnet": "subnet-0b2c3d4e5f6071829",
    "Port": "8080",
    "Greeting": "hello you",
    "Interval": "15",
    "Files": "4096",
    "FileSystem": "fs-0d4e5f60718293a4b",
    "Mount": "/var/pictures",
    "Command": "serve --all",
    "Team": "shop",
    "Version": "1.2.3",
    "Octopus.Action.Package[web].Image": "acme/web:1",
}
OPEN = dictionary(
    container(
        containerPortMappings=[{"containerPort": "#{Port}"}],
        memoryLimitSoft="#{Memory}",
        command='["sh", "-c", "#{Command}"]',
        entryPoint="run,#{Command}",
        user="1000",
        environmentVariables=[
            {"type": "Plain", "key": "GREETING", "value": '#{Greeting | Replace "you" "me"}'},
            {"type": "Plain", "key": "LINES", "value": "first\n#{Greeting}\n"},
            {"type": "Plain", "key": "LITERAL", "value": "##{Greeting}"},
            {
                "type": "Secret",
                "key": "PASSWORD",
                "value": "arn:aws:secretsmanager:#{Region}:#{Account}:secret:shop-AbCdEf:password::",
            },
        ],
        environmentFiles=["arn:aws:s3:::settings-#{Region}/#{Team}.env"],
        containerStorage={"mountPoints": [{"sourceVolume": "pictures", "containerPath": "#{Mount}"}]},
        dockerLabels=[{"key": "version", "value": "v#{Version}"}],
        healthCheck={"command": ["CMD", "check", "#{Port}"], "interval": "#{Interval}"},
        ulimits=[{"limitName": "nofile", "hardLimit": "#{Files}", "softLimit": "#{Files}"}],
    ),
    Cpu="#{Cpu}",
    Memory="#{Memory}",
    DesiredCount="#{Count}",
    MinimumHealthPercent="#{Least}",
    MaximumHealthPercent="#{Most}",
    SecurityGroupIds="#{Group}",
    SubnetIds="subnet-0a1b2c3d4e5f60718\n#{Subnet}",
    TaskRole="arn:aws:iam::#{Account}:role/web",
    LoadBalancerMappings=[
        {"containerName": "web", "containerPort": "#{Port}", "targetGroupArn": target_group("web-#{Team}")}
    ],
    Volumes=[{"type": "Efs", "name": "pictures", "fileSystemId": "#{FileSystem}"}],
    others={
        f"{ECS}.ClusterName": "#{Cluster}",
        f"{ECS}.Tags": [{"key": "team", "value": "#{Team}"}, {"key": "k!", "value": "(v)"}],
        "Octopus.Action.Package[web].Image": None,
    },
)


def test_open_text_and_numbers_are_left_as_they_are_and_deploy_once_replaced() -> None:
    text = exported(OPEN)

    replaced = evaluate(text, VALUES)

    expected = template(OPEN | VALUES)
    assert replaced.unresolved == ()
    assert as_cloudformation_reads(yaml.safe_load(replaced.text)) == as_cloudformation_reads(expected)
    assert lint_findings(replaced.text) == []


def test_what_is_left_open_is_no_problem_and_the_rest_is_checked() -> None:
    assert warnings(OPEN, for_export=True) == [
        f"{ECS}.Tags[1]: is sent without what AWS refuses in a tag, as 'k' = 'v'"
    ]


def test_the_same_dictionary_cannot_be_deployed() -> None:
    assert len(problems(OPEN)) > len(VALUES)


def test_the_rights_of_the_made_role_follow_what_is_open() -> None:
    text = exported(OPEN)

    resources = yaml.safe_load(text)["Resources"]
    [policy] = resources["TaskExecutionRoleoctopetshopWeb"]["Properties"]["Policies"]
    granted = [statement["Resource"] for statement in policy["PolicyDocument"]["Statement"]]
    assert granted == [
        ["arn:aws:secretsmanager:#{Region}:#{Account}:secret:shop-AbCdEf"],
        ["arn:aws:s3:::settings-#{Region}/#{Team}.env"],
        ["arn:aws:s3:::settings-#{Region}"],
    ]


def test_a_role_that_is_open_is_the_one_that_is_used() -> None:
    made = yaml.safe_load(exported(dictionary(TaskExecutionRole="#{Role}")))

    assert made["Parameters"]["TaskExecutionRole"] == {"Type": "String", "Default": "#{Role}"}
    assert "TaskExecutionRoleoctopetshopWeb" not in made["Resources"]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"ServiceTaskName": "web-#{Open}"}, f"{DEPLOY}.ServiceTaskName"),
        ({"RuntimeArchitecturePlatform": "#{Open}"}, f"{DEPLOY}.RuntimeArchitecturePlatform"),
        ({"AutoAssignPublicIp": "#{Open}"}, f"{DEPLOY}.AutoAssignPublicIp"),
        ({"EnableEcsManagedTags": "#{Open}"}, f"{DEPLOY}.EnableEcsManagedTags"),
        ({"RetainTaskDefinitions": "#{Open}"}, f"{DEPLOY}.RetainTaskDefinitions"),
        ({"Containers": "#{Open}"}, CONTAINERS),
        ({"Volumes": "[#{Open}]"}, f"{DEPLOY}.Volumes"),
        ({"LoadBalancerMappings": ["#{Open}"]}, f"{DEPLOY}.LoadBalancerMappings[0]"),
        ({"Volumes": [{"name": "a", "type": "#{Open}"}]}, f"{DEPLOY}.Volumes[0].type"),
        (
            {
                "Volumes": [
                    {
                        "type": "Efs",
                        "name": "a",
                        "fileSystemId": "fs-00000001",
                        "encryptionInTransit": "#{Open}",
                    }
                ]
            },
            f"{DEPLOY}.Volumes[0].encryptionInTransit",
        ),
        ({"Containers": [container(essential="#{Open}")]}, f"{CONTAINERS}[0].essential"),
        (
            {"Containers": [container(containerPortMappings="#{Open}")]},
            f"{CONTAINERS}[0].containerPortMappings",
        ),
        (
            {"Containers": [container(containerLogging={"type": "#{Open}"})]},
            f"{CONTAINERS}[0].containerLogging.type",
        ),
        (
            {"Containers": [container(environmentVariables=[{"type": "#{Open}", "key": "A"}])]},
            f"{CONTAINERS}[0].environmentVariables[0].type",
        ),
        ({"others": {f"{ECS}.WaitOption": "#{Open}"}}, f"{ECS}.WaitOption"),
    ],
)
def test_a_name_choice_flag_or_document_that_stays_open_is_a_problem(
    changes: dict[str, Any], place: str
) -> None:
    assert problems(dictionary(**changes), for_export=True) == [f"{place}: {NO_VALUE}"]


def test_an_expression_that_cannot_be_evaluated_is_a_problem() -> None:
    variables = dictionary(Cpu="#{Loop}", others={"Loop": "#{Loop}"})

    assert problems(variables, for_export=True) == [f"{DEPLOY}.Cpu: The variables loop: Loop -> Loop"]


def test_what_is_known_is_checked_as_usual() -> None:
    variables = dictionary(
        container("web", containerImageReference={}, dependencies=[{"containerName": "db"}]),
        container("web", gpus="1"),
        Cpu="#{Cpu}",
        Memory="3",
        TaskExecutionRole=EXECUTION_ROLE,
    )

    assert problems(variables, for_export=True) == [
        f"{CONTAINERS}[1].containerName: repeats the container 'web'",
        (
            f"{CONTAINERS}[0].dependencies[0].containerName: "
            "names no container of this task: 'db'; there are web"
        ),
        (
            f"{CONTAINERS}[0].containerImageReference: "
            "is required: a referenceId, or a full image name as imageName"
        ),
        f"{CONTAINERS}[1].gpus: Fargate has no GPUs, and 1 are requested; leave it empty",
    ]


def test_a_step_that_may_be_run_exports_as_well() -> None:
    assert DeployEcsServiceStep(minimal()).export() == exported(minimal())


def test_a_step_that_was_read_for_its_export_refuses_to_run() -> None:
    step = DeployEcsServiceStep(minimal(), for_export=True)

    with pytest.raises(ValueError, match=r"^A step that was read for its export cannot be run$"):
        step.run()


def test_a_kept_count_cannot_be_exported() -> None:
    assert problems(dictionary(DesiredCount="Keep"), for_export=True) == [
        (
            f"{DEPLOY}.DesiredCount: Keep cannot be exported: this step reads the running count when it "
            "deploys; give a number"
        )
    ]
