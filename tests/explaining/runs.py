"""Both steps, run to whatever end in the sandbox, with all that was reported and called on the way."""

import json
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from typing import Any, Literal

from attrs import evolve, frozen

from ecs_steps import DeployEcsServiceStep, DeploymentError, EcsStepsError, Result, UpdateEcsServiceStep
from ecs_steps.causes import Diagnosis
from ecs_steps.reporting.events import Level, Message, Reported
from ecs_steps.sandbox import SCENARIOS, Call, Sandbox, Scenario
from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.ecs.scenarios import EARLIER_FAILURE

Step = Literal["deploy", "update"]
STEPS: tuple[Step, ...] = ("deploy", "update")

ECS = "Octopus.Action.Aws.Ecs"
CLUSTERS = {"deploy": "shop-production", "update": "shop"}
IMAGES = {"deploy": "index.docker.io/octopetshop/web", "update": "index.docker.io/acme/orders"}
FAMILIES = {"deploy": "octopetshop-web", "update": "orders"}
NAMES = {
    "count": f"{ECS}.Deploy.DesiredCount",
    "deploy_on_failure": f"{ECS}.Deploy.OnFailure",
    "update_on_failure": f"{ECS}.Update.OnFailure",
    "stopped_tasks": f"{ECS}.FailFast.StoppedTasks",
    "logs": f"{ECS}.ContainerLogs",
    "execution_role": f"{ECS}.Deploy.TaskExecutionRole",
    "containers": f"{ECS}.Deploy.Containers",
    "updates": f"{ECS}.Update.ContainerUpdates",
}

FAILS_EARLIER = EcsPlan(failure_plans=(EARLIER_FAILURE,))

EXAMPLE: Mapping[str, object] = json.loads(
    (files("ecs_steps.sandbox") / "examples" / "deploy.json").read_text()
)
UPDATE: Mapping[str, object] = {
    f"{ECS}.ClusterName": "shop",
    f"{ECS}.Update.ServiceName": "orders",
    f"{ECS}.Update.TargetTaskDefinitionName": "orders",
    f"{ECS}.Update.ContainerUpdates": [{"containerName": "web", "packageReference": "web"}],
}


@frozen(kw_only=True)
class Run:
    """One run of a step: how it ended, what was reported, which calls it made."""

    result: Result | None
    error: EcsStepsError | None
    reports: tuple[Reported, ...]
    reported_at: tuple[datetime, ...]
    calls: tuple[Call, ...]
    begun: datetime
    ended: datetime

    @property
    def lines(self) -> list[str]:
        """What the error's diagnosis says."""
        assert isinstance(self.error, DeploymentError)
        assert self.error.diagnosis
        return self.error.diagnosis.lines()

    @property
    def tasks(self) -> Diagnosis:
        """What the tasks of the service say of the failure."""
        assert isinstance(self.error, DeploymentError)
        assert self.error.diagnosis
        return self.error.diagnosis

    @property
    def warnings(self) -> list[str]:
        return [m.text for m in self.reports if isinstance(m, Message) and m.level is Level.WARNING]

    @property
    def said_at(self) -> datetime:
        """When the verdict was said: before the stack was undone, where the step gave it up."""
        said = zip(self.reports, self.reported_at, strict=True)
        given_up = (at for m, at in said if isinstance(m, Message) and " cannot succeed; it is " in m.text)
        return next(given_up, self.ended)

    @property
    def operations(self) -> list[str]:
        return [call.operation for call in self.calls]


def variables(
    step: Step,
    *,
    tag: str = "2.0.0",
    minutes: int = 30,
    others: Mapping[str, object] | None = None,
    **changes: object,
) -> dict[str, object]:
    """Return a valid dictionary for a step; what is changed is named as in `NAMES`, `others` in full."""
    wait = {"type": "WaitWithTimeout", "timeoutMinutes": minutes} if minutes else {"type": "DontWait"}
    return {
        **(EXAMPLE if step == "deploy" else UPDATE),
        "Octopus.Action.Package[web].Image": f"{IMAGES[step]}:{tag}",
        f"{ECS}.WaitOption": wait,
        **{NAMES[name]: value for name, value in changes.items()},
        **(others or {}),
    }


def run(step: Step, aws: Sandbox, **changes: Any) -> Run:  # noqa: ANN401  passed on to `variables`
    """Run a step and return what came of it."""
    aws.add_cluster(CLUSTERS["deploy"])
    kind = DeployEcsServiceStep if step == "deploy" else UpdateEcsServiceStep
    reports: list[tuple[datetime, Reported]] = []

    def listen(reported: Reported) -> None:
        reports.append((aws.clock.now(), reported))

    first, begun = len(aws.calls), aws.clock.now()
    result, error = None, None
    try:
        result = kind(variables(step, **changes)).run(aws=aws.clients, clock=aws.clock, report=listen)
    except EcsStepsError as raised:
        error = raised
    return Run(
        result=result,
        error=error,
        reports=tuple(reported for _, reported in reports),
        reported_at=tuple(at for at, _ in reports),
        calls=tuple(aws.calls[first:]),
        begun=begun,
        ended=aws.clock.now(),
    )


def take(aws: Sandbox, scenario: str | Scenario) -> None:
    """Let the sandbox continue with another scenario."""
    there = SCENARIOS[scenario] if isinstance(scenario, str) else scenario
    aws.ecs.plan = there.ecs
    # The events of earlier operations are not read again and again, which is most of what a run costs.
    aws.cloudformation.apply(evolve(there.stack, page=12), there.resources)


def let_a_deployment_succeed(step: Step, aws: Sandbox) -> None:
    """Have a service that serves; the one that *Update* changes does so from the start."""
    if step == "deploy":
        run(step, aws, tag="1.0.0", minutes=0)
        aws.clock.sleep(120)


def let_a_deployment_fail(step: Step, aws: Sandbox, plan: EcsPlan = FAILS_EARLIER) -> None:
    """Let a deployment fail as the plan has it, and go back to what served before."""
    let_a_deployment_succeed(step, aws)
    aws.ecs.plan = plan
    begun = run(step, aws, tag="1.1.0", minutes=0)
    assert begun.result
    aws.clock.sleep(60)
    if step == "deploy":
        stack = begun.result.outputs["CloudFormationStackName"]
        aws.clients.cloudformation.cancel_update_stack(StackName=stack)
    else:
        aws.clients.ecs.update_service(cluster="shop", service="orders", taskDefinition="orders:1")
    aws.clock.sleep(120)


def service(step: Step, aws: Sandbox) -> Mapping[str, Any]:
    """Return the service of a step as ECS shows it."""
    name = "orders"
    if step == "deploy":
        [arn] = aws.clients.ecs.list_services(cluster=CLUSTERS[step])["serviceArns"]
        name = arn
    return aws.clients.ecs.describe_services(cluster=CLUSTERS[step], services=[name])["services"][0]


def is_serving(step: Step, aws: Sandbox, revision: str) -> bool:
    """Return whether as many tasks of this revision run and want to as the service desires, and no others."""
    there = service(step, aws)
    cluster, name = CLUSTERS[step], there["serviceName"]
    arns = aws.clients.ecs.list_tasks(cluster=cluster, serviceName=name)["taskArns"]
    tasks = aws.clients.ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
    running = [t for t in tasks if t["taskDefinitionArn"] == revision and t["lastStatus"] == "RUNNING"]
    return bool(there["status"] == "ACTIVE" and len(running) == there["desiredCount"] == len(tasks))
