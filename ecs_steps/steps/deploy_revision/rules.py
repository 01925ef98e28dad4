"""What the inputs of *Deploy Amazon ECS Revision* must be together."""

from collections.abc import Iterator

from ecs_steps.octopus.inputs.rules import AnyRule, Finding, rule
from ecs_steps.octopus.json_text import shown
from ecs_steps.steps.common_inputs import SERVICE_RULES
from ecs_steps.steps.deploy_revision.inputs import (
    PACKAGE_ID,
    PACKAGE_REFERENCE,
    PACKAGE_VERSION,
    DeployRevisionInputs,
    revision_number,
)
from ecs_steps.steps.strategy_inputs import STRATEGY_RULES
from ecs_steps.steps.task_set_inputs import TEST_TRAFFIC_RULES


@rule("task_definition")
def _some_revision(inputs: DeployRevisionInputs) -> Iterator[Finding]:
    if inputs.task_definition is None and not inputs.package.is_given:
        yield Finding(
            ("task_definition",), f"is required, or a release that chooses the package {PACKAGE_REFERENCE}"
        )


@rule()
def _package_is_a_revision(inputs: DeployRevisionInputs) -> Iterator[Finding]:
    package = inputs.package
    if not package.is_given:
        return
    if revision_number(package.version) is None:
        yield Finding(
            ("package", PACKAGE_VERSION),
            f"expected a revision's number, such as 42 or 42-beta, not {shown(package.version)}",
        )
    elif package.revision is None:
        yield Finding(
            ("package", PACKAGE_ID),
            f"expected a task definition's family, not {shown(package.package_id)}: is the package from a "
            "feed of task definitions?",
        )


@rule("task_definition")
def _one_revision(inputs: DeployRevisionInputs) -> Iterator[Finding]:
    given, released = inputs.task_definition, inputs.package.revision
    if given and inputs.package.is_given and released and given.name != released.name:
        yield Finding(
            ("task_definition",),
            f"is {given.name}, and the release has chosen {released.name}: which one is meant?",
        )


@rule("family", "task_definition")
def _this_family(inputs: DeployRevisionInputs) -> Iterator[Finding]:
    revision = inputs.revision
    if inputs.family and revision and revision.family != inputs.family:
        yield Finding(("family",), f"must be {inputs.family}, and the chosen revision is {revision.name}")


RULES: tuple[AnyRule[DeployRevisionInputs], ...] = (
    _some_revision,
    _package_is_a_revision,
    _one_revision,
    _this_family,
    *STRATEGY_RULES,
    *TEST_TRAFFIC_RULES,
    *SERVICE_RULES,
)
