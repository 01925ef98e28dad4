"""Every call that a step makes in the sandbox is allowed by its policy, and nothing of that is idle."""

from collections.abc import Iterator, Mapping
from functools import cache

import pytest
from attrs import evolve

from ecs_steps.sandbox import SCENARIOS, Call, Fault, FaultKind, Sandbox
from explaining.runs import NAMES, Run, Step, let_a_deployment_succeed, run, take, variables
from permissions.policies import STEPS, Document, Request, allowing
from permissions.requests import requests

OTHERS = {
    NAMES["update_on_failure"]: "Rollback",
    "Octopus.Action.Aws.Tags": [{"key": "team", "value": "shop"}],
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


def asked(step: Step) -> list[Request]:
    return [request for call in calls(step) for request in requests(call)]


# One test a step: processes that share the tests do not share the journeys.
@pytest.mark.parametrize("step", STEPS)
def test_every_call_is_allowed_and_without_diagnostics_every_one_that_does_not_explain(step: Step) -> None:
    policy, least = document(step), document(step, diagnostics=False)

    assert [request for request in asked(step) if not allowing(policy, request)] == []
    denied = {call.operation for call in calls(step) for r in requests(call) if not allowing(least, r)}
    assert denied == OPTIONAL


def test_no_statement_and_no_action_of_an_update_is_idle() -> None:
    policy = document("update")
    everything = asked("update")

    used = {sid for request in everything for sid in allowing(policy, request)}
    assert used == {statement["Sid"] for statement in policy["Statement"]}
    allowed = {action for statement in policy["Statement"] for action in statement["Action"]}
    assert allowed == {request.action for request in everything}


def test_what_a_deployment_itself_leaves_idle_is_cloudformations_business() -> None:
    own = {request.action for request in asked("deploy")}

    allowed = {action for statement in document("deploy")["Statement"] for action in statement["Action"]}
    # What its resources need is judged by test_stack_resources; a tag that is dropped is taken off the stack.
    idle = {action for action in allowed - own if not action.startswith(("ecs:", "logs:", "iam:"))}
    assert idle == {"cloudformation:UntagResource"}
    assert not {"logs:GetLogEvents", "ecs:ListTasks", "ecs:DescribeTasks", "ecs:DescribeServices"} - own


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
