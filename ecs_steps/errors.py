"""Every error that the library raises on purpose.

Each carries its facts as fields; `str()` renders them as ``{what happened}: {why}`` and, on a line of its
own, what to do next. A process that ends with one of them ends with its `exit_code`. A kind without fields of
its own is a plain class: attrs would take time at every start to write the same methods once more.
"""

from collections.abc import Mapping
from typing import ClassVar, Final, Self

from attrs import field, frozen

from ecs_steps.causes import Diagnosis

MAX_LINE_LENGTH: Final = 1000
"""Characters of a problem's path, and of its message; the rest is cut off."""

MAX_LISTED_PROBLEMS: Final = 100
"""Problems that the text of an error lists; it counts the others."""

INVALID_INPUTS: Final = "The inputs are not valid"


@frozen(kw_only=True, str=False, repr=False)
class EcsStepsError(Exception):
    """What happened, why, and what a person does next."""

    exit_code: ClassVar[int] = 1

    what: str
    why: str = ""
    next_step: str = ""
    resume: str = ""
    """How to wait again for what continues in AWS, and how to undo it: on the command line, unless an edge
    puts its own way here."""

    def __str__(self) -> str:
        heading = f"{self.what}: {self.why}" if self.why else self.what
        return "\n".join(filter(None, [heading, self.next_step, self.resume]))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


def _line(text: str) -> str:
    """Return `text` in one printable line that is not longer than `MAX_LINE_LENGTH`."""
    line = text[: MAX_LINE_LENGTH + 1]
    if not line.isprintable():
        line = "".join(
            character if character.isprintable() else character.encode("unicode_escape").decode()
            for character in line
        )
    return line if len(line) <= MAX_LINE_LENGTH else f"{line[: MAX_LINE_LENGTH - 3]}..."


@frozen(kw_only=True)
class Problem:
    """One thing that is wrong with one input, in a line, whatever the input holds.

    `path` is the Octopus variable's name, with the way into its JSON where it holds some:
    ``Octopus.Action.Aws.Ecs.Deploy.Containers[1].containerPortMappings[0].containerPort``.
    """

    path: str = field(converter=_line)
    message: str = field(converter=_line)

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


@frozen(kw_only=True, str=False, repr=False)
class InvalidInputsError(EcsStepsError):
    """The inputs cannot be deployed; every problem is in `problems`, and AWS was not touched.

    The text lists the first `MAX_LISTED_PROBLEMS` of them.
    """

    exit_code: ClassVar[int] = 2

    what: str = INVALID_INPUTS
    problems: tuple[Problem, ...]

    @classmethod
    def of(cls, path: str, message: str, *, what: str = INVALID_INPUTS) -> Self:
        """Return the error of one problem."""
        return cls(what=what, problems=(Problem(path=path, message=message),))

    def __str__(self) -> str:
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        return "\n  ".join([f"{self.what} ({count}):", *self.lines])

    @property
    def lines(self) -> list[str]:
        """The problems, each in a line; of the last of very many only their number."""
        more = len(self.problems) - MAX_LISTED_PROBLEMS
        return [
            *map(str, self.problems[:MAX_LISTED_PROBLEMS]),
            *([f"... and {more} more"] if more > 0 else []),
        ]


class NotFoundError(EcsStepsError):
    """Something that the inputs name does not exist in this account and region."""

    exit_code: ClassVar[int] = 3


@frozen(kw_only=True, str=False, repr=False)
class WrongEnvironmentError(EcsStepsError):
    """A deployment would go where something else is at home; nothing was changed.

    `expected` is what it is for, `found` what its cluster, service or account says.
    """

    exit_code: ClassVar[int] = 2

    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.what} {self.next_step}"


@frozen(kw_only=True, str=False, repr=False)
class AwsCallError(EcsStepsError):
    """AWS refused a call, or could not be reached.

    `transient` says that the same call may well succeed later (throttled, 5xx, a lost connection). One that
    was `throttled` was not carried out; another passing fault may have hidden that it was. One that was
    `contended` others made at the same time, and may have succeeded with. `unreachable` says that not even a
    connection was made.
    """

    exit_code: ClassVar[int] = 5

    operation: str
    code: str
    transient: bool = False
    throttled: bool = False
    contended: bool = False
    unreachable: bool = False


class AccessDeniedError(AwsCallError):
    """The credentials may not make a call."""

    exit_code: ClassVar[int] = 4


@frozen(kw_only=True, str=False, repr=False)
class DeploymentError(EcsStepsError):
    """A deployment was started and did not end well.

    `outputs` holds what was known by then. `why_is_cause` says that `why` is the diagnosis' own root cause:
    the text then gives it once.
    """

    exit_code: ClassVar[int] = 5

    outputs: Mapping[str, str] = field(factory=dict)
    diagnosis: Diagnosis | None = None
    why_is_cause: bool = False

    def __str__(self) -> str:
        lines = self.diagnosis.lines() if self.diagnosis else []
        is_in_lines = self.why_is_cause and self.diagnosis and self.diagnosis.root_cause
        why = "" if is_in_lines else self.why
        heading = f"{self.what}: {why}" if why else self.what
        indented = (f"  {line}" for line in lines)
        return "\n".join(filter(None, [heading, self.next_step, self.resume, *indented]))


class StackFailedError(DeploymentError):
    """CloudFormation did not bring the stack to the requested state."""


class RolloutFailedError(DeploymentError):
    """ECS gave this deployment up, or it is not what the service runs."""


@frozen(kw_only=True, str=False, repr=False)
class ScanGateError(DeploymentError):
    """An image was not promoted for what the scan of `image_digest` found, or for having no result.

    `severities` counts the findings by severity; it is empty where the scan itself failed.
    """

    image_digest: str
    severities: Mapping[str, int] = field(factory=dict)


class RolledBackError(DeploymentError):
    """The deployment failed and the revision that served before serves again."""

    exit_code: ClassVar[int] = 6


class TimedOutError(DeploymentError):
    """The wait ended before the deployment did; it continues in AWS."""

    exit_code: ClassVar[int] = 7


class SupersededError(DeploymentError):
    """A newer deployment of the same service replaced this one."""

    exit_code: ClassVar[int] = 8


class InterruptedDeploymentError(DeploymentError):
    """The wait was cancelled; what had been started continues in AWS.

    A process that SIGTERM ended has the exit code 143 instead.
    """

    exit_code: ClassVar[int] = 130
