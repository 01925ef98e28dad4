"""What the inputs of *Register Amazon ECS Task Definition* must be together; `document` has the rest."""

import re
from collections.abc import Iterator

from ecs_steps.octopus.inputs.rules import AnyRule, Finding, rule, tag_rules
from ecs_steps.octopus.inputs.types import FAMILY
from ecs_steps.steps.common_inputs import AWS_RULES
from ecs_steps.steps.register_task_definition.inputs import RegisterInputs
from ecs_steps.tags import MAX_TAGS
from ecs_steps.task_definition.container_updates import CONTAINER_UPDATE_RULES


@rule("family", "document")
def _some_family(inputs: RegisterInputs) -> Iterator[Finding]:
    if inputs.family:
        return
    if not inputs.target_family:
        yield Finding(("family",), "is required, unless a document names the family")
    elif inputs.document and not re.fullmatch(FAMILY.pattern, inputs.target_family):
        yield Finding(("document", *inputs.document.path(("family",))), f"expected {FAMILY.expected}")


@rule("template_name", "document")
def _one_source(inputs: RegisterInputs) -> Iterator[Finding]:
    if inputs.template_name and inputs.document:
        yield Finding(("document",), "cannot be given together with a template: which one is meant?")


RULES: tuple[AnyRule[RegisterInputs], ...] = (
    _some_family,
    _one_source,
    *CONTAINER_UPDATE_RULES,
    *tag_rules(MAX_TAGS),
    *AWS_RULES,
)
