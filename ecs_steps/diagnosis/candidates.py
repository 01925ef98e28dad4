"""Which container ended its task; pure."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from attrs import evolve, frozen

from ecs_steps.diagnosis.evidence import Dependency, StoppedContainer, StoppedTask
from ecs_steps.diagnosis.reasons import EXIT, FAILURE_REASONS, FailureReason

STOPPING_EXIT_CODES = (0, 137, 143)
"""What containers exit with when they are stopped; the likelier to have come first, the earlier."""

DEPENDENCY = re.compile(r"dependency graph: .*?dependency \[(?P<container>[\w-]+)\(.*")
"""How the container agent names the container that another one waited for, and why in vain."""


def one_line(text: str) -> str:
    """Return the text in one line, without what ends it."""
    return " ".join(text.split()).rstrip(".: ")


@frozen(kw_only=True)
class Candidate:
    """A container that may have ended its task."""

    container: StoppedContainer
    reason: FailureReason


@lru_cache(maxsize=256)
def match_reason(text: str) -> FailureReason | None:
    """Return the reason that is in a text of ECS, Docker or a load balancer."""
    return next((reason for reason in FAILURE_REASONS if _matches_all(text, reason.patterns)), None)


def _matches_all(text: str, patterns: Sequence[str]) -> bool:
    """Return whether there are patterns and each is found; one by one: a hostile text costs no more."""
    return bool(patterns) and all(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


def candidates(task: StoppedTask, *, with_exit_codes: bool) -> Iterator[Candidate]:
    """Yield the containers that may have ended the task, the likeliest first."""
    essential = [container for container in task.containers if container.is_essential]
    others = [container for container in task.containers if not container.is_essential]
    if with_exit_codes:
        yield from _failed_dependencies(task)
    yield from _by_text(essential)
    if with_exit_codes:
        yield from map(_by_exit_code, filter(_has_failed, essential))
    yield from _by_text(others)
    if with_exit_codes:
        for code in STOPPING_EXIT_CODES:
            yield from (_by_exit_code(container) for container in essential if container.exit_code == code)
        yield from map(_by_exit_code, filter(_has_failed, others))


def _by_text(containers: Sequence[StoppedContainer]) -> Iterator[Candidate]:
    for container in containers:
        if reason := match_reason(one_line(container.reason)):
            yield Candidate(container=container, reason=reason)


def _by_exit_code(container: StoppedContainer) -> Candidate:
    code = container.exit_code
    if code not in STOPPING_EXIT_CODES and (reason := match_reason(f"container {container.name}")):
        # ECS' own container, which the task definition does not have: no advice on its program helps.
        return Candidate(container=container, reason=reason)
    lines = container.log_lines if code not in STOPPING_EXIT_CODES else ()
    of_log = (
        r for r in FAILURE_REASONS if r.log_patterns and any(_matches_all(x, r.log_patterns) for x in lines)
    )
    of_code = (r for r in FAILURE_REASONS if code in r.exit_codes)
    return Candidate(container=container, reason=next(of_log, None) or next(of_code, EXIT))


def _has_failed(container: StoppedContainer) -> bool:
    return container.exit_code is not None and container.exit_code not in STOPPING_EXIT_CODES


def _failed_dependencies(task: StoppedTask) -> Iterator[Candidate]:
    """Yield the containers that failed while others waited for them, whether or not they are essential."""
    texts = (task.stopped_reason, *(container.reason for container in task.containers))
    named = {match["container"]: match[0] for text in texts if (match := DEPENDENCY.search(text))}
    for container in task.containers:
        is_awaited = any(
            _fails(dependency, container)
            for other in task.containers
            if not _has_failed(other)
            for dependency in other.dependencies
        )
        waits_itself = DEPENDENCY.search(container.reason)
        if not waits_itself and (candidate := _by_dependants(container, named.get(container.name, ""))):
            yield candidate
        elif is_awaited:
            yield _by_exit_code(container)


def _by_dependants(container: StoppedContainer, text: str) -> Candidate | None:
    """Return how a container failed that others waited for in vain, as `text` says; None where none did."""
    if not text:
        return None
    is_unhealthy = container.health == "UNHEALTHY"
    of_health = f"failed container health checks: container {container.name}" if is_unhealthy else ""
    if reason := match_reason(one_line(container.reason)) or match_reason(of_health):
        return Candidate(container=container, reason=reason)
    if _has_failed(container) or (container.exit_code and "did not exit successfully" in text):
        return _by_exit_code(container)
    if "has timed out" in text and (reason := match_reason(text)):
        return Candidate(container=evolve(container, reason=text), reason=reason)
    return None


def _fails(dependency: Dependency, container: StoppedContainer) -> bool:
    """Return whether a container ended in a way that its dependants' condition does not allow."""
    if dependency.container != container.name:
        return False
    match dependency.condition:
        case "SUCCESS":
            return _has_failed(container)
        case "HEALTHY" | "START":
            return _has_failed(container) and not container.is_essential
        case _:
            return False
