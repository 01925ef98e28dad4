"""What is reported, in words: one level and one text, the same for every presenter of lines; and as data."""

import re
from datetime import datetime

import attrs

from ecs_steps.reporting.events import (
    DeploymentPaused,
    Level,
    Message,
    OutputVariable,
    PhasesTook,
    Progress,
    Reported,
    RolloutChanged,
    ServiceEvent,
    StackChanged,
    StepFinished,
    StillWaiting,
    TargetFound,
)

MASK = "********"
ALL_TRAFFIC = 100.0

_MARKS = {Level.WARNING: "WARNING: ", Level.ERROR: "ERROR: "}
# How ECS words trouble; what follows keeps a service called ``failed-jobs`` out of it.
_TROUBLE = re.compile(r" (?:unable to|is unhealthy|failed|rolling back)(?=[ :.])")
_NOT_PRINTABLE = re.compile(r"[^ -~]")
# Octopus sees "##octopus" anywhere in a line, and some of its readers carry the end of a line into the next:
# what holds it would be taken for a service message, what ends in its beginning would spoil the next one.
_SERVICE_MESSAGE = re.compile(r"#(?=#o|$)", re.IGNORECASE)


def level_of(reported: Reported) -> Level:
    """Return how much attention a report deserves."""
    match reported:
        case Message(level=level):
            return level
        case StackChanged(status=status, reason=reason):
            return _stack_level(status, reason)
        case RolloutChanged() if reported.is_this_deployment:
            return _rollout_level(reported)
        case ServiceEvent(text=text) if _TROUBLE.search(text):
            return Level.WARNING
        case DeploymentPaused() | StepFinished():
            return Level.HIGHLIGHT
        case _:
            return Level.WAIT if isinstance(reported, StillWaiting) else Level.INFO


def _stack_level(status: str, reason: str) -> Level:
    # What CloudFormation cancels failed because of another resource, which has an event of its own.
    cancelled = reason.rstrip(".").lower().endswith("cancelled")
    if status.endswith("FAILED") and not cancelled:
        return Level.ERROR
    return Level.WARNING if cancelled or "ROLLBACK" in status else Level.INFO


def _rollout_level(rollout: RolloutChanged) -> Level:
    if rollout.state.endswith("FAILED"):
        return Level.ERROR
    troubled = rollout.failed or rollout.state.startswith(("ROLLBACK", "STOP"))
    return Level.WARNING if troubled else Level.INFO


def message_text(reported: Reported) -> str:  # noqa: C901, PLR0911  a case for each kind of report
    """Return what a report says, without its level; a sensitive value is masked.

    It may hold line ends and any character that AWS or a user wrote: see `ascii_lines`.
    """
    match reported:
        case Message(text=text):
            return text
        case ServiceEvent(service_name=name, text=text):
            # ECS begins each with the service's name, which is long where CloudFormation has made it.
            return f"service: {text.removeprefix(f'(service {name}) ')}"
        case Progress(percent=percent, text=text):
            return f"{percent}%: {text}" if text else f"{percent}%"
        case OutputVariable(name=name, value=value, sensitive=sensitive):
            return f"{name} = {MASK if sensitive else value}"
        case StackChanged():
            return _stack_text(reported)
        case RolloutChanged():
            return _rollout_text(reported)
        case DeploymentPaused(text=text, details=details):
            return "\n".join([text, *(f"  {detail}" for detail in details)])
        case StillWaiting(text=text, seconds=seconds):
            return f"still waiting for {text}, for {elapsed(seconds).strip()} by now"
        case PhasesTook():
            return _phases_text(reported)
        case TargetFound(name=name, cluster=cluster, region=region, roles=roles):
            return f"target {name}: cluster {cluster} in {region}, {', '.join(roles)}"
        case StepFinished():
            return _finished_text(reported)


def _stack_text(change: StackChanged) -> str:
    is_stack = change.logical_id == change.stack_name
    what = (
        f"stack {change.stack_name}: {change.status}"
        if is_stack
        else f"{change.logical_id} {change.resource_type} {change.status}"
    )
    return f"{what}: {change.reason}" if change.reason else what


def _rollout_text(rollout: RolloutChanged) -> str:
    which = "deployment" if rollout.is_this_deployment else "other deployment"
    revision = rollout.task_definition.rpartition("/")[2]
    return f"{which} {rollout.deployment_id} {revision}: {task_counts(rollout)} ({rollout_state(rollout)})"


def rollout_state(rollout: RolloutChanged) -> str:
    """Return the state of a deployment, with its stage while it shifts traffic."""
    return f"{rollout.state}, {rollout.stage}" if rollout.stage else rollout.state


