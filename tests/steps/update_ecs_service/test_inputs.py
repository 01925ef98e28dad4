import json
from typing import Any

import attrs
import pytest

from ecs_steps.environments.scope import DeploymentScope, GuardMode
from ecs_steps.errors import InvalidInputsError
from ecs_steps.octopus.inputs.reader import read
from ecs_steps.octopus.inputs.shared_inputs import KeyValue, OnFailure, Secrecy, TagInput, Wait, WaitOption
from ecs_steps.octopus.variables import Variables
from ecs_steps.steps.update_ecs_service.inputs import RULES, UpdateInputs
from ecs_steps.tags import Tag
from ecs_steps.task_definition.container_updates import (
    Action,
    ContainerUpdate,
    EnvironmentFiles,
    EnvironmentVariables,
)

UPDATE = "Octopus.Action.Aws.Ecs.Update"
LEAST = {
    "Octopus.Action.Aws.Ecs.ClusterName": "shop",
    f"{UPDATE}.ServiceName": "web",
    f"{UPDATE}.TargetTaskDefinitionName": "shop-web",
    f"{UPDATE}.ContainerUpdates": '[{"containerName": "web", "packageReference": "web"}]',
    "Octopus.Action.Package[web].Image": "registry:5000/acme/web:2",
}


def inputs(**changed: str) -> UpdateInputs:
    return read(UpdateInputs, Variables({**LEAST, **changed}), RULES)[0]


def problems(**changed: str) -> list[str]:
    with pytest.raises(InvalidInputsError) as raised:
        inputs(**changed)
    return [str(problem) for problem in raised.value.problems]


def test_what_is_not_given_has_octopus_defaults() -> None:
    assert inputs() == UpdateInputs(
        cluster_name="shop",
        service_name="web",
        target_task_definition_name="shop-web",
        template_task_definition_name=None,
        container_updates=(ContainerUpdate(container_name="web", package_reference="web"),),
        tags=(),
        wait_option=WaitOption(type=Wait.UNTIL_COMPLETED),
        force_new_deployment=True,
        on_failure=OnFailure.LEAVE,
        region="",
        images={"web": "registry:5000/acme/web:2"},
        default_tags=(),
    )


def test_every_variable_is_read() -> None:
    updates = [
        {
            "containerName": "web",
            "packageReference": "web",
            "environmentVariables": {
                "action": "append",
                "items": [
                    {"type": "Plain", "key": "PORT", "value": 80},
                    {"TYPE": "secret", "key": "DB", "value": "/shop/db"},
                ],
            },
            "environmentFiles": {"action": "REPLACE", "items": ["arn:aws:s3:::config/web.env"]},
        },
        {"containerName": "log", "packageReference": None, "environmentVariables": {"action": "Replace"}},
    ]
    everything = {
        f"{UPDATE}.TemplateTaskDefinitionName": "base:7",
        f"{UPDATE}.ContainerUpdates": json.dumps(updates),
        f"{UPDATE}.ForceNewDeployment": "false",
        f"{UPDATE}.OnFailure": "rollback",
        "Octopus.Action.Aws.Tags": '[{"key": "team", "value": "shop"}]',
        "Octopus.Action.Aws.Ecs.WaitOption": '{"type": "WaitWithTimeout", "timeoutMinutes": "30"}',
        "Octopus.Action.Aws.Region": "eu-west-1",
        "Octopus.Action.Aws.Ecs.EnvironmentGuard": "warn",
        "Octopus.Action.Aws.ExpectedAccount": "123456789012",
        "Octopus.Project.Name": "Shop",
    }

    read_inputs = inputs(**everything)

    assert read_inputs == UpdateInputs(
        cluster_name="shop",
        service_name="web",
        target_task_definition_name="shop-web",
        template_task_definition_name="base:7",
        container_updates=(
            ContainerUpdate(
                container_name="web",
                package_reference="web",
                environment_variables=EnvironmentVariables(
                    action=Action.APPEND,
                    items=(
                        KeyValue(key="PORT", value="80"),
                        KeyValue(type=Secrecy.SECRET, key="DB", value="/shop/db"),
                    ),
                ),
                environment_files=EnvironmentFiles(
                    action=Action.REPLACE, items=("arn:aws:s3:::config/web.env",)
                ),
            ),
            ContainerUpdate(
                container_name="log",
                environment_variables=EnvironmentVariables(action=Action.REPLACE),
            ),
        ),
        tags=(TagInput(key="team", value="shop"),),
        wait_option=WaitOption(type=Wait.WITH_TIMEOUT, timeout_minutes=30),
        force_new_deployment=False,
        on_failure=OnFailure.ROLLBACK,
        region="eu-west-1",
        environment_guard=GuardMode.WARN,
        expected_account="123456789012",
        scope=DeploymentScope(project="Shop"),
        images={"web": "registry:5000/acme/web:2"},
        default_tags=(Tag("Octopus.Project.Name", "Shop"),),
    )


