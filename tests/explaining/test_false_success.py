"""Green means that the service serves what was deployed: everything that only looks like it is red."""

import pytest

from ecs_steps import (
    DeploymentError,
    EcsStepsError,
    Outcome,
    RolledBackError,
    RolloutFailedError,
    StackFailedError,
    SupersededError,
)
from ecs_steps.reporting.events import RolloutChanged
from ecs_steps.sandbox import SCENARIOS, Sandbox, Scenario
from ecs_steps.sandbox.ecs.plan import DesiredCountSet, EcsPlan, Exits, FailurePlan, NotPlaced, Pace
from explaining.runs import (
    STEPS,
    Run,
    Step,
    is_serving,
    let_a_deployment_fail,
    let_a_deployment_succeed,
    run,
    service,
    take,
)

# Whoever overlooks ECS' verdict calls the stack complete; ECS has rolled back to what served before.
OVERLOOKED = Scenario(ecs=SCENARIOS["breaker-rollback"].ecs, stack=SCENARIOS["rollback-overlooked"].stack)


@pytest.fixture(params=STEPS)
def step(request: pytest.FixtureRequest) -> Step:
    chosen: Step = request.param
    return chosen


def changed_in(step: Step, aws: Sandbox, scenario: str | Scenario, *, minutes: int = 30) -> Run:
    """Run a step on a service that serves already."""
    let_a_deployment_succeed(step, aws)
    take(aws, scenario)
    return run(step, aws, minutes=minutes)


def revision(step: Step, aws: Sandbox) -> str:
    arn: str = service(step, aws)["taskDefinition"]
    return arn.rpartition(":")[2]


@pytest.mark.parametrize(
    ("scenario", "kinds"),
    [
        ("breaker-rollback", {"update": RolledBackError, "deploy": StackFailedError}),
        ("breaker", {"update": RolloutFailedError, "deploy": StackFailedError}),
        ("alarm-rollback", {"update": RolledBackError, "deploy": StackFailedError}),
        ("superseded", {"update": SupersededError, "deploy": SupersededError}),
        ("service-deleted", {"update": RolloutFailedError, "deploy": StackFailedError}),
        ("all-draining", {"update": RolloutFailedError, "deploy": StackFailedError}),
    ],
)
def test_what_ends_otherwise_than_requested_is_red(
    scenario: str, kinds: dict[Step, type[EcsStepsError]], step: Step
) -> None:
    with Sandbox() as aws:
        ended = changed_in(step, aws, scenario)

        assert type(ended.error) is kinds[step]
        assert isinstance(ended.error, DeploymentError)
        assert "Outcome" not in ended.error.outputs


def test_a_breakers_rollback_leaves_one_complete_deployment_and_is_red_all_the_same(step: Step) -> None:
    with Sandbox() as aws:
        ended = changed_in(step, aws, "breaker-rollback")
        aws.clock.sleep(300)

        there = service(step, aws)
        [deployment] = there["deployments"]
        assert deployment["rolloutState"] == "COMPLETED"
        assert there["runningCount"] == there["desiredCount"]
        assert revision(step, aws) == "1"
        assert ended.error


def test_a_stack_that_calls_a_rolled_back_service_updated_is_red() -> None:
    with Sandbox() as aws:
        ended = changed_in("deploy", aws, OVERLOOKED)

        [stack] = aws.clients.cloudformation.describe_stacks()["Stacks"]
        assert stack["StackStatus"].startswith("UPDATE_COMPLETE")
        assert revision("deploy", aws) == "1"
        assert isinstance(ended.error, RolledBackError)
        assert "exited with code 1" in ended.error.why


def test_the_next_deployment_after_an_overlooked_rollback_is_not_green_by_being_unchanged() -> None:
    with Sandbox() as aws:
        changed_in("deploy", aws, OVERLOOKED)

        again = run("deploy", aws)

        assert again.error
        assert revision("deploy", aws) == "1"


def test_a_superseded_deployment_is_red_although_the_service_is_stable(step: Step) -> None:
    with Sandbox() as aws:
        ended = changed_in(step, aws, "superseded")
        aws.clock.sleep(300)

        assert isinstance(ended.error, SupersededError)
        assert service(step, aws)["deployments"][0]["rolloutState"] == "COMPLETED"
        assert revision(step, aws) == "1"


