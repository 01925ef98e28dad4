"""What the inputs of *Discover Amazon ECS Targets* must be together."""

from collections.abc import Iterator

from ecs_steps.octopus.inputs.rules import AnyRule, Finding, rule
from ecs_steps.steps.common_inputs import AWS_RULES
from ecs_steps.steps.discover_targets.inputs import DiscoverInputs


@rule("scope")
def _environment(inputs: DiscoverInputs) -> Iterator[Finding]:
    if not inputs.scope.environment:
        yield Finding(
            ("scope", "Octopus.Environment.Name"),
            "is required: a cluster is a target of the environment that its tag octopus-environment names",
        )


RULES: tuple[AnyRule[DiscoverInputs], ...] = (_environment, *AWS_RULES)
