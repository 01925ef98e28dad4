"""What can go wrong with tasks and stacks, as one function each; `Scenario.of` puts them together.

    with Sandbox(Scenario.of(crashes(code=3, log=("FATAL: no configuration",), first=2))) as aws: ...

They apply to deployments that callers start with a task definition that has not yet served in that service.
Of these the first `first` tasks fail, or all; `image` (a part of any container's) and `family` (or
family:revision) narrow them to some task definitions.
"""

from ecs_steps.sandbox.ecs import reasons
from ecs_steps.sandbox.ecs.plan import (
    Exits,
    FailsHealthCheck,
    FailsTargetHealth,
    FailsToStart,
    FailurePlan,
    NotPlaced,
)
from ecs_steps.sandbox.scenario import Action, ResourceFailurePlan


def crashes(
    code: int = 1,
    *,
    after: float = 5,
    log: tuple[str, ...] = (),
    container: str = "",
    first: int | None = None,
    image: str = "",
    family: str = "",
) -> FailurePlan:
    """Let a container (the first essential one) exit with `code`, `after` seconds of running."""
    ending = Exits(code=code, after=after, container=container)
    return FailurePlan(ending=ending, log=log, first=first, image=image, family=family)


def cannot_pull(
    reason: str = reasons.IMAGE_NOT_FOUND, *, first: int | None = None, image: str = "", family: str = ""
) -> FailurePlan:
    """Let tasks fail since an image cannot be pulled; `reason` is ECS' text."""
    return cannot_start(reason, first=first, image=image, family=family)


def cannot_start(
    reason: str = reasons.SECRET_DENIED,
    *,
    after: float = 20,
    first: int | None = None,
    image: str = "",
    family: str = "",
) -> FailurePlan:
    """Let tasks stop as TaskFailedToStart with ECS' text `reason`, after so many seconds."""
    ending = FailsToStart(reason=reason, after=after)
    return FailurePlan(ending=ending, first=first, image=image, family=family)


def unhealthy(
    *,
    container: str = "",
    log: tuple[str, ...] = (),
    first: int | None = None,
    image: str = "",
    family: str = "",
) -> FailurePlan:
    """Let a container's own health check never succeed (of any container, unless it is named)."""
    ending = FailsHealthCheck(container=container)
    return FailurePlan(ending=ending, log=log, first=first, image=image, family=family)


def unhealthy_targets(
    description: str = "Health checks failed with these codes: [502]",
    *,
    reason: str = "Target.ResponseCodeMismatch",
    log: tuple[str, ...] = (),
    first: int | None = None,
    image: str = "",
    family: str = "",
) -> FailurePlan:
    """Let the load balancer's health checks never succeed; `reason` is its code, `description` its text."""
    ending = FailsTargetHealth(reason=reason, description=description)
    return FailurePlan(ending=ending, log=log, first=first, image=image, family=family)


def no_capacity(
    reason: str = reasons.NO_CAPACITY, *, first: int | None = None, image: str = "", family: str = ""
) -> FailurePlan:
    """Let no task be placed; `reason` ends ECS' sentence "was unable to place a task"."""
    return FailurePlan(ending=NotPlaced(reason=reason), first=first, image=image, family=family)


def resource_fails(
    resource: str,
    on: Action,
    reason: str,
    *,
    handler_error_code: str = "",
    after: float = 3,
    times: int | None = None,
) -> ResourceFailurePlan:
    """Let a resource of a stack (a type or a logical id) fail; after `times` times it succeeds.

    With a `handler_error_code` (``InvalidRequest``) the reason is wrapped as resource handlers do it.
    """
    return ResourceFailurePlan(
        resource=resource,
        on=on,
        reason=reason,
        handler_error_code=handler_error_code,
        after=after,
        times=times,
    )
