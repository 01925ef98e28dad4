"""Plans with names: everything that can befall a service, each in a few lines.

The texts of the reasons are those of ECS, Docker and Elastic Load Balancing. Where no circuit breaker is
named, none is at work: what fails, fails for ever.
"""

from collections.abc import Mapping
from types import MappingProxyType

from ecs_steps.sandbox.ecs import reasons
from ecs_steps.sandbox.ecs.plan import (
    AlarmRaised,
    DesiredCountSet,
    EcsPlan,
    Ending,
    Exits,
    FailsHealthCheck,
    FailsTargetHealth,
    FailsToStart,
    NotPlaced,
    Pace,
    ServiceDeleted,
    SpotReclaimed,
    Superseded,
    TargetGroupSettings,
    TaskFate,
    TasksStopped,
)

EARLIER_FAILURE = TaskFate(
    ending=Exits(code=3), log=("FATAL: the earlier deployment could not read its configuration",)
)
"""What befell the services before the start, where a plan has it in `earlier_failure`."""

_CRASH = TaskFate(ending=Exits(code=1), log=("Listening on 8080", "ERROR: no route to the database"))


def _always(ending: Ending, *log: str) -> EcsPlan:
    """Plan that every task of a new task definition ends like this."""
    return EcsPlan(fates=(TaskFate(ending=ending, log=log),))


def _breaker(*, rollback: bool) -> dict[str, object]:
    """Switch the circuit breaker of every service on."""
    return {"deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": rollback}}}


_IMAGES: dict[str, tuple[str, EcsPlan]] = {
    "image-not-found": (
        "the image's tag does not exist",
        _always(FailsToStart(reason=reasons.IMAGE_NOT_FOUND)),
    ),
    "image-denied": (
        "the registry does not let the execution role pull the image",
        _always(FailsToStart(reason=reasons.IMAGE_DENIED)),
    ),
    "image-rate-limited": (
        "Docker Hub's rate limit for anonymous pulls is used up",
        _always(FailsToStart(reason=reasons.IMAGE_RATE_LIMITED)),
    ),
    "image-wrong-architecture": (
        "the image has no manifest for the task's CPU architecture",
        _always(FailsToStart(reason=reasons.IMAGE_WRONG_ARCHITECTURE)),
    ),
    "exec-format-error": (
        "the image is for another CPU architecture and its program cannot run",
        _always(Exits(code=255, after=1), "exec /usr/local/bin/web: exec format error"),
    ),
    "image-pull-timeout": (
        "the subnets have no route to the registry",
        _always(FailsToStart(reason=reasons.IMAGE_UNREACHABLE, after=150)),
    ),
}

_STARTS: dict[str, tuple[str, EcsPlan]] = {
    "secret-denied": (
        "the execution role may not read a secret",
        _always(FailsToStart(reason=reasons.SECRET_DENIED, after=14)),
    ),
    "secret-unreachable": (
        "the subnets have no route to Secrets Manager",
        _always(FailsToStart(reason=reasons.SECRET_UNREACHABLE, after=120)),
    ),
    "efs-unmountable": (
        "the EFS volume cannot be mounted",
        _always(FailsToStart(reason=reasons.EFS_UNMOUNTABLE, after=30)),
    ),
    "log-group-denied": (
        "the execution role may not create the log stream",
        _always(FailsToStart(reason=reasons.LOG_STREAM_DENIED, after=24)),
    ),
    "cannot-start-container": (
        "the container's command is not in its image",
        _always(FailsToStart(reason=reasons.COMMAND_NOT_FOUND, after=24)),
    ),
    "role-not-assumable": (
        "ECS may not assume the task's role",
        _always(FailsToStart(reason=reasons.ROLE_NOT_ASSUMABLE, after=6)),
    ),
    "network-interface-timeout": (
        "no network interface becomes ready for the tasks",
        _always(
            FailsToStart(
                reason=reasons.NETWORK_INTERFACE_TIMEOUT,
                after=180,
                reaches="PROVISIONING",
            )
        ),
    ),
}

