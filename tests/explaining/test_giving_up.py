"""A deployment that cannot succeed is given up after so many failed tasks, and undone as the inputs say."""

from typing import Any

import pytest

from ecs_steps import RolledBackError, RolloutFailedError, StackFailedError, TimedOutError
from ecs_steps.rollouts.fail_fast import threshold
from ecs_steps.sandbox import Fault, FaultKind, Sandbox, Scenario
from ecs_steps.sandbox.ecs.plan import EcsPlan, Exits, FailurePlan
from explaining.runs import (
    CLUSTERS,
    STEPS,
    Run,
    Step,
    is_serving,
    let_a_deployment_succeed,
    run,
    service,
    take,
)

ONE_IS_FINE = Scenario(ecs=EcsPlan(failure_plans=(FailurePlan(ending=Exits(code=1), skip=1),)))


@pytest.fixture(params=STEPS)
def step(request: pytest.FixtureRequest) -> Step:
    chosen: Step = request.param
    return chosen


def changed(step: Step, aws: Sandbox, scenario: str | Scenario, **changes: Any) -> Run:  # noqa: ANN401  passed on
    """Run a step on a service that serves already."""
    let_a_deployment_succeed(step, aws)
    take(aws, scenario)
    return run(step, aws, **changes)


def failed_tasks(step: Step, aws: Sandbox, ended: Run) -> int:
    """Count the tasks that had failed when the verdict was said."""
    cluster, name = CLUSTERS[step], service(step, aws)["serviceName"]
    arns = aws.clients.ecs.list_tasks(cluster=cluster, serviceName=name, desiredStatus="STOPPED")["taskArns"]
    tasks: Any = aws.clients.ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
    return sum(
        task["stopCode"] == "EssentialContainerExited" and task["stoppingAt"] <= ended.said_at
        for task in tasks
    )


@pytest.mark.parametrize(
    ("chosen", "desired", "enough"),
    [
        (None, 0, 3),
        (None, 1, 3),
        (None, 3, 3),
        (None, 4, 4),
        (None, 10, 10),
        (None, 11, 10),
        (None, 250, 10),
        (1, 250, 1),
        (12, 2, 12),
        (0, 2, 0),
    ],
)
def test_the_larger_of_three_and_the_desired_count_is_enough_and_at_most_ten(
    chosen: int | None, desired: int, enough: int
) -> None:
    assert threshold(chosen, desired) == enough


@pytest.mark.parametrize(("chosen", "least", "most"), [("1", 1, 2), (None, 3, 4), ("5", 5, 6)])
def test_a_deployment_is_given_up_at_the_threshold(
    chosen: str | None, least: int, most: int, step: Step
) -> None:
    with Sandbox() as aws:
        ended = changed(step, aws, "crash", **({"stopped_tasks": chosen} if chosen else {}))

        assert isinstance(ended.error, (RolloutFailedError, StackFailedError))
        assert least <= failed_tasks(step, aws, ended) <= most


def test_a_larger_service_is_given_more_tasks() -> None:
    with Sandbox() as aws:
        ended = run("deploy", aws, count="6", deploy_on_failure="Leave")
        assert ended.result
        take(aws, "crash")

        failed = run("deploy", aws, tag="3.0.0", count="6", deploy_on_failure="Leave")

        assert isinstance(failed.error, StackFailedError)
        assert failed_tasks("deploy", aws, failed) >= 6


def test_at_zero_a_deployment_is_never_given_up(step: Step) -> None:
    with Sandbox() as aws:
        ended = changed(step, aws, "crash", stopped_tasks="0", minutes=5)

        assert isinstance(ended.error, TimedOutError)
        assert failed_tasks(step, aws, ended) > 3
        assert "exited with code 1" in ended.lines[0]


def test_where_a_circuit_breaker_is_at_work_the_verdict_is_left_to_it(step: Step) -> None:
    with Sandbox() as aws:
        ended = changed(step, aws, "breaker", stopped_tasks="1")

        assert ended.error
        assert failed_tasks(step, aws, ended) >= 3
        assert "circuit breaker" in ended.tasks.verdict
        assert "CancelUpdateStack" not in ended.operations


def test_a_deployment_with_one_healthy_task_is_not_given_up(step: Step) -> None:
    with Sandbox() as aws:
        ended = changed(step, aws, ONE_IS_FINE, minutes=6)

        assert isinstance(ended.error, TimedOutError)
        assert failed_tasks(step, aws, ended) >= 3
        assert "CancelUpdateStack" not in ended.operations


