"""What a deployment needs to be there: from its inputs and its template; no AWS."""

from collections.abc import Mapping
from typing import Any

from ecs_steps.images.pinning import feeds_by_image, task_platform
from ecs_steps.octopus.inputs.types import KeptCount
from ecs_steps.preflight.plan import FileSystem, TaskPlan, task_needs
from ecs_steps.steps.deploy_ecs_service.inputs import DeployInputs
from ecs_steps.steps.deploy_ecs_service.template import build_template, in_ecs_words, stack_parameters
from ecs_steps.task_definition.inputs import VolumeType, units


def task_plan(inputs: DeployInputs, policy: Mapping[str, Any]) -> TaskPlan:
    """Return the plan of a deployment; `policy` is the IAM policy that it needs."""
    template = build_template(inputs)
    resource = template.to_dict()["Resources"][inputs.logical_id("TaskDefinition")]
    containers = in_ecs_words(resource["Properties"]["ContainerDefinitions"], stack_parameters(template))
    needs = task_needs({"containerDefinitions": containers})
    count = 1 if isinstance(inputs.desired_count, KeptCount) else inputs.desired_count
    return TaskPlan(
        **needs
        | {
            "is_fargate": True,
            "cpu": units(inputs.cpu),
            "platform": task_platform(inputs.runtime_architecture_platform),
            "feeds": feeds_by_image(inputs),
            "execution_role": inputs.task_execution_role or "",
            "task_role": inputs.task_role or "",
            "file_systems": tuple(
                FileSystem(file_system=volume.file_system_id, access_point=volume.access_point_id)
                for volume in inputs.volumes
                if volume.type is VolumeType.EFS
            ),
        },
        guard=inputs.guard,
        most_tasks=max(count, count * inputs.maximum_health_percent // 100),
        subnets=inputs.subnet_ids,
        security_groups=inputs.security_group_ids,
        assigns_public_ip=inputs.auto_assign_public_ip,
        target_groups=tuple(
            (mapping.target_group_arn, mapping.container_port) for mapping in inputs.load_balancer_mappings
        ),
        infrastructure_roles=inputs.infrastructure_roles,
        stack=inputs.stack_name,
        made_log_group=inputs.log_group,
        makes_service=True,
        policy=policy,
    )
