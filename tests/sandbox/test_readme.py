"""What the sandbox's README shows is so."""

import re
from pathlib import Path

import pytest

import ecs_steps.sandbox
from ecs_steps.sandbox import SCENARIOS

README = Path(ecs_steps.sandbox.__file__).with_name("README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_every_block_runs(block: str) -> None:
    exec(compile(block, "README.md", "exec"), {})  # noqa: S102  our own README


def test_every_public_name_but_the_types_of_calls_is_mentioned() -> None:
    missing = [name for name in ecs_steps.sandbox.__all__ if name not in README]

    assert missing == ["Call"]


def test_every_scenario_that_is_named_exists() -> None:
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", README)) - {
        f"{service}-{colour}" for service in ("storefront", "checkout") for colour in ("blue", "green")
    }

    assert named
    assert named <= SCENARIOS.keys() | {"ecs-steps"}
