"""The task sets of a service that a stack holds: the first one is made here, and every release's.

The stack has the service (deployment controller EXTERNAL) and the task definition; what a task set is made
with, and when, CloudFormation does not know.
"""

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from ecs_steps.aws.ecs import Service, describe_service
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import DeploymentError
from ecs_steps.octopus.inputs.shared_inputs import OnFailure
from ecs_steps.reporting.events import Level
from ecs_steps.result import Outcome, Outputs, Result
from ecs_steps.rollouts.production_rule import find_production_rule
from ecs_steps.rollouts.start import has_task_sets
from ecs_steps.rollouts.traffic import actions_for_testers, conditions_for_testers, other_group
from ecs_steps.stacks.preflight import stack_service
from ecs_steps.steps.deploy_ecs_service.inputs import DEPLOY, DeployInputs
from ecs_steps.steps.task_set_deployment import TaskSetDeployment
from ecs_steps.tags import merge_tags


def check_task_sets(inputs: DeployInputs, context: DeploymentContext) -> None:
    """Refuse, before the stack is changed, what could not be deployed by task sets then.

    Raises:
        DeploymentError: The service has another deployment controller, or the production rule does not fit.
        NotFoundError: No listener rule forwards to the target group.
        SupersededError: Another deployment's task set is in the way.
    """
    service = _existing_service(inputs, context)
    if service:
        if not has_task_sets(service):
            raise DeploymentError(
                what=f"Service {service.name} is not deployed by task sets",
                why=f"its deployment controller is {service.controller}, and {DEPLOY}.DeploymentType is "
                "TaskSets",
                next_step="Deploy a second service by task sets (another name and stack), and move the "
                "traffic to it. Nothing was changed.",
            )
        if service.primary_task_set:
            deployment = _deployment(inputs, context, Outputs(context.report), service)
            deployment.check(inputs.marker, replace=False)
            return
    _check_production_rule(inputs, context)


def _existing_service(inputs: DeployInputs, context: DeploymentContext) -> Service | None:
    """Return the stack's service; none where it has not been made, or was deleted with a failed create."""
    arn = stack_service(inputs.stack_name, inputs.logical_id("Service"), context)
    if not arn:
        return None
    service = context.call_with_retries(
        "the service", lambda: describe_service(context.aws, inputs.cluster_name, arn)
    )
    return service if service and service.status == "ACTIVE" else None


def _check_production_rule(inputs: DeployInputs, context: DeploymentContext) -> None:
    [mapping] = inputs.load_balancer_mappings
    group, named = mapping.target_group_arn, inputs.production_rule or ""
    production, _ = context.call_with_retries(
        "the production rule", lambda: find_production_rule(context.aws, group, named=named)
    )
    other_group(production, group)
    if inputs.marker:
        conditions_for_testers(production, inputs.marker)
        actions_for_testers(production, group)
    if not production.weights[group]:
        context.say(
            Level.WARNING,
            f"The production rule {production.arn} gives {group} the weight 0: the first "
            "task set gets no traffic before the rule is changed.",
        )


def deploy_task_set(
    inputs: DeployInputs,
    service: Service,
    task_definition: str,
    context: DeploymentContext,
    outputs: Outputs,
    *,
    unchanged: bool,
) -> Result:
    """Make the service's first task set, or one that testers alone reach; `unchanged` is the stack.

    Raises:
        As `TaskSetDeployment.establish` and `begin`.
    """
    primary = service.primary_task_set
    deployment = _deployment(inputs, context, outputs, service)
    roll_back = inputs.on_failure is OnFailure.ROLLBACK
    if primary is None:
        return deployment.establish(task_definition, roll_back=roll_back)
    if primary.task_definition == task_definition and primary.is_made_with(_members(inputs)):
        serving = evolve(deployment, task_set_id=primary.task_set_id)
        outcome = Outcome.UNCHANGED if unchanged else Outcome.SUCCEEDED
        return serving.establish(task_definition, roll_back=False, outcome=outcome)
    return deployment.begin(task_definition, inputs.marker, replace=False, roll_back=roll_back)


def _deployment(
    inputs: DeployInputs, context: DeploymentContext, outputs: Outputs, service: Service
) -> TaskSetDeployment:
    tags = merge_tags(inputs.default_tags, inputs.user_tags)
    return TaskSetDeployment.of_inputs(inputs, service, outputs, context, tags=tags, members=_members(inputs))


def _members(inputs: DeployInputs) -> Mapping[str, Any]:
    """Return what the inputs' task sets are made with."""
    [mapping] = inputs.load_balancer_mappings
    network = {
        "subnets": list(inputs.subnet_ids),
        "securityGroups": list(inputs.security_group_ids),
        "assignPublicIp": "ENABLED" if inputs.auto_assign_public_ip else "DISABLED",
    }
    return {
        "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": network},
        "loadBalancers": [
            {
                "targetGroupArn": mapping.target_group_arn,
                "containerName": mapping.container_name,
                "containerPort": mapping.container_port,
            }
        ],
    }
