"""The oracle of the matrix notices: each false statement about a case turns red, and only that one."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest
from attrs import evolve

from ecs_steps import DeploymentError, NotFoundError, Outcome, Result, UpdateEcsServiceStep
from ecs_steps.sandbox import Fault, FaultKind
from ecs_steps.steps.registry import STEPS
from faults.matrix import journey_named
from faults.matrix_cases import MatrixCase, run_case, violations

ORDERS = "arn:aws:ecs:eu-west-1:123456789012:task-definition/orders"
STACKS = {"a/stack": "CREATE_COMPLETE"}


class AlwaysGreenStep(UpdateEcsServiceStep):
    """A step that says SUCCEEDED whether the deployment fails, is in progress or is complete."""

    def run(self, **fakes: Any) -> Result:  # noqa: ANN401  passed on
        try:
            return evolve(super().run(**fakes), outcome=Outcome.SUCCEEDED)
        except DeploymentError as error:
            return Result(outcome=Outcome.SUCCEEDED, outputs=error.outputs)


ALWAYS_GREEN = evolve(STEPS.named("update"), name="always-green", step=f"{__name__}:AlwaysGreenStep")


@cache
def throttled_once(step: str, journey: str, operation: str) -> MatrixCase:
    """Return a case that violates nothing."""
    return run_case(journey_named(step, journey), Fault(operation, FaultKind.THROTTLED, range(1)))


def update() -> MatrixCase:
    return throttled_once("update", "new revision", "RegisterTaskDefinition")


def failed(step: str, journey: str) -> MatrixCase:
    """Return a case whose deployment fails."""
    return throttled_once(step, journey, "DescribeServices")


def claim(case: MatrixCase, outcome: Outcome, **outputs: str) -> MatrixCase:
    """Return a case that claims a green outcome, with its own outputs but for these."""
    result = Result(outcome=outcome, outputs={**case.reported_outputs, **outputs})
    return evolve(case, run=evolve(case.run, result=result, error=None))


def reporting(case: MatrixCase, outcome: Outcome, **outputs: str) -> list[str]:
    """Return the violations of a false claim, without those of outputs that were never reported."""
    found = violations(claim(case, outcome, **outputs))
    return [each for each in found if not each.startswith("outputs lost from the result")]


def in_run(**changes: Any) -> Callable[[MatrixCase], MatrixCase]:  # noqa: ANN401  as the fields
    return lambda case: evolve(case, run=evolve(case.run, **changes))


def in_service(**changes: Any) -> Callable[[MatrixCase], MatrixCase]:  # noqa: ANN401  as the fields
    """Return what changes the service that the deployment of a case is for."""

    def changed(case: MatrixCase) -> MatrixCase:
        deployed = case.reported_outputs["DeploymentId"]
        services = {
            arn: evolve(state, **changes) if state.deployment_id == deployed else state
            for arn, state in case.after.services.items()
        }
        return evolve(case, after=evolve(case.after, services=services))

    return changed


def in_service_of(case: MatrixCase, **changes: Any) -> MatrixCase:  # noqa: ANN401  as the fields
    """Change the service that the outputs of a case name."""
    arn = case.reported_outputs["ServiceArn"]
    services = {**case.after.services, arn: evolve(case.after.services[arn], **changes)}
    return evolve(case, after=evolve(case.after, services=services))


@pytest.mark.parametrize("name", ["crash", "broken circuit, rolled back", "started"])
def test_a_step_that_is_green_whatever_happens_is_found(name: str) -> None:
    case = run_case(evolve(journey_named("update", name), row=ALWAYS_GREEN))

    assert isinstance(case.run.result, Result)
    assert [found for found in violations(case) if found.startswith("SUCCEEDED, and ")] != []


@pytest.mark.parametrize("name", ["new revision", "unchanged", "targets that drain"])
def test_a_step_that_is_rightly_green_is_not(name: str) -> None:
    case = run_case(evolve(journey_named("update", name), row=ALWAYS_GREEN))

    assert list(violations(case)) == []


@pytest.mark.parametrize(
    ("step", "journey"),
    [("update", "crash"), ("update", "crash, rolled back"), ("deploy", "update that crashes")],
)
@pytest.mark.parametrize("outcome", [Outcome.SUCCEEDED, Outcome.UNCHANGED])
def test_a_failed_deployment_that_claims_to_be_green_is_a_violation(
    step: str, journey: str, outcome: Outcome
) -> None:
    case = failed(step, journey)

    assert list(violations(case)) == []
    assert isinstance(case.run.error, DeploymentError)
    assert [each for each in reporting(case, outcome) if each.startswith(f"{outcome}, ")] != []


@pytest.mark.parametrize("outcome", [Outcome.SUCCEEDED, Outcome.UNCHANGED, Outcome.STARTED])
def test_a_green_outcome_of_another_revision_is_a_violation(outcome: Outcome) -> None:
    [other_image, other_revision, *_] = reporting(update(), outcome, TaskDefinitionArn=f"{ORDERS}:1")

    assert other_image.startswith(f"{ORDERS}:1 runs ")
    assert other_revision == f"{outcome} of {ORDERS}:1, and the PRIMARY deployment is of {ORDERS}:2"


@pytest.mark.parametrize("outcome", [Outcome.SUCCEEDED, Outcome.UNCHANGED, Outcome.STARTED])
def test_a_green_outcome_of_another_deployment_is_a_violation(outcome: Outcome) -> None:
    assert reporting(update(), outcome, DeploymentId="ecs-svc/1") == [
        f"{outcome}, and ecs-svc/1 is no service's PRIMARY deployment"
    ]


def test_a_green_outcome_without_an_output_is_a_violation() -> None:
    case = update()
    outputs = {name: value for name, value in case.reported_outputs.items() if name != "DeploymentId"}
    result = Result(outcome=Outcome.SUCCEEDED, outputs=outputs)

    assert "green without the outputs ['DeploymentId']" in violations(in_run(result=result)(case))


def test_a_green_outcome_of_a_stack_in_progress_is_a_violation_unless_it_is_only_started() -> None:
    case = throttled_once("deploy", "update", "DescribeStacks")
    stack = case.reported_outputs["AwsOutputs[StackId]"]
    rolling_back, in_progress = (
        evolve(case, after=evolve(case.after, stacks={stack: status}))
        for status in ("UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_IN_PROGRESS")
    )

    assert reporting(in_progress, Outcome.STARTED) == []
    assert reporting(in_progress, Outcome.SUCCEEDED) == ["SUCCEEDED, and the stack is UPDATE_IN_PROGRESS"]
    assert reporting(rolling_back, Outcome.STARTED) == [
        "STARTED, and the stack is UPDATE_ROLLBACK_IN_PROGRESS"
    ]


CHANGES: Mapping[str, tuple[Callable[[MatrixCase], MatrixCase], str]] = {
    "a task is missing": (in_service(running_tasks={f"{ORDERS}:2": 1}), "run instead of"),
    "an old task runs": (in_service(running_tasks={f"{ORDERS}:1": 1, f"{ORDERS}:2": 2}), "run instead of"),
    "no task runs": (in_service(running_tasks={}), "run instead of"),
    "in progress": (in_service(rollout_state="IN_PROGRESS"), "SUCCEEDED, and the rollout is IN_PROGRESS"),
    "draining": (in_service(status="DRAINING"), "SUCCEEDED, and the service is DRAINING"),
    "no fault": (in_run(calls=()), "the fault was not injected"),
    "too long": (lambda case: in_run(started_at=case.run.started_at.replace(year=2000))(case), "it took "),
    "twice": (lambda case: evolve(case, deployed=(f"{ORDERS}:2",) * 2), "deployed more than once: "),
    "a stack": (lambda case: evolve(case, after=evolve(case.after, stacks=STACKS)), "an orphan: a/stack"),
    "a failed rerun": (
        lambda case: evolve(case, rerun=evolve(case.rerun, error=NotFoundError(what="", why=""))),
        "a rerun ended with NotFoundError",
    ),
    "a false rerun": (lambda case: evolve(case, final=case.before), "after a rerun: SUCCEEDED, and "),
    "a second stack": (
        lambda case: evolve(case, final=evolve(case.final, stacks=STACKS)),
        "there are the stacks",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_case_that_violates_an_invariant_is_found(name: str) -> None:
    change, expected = CHANGES[name]
    case = update()

    assert list(violations(case)) == []
    assert [found for found in violations(change(case)) if expected in found] != []


def test_an_error_that_hides_its_call_or_cause_or_shows_a_secret_is_found() -> None:
    journey = journey_named("update", "new revision")
    case = run_case(journey, Fault("UpdateService", FaultKind.ACCESS_DENIED))
    error: Any = case.run.error

    def changed(**changes: str) -> list[str]:
        return [
            found.partition(":")[0]
            for found in violations(in_run(error=evolve(error, next_step="", **changes))(case))
        ]

    assert list(violations(case)) == []
    assert changed(what="It failed", why="for a reason") == [
        "the call is not named",
        "the cause is not named",
    ]
    assert "a secret was shown" in changed(what=str(journey.account["Account.SecretKey"]))


def test_a_revision_that_no_one_names_is_an_orphan() -> None:
    case = update()
    unnamed = in_run(events=(), result=None, error=None)(case)

    assert f"an orphan: {ORDERS}:2" in violations(unnamed)
    assert f"a deployment of ['{ORDERS}:2'] that is not reported: " in violations(unnamed)


def test_equal_revisions_after_a_rerun_are_found() -> None:
    case = update()
    twice = {**case.final.revisions, f"{ORDERS}:3": case.final.revisions[f"{ORDERS}:2"]}

    found = list(violations(evolve(case, final=evolve(case.final, revisions=twice))))

    assert next(iter(found)).startswith("after a rerun there are equal revisions among ")


def test_a_rolled_back_service_that_runs_the_new_revision_is_found() -> None:
    case = failed("update", "crash, rolled back")
    new = case.reported_outputs["TaskDefinitionArn"]
    services = {arn: evolve(state, revision=new) for arn, state in case.after.services.items()}

    found = list(violations(evolve(case, after=evolve(case.after, services=services))))

    assert found[0] == f"rolled back, and the PRIMARY deployment is of {new}"


def test_a_pause_at_a_hook_that_waits_for_no_one_is_a_violation() -> None:
    case = throttled_once("continue", "to the next pause", "DescribeServices")
    deployments = {
        arn: evolve(state, awaiting=frozenset({"ecs-pause-0"}))
        for arn, state in case.after.deployments.items()
    }
    hook = case.reported_outputs["HookId"]

    assert list(violations(case)) == []
    assert list(violations(evolve(case, after=evolve(case.after, deployments=deployments)))) == [
        f"PAUSED at {hook}, and the deployment waits at ['ecs-pause-0']"
    ]


def test_a_rollback_that_was_not_started_is_a_violation() -> None:
    case = throttled_once("abort", "not waited for", "DescribeServices")
    deployments = {arn: evolve(state, status="IN_PROGRESS") for arn, state in case.after.deployments.items()}

    assert list(violations(case)) == []
    assert list(violations(evolve(case, after=evolve(case.after, deployments=deployments)))) == [
        "STARTED to roll back, and the deployment is IN_PROGRESS"
    ]


def test_a_rollback_without_all_of_its_tasks_is_a_violation() -> None:
    case = throttled_once("abort", "paused", "DescribeServices")
    previous = case.reported_outputs["PreviousTaskDefinitionArn"]
    fewer = in_service_of(case, running_tasks={previous: 1})

    assert list(violations(case)) == []
    assert [found for found in violations(fewer) if "run" in found] == [
        f"ROLLED_BACK to {previous}, and {{'{previous}': 1}} run"
    ]


def test_a_share_of_the_traffic_that_goes_elsewhere_is_a_violation() -> None:
    case = throttled_once("abort", "a share by task sets", "DescribeServices")
    shares = dict.fromkeys(case.after.shares, 50)

    assert list(violations(case)) == []
    assert list(violations(evolve(case, after=evolve(case.after, shares=shares)))) == [
        "ROLLED_BACK at 0 %, and 50 % get there"
    ]


def test_only_the_call_that_shows_an_output_may_lose_it() -> None:
    case = throttled_once("continue", "to the next pause", "DescribeServices")
    outputs = {name: value for name, value in case.reported_outputs.items() if name != "TargetGroupArn"}
    lost = in_run(result=Result(outcome=Outcome.PAUSED, outputs=outputs))(case)

    assert "green without the outputs ['TargetGroupArn']" in violations(lost)
