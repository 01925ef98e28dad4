"""One table of the steps: whatever lists, names or finds a step reads it.

What differs between steps (which verbs a step has, which options a verb takes, what its step template says)
stands in its row and nowhere else. A step of your own is a row as well: see `StepTable.with_row`.
"""

from typing import TYPE_CHECKING

from ecs_steps.steps.row import Option, StepRow, StepTable, Verb

if TYPE_CHECKING:  # type checkers see the classes; at run time a row imports its own
    from ecs_steps.steps.abort_ecs_deployment.step import AbortEcsDeploymentStep
    from ecs_steps.steps.continue_ecs_deployment.step import ContinueEcsDeploymentStep
    from ecs_steps.steps.deploy_ecs_service.step import DeployEcsServiceStep
    from ecs_steps.steps.deploy_revision.step import DeployEcsRevisionStep
    from ecs_steps.steps.discover_targets.step import DiscoverEcsTargetsStep
    from ecs_steps.steps.prepare_traffic.step import PrepareEcsTrafficStep
    from ecs_steps.steps.promote_image.step import PromoteEcrImageStep
    from ecs_steps.steps.register_task_definition.step import RegisterEcsTaskDefinitionStep
    from ecs_steps.steps.update_ecs_service.step import UpdateEcsServiceStep

__all__ = [
    "AbortEcsDeploymentStep",
    "ContinueEcsDeploymentStep",
    "DeployEcsRevisionStep",
    "DeployEcsServiceStep",
    "DiscoverEcsTargetsStep",
    "PrepareEcsTrafficStep",
    "PromoteEcrImageStep",
    "RegisterEcsTaskDefinitionStep",
    "UpdateEcsServiceStep",
]

_ROOMS = "ecs_steps.steps"

_OUTPUTS = (
    "ServiceName",
    "ServiceArn",
    "ClusterName",
    "Region",
    "TaskDefinitionFamily",
    "TaskDefinitionArn",
    "TaskDefinitionRevision",
    "DeploymentId",
    "Outcome",
)

_PROGRESS = (
    "ServiceName",
    "ServiceArn",
    "ClusterName",
    "Region",
    "ServiceDeploymentArn",
    "DeploymentId",
    "TaskDefinitionArn",
    "PreviousTaskDefinitionArn",
    "TargetGroupArn",
    "LifecycleStage",
    "ProductionTrafficPercent",
    "TestTrafficPercent",
    "Outcome",
)
_PAUSE = ("HookId", "PauseExpiresAt", "PauseTimeoutAction")

_DEPLOYMENT = Option(
    flag="--deployment", keyword="deployment_id", metavar="ID", help="of a service: ecs-svc/..."
)
_ROLES = Option(
    flag="--role",
    keyword="roles",
    repeatable=True,
    help="a role of the task definition, by name or ARN (default: every role)",
    narrows="PassRolesToTasks",
    without="every role may be passed to tasks; name those of the task definition",
)
_LOG_GROUPS = Option(
    flag="--log-group",
    keyword="log_groups",
    repeatable=True,
    help="a log group of its containers, by name or ARN (default: every log group)",
    narrows="ReadContainerLogs",
    without="every log may be read; name the log groups of the containers",
)

