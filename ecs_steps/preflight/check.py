"""A check: a name, and a read-only function that yields what it found.

plan -> each check -> results -> a table, and an exit code

A read that is denied is a skip that names the action; so is whatever else keeps a check from its facts.
Nothing is changed.
"""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

from attrs import frozen

from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AccessDeniedError, DeploymentError, EcsStepsError
from ecs_steps.preflight.plan import TaskPlan


class Status(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@frozen
class Found:
    """What a check found: a sentence; of a failure what to change, and where."""

    status: Status
    text: str
    exit_code: int = 0


def passed(text: str) -> Found:
    return Found(Status.PASSED, text)


def failed(text: str, *, exit_code: int = DeploymentError.exit_code) -> Found:
    return Found(Status.FAILED, text, exit_code)


def skipped(text: str, *, exit_code: int = 0) -> Found:
    return Found(Status.SKIPPED, text, exit_code)


@frozen
class Check:
    """A check of a plan."""

    name: str
    find: Callable[[TaskPlan, DeploymentContext], Iterable[Found]]


@frozen
class CheckResult:
    """One row of the table."""

    check: str
    found: Found

    def to_dict(self) -> dict[str, str]:
        """Return it as JSON data."""
        return {"check": self.check, "status": self.found.status, "text": self.found.text}


@frozen
class CheckTable:
    """The results of all checks, in their order."""

    results: tuple[CheckResult, ...]

    @property
    def exit_code(self) -> int:
        """0, or that of the first failure; where nothing passed, that of the error behind the first skip."""
        codes = {
            status: [each.found.exit_code for each in self.results if each.found.status is status]
            for status in Status
        }
        unknown = codes[Status.SKIPPED] if not codes[Status.PASSED] else ()
        return next(filter(None, (*codes[Status.FAILED], *unknown)), 0)

    def __str__(self) -> str:
        width = max((len(each.check) for each in self.results), default=0)
        lines = [
            f"{'' if index else each.found.status:<7}  {'' if index else each.check:<{width}}  {line}"
            for each in self.results
            for index, line in enumerate(each.found.text.splitlines() or [""])
        ]
        counts = [
            f"{sum(each.found.status is status for each in self.results)} {status}" for status in Status
        ]
        return "\n".join([*lines, ", ".join(counts), ""])


def run_checks(checks: Iterable[Check], plan: TaskPlan, context: DeploymentContext) -> CheckTable:
    """Run every check, whatever the others find."""
    return CheckTable(
        tuple(CheckResult(check.name, found) for check in checks for found in _found(check, plan, context))
    )


def _found(check: Check, plan: TaskPlan, context: DeploymentContext) -> Iterator[Found]:
    count = 0
    try:
        for found in check.find(plan, context):
            count += 1
            yield found
    except AccessDeniedError as error:
        yield skipped(f"{error.what}. {error.next_step}", exit_code=error.exit_code)
    except EcsStepsError as error:
        yield skipped(str(error), exit_code=error.exit_code)
    else:
        if not count:
            yield skipped("there is nothing to check")
