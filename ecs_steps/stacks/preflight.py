"""What can be known before the first change: each read is one call, and a denied one hinders nothing.

An error here has changed nothing. Without it CloudFormation would make a stack, fail, and roll it back.
"""

from collections.abc import Callable
from typing import TypeVar

from ecs_steps.aws import cloudformation
from ecs_steps.aws.autoscaling import is_scalable
from ecs_steps.aws.cloudformation import Stack, StackRequest
from ecs_steps.aws.ecs import describe_service
from ecs_steps.aws.logs import log_group_exists
from ecs_steps.aws.stack_status import StackStatus
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError, DeploymentError, EcsStepsError
from ecs_steps.reporting.events import Level

T = TypeVar("T")

LOG_GROUP_PARAMETER = "LogGroupName"
"""The parameter of a stack that names the log group that it makes."""


def check_before_change(request: StackRequest, stack: Stack | None, context: DeploymentContext) -> None:
    """Check that the stack can be brought to the requested state; `stack` is what it is now.

    Raises:
        DeploymentError: The stack deploys something else, or a log group exists outside of it.
    """
    if stack:
        _check_identity(request, stack, context)
    if request.log_group and not (stack and _owns_log_group(request, stack)):
        _check_log_group(request, context)


def stack_service(stack_name: str, service_id: str, context: DeploymentContext) -> str:
    """Return the ARN of a stack's service by its logical id; empty where there is none yet."""
    try:
        resources = context.call_with_retries(
            "the stack", lambda: cloudformation.stack_resources(context.aws, stack_name)
        )
    except AwsCallError as error:
        if error.code == "ValidationError" and "does not exist" in error.why:
            return ""
        raise
    return resources.get(service_id, "")


def running_count(service_arn: str, context: DeploymentContext) -> int | None:
    """Return the desired count that a service has now, which auto scaling may have set; none without one."""
    if not service_arn:
        return None
    cluster = service_arn.split("/")[-2]
    service = context.call_with_retries(
        "the service", lambda: describe_service(context.aws, cluster, service_arn)
    )
    return service.desired if service and service.status == "ACTIVE" else None


def warn_of_scaling(service_arn: str, context: DeploymentContext) -> None:
    """Warn where auto scaling decides on the count of a service that a release is about to set."""
    if not service_arn:
        return
    _, cluster, name = service_arn.rsplit("/", 2)
    if _optional(lambda: is_scalable(context.aws, cluster, name), context, default=False):
        context.say(
            Level.WARNING,
            f"Auto scaling is registered for service {name}, and CloudFormation sets its desired count back "
            "to the template's at every release; keep the running count instead: Deploy.DesiredCount = Keep.",
        )


def _check_identity(request: StackRequest, stack: Stack, context: DeploymentContext) -> None:
    """Refuse a stack that was made for another service: generated names of stacks can be the same."""
    for name in request.fixed_parameters:
        existing, requested = stack.parameters.get(name), request.parameters.get(name)
        if not existing or not requested or existing == requested:
            continue
        if request.may_be_renamed:
            context.say(
                Level.WARNING,
                f"Stack {stack.name} has deployed {existing} until now; its service is replaced by one for "
                f"{requested}.",
            )
        else:
            raise DeploymentError(
                what=f"Stack {stack.name} deploys {existing}, not {requested}",
                why=f"both have the same stack name, and this step would replace the service of {existing}",
                next_step="Choose a stack name of its own for one of them (Deploy.CFStackName), or another "
                "service name; nothing was changed.",
            )


def _owns_log_group(request: StackRequest, stack: Stack) -> bool:
    """Return whether the log group may be the stack's own: one that was rolled back has none any more."""
    if stack.status in (StackStatus.ROLLBACK_COMPLETE, StackStatus.REVIEW_IN_PROGRESS):
        return False
    # Of a stack with other parameters than the step's it is not known what is in it.
    is_foreign = not stack.parameters.keys() & set(request.fixed_parameters)
    return is_foreign or stack.parameters.get(LOG_GROUP_PARAMETER) == request.log_group


def _check_log_group(request: StackRequest, context: DeploymentContext) -> None:
    group = request.log_group
    if _optional(lambda: log_group_exists(context.aws, group), context, default=False):
        raise DeploymentError(
            what=f"Log group {group} exists already",
            why=f"stack {request.name} is about to make one of that name, and does not own this one",
            next_step="Choose another log group for this deployment with Deploy.LogGroupName (a second "
            "environment in one account needs one of its own), or delete the group; nothing was changed.",
        )


def _optional(read: Callable[[], T], context: DeploymentContext, *, default: T) -> T:
    try:
        return read()
    except EcsStepsError as error:
        context.say(Level.VERBOSE, f"Not checked before the first change. {error}")
        return default