@pytest.mark.parametrize(
    "name",
    [
        "Octopus.Action.Aws.Ecs.ClusterName",
        f"{UPDATE}.ServiceName",
        f"{UPDATE}.TargetTaskDefinitionName",
        f"{UPDATE}.ContainerUpdates",
    ],
)
def test_a_required_variable_that_is_empty_is_reported_by_its_name(name: str) -> None:
    assert problems(**{name: " "}) == [f"{name}: is required"]


@pytest.mark.parametrize(
    "name",
    [
        "base",
        "base:1",
        "Base_2-x:120",
        "arn:aws:ecs:eu-west-1:123456789012:task-definition/base:7",
        "arn:aws-cn:ecs:cn-north-1:123456789012:task-definition/base",
    ],
)
def test_a_template_is_a_family_a_revision_or_an_arn(name: str) -> None:
    assert inputs(**{f"{UPDATE}.TemplateTaskDefinitionName": name}).template == name


@pytest.mark.parametrize(
    "name",
    [
        "base:",
        "base:0",
        "base:latest",
        "two words",
        "a" * 256,
        "arn:aws:ecs:eu-west-1:123456789012:service/shop/web",
        "arn:aws:ecs:eu-west-1:12345:task-definition/base:7",
    ],
)
def test_any_other_template_is_an_error(name: str) -> None:
    [problem] = problems(**{f"{UPDATE}.TemplateTaskDefinitionName": name})

    assert problem.startswith(
        f"{UPDATE}.TemplateTaskDefinitionName: expected a task definition as family, family:revision or ARN"
    )


def test_without_a_template_it_is_the_target() -> None:
    assert inputs().template == "shop-web"


@pytest.mark.parametrize("family", ["shop-web:7", "shop web", "a" * 256])
def test_the_target_is_a_family(family: str) -> None:
    [problem] = problems(**{f"{UPDATE}.TargetTaskDefinitionName": family})

    assert "expected 1 to 255 letters, digits, hyphens and underscores" in problem


def test_an_image_is_found_without_regard_to_case_and_none_where_there_is_none() -> None:
    changes = inputs().revision_changes

    assert changes.image("WEB") == "registry:5000/acme/web:2"
    assert changes.image("other") == ""


def test_the_users_tags_lose_what_aws_refuses() -> None:
    read_inputs = inputs(
        **{"Octopus.Action.Aws.Tags": '[{"key": "my!@#$key", "value": "1"}, {"key": "none"}]'}
    )

    assert read_inputs.revision_changes.user_tags == (Tag("my@key", "1"),)


@pytest.mark.parametrize("field", attrs.fields(UpdateInputs), ids=lambda field: field.name)
def test_every_field_has_a_variable_with_a_help_text_or_is_derived(field: "attrs.Attribute[Any]") -> None:
    source = field.metadata.get("variable")

    assert (source and source.name.startswith("Octopus.") and source.help) or "derived" in field.metadata
