from collections.abc import Callable, Iterator

import pytest

from aws.signatures import Line
from ecs_steps.sandbox import Fault, Sandbox, Scenario


@pytest.fixture
def line_of() -> Iterator[Callable[..., Line]]:
    """Return a function that opens a sandbox and records its requests."""
    opened: list[Sandbox] = []

    def made(*faults: Fault) -> Line:
        opened.append(Sandbox(Scenario(faults=faults)))
        line = Line(opened[-1])
        line.listen()
        return line

    yield made
    for sandbox in opened:
        sandbox.__exit__(None, None, None)


@pytest.fixture
def line(line_of: Callable[..., Line]) -> Line:
    return line_of()
