"""Why a stack failed, with what its service's tasks say of it; pure."""

from collections.abc import Iterator

from attrs import frozen

from ecs_steps.diagnosis.report import Diagnosis
from ecs_steps.stacks.events import StackDiagnosis


@frozen(kw_only=True)
class StackFailure:
    """The two sides of a failed stack: CloudFormation's events, and the tasks of its service."""

    stack: StackDiagnosis
    tasks: Diagnosis | None = None

    @property
    def summary(self) -> str:
        """The root cause in one line; empty where none is known.

        CloudFormation's own cause comes first, unless all that it says is that the tasks did not come up.
        """
        if self.tasks and self._tasks_are_the_cause:
            return self.tasks.summary
        return str(self.stack.root_cause or "")

    def lines(self) -> list[str]:
        """Say it a line each, each by itself."""
        return list(self._lines())

    def to_dict(self) -> dict[str, object]:
        """Return it as plain JSON data."""
        return {
            "summary": self.summary,
            "stack": self.stack.to_dict(),
            "tasks": self.tasks.to_dict() if self.tasks else None,
        }

    @property
    def _tasks_are_the_cause(self) -> bool:
        known = self.tasks is not None and self.tasks.root_cause is not None
        own = self.stack.root_cause
        return known and (own is None or own.points_at_tasks)

    def _lines(self) -> Iterator[str]:
        told = self.stack.lines()
        if self.tasks and self._tasks_are_the_cause:
            yield from self.tasks.lines()
            yield from (f"CloudFormation: {line.removeprefix('root cause: ')}" for line in told)
            return
        yield from told
        if self.tasks and self.tasks.root_cause:
            yield f"also: {self.tasks.root_cause}"
