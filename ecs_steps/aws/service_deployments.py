"""Service deployments: ECS' own record of one deployment, since 2024 (and not everywhere allowed)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import Factory, frozen

from ecs_steps.aws.client_events import at_most_once
from ecs_steps.aws.errors import calling, member
from ecs_steps.aws.replies import all_from_reply, from_reply, reply_field

if TYPE_CHECKING:
    from mypy_boto3_ecs.literals import DeploymentLifecycleHookActionType

    from ecs_steps.aws.clients import AwsClients

STARTED = ("PENDING", "IN_PROGRESS")
UNDONE = ("STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")
ENDED = ("SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED")
"""The statuses of a deployment: it is in progress, ECS rolls it back, it has ended."""


@frozen(kw_only=True)
class LifecycleHook:
    """A hook of a deployment. Its stage is the deployment's own: ECS shows none of a hook."""

    hook_id: str = reply_field("hookId", "")
    status: str = reply_field("status", "")
    target_type: str
    expires_at: datetime | None = reply_field("expiresAt", None)
    timeout_action: str = reply_field("timeoutAction", "")


@frozen(kw_only=True)
class RevisionShare:
    """What a service revision has in a deployment: tasks, and percents of the traffic.

    The weights are none where ECS does not shift traffic itself (rolling deployments).
    """

    arn: str = reply_field("arn", "")
    desired: int = reply_field("requestedTaskCount", 0)
    running: int = reply_field("runningTaskCount", 0)
    pending: int = reply_field("pendingTaskCount", 0)
    production_weight: float | None = reply_field("requestedProductionTrafficWeight", None)
    test_weight: float | None = reply_field("requestedTestTrafficWeight", None)


def _hook(item: Mapping[str, Any]) -> LifecycleHook:
    target_type = item.get("targetType", "AWS_LAMBDA" if "targetArn" in item else "PAUSE")
    return from_reply(LifecycleHook, item, target_type=target_type)


@frozen(kw_only=True)
class ServiceDeployment:
    """A service deployment, as DescribeServiceDeployments shows it.

    `target` is the revision that is deployed, `sources` are those that serve before. `lifecycle_stage` is
    empty under rolling deployments, and may be one that botocore's model does not list. `configuration` is
    the deployment configuration in force, as ECS' API has it.
    """

    arn: str = reply_field("serviceDeploymentArn")
    status: str = reply_field("status")
    status_reason: str = reply_field("statusReason", "")
    target: RevisionShare = reply_field(
        "targetServiceRevision", RevisionShare(), read=partial(from_reply, RevisionShare)
    )
    sources: tuple[RevisionShare, ...] = reply_field(
        "sourceServiceRevisions", (), read=all_from_reply(RevisionShare)
    )
    strategy: str = reply_field("deploymentConfiguration.strategy", "ROLLING")
    lifecycle_stage: str = reply_field("lifecycleStage", "")
    hooks: tuple[LifecycleHook, ...] = reply_field(
        "lifecycleHookDetails", (), read=lambda items: tuple(map(_hook, items))
    )
    failures: int = reply_field("deploymentCircuitBreaker.failureCount", 0)
    threshold: int = reply_field("deploymentCircuitBreaker.threshold", 0)
    rollback_reason: str = reply_field("rollback.reason", "")
    alarms: tuple[str, ...] = reply_field("alarms.triggeredAlarmNames", (), read=tuple)
    created_at: datetime = reply_field("createdAt")
    rollback_started_at: datetime | None = reply_field("rollback.startedAt", None)
    configuration: Mapping[str, Any] = reply_field("deploymentConfiguration", Factory(dict))

    @property
    def is_in_progress(self) -> bool:
        """Whether it is not over; a status that ECS has added since says no end."""
        return self.status not in ENDED

    @property
    def is_status_known(self) -> bool:
        return self.status in (*STARTED, *UNDONE, *ENDED)

    @property
    def is_undone(self) -> bool:
        """Whether ECS takes it back, so that no one decides on it any more."""
        return self.status in UNDONE

    @property
    def deployment_id(self) -> str:
        """The id that DescribeServices gives the deployment: the target revision's ARN ends in its digits."""
        return f"ecs-svc/{self.target.arn.rpartition('/')[2]}"

    @property
    def is_rolling_back(self) -> bool:
        return self.status.startswith("ROLLBACK")


