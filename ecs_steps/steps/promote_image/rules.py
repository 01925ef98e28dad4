"""What the inputs of *Promote Image to Amazon ECR* must be together."""

from collections.abc import Iterator

from ecs_steps.image_reference import InvalidReferenceError, parse_reference
from ecs_steps.octopus.inputs.rules import AnyRule, Finding, rule, tag_rules
from ecs_steps.octopus.inputs.shared_inputs import image_variable
from ecs_steps.steps.common_inputs import AWS_RULES
from ecs_steps.steps.promote_image.inputs import PACKAGE, CopyReferrers, PromoteInputs
from ecs_steps.tags import MAX_TAGS


@rule("source_image", "source_layout")
def _one_source(inputs: PromoteInputs) -> Iterator[Finding]:
    package = inputs.images.get(PACKAGE.casefold())
    if inputs.source_layout:
        if inputs.source_image:
            yield Finding(("source_image",), "cannot be given together with a source layout")
    elif not inputs.source:
        yield Finding(
            ("source_image",), f"is required where there is no source layout and no {image_variable(PACKAGE)}"
        )
    elif package and package != inputs.source:
        yield Finding(
            ("source_image",),
            f"is another image than the one that the release has chosen: {package!a}; give one of them",
        )


@rule("source_image", "source_layout", "tag")
def _image_with_tag(inputs: PromoteInputs) -> Iterator[Finding]:
    if inputs.source_layout or not inputs.source:
        return
    try:
        reference = parse_reference(inputs.source)
    except InvalidReferenceError as error:
        yield Finding(("source_image",), f"is not an image reference: {error.why}")
        return
    if not (reference.tag or reference.digest):
        yield Finding(
            ("source_image",), "has no tag and no digest; add one of them: name:1.4.0 or name@sha256:..."
        )
    elif not (reference.tag or inputs.tag):
        yield Finding(("tag",), "is required where the source is given by its digest")


@rule("source_layout", "copy_referrers")
def _referrers_of_a_layout(inputs: PromoteInputs) -> Iterator[Finding]:
    if inputs.source_layout and inputs.copy_referrers is not CopyReferrers.NO:
        yield Finding(
            ("copy_referrers",),
            "is only possible where the source is in a registry: a layout does not list what refers to it",
            is_warning=inputs.copy_referrers is CopyReferrers.YES,
        )


RULES: tuple[AnyRule[PromoteInputs], ...] = (
    _one_source,
    _image_with_tag,
    _referrers_of_a_layout,
    *tag_rules(MAX_TAGS),
    *AWS_RULES,
)
