"""What CloudFormation refuses at once, in its own words."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Made = Callable[..., Any]
Template = dict[str, Any]


def error(call: Callable[[], object]) -> tuple[str, str]:
    """Return the code and the message that a call is refused with."""
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda template: template["Resources"]["Task"].update(DependsOn="Ghost"),
            (
                "Template format error: Unresolved resource dependencies [Ghost] in the Resources block "
                "of the template"
            ),
        ),
        (
            lambda template: template["Resources"]["Service"]["Properties"].update(Cluster={"Ref": "Ghost"}),
            (
                "Template format error: Unresolved resource dependencies [Ghost] in the Resources block "
                "of the template"
            ),
        ),
        (
            lambda template: template["Outputs"].update(Ghost={"Value": {"Fn::Sub": "${Ghost.Arn}"}}),
            (
                "Template format error: Unresolved resource dependencies [Ghost] in the Outputs block of the "
                "template"
            ),
        ),
        (
            lambda template: template["Outputs"].update(Odd={"Value": {"Fn::GetAtt": ["Role", "Odd"]}}),
            "Template error: resource Role does not support attribute type Odd in Fn::GetAtt",
        ),
        (
            lambda template: template["Resources"]["Role"].update(DependsOn="Service"),
            "Circular dependency between resources: [Role, Task, Service]",
        ),
        (
            lambda template: template["Resources"].update(Bucket={"Type": "AWS::S3::Box"}),
            "Template format error: Unrecognized resource types: [AWS::S3::Box]",
        ),
        (
            lambda template: template["Resources"].update({"Log-Group": {"Type": "AWS::Logs::LogGroup"}}),
            "Template format error: Resource name Log-Group is non alphanumeric.",
        ),
        (
            lambda template: template["Resources"].clear(),
            "Template format error: At least one Resources member must be defined.",
        ),
        (
            lambda template: template.update(Ressources={}),
            "Invalid template property or properties [Ressources]",
        ),
        (
            lambda template: template["Parameters"]["ClusterName"].pop("Default"),
            "Parameters: [ClusterName] must have values",
        ),
        (
            lambda template: template["Parameters"]["DesiredCount"].update(Default="many"),
            "Parameter 'DesiredCount' must be a number.",
        ),
    ],
)
def test_a_template_that_does_not_hold_together_is_refused(
    deployer: Made, template: Template, change: Callable[[Template], object], message: str
) -> None:
    maker = deployer()
    change(template)

    assert error(lambda: maker.create(template)) == ("ValidationError", message)
    assert maker.client.describe_stacks()["Stacks"] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Template format error: JSON not well-formed. (line 1, column 2)"),
        ("a: [", "Template format error: YAML not well-formed. (line 1, column 5)"),
        ("text", "Template format error: unsupported structure."),
    ],
)
def test_a_text_that_is_no_template_is_refused(deployer: Made, text: str, message: str) -> None:
    assert error(lambda: deployer().create(text)) == ("ValidationError", message)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (
            {"Parameters": [{"ParameterKey": "Ghost", "ParameterValue": "x"}]},
            "ValidationError",
            "Parameters: [Ghost] do not exist in the template",
        ),
        (
            {"Capabilities": []},
            "InsufficientCapabilitiesException",
            "Requires capabilities : [CAPABILITY_IAM]",
        ),
        (
            {"Tags": [{"Key": "aws:team", "Value": "shop"}]},
            "ValidationError",
            "aws: prefixed tag key names are not allowed for external use.",
        ),
    ],
)
def test_an_impossible_request_is_refused(
    deployer: Made, template: Template, options: dict[str, Any], code: str, message: str
) -> None:
    assert error(lambda: deployer().create(template, **options)) == (code, message)


def test_a_role_with_a_name_needs_a_capability_of_its_own(deployer: Made, template: Template) -> None:
    maker = deployer()
    template["Resources"]["Role"]["Properties"]["RoleName"] = "execution"

    code, message = error(lambda: maker.create(template, Capabilities=["CAPABILITY_IAM"]))

    assert code == "InsufficientCapabilitiesException"
    assert message == "Requires capabilities : [CAPABILITY_NAMED_IAM]"


def test_a_stack_that_exists_is_not_created_again(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.create(template)

    assert error(lambda: maker.create(template, operation="another")) == (
        "AlreadyExistsException",
        "Stack [web-stack] already exists",
    )


def test_the_token_of_one_stack_is_not_for_another(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.create(template)
    request = {
        "TemplateBody": json.dumps(template),
        "Capabilities": ["CAPABILITY_IAM"],
        "ClientRequestToken": "creation",
    }

    code, _ = error(lambda: maker.client.create_stack(StackName="another", **request))

    assert code == "TokenAlreadyExistsException"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "2048-game",
            (
                "1 validation error detected: Value '2048-game' at 'stackName' failed to satisfy constraint: "
                "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
            ),
        ),
        (
            "a" * 129,
            (
                f"1 validation error detected: Value '{'a' * 129}' at 'stackName' failed to satisfy "
                "constraint: Member must have length less than or equal to 128"
            ),
        ),
    ],
)
def test_a_name_that_no_stack_can_have_is_refused(
    deployer: Made, template: Template, name: str, message: str
) -> None:
    client = deployer().client
    body = json.dumps(template)

    assert error(lambda: client.create_stack(StackName=name, TemplateBody=body)) == (
        "ValidationError",
        message,
    )


def test_a_body_over_51200_bytes_is_refused(deployer: Made, template: Template) -> None:
    maker = deployer()
    template["Description"] = ""
    room = 51_200 - len(json.dumps(template))
    template["Description"] = "x" * room
    fits = json.dumps(template)
    template["Description"] = "x" * (room + 1)

    code, message = error(lambda: maker.create(template))
    stack_id = maker.create(fits)

    assert code == "ValidationError"
    assert message == (
        f"1 validation error detected: Value '{json.dumps(template)}' at 'templateBody' failed to satisfy "
        "constraint: Member must have length less than or equal to 51200"
    )
    assert stack_id


@pytest.mark.parametrize(
    "url",
    [
        "https://templates.s3.eu-west-1.amazonaws.com/web/stack.json",
        "https://s3.eu-west-1.amazonaws.com/templates/web/stack.json",
    ],
)
def test_a_longer_template_comes_from_s3(deployer: Made, template: Template, url: str) -> None:
    maker = deployer()
    template["Metadata"] = {"padding": "x" * 60_000}
    s3 = maker.aws.session.client("s3")
    s3.create_bucket(Bucket="templates", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="templates", Key="web/stack.json", Body=json.dumps(template).encode())

    maker.client.create_stack(StackName="web-stack", TemplateURL=url, Capabilities=["CAPABILITY_IAM"])

    assert maker.settle() == "CREATE_COMPLETE"


def test_a_template_that_is_not_in_s3_is_refused(deployer: Made) -> None:
    maker = deployer()
    maker.aws.session.client("s3").create_bucket(
        Bucket="templates", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    url = "https://templates.s3.amazonaws.com/absent.json"

    code, message = error(lambda: maker.client.create_stack(StackName="web-stack", TemplateURL=url))

    assert code == "ValidationError"
    assert message == "S3 error: The specified key does not exist."


def test_a_stack_needs_a_template(deployer: Made) -> None:
    client = deployer().client

    assert error(lambda: client.create_stack(StackName="web-stack")) == (
        "ValidationError",
        "Either Template URL or Template Body must be specified.",
    )
