"""Texts of stack events, each with the next step that fits it."""

import re
from functools import cache
from pathlib import Path

import pytest

from diagnosis.alternatives import without_each_alternative
from ecs_steps.stacks.reasons import STACK_REASONS, StackReason, match_stack_reason

TEXTS = [
    line.split(" | ", 2) for line in Path(__file__).with_name("reasons.txt").read_text("ascii").splitlines()
]
"""The name of the reason, the type of the resource, the text."""

PATTERNS = list(dict.fromkeys(p for reason in STACK_REASONS for p in reason.patterns))
ALTERNATIVES = [(p, rest) for p in PATTERNS for _, rest in without_each_alternative(p)]


@pytest.mark.parametrize(("name", "resource_type", "text"), TEXTS)
def test_a_reason_of_a_stack_event_is_matched(name: str, resource_type: str, text: str) -> None:
    reason = match_stack_reason(resource_type, text)

    assert reason
    assert reason.name == name


def test_every_reason_has_a_text() -> None:
    assert {name for name, _, _ in TEXTS} == {reason.name for reason in STACK_REASONS}


@cache
def answers(replaced: str, replacement: str) -> list[str | None]:
    """Return the reason of every text, with a pattern replaced wherever it stands."""
    return [
        next((r.name for r in STACK_REASONS if _matches(r, resource_type, text, replaced, replacement)), None)
        for _, resource_type, text in TEXTS
    ]


def _matches(reason: StackReason, resource_type: str, text: str, replaced: str, replacement: str) -> bool:
    patterns = [replacement if p == replaced else p for p in reason.patterns]
    is_of_type = reason.resource_type in ("", resource_type)
    return is_of_type and all(re.search(p, text, re.IGNORECASE) for p in patterns)


@pytest.mark.parametrize(("pattern", "rest"), ALTERNATIVES)
def test_each_alternative_of_a_pattern_is_needed_for_a_text(pattern: str, rest: str) -> None:
    assert answers(pattern, rest) != answers("", "")


def test_what_is_not_known_has_no_reason() -> None:
    assert match_stack_reason("AWS::ECS::Service", "Something of next year") is None


@pytest.mark.parametrize("reason", STACK_REASONS, ids=lambda reason: reason.name)
def test_a_remedy_is_text_in_ascii_that_begins_with_an_imperative(reason: StackReason) -> None:
    assert re.fullmatch(r"[A-Z][ -~]*\.", reason.remedy)


@pytest.mark.parametrize("name", ["role-not-valid"])
def test_a_role_that_is_not_valid_names_both_roles_and_their_trust(name: str) -> None:
    [reason] = [reason for reason in STACK_REASONS if reason.name == name]

    assert "taskRoleArn and executionRoleArn" in reason.remedy
    assert "ecs-tasks.amazonaws.com" in reason.remedy
