"""When it is settled in the fake AWS how a deployment ends, to be held against when a step says so."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from attrs import frozen

from ecs_steps import DeploymentError
from ecs_steps.sandbox import Sandbox
from explaining.runs import CLUSTERS, Run, Step, let_a_deployment_fail, run, service, take

NEVER_SETTLED = frozenset(
    {"no-memory", "no-cpu", "no-network-interface", "no-gpu", "no-capacity", "percents-too-tight"}
)
"""Scenarios in which ECS continues trying, and no task ever stops: only the time to wait ends them."""

ENOUGH = 3
"""How many failed tasks settle it for a service of two, where no circuit breaker is at work."""


@frozen(kw_only=True)
class Observed:
    """A run, and when it was settled in AWS how it ends (none: never), and whether AWS itself says so."""

    run: Run
    known_at: datetime | None
    said_by_aws: bool

    @property
    def seconds_to_verdict(self) -> float:
        """How long after it was settled the step said it."""
        assert self.known_at
        return (self.run.said_at - self.known_at).total_seconds()


@cache
def observed(step: Step, scenario: str) -> Observed:
    """Run a step in a scenario, on a service whose last deployment failed; what is observed never changes."""
    with Sandbox() as aws:
        let_a_deployment_fail(step, aws)
        take(aws, scenario)
        ended = run(step, aws, minutes=2 if scenario in NEVER_SETTLED else 30)
        said_at = _rollout_finished_at(aws, ended) if step == "update" else _stack_came_to_rest_at(aws, ended)
        if said_at and "CancelUpdateStack" not in ended.operations:
            return Observed(run=ended, known_at=said_at, said_by_aws=True)
        return Observed(run=ended, known_at=_enough_failed_at(step, aws), said_by_aws=False)


def _stack_came_to_rest_at(aws: Sandbox, ended: Run) -> datetime | None:
    stack = _outputs(ended)["AwsOutputs[StackId]"]
    events = aws.clients.cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    times = [
        event["Timestamp"]
        for event in events
        if event["PhysicalResourceId"] == stack
        and event["Timestamp"] >= ended.begun
        and event["ResourceStatus"].endswith(("COMPLETE", "FAILED", "COMPLETE_CLEANUP_IN_PROGRESS"))
    ]
    return min(times, default=None)


def _rollout_finished_at(aws: Sandbox, ended: Run) -> datetime | None:
    digits = _outputs(ended)["DeploymentId"].rpartition("/")[2]
    listed = aws.clients.ecs.list_service_deployments(cluster="shop", service="orders")
    for shown in listed["serviceDeployments"]:
        if shown["targetServiceRevisionArn"].endswith(digits):
            return shown.get("finishedAt")
    return None


def _enough_failed_at(step: Step, aws: Sandbox) -> datetime | None:
    cluster, name = CLUSTERS[step], service(step, aws)["serviceName"]
    arns = aws.clients.ecs.list_tasks(cluster=cluster, serviceName=name, desiredStatus="STOPPED")["taskArns"]
    tasks: Any = aws.clients.ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
    newest = max((_revision(task) for task in tasks), default=0)
    times = [task["stoppingAt"] for task in tasks if _revision(task) == newest and _has_failed(task)]
    return sorted(times)[ENOUGH - 1] if len(times) >= ENOUGH else None


def _revision(task: Mapping[str, Any]) -> int:
    return int(task["taskDefinitionArn"].rpartition(":")[2])


def _has_failed(task: Mapping[str, Any]) -> bool:
    by_itself = task["stopCode"] in ("TaskFailedToStart", "EssentialContainerExited")
    return by_itself or "health checks" in task["stoppedReason"]


def _outputs(ended: Run) -> Mapping[str, str]:
    if ended.result:
        return ended.result.outputs
    assert isinstance(ended.error, DeploymentError)
    return ended.error.outputs