STEPS = StepTable(
    (
        StepRow(
            name="deploy",
            title="Deploy Amazon ECS Service",
            summary="deploy a Fargate service through a CloudFormation stack",
            step=f"{_ROOMS}.deploy_ecs_service.step:DeployEcsServiceStep",
            inputs=f"{_ROOMS}.deploy_ecs_service.inputs:DeployInputs",
            prefix="EcsDeploy",
            description="Deploys a Fargate task definition and its service through a CloudFormation "
            "stack, waits until this very deployment serves, and otherwise names the root cause.",
            image_help="The main container's image. In *Containers* it is the reference `EcsDeploy.Image`.",
            outputs=(*_OUTPUTS, "AwsOutputs[StackId]", "CloudFormationStackName"),
            verbs={
                Verb.RUN: (),
                Verb.WATCH: (
                    Option(
                        flag="--stack",
                        keyword="stack_id",
                        metavar="ID",
                        help="of a deployment: the stack's id or name",
                    ),
                ),
                Verb.DRY_RUN: (),
                Verb.PREFLIGHT: (),
                Verb.EXPORT: (),
                Verb.IAM_POLICY: (),
            },
        ),
        StepRow(
            name="update",
            title="Update Amazon ECS Service",
            summary="point a service at a new revision of its task definition",
            step=f"{_ROOMS}.update_ecs_service.step:UpdateEcsServiceStep",
            inputs=f"{_ROOMS}.update_ecs_service.inputs:UpdateInputs",
            prefix="EcsUpdate",
            description="Registers a new revision of an existing task definition, points an existing "
            "service at it, waits until this very deployment serves, and otherwise names the root cause.",
            image_help="The image that a container gets. In *Containers* it is the reference "
            "`EcsUpdate.Image`; one that nothing refers to is not used.",
            outputs=(*_OUTPUTS, "PreviousTaskDefinitionArn"),
            verbs={
                Verb.RUN: (),
                Verb.WATCH: (_DEPLOYMENT,),
                Verb.DRY_RUN: (),
                Verb.PREFLIGHT: (),
                Verb.IAM_POLICY: (_ROLES, _LOG_GROUPS),
            },
        ),
        StepRow(
            name="continue",
            title="Continue Amazon ECS Deployment",
            summary="continue a deployment that waits for a person",
            step=f"{_ROOMS}.continue_ecs_deployment.step:ContinueEcsDeploymentStep",
            inputs=f"{_ROOMS}.continue_ecs_deployment.inputs:ContinueInputs",
            prefix="EcsContinue",
            description="Continues a deployment that waits at a pause, after a manual intervention: it "
            "checks again that the new tasks are healthy and that traffic goes where ECS believes, says "
            "yes once, and waits for the next pause or the end. One such step for each pause, each with "
            "the hook of the step before it; run it on success.",
            outputs=(*_PROGRESS, *_PAUSE),
        ),
        StepRow(
            name="abort",
            title="Abort Amazon ECS Deployment",
            summary="roll back a deployment that is in progress",
            step=f"{_ROOMS}.abort_ecs_deployment.step:AbortEcsDeploymentStep",
            inputs=f"{_ROOMS}.abort_ecs_deployment.inputs:AbortInputs",
            prefix="EcsAbort",
            description="Rolls back a deployment that is in progress, wherever it is, and waits until "
            "what served before it serves again. Let it run when a previous step failed, such as an "
            "aborted manual intervention; where there is nothing to roll back it changes nothing.",
            outputs=(*_PROGRESS, *_PAUSE),
        ),
        StepRow(
            name="discover-targets",
            title="Discover Amazon ECS Targets",
            summary="find the clusters whose tags make them deployment targets",
            step=f"{_ROOMS}.discover_targets.step:DiscoverEcsTargetsStep",
            inputs=f"{_ROOMS}.discover_targets.inputs:DiscoverInputs",
            prefix="EcsDiscover",
            description="Finds the clusters whose tags say that they belong to the deployment's "
            "environment, and lets Octopus make deployment targets of them.",
            outputs=("TargetNames", "Outcome"),
        ),
        StepRow(
            name="prepare-traffic",
            title="Prepare Amazon ECS Traffic",
            summary="have two target groups and listener rules for production and tests",
            step=f"{_ROOMS}.prepare_traffic.step:PrepareEcsTrafficStep",
            inputs=f"{_ROOMS}.prepare_traffic.inputs:PrepareTrafficInputs",
            prefix="EcsTraffic",
            description="Makes what a deployment shifts traffic with, or finds it by its tags: two "
            "target groups, a listener rule for production traffic, and one before it for testers. What "
            "is found keeps its weights, priority and actions.",
            outputs=(
                "Region",
                "ListenerArn",
                "TargetGroupArn",
                "AlternateTargetGroupArn",
                "ProductionListenerRule",
                "TestListenerRule",
                "Outcome",
            ),
        ),
        StepRow(
            name="promote",
            title="Promote Image to Amazon ECR",
            summary="copy an image into a repository of Amazon ECR by digest, without Docker",
            step=f"{_ROOMS}.promote_image.step:PromoteEcrImageStep",
            inputs=f"{_ROOMS}.promote_image.inputs:PromoteInputs",
            prefix="EcsPromote",
            description="Copies an image from any registry, or from a file, into a repository of Amazon "
            "ECR without Docker and without changing a byte, checks the scans of all its platforms, and "
            "sets the tag last.",
            outputs=("Image", "ImageDigest", "ImageByDigest", "Outcome"),
        ),
        StepRow(
            name="register",
            title="Register Amazon ECS Task Definition",
            summary="register a revision of a task definition, for a later deployment to choose",
            step=f"{_ROOMS}.register_task_definition.step:RegisterEcsTaskDefinitionStep",
            inputs=f"{_ROOMS}.register_task_definition.inputs:RegisterInputs",
            prefix="EcsTaskDefinition",
            description="Registers a new revision of a task definition from its latest revision, another "
            "one or a document, with images that the release has chosen; one that is as requested "
            "already is left alone. No service is changed.",
            image_help="The image that a container gets. In *Containers* it is the reference "
            "`EcsTaskDefinition.Image`; one that nothing refers to is not used.",
            outputs=(
                "TaskDefinitionFamily",
                "TaskDefinitionArn",
                "TaskDefinitionRevision",
                "PreviousTaskDefinitionArn",
                "Region",
                "Outcome",
            ),
            verbs={Verb.RUN: (), Verb.DRY_RUN: (), Verb.IAM_POLICY: (_ROLES,)},
        ),
        StepRow(
            name="deploy-revision",
            title="Deploy Amazon ECS Revision",
            summary="point a service at a revision that exists, which the release has chosen",
            step=f"{_ROOMS}.deploy_revision.step:DeployEcsRevisionStep",
            inputs=f"{_ROOMS}.deploy_revision.inputs:DeployRevisionInputs",
            prefix="EcsRevision",
            description="Points an existing service at a revision of a task definition, chosen as a "
            "package of the release, waits until this very deployment serves, and otherwise names the "
            "root cause.",
            outputs=(*_OUTPUTS, "PreviousTaskDefinitionArn"),
            verbs={
                Verb.RUN: (),
                Verb.WATCH: (_DEPLOYMENT,),
                Verb.PREFLIGHT: (),
                Verb.IAM_POLICY: (_LOG_GROUPS,),
            },
        ),
    )
)


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        for row in STEPS:
            if row.class_name == name:
                return row.step_class()
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
