"""What only the sandbox says of AWS is marked with its source, for a run on a real account to check."""

from pathlib import Path

import ecs_steps.sandbox

SANDBOX = Path(ecs_steps.sandbox.__file__).parent


def beliefs() -> list[str]:
    """List the lines that say what is believed."""
    lines = [line.strip() for path in SANDBOX.rglob("*.py") for line in path.read_text("utf-8").splitlines()]
    return [line for line in lines if "Believed" in line]


def test_each_belief_has_its_source_or_says_that_there_is_none() -> None:
    assert [line for line in beliefs() if not line.startswith("# Believed: ") or "(" not in line] == []


def test_what_matters_to_a_verdict_is_marked() -> None:
    marked = " ".join(beliefs())

    of_deployments = ("circuit breaker", "superseded", "breaker's statuses", "alarms' statuses")
    of_traffic = ("a pause before a shift", "hooks of the stage", "a DRAINING set", "PriorityInUse")
    of_calls = ("throttling codes", "NotStabilized", "No source")
    topics = (*of_deployments, *of_traffic, *of_calls)
    assert [topic for topic in topics if topic.lower() not in marked.lower()] == []
