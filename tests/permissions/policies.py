"""What a policy allows, decided as IAM does for a policy that only allows.

No library decides it without a server: this is the little of it that our policies use. Patterns know ``*``
and ``?``, an action is compared without its case, and each condition must hold.
"""

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from attrs import field, frozen

from ecs_steps.steps.preflight_policy import preflight_policy
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import StepRow, Verb

Document = Mapping[str, Any]
Statement = Mapping[str, Any]

ROWS = tuple(STEPS.having(Verb.IAM_POLICY))
"""The steps that print a policy."""


@frozen
class Request:
    """An action on one resource, with the keys that IAM compares conditions with."""

    action: str
    resource: str
    context: Mapping[str, str] = field(factory=dict)


def example(name: str) -> dict[str, object]:
    """Return the example's variables."""
    text = (files("ecs_steps.sandbox") / "examples" / f"{name}.json").read_text(encoding="utf-8")
    variables: dict[str, object] = json.loads(text)
    return variables


def policy_of(row: StepRow, variables: Mapping[str, object], *, diagnostics: bool = True) -> Document:
    """Return the policy of a step that is made from variables."""
    step: Any = row.read(variables)
    document: Document = step.iam_policy(diagnostics=diagnostics)
    return document


def preflight_of(row: StepRow) -> Document:
    """Return the policy of the preflight of a step's example."""
    inputs: Any = row.read(example(row.name)).inputs
    return preflight_policy(inputs)


def allowing(policy: Document, request: Request) -> list[str]:
    """Return the Sid of each statement that allows a request."""
    return [statement["Sid"] for statement in policy["Statement"] if _allows(statement, request)]


def matches(pattern: str, text: str) -> bool:
    """Return whether a text matches IAM's pattern."""
    parts = (".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def _allows(statement: Statement, request: Request) -> bool:
    return (
        any(matches(action.casefold(), request.action.casefold()) for action in statement["Action"])
        and any(matches(resource, request.resource) for resource in statement["Resource"])
        and all(
            _holds(operator, expected, request.context)
            for operator, expected in statement.get("Condition", {}).items()
        )
    )


def _holds(operator: str, expected: Mapping[str, str], context: Mapping[str, str]) -> bool:
    compare = {
        "StringEquals": str.__eq__,
        "ArnEquals": matches,
        "ArnLike": matches,
    }[operator]
    return all(key in context and compare(value, context[key]) for key, value in expected.items())
