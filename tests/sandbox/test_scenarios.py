"""Every scenario that has a name."""

import pytest

from ecs_steps.sandbox import SCENARIOS, Sandbox


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_has_a_description_and_can_be_entered(name: str) -> None:
    with Sandbox(name) as aws:
        aws.clock.sleep(60)

    description = SCENARIOS[name].description
    assert description.isascii()
    assert description
    assert not description.endswith(".")
