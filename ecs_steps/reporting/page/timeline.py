"""The timeline of a deployment as a picture: resources, tasks and traffic over time; pure.

Units are those of the picture: it is 360 wide, so that its text can be read on a phone, and grows with the
page. Colours are classes of the page's style sheet, which knows light and dark.
"""

from collections.abc import Callable, Iterator, Sequence
from html import escape

from attrs import frozen

from ecs_steps.reporting.events import PhasesTook, RolloutChanged, StackChanged
from ecs_steps.reporting.page.record import DeploymentRecord
from ecs_steps.reporting.text import elapsed, printable

WIDTH, MARGIN, LANE, CHART, TEXT = 360, 8, 30, 70, 14
FULL = 100.0
MAX_LANES = 30
MAX_NAME_LENGTH = 46
MIN_WIDTH = 2.0

Series = Sequence[tuple[float, float]]


@frozen
class _Scale:
    """Seconds to places on the horizontal axis."""

    seconds: float

    def __call__(self, at: float) -> float:
        return round(MARGIN + (WIDTH - 2 * MARGIN) * min(1.0, at / self.seconds), 1)


def timeline(record: DeploymentRecord) -> str:
    """Return the picture as an SVG element; empty where nothing of a deployment was reported."""
    scale = _Scale(max(record.duration, 1.0))
    parts: list[str] = []
    height = 0
    for section in (_phases, _resources, _tasks, _traffic):
        drawn, used = section(record, scale)
        if used:
            parts.append(f'<g transform="translate(0 {height})">{drawn}</g>')
            height += used
    if not parts:
        return ""
    axis = "".join(_tick(scale, record.duration * part, anchor) for part, anchor in _TICKS)
    parts.append(f'<g class="axis" transform="translate(0 {height})">{axis}</g>')
    return (
        f'<svg viewBox="0 0 {WIDTH} {height + 22}" role="img" aria-labelledby="timeline-title">'
        f'<title id="timeline-title">{escape(_summary(record))}</title>{"".join(parts)}</svg>'
    )


_TICKS = ((0.0, "start"), (0.5, "middle"), (1.0, "end"))


def _tick(scale: _Scale, at: float, anchor: str) -> str:
    return _label(elapsed(at).strip(), scale(at), TEXT, anchor=anchor)


def _summary(record: DeploymentRecord) -> str:
    lanes = len({each.logical_id for _, each in record.of(StackChanged)})
    deployments = len({each.deployment_id for _, each in record.of(RolloutChanged)})
    return f"Timeline of {elapsed(record.duration).strip()}: {lanes} resources, {deployments} deployments"


def _phases(record: DeploymentRecord, scale: _Scale) -> tuple[str, int]:
    took = next((each for _, each in record.of(PhasesTook)), None)
    phases = [(name, seconds) for name, seconds in took.phases if seconds >= 1] if took else []
    total = sum(seconds for _, seconds in phases)
    if not total:
        return "", 0
    drawn = [_label("Phases", MARGIN, TEXT, css="head")]
    at = 0.0
    for number, (name, seconds) in enumerate(phases):
        left, right = (scale(scale.seconds * part / total) for part in (at, at + seconds))
        y = 2 * TEXT + 14 + TEXT * number
        drawn.append(_bar(left, right, TEXT + 8, f"phase phase{number % 6}"))
        drawn.append(f'<rect class="phase phase{number % 6}" x="{MARGIN}" y="{y}" width="8" height="8"/>')
        drawn.append(_label(f"{name} {elapsed(seconds).strip()}", MARGIN + 12, y + 8))
        at += seconds
    return "".join(drawn), 2 * TEXT + 24 + TEXT * len(phases)


def _resources(record: DeploymentRecord, scale: _Scale) -> tuple[str, int]:
    lanes: dict[str, list[tuple[float, StackChanged]]] = {}
    for at, change in record.of(StackChanged):
        lanes.setdefault(change.logical_id, []).append((at, change))
    if not lanes:
        return "", 0
    drawn = [_label("Stack", MARGIN, TEXT, css="head")]
    for number, (name, changes) in enumerate(list(lanes.items())[:MAX_LANES]):
        y = TEXT + 6 + LANE * number
        first, last = changes[0], changes[-1]
        drawn.append(_label(name, MARGIN, y + 11))
        drawn.append(_bar(scale(first[0]), scale(last[0]), y + 15, _kind(changes)))
    return "".join(drawn), TEXT + 12 + LANE * min(len(lanes), MAX_LANES)


