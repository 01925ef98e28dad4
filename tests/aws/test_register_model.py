import copy
from typing import Any, cast

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from ecs_steps.aws.task_definitions import register_request, unknown_members
from ecs_steps.tags import Tag

SPECIFICATION = cast("dict[str, Any]", Loader().load_service_model("ecs", "service-2"))
MODEL = ServiceModel(SPECIFICATION, "ecs")


def older_botocore(shape: str, member: str) -> ServiceModel:
    """Return the model as it was before a shape got one of its members."""
    specification = copy.deepcopy(SPECIFICATION)
    del specification["shapes"][shape]["members"][member]
    return ServiceModel(specification, "ecs")


def task_definition(**container: object) -> dict[str, Any]:
    return {
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7",
        "family": "web",
        "containerDefinitions": [{"name": "log", "image": "acme/log:1"}, {"name": "web", **container}],
        "revision": 7,
        "status": "ACTIVE",
    }


def test_what_ecs_shows_and_does_not_take_is_known_and_not_registered() -> None:
    output_only = {
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7",
        "revision": 7,
        "status": "INACTIVE",
        "requiresAttributes": [{"name": "ecs.capability.task-eni"}],
        "compatibilities": ["EC2"],
        "registeredAt": 1767603600.5,
        "deregisteredAt": 1767603601.5,
        "registeredBy": "arn:aws:iam::123456789012:role/deployer",
        "deleteRequestedAt": 1767603602.5,
    }
    shown = {**output_only, "family": "web", "containerDefinitions": []}

    request = register_request(shown, (), MODEL)

    assert unknown_members(shown, MODEL) == ()
    assert request == {"family": "web", "containerDefinitions": [], "tags": []}


@pytest.mark.parametrize(
    ("shape", "member", "container", "path"),
    [
        (
            "ContainerDefinition",
            "restartPolicy",
            {"restartPolicy": {"enabled": True}},
            "containerDefinitions[1].restartPolicy",
        ),
        (
            "PortMapping",
            "appProtocol",
            {"portMappings": [{"containerPort": 80}, {"appProtocol": "http"}]},
            "containerDefinitions[1].portMappings[1].appProtocol",
        ),
        (
            "KernelCapabilities",
            "drop",
            {"linuxParameters": {"capabilities": {"drop": ["ALL"]}}},
            "containerDefinitions[1].linuxParameters.capabilities.drop",
        ),
    ],
)
def test_a_member_newer_than_botocore_is_reported_by_its_path(
    shape: str, member: str, container: dict[str, Any], path: str
) -> None:
    shown = task_definition(**container)

    assert unknown_members(shown, older_botocore(shape, member)) == (path,)
    assert unknown_members(shown, MODEL) == ()


def test_a_member_that_only_the_request_has_is_known_and_registered() -> None:
    specification = copy.deepcopy(SPECIFICATION)
    shapes = specification["shapes"]
    shapes["Named"] = {"type": "structure", "members": {"name": {"shape": "String"}}}
    shapes["NamedList"] = {"type": "list", "member": {"shape": "Named"}}
    shapes["TaskDefinition"]["members"]["containerDefinitions"] = {"shape": "NamedList"}
    model = ServiceModel(specification, "ecs")
    shown = task_definition(image="acme/web:1")

    assert unknown_members(shown, model) == ()
    assert register_request(shown, (), model)["containerDefinitions"] == shown["containerDefinitions"]


def test_all_unknown_members_are_reported_in_the_order_of_the_reply() -> None:
    shown = {"newest": {"of": ["all"]}, **task_definition(newer=False, environment=[{"sealed": ""}])}

    assert unknown_members(shown, MODEL) == (
        "newest",
        "containerDefinitions[1].newer",
        "containerDefinitions[1].environment[0].sealed",
    )


def test_an_unknown_member_without_a_value_is_nothing_to_lose() -> None:
    assert unknown_members(task_definition(newer=None), MODEL) == ()


def test_a_members_own_keys_may_be_any() -> None:
    shown = task_definition(dockerLabels={"com.acme.newThing": "1"})

    assert unknown_members(shown, MODEL) == ()
    assert register_request(shown, (), MODEL)["containerDefinitions"][1]["dockerLabels"] == {
        "com.acme.newThing": "1"
    }


def test_members_without_a_value_are_not_registered() -> None:
    shown = {**task_definition(cpu=0, hostname=None), "taskRoleArn": None}

    assert register_request(shown, (), MODEL) == {
        "family": "web",
        "containerDefinitions": [{"name": "log", "image": "acme/log:1"}, {"name": "web", "cpu": 0}],
        "tags": [],
    }


def test_tags_are_registered_but_for_those_of_aws() -> None:
    tags = (Tag("team", "shop"), Tag("aws:cloudformation:stack-name", "web"), Tag("empty", ""))

    request = register_request(task_definition(), tags, MODEL)

    assert request["tags"] == [{"key": "team", "value": "shop"}, {"key": "empty", "value": ""}]


def test_a_request_shares_no_list_with_the_reply() -> None:
    shown = task_definition(environment=[{"name": "LOG_LEVEL", "value": "info"}])
    before = copy.deepcopy(shown)

    register_request(shown, (), MODEL)["containerDefinitions"][1]["environment"][0]["value"] = "debug"

    assert shown == before
