"""The inputs of *Register Amazon ECS Task Definition*, and the rules on them."""

import re
from collections.abc import Iterator
from typing import Annotated

from attrs import frozen

from ecs_steps.octopus.inputs.reader import derived, variable
from ecs_steps.octopus.inputs.rules import AnyRule, Finding, rule, tag_rules
from ecs_steps.octopus.inputs.shared_inputs import TagInput, sent_tags
from ecs_steps.octopus.inputs.types import FAMILY, Bool, Count, Family, TaskDefinitionName
from ecs_steps.steps.common_inputs import AWS_RULES, AwsInputs, resolve_digests_variable
from ecs_steps.tags import (
    MAX_TAGS,
    Tag,
    merge_tags,
    provenance_tags,
    without_aws_tags,
    without_environment_tags,
)
from ecs_steps.task_definition.container_updates import (
    CONTAINER_UPDATE_RULES,
    ContainerUpdate,
    updated_images,
)
from ecs_steps.task_definition.document import Document, DocumentReader
from ecs_steps.task_definition.revision import RevisionChanges

TASK_DEFINITION = "Octopus.Action.Aws.Ecs.TaskDefinition"
TAGS = "Octopus.Action.Aws.Ecs.Tags"


@frozen(kw_only=True)
class RegisterInputs(AwsInputs):
    """The inputs of *Register Amazon ECS Task Definition*."""

    family: Family | None = variable(
        f"{TASK_DEFINITION}.Family",
        label="Family",
        help="The family that the new revision is registered in; it need not exist. Empty means the "
        "document's own.",
        default=None,
    )
    template_name: TaskDefinitionName | None = variable(
        f"{TASK_DEFINITION}.Template",
        label="Template task definition",
        help="The task definition that the new revision is a copy of, as family (its latest revision), "
        "family:revision or ARN. Leave empty for the family's own latest revision, or to give a document.",
        default=None,
    )
    document: Annotated[Document, DocumentReader()] | None = variable(
        f"{TASK_DEFINITION}.Document",
        label="Document",
        help="Instead of a template: the task definition as JSON or YAML in RegisterTaskDefinition's own "
        "words. What `aws ecs describe-task-definition --include TAGS` prints is accepted as it is.",
        default=None,
        control="MultiLineText",
        may_be_yaml=True,
    )
    container_updates: tuple[ContainerUpdate, ...] = variable(
        f"{TASK_DEFINITION}.ContainerUpdates",
        label="Containers",
        help='JSON: `[{"containerName": "web", "packageReference": "web", "environmentVariables": '
        '{"action": "Append", "items": [{"type": "Plain", "key": "LOG_LEVEL", "value": "info"}]}}]`; '
        "may be empty",
        default=(),
    )
    tags: tuple[TagInput, ...] = variable(
        TAGS,
        label="Tags",
        help='JSON: `[{"key": "team", "value": "shop"}]`; at most 50, with those that the template has '
        "already.",
        default=(),
    )
    keep_revisions: Count = variable(
        f"{TASK_DEFINITION}.KeepRevisions",
        label="Revisions to keep",
        help="How many of the newest active revisions stay active, the new one included; 0 means all. "
        "Never deregistered is what a service of any cluster uses or was deployed with in the last 90 days. "
        "What RunTask, EventBridge or Step Functions start by revision cannot be seen: leave it at 0 there.",
        default=0,
    )
    resolve_digests: Bool = resolve_digests_variable()
    default_tags: tuple[Tag, ...] = derived(provenance_tags)

    @property
    def target_family(self) -> str:
        """The family to register in: the given one, else the document's; empty where there is neither."""
        return self.family or (self.document.family if self.document else "")

    @property
    def template(self) -> str:
        """The task definition that is copied where no document is given."""
        return self.template_name or self.target_family

    @property
    def chosen_images(self) -> dict[str, str]:
        """The images that a document and the release have chosen, by container; a template's are not."""
        of_document = self.document.images if self.document else {}
        return {**of_document, **updated_images(self)}

    def revision_changes(self, document_tags: tuple[Tag, ...] = ()) -> RevisionChanges:
        """Return what the next revision is to have; a document's tags are a user's own."""
        kept = without_environment_tags(without_aws_tags(document_tags))
        return RevisionChanges(
            family=self.target_family,
            container_updates=self.container_updates,
            images=self.images,
            default_tags=self.default_tags,
            user_tags=merge_tags(kept, sent_tags(self.tags)),
            tags_variable=TAGS,
        )


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
