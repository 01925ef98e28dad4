"""Names of families: which a feed shows, and which docker's own clients cannot address; pure."""

import re
from collections import Counter
from collections.abc import Sequence

FAMILY = re.compile(r"[A-Za-z0-9_-]{1,255}")
DOCKER_NAME = re.compile(r"[a-z0-9]+((_|__|-+)[a-z0-9]+)*")
"""https://github.com/distribution/reference/blob/main/regexp.go, of a name without a dot or a slash."""


def is_shown(family: str, prefixes: Sequence[str]) -> bool:
    """Return whether a feed with these prefixes (none: every family) may show a name."""
    return bool(FAMILY.fullmatch(family)) and (not prefixes or family.startswith(tuple(prefixes)))


def distinct_prefixes(prefixes: Sequence[str]) -> tuple[str, ...]:
    """Return prefixes none of which covers another, so that no family is listed twice."""
    others = set(prefixes)
    return tuple(
        sorted(one for one in others if not any(one != each and one.startswith(each) for each in others))
    )


def docker_problems(names: Sequence[str]) -> dict[str, str]:
    """Return what keeps docker's own clients from addressing a family, by its name.

    Octopus does string work and HTTP only; it is not known to mind.
    """
    spellings = Counter(name.lower() for name in names)
    problems = {name: _problem(name, twins=spellings[name.lower()] - 1) for name in names}
    return {name: problem for name, problem in problems.items() if problem}


def _problem(name: str, *, twins: int) -> str:
    return "; ".join(
        filter(
            None,
            [
                "has upper case letters" if name != name.lower() else "",
                "" if DOCKER_NAME.fullmatch(name.lower()) else "has - or _ at an end, or too many in a row",
                "differs from another family by case only" if twins else "",
            ],
        )
    )
