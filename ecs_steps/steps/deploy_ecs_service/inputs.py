"""The inputs of *Deploy Amazon ECS Service*."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property

from attrs import frozen

from ecs_steps.octopus import naming
from ecs_steps.octopus.inputs.members import member
from ecs_steps.octopus.inputs.reader import variable
from ecs_steps.octopus.inputs.shared_inputs import OnFailure, TagInput, sent_tags
from ecs_steps.octopus.inputs.types import (
    Arn,
    Bool,
    Count,
    DesiredCount,
    Family,
    KeyValueText,
    LogGroupName,
    LogRetentionDays,
    Port,
    Role,
    SecurityGroupIds,
    SubnetIds,
)
from ecs_steps.steps.common_inputs import GUIDE, resolve_digests_variable
from ecs_steps.steps.deploy_ecs_service.one_container import PACKAGE, one_container
from ecs_steps.steps.task_set_inputs import TaskSetInputs, task_sets_last
from ecs_steps.tags import Tag
from ecs_steps.task_definition.container_specs import ContainerSpec
from ecs_steps.task_definition.inputs import (
    SIZES,
    Architecture,
    Cpu,
    Memory,
    TaskDefinitionInputs,
    Volume,
)

DEPLOY = "Octopus.Action.Aws.Ecs.Deploy"


class DeploymentType(StrEnum):
    """Who replaces the service's tasks, and how."""

    ROLLING = "Rolling"
    NATIVE = "Native"
    TASK_SETS = "TaskSets"


@frozen(kw_only=True)
class LoadBalancerMapping:
    """A target group that a container's port is registered with.

    The others are for strategies that shift traffic: the second target group, the listener rules (behind a
    Network Load Balancer the listeners) and the role with which ECS changes them.
    """

    container_name: str = member("The container.", ecs="containerName")
    container_port: Port = member("One of its ports.", ecs="containerPort")
    target_group_arn: Arn = member("The target group.", ecs="targetGroupArn")
    alternate_target_group_arn: Arn | None = member(
        "To shift traffic: the second target group.",
        ecs="advancedConfiguration.alternateTargetGroupArn",
        default=None,
    )
    production_listener_rule: Arn | None = member(
        "To shift traffic: the listener rule of production, or a Network Load Balancer's listener.",
        ecs="advancedConfiguration.productionListenerRule",
        default=None,
    )
    test_listener_rule: Arn | None = member(
        "The rule that testers reach the new tasks by.",
        ecs="advancedConfiguration.testListenerRule",
        default=None,
    )
    infrastructure_role: Role | None = member(
        "To shift traffic: the role with which ECS changes the rules.",
        ecs="advancedConfiguration.roleArn",
        default=None,
    )

    @property
    def can_shift(self) -> bool:
        """Whether traffic can be shifted between two target groups."""
        return bool(
            self.alternate_target_group_arn and self.production_listener_rule and self.infrastructure_role
        )


def _has_one_container(inputs: "DeployInputs") -> bool:
    return len(inputs.containers or ()) < 2  # noqa: PLR2004  two are not one


