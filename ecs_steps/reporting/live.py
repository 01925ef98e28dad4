"""A deployment as a live tree on a terminal: stack, resources, deployments, the service's last messages."""

import threading
from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from types import TracebackType
from typing import Generic, Self, TextIO, TypeVar

from attrs import define, field
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text
from rich.tree import Tree

from ecs_steps.clock import Clock
from ecs_steps.reporting.events import (
    DeploymentPaused,
    Level,
    Reported,
    RolloutChanged,
    ServiceEvent,
    StackChanged,
    StillWaiting,
)
from ecs_steps.reporting.text import (
    ascii_lines,
    elapsed,
    format_line,
    level_of,
    message_text,
    rollout_state,
    task_counts,
)

T = TypeVar("T", StackChanged, RolloutChanged)

LAST_MESSAGES = 3
SERVICE = "AWS::ECS::Service"
STYLES = {Level.WARNING: "yellow", Level.ERROR: "bold red", Level.HIGHLIGHT: "bold", Level.VERBOSE: "dim"}
ENDED = ("COMPLETE", "COMPLETED", "SUCCESSFUL", "FAILED", "STOPPED")


@define
class Row(Generic[T]):
    """A line of the tree: the newest report of one thing, and since when that has been in progress."""

    reported: T
    status: str
    began: datetime
    ended: datetime | None = None

    def update(self, reported: T, status: str, now: datetime) -> None:
        """Replace the report by a newer one; what is in progress again after its end starts again."""
        self.reported, self.status = reported, status
        if status.endswith(ENDED):
            self.ended = self.ended or now
        elif self.ended:
            self.began, self.ended = now, None

    def line(self, name: str, now: datetime, detail: str = "") -> Text:
        """Return the name, the status, its time (none if it was over when first seen) and the detail."""
        style = STYLES.get(level_of(self.reported), "green" if self.ended else "cyan")
        took = elapsed(((self.ended or now) - self.began).total_seconds()).strip()
        time = "" if self.ended == self.began else took
        return _line((name, "bold"), (self.status, style), (time, ""), (detail, "dim"))


@define
class LiveView:
    """Shows what it is called with, until the end of its ``with`` block.

    What the tree does not show to the end is printed above it, and so stays in the terminal's scrollback:
    messages, warnings, results. The tree is drawn four times a second, since the times in it follow `clock`.
    """

    stream: TextIO
    clock: Clock
    verbose: bool = False
    _stacks: dict[str, dict[str, Row[StackChanged]]] = field(factory=dict)
    _deployments: dict[str, Row[RolloutChanged]] = field(factory=dict)
    _messages: deque[ServiceEvent] = field(factory=lambda: deque(maxlen=LAST_MESSAGES))
    _pause: DeploymentPaused | None = None
    _waiting: StillWaiting | None = None
    _waiting_since: datetime = field(init=False)
    _started: datetime = field(init=False)
    _lock: threading.Lock = field(factory=threading.Lock)
    _live: Live = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._started = self._waiting_since = self.clock.now()
        console = Console(file=self.stream, markup=False, emoji=False, highlight=False)
        self._live = Live(
            get_renderable=self._tree, console=console, redirect_stdout=False, redirect_stderr=False
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._waiting = None
        self._live.stop()

    def __call__(self, reported: Reported) -> None:
        """Show a report."""
        now = self.clock.now()
        with self._lock:
            self._keep(reported, now)
        if self._is_printed(reported):
            text = format_line(reported, (now - self._started).total_seconds()).rstrip("\n")
            style = STYLES.get(level_of(reported), "")
            self._live.console.print(Text(text, style), soft_wrap=True)
        self._live.refresh()

    def _keep(self, reported: Reported, now: datetime) -> None:
        self._waiting = None
        match reported:
            case StackChanged(stack_name=stack, logical_id=name, status=status):
                rows = self._stacks.setdefault(stack, {})
                rows.setdefault(name, Row(reported, status, now)).update(reported, status, now)
            case RolloutChanged(deployment_id=name):
                state = rollout_state(reported)
                row = self._deployments.setdefault(name, Row(reported, state, now))
                row.update(reported, state, now)
                self._pause = None if reported.is_this_deployment else self._pause
            case DeploymentPaused():
                self._pause = reported
            case ServiceEvent() if reported not in self._messages:
                self._messages.append(reported)
            case StillWaiting(seconds=seconds):
                self._waiting, self._waiting_since = reported, now - timedelta(seconds=seconds)
            case _:
                pass

    def _is_printed(self, reported: Reported) -> bool:
        level = level_of(reported)
        match reported:
            case RolloutChanged() | StillWaiting():
                return False
            case StackChanged() | ServiceEvent():
                return level in (Level.WARNING, Level.ERROR)
            case _:
                return self.verbose or level is not Level.VERBOSE

    def _tree(self) -> Group:
        """Return what is known now; rich calls this in a thread of its own."""
        now = self.clock.now()
        with self._lock:
            lines = [self._stack(name, rows, now) for name, rows in self._stacks.items()]
            return Group(*lines, *self._service_alone(now), *self._heartbeat(now))

    def _stack(self, stack: str, rows: dict[str, Row[StackChanged]], now: datetime) -> Tree:
        own = rows.get(stack)
        tree = Tree(own.line(f"stack {stack}", now) if own else _line((f"stack {stack}", "bold")))
        for name, row in rows.items():
            if row is not own:
                branch = tree.add(row.line(name, now, row.reported.resource_type))
                if row.reported.resource_type == SERVICE:
                    self._add_deployments(branch, now)
        return tree

    def _service_alone(self, now: datetime) -> Iterator[Tree]:
        """Yield the service that no stack of the tree holds, once something is known of it."""
        in_stack = {row.reported.resource_type for rows in self._stacks.values() for row in rows.values()}
        if self._deployments and SERVICE not in in_stack:
            names = {row.reported.service_name for row in self._deployments.values()}
            tree = Tree(_line((f"service {' '.join(names)}", "bold")))
            self._add_deployments(tree, now)
            yield tree

    def _add_deployments(self, branch: Tree, now: datetime) -> None:
        for row in self._deployments.values():
            rollout = row.reported
            which = "deployment" if rollout.is_this_deployment else "other deployment"
            revision = rollout.task_definition.rpartition("/")[2]
            detail = f"{task_counts(rollout)}  {rollout.deployment_id}"
            branch.add(row.line(f"{which} {revision}", now, detail))
        if self._pause:
            branch.add(_line((self._pause.text, STYLES[Level.HIGHLIGHT])))
        for message in self._messages:
            branch.add(_line((message_text(message), STYLES.get(level_of(message), ""))))

    def _heartbeat(self, now: datetime) -> Iterator[Text]:
        if self._waiting:
            seconds = (now - self._waiting_since).total_seconds()
            yield _line((message_text(StillWaiting(text=self._waiting.text, seconds=seconds)), "dim"))


def _line(*parts: tuple[str, str]) -> Text:
    """Return texts and their styles as one line, which is cut off where the terminal ends.

    AWS' own texts are in it: whatever would be a control character to the terminal is escaped.
    """
    shown = [(" ".join(ascii_lines(text)), style) for text, style in parts if text]
    separated = Text("  ").join(Text(text, style) for text, style in shown)
    separated.no_wrap, separated.overflow = True, "crop"
    return separated
