"""What a deployment reported, and when."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

from attrs import define, field

from ecs_steps.clock import Clock
from ecs_steps.reporting.events import OutputVariable, Reported, RolloutChanged, StackChanged

T = TypeVar("T")


@define
class DeploymentRecord:
    """A `Report` that keeps what it is called with, each with its seconds since the record began."""

    title: str
    clock: Clock
    started_at: datetime = field(init=False)
    reported: list[tuple[float, Reported]] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.started_at = self.clock.now()

    def __call__(self, reported: Reported) -> None:
        self.reported.append((self.seconds, reported))

    @property
    def seconds(self) -> float:
        """How long the record has been kept so far."""
        return (self.clock.now() - self.started_at).total_seconds()

    @property
    def duration(self) -> float:
        """When the last report came, in seconds."""
        return self.reported[-1][0] if self.reported else 0.0

    @property
    def outputs(self) -> dict[str, str]:
        """The output variables, sensitive ones left out."""
        found = (each for _, each in self.reported if isinstance(each, OutputVariable))
        return {each.name: each.value for each in found if not each.sensitive}

    @property
    def has_deployment(self) -> bool:
        """Whether anything of a stack or a service was reported."""
        return any(isinstance(each, StackChanged | RolloutChanged) for _, each in self.reported)

    def of(self, kind: type[T]) -> Iterator[tuple[float, T]]:
        """Yield what was reported of one kind, with its time."""
        yield from ((at, each) for at, each in self.reported if isinstance(each, kind))
