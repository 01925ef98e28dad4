"""Why a deployment failed, as data: what the errors of this library carry, and how it is put into lines."""

from collections.abc import Iterable, Iterator

from attrs import evolve, frozen

MAX_SHOWN_LOG_LINES = 20
"""Log lines in the text of an error; the JSON document holds all that were read."""
NO_LOG = "no log: it has no log driver that keeps one"
"""What stands for the place of a log that does not exist."""


@frozen(kw_only=True)
class Cause:
    """Something that went wrong, `count` times.

    `what` is the sentence on the first time, `reason` the name of the kind of failure, `summary` what that is
    (a clause), `remedy` what to do next (a sentence). `log_lines` are the last ones of `container`, oldest
    first; `log_place` is where there are more, unless the log `is_log_deleted`.
    """

    reason: str
    what: str
    count: int = 1
    summary: str = ""
    remedy: str = ""
    container: str = ""
    log_lines: tuple[str, ...] = ()
    log_group: str = ""
    log_place: str = ""
    is_log_deleted: bool = False

    def __str__(self) -> str:
        more = f" (and {self.count - 1} more like it)" if self.count > 1 else ""
        return f"{self.what}{more}" + (f": {self.summary}" if self.summary else "")

    def lines(self) -> Iterator[str]:
        """Yield the cause, the end of its container's log, and what to do next."""
        yield f"root cause: {self}"
        for line in self.log_lines[-MAX_SHOWN_LOG_LINES:]:
            yield f"log of container {self.container}: {line}"
        if self.log_place and self.is_log_deleted:
            yield (
                f"log of container {self.container} was deleted with its stack; the lines above are the last "
                f"of {len(self.log_lines)} that were kept"
                if self.log_lines
                else f"log of container {self.container} was deleted with its stack; no line of it was kept"
            )
        elif self.log_place == NO_LOG:
            yield f"container {self.container} has {NO_LOG}"
        elif self.log_place:
            yield f"log of container {self.container} is in {self.log_place}"
        if self.remedy:
            yield f"next: {self.remedy}"

    def to_dict(self) -> dict[str, object]:
        """Return it as plain JSON data."""
        return {
            "reason": self.reason,
            "what": self.what,
            "count": self.count,
            "summary": self.summary,
            "remedy": self.remedy,
            "container": self.container,
            "logLines": list(self.log_lines),
            "logPlace": self.log_place,
            "isLogDeleted": self.is_log_deleted,
        }


@frozen(kw_only=True)
class ResourceFailure:
    """A resource that CloudFormation could not make, change or delete, and why."""

    logical_id: str
    resource_type: str
    status: str
    reason: str

    def __str__(self) -> str:
        return f"{self.logical_id} ({self.resource_type}): {self.reason}"

    def to_dict(self) -> dict[str, str]:
        """Return it as plain JSON data."""
        return {
            "logicalId": self.logical_id,
            "resourceType": self.resource_type,
            "status": self.status,
            "reason": self.reason,
        }


@frozen(kw_only=True)
class StackFailures:
    """What failed in one operation of a stack: first of all, besides, and while it was rolled back."""

    first: ResourceFailure | None
    others: tuple[ResourceFailure, ...] = ()
    in_rollback: tuple[ResourceFailure, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return it as plain JSON data."""
        return {
            "first": self.first.to_dict() if self.first else None,
            "others": [failure.to_dict() for failure in self.others],
            "inRollback": [failure.to_dict() for failure in self.in_rollback],
        }


@frozen(kw_only=True)
class Diagnosis:
    """Why a deployment did not come up.

    `also` is what else failed, `noise` what is normal in a deployment; `verdict` is what ECS itself says of
    it, `stack` what CloudFormation does. `look_next` is a sentence on where more can be seen where no cause
    is known.
    """

    root_cause: Cause | None
    also: tuple[Cause, ...] = ()
    noise: tuple[Cause, ...] = ()
    verdict: str = ""
    look_next: str = ""
    stack: StackFailures | None = None
    is_stack_cause: bool = False
    """Whether the root cause is the stack's first failure."""

    @property
    def summary(self) -> str:
        """The cause in one line."""
        return _one_line(str(self.root_cause or self.verdict or "the cause is not known"))

    def lines(self) -> list[str]:
        """Return it a line each, each complete by itself; what is normal in a deployment is left out."""
        return [_one_line(line) for line in self._lines()]

    def to_dict(self) -> dict[str, object]:
        """Return it as plain JSON data."""
        return {
            "summary": self.summary,
            "rootCause": self.root_cause.to_dict() if self.root_cause else None,
            "also": [cause.to_dict() for cause in self.also],
            "noise": [cause.to_dict() for cause in self.noise],
            "verdict": self.verdict,
            "stack": self.stack.to_dict() if self.stack else None,
        }

    def without_logs(self, log_groups: Iterable[str]) -> "Diagnosis":
        """Return it with the logs in these groups marked as deleted."""
        groups = frozenset(log_groups)
        if self.root_cause is None or self.root_cause.log_group not in groups:
            return self
        return evolve(self, root_cause=evolve(self.root_cause, is_log_deleted=True))

    def _lines(self) -> Iterator[str]:
        if self.root_cause:
            yield from self.root_cause.lines()
        else:
            yield "root cause: not known"
            if self.verdict:
                yield f"ECS says: {self.verdict}"
            if self.look_next:
                yield f"next: {self.look_next}"
        yield from (f"also: {cause}" for cause in self.also)
        if self.stack:
            yield from self._stack_lines(self.stack)

    def _stack_lines(self, stack: StackFailures) -> Iterator[str]:
        if stack.first and not self.is_stack_cause:
            yield f"CloudFormation: {stack.first}"
        yield from (f"also failed: {failure}" for failure in stack.others)
        yield from (f"the rollback failed: {failure}" for failure in stack.in_rollback)


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())
