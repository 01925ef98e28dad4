"""Which tasks a failure plan applies to."""

from collections.abc import Callable
from typing import Any

import pytest

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import EcsPlan, Exits, FailurePlan

Begin = Callable[[EcsPlan], EcsBackend]
Deploy = Callable[..., str]
Later = Callable[[float], None]
Register = Callable[..., str]
Tasks = Callable[..., list[dict[str, Any]]]

CRASH = Exits(code=1)


def struck(failure_plan: FailurePlan, begin: Begin, deploy: Deploy, tasks: Tasks, later: Later) -> int:
    """Count the tasks of four that a deployment loses at once."""
    ecs = begin(EcsPlan(failure_plans=(failure_plan,), service={"desiredCount": 4}))
    deployment_id = deploy(ecs)
    later(30)
    return len(tasks(ecs, deployment_id, "STOPPED"))


@pytest.mark.parametrize(
    ("failure_plan", "count"),
    [
        (FailurePlan(ending=CRASH), 4),
        (FailurePlan(ending=CRASH, first=3), 3),
        (FailurePlan(ending=CRASH, skip=3), 1),
        (FailurePlan(ending=CRASH, skip=1, first=2), 2),
        (FailurePlan(ending=CRASH, family="orders"), 4),
        (FailurePlan(ending=CRASH, family="orders:2"), 4),
        (FailurePlan(ending=CRASH, family="orders:1"), 0),
        (FailurePlan(ending=CRASH, family="billing"), 0),
        (FailurePlan(ending=CRASH, image="acme/orders"), 4),
        (FailurePlan(ending=CRASH, image="fluent-bit"), 4),
        (FailurePlan(ending=CRASH, image="redis"), 0),
    ],
)
def test_a_failure_plan_applies_to_the_tasks_that_it_names(
    *, begin: Begin, deploy: Deploy, tasks: Tasks, later: Later, failure_plan: FailurePlan, count: int
) -> None:
    assert struck(failure_plan, begin, deploy, tasks, later) == count


def test_a_task_definition_that_has_served_is_spared(
    begin: Begin, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    ecs = begin(EcsPlan(failure_plans=(FailurePlan(ending=CRASH),)))
    deployment_id = deploy(ecs, taskDefinition="orders:1", forceNewDeployment=True)

    later(30)

    assert tasks(ecs, deployment_id, "STOPPED") == []


def test_a_failure_plan_may_apply_to_a_task_definition_that_has_served(
    begin: Begin, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    ecs = begin(EcsPlan(failure_plans=(FailurePlan(ending=CRASH, proven_too=True),)))
    deployment_id = deploy(ecs, taskDefinition="orders:1", forceNewDeployment=True)

    later(30)

    assert len(tasks(ecs, deployment_id, "STOPPED")) == 2


def test_each_deployment_is_counted_for_itself(
    begin: Begin, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    ecs = begin(EcsPlan(failure_plans=(FailurePlan(ending=CRASH, first=1),)))
    first_id = deploy(ecs)
    later(29)
    second_id = deploy(ecs)

    later(29)

    crashed = [
        [t for t in tasks(ecs, i, "STOPPED") if t["stopCode"] == "EssentialContainerExited"]
        for i in (first_id, second_id)
    ]
    assert [len(each) for each in crashed] == [1, 1]


def test_the_first_failure_plan_that_applies_wins(
    begin: Begin, deploy: Deploy, tasks: Tasks, later: Later
) -> None:
    failure_plans = (FailurePlan(ending=Exits(code=3), first=1), FailurePlan(ending=Exits(code=4)))
    ecs = begin(EcsPlan(failure_plans=failure_plans))
    deployment_id = deploy(ecs)

    later(30)

    codes = [task["containers"][0]["exitCode"] for task in tasks(ecs, deployment_id, "STOPPED")]
    assert codes == [3, 4]