_RUNS: dict[str, tuple[str, EcsPlan]] = {
    "crash": ("the main container exits with 1 after five seconds", EcsPlan(fates=(_CRASH,))),
    "out-of-memory": (
        "the main container is killed for its memory",
        _always(
            Exits(code=137, after=8, reason="OutOfMemoryError: Container killed due to memory usage"),
            "Loading the catalogue into memory",
        ),
    ),
    "killed": ("the main container is killed with 137", _always(Exits(code=137, after=8))),
    "segmentation-fault": (
        "the main container dies of a segmentation fault",
        _always(Exits(code=139, after=3), "Fatal Python error: Segmentation fault"),
    ),
    "terminated": ("the main container ends itself by SIGTERM", _always(Exits(code=143, after=6))),
    "container-unhealthy": (
        "the container's own health check never succeeds",
        _always(FailsHealthCheck(), "GET /health 500"),
    ),
    "targets-wrong-code": ("the targets answer with 502", _always(FailsTargetHealth(), "GET / 502")),
    "targets-time-out": (
        "the targets do not answer in time",
        _always(FailsTargetHealth(reason="Target.Timeout", description="Request timed out")),
    ),
    "targets-fail": (
        "the targets refuse connections",
        _always(FailsTargetHealth(reason="Target.FailedHealthChecks", description="Health checks failed")),
    ),
}

_PLACES: dict[str, tuple[str, EcsPlan]] = {
    "no-memory": (
        "no instance has the memory (RESOURCE:MEMORY)",
        _always(NotPlaced(reason=reasons.NO_MEMORY)),
    ),
    "no-cpu": (
        "no instance has the CPU units (RESOURCE:CPU)",
        _always(NotPlaced(reason=reasons.NO_CPU)),
    ),
    "no-network-interface": (
        "no instance has a network interface left",
        _always(NotPlaced(reason=reasons.NO_NETWORK_INTERFACE)),
    ),
    "no-gpu": (
        "no instance has a GPU",
        _always(NotPlaced(reason=reasons.NO_GPU)),
    ),
    "no-capacity": (
        "Fargate has no capacity in the zone",
        _always(NotPlaced(reason=reasons.NO_CAPACITY)),
    ),
    "percents-too-tight": (
        "the deployment may neither start nor stop a task",
        EcsPlan(service={"deploymentConfiguration": {"maximumPercent": 100, "minimumHealthyPercent": 100}}),
    ),
}

_ROLLS_BACK: dict[str, tuple[str, EcsPlan]] = {
    "breaker-rollback": (
        "tasks crash and the circuit breaker rolls back",
        EcsPlan(fates=(_CRASH,), service=_breaker(rollback=True)),
    ),
    "breaker": (
        "tasks crash and the circuit breaker gives up",
        EcsPlan(fates=(_CRASH,), service=_breaker(rollback=False)),
    ),
    "alarm-rollback": (
        "an alarm goes off and ECS rolls back",
        EcsPlan(
            happenings=(AlarmRaised(after=40, alarm="orders-5xx"),),
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
        "somebody else deploys while this deployment is under way",
        EcsPlan(happenings=(Superseded(after=30),)),
    ),
    "service-deleted": (
        "somebody deletes the service during the deployment",
        EcsPlan(happenings=(ServiceDeleted(after=30),)),
    ),
    "all-draining": (
        "the service is deleted and its tasks drain for minutes",
        EcsPlan(
            happenings=(ServiceDeleted(after=40),),
            target_group=TargetGroupSettings(deregistration_delay=300),
        ),
    ),
    "scaled-to-zero": (
        "somebody sets the desired count to 0 during the deployment",
        EcsPlan(happenings=(DesiredCountSet(after=30, count=0),)),
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
        EcsPlan(happenings=(DesiredCountSet(after=30, count=4),)),
    ),
    "flaky-start": (
        "the first two tasks crash, the next ones run",
        EcsPlan(fates=(TaskFate(ending=Exits(code=1), first=2, log=("ERROR: the cache is not up yet",)),)),
    ),
    "sidecar-exits": (
        "a container that is not essential exits",
        _always(Exits(code=2, essential=False), "no output is configured"),
    ),
    "stopped-by-user": (
        "a person stops a task, and ECS replaces it",
        EcsPlan(happenings=(TasksStopped(after=25),)),
    ),
    "spot-interruption": (
        "Fargate Spot takes a task back, and ECS replaces it",
        EcsPlan(happenings=(SpotReclaimed(after=25),)),
    ),
    "crash-after-completion": (
        "every task crashes a moment after the deployment completed",
        _always(Exits(code=1, after=57), "ERROR: the lease was lost"),
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
    "throttled-register": (
        "RegisterTaskDefinition is throttled after two calls at once",
        EcsPlan(register_burst=2),
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
    _IMAGES | _STARTS | _RUNS | _PLACES | _ROLLS_BACK | _COMES_FROM_OUTSIDE | _ENDS_WELL
)
"""Each plan with what it is about, by its name."""
