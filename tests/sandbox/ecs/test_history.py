"""What has happened before the sandbox starts."""

from collections.abc import Callable
from typing import Any

import pytest

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import EcsPlan, Exits, FailurePlan
from ecs_steps.sandbox.ecs.scenarios import EARLIER_FAILURE
from ecs_steps.sandbox.timeline import START, Timeline

Begin = Callable[[EcsPlan], EcsBackend]
Deploy = Callable[..., str]
Later = Callable[[float], None]
Describe = Callable[..., dict[str, Any]]
Tasks = Callable[..., list[dict[str, Any]]]


def test_the_past_leaves_nothing_on_the_timeline(
    ecs: EcsBackend, describe: Describe, timeline: Timeline
) -> None:
    before = describe(ecs)
    timeline.advance_to(START.replace(year=START.year + 1))

    assert describe(ecs) == before
    assert all(event["createdAt"] < START for event in before["events"])


def test_what_the_plan_has_in_store_has_not_happened_yet(begin: Begin, describe: Describe) -> None:
    ecs = begin(EcsPlan(failure_plans=(FailurePlan(ending=Exits(code=1), proven_too=True),)))

    assert describe(ecs)["runningCount"] == 2


@pytest.mark.parametrize("service", ["orders", "billing"])
def test_an_earlier_failure_is_over_but_still_to_be_seen(
    begin: Begin, describe: Describe, tasks: Tasks, service: str
) -> None:
    ecs = begin(EcsPlan(earlier_failure=EARLIER_FAILURE))

    briefs = ecs.list_service_deployments({"cluster": "shop", "service": service})["serviceDeployments"]
    failed = briefs[0]["targetServiceRevisionArn"].rpartition("/")[2]
    stopped = tasks(ecs, f"ecs-svc/{failed}", "STOPPED")
    messages = [event["message"] for event in describe(ecs, service)["events"]]
    assert briefs[0]["status"] == "ROLLBACK_SUCCESSFUL"
    assert len(stopped) >= 3
    assert all(task["lastStatus"] == "STOPPED" for task in stopped)
    assert any("deployment failed" in message for message in messages)


def test_an_earlier_failure_leaves_the_service_as_it_was(
    begin: Begin, describe: Describe, deploy: Deploy, later: Later
) -> None:
    ecs = begin(EcsPlan(earlier_failure=EARLIER_FAILURE))

    before = describe(ecs)
    deployment_id = deploy(ecs)
    later(120)

    assert before["taskDefinition"].endswith("orders:1")
    assert before["deploymentConfiguration"]["deploymentCircuitBreaker"] == {
        "enable": False,
        "rollback": False,
    }
    assert [(d["id"], d["rolloutState"]) for d in describe(ecs)["deployments"]] == [
        (deployment_id, "COMPLETED")
    ]


def test_an_earlier_failures_revision_is_not_the_familys_latest(begin: Begin) -> None:
    ecs = begin(EcsPlan(earlier_failure=EARLIER_FAILURE))

    latest = ecs.describe_task_definition({"taskDefinition": "orders"})["taskDefinition"]

    assert latest["revision"] == 1


def test_a_breaker_of_the_plan_stays_on_after_an_earlier_failure(begin: Begin, describe: Describe) -> None:
    breaker = {"enable": True, "rollback": False}
    service = {"deploymentConfiguration": {"deploymentCircuitBreaker": breaker}}

    ecs = begin(EcsPlan(earlier_failure=EARLIER_FAILURE, service=service))

    assert describe(ecs)["deploymentConfiguration"]["deploymentCircuitBreaker"] == breaker


def test_a_service_of_another_controller_has_no_earlier_failure(begin: Begin, describe: Describe) -> None:
    service = {"deploymentController": {"type": "CODE_DEPLOY"}}

    ecs = begin(EcsPlan(earlier_failure=EARLIER_FAILURE, service=service))

    assert describe(ecs)["deployments"] == []
