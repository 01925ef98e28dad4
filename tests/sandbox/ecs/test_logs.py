"""What containers write to CloudWatch Logs."""

from collections.abc import Callable
from typing import Any

import pytest

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import (
    EcsPlan,
    Ending,
    Exits,
    FailsHealthCheck,
    FailsTargetHealth,
    FailurePlan,
)
from ecs_steps.sandbox.service_error import ServiceError
from ecs_steps.sandbox.timeline import Timeline

LINES = tuple(f"line {number}" for number in range(5))


@pytest.fixture
def ecs(begin: Callable[[EcsPlan], EcsBackend]) -> EcsBackend:
    """Start an ECS where the main container writes five lines and dies."""
    return begin(EcsPlan(failure_plans=(FailurePlan(ending=Exits(code=1), log=LINES),)))


@pytest.fixture
def stream(
    ecs: EcsBackend,
    deploy: Callable[..., str],
    tasks: Callable[..., list[dict[str, Any]]],
    later: Callable[[float], None],
) -> dict[str, Any]:
    """Name the stream of a container that died."""
    deployment_id = deploy(ecs)
    later(30)
    task_id = tasks(ecs, deployment_id, "STOPPED")[0]["taskArn"].rpartition("/")[2]
    return {"logGroupName": "/ecs/orders", "logStreamName": f"ecs/web/{task_id}"}


def messages(reply: dict[str, Any]) -> list[str]:
    return [event["message"] for event in reply["events"]]


def test_the_last_words_of_a_container_are_in_its_stream(
    ecs: EcsBackend, stream: dict[str, Any], timeline: Timeline
) -> None:
    reply = ecs.logs.get_log_events(stream)

    assert messages(reply) == list(LINES)
    moments = [event["timestamp"] for event in reply["events"]]
    assert moments == sorted(moments)
    assert moments[-1] < timeline.now.timestamp() * 1000


def test_the_tail_comes_first_unless_the_head_is_requested(ecs: EcsBackend, stream: dict[str, Any]) -> None:
    tail = ecs.logs.get_log_events({**stream, "limit": 2})
    head = ecs.logs.get_log_events({**stream, "limit": 2, "startFromHead": True})

    assert messages(tail) == ["line 3", "line 4"]
    assert messages(head) == ["line 0", "line 1"]


@pytest.mark.parametrize("ending", [FailsHealthCheck(), FailsTargetHealth()])
def test_an_unhealthy_container_has_last_words_too(
    *,
    begin: Callable[[EcsPlan], EcsBackend],
    deploy: Callable[..., str],
    tasks: Callable[..., list[dict[str, Any]]],
    later: Callable[[float], None],
    ending: Ending,
) -> None:
    ecs = begin(EcsPlan(failure_plans=(FailurePlan(ending=ending, log=LINES),)))
    deployment_id = deploy(ecs)
    later(80)
    task_id = tasks(ecs, deployment_id, "STOPPED")[0]["taskArn"].rpartition("/")[2]

    reply = ecs.logs.get_log_events({"logGroupName": "/ecs/orders", "logStreamName": f"ecs/web/{task_id}"})

    assert messages(reply) == list(LINES)


def test_tokens_lead_forward_and_backward_and_repeat_at_the_end(
    ecs: EcsBackend, stream: dict[str, Any]
) -> None:
    head = ecs.logs.get_log_events({**stream, "limit": 3, "startFromHead": True})
    on = ecs.logs.get_log_events({**stream, "limit": 3, "nextToken": head["nextForwardToken"]})
    end = ecs.logs.get_log_events({**stream, "limit": 3, "nextToken": on["nextForwardToken"]})
    back = ecs.logs.get_log_events({**stream, "limit": 1, "nextToken": on["nextBackwardToken"]})

    assert messages(on) == ["line 3", "line 4"]
    assert (messages(end), end["nextForwardToken"]) == ([], on["nextForwardToken"])
    assert messages(back) == ["line 2"]


def test_events_are_narrowed_by_time(ecs: EcsBackend, stream: dict[str, Any]) -> None:
    third = ecs.logs.get_log_events(stream)["events"][2]["timestamp"]

    since = ecs.logs.get_log_events({**stream, "startTime": third})
    until = ecs.logs.get_log_events({**stream, "endTime": third})

    assert (messages(since), messages(until)) == (list(LINES[2:]), list(LINES[:2]))


def test_a_healthy_container_has_an_empty_stream(ecs: EcsBackend, stream: dict[str, Any]) -> None:
    sidecar = stream["logStreamName"].replace("ecs/web", "log-router/log-router")

    reply = ecs.logs.get_log_events({**stream, "logStreamName": sidecar})

    assert reply["events"] == []


@pytest.mark.parametrize(
    ("group", "name", "message"),
    [
        ("/ecs/unknown", "ecs/web/1", "The specified log group does not exist."),
        ("/ecs/orders", "ecs/web/1", "The specified log stream does not exist."),
    ],
)
def test_a_stream_without_a_writer_does_not_exist(
    ecs: EcsBackend, group: str, name: str, message: str
) -> None:
    with pytest.raises(ServiceError) as refused:
        ecs.logs.get_log_events({"logGroupName": group, "logStreamName": name})

    assert (refused.value.code, refused.value.message) == ("ResourceNotFoundException", message)


def test_a_container_with_another_log_driver_leaves_no_stream(
    ecs: EcsBackend,
    register: Callable[..., str],
    deploy: Callable[..., str],
    tasks: Callable[..., list[dict[str, Any]]],
    later: Callable[[float], None],
) -> None:
    definitions = ecs.describe_task_definition({"taskDefinition": "orders"})["taskDefinition"]
    web = definitions["containerDefinitions"][0] | {"logConfiguration": {"logDriver": "awsfirelens"}}
    arn = register(ecs, containerDefinitions=[web])
    deployment_id = deploy(ecs, taskDefinition=arn)
    later(30)
    task_id = tasks(ecs, deployment_id, "STOPPED")[0]["taskArn"].rpartition("/")[2]

    with pytest.raises(ServiceError, match="stream does not exist"):
        ecs.logs.get_log_events({"logGroupName": "/ecs/orders", "logStreamName": f"ecs/web/{task_id}"})
