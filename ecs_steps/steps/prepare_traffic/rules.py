"""What the inputs of *Prepare Amazon ECS Traffic* must be together."""

from collections.abc import Iterator

from ecs_steps.octopus.inputs.rules import AnyRule, Finding, rule
from ecs_steps.rollouts.request_marker import MAX_CONDITION_VALUES
from ecs_steps.steps.common_inputs import AWS_RULES
from ecs_steps.steps.prepare_traffic.inputs import PrepareTrafficInputs
from ecs_steps.steps.task_set_inputs import TEST_TRAFFIC, TEST_TRAFFIC_RULES

MAX_WILDCARDS = 6


@rule("test_header", "test_query")
def _some_marker(inputs: PrepareTrafficInputs) -> Iterator[Finding]:
    if not inputs.test_header and not inputs.test_query:
        yield Finding(("test_header",), f"is required, or {TEST_TRAFFIC}.Query: the test rule matches it")


@rule("hosts", "paths")
def _conditions_that_fit(inputs: PrepareTrafficInputs) -> Iterator[Finding]:
    # One value of the test rule is what testers send.
    values, most = [*inputs.hosts, *inputs.paths], MAX_CONDITION_VALUES - 1
    wildcards = sum(text.count("*") + text.count("?") for text in values)
    if len(values) > most:
        yield Finding(("paths",), f"are {len(values)} with the hosts, and a rule takes {most} and a test's")
    elif wildcards > MAX_WILDCARDS:
        yield Finding(("paths",), f"have {wildcards} wildcards with the hosts; ELB takes {MAX_WILDCARDS}")


@rule("listener", "region", "expected_account")
def _place_of_listener(inputs: PrepareTrafficInputs) -> Iterator[Finding]:
    region, account = inputs.listener.split(":")[3:5]
    if inputs.region and region != inputs.region:
        yield Finding(("listener",), f"is in {region}, and this step runs in {inputs.region}")
    if inputs.expected_account and account != inputs.expected_account:
        yield Finding(("listener",), f"is in account {account}, not in {inputs.expected_account}")


RULES: tuple[AnyRule[PrepareTrafficInputs], ...] = (
    _some_marker,
    _conditions_that_fit,
    _place_of_listener,
    *TEST_TRAFFIC_RULES,
    *AWS_RULES,
)