def find_service_deployment(aws: "AwsClients", cluster: str, service: str, deployment_id: str) -> str | None:
    """Return the ARN of the service deployment that belongs to a deployment of DescribeServices.

    The service revision that it targets ends in the deployment id's digits (``ecs-svc/123`` and
    ``...:service-revision/cluster/service/123``); no other call shows it.
    """
    digits = deployment_id.rpartition("/")[2]
    for brief in _listed(aws, cluster, service):
        if brief.get("targetServiceRevisionArn", "").rpartition("/")[2] == digits:
            return str(brief["serviceDeploymentArn"])
    return None


def newest_service_deployment(aws: "AwsClients", cluster: str, service: str) -> str:
    """Return the ARN of a service's newest service deployment; empty where ECS has none of 90 days."""
    return next((str(brief["serviceDeploymentArn"]) for brief in _listed(aws, cluster, service)), "")


def _listed(aws: "AwsClients", cluster: str, service: str) -> Iterator[Mapping[str, Any]]:
    more: dict[str, Any] = {}
    while True:
        with calling("ecs:ListServiceDeployments", f"service {service}"):
            reply: Mapping[str, Any] = aws.ecs.list_service_deployments(
                cluster=cluster, service=service, **more
            )
        yield from member(reply, "serviceDeployments", "ListServiceDeployments")
        if not reply.get("nextToken"):
            return
        more = {"nextToken": reply["nextToken"]}


def describe_service_deployment(aws: "AwsClients", arn: str) -> ServiceDeployment | None:
    """Return the service deployment, or none where ECS no longer has it."""
    with calling("ecs:DescribeServiceDeployments", arn):
        reply: Mapping[str, Any] = aws.ecs.describe_service_deployments(serviceDeploymentArns=[arn])
    described = member(reply, "serviceDeployments", "DescribeServiceDeployments")
    return from_reply(ServiceDeployment, described[0]) if described else None


def roll_back(aws: "AwsClients", arn: str) -> None:
    """Stop a service deployment, and let ECS go back to what served before."""
    with calling("ecs:StopServiceDeployment", arn):
        aws.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")


def answer_hook(
    aws: "AwsClients", arn: str, hook_id: str, action: "DeploymentLifecycleHookActionType"
) -> None:
    """Continue or roll back a service deployment at one of its hooks; sent once, since ECS takes no token."""
    with calling("ecs:ContinueServiceDeployment", arn), at_most_once():
        aws.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook_id, action=action)


@frozen(kw_only=True)
class ResolvedBalancer:
    """A target group that a revision's tasks are in, and the rule that sends it production traffic.

    The rule is a listener's ARN behind a Network Load Balancer, and empty where ECS shifts no traffic.
    """

    target_group: str = reply_field("targetGroupArn")
    production_rule: str = reply_field("productionListenerRule", "")


@frozen(kw_only=True)
class ServiceRevision:
    """What a service was at the start of a deployment."""

    arn: str = reply_field("serviceRevisionArn")
    task_definition: str = reply_field("taskDefinition")
    balancers: tuple[ResolvedBalancer, ...] = reply_field(
        "resolvedConfiguration.loadBalancers",
        (),
        read=lambda items: tuple(from_reply(ResolvedBalancer, x) for x in items if "targetGroupArn" in x),
    )


def describe_service_revisions(aws: "AwsClients", arns: Sequence[str]) -> dict[str, ServiceRevision]:
    """Return service revisions by their ARNs; ECS forgets old ones."""
    if not arns:
        return {}
    with calling("ecs:DescribeServiceRevisions", ", ".join(arns)):
        reply: Mapping[str, Any] = aws.ecs.describe_service_revisions(serviceRevisionArns=list(arns))
    described = member(reply, "serviceRevisions", "DescribeServiceRevisions")
    return {item["serviceRevisionArn"]: from_reply(ServiceRevision, item) for item in described}
