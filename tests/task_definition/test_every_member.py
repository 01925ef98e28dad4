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
from ecs_steps.task_definition.container_updates import (
    Action,
    ContainerUpdate,
    EnvironmentFiles,
    EnvironmentVariables,
)
from ecs_steps.task_definition.diff import difference
from ecs_steps.task_definition.normalize import same_revision
from ecs_steps.task_definition.revision import RevisionChanges, next_request
from task_definitions import DEFINITIONS, MODEL, PAIRS, REGISTER, REPLY, Definition

READ_ONLY = {
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


def changes(*updates: ContainerUpdate, family: str = "template") -> RevisionChanges:
    return RevisionChanges(
        family=family,
        container_updates=updates,
        images={"web": "acme/web:2"},
        default_tags=(),
        user_tags=(),
        tags_variable="Octopus.Action.Aws.Tags",
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
    described: Definition = create_parser("json").parse(reply, REPLY)["taskDefinition"]
    return described


def deployed(task_definition: Definition) -> Definition:
    """Return what is registered where the container web gets a new image."""
    update = changes(ContainerUpdate(container_name="web", package_reference="web"), family="target")
    return body(next_request(register_request(task_definition, (), MODEL), update)[0])


def with_new_image(definition: Definition) -> Definition:
    containers = [
        {**container, "image": "acme/web:2"} if container["name"] == "web" else container
        for container in definition["containerDefinitions"]
    ]
    return {**definition, "family": "target", "containerDefinitions": containers}


@EVERY_MEMBER
def test_every_member_is_registered_again(definition: Definition) -> None:
    described = definition | READ_ONLY

    raw_reply, as_botocore_reads_it = deployed(described), deployed(parsed(described))

    assert unknown_members(described, MODEL) == ()
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
    registered = register_request(definition | READ_ONLY, (), MODEL)

    assert same_revision(registered, definition)
    assert difference(registered, definition) == ()


ACTIONS = st.sampled_from([Action.REPLACE, Action.APPEND])


def own_values(definition: Definition, action: Action) -> RevisionChanges:
    """Return the update of a revision with what it has already."""
    return changes(
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
    described = definition | READ_ONLY

    assert deployed(described) == deployed(parsed(described)) == with_new_image(definition)


@given(DEFINITIONS, ACTIONS)
def test_a_revision_updated_with_its_own_values_is_the_same(definition: Definition, action: Action) -> None:
    registered = register_request(definition | READ_ONLY, (), MODEL)

    updated, _ = next_request(registered, own_values(definition, action))

    assert body(updated) == definition
    assert same_revision(registered, updated)
    assert difference(registered, updated) == ()


@given(DEFINITIONS, DEFINITIONS, ACTIONS)
def test_an_update_applied_twice_changes_nothing_more(
    definition: Definition, other: Definition, action: Action
) -> None:
    update = own_values(other, action)

    once, _ = next_request(register_request(definition, (), MODEL), update)

    assert next_request(once, update) == (once, ())
