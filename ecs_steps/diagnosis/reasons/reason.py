"""What a row of the table of reasons holds."""

from enum import IntEnum

from attrs import frozen


class Rank(IntEnum):
    """How near a family of reasons is to the root of a failed deployment; the lowest is named first."""

    EXIT = 1
    START = 2
    MEMORY = 3
    HEALTH = 4
    PLACEMENT = 5
    ALARM = 6
    HOOK = 7
    OUTSIDE = 8
    UNFINISHED = 9
    NOISE = 10


@frozen(kw_only=True)
class Family:
    """A family of reasons, how it is recognised, and what a person makes of it.

    `says` are patterns that are all found in what ECS, Docker or a load balancer says, `logs` in one line of
    the last words of a container that exited with an error (both without regard to case); `exit_codes` and
    `stop_codes` are asked where no text tells. `meaning` is one clause; `hint` is one imperative sentence, in
    which ``{architecture}`` (``ARM64``) and ``{platform}`` (``linux/arm64``) are what the task asks for.
    """

    name: str
    rank: Rank
    meaning: str
    hint: str
    says: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    exit_codes: tuple[int, ...] = ()
    stop_codes: tuple[str, ...] = ()
