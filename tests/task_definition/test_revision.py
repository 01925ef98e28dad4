import copy
from collections.abc import Mapping
from typing import Any

import pytest

from ecs_steps.errors import InvalidInputsError
from ecs_steps.octopus.inputs.shared_inputs import KeyValue
from ecs_steps.tags import Tag
from ecs_steps.task_definition.container_updates import Action, ContainerUpdate, EnvironmentVariables
from ecs_steps.task_definition.revision import (
    RegisteredRevision,
    RevisionChanges,
    container_names,
    missing_containers,
    next_request,
    plan_revision,
    tags_of,
)

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
CLEARED = EnvironmentVariables(action=Action.CLEAR)


def changes(
    *updates: ContainerUpdate,
    tags: Mapping[str, str] | None = None,
    default_tags: tuple[Tag, ...] = (),
) -> RevisionChanges:
    return RevisionChanges(
        family="target",
        container_updates=updates,
        images={"web": "registry:5000/acme/web:2"},
        default_tags=default_tags,
        user_tags=tuple(Tag(key, value) for key, value in (tags or {}).items()),
        tags_variable="Octopus.Action.Aws.Tags",
    )


def request_of(template: Mapping[str, Any], wanted: RevisionChanges) -> Any:  # noqa: ANN401  as JSON
    request, warnings = next_request(template, wanted)
    assert warnings == ()
    return request


def test_the_next_revision_differs_from_its_template_by_the_updates_alone() -> None:
    assert request_of(TEMPLATE, changes(NEW_IMAGE)) == {
        **TEMPLATE,
        "family": "target",
        "containerDefinitions": [
            {"name": "log", "image": "acme/log:1", "cpu": 0},
            {"name": "web", "image": "registry:5000/acme/web:2", "portMappings": [{"containerPort": 80}]},
        ],
    }


def test_members_and_containers_keep_their_order() -> None:
    request = request_of(TEMPLATE, changes(NEW_IMAGE))

    assert list(request) == list(TEMPLATE)
    assert container_names(request) == ("log", "web")
    assert list(request["containerDefinitions"][1]) == ["name", "image", "portMappings"]


def test_each_container_gets_its_own_update() -> None:
    level = EnvironmentVariables(action=Action.APPEND, items=(KeyValue(key="LOG_LEVEL", value="debug"),))
    log = ContainerUpdate(container_name="log", environment_variables=level)

    first, second = request_of(TEMPLATE, changes(NEW_IMAGE, log))["containerDefinitions"]

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

    request = request_of(TEMPLATE, changes(update))

    assert request["containerDefinitions"][1]["image"] == "registry:5000/acme/web:2"


def test_the_template_itself_is_not_touched() -> None:
    before = copy.deepcopy(TEMPLATE)

    next_request(TEMPLATE, changes(NEW_IMAGE, tags={"team": "other"}))

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
    cleared = ContainerUpdate(container_name="web", environment_variables=CLEARED)

    request = request_of(template, changes(cleared))

    assert request == {
        "family": "target",
        "containerDefinitions": [{"name": "web", "image": "acme/web:1", "essential": False}],
        "pidMode": "",
    }


def test_what_ecs_demands_within_a_member_is_sent_though_it_is_empty() -> None:
    container = {"name": "web", "image": "acme/web:1", "healthCheck": {"command": []}}

    request = request_of({"containerDefinitions": [container]}, changes(NEW_IMAGE))

    assert request["containerDefinitions"][0]["healthCheck"] == {"command": []}


def test_tags_are_the_templates_then_the_default_ones_then_the_users() -> None:
    defaults = (Tag("Octopus.Project.Id", "Projects-1"), Tag("owner", "octopus"))
    template = {**TEMPLATE, "tags": [{"key": "team", "value": "shop"}, {"key": "owner", "value": "hand"}]}

    request = request_of(
        template, changes(NEW_IMAGE, tags={"team": "web", "new": "1"}, default_tags=defaults)
    )

    assert request["tags"] == [
        {"key": "team", "value": "web"},
        {"key": "owner", "value": "octopus"},
        {"key": "Octopus.Project.Id", "value": "Projects-1"},
        {"key": "new", "value": "1"},
    ]


def test_default_tags_that_aws_has_no_room_for_are_left_out_with_a_warning() -> None:
    tags = [{"key": f"own {number}", "value": "1"} for number in range(49)]
    defaults = (Tag("Octopus.Project.Id", "Projects-1"), Tag("Octopus.Step.Id", "2"))

    request, warnings = next_request({**TEMPLATE, "tags": tags}, changes(NEW_IMAGE, default_tags=defaults))

    assert request["tags"] == [*tags, {"key": "Octopus.Project.Id", "value": "Projects-1"}]
    assert [str(warning) for warning in warnings] == [
        "Octopus.Action.Aws.Tags: AWS takes at most 50 tags on a resource; left out: Octopus.Step.Id"
    ]


def test_more_tags_of_the_users_than_aws_has_room_for_are_an_error() -> None:
    tags = [{"key": f"own {number}", "value": "1"} for number in range(50)]

    with pytest.raises(InvalidInputsError) as raised:
        next_request({**TEMPLATE, "tags": tags}, changes(NEW_IMAGE, tags={"one": "more"}))

    assert [problem.path for problem in raised.value.problems] == ["Octopus.Action.Aws.Tags"]
    assert raised.value.problems[0].message == (
        "The existing tags and the given ones are 51 together, and AWS takes at most 50 on a resource"
    )


def test_containers_that_the_template_lacks_are_named_in_the_order_of_the_updates() -> None:
    updates = [ContainerUpdate(container_name=name) for name in ("worker", "web", "Log")]

    assert missing_containers(TEMPLATE, updates) == ("worker", "Log")
    assert container_names(TEMPLATE) == ("log", "web")


def tagged(**tags: str) -> dict[str, object]:
    return {
        **TEMPLATE,
        "family": "target",
        "tags": [{"key": key, "value": value} for key, value in tags.items()],
    }


def test_a_revision_without_tags_has_none() -> None:
    assert tags_of({"family": "web"}) == ()


def registered(request: Mapping[str, Any]) -> RegisteredRevision:
    return RegisteredRevision(arn="arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1", request=request)


def test_only_tags_that_are_new_or_have_another_value_are_missing() -> None:
    wanted = changes(
        tags={"stage": "live", "team": "shop"}, default_tags=(Tag("Octopus.Project.Id", "Projects-1"),)
    )
    existing = registered(tagged(team="shop", stage="test", owner="hand"))

    plan = plan_revision(existing, existing, wanted)

    assert plan.missing_tags == (Tag("stage", "live"), Tag("Octopus.Project.Id", "Projects-1"))
    assert not plan.needs_registration


def test_a_revision_that_has_all_tags_already_lacks_none() -> None:
    existing = registered(tagged(team="shop", release="1.0"))

    assert plan_revision(existing, existing, changes(tags={"release": "1.0"})).missing_tags == ()


def test_a_changed_revision_needs_registration() -> None:
    existing = registered(TEMPLATE)

    assert plan_revision(existing, existing, changes(NEW_IMAGE)).needs_registration


def test_a_family_without_a_revision_needs_its_first() -> None:
    plan = plan_revision(registered(TEMPLATE), None, changes())

    assert plan.needs_registration
    assert (plan.family, plan.missing_tags) == ("target", ())
