"""Every call that a step makes in the sandbox is allowed by its policy, and no part of the policy is idle.

The journeys are those of the fault matrix (see `faults.journeys`), of every step that prints a policy.
"""

from collections.abc import Iterator

import pytest
from attrs import evolve

from ecs_steps import Result
from ecs_steps.reporting.events import Message
from ecs_steps.sandbox import Call, Fault, FaultKind
from ecs_steps.steps.row import StepRow
from faults.journeys import Journey, JourneyRun, run_in_sandbox
from faults.matrix import journeys_of, unused_actions
from faults.matrix_cases import case_without_faults
from permissions.policies import ROWS, Request, allowing, matches, policy_of
from permissions.requests import action_of, requests

STEP = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def calls(journey: Journey) -> Iterator[Call]:
    """Yield the calls of a journey and of its rerun; signing in needs no permission of this policy."""
    case = case_without_faults(journey)
    yield from (call for run in (case.run, case.rerun) for call in run.calls if call.service != "sts")


def needed(journey: Journey) -> list[tuple[Call, Request]]:
    return [(call, request) for call in calls(journey) for request in requests(call)]


# One test a step: processes that share the tests do not share the journeys.
@STEP
def test_every_call_is_allowed_and_nothing_that_is_allowed_is_idle(row: StepRow) -> None:
    used_actions: set[str] = set()
    used_sids: set[str] = set()
    statements: dict[str, set[str]] = {}
    for journey in journeys_of(row):
        policy = policy_of(row, journey.variables)
        pairs = needed(journey)

        assert [request for _, request in pairs if not allowing(policy, request)] == []
        used_actions |= {request.action for _, request in pairs}
        used_sids |= {sid for _, request in pairs for sid in allowing(policy, request)}
        statements |= {statement["Sid"]: set(statement["Action"]) for statement in policy["Statement"]}

    def is_used(action: str) -> bool:
        return action in used_actions or any(matches(pattern, action) for pattern in unused_actions(row))

    assert [action for actions in statements.values() for action in actions if not is_used(action)] == []
    idle = [actions for sid, actions in statements.items() if sid not in used_sids]
    excused = {
        action for action in used_actions if any(matches(each, action) for each in unused_actions(row))
    }
    assert {action for actions in idle for action in actions if action in used_actions - excused} == set()


@STEP
def test_a_step_without_what_its_least_policy_leaves_out_is_as_green_or_red_as_with_it(row: StepRow) -> None:
    first = journeys_of(row)[0]
    differing: list[str] = []
    for journey in (*journeys_of(row), evolve(first, scenario="breaker")):
        least = policy_of(row, journey.variables, diagnostics=False)
        optional = {call.operation for call, request in needed(journey) if not allowing(least, request)}
        expected, run = case_without_faults(journey).run, run_in_sandbox(journey, *map(denied, optional))
        if end_of(run) != end_of(expected):
            differing.append(f"{journey} without {sorted(optional)}: {end_of(run)}, not {end_of(expected)}")

    assert differing == []


@STEP
def test_a_call_that_is_denied_is_named_with_its_action_however_the_step_ends(row: StepRow) -> None:
    texts = {
        action_of(call): _all_text(run_in_sandbox(journey, Fault(operation, FaultKind.ACCESS_DENIED)))
        for operation, (journey, call) in _first_calls(row).items()
    }

    assert {action for action, text in texts.items() if f"Allow {action} on " not in text} == set()
    assert len(texts) >= 1


def end_of(run: JourneyRun) -> str:
    """Return the outcome of a run; a failure that nothing explains may be noticed by the deadline alone."""
    return run.result.outcome if isinstance(run.result, Result) else "failed" if run.error else "no outcome"


def denied(operation: str) -> Fault:
    return Fault(operation, FaultKind.ACCESS_DENIED)


def _first_calls(row: StepRow) -> dict[str, tuple[Journey, Call]]:
    """Return a call of each operation, of a journey that fails where there is one: it says why."""
    by_operation: dict[str, tuple[Journey, Call]] = {}
    for journey in sorted(journeys_of(row), key=lambda each: case_without_faults(each).run.error is None):
        for call in case_without_faults(journey).run.calls:
            if call.service != "sts":
                by_operation.setdefault(call.operation, (journey, call))
    return by_operation


def _all_text(run: JourneyRun) -> str:
    messages = [event.text for event in run.events if isinstance(event, Message)]
    return "\n".join([*messages, str(run.error or "")])
