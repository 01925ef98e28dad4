"""The inputs of *Abort Amazon ECS Deployment*."""

from enum import StrEnum

from attrs import frozen

from ecs_steps.octopus.inputs.reader import variable
from ecs_steps.octopus.inputs.rules import AnyRule
from ecs_steps.steps.deployment_inputs import STARTED_DEPLOYMENT_RULES, StartedDeploymentInputs

ABORT = "Octopus.Action.Aws.Ecs.Abort"


class WhenFinished(StrEnum):
    """What to do where the deployment has succeeded already."""

    LEAVE = "Leave"
    REDEPLOY = "Redeploy"


@frozen(kw_only=True)
class AbortInputs(StartedDeploymentInputs):
    """The inputs of *Abort Amazon ECS Deployment*."""

    when_finished: WhenFinished = variable(
        f"{ABORT}.WhenFinished",
        label="When it has succeeded already",
        help="ECS rolls back only what is in progress; going back after that is a deployment of its own.",
        default=WhenFinished.LEAVE,
        options=["Leave|Leave it, with a warning", "Redeploy|Deploy the revision before it again"],
    )


RULES: tuple[AnyRule[AbortInputs], ...] = STARTED_DEPLOYMENT_RULES
