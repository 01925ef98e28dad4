"""A stack whose service waits for a person: the wait ends with the pause, and nothing is undone."""

from datetime import timedelta
from typing import Any

import pytest

from ecs_steps import DeployEcsServiceStep
from ecs_steps.aws.cloudformation import StackRequest, describe_stack
from ecs_steps.aws.stack_status import StackStatus
from ecs_steps.context import DeploymentContext
from ecs_steps.rollouts.pauses import Pause
from ecs_steps.sandbox import Sandbox
from ecs_steps.stacks.deployment import start_deployment
from ecs_steps.stacks.service_watch import StackServiceWatch
from ecs_steps.stacks.watch import watch_operation
from ecs_steps.steps.deploy_ecs_service.template import stack_parameters
from explaining.shop import deploy_variables

HOOK = {
    "TargetType": "PAUSE",
    "LifecycleStages": ["POST_SCALE_UP"],
    "TimeoutConfiguration": {"TimeoutInMinutes": 600, "Action": "ROLLBACK"},
}


def request(image: str) -> tuple[DeployEcsServiceStep, StackRequest]:
    """Return a deployment whose service pauses before its traffic shifts."""
    step = DeployEcsServiceStep(deploy_variables(image=image))
    template = step.template()
    plain: dict[str, Any] = template.to_dict()
    service = plain["Resources"][step.inputs.logical_id("Service")]["Properties"]
    service["DeploymentConfiguration"] |= {
        "Strategy": "BLUE_GREEN",
        "BakeTimeInMinutes": 0,
        "LifecycleHooks": [HOOK],
    }
    return step, StackRequest(name="shop", template=plain, parameters=stack_parameters(template))


def deploy(aws: Sandbox, *, minutes: int) -> Pause | None:
    step, wanted = request("index.docker.io/acme/web:1")
    context = DeploymentContext(
        aws=aws.clients,
        clock=aws.clock,
        report=lambda _: None,
        deadline=aws.clock.now() + timedelta(minutes=minutes),
    )
    stack = start_deployment(wanted, context)
    assert stack.operation
    names = (step.inputs.logical_id("Service"), step.inputs.logical_id("TaskDefinition"))
    service = StackServiceWatch("shop", *names, stack.began_at, context)
    return watch_operation(stack.operation, context, service=service)


@pytest.mark.parametrize("minutes", [5, 60])
def test_a_stack_whose_service_pauses_ends_the_wait_with_the_pause(minutes: int) -> None:
    with Sandbox() as aws:
        began = aws.clock.now()

        pause = deploy(aws, minutes=minutes)

        assert pause
        assert pause.stage == "POST_SCALE_UP"
        assert aws.clock.now() - began < timedelta(minutes=5)
        stack = describe_stack(aws.clients, "shop")
        assert stack
        assert stack.status is StackStatus.CREATE_IN_PROGRESS
        assert {"DeleteStack", "CancelUpdateStack"}.isdisjoint(call.operation for call in aws.calls)
