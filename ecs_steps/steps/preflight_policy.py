"""What ``preflight`` needs to be allowed for the inputs of a step; pure, no AWS."""

from collections.abc import Iterator
from typing import Any

from ecs_steps.iam import Scope, Statement, policy_document
from ecs_steps.preflight.iam_policy import read_what_tasks_need
from ecs_steps.steps.common_inputs import ServiceInputs


def preflight_policy(inputs: ServiceInputs) -> dict[str, Any]:
    """Return the policy: reads alone, of a step that makes a stack or deploys to a service that exists."""
    stack, service = getattr(inputs, "stack_name", ""), getattr(inputs, "service_name", "")
    scope = Scope.from_arns(inputs.region, [*inputs.arns_of_account, service])
    statements = [*read_what_tasks_need(scope, inputs.cluster)]
    if stack:
        stacks = scope.arn("cloudformation", f"stack/{stack}/*")
        statements.append(
            Statement(sid="ReadTheStack", actions=("cloudformation:DescribeStacks",), resources=(stacks,))
        )
    if service:
        statements += _read_service(scope, f"{inputs.cluster}/{service.rpartition('/')[2]}")
    return policy_document(statements)


def _read_service(scope: Scope, name: str) -> Iterator[Statement]:
    service = scope.arn("ecs", f"service/{name}")
    yield Statement(sid="ReadTheService", actions=("ecs:DescribeServices",), resources=(service,))
    yield Statement(
        sid="ReadItsDeployment",
        actions=("ecs:DescribeServiceDeployments",),
        resources=(service, scope.arn("ecs", f"service-deployment/{name}/*")),
    )
    yield Statement(sid="ReadTaskDefinitions", actions=("ecs:DescribeTaskDefinition",))
