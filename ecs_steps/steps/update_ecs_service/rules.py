"""What the inputs of *Update Amazon ECS Service* must be together, by ECS' and Octopus' rules."""

from collections.abc import Iterator

from ecs_steps.octopus.inputs.rules import AnyRule, Finding, rule, tag_rules
from ecs_steps.steps.common_inputs import SERVICE_RULES
from ecs_steps.steps.strategy_inputs import STRATEGY_RULES
from ecs_steps.steps.task_set_inputs import TEST_TRAFFIC_RULES
from ecs_steps.steps.update_ecs_service.inputs import UpdateInputs
from ecs_steps.tags import MAX_TAGS
from ecs_steps.task_definition.container_updates import CONTAINER_UPDATE_RULES


@rule("container_updates")
def _some_container(inputs: UpdateInputs) -> Iterator[Finding]:
    if not inputs.container_updates:
        yield Finding(("container_updates",), "expected at least one container")


RULES: tuple[AnyRule[UpdateInputs], ...] = (
    _some_container,
    *CONTAINER_UPDATE_RULES,
    *tag_rules(MAX_TAGS),
    *SERVICE_RULES,
    *STRATEGY_RULES,
    *TEST_TRAFFIC_RULES,
)
