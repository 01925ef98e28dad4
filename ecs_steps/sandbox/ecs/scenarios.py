"""Plans with names: everything that can happen to a service, each in a few lines.

The texts of the reasons are those of ECS, Docker and Elastic Load Balancing. Where no circuit breaker is
named, none is on: what fails keeps failing.
"""

from collections.abc import Mapping
from types import MappingProxyType

from ecs_steps.sandbox.ecs.failing_tasks import CRASH, FAILING_TASKS, always
from ecs_steps.sandbox.ecs.plan import (
    AlarmRaised,
    DesiredCountSet,
    EcsPlan,
    Exits,
    FailurePlan,
    Pace,
    ServiceDeleted,
    SpotReclaimed,
    Superseded,
    TargetGroupSettings,
    TasksStopped,
)

EARLIER_FAILURE = FailurePlan(
    ending=Exits(code=3), log=("FATAL: the earlier deployment could not read its configuration",)
)
"""What befell the services before the start, where a plan has it in `earlier_failure`."""


def _breaker(*, rollback: bool) -> dict[str, object]:
    """Switch the circuit breaker of every service on."""
    return {"deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": rollback}}}


_ROLLS_BACK: dict[str, tuple[str, EcsPlan]] = {
    "breaker-rollback": (
        "tasks crash and the circuit breaker rolls back",
        EcsPlan(failure_plans=(CRASH,), service=_breaker(rollback=True)),
    ),
    "breaker": (
        "tasks crash and the circuit breaker gives up",
        EcsPlan(failure_plans=(CRASH,), service=_breaker(rollback=False)),
    ),
    "alarm-rollback": (
        "an alarm goes off and ECS rolls back",
        EcsPlan(
            events=(AlarmRaised(after=40, alarm="orders-5xx"),),
            service={
                "deploymentConfiguration": {
                    "alarms": {"alarmNames": ["orders-5xx"], "enable": True, "rollback": True}
                }
            },
        ),
    ),
}

_COMES_FROM_OUTSIDE: dict[str, tuple[str, EcsPlan]] = {
    "superseded": (
        "another process deploys while this deployment is in progress",
        EcsPlan(events=(Superseded(after=30),)),
    ),
    "service-deleted": (
        "someone deletes the service during the deployment",
        EcsPlan(events=(ServiceDeleted(after=30),)),
    ),
    "all-draining": (
        "the service is deleted and its tasks drain for minutes",
        EcsPlan(
            events=(ServiceDeleted(after=40),),
            target_group=TargetGroupSettings(deregistration_delay=300),
        ),
    ),
    "scaled-to-zero": (
        "someone sets the desired count to 0 during the deployment",
        EcsPlan(events=(DesiredCountSet(after=30, count=0),)),
    ),
    "code-deploy": (
        "the services belong to CodeDeploy",
        EcsPlan(service={"deploymentController": {"type": "CODE_DEPLOY"}}),
    ),
    "external-controller": (
        "the services belong to an external deployment controller",
        EcsPlan(service={"deploymentController": {"type": "EXTERNAL"}}),
    ),
}

_ENDS_WELL: dict[str, tuple[str, EcsPlan]] = {
    "at-zero": ("the services have a desired count of 0", EcsPlan(service={"desiredCount": 0})),
    "scaled-out": (
        "auto scaling doubles the desired count during the deployment",
        EcsPlan(events=(DesiredCountSet(after=30, count=4),)),
    ),
    "flaky-start": (
        "the first two tasks crash, the next ones run",
        EcsPlan(
            failure_plans=(
                FailurePlan(ending=Exits(code=1), first=2, log=("ERROR: the cache is not up yet",)),
            )
        ),
    ),
    "sidecar-exits": (
        "a container that is not essential exits",
        always(Exits(code=2, essential=False), "no output is configured"),
    ),
    "stopped-by-user": (
        "a person stops a task, and ECS replaces it",
        EcsPlan(events=(TasksStopped(after=25),)),
    ),
    "spot-interruption": (
        "Fargate Spot takes a task back, and ECS replaces it",
        EcsPlan(events=(SpotReclaimed(after=25),)),
    ),
    "crash-after-completion": (
        "every task crashes a moment after the deployment completed",
        always(Exits(code=1, after=57), "ERROR: the lease was lost"),
    ),
    "earlier-failure": (
        "an earlier deployment failed and was rolled back",
        EcsPlan(earlier_failure=EARLIER_FAILURE),
    ),
    "slow-start": (
        "images are large and take seven minutes to pull",
        EcsPlan(pace=Pace(provisioning=30, pull=420, start=30)),
    ),
    "slow-health-checks": (
        "targets are healthy after five checks, 30 s apart",
        EcsPlan(target_group=TargetGroupSettings(health_check_interval=30, healthy_threshold=5)),
    ),
    "slow-draining": (
        "targets drain for five minutes, Elastic Load Balancing's default",
        EcsPlan(target_group=TargetGroupSettings(deregistration_delay=300)),
    ),
    "250-tasks": ("each service has 250 tasks", EcsPlan(service={"desiredCount": 250})),
    "service-appears-late": (
        "a new service is MISSING for some seconds",
        EcsPlan(hidden_after_create=6),
    ),
    "newer-members": (
        "the task definition has members that no botocore knows",
        EcsPlan(
            newer_members={"futureIsolation": {"mode": "STRICT"}},
            newer_container_members={"futureLimits": [{"name": "files", "value": 4096}]},
        ),
    ),
}

SERVICE_SCENARIOS: Mapping[str, tuple[str, EcsPlan]] = MappingProxyType(
    {**FAILING_TASKS, **_ROLLS_BACK, **_COMES_FROM_OUTSIDE, **_ENDS_WELL}
)
"""Each plan with what it is about, by its name."""
