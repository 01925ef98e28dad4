"""Rolling updates: what is started and stopped, when, and how fast."""

from collections.abc import Callable
from typing import Any

import pytest

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import EcsPlan, Exits, FailsToStart, FailurePlan, NotPlaced
from ecs_steps.sandbox.timeline import Timeline

Begin = Callable[[EcsPlan], EcsBackend]
Deploy = Callable[..., str]
Later = Callable[[float], None]
Messages = Callable[..., list[str]]
Describe = Callable[..., dict[str, Any]]
Tasks = Callable[..., list[dict[str, Any]]]

ORDERS = {"cluster": "shop", "service": "orders"}


def percents(minimum: int, maximum: int) -> dict[str, Any]:
    return {"deploymentConfiguration": {"minimumHealthyPercent": minimum, "maximumPercent": maximum}}


def test_tasks_that_stopped_an_hour_ago_take_no_room(begin: Begin, deploy: Deploy, later: Later) -> None:
    ecs = begin(
        EcsPlan(failure_plans=(FailurePlan(ending=FailsToStart(reason="CannotPullContainerError: no")),))
    )
    deploy(ecs)

    later(24 * 3600)

    assert len(ecs._clusters.all()[0].tasks) < 15  # what is forgotten cannot be described any more


def test_the_fixtures_start_steady(ecs: EcsBackend, describe: Describe) -> None:
    services = [describe(ecs, name) for name in ("orders", "billing")]

    assert [(s["desiredCount"], s["runningCount"]) for s in services] == [(2, 2), (1, 1)]
    assert all(s["deployments"][0]["rolloutState"] == "COMPLETED" for s in services)
    assert all("steady state" in s["events"][0]["message"] for s in services)


def test_a_rolling_update_goes_from_in_progress_to_completed(
    ecs: EcsBackend, deploy: Deploy, describe: Describe, later: Later
) -> None:
    deployment_id = deploy(ecs)

    burst = describe(ecs)["deployments"]
    later(120)
    in_the_end = describe(ecs)["deployments"]

    assert [(d["status"], d["rolloutState"]) for d in burst] == [
        ("PRIMARY", "IN_PROGRESS"),
        ("ACTIVE", "COMPLETED"),
    ]
    assert [(d["id"], d["rolloutState"], d["runningCount"]) for d in in_the_end] == [
        (deployment_id, "COMPLETED", 2)
    ]
    assert describe(ecs)["taskDefinition"].endswith("orders:2")


def test_the_events_of_a_rolling_update_tell_it_in_order(
    ecs: EcsBackend, deploy: Deploy, messages: Messages, later: Later
) -> None:
    before = len(messages(ecs))
    deployment_id = deploy(ecs)

    later(120)

    details = messages(ecs)[before:]
    prefixes = [
        "(service orders) has started 2 tasks: (task ",
        "(service orders) registered 2 targets in (target-group arn:aws:elasticloadbalancing:",
        "(service orders) has stopped 2 running tasks: (task ",
        "(service orders) deregistered 2 targets in (target-group arn:aws:elasticloadbalancing:",
        "(service orders, taskSet ecs-svc/",
        f"(service orders) (deployment {deployment_id}) deployment completed.",
        "(service orders) has reached a steady state.",
    ]
    assert len(details) == len(prefixes)
    assert all(text.startswith(start) for text, start in zip(details, prefixes, strict=True))


def test_old_tasks_serve_until_the_new_ones_are_healthy(
    ecs: EcsBackend, deploy: Deploy, describe: Describe, later: Later
) -> None:
    deploy(ecs)

    later(42)
    before = [(d["desiredCount"], d["runningCount"]) for d in describe(ecs)["deployments"]]
    later(1)
    after = [(d["desiredCount"], d["runningCount"]) for d in describe(ecs)["deployments"]]

    assert before == [(2, 2), (2, 2)]
    assert after == [(2, 2), (0, 0)]


@pytest.mark.parametrize(
    ("minimum", "maximum", "most", "least"),
    [(100, 200, 8, 4), (100, 150, 6, 4), (50, 100, 4, 2), (0, 100, 4, 0), (75, 125, 5, 3), (60, 130, 5, 3)],
)
def test_an_update_stays_within_its_percents(
    *,
    begin: Begin,
    deploy: Deploy,
    describe: Describe,
    later: Later,
    minimum: int,
    maximum: int,
    most: int,
    least: int,
) -> None:
    ecs = begin(EcsPlan(service={"desiredCount": 4, **percents(minimum, maximum)}))
    deploy(ecs)

    alive, running = [], []
    for _ in range(300):
        later(1)
        seen = describe(ecs)
        alive.append(seen["runningCount"] + seen["pendingCount"])
        running.append(seen["runningCount"])

    assert describe(ecs)["deployments"][0]["rolloutState"] == "COMPLETED"
    assert max(alive) <= most
    assert min(running) >= least


def test_percents_that_leave_no_room_are_reported_once(
    begin: Begin, deploy: Deploy, describe: Describe, messages: Messages, later: Later
) -> None:
    ecs = begin(EcsPlan(service=percents(100, 100)))
    deploy(ecs)

    later(3600)

    details = [text for text in messages(ecs) if "was unable to stop or start tasks" in text]
    assert len(details) == 1
    assert describe(ecs)["deployments"][0]["rolloutState"] == "IN_PROGRESS"


