"""Every call that a step makes in the sandbox is allowed by its policy, and nothing of that is idle."""

from collections.abc import Iterator, Mapping
from functools import cache

import pytest
from attrs import evolve

from ecs_steps.reporting.events import Message
from ecs_steps.sandbox import SCENARIOS, Call, Fault, FaultKind, Sandbox
from explaining.runs import NAMES, Run, Step, let_a_deployment_succeed, run, take, variables
from permissions.policies import STEPS, Document, allowing
from permissions.requests import requests

OTHERS = {
    NAMES["update_on_failure"]: "Rollback",
    "Octopus.Action.Aws.Tags": [{"key": "team", "value": "checkout"}],
}

# Each asks for something that no other one does.
JOURNEYS: Mapping[Step, tuple[str, ...]] = {
    "deploy": ("healthy", "crash", "slow-draining", "slow-health-checks", "rollback-fails-once"),
    "update": ("healthy", "crash", "slow-draining", "slow-health-checks"),
}
OPTIONAL = {
    "ListTasks",
    "DescribeTasks",
    "GetLogEvents",
    "DescribeTargetHealth",
    "DescribeTargetGroups",
    "DescribeTargetGroupAttributes",
}
"""What only explains a failure, or where the time went."""


def document(step: Step, *, diagnostics: bool = True) -> Document:
    return STEPS[step](_variables(step)).iam_policy(diagnostics=diagnostics)


def _variables(step: Step) -> dict[str, object]:
    return variables(step, others=OTHERS)


@cache
def journeys(step: Step) -> tuple[Run, ...]:
    """Run each scenario on a service that serves and, after that, what brings it back in order."""
    return tuple(each for scenario in JOURNEYS[step] for each in _journey(step, scenario))


def _journey(step: Step, scenario: str) -> Iterator[Run]:
    if step == "deploy":
        with Sandbox(scenario) as aws:
            yield run(step, aws)
    with Sandbox() as aws:
        let_a_deployment_succeed(step, aws)
        take(aws, scenario)
        yield run(step, aws, others=OTHERS)
        take(aws, "healthy")
        yield run(step, aws, tag="3.0.0", others=OTHERS)


def calls(step: Step) -> list[Call]:
    return [call for journey in journeys(step) for call in journey.calls]


IDLE: Mapping[Step, set[str]] = {"deploy": {"cloudformation:UntagResource"}, "update": set()}
"""What no journey asks for: a release that drops a tag takes it off the stack."""

FOR_RESOURCES = ("ecs:", "logs:", "iam:")
"""What CloudFormation does for the stack's resources is judged by test_stack_resources."""


# One test a step: processes that share the tests do not share the journeys.
@pytest.mark.parametrize("step", STEPS)
def test_every_call_is_allowed_and_nothing_that_is_allowed_is_idle(step: Step) -> None:
    policy, least = document(step), document(step, diagnostics=False)
    asked = [(call.operation, request) for call in calls(step) for request in requests(call)]

    assert [request for _, request in asked if not allowing(policy, request)] == []
    assert {operation for operation, request in asked if not allowing(least, request)} == OPTIONAL
    own = {request.action for _, request in asked}
    allowed = {action for statement in policy["Statement"] for action in statement["Action"]}
    for_resources = {action for action in allowed if step == "deploy" and action.startswith(FOR_RESOURCES)}
    assert allowed - own - for_resources == IDLE[step]
    used = {sid for _, request in asked for sid in allowing(policy, request)}
    assert step == "deploy" or used == {statement["Sid"] for statement in policy["Statement"]}


@pytest.mark.parametrize("scenario", ["healthy", "breaker"])
@pytest.mark.parametrize("step", STEPS)
def test_without_what_explains_a_step_ends_as_with_it(step: Step, scenario: str) -> None:
    faults = tuple(Fault(operation, FaultKind.ACCESS_DENIED) for operation in OPTIONAL)
    with Sandbox(scenario) as aws:
        there = run(step, aws)
    with Sandbox(evolve(SCENARIOS[scenario], faults=faults)) as aws:
        ended = run(step, aws)

    assert (ended.result and ended.result.outcome) == (there.result and there.result.outcome)
    assert type(ended.error) is type(there.error)


@pytest.mark.parametrize("step", STEPS)
def test_a_call_that_is_denied_is_named_with_its_action_whatever_becomes_of_the_step(step: Step) -> None:
    def crash(*faults: Fault) -> Run:
        with Sandbox(evolve(SCENARIOS["crash"], faults=faults)) as aws:
            return run(step, aws, minutes=5, stopped_tasks=1, others=OTHERS)

    made = {call.operation: next(requests(call)).action for call in crash().calls}
    told = {action: _everything_said(crash(denied(operation))) for operation, action in made.items()}

    assert {action for action, text in told.items() if f"Allow {action} on " not in text} == set()
    assert len(told) >= 10


def denied(operation: str) -> Fault:
    return Fault(operation, FaultKind.ACCESS_DENIED)


def _everything_said(journey: Run) -> str:
    said = [reported.text for reported in journey.heard if isinstance(reported, Message)]
    return "\n".join([*said, str(journey.error or "")])
