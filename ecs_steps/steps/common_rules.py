"""Rules on the inputs that every step has."""

from collections.abc import Iterator

from ecs_steps.octopus.inputs.reader import Finding, rule
from ecs_steps.octopus.inputs.shared_inputs import Wait
from ecs_steps.steps.common_inputs import CommonInputs


@rule("wait_option")
def timed_wait(inputs: CommonInputs) -> Iterator[Finding]:
    """Judge a wait option: a wait with a timeout says how long."""
    wait = inputs.wait_option
    if wait.type is Wait.WITH_TIMEOUT and wait.timeout_minutes is None:
        yield Finding(("wait_option", "timeoutMinutes"), "is required to wait with a timeout")


@rule("account")
def whole_account(inputs: CommonInputs) -> Iterator[Finding]:
    """Judge an account: it is whole, or the environment's."""
    for gap in inputs.account.gaps:
        yield Finding(("account", *gap.path), str(gap))
