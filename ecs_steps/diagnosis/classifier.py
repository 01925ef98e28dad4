"""From evidence to findings, each with the family of reasons that explains it; pure.

Words are asked before codes: ``ServiceSchedulerInitiated`` is the stop code of ordinary scale-in and of
failed health checks alike. A task that ECS was asked to stop takes its containers with it, and their exit
codes say nothing then; where an essential container ended the task, the exits of the others are consequences.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from attrs import evolve, frozen

from ecs_steps.aws.tasks import UnhealthyTarget
from ecs_steps.diagnosis.evidence import Evidence, StoppedContainer, StoppedTask
from ecs_steps.diagnosis.reasons import ALARM, EXIT, FAMILIES, STOPPED, Family, Rank

BY_ITSELF = ("EssentialContainerExited", "TaskFailedToStart", "")
"""The stop codes of tasks that nobody asked to stop."""

TOLD_TO_STOP = (0, 137, 143)
"""What containers exit with when they are told to stop; the likelier to have come first, the earlier."""

NEVER = datetime.max.replace(tzinfo=UTC)
SERVICE = re.compile(r"^\(service [^)]*\)\s*")
TARGET_GROUP = re.compile(r"\(target-group (?P<group>[^)]*)\)(?: due to \(reason (?P<reason>.*)\))?")
GROUP_NAME = re.compile(r"targetgroup/(?P<name>[^/]+)")
VARYING = re.compile(
    r"sha256:[0-9a-f]{8,}"
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
    r"|\b[0-9a-f]{16,}(?:-\d+)?\b"
    r"|\b(?:i|eni)-[0-9a-f]{8,}\b"
    r"|\b(?:request|host) ?id:? *[^\s,)]+"
    r"|\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"
    r"|\bretried \d+ time",
    re.IGNORECASE,
)
"""What differs between reasons that are otherwise the same: ids, digests, times, addresses, attempts."""


@frozen(kw_only=True)
class Finding:
    """One thing that went wrong.

    `what` is a sentence that stands by itself; `alike` is the same for all findings that only differ in ids.
    `container` is the one whose log tells more.
    """

    family: Family
    what: str
    alike: str
    container: StoppedContainer | None = None


@frozen(kw_only=True)
class Suspect:
    """A container that may have ended its task, and its place in line for that, 0 before all others."""

    container: StoppedContainer
    family: Family
    place: int


def find(evidence: Evidence) -> list[Finding]:
    """Return what went wrong, what happened first coming first.

    What the load balancer, the alarms and ECS' own messages say once more of what stopped tasks show already
    is left out.
    """
    found: list[Finding] = []
    for look in (_in_tasks, _in_targets, _in_alarms, _in_messages, _in_verdict):
        shown = {finding.family.name for finding in found}
        found += [finding for finding in look(evidence) if finding.family.name not in shown]
    return found


@lru_cache(maxsize=256)
def recognise(text: str) -> Family | None:
    """Return the family of what ECS, Docker or a load balancer says."""
    return next((family for family in FAMILIES if _all_in(text, family.says)), None)


def _all_in(text: str, patterns: Sequence[str]) -> bool:
    """Tell whether there are patterns and each is found; one by one, so that a hostile text costs no more."""
    return bool(patterns) and all(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


def _in_tasks(evidence: Evidence) -> Iterator[Finding]:
    why_unhealthy = _why_unhealthy(evidence)
    for task in sorted(evidence.tasks, key=lambda task: (task.stopped_at or NEVER, task.task_id)):
        if finding := _in_task(task, why_unhealthy):
            yield finding


def _in_task(task: StoppedTask, why_unhealthy: Mapping[str, str]) -> Finding | None:
    said = _said(task, why_unhealthy)
    told = recognise(said)
    suspect = _suspect(task, exits_tell=told is None and task.stop_code in BY_ITSELF)
    if suspect and (told is None or suspect.family.rank <= told.rank):
        return _found(suspect.family, task, suspect.container.reason, suspect.container, with_exit=True)
    if not said:
        return None
    family = told or next((f for f in FAMILIES if task.stop_code in f.stop_codes), STOPPED)
    witness = _witness(task) if family.rank is Rank.HEALTH else None
    if witness and witness.health == "UNHEALTHY":
        return _found(family, task, said, witness)
    return evolve(_found(family, task, said), container=witness)


def _said(task: StoppedTask, why_unhealthy: Mapping[str, str]) -> str:
    """Return ECS' reason, with the load balancer's own where it was a failed health check of a target."""
    said = _one_line(task.stopped_reason) or task.stop_code
    group = TARGET_GROUP.search(said)
    return _one_line(f"{said}: {why_unhealthy.get(_group_name(group['group']), '')}" if group else said)


def _witness(task: StoppedTask) -> StoppedContainer | None:
    """Return the container whose log tells most of a failed health check."""
    return min(
        task.containers,
        key=lambda c: (c.health != "UNHEALTHY", not c.is_essential, not c.log_lines),
        default=None,
    )


def _suspect(task: StoppedTask, *, exits_tell: bool) -> Suspect | None:
    suspects = (_suspicion(container, exits_tell=exits_tell) for container in task.containers)
    return min(filter(None, suspects), key=lambda suspect: suspect.place, default=None)


def _suspicion(container: StoppedContainer, *, exits_tell: bool) -> Suspect | None:
    code, essential = container.exit_code, container.is_essential
    if family := recognise(_one_line(container.reason)):
        return Suspect(container=container, family=family, place=0 if essential else 2)
    if code is None or not exits_tell:
        return None
    if code not in TOLD_TO_STOP:
        return Suspect(container=container, family=_of_exit(container, code), place=1 if essential else 6)
    if essential:
        place = 3 + TOLD_TO_STOP.index(code)
        return Suspect(container=container, family=_of_exit(container, code), place=place)
    return None


def _of_exit(container: StoppedContainer, code: int) -> Family:
    last_words = container.log_lines if code not in TOLD_TO_STOP else ()
    of_words = (f for f in FAMILIES if f.logs and any(_all_in(line, f.logs) for line in last_words))
    of_code = (f for f in FAMILIES if code in f.exit_codes)
    return next(of_words, None) or next(of_code, EXIT)


def _found(
    family: Family,
    task: StoppedTask,
    said: str,
    container: StoppedContainer | None = None,
    *,
    with_exit: bool = False,
) -> Finding:
    def tell(where: str) -> str:
        if container is None:
            return f"{where}: {said}"
        image = f" (image {container.image})" if container.image else ""
        code = container.exit_code if with_exit else None
        exited = f" exited with code {code}" if code is not None else ""
        return f"container {container.name}{image}{exited} in {where}: {said}"

    return Finding(
        family=family,
        what=_one_line(tell(f"task {task.task_id}")),
        alike=_alike(tell("task")),
        container=container,
    )


def _in_targets(evidence: Evidence) -> Iterator[Finding]:
    for target in sorted(evidence.targets, key=lambda target: (target.target_group, target.target)):
        is_so = f"is {target.state} in target group {_group_name(target.target_group)}"
        reason = _reason_of(target)
        if family := recognise(reason) or recognise(f"is {target.state} in"):
            yield Finding(
                family=family,
                what=_one_line(f"target {target.target} {is_so}: {reason}"),
                alike=_alike(f"target {is_so}: {reason}"),
            )


def _in_alarms(evidence: Evidence) -> Iterator[Finding]:
    for name in sorted(evidence.alarms):
        what = _one_line(f"CloudWatch alarm {name} went off")
        yield Finding(family=ALARM, what=what, alike=what)


def _in_messages(evidence: Evidence) -> Iterator[Finding]:
    for message in evidence.service_messages:
        said = _one_line(message)
        if family := recognise(SERVICE.sub("", said)):
            yield Finding(family=family, what=said, alike=_alike(said))


def _in_verdict(evidence: Evidence) -> Iterator[Finding]:
    said = _one_line(evidence.verdict)
    if family := recognise(said):
        yield Finding(family=family, what=said, alike=_alike(said))


def _why_unhealthy(evidence: Evidence) -> Mapping[str, str]:
    """Map the names of target groups to the reason that is given most often for their unhealthy targets.

    Targets tell their reason code; once their tasks have stopped, ECS' messages still tell the description.
    """
    seen: dict[str, list[str]] = {}
    for message in evidence.service_messages:
        if (told := TARGET_GROUP.search(_one_line(message))) and told["reason"]:
            seen.setdefault(_group_name(told["group"]), []).append(told["reason"])
    of_targets: dict[str, list[str]] = {}
    for target in (target for target in evidence.targets if target.state == "unhealthy"):
        of_targets.setdefault(_group_name(target.target_group), []).append(_reason_of(target))
    return {group: _most_frequent(reasons) for group, reasons in (seen | of_targets).items()}


def _most_frequent(texts: Sequence[str]) -> str:
    return max(sorted(set(texts)), key=texts.count)


def _reason_of(target: UnhealthyTarget) -> str:
    description = f"({target.description})" if target.description else ""
    return " ".join(filter(None, [target.reason, description]))


def _group_name(arn: str) -> str:
    named = GROUP_NAME.search(arn)
    return named["name"] if named else arn


def _alike(text: str) -> str:
    return VARYING.sub("*", _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".: ")
