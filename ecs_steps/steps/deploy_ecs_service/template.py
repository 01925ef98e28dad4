"""The CloudFormation template of *Deploy Amazon ECS Service*; pure, no AWS."""

from collections.abc import Mapping, Sequence
from typing import Any

from troposphere import GetAtt, Parameter, Ref, Tags, Template, ecs, logs

from ecs_steps.iam import execution_policy_arn
from ecs_steps.steps.deploy_ecs_service.inputs import DeployInputs, Volume, VolumeKind
from ecs_steps.tags import Tag
from ecs_steps.task_definition.cloudformation import container_definition, number
from ecs_steps.task_definition.execution_role import execution_role


class _NumberParameter(Parameter):  # type: ignore[misc]  # troposphere is not typed
    """A number whose default may be an expression that Octopus replaces, which troposphere refuses."""

    def __init__(self, title: str, default: int) -> None:
        super().__init__(title, Type="Number", Default=default)

    def validate(self) -> None:
        """Leave it to `reading`, which has judged the number."""


def build_template(inputs: DeployInputs, *, keep_images: bool = False) -> Template:
    """Build the template; with `keep_images` each image is the expression that Octopus replaces."""
    template = Template()
    template.set_version("2010-09-09")
    for parameter in _parameters(inputs):
        template.add_parameter(parameter)
    if not inputs.task_execution_role:
        template.add_resource(execution_role(inputs))
    if inputs.log_group:
        template.add_resource(
            logs.LogGroup(inputs.logical_id("AwsLogGroup"), LogGroupName=Ref("LogGroupName"))
        )
    task_definition = template.add_resource(_task_definition(inputs, keep_images=keep_images))
    template.add_resource(_service(inputs, task_definition, template.parameters))
    return template


def stack_parameters(template: Template) -> dict[str, str]:
    """Return the values that the stack is given for the template's parameters: their defaults, as text."""
    return {title: str(parameter.Default) for title, parameter in template.parameters.items()}


def _parameters(inputs: DeployInputs) -> list[Parameter]:
    texts = {
        "ClusterName": inputs.cluster_name,
        "TaskDefinitionName": inputs.service_task_name,
        "TaskDefinitionCPU": inputs.cpu,
        "TaskDefinitionMemory": inputs.memory,
        "TaskRole": inputs.task_role,
        "TaskExecutionRole": inputs.task_execution_role,
        "LogGroupName": inputs.log_group,
        "AmazonECSTaskExecutionRolePolicyArn": None
        if inputs.task_execution_role
        else execution_policy_arn(inputs.region),
    }
    numbers = {
        "DesiredCount": (inputs.desired_count, 1),
        "MinimumHealthPercent": (inputs.minimum_health_percent, 100),
        "MaximumHealthPercent": (inputs.maximum_health_percent, 200),
    }
    return [
        *(Parameter(title, Type="String", Default=text) for title, text in texts.items() if text),
        *(_NumberParameter(title, value) for title, (value, usual) in numbers.items() if value != usual),
    ]


def _task_definition(inputs: DeployInputs, *, keep_images: bool) -> ecs.TaskDefinition:
    # Ref of the role that the stack makes would give its name, and ECS wants the ARN.
    own_role = GetAtt(inputs.logical_id("TaskExecutionRole"), "Arn")
    definition = ecs.TaskDefinition(
        inputs.logical_id("TaskDefinition"),
        Family=Ref("TaskDefinitionName"),
        Cpu=Ref("TaskDefinitionCPU"),
        Memory=Ref("TaskDefinitionMemory"),
        ExecutionRoleArn=Ref("TaskExecutionRole") if inputs.task_execution_role else own_role,
        RequiresCompatibilities=["FARGATE"],
        NetworkMode="awsvpc",
        RuntimePlatform=ecs.RuntimePlatform(
            OperatingSystemFamily="LINUX", CpuArchitecture=inputs.runtime_architecture_platform
        ),
        ContainerDefinitions=[
            container_definition(spec, inputs.image(spec.container_image_reference, keep=keep_images))
            for spec in inputs.containers
        ],
        Volumes=[
            _volume(volume) for volume in sorted(inputs.volumes, key=lambda v: v.type is VolumeKind.EFS)
        ],
        Tags=_tags(inputs.user_tags),
    )
    if inputs.task_role:
        definition.TaskRoleArn = Ref("TaskRole")
    if inputs.retain_task_definitions:
        definition.UpdateReplacePolicy = "Retain"
        definition.DeletionPolicy = "Delete"
    return definition


def _volume(volume: Volume) -> ecs.Volume:
    if volume.type is VolumeKind.BIND:
        return ecs.Volume(Name=volume.name)
    access = {"AccessPointId": volume.access_point_id} if volume.access_point_id else {}
    root = {"RootDirectory": volume.root_directory} if volume.root_directory else {}
    return ecs.Volume(
        Name=volume.name,
        EFSVolumeConfiguration=ecs.EFSVolumeConfiguration(
            FilesystemId=volume.file_system_id,
            TransitEncryption=_enabled(volume.encryption_in_transit),
            AuthorizationConfig=ecs.AuthorizationConfig(IAM=_enabled(volume.efs_iam_authorization), **access),
            **root,
        ),
    )


def _service(
    inputs: DeployInputs, task_definition: ecs.TaskDefinition, parameters: Mapping[str, Parameter]
) -> ecs.Service:
    def count(parameter: str, value: int) -> Any:  # noqa: ANN401  troposphere is not typed
        return Ref(parameter) if parameter in parameters else number(value)

    service = ecs.Service(
        inputs.logical_id("Service"),
        DependsOn=[task_definition.title],
        Cluster=Ref("ClusterName"),
        LaunchType="FARGATE",
        TaskDefinition=Ref(task_definition),
        DesiredCount=count("DesiredCount", inputs.desired_count),
        DeploymentConfiguration=ecs.DeploymentConfiguration(
            MinimumHealthyPercent=count("MinimumHealthPercent", inputs.minimum_health_percent),
            MaximumPercent=count("MaximumHealthPercent", inputs.maximum_health_percent),
        ),
        EnableECSManagedTags=inputs.enable_ecs_managed_tags,
        NetworkConfiguration=ecs.NetworkConfiguration(
            AwsvpcConfiguration=ecs.AwsvpcConfiguration(
                AssignPublicIp=_enabled(inputs.auto_assign_public_ip),
                Subnets=list(inputs.subnet_ids),
                SecurityGroups=list(inputs.security_group_ids),
            )
        ),
        Tags=_tags(inputs.user_tags),
    )
    if inputs.load_balancer_mappings:
        service.LoadBalancers = [
            ecs.LoadBalancer(
                ContainerName=mapping.container_name,
                ContainerPort=number(mapping.container_port),
                TargetGroupArn=mapping.target_group_arn,
            )
            for mapping in inputs.load_balancer_mappings
        ]
    return service


def _enabled(flag: bool) -> str:  # noqa: FBT001  CloudFormation's word for it
    return "ENABLED" if flag else "DISABLED"


def _tags(tags: Sequence[Tag]) -> Tags:
    made = Tags()
    # troposphere would sort them; the user's order is kept.
    made.tags = [{"Key": tag.key, "Value": tag.value} for tag in tags]
    return made