@frozen(kw_only=True, field_transformer=task_sets_last)
class DeployInputs(TaskSetInputs, TaskDefinitionInputs):
    """The inputs of *Deploy Amazon ECS Service*."""

    environment_id: str = variable(
        "Octopus.Environment.Id",
        label="Environment id",
        help="Part of the generated stack name; set by Octopus.",
        default="",
        used_if=lambda inputs: not inputs.cf_stack_name,
    )
    tenant_id: str = variable(
        "Octopus.Deployment.Tenant.Id",
        label="Tenant id",
        help="Part of the generated stack name; set by Octopus in a tenanted deployment.",
        default="",
        used_if=lambda inputs: not inputs.cf_stack_name,
    )
    service_task_name: Family = variable(
        f"{DEPLOY}.ServiceTaskName",
        label="Name",
        docs=f"{GUIDE}/task_definition_parameters.html#family",
        help="The task definition's family; the stack, its resources and the log group are named after it.",
        must_be_known=True,
    )
    cf_stack_name: str = variable(
        f"{DEPLOY}.CFStackName",
        label="CloudFormation stack name",
        docs="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacks.html",
        help="Leave empty for a name made of cluster, name, environment and tenant.",
        default="",
    )
    cpu: Cpu = variable(
        f"{DEPLOY}.Cpu",
        label="Task CPU",
        docs=f"{GUIDE}/task_definition_parameters.html#task_size",
        help="CPU units (1,024 to a vCPU) for the whole task; Fargate pairs it with certain memories.",
        options=[f"{cpu}|{cpu / 1024:g} vCPU" for cpu in SIZES],
    )
    memory: Memory = variable(
        f"{DEPLOY}.Memory",
        label="Task memory",
        docs=f"{GUIDE}/task_definition_parameters.html#task_size",
        help="MiB for the whole task; which ones are legal depends on the CPU.",
        options=[f"{memory}|{memory / 1024:g} GB" for memory in sorted(set().union(*SIZES.values()))],
    )
    runtime_architecture_platform: Architecture = variable(
        f"{DEPLOY}.RuntimeArchitecturePlatform",
        label="Architecture",
        docs=f"{GUIDE}/task_definition_parameters.html#runtime-platform",
        help="The processor that every image of the task is built for.",
        default=Architecture.X86_64,
        options=["X86_64|x86-64", "ARM64|ARM64 (Graviton)"],
    )
    desired_count: DesiredCount = variable(
        f"{DEPLOY}.DesiredCount",
        label="Desired count",
        docs=f"{GUIDE}/service_definition_parameters.html#sd-desiredcount",
        help="How many tasks the service runs. `Keep` leaves the running service's own count, which auto "
        "scaling may have changed, and creates a service with 1; a number sets the count at every release.",
        default=1,
    )
    minimum_health_percent: Count = variable(
        f"{DEPLOY}.MinimumHealthPercent",
        label="Minimum healthy percent",
        docs=f"{GUIDE}/deployment-type-ecs.html",
        help="How much of the desired count stays in service during a deployment (rounded up).",
        default=100,
    )
    maximum_health_percent: Count = variable(
        f"{DEPLOY}.MaximumHealthPercent",
        label="Maximum percent",
        docs=f"{GUIDE}/deployment-type-ecs.html",
        help="How much of the desired count may run during a deployment (rounded down).",
        default=200,
    )
    auto_assign_public_ip: Bool = variable(
        f"{DEPLOY}.AutoAssignPublicIp",
        label="Assign a public IP",
        docs=f"{GUIDE}/fargate-task-networking.html",
        help="Needed in a public subnet without a NAT gateway or VPC endpoints, or images cannot be pulled.",
        default=False,
    )
    enable_ecs_managed_tags: Bool = variable(
        f"{DEPLOY}.EnableEcsManagedTags",
        label="ECS managed tags",
        docs=f"{GUIDE}/ecs-using-tags.html",
        help="Tags tasks with their cluster and service. A change of it replaces the service.",
        default=False,
    )
    task_role: Role | None = variable(
        f"{DEPLOY}.TaskRole",
        label="Task role",
        docs=f"{GUIDE}/task-iam-roles.html",
        help="The ARN of the role that the containers' own code uses.",
        default=None,
    )
    task_execution_role: Role | None = variable(
        f"{DEPLOY}.TaskExecutionRole",
        label="Task execution role",
        docs=f"{GUIDE}/task_execution_IAM_role.html",
        help="The ARN of the role with which ECS pulls images, reads secrets and writes logs. "
        "Leave empty and the stack creates one with the rights that this task needs.",
        default=None,
    )
    security_group_ids: SecurityGroupIds = variable(
        f"{DEPLOY}.SecurityGroupIds",
        label="Security groups",
        docs=f"{GUIDE}/fargate-task-networking.html",
        help="One id a line, such as sg-0c3d4e5f607182930.",
        control="MultiLineText",
    )
    subnet_ids: SubnetIds = variable(
        f"{DEPLOY}.SubnetIds",
        label="Subnets",
        docs=f"{GUIDE}/fargate-task-networking.html",
        help="One id a line, such as subnet-0a1b2c3d4e5f60718.",
        control="MultiLineText",
    )
    load_balancer_mappings: tuple[LoadBalancerMapping, ...] = variable(
        f"{DEPLOY}.LoadBalancerMappings",
        label="Load balancer mappings",
        docs=f"{GUIDE}/service-load-balancing.html",
        help='JSON: `[{"containerName": "web", "containerPort": "80", "targetGroupArn": "arn:aws:..."}]`; '
        "to shift traffic also `alternateTargetGroupArn`, `productionListenerRule`, `testListenerRule` and "
        "`infrastructureRole`.",
        default=(),
    )
    deployment_type: DeploymentType | None = variable(
        f"{DEPLOY}.DeploymentType",
        label="Deployment type",
        docs=f"{GUIDE}/ecs_service-options.html",
        help="Who replaces the service's tasks: ECS by a rolling update, ECS by the *Strategy* (Native), or "
        "the steps themselves by task sets, a share of the traffic at a time. The first task set is made by "
        "this step; later releases pause until *Continue* gives theirs a share. Left empty: Native where the "
        "strategy shifts traffic, else Rolling.",
        default=None,
        options=[
            "Rolling|Rolling update",
            "Native|The strategy below, by ECS",
            "TaskSets|Task sets, shares by hand",
        ],
    )
    volumes: tuple[Volume, ...] = variable(
        f"{DEPLOY}.Volumes",
        label="Volumes",
        docs=f"{GUIDE}/using_data_volumes.html",
        help='JSON: `[{"type": "Efs", "name": "data", "fileSystemId": "fs-0d4e5f60718293a4b", '
        '"encryptionInTransit": "True"}]`',
        default=(),
    )
    one_image: str = variable(
        f"{DEPLOY}.Image",
        label="Image",
        help="The short way to one container, with Containers left empty: its image. The container is named "
        "as the task definition.",
        default="",
        control="",
        used_if=_has_one_container,
    )
    one_port: Port | None = variable(
        f"{DEPLOY}.Port",
        label="Port",
        docs=f"{GUIDE}/task_definition_parameters.html#container_definition_portmappings",
        help="The short way to one container: the port that it listens on.",
        default=None,
        used_if=_has_one_container,
    )
    one_environment: KeyValueText = variable(
        f"{DEPLOY}.Environment",
        label="Environment",
        docs=f"{GUIDE}/taskdef-envfiles.html",
        help="The short way to one container: its environment variables, lines of `KEY=value`.",
        default="",
        control="MultiLineText",
        used_if=_has_one_container,
        is_secret=True,
    )
    one_secrets: KeyValueText = variable(
        f"{DEPLOY}.Secrets",
        label="Secrets",
        docs=f"{GUIDE}/specifying-sensitive-data.html",
        help="The short way to one container: environment variables whose values ECS fetches, lines of "
        "`KEY=arn` with ARNs of Secrets Manager or names of Systems Manager parameters.",
        default="",
        control="MultiLineText",
        used_if=_has_one_container,
        is_secret=True,
    )
    containers: tuple[ContainerSpec, ...] = variable(
        f"{DEPLOY}.Containers",
        label="Containers",
        docs=f"{GUIDE}/task_definition_parameters.html#container_definitions",
        help="Empty for one container, which Image, Port, Environment and Secrets describe. Else "
        'JSON: `[{"containerName": "web", "containerImageReference": {"referenceId": "web"}, '
        '"containerPortMappings": [{"containerPort": "80"}]}]`',
        default=(),
    )
    log_group_name: LogGroupName | None = variable(
        f"{DEPLOY}.LogGroupName",
        label="Log group",
        docs=f"{GUIDE}/using_awslogs.html",
        help="The log group that the stack creates for containers that log Auto. Empty means `/ecs/` and the "
        "name; another is needed for a second environment in one account and region.",
        default=None,
    )
    log_retention_days: LogRetentionDays | None = variable(
        f"{DEPLOY}.LogRetentionDays",
        label="Log retention",
        docs="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
        help="How many days the log group keeps its events, one of the numbers that CloudWatch Logs offers. "
        "Empty means always.",
        default=None,
    )
    tags: tuple[TagInput, ...] = variable(
        "Octopus.Action.Aws.Ecs.Tags",
        label="Tags",
        docs=f"{GUIDE}/ecs-using-tags.html",
        help='JSON: `[{"key": "team", "value": "shop"}]`; at most 20.',
        default=(),
    )
    template_bucket: str = variable(
        f"{DEPLOY}.TemplateBucket",
        label="Template bucket",
        docs="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html",
        help="An S3 bucket of the stack's region; only used for a template too large to send inline.",
        default="",
    )
    retain_task_definitions: Bool = variable(
        f"{DEPLOY}.RetainTaskDefinitions",
        label="Keep old revisions",
        docs=f"{GUIDE}/deregister-task-definition-v2.html",
        help="Leaves replaced task definition revisions active, so that the service can go back to them.",
        default=False,
    )
    on_failure: OnFailure = variable(
        f"{DEPLOY}.OnFailure",
        label="On failure",
        help="What to do with a deployment that cannot succeed: an update is cancelled and rolled back, a "
        "first create is deleted. Or CloudFormation is left trying, for hours.",
        default=OnFailure.ROLLBACK,
        options=["Rollback|Undo it", "Leave|Leave it as it is"],
    )

    resolve_digests: Bool = resolve_digests_variable()

    def __attrs_post_init__(self) -> None:
        given = (self.one_image, self.one_port, self.one_environment, self.one_secrets)
        if self.containers == () and (any(given) or PACKAGE.casefold() in self.images):
            container = one_container(
                self.service_task_name,
                image=self.one_image,
                port=self.one_port,
                environment=self.one_environment or "",
                secrets=self.one_secrets or "",
            )
            object.__setattr__(self, "containers", (container,))

    @property
    def default_pauses(self) -> tuple[str, ...]:
        """No pauses: a stack cannot wait for a person."""
        return ()

    @property
    def has_task_sets(self) -> bool:
        """Whether the service is deployed by task sets."""
        return self.deployment_type is DeploymentType.TASK_SETS

    @property
    def infrastructure_roles(self) -> tuple[str, ...]:
        """The roles with which ECS changes listener rules, each once."""
        roles = (mapping.infrastructure_role for mapping in self.load_balancer_mappings)
        return tuple(dict.fromkeys(role for role in roles if role))

    @property
    def stack_name(self) -> str:
        """The stack's name: the one given, or the one that every deployment of these names shares."""
        return self.cf_stack_name or naming.stack_name(
            self.cluster_name, self.service_task_name, self.environment_id, self.tenant_id
        )

    @cached_property
    def container_ports(self) -> Mapping[str, Mapping[int, None]]:
        """The ports of each container, by its name, in their order."""
        return {
            spec.container_name: dict.fromkeys(
                mapping.container_port for mapping in spec.container_port_mappings
            )
            for spec in self.containers
        }

    def logical_id(self, kind: str) -> str:
        """Return the name of a resource in the template, such as `Service` of `octopetshop-web`."""
        return naming.logical_id(kind, self.service_task_name)

    @property
    def log_group(self) -> str:
        """The log group that the template creates; empty where no container logs to it."""
        name = self.log_group_name or f"/ecs/{self.service_task_name}"
        return name if self.has_automatic_logging else ""

    @property
    def user_tags(self) -> tuple[Tag, ...]:
        """The user's tags without the characters that AWS refuses; with open expressions as they stand."""
        return sent_tags(self.tags)