def _kind(changes: Sequence[tuple[float, StackChanged]]) -> str:
    statuses = [change.status for _, change in changes]
    if any(status.endswith("FAILED") for status in statuses):
        return "bad"
    return "warn" if any("ROLLBACK" in status or "DELETE" in status for status in statuses) else "good"


def _tasks(record: DeploymentRecord, scale: _Scale) -> tuple[str, int]:
    rollouts = list(record.of(RolloutChanged))
    if not rollouts:
        return "", 0
    most = max(1, *(max(each.running, each.desired) for _, each in rollouts))
    series = _by_deployment(rollouts, lambda each: each.running)
    return _chart(f"Running tasks (of at most {most})", series, most, scale)


def _traffic(record: DeploymentRecord, scale: _Scale) -> tuple[str, int]:
    rollouts = [(at, each) for at, each in record.of(RolloutChanged) if each.traffic_weight is not None]
    if not rollouts:
        return "", 0
    return _chart("Traffic (%)", _by_deployment(rollouts, lambda each: each.traffic_weight or 0), FULL, scale)


Lines = dict[str, tuple[RolloutChanged, list[tuple[float, float]]]]


def _by_deployment(
    rollouts: Sequence[tuple[float, RolloutChanged]], value: Callable[[RolloutChanged], float]
) -> Lines:
    lines: Lines = {}
    for at, each in rollouts:
        lines.setdefault(each.deployment_id, (each, []))[1].append((at, value(each)))
    return lines


def _chart(title: str, lines: Lines, most: float, scale: _Scale) -> tuple[str, int]:
    top, bottom = 2 * TEXT, 2 * TEXT + CHART
    drawn = [_label(title, MARGIN, TEXT, css="head")]
    drawn += [
        f'<line class="grid" x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{y}" y2="{y}"/>' for y in (top, bottom)
    ]
    for number, (rollout, points) in enumerate(lines.values()):
        css = "this" if rollout.is_this_deployment else "other"
        drawn.append(f'<path class="{css}" d="{_steps(points, most, scale, top, bottom)}"/>')
        which = "this deployment" if rollout.is_this_deployment else "other deployment"
        text = f"{_revision(rollout.task_definition)}, {which}"
        y = bottom + TEXT * (number + 1)
        drawn.append(f'<line class="{css}" x1="{MARGIN}" x2="{MARGIN + 10}" y1="{y - 4}" y2="{y - 4}"/>')
        drawn.append(_label(text, MARGIN + 14, y))
    return "".join(drawn), bottom + TEXT * len(lines) + 12


def _steps(points: Series, most: float, scale: _Scale, top: int, bottom: int) -> str:
    def height(value: float) -> float:
        return round(bottom - (bottom - top) * min(1.0, value / most), 1)

    path = f"M{scale(points[0][0])} {height(points[0][1])}"
    for at, value in points[1:]:
        path += f"H{scale(at)}V{height(value)}"
    return f"{path}H{scale(scale.seconds)}"


def _bar(left: float, right: float, y: float, css: str) -> str:
    return f'<rect class="{css}" x="{left}" y="{y}" width="{max(MIN_WIDTH, right - left):.1f}" height="8"/>'


def _label(text: str, x: float, y: float, *, css: str = "", anchor: str = "start") -> str:
    line = printable(text)
    shown = line if len(line) <= MAX_NAME_LENGTH else f"{line[: MAX_NAME_LENGTH - 3]}..."
    attributes = (f' class="{css}"' if css else "") + (
        f' text-anchor="{anchor}"' if anchor != "start" else ""
    )
    return f'<text x="{x}" y="{y}"{attributes}>{escape(shown)}</text>'


def _revision(arn: str) -> str:
    return arn.rpartition("/")[2]


def described(record: DeploymentRecord) -> Iterator[tuple[str, str]]:
    """Yield what changed, as names and texts."""
    rollouts = [each for _, each in record.of(RolloutChanged)]
    ours = [_revision(each.task_definition) for each in rollouts if each.is_this_deployment]
    others = [_revision(each.task_definition) for each in rollouts if not each.is_this_deployment]
    before = _revision(record.outputs.get("PreviousTaskDefinitionArn", ""))
    after = _revision(record.outputs.get("TaskDefinitionArn", "")) or next(iter(ours), "")
    if after:
        before = before or next((name for name in others if name != after), "")
        yield "Task definition", f"{before} \u2192 {after}" if before and before != after else after
    last = {change.logical_id: change for _, change in record.of(StackChanged)}
    for name, change in last.items():
        if name != change.stack_name:
            yield name, f"{change.resource_type} {change.status}"
