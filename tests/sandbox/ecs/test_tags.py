"""Tags of whatever has an ARN."""

from collections.abc import Callable
from typing import Any

import pytest

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.service_error import ServiceError

ARN = "arn:aws:ecs:eu-west-1:123456789012:"
TASK = "a task of billing"


def resolved(ecs: EcsBackend, resource: str) -> str:
    if resource != TASK:
        return ARN + resource
    task_arn: str = ecs.list_tasks({"cluster": "shop", "serviceName": "billing"})["taskArns"][0]
    return task_arn


@pytest.mark.parametrize(
    "resource", ["cluster/shop", "service/shop/orders", "task-definition/orders:1", TASK]
)
def test_a_tag_is_set_changed_and_removed(ecs: EcsBackend, resource: str) -> None:
    arn = resolved(ecs, resource)
    before = ecs.list_tags_for_resource({"resourceArn": arn})["tags"]

    for value in ("one", "two"):
        ecs.tag_resource({"resourceArn": arn, "tags": [{"key": "release", "value": value}]})
    tagged = ecs.list_tags_for_resource({"resourceArn": arn})["tags"]
    ecs.untag_resource({"resourceArn": arn, "tagKeys": ["release"]})

    assert tagged == [*before, {"key": "release", "value": "two"}]
    assert ecs.list_tags_for_resource({"resourceArn": arn})["tags"] == before


def test_a_services_tags_are_those_that_it_is_described_with(
    ecs: EcsBackend, describe: Callable[..., dict[str, Any]]
) -> None:
    ecs.tag_resource({"resourceArn": f"{ARN}service/shop/orders", "tags": [{"key": "a", "value": "b"}]})

    assert describe(ecs)["tags"][-1] == {"key": "a", "value": "b"}


def test_tags_of_aws_cannot_be_set_but_do_not_count(ecs: EcsBackend) -> None:
    arn = f"{ARN}service/shop/orders"
    room = 50 - sum(
        not tag["key"].startswith("aws:") for tag in ecs.list_tags_for_resource({"resourceArn": arn})["tags"]
    )
    ecs.tag_resource(
        {"resourceArn": arn, "tags": [{"key": f"key{number}", "value": "x"} for number in range(room)]}
    )

    with pytest.raises(ServiceError, match="Too many tags"):
        ecs.tag_resource({"resourceArn": arn, "tags": [{"key": "one-more", "value": "x"}]})
    with pytest.raises(ServiceError, match="aws: prefixed"):
        ecs.tag_resource({"resourceArn": arn, "tags": [{"key": "aws:mine", "value": "x"}]})


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        ("service/shop/unknown", "ResourceNotFoundException"),
        ("task-definition/unknown:1", "ResourceNotFoundException"),
        ("task/shop/unknown", "ResourceNotFoundException"),
        ("cluster/nowhere", "ClusterNotFoundException"),
        ("garden/gnome", "InvalidParameterException"),
    ],
)
def test_what_is_not_there_has_no_tags(ecs: EcsBackend, resource: str, code: str) -> None:
    with pytest.raises(ServiceError) as refused:
        ecs.list_tags_for_resource({"resourceArn": ARN + resource})

    assert refused.value.code == code
