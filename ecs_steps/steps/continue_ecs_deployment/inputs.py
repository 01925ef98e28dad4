"""The inputs of *Continue Amazon ECS Deployment*."""

from enum import StrEnum

from attrs import evolve, frozen

from ecs_steps.octopus.inputs.reader import variable
from ecs_steps.octopus.inputs.rules import AnyRule
from ecs_steps.rollouts.pins import Pins
from ecs_steps.steps.deployment_inputs import STARTED_DEPLOYMENT_RULES, HookId, StartedDeploymentInputs
from ecs_steps.steps.task_set_inputs import BakeMinutes, TrafficPercent

FULL = 100
CONTINUE = "Octopus.Action.Aws.Ecs.Continue"


class WhenUnhealthy(StrEnum):
    """What to do where the deployment is not as healthy as it was when a person approved it."""

    FAIL = "Fail"
    CONTINUE = "Continue"


@frozen(kw_only=True)
class ContinueInputs(StartedDeploymentInputs):
    """The inputs of *Continue Amazon ECS Deployment*."""

    hook_id: HookId | None = variable(
        f"{CONTINUE}.HookId",
        label="Hook",
        help="The pause that was approved, by the output of the step that ended at it: "
        "`#{Octopus.Action[Update].Output.HookId}`. With it a step that runs again never approves the next "
        "pause; without it the only pause that waits is continued.",
        default=None,
    )
    when_unhealthy: WhenUnhealthy = variable(
        f"{CONTINUE}.WhenUnhealthy",
        label="When it is not healthy",
        help="Minutes to days pass between an approval and this step: missing tasks, unhealthy targets, "
        "alarms that are red, and listener weights that something else has written are looked for again.",
        default=WhenUnhealthy.FAIL,
        control="Select",
        options=["Fail|Fail, and do not continue", "Continue|Continue with a warning"],
    )

    traffic_percent: TrafficPercent | None = variable(
        f"{CONTINUE}.TrafficPercent",
        label="Next share of the traffic",
        help="Only of a service that is deployed by task sets, and required there: the share of the "
        "production traffic that the new tasks get next, 0 to 100, up or down. 100 ends the deployment: the "
        "old tasks go.",
        default=None,
    )
    bake_minutes: BakeMinutes = variable(
        f"{CONTINUE}.BakeMinutes",
        label="Minutes before the old tasks stop",
        help="With a share of 100: how long the old tasks stay after it, 0 to 1440. The step waits for it, "
        "and the deployment can still be aborted.",
        default=5,
        used_if=lambda inputs: inputs.traffic_percent == FULL,
    )

    @property
    def names_task_sets(self) -> bool:
        """Whether the inputs show that the service is deployed by task sets."""
        return self.traffic_percent is not None or super().names_task_sets

    @property
    def pins(self) -> Pins:
        """What says which deployment is meant, and which of its pauses."""
        return evolve(super().pins, hook_id=self.hook_id or "")


RULES: tuple[AnyRule[ContinueInputs], ...] = STARTED_DEPLOYMENT_RULES
