"""Plans in which no new task ever serves: one for each family of reasons that ECS has for it."""

from collections.abc import Mapping
from types import MappingProxyType

from ecs_steps.sandbox.ecs import reasons
from ecs_steps.sandbox.ecs.plan import (
    EcsPlan,
    Ending,
    Exits,
    FailsHealthCheck,
    FailsTargetHealth,
    FailsToStart,
    FailurePlan,
    NotPlaced,
)

CRASH = FailurePlan(ending=Exits(code=1), log=("Listening on 8080", "ERROR: no route to the database"))


def always(ending: Ending, *log: str) -> EcsPlan:
    """Plan that every task of a new task definition ends like this."""
    return EcsPlan(failure_plans=(FailurePlan(ending=ending, log=log),))


_IMAGES: dict[str, tuple[str, EcsPlan]] = {
    "image-not-found": (
        "the image's tag does not exist",
        always(FailsToStart(reason=reasons.IMAGE_NOT_FOUND)),
    ),
    "image-denied": (
        "the registry does not let the execution role pull the image",
        always(FailsToStart(reason=reasons.IMAGE_DENIED)),
    ),
    "image-rate-limited": (
        "Docker Hub's rate limit for anonymous pulls is used up",
        always(FailsToStart(reason=reasons.IMAGE_RATE_LIMITED)),
    ),
    "image-wrong-architecture": (
        "the image has no manifest for the task's CPU architecture",
        always(FailsToStart(reason=reasons.IMAGE_WRONG_ARCHITECTURE)),
    ),
    "exec-format-error": (
        "the image is for another CPU architecture and its program cannot run",
        always(Exits(code=255, after=1), "exec /usr/local/bin/web: exec format error"),
    ),
    "image-pull-timeout": (
        "the subnets have no route to the registry",
        always(FailsToStart(reason=reasons.IMAGE_UNREACHABLE, after=150)),
    ),
}

_STARTS: dict[str, tuple[str, EcsPlan]] = {
    "secret-denied": (
        "the execution role may not read a secret",
        always(FailsToStart(reason=reasons.SECRET_DENIED, after=14)),
    ),
    "secret-unreachable": (
        "the subnets have no route to Secrets Manager",
        always(FailsToStart(reason=reasons.SECRET_UNREACHABLE, after=120)),
    ),
    "efs-unmountable": (
        "the EFS volume cannot be mounted",
        always(FailsToStart(reason=reasons.EFS_UNMOUNTABLE, after=30)),
    ),
    "log-group-denied": (
        "the execution role may not create the log stream",
        always(FailsToStart(reason=reasons.LOG_STREAM_DENIED, after=24)),
    ),
    "cannot-start-container": (
        "the container's command is not in its image",
        always(FailsToStart(reason=reasons.COMMAND_NOT_FOUND, after=24)),
    ),
    "role-not-assumable": (
        "ECS may not assume the task's role",
        always(FailsToStart(reason=reasons.ROLE_NOT_ASSUMABLE, after=6)),
    ),
    "network-interface-timeout": (
        "no network interface becomes ready for the tasks",
        always(
            FailsToStart(
                reason=reasons.NETWORK_INTERFACE_TIMEOUT,
                after=180,
                reaches="PROVISIONING",
            )
        ),
    ),
}

_RUNS: dict[str, tuple[str, EcsPlan]] = {
    "crash": ("the main container exits with 1 after five seconds", EcsPlan(failure_plans=(CRASH,))),
    "out-of-memory": (
        "the main container is killed for its memory",
        always(
            Exits(code=137, after=8, reason="OutOfMemoryError: Container killed due to memory usage"),
            "Loading the catalogue into memory",
        ),
    ),
    "killed": ("the main container is killed with 137", always(Exits(code=137, after=8))),
    "segmentation-fault": (
        "the main container dies of a segmentation fault",
        always(Exits(code=139, after=3), "Fatal Python error: Segmentation fault"),
    ),
    "terminated": ("the main container ends itself by SIGTERM", always(Exits(code=143, after=6))),
    "container-unhealthy": (
        "the container's own health check never succeeds",
        always(FailsHealthCheck(), "GET /health 500"),
    ),
    "targets-wrong-code": ("the targets answer with 502", always(FailsTargetHealth(), "GET / 502")),
    "targets-time-out": (
        "the targets do not answer in time",
        always(FailsTargetHealth(reason="Target.Timeout", description="Request timed out")),
    ),
    "targets-fail": (
        "the targets refuse connections",
        always(FailsTargetHealth(reason="Target.FailedHealthChecks", description="Health checks failed")),
    ),
}

_PLACES: dict[str, tuple[str, EcsPlan]] = {
    "no-memory": (
        "no instance has the memory (RESOURCE:MEMORY)",
        always(NotPlaced(reason=reasons.NO_MEMORY)),
    ),
    "no-cpu": (
        "no instance has the CPU units (RESOURCE:CPU)",
        always(NotPlaced(reason=reasons.NO_CPU)),
    ),
    "no-network-interface": (
        "no instance has a network interface left",
        always(NotPlaced(reason=reasons.NO_NETWORK_INTERFACE)),
    ),
    "no-gpu": (
        "no instance has a GPU",
        always(NotPlaced(reason=reasons.NO_GPU)),
    ),
    "no-capacity": (
        "Fargate has no capacity in the zone",
        always(NotPlaced(reason=reasons.NO_CAPACITY)),
    ),
    "percents-too-tight": (
        "the deployment may neither start nor stop a task",
        EcsPlan(service={"deploymentConfiguration": {"maximumPercent": 100, "minimumHealthyPercent": 100}}),
    ),
}

FAILING_TASKS: Mapping[str, tuple[str, EcsPlan]] = MappingProxyType(_IMAGES | _STARTS | _RUNS | _PLACES)
