"""The inputs of *Update Amazon ECS Service*."""

from typing import Annotated

from attrs import frozen

from ecs_steps.octopus.inputs.reader import variable
from ecs_steps.octopus.inputs.shared_inputs import OnFailure, TagInput, sent_tags
from ecs_steps.octopus.inputs.types import Bool, EcsName, Family, Text
from ecs_steps.steps.common_inputs import GUIDE, resolve_digests_variable
from ecs_steps.steps.strategy_inputs import StrategyInputs, WhenPaused, strategy_last
from ecs_steps.task_definition.container_updates import ContainerUpdate
from ecs_steps.task_definition.revision import RevisionChanges

UPDATE = "Octopus.Action.Aws.Ecs.Update"
TAGS = "Octopus.Action.Aws.Tags"

TaskDefinition = Annotated[
    str,
    Text(
        r"(arn:[\w-]+:ecs:[\w-]+:[0-9]{12}:task-definition/)?[A-Za-z0-9_-]{1,255}(:[1-9][0-9]*)?",
        "a task definition as family, family:revision or ARN",
    ),
]


@frozen(kw_only=True, field_transformer=strategy_last)
class UpdateInputs(StrategyInputs):
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
    template_task_definition_name: TaskDefinition | None = variable(
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
        control="MultiLineText",
    )
    force_new_deployment: Bool = variable(
        f"{UPDATE}.ForceNewDeployment",
        label="Deploy again where nothing changed",
        docs=f"{GUIDE}/update-service-console-v2.html",
        help="A tag such as `latest` may mean another image by now: a service that runs the revision already "
        "replaces its tasks. Off, such a service is left alone.",
        default=True,
        control="Checkbox",
    )
    on_failure: OnFailure = variable(
        f"{UPDATE}.OnFailure",
        label="On failure",
        help="What to do where the deployment fails or times out and the service's own circuit breaker does "
        "not roll it back.",
        default=OnFailure.LEAVE,
        control="Select",
        options=["Leave|Leave the service as it is", "Rollback|Go back to the revision that served before"],
    )

    resolve_digests: Bool = resolve_digests_variable()
    when_paused: WhenPaused = variable(
        f"{UPDATE}.WhenPaused",
        label="When another deployment waits for a person",
        help="An update ends a deployment that waits at a pause, and its approval with it.",
        default=WhenPaused.FAIL,
        control="Select",
        options=["Fail|Fail, and name it", "Replace|Replace it"],
    )

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
