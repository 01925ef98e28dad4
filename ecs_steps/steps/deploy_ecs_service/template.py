"""The CloudFormation template of *Deploy Amazon ECS Service*; pure, no AWS."""

from collections.abc import Mapping
from typing import Any

from troposphere import GetAtt, Parameter, Ref, Template, ecs, logs

from ecs_steps.iam import execution_policy_arn
from ecs_steps.octopus.inputs.types import KeptCount
from ecs_steps.steps.deploy_ecs_service.inputs import DeployInputs, LoadBalancerMapping
from ecs_steps.task_definition.cloudformation import enabled, number, tags_property, task_definition
from ecs_steps.task_definition.execution_role import execution_role


class _NumberParameter(Parameter):  # type: ignore[misc]  # troposphere is not typed
    """A number whose default may be an expression that Octopus replaces, which troposphere refuses."""

    def __init__(self, title: str, default: int) -> None:
        super().__init__(title, Type="Number", Default=default)

    def validate(self) -> None:
        """Leave it to the reader, which has checked the number."""


def build_template(
    inputs: DeployInputs, *, keep_images: bool = False, desired_count: int | None = None
) -> Template:
    """Build the template; with `keep_images` each image is the expression that Octopus replaces.

    `desired_count` is that of the running service, for inputs that keep it; without one it is 1.
    """
    if isinstance(inputs.desired_count, KeptCount):
        count = 1 if desired_count is None else desired_count
    else:
        count = inputs.desired_count
    template = Template()
    template.set_version("2010-09-09")
    for parameter in _parameters(inputs, count):
        template.add_parameter(parameter)
    if not inputs.task_execution_role:
        template.add_resource(execution_role(inputs.logical_id("TaskExecutionRole"), inputs))
    if inputs.log_group:
        template.add_resource(
            logs.LogGroup(
                inputs.logical_id("AwsLogGroup"),
                LogGroupName=Ref("LogGroupName"),
                **({"RetentionInDays": number(days)} if (days := inputs.log_retention_days) else {}),
            )
        )
    definition = task_definition(
        inputs.logical_id("TaskDefinition"),
        inputs,
        # Ref of the role that the stack creates would be its name, and ECS wants the ARN.
        execution_role=Ref("TaskExecutionRole")
        if inputs.task_execution_role
        else GetAtt(inputs.logical_id("TaskExecutionRole"), "Arn"),
        keep_images=keep_images,
        tags=tags_property(inputs.user_tags),
    )
    # The task set that serves runs the revision before until the next one is promoted.
    if inputs.retain_task_definitions or inputs.has_task_sets:
        definition.UpdateReplacePolicy = "Retain"
        definition.DeletionPolicy = "Delete"
    template.add_resource(definition)
    template.add_resource(_service(inputs, definition, count, template.parameters))
    return template


def stack_parameters(template: Template) -> dict[str, str]:
    """Return the values that the stack is given for the template's parameters: their defaults, as text."""
    return {title: str(parameter.Default) for title, parameter in template.parameters.items()}


def _parameters(inputs: DeployInputs, desired_count: int) -> list[Parameter]:
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
    numbers = {"DesiredCount": (desired_count, 1)}
    if not inputs.has_task_sets:
        numbers |= {
            "MinimumHealthPercent": (inputs.minimum_health_percent, 100),
            "MaximumHealthPercent": (inputs.maximum_health_percent, 200),
        }
    return [
        *(Parameter(title, Type="String", Default=text) for title, text in texts.items() if text),
        *(_NumberParameter(title, value) for title, (value, usual) in numbers.items() if value != usual),
    ]