def test_tasks_that_only_their_load_balancer_finds_unhealthy_are_not_healthy(step: Step) -> None:
    with Sandbox() as aws:
        ended = changed(step, aws, "targets-fail")

        assert isinstance(ended.error, (RolloutFailedError, StackFailedError))
        assert (ended.said_at - ended.begun).total_seconds() < 150


# What becomes of the stack


def test_an_update_of_the_stack_is_cancelled_and_its_rollback_awaited() -> None:
    with Sandbox() as aws:
        ended = changed("deploy", aws, "crash")

        [stack] = aws.clients.cloudformation.describe_stacks()["Stacks"]
        assert isinstance(ended.error, StackFailedError)
        assert ended.error.what == "Stack octopetshop-web could not succeed and was rolled back"
        assert ended.operations.count("CancelUpdateStack") == 1
        assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        assert is_serving("deploy", aws, service("deploy", aws)["taskDefinition"])
        assert service("deploy", aws)["taskDefinition"].endswith(":1")


@pytest.mark.parametrize("kind", [FaultKind.CONNECTION_RESET, FaultKind.READ_TIMEOUT])
def test_an_update_that_was_cancelled_unnoticed_is_not_called_one_that_could_not_be(kind: FaultKind) -> None:
    with Sandbox() as aws:
        let_a_deployment_succeed("deploy", aws)
        take(aws, "crash")
        aws.faults.apply(Fault("CancelUpdateStack", kind, range(1)))

        ended = run("deploy", aws)

        assert isinstance(ended.error, StackFailedError)
        assert ended.error.what == "Stack octopetshop-web could not succeed and was rolled back"
        assert ended.operations.count("CancelUpdateStack") == 2


def test_a_first_create_is_deleted_after_the_evidence_is_in() -> None:
    with Sandbox("crash") as aws:
        ended = run("deploy", aws)

        assert isinstance(ended.error, StackFailedError)
        assert ended.error.what == "Stack octopetshop-web could not succeed and was deleted"
        deleted = ended.operations.index("DeleteStack")
        assert "GetLogEvents" in ended.operations[:deleted]
        assert "GetLogEvents" not in ended.operations[deleted:]
        assert aws.clients.cloudformation.describe_stacks()["Stacks"] == []
        assert "ERROR: no route to the database" in ended.lines[2]


def test_the_next_deployment_after_a_deleted_create_is_a_first_one_again() -> None:
    with Sandbox("crash") as aws:
        run("deploy", aws)
        take(aws, "healthy")

        again = run("deploy", aws)

        assert again.result
        assert "CreateStack" in again.operations


@pytest.mark.parametrize("is_first", [True, False])
def test_left_alone_the_stack_continues_trying(is_first: bool) -> None:  # noqa: FBT001  a parameter of the test
    with Sandbox() as aws:
        if not is_first:
            let_a_deployment_succeed("deploy", aws)
        take(aws, "crash")

        ended = run("deploy", aws, deploy_on_failure="Leave")

        [stack] = aws.clients.cloudformation.describe_stacks()["Stacks"]
        status = "CREATE_IN_PROGRESS" if is_first else "UPDATE_IN_PROGRESS"
        assert isinstance(ended.error, StackFailedError)
        assert stack["StackStatus"] == status
        assert f"It is left {status}" in ended.error.next_step
        assert not {"CancelUpdateStack", "DeleteStack"} & set(ended.operations)
        assert ended.lines[0].startswith("root cause: container web")


# What becomes of a service that another process owns


def test_left_alone_the_service_keeps_what_it_was_given() -> None:
    with Sandbox("crash") as aws:
        ended = run("update", aws)

        assert isinstance(ended.error, RolloutFailedError)
        assert ended.operations.count("UpdateService") == 1
        assert "StopServiceDeployment" not in ended.operations
        assert service("update", aws)["taskDefinition"].endswith("orders:2")


def test_on_request_the_service_goes_back_to_what_served_before() -> None:
    with Sandbox("crash") as aws:
        ended = run("update", aws, update_on_failure="Rollback")

        there = service("update", aws)
        assert isinstance(ended.error, RolledBackError)
        assert there["taskDefinition"].endswith("orders:1")
        assert is_serving("update", aws, there["taskDefinition"])
        assert "exited with code 1" in ended.lines[0]
