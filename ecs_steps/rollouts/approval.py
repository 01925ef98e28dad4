"""Say yes or no to a deployment that waits for a person; never twice.

ContinueServiceDeployment takes no client token: after a lost reply the record shows whether it was carried
out. A hook that does not wait any more was decided, by whomever: the record shows how.
"""

from typing import TYPE_CHECKING

from ecs_steps.aws.service_deployments import (
    ServiceDeployment,
    answer_hook,
    describe_service_deployment,
    roll_back,
)
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError
from ecs_steps.polling import PollResult, poll
from ecs_steps.reporting.events import Level
from ecs_steps.rollouts.pauses import waits_at
from ecs_steps.rollouts.watch import ANSWER_WINDOW

if TYPE_CHECKING:
    from mypy_boto3_ecs.literals import DeploymentLifecycleHookActionType

DECIDED = ("InvalidParameterException", "ServiceDeploymentNotFoundException", "ConflictException")
"""Codes with which ECS refuses an answer to a hook, or a stop, that comes too late."""


def answer_pause(
    record: ServiceDeployment,
    hook_id: str,
    action: "DeploymentLifecycleHookActionType",
    context: DeploymentContext,
) -> AwsCallError | None:
    """Continue or roll back at a hook that waits; return why ECS took no answer, mostly that it was decided.

    Raises:
        AwsCallError: ECS refused it for another reason, or could not be reached.
    """
    may_be_ours = False

    def act() -> bool:
        nonlocal may_be_ours
        try:
            answer_hook(context.aws, record.arn, hook_id, action)
        except AwsCallError as error:
            may_be_ours |= error.transient and not error.throttled
            raise
        return True

    def done() -> bool | None:
        now = describe_service_deployment(context.aws, record.arn)
        return None if now and waits_at(now, hook_id) else True

    try:
        context.call_at_most_once("the answer to the pause", act, done)
    except AwsCallError as error:
        if error.code not in DECIDED:
            raise
        context.say(Level.VERBOSE, str(error))
        return None if may_be_ours else error
    return None


def record_once_decided(
    record: ServiceDeployment, hook_id: str, context: DeploymentContext
) -> ServiceDeployment:
    """Return the record when a hook whose answer came too late does not wait any more.

    One that was answered may be listed as awaiting for a moment.
    """

    def read() -> PollResult[ServiceDeployment]:
        now = describe_service_deployment(context.aws, record.arn) or record
        return PollResult(value=now, settled=not waits_at(now, hook_id))

    return poll(
        read,
        clock=context.clock,
        deadline=context.clock.now() + ANSWER_WINDOW,
        report=context.report,
        waiting_for="the pause to end",
    ).value


def stop_and_roll_back(record: ServiceDeployment, context: DeploymentContext) -> bool:
    """Let ECS roll a deployment back wherever it is; false where it has come to its end by itself.

    Raises:
        AwsCallError: ECS refused it for another reason, or could not be reached.
    """
    try:
        context.call_with_retries("the rollback", lambda: roll_back(context.aws, record.arn))
    except AwsCallError as error:
        if error.code not in DECIDED:
            raise
        context.say(Level.VERBOSE, str(error))
        return False
    return True