# A deployment that shifts traffic: percents of the way at which a stage begins. The tasks start between the
# first two, and the traffic shifts between the next.
_STAGE_PROGRESS = {
    "RECONCILE_SERVICE": 0,
    "PRE_SCALE_UP": 0,
    "POST_SCALE_UP": 40,
    "TEST_TRAFFIC_SHIFT": 42,
    "POST_TEST_TRAFFIC_SHIFT": 45,
    "POST_PRODUCTION_TRAFFIC_SHIFT": 85,
    "BAKE_TIME": 90,
    "CLEAN_UP": 95,
}
_START, _SHIFT_START, _SHIFT_END = 40, 45, 85


def rollout_percent(rollout: RolloutChanged) -> int:
    """Return how far a deployment is, from 0 to 100: by its tasks, and by its traffic where that shifts."""
    tasks = min(1.0, rollout.running / rollout.desired) if rollout.desired else 1.0
    if not rollout.stage:
        return int(100 * tasks)
    if rollout.stage in _STAGE_PROGRESS:
        return _STAGE_PROGRESS[rollout.stage]
    if "PRODUCTION_TRAFFIC_SHIFT" in rollout.stage:
        weight = (rollout.traffic_weight or 0) / ALL_TRAFFIC
        return int(_SHIFT_START + (_SHIFT_END - _SHIFT_START) * weight)
    return int(_START * tasks)


def task_counts(rollout: RolloutChanged) -> str:
    """Return the tasks of a deployment; its share of the traffic too, where that is not all of it."""
    tasks = (
        f"{rollout.running} of {rollout.desired} running, {rollout.pending} pending, {rollout.failed} failed"
    )
    weight = rollout.traffic_weight
    return tasks if weight is None or weight >= ALL_TRAFFIC else f"{tasks}, {weight:g}% of the traffic"


def _phases_text(took: PhasesTook) -> str:
    phases = ", ".join(f"{name} {elapsed(seconds).strip()}" for name, seconds in took.phases if seconds >= 1)
    text = f"deployed in {elapsed(took.seconds).strip()}: {phases}"
    return f"{text}\n{took.advice}" if took.advice else text


def _finished_text(finished: StepFinished) -> str:
    service, revision = finished.service_name or "the service", finished.task_definition
    match finished.outcome:
        case _ if finished.is_registration:
            changed = "" if finished.outcome == "SUCCEEDED" else "nothing changed; "
            text = f"{finished.outcome}: {changed}{revision} is the latest revision"
        case "SUCCEEDED" if revision:
            text = f"{finished.outcome}: {service} runs {revision}"
        case "UNCHANGED":
            text = f"{finished.outcome}: nothing changed"
            text += f"; {service} runs {revision}" if revision else ""
        case "STARTED":
            text = f"{finished.outcome}: the deployment of {revision or service} continues in AWS"
        case "PAUSED":
            text = f"{finished.outcome}: the deployment of {revision or service} waits for a person"
        case "ROLLED_BACK" if revision:
            text = f"{finished.outcome}: {service} runs {revision} again"
        case _:
            text = finished.outcome
    return f"{text}, since {finished.since:%Y-%m-%d %H:%M:%S %Z}" if finished.since and revision else text


def event_data(reported: Reported, seconds: float) -> dict[str, object]:
    """Return a report as JSON data: its kind, level and text, and its own fields; sensitive values masked."""
    fields = attrs.asdict(reported, recurse=False)
    if isinstance(reported, OutputVariable) and reported.sensitive:
        fields["value"] = MASK
    plain = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()
    }
    common = {
        "event": type(reported).__name__,
        "at": round(seconds, 3),
        "level": level_of(reported),
        "text": message_text(reported),
    }
    return plain | common


def elapsed(seconds: float) -> str:
    """Return a span of time as minutes and seconds, at least five characters: `` 0:12``."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes:2}:{rest:02}"


def format_line(reported: Reported, seconds: float) -> str:
    """Format a report as it is written `seconds` after the start, with its line end; plain ASCII.

    Warnings and errors are marked by a word, and a text of several lines is continued on indented ones.
    """
    stamp = f"[{elapsed(seconds)}] "
    lines = ascii_lines(_MARKS.get(level_of(reported), "") + message_text(reported))
    continued = "\n" + " " * len(stamp)
    return f"{stamp}{continued.join(lines)}\n"


def printable(text: str) -> str:
    """Return a text with its line ends, and every other character that no one could see as an escape."""
    if text.isprintable():
        return text
    return "".join(
        each if each == "\n" or each.isprintable() else each.encode("unicode_escape").decode("ascii")
        for each in text
    )


def ascii_lines(text: str) -> list[str]:
    r"""Split `text` into lines of printable ASCII, at least one, none of them an Octopus service message.

    Other characters, tabs included, are written as Python writes them in a literal (``\t``, ``\xe9``,
    ``\U0001f600``), because a Windows worker reads the log in its own code page. White space at the end goes.
    """
    return [_printable(line) for line in text.rstrip().replace("\r\n", "\n").split("\n")]


def _printable(line: str) -> str:
    escaped = _NOT_PRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), line)
    return _SERVICE_MESSAGE.sub(r"\\x23", escaped)