def _service(
    inputs: DeployInputs,
    task_definition: ecs.TaskDefinition,
    desired_count: int,
    parameters: Mapping[str, Parameter],
) -> ecs.Service:
    def count(parameter: str, value: int) -> Any:  # noqa: ANN401  troposphere is not typed
        return Ref(parameter) if parameter in parameters else number(value)

    common = {
        "DependsOn": [task_definition.title],
        "Cluster": Ref("ClusterName"),
        "DesiredCount": count("DesiredCount", desired_count),
        "EnableECSManagedTags": inputs.enable_ecs_managed_tags,
        "Tags": tags_property(inputs.user_tags),
    }
    if inputs.has_task_sets:
        # What its tasks are, each task set says for itself.
        controller = ecs.DeploymentController(Type="EXTERNAL")
        return ecs.Service(inputs.logical_id("Service"), DeploymentController=controller, **common)
    service = ecs.Service(
        inputs.logical_id("Service"),
        LaunchType="FARGATE",
        TaskDefinition=Ref(task_definition),
        DeploymentConfiguration=ecs.DeploymentConfiguration(
            MinimumHealthyPercent=count("MinimumHealthPercent", inputs.minimum_health_percent),
            MaximumPercent=count("MaximumHealthPercent", inputs.maximum_health_percent),
            **_strategy_and_safeguards(inputs),
        ),
        NetworkConfiguration=ecs.NetworkConfiguration(
            AwsvpcConfiguration=ecs.AwsvpcConfiguration(
                AssignPublicIp=enabled(inputs.auto_assign_public_ip),
                Subnets=list(inputs.subnet_ids),
                SecurityGroups=list(inputs.security_group_ids),
            )
        ),
        **common,
    )
    if inputs.load_balancer_mappings:
        service.LoadBalancers = [
            ecs.LoadBalancer(
                ContainerName=mapping.container_name,
                ContainerPort=number(mapping.container_port),
                TargetGroupArn=mapping.target_group_arn,
                **_advanced(mapping),
            )
            for mapping in inputs.load_balancer_mappings
        ]
    return service


def _strategy_and_safeguards(inputs: DeployInputs) -> dict[str, Any]:
    """Return the members of what was chosen; a service without a strategy rolls."""
    strategy = inputs.strategy.configuration() if inputs.strategy else {}
    # A stack cannot wait for a person: it has no hooks.
    chosen = {name: value for name, value in strategy.items() if name != "lifecycleHooks"}
    return {
        _capitalised(name): _MEMBERS[name](**{_capitalised(each): value[each] for each in value})
        if name in _MEMBERS
        else value
        for name, value in (chosen | inputs.safeguards.configuration()).items()
    }


_MEMBERS = {
    "canaryConfiguration": ecs.CanaryConfiguration,
    "linearConfiguration": ecs.LinearConfiguration,
    "deploymentCircuitBreaker": ecs.DeploymentCircuitBreaker,
    "alarms": ecs.DeploymentAlarms,
}
"""The members of a deployment configuration that have members of their own."""


def _capitalised(name: str) -> str:
    """Return a member's name as CloudFormation has it."""
    return name[0].upper() + name[1:]


def _advanced(mapping: LoadBalancerMapping) -> dict[str, Any]:
    if not mapping.can_shift:
        return {}
    test = {"TestListenerRule": mapping.test_listener_rule} if mapping.test_listener_rule else {}
    return {
        "AdvancedConfiguration": ecs.AdvancedConfiguration(
            AlternateTargetGroupArn=mapping.alternate_target_group_arn,
            ProductionListenerRule=mapping.production_listener_rule,
            RoleArn=mapping.infrastructure_role,
            **test,
        )
    }


_ECS_NAMES = {
    "IAM": "iam",
    "EFSVolumeConfiguration": "efsVolumeConfiguration",
    "FilesystemId": "fileSystemId",
}
_MAPS = {"DockerLabels", "Options"}


def in_ecs_words(value: Any, references: Mapping[str, str], *, is_map: bool = False) -> Any:  # noqa: ANN401  any JSON
    """Return part of a template as ECS' API names it, its references replaced by what they mean."""
    match value:
        case {"Ref": str(name), **rest} if not rest:
            return references.get(name, value)
        case dict():
            return {
                name if is_map else _ECS_NAMES.get(name, name[0].lower() + name[1:]): in_ecs_words(
                    each, references, is_map=name in _MAPS
                )
                for name, each in value.items()
            }
        case list():
            return [in_ecs_words(each, references) for each in value]
        case _:
            return value
