"""The sandbox's page names what there is (that its blocks run is shown by tests/test_readme.py)."""

import re
from pathlib import Path

import ecs_steps.sandbox
from ecs_steps.sandbox import SCENARIOS

README = Path(ecs_steps.sandbox.__file__).with_name("README.md").read_text(encoding="utf-8")


def test_every_public_name_but_the_types_of_calls_is_mentioned() -> None:
    missing = [name for name in ecs_steps.sandbox.__all__ if name not in README]

    assert missing == ["Call"]


def test_every_scenario_that_is_named_exists() -> None:
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", README)) - {
        f"{service}-{colour}" for service in ("storefront", "checkout") for colour in ("blue", "green")
    }

    assert named
    assert named <= SCENARIOS.keys() | {"ecs-steps"}
