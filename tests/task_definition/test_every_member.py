"""Every member that botocore's model of RegisterTaskDefinition has, nested ones included."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.aws.task_definitions import register_request, unknown_members
from ecs_steps.octopus.inputs.shared_inputs import KeyValue, Secrecy
from ecs_steps.steps.update_ecs_service.inputs import UpdateInputs
from ecs_steps.task_definition.container_updates import (
    Action,
    ContainerUpdate,
    EnvironmentFiles,
    EnvironmentVariables,
)
from ecs_steps.task_definition.diff import difference
from ecs_steps.task_definition.normalize import same_revision
from ecs_steps.task_definition.revision import next_revision
from task_definitions import DEFINITIONS, MODEL, PAIRS, REGISTER, REPLY, Definition

ONLY_TOLD = {
    "taskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/template:7",
    "revision": 7,
    "status": "ACTIVE",
    "registeredAt": 1767603600.5,
    "registeredBy": "arn:aws:iam::123456789012:role/deployer",
    "requiresAttributes": [{"name": "ecs.capability.task-eni"}],
    "compatibilities": ["EC2", "FARGATE"],
}
EVERY_MEMBER = pytest.mark.parametrize(
    "definition",
    [
        pytest.param(value, id=f"{path}-{which}")
        for path, one, other in PAIRS
        for which, value in (("one", one), ("other", other))
    ],
)


def inputs(*updates: ContainerUpdate, family: str = "template") -> UpdateInputs:
    return UpdateInputs(
        cluster_name="shop",
        service_name="web",
        target_task_definition_name=family,
        container_updates=updates,
        images={"web": "acme/web:2"},
        default_tags=(),
    )


def body(request: Mapping[str, Any]) -> Definition:
    """Return what botocore would send; it validates the request first."""
    serialized = create_serializer("json").serialize_to_request(request, REGISTER)
    sent: Definition = json.loads(serialized["body"])
    return sent


def parsed(task_definition: Definition) -> Definition:
    """Return what botocore makes of a reply that holds the task definition."""
    reply = {
        "body": json.dumps({"taskDefinition": task_definition}).encode(),
        "headers": {},
        "status_code": 200,
    }
    told: Definition = create_parser("json").parse(reply, REPLY)["taskDefinition"]
    return told


def deployed(task_definition: Definition) -> Definition:
    """Return what is registered where the container web gets a new image."""
    update = inputs(ContainerUpdate(container_name="web", package_reference="web"), family="target")
    return body(next_revision(register_request(task_definition, (), MODEL), update).request)


def with_new_image(definition: Definition) -> Definition:
    containers = [
        {**container, "image": "acme/web:2"} if container["name"] == "web" else container
        for container in definition["containerDefinitions"]
    ]
    return {**definition, "family": "target", "containerDefinitions": containers}


@EVERY_MEMBER
def test_every_member_is_registered_again(definition: Definition) -> None:
    told = definition | ONLY_TOLD

    raw_reply, as_botocore_reads_it = deployed(told), deployed(parsed(told))

    assert unknown_members(told, MODEL) == ()
    assert raw_reply == as_botocore_reads_it == with_new_image(definition)


@pytest.mark.parametrize(
    ("one", "other"),
    [pytest.param(one, other, id=path) for path, one, other in PAIRS if one != other],
)
def test_a_change_of_any_member_is_another_revision(one: Definition, other: Definition) -> None:
    assert not same_revision(one, other)
    assert difference(one, other)


@EVERY_MEMBER
def test_a_revision_is_the_same_as_itself(definition: Definition) -> None:
    told = register_request(definition | ONLY_TOLD, (), MODEL)

    assert same_revision(told, definition)
    assert difference(told, definition) == ()


ACTIONS = st.sampled_from(Action)


def own_values(definition: Definition, action: Action) -> UpdateInputs:
    """Return the update of a revision with what it has already."""
    return inputs(
        *(
            ContainerUpdate(
                container_name=container["name"],
                environment_variables=EnvironmentVariables(
                    action=action,
                    items=(
                        *(
                            KeyValue(key=e["name"], value=e["value"])
                            for e in container.get("environment", [])
                        ),
                        *(
                            KeyValue(key=secret["name"], value=secret["valueFrom"], type=Secrecy.SECRET)
                            for secret in container.get("secrets", [])
                        ),
                    ),
                ),
                environment_files=EnvironmentFiles(
                    action=action,
                    items=tuple(file["value"] for file in container.get("environmentFiles", [])),
                ),
            )
            for container in definition["containerDefinitions"]
        ),
        family=definition["family"],
    )


@given(DEFINITIONS)
def test_all_members_together_are_registered_again(definition: Definition) -> None:
    told = definition | ONLY_TOLD

    assert deployed(told) == deployed(parsed(told)) == with_new_image(definition)


@given(DEFINITIONS, ACTIONS)
def test_a_revision_updated_with_its_own_values_is_the_same(definition: Definition, action: Action) -> None:
    told = register_request(definition | ONLY_TOLD, (), MODEL)

    updated = next_revision(told, own_values(definition, action)).request

    assert body(updated) == definition
    assert same_revision(told, updated)
    assert difference(told, updated) == ()


@given(DEFINITIONS, DEFINITIONS, ACTIONS)
def test_an_update_applied_twice_changes_nothing_more(
    definition: Definition, other: Definition, action: Action
) -> None:
    update = own_values(other, action)

    once = next_revision(register_request(definition, (), MODEL), update).request

    assert next_revision(once, update).request == once
