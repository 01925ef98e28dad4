"""Every call that a step makes in the sandbox is allowed by its policy, and no part of the policy is idle."""

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

# Each needs an action that no other one does.
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
"""Calls that only explain a failure or a duration."""


def document(step: Step, *, diagnostics: bool = True) -> Document:
    return STEPS[step](_variables(step)).iam_policy(diagnostics=diagnostics)


def _variables(step: Step) -> dict[str, object]:
    return variables(step, others=OTHERS)


@cache
def journeys(step: Step) -> tuple[Run, ...]:
    """Run each scenario on a service that serves and, after that, a run that repairs it."""
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
"""Allowed actions that no journey needs: a release that drops a tag takes it off the stack."""

FOR_RESOURCES = ("ecs:", "logs:", "iam:")
"""Actions of CloudFormation on the stack's resources: see test_stack_resources."""


# One test a step: processes that share the tests do not share the journeys.
@pytest.mark.parametrize("step", STEPS)
def test_every_call_is_allowed_and_nothing_that_is_allowed_is_idle(step: Step) -> None:
    policy, least = document(step), document(step, diagnostics=False)
    needed = [(call.operation, request) for call in calls(step) for request in requests(call)]

    assert [request for _, request in needed if not allowing(policy, request)] == []
    assert {operation for operation, request in needed if not allowing(least, request)} == OPTIONAL
    own = {request.action for _, request in needed}
    allowed = {action for statement in policy["Statement"] for action in statement["Action"]}
    for_resources = {action for action in allowed if step == "deploy" and action.startswith(FOR_RESOURCES)}
    assert allowed - own - for_resources == IDLE[step]
    used = {sid for _, request in needed for sid in allowing(policy, request)}
    assert step == "deploy" or used == {statement["Sid"] for statement in policy["Statement"]}


@pytest.mark.parametrize("scenario", ["healthy", "breaker"])
@pytest.mark.parametrize("step", STEPS)
def test_a_step_without_its_optional_calls_ends_as_with_them(step: Step, scenario: str) -> None:
    faults = tuple(Fault(operation, FaultKind.ACCESS_DENIED) for operation in OPTIONAL)
    with Sandbox(scenario) as aws:
        expected = run(step, aws)
    with Sandbox(evolve(SCENARIOS[scenario], faults=faults)) as aws:
        ended = run(step, aws)

    assert (ended.result and ended.result.outcome) == (expected.result and expected.result.outcome)
    assert type(ended.error) is type(expected.error)


@pytest.mark.parametrize("step", STEPS)
def test_a_call_that_is_denied_is_named_with_its_action_however_the_step_ends(step: Step) -> None:
    def crash(*faults: Fault) -> Run:
        with Sandbox(evolve(SCENARIOS["crash"], faults=faults)) as aws:
            return run(step, aws, minutes=5, stopped_tasks=1, others=OTHERS)

    made = {call.operation: next(requests(call)).action for call in crash().calls}
    texts = {action: _all_text(crash(denied(operation))) for operation, action in made.items()}

    assert {action for action, text in texts.items() if f"Allow {action} on " not in text} == set()
    assert len(texts) >= 10


def denied(operation: str) -> Fault:
    return Fault(operation, FaultKind.ACCESS_DENIED)


def _all_text(journey: Run) -> str:
    messages = [reported.text for reported in journey.reports if isinstance(reported, Message)]
    return "\n".join([*messages, str(journey.error or "")])
