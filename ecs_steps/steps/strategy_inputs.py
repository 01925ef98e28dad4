"""How traffic gets to a new revision, and what stops a deployment: inputs of the steps that start one."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from attrs import frozen

from ecs_steps.octopus.inputs.reader import variable
from ecs_steps.octopus.inputs.rules import AnyRule, Finding, rule
from ecs_steps.octopus.inputs.types import Decimal, Lines, WholeNumber
from ecs_steps.rollouts.strategies import (
    PAUSABLE_STAGES,
    CircuitBreaker,
    Safeguards,
    Strategy,
    StrategyType,
    TimeoutAction,
)
from ecs_steps.steps.common_inputs import ServiceInputs

STRATEGY = "Octopus.Action.Aws.Ecs.Strategy"
DEPLOYMENT = "Octopus.Action.Aws.Ecs.Deployment"
NO_PAUSE = "NONE"
DEFAULT_PAUSES = ("POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT")

CanaryPercent = Annotated[float, Decimal(0.1, 100)]
StepPercent = Annotated[float, Decimal(3, 100)]
BakeMinutes = Annotated[int, WholeNumber(0, 1440)]
PauseMinutes = Annotated[int, WholeNumber(1, 20160)]
Stages = Annotated[
    tuple[str, ...],
    Lines(
        pattern="|".join([*PAUSABLE_STAGES, NO_PAUSE]),
        expected=f"a stage that can pause ({', '.join(PAUSABLE_STAGES)}) or None",
        upper=True,
    ),
]
AlarmNames = Annotated[
    tuple[str, ...], Lines(pattern="[ -~]{1,255}", expected="an alarm's name of at most 255 characters")
]


class WhenPaused(StrEnum):
    """What to do where another deployment of the service waits for a person."""

    FAIL = "Fail"
    REPLACE = "Replace"


def _shifts(inputs: "StrategyInputs") -> bool:
    # Where the type could not be read, what depends on it may be used.
    return inputs.strategy_type not in (StrategyType.KEEP, StrategyType.ROLLING)


def _has_steps(inputs: "StrategyInputs") -> bool:
    return inputs.strategy_type in (StrategyType.CANARY, StrategyType.LINEAR)


def _is_chosen(inputs: "StrategyInputs") -> bool:
    return inputs.strategy_type is not StrategyType.KEEP


@frozen(kw_only=True, init=False, repr=False, eq=False)
class StrategyInputs(ServiceInputs):
    """The inputs of a step that starts a deployment: its strategy, its pauses, its safeguards."""

    strategy_type: StrategyType = variable(
        f"{STRATEGY}.Type",
        label="Strategy",
        help="How production traffic gets to the new tasks: as the service is configured, by a rolling "
        "update, all at once after tests (BlueGreen), first a share (Canary) or in equal steps (Linear). "
        "All but the rolling update need a second target group and listener rules.",
        default=StrategyType.KEEP,
        options=[
            "Keep|As the service is configured",
            "Rolling|Rolling update",
            "BlueGreen|Blue/green: all at once",
            "Canary|Canary: a share first, then the rest",
            "Linear|Linear: equal steps",
        ],
    )
    canary_percent: CanaryPercent = variable(
        f"{STRATEGY}.CanaryPercent",
        must_be_known=True,
        label="Canary percent",
        help="The share of the traffic that a canary gets first, 0.1 to 100.",
        default=10,
        used_if=lambda inputs: inputs.strategy_type is StrategyType.CANARY,
    )
    step_percent: StepPercent = variable(
        f"{STRATEGY}.StepPercent",
        must_be_known=True,
        label="Step percent",
        help="The share of the traffic that moves at each step of Linear, 3 to 100.",
        default=10,
        used_if=lambda inputs: inputs.strategy_type is StrategyType.LINEAR,
    )
    step_bake_minutes: BakeMinutes = variable(
        f"{STRATEGY}.StepBakeMinutes",
        must_be_known=True,
        label="Minutes between steps",
        help="How long each step of Canary and Linear is watched before the next one, 0 to 1440. It passes "
        "*before* a pause: with pauses leave it at 0.",
        default=0,
        used_if=_has_steps,
    )
    bake_minutes: BakeMinutes = variable(
        f"{STRATEGY}.BakeMinutes",
        must_be_known=True,
        label="Minutes before the old tasks stop",
        help="How long the old tasks stay once all traffic is on the new ones, 0 to 1440; a rollback within "
        "this time is immediate. The step waits for it.",
        default=5,
        used_if=_shifts,
    )
    pause_at: Stages | None = variable(
        f"{STRATEGY}.PauseAt",
        must_be_known=True,
        label="Pause at",
        help="The stages at which the deployment waits for a person, one a line: "
        f"{', '.join(PAUSABLE_STAGES)}, or None. Empty means {' and '.join(DEFAULT_PAUSES)}. A canary stops "
        "twice before production traffic shifts, Linear at every step: each needs a Continue of its own.",
        default=None,
        control="MultiLineText",
        used_if=_is_chosen,
    )
    pause_timeout_minutes: PauseMinutes = variable(
        f"{STRATEGY}.PauseTimeoutMinutes",
        must_be_known=True,
        label="Minutes to wait for a person",
        help="How long ECS waits at a pause before it decides by itself, 1 to 20160 (two weeks). Twice the "
        "tasks run until then.",
        default=1440,
        used_if=_shifts,
    )
    pause_timeout_action: TimeoutAction = variable(
        f"{STRATEGY}.PauseTimeoutAction",
        label="When no one answers",
        help="What ECS does at a pause that no one has answered in time.",
        default=TimeoutAction.ROLLBACK,
        options=["Rollback|Roll back", "Continue|Continue without an approval"],
        used_if=_shifts,
    )
    circuit_breaker: CircuitBreaker | None = variable(
        f"{DEPLOYMENT}.CircuitBreaker",
        label="Circuit breaker",
        help="Whether ECS itself stops a deployment whose tasks keep failing (On), and goes back to the "
        "revision before (Rollback). Empty leaves it as the service is configured; a new service has none.",
        default=None,
        options=["Off|Off", "On|Stop the deployment", "Rollback|Stop the deployment and roll back"],
    )
    deployment_alarms: AlarmNames = variable(
        f"{DEPLOYMENT}.Alarms",
        must_be_known=True,
        label="Alarms",
        help="The CloudWatch alarms, one a line, on which ECS rolls a deployment back. One that is red when "
        "the deployment starts is ignored for all of it. Empty leaves them as the service is configured.",
        default=(),
    )

    @property
    def strategy(self) -> Strategy | None:
        """The strategy that was chosen; none where the service's own is kept."""
        if self.strategy_type is StrategyType.KEEP:
            return None
        is_canary = self.strategy_type is StrategyType.CANARY
        return Strategy(
            type=self.strategy_type,
            percent=float(self.canary_percent if is_canary else self.step_percent),
            step_bake_minutes=self.step_bake_minutes,
            bake_minutes=self.bake_minutes,
            pause_at=self.pauses,
            pause_timeout_minutes=self.pause_timeout_minutes,
            pause_timeout_action=self.pause_timeout_action,
        )

    @property
    def pauses(self) -> tuple[str, ...]:
        """The stages at which the deployment pauses."""
        if not _shifts(self) or self.pause_at == (NO_PAUSE,):
            return ()
        return self.pause_at or self.default_pauses

    @property
    def default_pauses(self) -> tuple[str, ...]:
        """Where a deployment pauses unless something else is said."""
        return DEFAULT_PAUSES

    @property
    def has_safeguards(self) -> bool:
        """Whether ECS is to watch the deployment."""
        return bool(self.circuit_breaker or self.deployment_alarms)

    @property
    def safeguards(self) -> Safeguards:
        return Safeguards(circuit_breaker=self.circuit_breaker, alarms=self.deployment_alarms)


@rule("pause_at", "strategy_type")
def _pauses_that_can_be(inputs: StrategyInputs) -> Iterator[Finding]:
    pauses = inputs.pause_at or ()
    if inputs.strategy_type is StrategyType.KEEP or pauses == (NO_PAUSE,):
        return
    if pauses and inputs.strategy_type is StrategyType.ROLLING:
        yield Finding(("pause_at",), "is not possible with Rolling: ECS describes pauses of shifts alone")
    if NO_PAUSE in pauses:
        yield Finding(("pause_at",), "holds None together with stages")
    if len(set(pauses)) < len(pauses):
        yield Finding(("pause_at",), "repeats a stage")


@rule("pause_timeout_action", "strategy_type", "pause_at")
def _approved_by_a_person(inputs: StrategyInputs) -> Iterator[Finding]:
    if inputs.pauses and inputs.pause_timeout_action is TimeoutAction.CONTINUE:
        yield Finding(
            ("pause_timeout_action",),
            "deploys without an approval where no one answers in time",
            is_warning=True,
        )


STRATEGY_RULES: tuple[AnyRule[StrategyInputs], ...] = (_pauses_that_can_be, _approved_by_a_person)
