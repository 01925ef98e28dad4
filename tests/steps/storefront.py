"""Deployments of the sandbox's service `storefront`, which shifts traffic: begun, continued and aborted."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from attrs import define, field

from ecs_steps import (
    AbortEcsDeploymentStep,
    ContinueEcsDeploymentStep,
    EcsStepsError,
    Result,
    UpdateEcsServiceStep,
)
from ecs_steps.clock import Clock
from ecs_steps.reporting.events import DeploymentPaused, Level, Message, Reported
from ecs_steps.reporting.text import message_text
from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.row import Step

ECS = "Octopus.Action.Aws.Ecs"
OURS = "Deployments-7"
CHANGING = ("ContinueServiceDeployment", "StopServiceDeployment", "UpdateService", "RegisterTaskDefinition")


def update_variables(
    tag: str = "2.8.0", *, minutes: int | None = None, **changes: object
) -> dict[str, object]:
    """Return an update of the service; `changes` are named below ``Octopus.Action.Aws.Ecs``."""
    container = {"containerName": "web", "packageReference": "web"}
    return {
        "Octopus.Deployment.Id": OURS,
        "Octopus.Action.Package[web].Image": f"index.docker.io/acme/storefront:{tag}",
        f"{ECS}.ClusterName": "shop",
        f"{ECS}.Update.ServiceName": "storefront",
        f"{ECS}.Update.TargetTaskDefinitionName": "storefront",
        f"{ECS}.Update.ContainerUpdates": json.dumps([container]),
        **_wait(minutes),
        **_named(changes),
    }


def deployment_variables(*, minutes: int | None = None, **changes: object) -> dict[str, object]:
    """Return the variables of a step on the deployment of the service, without a pin."""
    return {
        "Octopus.Deployment.Id": OURS,
        f"{ECS}.ClusterName": "shop",
        f"{ECS}.Deployment.ServiceName": "storefront",
        **_wait(minutes),
        **_named(changes),
    }


def _wait(minutes: int | None) -> dict[str, object]:
    if minutes is None:
        return {}
    wait = {"type": "WaitWithTimeout", "timeoutMinutes": minutes} if minutes else {"type": "DontWait"}
    return {f"{ECS}.WaitOption": wait}


def _named(changes: Mapping[str, object]) -> dict[str, object]:
    """Return variables by their full names: `Continue_HookId` is that of the input ``Continue.HookId``."""
    full = {name: name if "." in name else f"{ECS}.{name.replace('_', '.')}" for name in changes}
    return {full[name]: value for name, value in changes.items()}


class EndedError(BaseException):
    """The end of a process, which no step sees."""


@contextmanager
def ended_after(aws: Sandbox, operation: str) -> Iterator[None]:
    """Let the process end once AWS has carried an operation out."""

    def end(**_: object) -> None:
        raise EndedError

    event = f"response-received.*.{operation}"
    aws.clients.ecs.meta.events.register(event, end)
    try:
        with pytest.raises(EndedError):
            yield
    finally:
        aws.clients.ecs.meta.events.unregister(event, end)


@define
class Storefront:
    """What the steps do with the service in one sandbox, and what they report."""

    aws: Sandbox
    events: list[Reported] = field(factory=list)
    clock: Clock = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.clock = self.aws.clock

    def update(self, tag: str = "2.8.0", **changes: Any) -> Result:  # noqa: ANN401  passed on
        return self.run(UpdateEcsServiceStep(update_variables(tag, **changes)))

    def proceed(self, **changes: Any) -> Result:  # noqa: ANN401  passed on
        return self.run(ContinueEcsDeploymentStep(deployment_variables(**changes)))

    def abort(self, **changes: Any) -> Result:  # noqa: ANN401  passed on
        return self.run(AbortEcsDeploymentStep(deployment_variables(**changes)))

    def run(self, step: Step) -> Result:
        return step.run(aws=self.aws.clients, clock=self.clock, report=self.events.append)

    def outcome(self, act: Any, **changes: Any) -> str:  # noqa: ANN401  one of the above, and passed on
        """Return the outcome of a step, or the exit code of its error."""
        try:
            return str(act(**changes).outcome)
        except EcsStepsError as error:
            return f"exit {error.exit_code}"

    def changes(self, since: int = 0) -> Counter[str]:
        """Count the calls that changed something; answers to hooks by their action."""
        made: Counter[str] = Counter()
        for call in self.aws.calls[since:]:
            if call.operation in CHANGING:
                made[call.params.get("action") or call.operation] += 1
        return made

    @property
    def service(self) -> Mapping[str, Any]:
        reply = self.aws.clients.ecs.describe_services(cluster="shop", services=["storefront"])
        return reply["services"][0]

    @property
    def record(self) -> Mapping[str, Any]:
        arn = self.service["currentServiceDeployment"]
        reply = self.aws.clients.ecs.describe_service_deployments(serviceDeploymentArns=[arn])
        return reply["serviceDeployments"][0]

    @property
    def finished(self) -> str:
        """The last line that was reported."""
        return message_text(self.events[-1])

    @property
    def warnings(self) -> list[str]:
        return [m.text for m in self.events if isinstance(m, Message) and m.level is Level.WARNING]

    @property
    def pauses(self) -> list[DeploymentPaused]:
        return [event for event in self.events if isinstance(event, DeploymentPaused)]


def pins(result: Result) -> dict[str, object]:
    """Return what the outputs of a step pin in the next one."""
    return {
        "Deployment_ServiceDeploymentArn": result.outputs["ServiceDeploymentArn"],
        "Continue_HookId": result.outputs["HookId"],
    }


def deployment_pin(result: Result) -> dict[str, object]:
    return {"Deployment_ServiceDeploymentArn": result.outputs["ServiceDeploymentArn"]}
