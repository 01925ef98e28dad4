"""What a row of the table of reasons holds."""

from enum import IntEnum
from functools import partial

from attrs import frozen


class Rank(IntEnum):
    """How near a kind of failure is to the root of a failed deployment; the lowest is named first."""

    EXIT = 1
    START = 2
    MEMORY = 3
    HEALTH = 4
    PLACEMENT = 5
    ALARM = 6
    PAUSE = 7
    HOOK = 8
    OUTSIDE = 9
    UNFINISHED = 10
    NOISE = 11


@frozen(kw_only=True)
class FailureReason:
    """A kind of failure: how its texts are matched, and what a person does about it.

    `patterns` are all found in what ECS, Docker or a load balancer says, `log_patterns` in one line of the
    end of the log of a container that exited with an error (both without regard to case); `exit_codes`,
    `stop_codes` and `task_statuses` decide where no text does. `summary` is one clause; `remedy` is one
    imperative sentence. In both ``{architecture}`` (``ARM64``), ``{os}`` (``WINDOWS_SERVER_2022_CORE``) and
    ``{platform}`` (``linux/arm64``) are what the task definition asks for, else what its instance is.
    """

    name: str
    rank: Rank
    summary: str
    remedy: str
    patterns: tuple[str, ...] = ()
    log_patterns: tuple[str, ...] = ()
    exit_codes: tuple[int, ...] = ()
    stop_codes: tuple[str, ...] = ()
    task_statuses: tuple[str, ...] = ()


# The rows of a table have a rank in common.
exit_reason = partial(FailureReason, rank=Rank.EXIT)
start_reason = partial(FailureReason, rank=Rank.START)
health_reason = partial(FailureReason, rank=Rank.HEALTH)
placement_reason = partial(FailureReason, rank=Rank.PLACEMENT)
outside_reason = partial(FailureReason, rank=Rank.OUTSIDE)
unfinished_reason = partial(FailureReason, rank=Rank.UNFINISHED)
noise_reason = partial(FailureReason, rank=Rank.NOISE)
