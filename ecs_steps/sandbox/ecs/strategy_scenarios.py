"""Plans with names for the service `storefront`, which shifts traffic from one revision to the next.

The service pauses as its configuration has it: before testers alone are on green, or before each share.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from attrs import evolve

from ecs_steps.sandbox.ecs.failing_tasks import CRASH
from ecs_steps.sandbox.ecs.plan import (
    AlarmRaised,
    EcsPlan,
    Event,
    FailingHook,
    Pace,
    PauseAnswered,
    RulesDeleted,
    SpotReclaimed,
    Superseded,
    TasksStopped,
    WeightsReset,
)

_TESTED, _NEXT_SHARE = "POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT"
_LAMBDA = {
    "targetType": "AWS_LAMBDA",
    "hookTargetArn": "arn:aws:lambda:eu-west-1:123456789012:function:smoke-test",
    "roleArn": "arn:aws:iam::123456789012:role/ecs-hooks",
    "lifecycleStages": [_TESTED],
}
_CANARY = {"canaryConfiguration": {"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 0}}
_LINEAR = {"linearConfiguration": {"stepPercent": 25.0, "stepBakeTimeInMinutes": 0}}


def pause(*stages: str, minutes: int = 60, action: str = "ROLLBACK") -> dict[str, Any]:
    """Make a PAUSE hook."""
    timeout = {"timeoutInMinutes": minutes, "action": action}
    return {"targetType": "PAUSE", "lifecycleStages": list(stages), "timeoutConfiguration": timeout}


def shifting(strategy: str, *hooks: dict[str, Any], **members: Any) -> dict[str, Any]:  # noqa: ANN401  ECS' own
    """Make the deployment configuration of `storefront`."""
    configuration = {"strategy": strategy, "bakeTimeInMinutes": 5, "lifecycleHooks": list(hooks), **members}
    return {"storefront": {"deploymentConfiguration": configuration}}


def _paused(*events: Event, **timeout: Any) -> EcsPlan:  # noqa: ANN401  those of `pause`
    """Plan a blue/green deployment that pauses while testers alone are on green."""
    return EcsPlan(services=shifting("BLUE_GREEN", pause(_TESTED, **timeout)), events=events)


_PAUSES: dict[str, tuple[str, EcsPlan]] = {
    "blue-green-with-pause": ("storefront pauses while testers alone are on green", _paused()),
    "canary-with-pauses": (
        "storefront pauses before 10 percent of the traffic and before the rest",
        EcsPlan(services=shifting("CANARY", pause(_NEXT_SHARE), **_CANARY)),
    ),
    "linear-with-pauses": (
        "storefront pauses before every quarter of the traffic",
        EcsPlan(services=shifting("LINEAR", pause(_NEXT_SHARE), **_LINEAR)),
    ),
    "pause-expires-and-rolls-back": (
        "no one answers the pause of storefront, and ECS rolls back after ten minutes",
        _paused(minutes=10),
    ),
    "pause-expires-and-continues": (
        "no one answers the pause of storefront, and ECS continues after ten minutes",
        _paused(minutes=10, action="CONTINUE"),
    ),
    "hooks-without-details": (
        "the pause of storefront is listed by its stage alone where services are described",
        evolve(_paused(), omits_hook_details=True),
    ),
    "continued-by-someone-else": (
        "someone else continues the pause of storefront after two minutes",
        _paused(PauseAnswered(stage=_TESTED, after=120)),
    ),
    "rolled-back-by-someone-else": (
        "someone else rolls storefront back at its pause after two minutes",
        _paused(PauseAnswered(stage=_TESTED, after=120, action="ROLLBACK")),
    ),
    "superseded-while-paused": (
        "someone else deploys to storefront while it pauses",
        _paused(Superseded(stage=_TESTED, after=120)),
    ),
}

_GOES_WRONG: dict[str, tuple[str, EcsPlan]] = {
    "green-dies-while-paused": (
        "the new tasks of storefront are stopped at its pause and cannot be replaced",
        EcsPlan(
            services=shifting("BLUE_GREEN", pause(_TESTED)),
            # The first two tasks are healthy; whatever replaces them crashes.
            failure_plans=(evolve(CRASH, skip=2),),
            events=(TasksStopped(stage=_TESTED, after=30, count=2),),
        ),
    ),
    "spot-takes-green": (
        "Fargate Spot takes a new task of storefront back at its pause, and ECS replaces it",
        _paused(SpotReclaimed(stage=_TESTED, after=30)),
    ),
    "alarm-while-baking": (
        "an alarm goes off while storefront bakes, and ECS rolls back",
        EcsPlan(
            services=shifting(
                "BLUE_GREEN",
                alarms={"alarmNames": ["storefront-5xx"], "enable": True, "rollback": True},
            ),
            events=(AlarmRaised(stage="BAKE_TIME", after=60, alarm="storefront-5xx"),),
        ),
    ),
    "lambda-hook-fails": (
        "the Lambda hook of storefront answers FAILED, and ECS rolls back",
        EcsPlan(services=shifting("BLUE_GREEN", _LAMBDA), failing_hooks=(FailingHook(stage=_TESTED),)),
    ),
    "weights-were-reset": (
        "another tool writes its own weights over those of ECS while storefront pauses",
        _paused(WeightsReset(stage=_TESTED, after=30)),
    ),
    "rule-was-deleted": (
        "the listener rules of storefront are deleted while it pauses",
        _paused(RulesDeleted(stage=_TESTED, after=30)),
    ),
    "infrastructure-role-denied": (
        "the infrastructure role may not touch the listener rules of storefront",
        EcsPlan(infrastructure_role_denied=True),
    ),
    "breaker-in-blue-green": (
        "the new tasks of storefront crash, and the circuit breaker rolls back",
        EcsPlan(
            services=shifting("BLUE_GREEN", deploymentCircuitBreaker={"enable": True, "rollback": True}),
            failure_plans=(CRASH,),
        ),
    ),
    "no-rollback-candidate": (
        "the new tasks of storefront crash, and there is nothing to roll back to",
        EcsPlan(
            services=shifting("BLUE_GREEN", deploymentCircuitBreaker={"enable": True, "rollback": True}),
            failure_plans=(CRASH,),
            without_rollback_candidate=("storefront",),
        ),
    ),
    "slow-traffic-shift": (
        "each shift of traffic takes ten minutes, as behind a Network Load Balancer",
        EcsPlan(pace=Pace(traffic_shift=600)),
    ),
    "deployment-pending": ("service deployments stay PENDING for a minute", EcsPlan(pending=60)),
}

STRATEGY_SCENARIOS: Mapping[str, tuple[str, EcsPlan]] = MappingProxyType(_PAUSES | _GOES_WRONG)
"""Each plan with what it is about, by its name."""
