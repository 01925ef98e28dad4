"""The inputs of *Update Amazon ECS Service*, and the rules on them."""

from collections.abc import Iterator

from attrs import frozen

from ecs_steps.octopus.inputs.reader import variable
from ecs_steps.octopus.inputs.rules import AnyRule, Finding, rule, tag_rules
from ecs_steps.octopus.inputs.shared_inputs import OnFailure, TagInput, sent_tags
from ecs_steps.octopus.inputs.types import Bool, EcsName, Family, TaskDefinitionName
from ecs_steps.steps.common_inputs import GUIDE, SERVICE_RULES, resolve_digests_variable
from ecs_steps.steps.revision_inputs import (
    RevisionInputs,
    force_variable,
    on_failure_variable,
    when_paused_variable,
)
from ecs_steps.steps.strategy_inputs import STRATEGY_RULES, WhenPaused
from ecs_steps.steps.task_set_inputs import TEST_TRAFFIC_RULES, task_sets_last
from ecs_steps.tags import MAX_TAGS, Tag, merge_tags
from ecs_steps.task_definition.container_updates import CONTAINER_UPDATE_RULES, ContainerUpdate
from ecs_steps.task_definition.revision import RevisionChanges

UPDATE = "Octopus.Action.Aws.Ecs.Update"
TAGS = "Octopus.Action.Aws.Tags"


@frozen(kw_only=True, field_transformer=task_sets_last)
class UpdateInputs(RevisionInputs):
    """The inputs of *Update Amazon ECS Service*."""

    service_name: EcsName = variable(
        f"{UPDATE}.ServiceName",
        label="Service name",
        docs=f"{GUIDE}/ecs_services.html",
        help="The service that is to run the new revision; it must exist.",
    )
    target_task_definition_name: Family = variable(
        f"{UPDATE}.TargetTaskDefinitionName",
        label="Target task definition",
        docs=f"{GUIDE}/task_definition_parameters.html#family",
        help="The family that the new revision is registered in.",
    )
    template_task_definition_name: TaskDefinitionName | None = variable(
        f"{UPDATE}.TemplateTaskDefinitionName",
        label="Template task definition",
        docs=f"{GUIDE}/task_definitions.html",
        help="The task definition that the new revision is a copy of, as family (its latest revision), "
        "family:revision or ARN. Leave empty for the target's own latest revision.",
        default=None,
    )
    container_updates: tuple[ContainerUpdate, ...] = variable(
        f"{UPDATE}.ContainerUpdates",
        label="Containers",
        docs=f"{GUIDE}/task_definition_parameters.html#container_definitions",
        help='JSON: `[{"containerName": "web", "packageReference": "web", "environmentVariables": '
        '{"action": "Append", "items": [{"type": "Plain", "key": "LOG_LEVEL", "value": "info"}]}}]`',
        control="MultiLineText",
    )
    tags: tuple[TagInput, ...] = variable(
        TAGS,
        label="Tags",
        docs=f"{GUIDE}/ecs-using-tags.html",
        help='JSON: `[{"key": "team", "value": "shop"}]`; at most 50, with those that the task definition '
        "has already.",
        default=(),
    )
    force_new_deployment: Bool = force_variable(f"{UPDATE}.ForceNewDeployment")
    on_failure: OnFailure = on_failure_variable(f"{UPDATE}.OnFailure")

    resolve_digests: Bool = resolve_digests_variable()
    when_paused: WhenPaused = when_paused_variable(f"{UPDATE}.WhenPaused")

    @property
    def set_tags(self) -> tuple[Tag, ...]:
        """The tags of a task set that is made, and of its test rule."""
        return merge_tags(self.default_tags, sent_tags(self.tags))

    @property
    def template(self) -> str:
        """The task definition that the new revision is a copy of, as DescribeTaskDefinition takes it."""
        return self.template_task_definition_name or self.target_task_definition_name

    @property
    def revision_changes(self) -> RevisionChanges:
        """What the next revision of the target family is to have."""
        return RevisionChanges(
            family=self.target_task_definition_name,
            container_updates=self.container_updates,
            images=self.images,
            default_tags=self.default_tags,
            user_tags=sent_tags(self.tags),
            tags_variable=TAGS,
        )


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