def test_a_desired_count_alone_scales_without_a_deployment(
    ecs: EcsBackend, describe: Describe, later: Later
) -> None:
    ecs.update_service({**ORDERS, "desiredCount": 4})
    later(60)
    out = describe(ecs)

    ecs.update_service({**ORDERS, "desiredCount": 1})
    later(60)
    back = describe(ecs)

    assert [(s["runningCount"], len(s["deployments"])) for s in (out, back)] == [(4, 1), (1, 1)]


def test_a_service_at_zero_completes_at_once(
    begin: Begin, deploy: Deploy, describe: Describe, later: Later
) -> None:
    ecs = begin(EcsPlan(service={"desiredCount": 0}))
    deployment_id = deploy(ecs)

    later(0)

    deployments = describe(ecs)["deployments"]
    assert [(d["id"], d["rolloutState"]) for d in deployments] == [(deployment_id, "COMPLETED")]


def test_250_tasks_are_started_ten_at_a_time(
    begin: Begin, deploy: Deploy, describe: Describe, messages: Messages, later: Later
) -> None:
    ecs = begin(EcsPlan(service={"desiredCount": 250}))
    deploy(ecs)

    pending = []
    for seconds in (0, 1, 6):
        later(seconds)
        pending.append(describe(ecs)["pendingCount"])
    later(600)

    assert pending == [10, 20, 80]
    assert describe(ecs)["deployments"][0]["runningCount"] == 250
    assert len(describe(ecs)["events"]) == 100
    assert max(text.count("(task ") for text in messages(ecs)) == 10


def test_a_deployment_that_cannot_succeed_continues_ever_more_slowly(
    *,
    begin: Begin,
    deploy: Deploy,
    describe: Describe,
    messages: Messages,
    later: Later,
    timeline: Timeline,
) -> None:
    ecs = begin(
        EcsPlan(failure_plans=(FailurePlan(ending=FailsToStart(reason="CannotPullContainerError: no")),))
    )
    deploy(ecs)

    later(30)
    at_first = messages(ecs)
    failed = []
    for _ in range(12):
        later(3600)
        failed.append(describe(ecs)["deployments"][0]["failedTasks"])

    assert describe(ecs)["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    assert failed[0] >= 10
    assert failed[-1] - failed[-2] <= 6
    message = "(service orders) is unable to consistently start tasks successfully."
    assert (message in at_first, message in messages(ecs)) == (False, True)
    assert len(timeline._due) <= 1  # a quiet service has nothing else to wait for


def test_tasks_that_cannot_be_placed_are_reported_and_counted(
    begin: Begin, deploy: Deploy, describe: Describe, messages: Messages, later: Later
) -> None:
    reason = ". Reason: Capacity is unavailable at this time."
    ecs = begin(EcsPlan(failure_plans=(FailurePlan(ending=NotPlaced(reason=reason)),)))
    deploy(ecs)

    later(300)

    details = [text for text in messages(ecs) if "was unable to place a task" in text]
    assert details == [f"(service orders) was unable to place a task{reason}"]
    assert describe(ecs)["deployments"][0]["failedTasks"] >= 4


def test_a_deployment_recovers_when_its_tasks_do(
    begin: Begin, deploy: Deploy, describe: Describe, later: Later
) -> None:
    ecs = begin(EcsPlan(failure_plans=(FailurePlan(ending=Exits(code=1), first=3),)))
    deploy(ecs)

    later(40)
    failed = describe(ecs)["deployments"][0]["failedTasks"]
    later(300)
    recovered = describe(ecs)["deployments"][0]

    assert failed == 2
    assert (recovered["rolloutState"], recovered["failedTasks"], recovered["runningCount"]) == (
        "COMPLETED",
        0,
        2,
    )


def test_a_task_that_dies_after_completion_is_replaced(
    begin: Begin, deploy: Deploy, describe: Describe, messages: Messages, later: Later
) -> None:
    ecs = begin(EcsPlan(failure_plans=(FailurePlan(ending=Exits(code=1, after=100), first=2),)))
    deploy(ecs)

    later(110)
    completed = describe(ecs)["deployments"][0]
    later(300)
    replaced = describe(ecs)

    assert (completed["rolloutState"], completed["runningCount"]) == ("COMPLETED", 2)
    assert (replaced["deployments"][0]["id"], replaced["runningCount"]) == (completed["id"], 2)
    assert messages(ecs)[-1] == "(service orders) has reached a steady state."


def test_a_failing_deployment_never_calls_its_service_steady(
    begin: Begin, deploy: Deploy, messages: Messages, later: Later
) -> None:
    ecs = begin(EcsPlan(failure_plans=(FailurePlan(ending=Exits(code=1)),)))
    before = len(messages(ecs))
    deploy(ecs)

    later(600)

    assert not any("steady" in text for text in messages(ecs)[before:])


def test_tasks_that_are_replaced_before_they_ran_are_reported_as_pending(
    ecs: EcsBackend, deploy: Deploy, tasks: Tasks, messages: Messages, later: Later
) -> None:
    replaced_id = deploy(ecs)
    later(15)
    deploy(ecs)

    later(1)

    assert "(service orders) stopped 2 pending tasks." in messages(ecs)
    assert {task["desiredStatus"] for task in tasks(ecs, replaced_id, "STOPPED")} == {"STOPPED"}
    assert tasks(ecs, replaced_id) == []
