"""From evidence to failure signals, each with the reason that explains it; pure.

Texts decide before codes: ``ServiceSchedulerInitiated`` is the stop code of ordinary scale-in and of failed
health checks. A task that was stopped through the API takes its containers with it, and their exit
codes say nothing then; where an essential container ended the task, the exits of the others are
consequences. A container that waited for another one is a consequence too.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from attrs import evolve, frozen

from ecs_steps.aws.elbv2 import TargetHealth
from ecs_steps.diagnosis.candidates import DEPENDENCY, candidates, match_reason, one_line
from ecs_steps.diagnosis.evidence import Evidence, StoppedContainer, StoppedTask
from ecs_steps.diagnosis.reasons import ALARM, FAILURE_REASONS, STOPPED, FailureReason, Rank

STOPPED_BY_ITSELF = ("EssentialContainerExited", "TaskFailedToStart", "")
"""The stop codes of tasks that no one stopped."""

UNKNOWN_TIME = datetime.max.replace(tzinfo=UTC)
SERVICE = re.compile(r"^\(service [^)]*\)\s*")
TARGET_GROUP = re.compile(r"\(target-group (?P<group>[^)]*)\)(?: due to \(reason (?P<reason>.*)\))?")
GROUP_NAME = re.compile(r"targetgroup/(?P<name>[^/]+)")
VOLATILE_TOKENS = re.compile(
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


def group_key(text: str) -> str:
    """Return what texts have in common that say the same of different things."""
    return VOLATILE_TOKENS.sub("*", one_line(text))


@frozen(kw_only=True)
class FailureSignal:
    """One thing that went wrong.

    `what` is a sentence that stands by itself; `group_key` is the same for all signals that only differ in
    ids. `container` is the one whose log shows more.
    """

    reason: FailureReason
    what: str
    group_key: str
    container: StoppedContainer | None = None


def classify(evidence: Evidence) -> list[FailureSignal]:
    """Return what went wrong, what happened first coming first.

    What the load balancer, the alarms and ECS' own messages repeat of what stopped tasks show already is left
    out.
    """
    signals: list[FailureSignal] = []
    for read in (_in_tasks, _in_pending_tasks, _in_targets, _in_alarms, _in_messages, _in_verdict):
        known = {signal.reason.name for signal in signals}
        signals += [signal for signal in read(evidence) if signal.reason.name not in known]
    return signals


def _in_tasks(evidence: Evidence) -> Iterator[FailureSignal]:
    target_reasons = _target_reasons(evidence)
    for task in sorted(evidence.tasks, key=lambda task: (task.stopped_at or UNKNOWN_TIME, task.task_id)):
        if signal := _in_task(task, target_reasons):
            yield signal


def _in_task(task: StoppedTask, target_reasons: Mapping[str, str]) -> FailureSignal | None:
    text = _stopped_reason(task, target_reasons)
    matched = match_reason(text)
    is_open = matched is None or DEPENDENCY.search(text) is not None
    by_itself = is_open and task.stop_code in STOPPED_BY_ITSELF
    candidate = next(candidates(task, with_exit_codes=by_itself), None)
    if candidate and (matched is None or is_open or candidate.reason.rank <= matched.rank):
        ended = candidate.container
        return _signal(candidate.reason, task, ended.reason, ended, with_exit_code=True)
    if not text:
        return None
    reason = matched or next((r for r in FAILURE_REASONS if task.stop_code in r.stop_codes), STOPPED)
    container = _failing_container(task) if reason.rank is Rank.HEALTH else None
    if container and container.health == "UNHEALTHY":
        # The name says whose check it is: that of Service Connect's proxy is not the task definition's.
        reason = match_reason(f"{text}: container {container.name}") or reason
        return _signal(reason, task, text, container)
    return evolve(_signal(reason, task, text), container=container)


def _stopped_reason(task: StoppedTask, target_reasons: Mapping[str, str]) -> str:
    """Return ECS' reason, with the load balancer's own where it was a failed health check of a target."""
    text = one_line(task.stopped_reason) or task.stop_code
    group = TARGET_GROUP.search(text)
    return one_line(f"{text}: {target_reasons.get(_group_name(group['group']), '')}") if group else text


def _failing_container(task: StoppedTask) -> StoppedContainer | None:
    """Return the container whose log shows most of a failed health check."""
    return min(
        task.containers,
        key=lambda c: (c.health != "UNHEALTHY", not c.is_essential, not c.log_lines),
        default=None,
    )


def _signal(
    reason: FailureReason,
    task: StoppedTask,
    text: str,
    container: StoppedContainer | None = None,
    *,
    with_exit_code: bool = False,
) -> FailureSignal:
    def describe(where: str) -> str:
        if container is None:
            return f"{where}: {text}"
        image = f" (image {container.image})" if container.image else ""
        code = container.exit_code if with_exit_code else None
        exited = f" exited with code {code}" if code is not None else ""
        return f"container {container.name}{image}{exited} in {where}: {text}"

    return FailureSignal(
        reason=reason,
        what=one_line(describe(f"task {task.task_id}")),
        group_key=group_key(describe("task")),
        container=container,
    )


def _in_pending_tasks(evidence: Evidence) -> Iterator[FailureSignal]:
    for task in sorted(evidence.pending, key=lambda task: (task.created_at, task.task_id)):
        if reason := next((r for r in FAILURE_REASONS if task.status in r.task_statuses), None):
            since = f"since {task.created_at.astimezone(UTC):%H:%M} UTC, for {task.seconds:.0f} s"
            yield FailureSignal(
                reason=reason,
                what=f"task {task.task_id} has been {task.status} {since}",
                group_key=f"task has been {task.status}",
            )


def _in_targets(evidence: Evidence) -> Iterator[FailureSignal]:
    for target in sorted(evidence.targets, key=lambda target: (target.target_group, target.target)):
        state = f"is {target.state} in target group {_group_name(target.target_group)}"
        text = _target_reason(target)
        if reason := match_reason(text) or match_reason(f"is {target.state} in"):
            yield FailureSignal(
                reason=reason,
                what=one_line(f"target {target.target} {state}: {text}"),
                group_key=group_key(f"target {state}: {text}"),
            )


def _in_alarms(evidence: Evidence) -> Iterator[FailureSignal]:
    for name in sorted(evidence.alarms):
        what = one_line(f"CloudWatch alarm {name} went off")
        yield FailureSignal(reason=ALARM, what=what, group_key=what)


def _in_messages(evidence: Evidence) -> Iterator[FailureSignal]:
    for message in evidence.service_messages:
        text = one_line(message)
        if reason := match_reason(SERVICE.sub("", text)):
            yield FailureSignal(reason=reason, what=text, group_key=group_key(text))


def _in_verdict(evidence: Evidence) -> Iterator[FailureSignal]:
    text = one_line(evidence.verdict)
    if reason := match_reason(text):
        yield FailureSignal(reason=reason, what=text, group_key=group_key(text))


def _target_reasons(evidence: Evidence) -> Mapping[str, str]:
    """Map the names of target groups to the reason that is given most often for their unhealthy targets.

    Targets have their reason code; once their tasks have stopped, ECS' messages still have the description.
    """
    in_messages: dict[str, list[str]] = {}
    for message in evidence.service_messages:
        if (match := TARGET_GROUP.search(one_line(message))) and match["reason"]:
            in_messages.setdefault(_group_name(match["group"]), []).append(match["reason"])
    of_targets: dict[str, list[str]] = {}
    for target in (target for target in evidence.targets if target.state == "unhealthy"):
        of_targets.setdefault(_group_name(target.target_group), []).append(_target_reason(target))
    by_group = in_messages | of_targets
    return {group: max(sorted(set(texts)), key=texts.count) for group, texts in by_group.items()}


def _target_reason(target: TargetHealth) -> str:
    description = f"({target.description})" if target.description else ""
    return " ".join(filter(None, [target.reason, description]))


def _group_name(arn: str) -> str:
    named = GROUP_NAME.search(arn)
    return named["name"] if named else arn
