import copy
from collections.abc import Mapping
from typing import Any

import pytest

from ecs_steps.errors import InvalidInputsError
from ecs_steps.octopus.inputs.shared_inputs import KeyValue, TagInput
from ecs_steps.steps.update_ecs_service.inputs import UpdateInputs
from ecs_steps.tags import Tag
from ecs_steps.task_definition.container_updates import Action, ContainerUpdate, EnvironmentVariables
from ecs_steps.task_definition.revision import container_names, missing_containers, next_revision

TEMPLATE = {
    "family": "template",
    "taskRoleArn": "arn:aws:iam::123456789012:role/web",
    "containerDefinitions": [
        {"name": "log", "image": "acme/log:1", "cpu": 0},
        {"name": "web", "image": "acme/web:1", "portMappings": [{"containerPort": 80}]},
    ],
    "volumes": [{"name": "data"}],
    "cpu": "256",
    "tags": [{"key": "team", "value": "shop"}],
}
NEW_IMAGE = ContainerUpdate(container_name="web", package_reference="Web")
REPLACED_BY_NOTHING = EnvironmentVariables(action=Action.REPLACE)


def inputs(
    *updates: ContainerUpdate,
    tags: Mapping[str, str] | None = None,
    default_tags: tuple[Tag, ...] = (),
) -> UpdateInputs:
    return UpdateInputs(
        cluster_name="shop",
        service_name="web",
        target_task_definition_name="target",
        container_updates=updates,
        tags=tuple(TagInput(key=key, value=value) for key, value in (tags or {}).items()),
        images={"web": "registry:5000/acme/web:2"},
        default_tags=default_tags,
    )


def test_the_next_revision_differs_from_its_template_by_the_updates_alone() -> None:
    revision = next_revision(TEMPLATE, inputs(NEW_IMAGE))

    assert revision.request == {
        **TEMPLATE,
        "family": "target",
        "containerDefinitions": [
            {"name": "log", "image": "acme/log:1", "cpu": 0},
            {"name": "web", "image": "registry:5000/acme/web:2", "portMappings": [{"containerPort": 80}]},
        ],
    }
    assert revision.warnings == ()


def test_members_and_containers_keep_their_order() -> None:
    request = next_revision(TEMPLATE, inputs(NEW_IMAGE)).request

    assert list(request) == list(TEMPLATE)
    assert container_names(request) == ("log", "web")
    assert list(request["containerDefinitions"][1]) == ["name", "image", "portMappings"]


def test_each_container_gets_its_own_update() -> None:
    level = EnvironmentVariables(action=Action.APPEND, items=(KeyValue(key="LOG_LEVEL", value="debug"),))
    log = ContainerUpdate(container_name="log", environment_variables=level)

    first, second = next_revision(TEMPLATE, inputs(NEW_IMAGE, log)).request["containerDefinitions"]

    assert first == {
        "name": "log",
        "image": "acme/log:1",
        "cpu": 0,
        "environment": [{"name": "LOG_LEVEL", "value": "debug"}],
    }
    assert second["image"] == "registry:5000/acme/web:2"
    assert "environment" not in second


def test_a_package_reference_is_found_without_regard_to_case() -> None:
    update = ContainerUpdate(container_name="web", package_reference="WEB")

    request = next_revision(TEMPLATE, inputs(update)).request

    assert request["containerDefinitions"][1]["image"] == "registry:5000/acme/web:2"


def test_the_template_itself_is_not_touched() -> None:
    before = copy.deepcopy(TEMPLATE)

    next_revision(TEMPLATE, inputs(NEW_IMAGE, tags={"team": "other"}))

    assert before == TEMPLATE


def test_empty_lists_and_roles_are_not_sent() -> None:
    container = {"name": "web", "image": "acme/web:1", "mountPoints": [], "essential": False}
    template: dict[str, Any] = {
        "family": "web",
        "taskRoleArn": "",
        "executionRoleArn": "",
        "containerDefinitions": [container],
        "volumes": [],
        "pidMode": "",
    }
    cleared = ContainerUpdate(container_name="web", environment_variables=REPLACED_BY_NOTHING)

    request = next_revision(template, inputs(cleared)).request

    assert request == {
        "family": "target",
        "containerDefinitions": [{"name": "web", "image": "acme/web:1", "essential": False}],
        "pidMode": "",
    }


def test_what_ecs_demands_within_a_member_is_sent_though_it_is_empty() -> None:
    container = {"name": "web", "image": "acme/web:1", "healthCheck": {"command": []}}

    request = next_revision({"containerDefinitions": [container]}, inputs(NEW_IMAGE)).request

    assert request["containerDefinitions"][0]["healthCheck"] == {"command": []}


def test_tags_are_the_templates_then_the_default_ones_then_the_users() -> None:
    defaults = (Tag("Octopus.Project.Id", "Projects-1"), Tag("owner", "octopus"))
    template = {**TEMPLATE, "tags": [{"key": "team", "value": "shop"}, {"key": "owner", "value": "hand"}]}

    request = next_revision(
        template, inputs(NEW_IMAGE, tags={"team": "web!", "new": "1"}, default_tags=defaults)
    ).request

    assert request["tags"] == [
        {"key": "team", "value": "web"},
        {"key": "owner", "value": "octopus"},
        {"key": "Octopus.Project.Id", "value": "Projects-1"},
        {"key": "new", "value": "1"},
    ]


def test_default_tags_that_aws_has_no_room_for_are_left_out_with_a_warning() -> None:
    tags = [{"key": f"own {number}", "value": "1"} for number in range(49)]
    defaults = (Tag("Octopus.Project.Id", "Projects-1"), Tag("Octopus.Step.Id", "2"))

    revision = next_revision({**TEMPLATE, "tags": tags}, inputs(NEW_IMAGE, default_tags=defaults))

    assert revision.request["tags"] == [*tags, {"key": "Octopus.Project.Id", "value": "Projects-1"}]
    assert [str(warning) for warning in revision.warnings] == [
        "Octopus.Action.Aws.Tags: AWS takes at most 50 tags on a resource; left out: Octopus.Step.Id"
    ]


def test_more_tags_of_the_users_than_aws_has_room_for_are_an_error() -> None:
    tags = [{"key": f"own {number}", "value": "1"} for number in range(50)]

    with pytest.raises(InvalidInputsError) as raised:
        next_revision({**TEMPLATE, "tags": tags}, inputs(NEW_IMAGE, tags={"one": "more"}))

    assert [problem.path for problem in raised.value.problems] == ["Octopus.Action.Aws.Tags"]
    assert raised.value.problems[0].message == (
        "The existing tags and the given ones are 51 together, and AWS takes at most 50 on a resource"
    )


def test_containers_that_the_template_lacks_are_told_in_the_order_of_the_updates() -> None:
    updates = [ContainerUpdate(container_name=name) for name in ("worker", "web", "Log")]

    assert missing_containers(TEMPLATE, inputs(*updates)) == ("worker", "Log")
    assert container_names(TEMPLATE) == ("log", "web")