def test_a_service_whose_tasks_all_drain_is_red_before_they_have_stopped() -> None:
    with Sandbox() as aws:
        ended = changed_in("update", aws, "all-draining")

        arns = aws.clients.ecs.list_tasks(cluster="shop", serviceName="orders", desiredStatus="STOPPED")
        tasks = aws.clients.ecs.describe_tasks(cluster="shop", tasks=arns["taskArns"])["tasks"]
        assert ended.error
        assert service("update", aws)["status"] == "DRAINING"
        assert [task for task in tasks if task["lastStatus"] == "DEACTIVATING"]


def test_a_service_at_zero_is_green_at_once(step: Step) -> None:
    with Sandbox() as aws:
        let_a_deployment_succeed(step, aws)
        if step == "update":
            aws.clients.ecs.update_service(cluster="shop", service="orders", desiredCount=0)
            aws.clock.sleep(120)

        ended = run(step, aws, **({"count": "0"} if step == "deploy" else {}))

        assert ended.result
        assert ended.result.outcome is Outcome.SUCCEEDED
        assert service(step, aws)["runningCount"] == 0


def test_a_service_scaled_to_zero_on_the_way_is_green(step: Step) -> None:
    plan = EcsPlan(events=(DesiredCountSet(after=30, count=0),))
    with Sandbox() as aws:
        ended = changed_in(step, aws, Scenario(ecs=plan))

        assert ended.result
        assert is_serving(step, aws, ended.result.outputs["TaskDefinitionArn"])


def test_a_deployment_after_a_failed_one_is_green(step: Step) -> None:
    with Sandbox() as aws:
        let_a_deployment_fail(step, aws)
        take(aws, "healthy")

        ended = run(step, aws)

        assert ended.result
        assert is_serving(step, aws, ended.result.outputs["TaskDefinitionArn"])


def crashes_after(seconds: float, *, for_good: bool = False) -> Scenario:
    """Let every task, of whatever revision, crash so long after it started; `for_good` none follows it."""
    crash = FailurePlan(ending=Exits(code=1, after=seconds), first=2 if for_good else None, proven_too=True)
    nothing_left = FailurePlan(ending=NotPlaced(reason=" because nothing is left."), proven_too=True)
    pace = Pace(provisioning=2, pull=3, start=1)
    return Scenario(ecs=EcsPlan(failure_plans=(crash, nothing_left) if for_good else (crash,), pace=pace))


def observations_of_a_completed_one(ended: Run) -> list[int]:
    """Return how many tasks ran at each observation that found the deployment completed."""
    return [
        seen.running
        for seen in ended.reports
        if isinstance(seen, RolloutChanged)
        and seen.is_this_deployment
        and seen.state in ("COMPLETED", "SUCCESSFUL")
    ]


@pytest.mark.parametrize("seconds", [22, 25, 30, 45, 75])
def test_tasks_that_crash_around_their_completion_are_not_called_green_while_they_are_down(
    seconds: int, step: Step
) -> None:
    with Sandbox() as aws:
        ended = changed_in(step, aws, crashes_after(seconds), minutes=3)

        assert ended.result
        assert is_serving(step, aws, ended.result.outputs["TaskDefinitionArn"])


def test_tasks_that_fail_between_ecs_verdict_and_the_read_of_it_are_waited_for(step: Step) -> None:
    with Sandbox() as aws:
        ended = changed_in(step, aws, crashes_after(60), minutes=3)

        assert ended.result
        assert observations_of_a_completed_one(ended)[0] == 0
        assert observations_of_a_completed_one(ended)[-1] == 2


def test_a_deployment_that_ecs_calls_successful_and_whose_tasks_are_deleted_is_red(step: Step) -> None:
    with Sandbox() as aws:
        ended = changed_in(step, aws, crashes_after(60, for_good=True), minutes=3)

        assert isinstance(ended.error, DeploymentError)
        assert set(observations_of_a_completed_one(ended)) == {0}
        assert "exited with code 1" in ended.lines[0]
