"""The stacks, revisions and services of a fake AWS account at one time.

They are read from its backends, so that no client has signed in when a step begins.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen

from ecs_steps.sandbox import Sandbox

_STATES = {"STEADY_STATE": "COMPLETED", "STABILIZING": "IN_PROGRESS"}
"""The states of a task set in the words of a deployment."""

_NOTHING = {"id": "", "taskDefinition": "", "rolloutState": "NONE"}


@frozen(kw_only=True)
class ServiceState:
    """A service, its PRIMARY deployment or task set, and the number of its RUNNING tasks by revision.

    One without a PRIMARY has an empty id and revision.
    """

    status: str
    desired_count: int
    deployment_id: str
    revision: str
    rollout_state: str
    running_tasks: Mapping[str, int]


@frozen(kw_only=True)
class DeploymentState:
    """A service deployment: its status, and the pauses at which it waits for a person."""

    status: str
    awaiting: frozenset[str]


@frozen(kw_only=True)
class Inventory:
    """The status of each stack that is not deleted, the content of each active revision, and each service.

    Stacks are known by their id, all else by its ARN. `stack_resources` are the physical ids of all that a
    stack has ever made.
    """

    stacks: Mapping[str, str]
    revisions: Mapping[str, Mapping[str, Any]]
    stack_resources: frozenset[str]
    services: Mapping[str, ServiceState]
    deployments: Mapping[str, DeploymentState]
    shares: Mapping[str, int]
    """The weight of each target group in the rule that shares its traffic, the last one by priority."""
    images: Mapping[str, str]
    """The digest that each tag of ECR has, by its repository and itself (``production/web:1.4.0``)."""


def take_inventory(aws: Sandbox) -> Inventory:
    """Return what the account holds."""
    events = (event for stack in aws.cloudformation.stacks for event in stack.events)
    active = aws.ecs.list_task_definitions({"status": "ACTIVE"})["taskDefinitionArns"]
    return Inventory(
        stacks={s.id: s.status for s in aws.cloudformation.stacks if s.status != "DELETE_COMPLETE"},
        revisions={arn: _content(aws, arn) for arn in active},
        stack_resources=frozenset(event["PhysicalResourceId"] for event in events),
        services={arn: _service_state(aws, cluster, arn) for cluster, arn in _services(aws)},
        deployments=dict(_deployments(aws)),
        shares=dict(_shares(aws)),
        images={f"{name}:{tag}": digest for (name, tag), digest in aws.images.tags.items()},
    )


def _content(aws: Sandbox, arn: str) -> Mapping[str, Any]:
    drawn = ("taskDefinitionArn", "revision", "registeredAt")
    described = aws.ecs.describe_task_definition({"taskDefinition": arn})["taskDefinition"]
    return {name: value for name, value in described.items() if name not in drawn}


def _services(aws: Sandbox) -> Iterator[tuple[str, str]]:
    """Yield the cluster and the ARN of each service."""
    for cluster in aws.ecs.list_clusters({})["clusterArns"]:
        for arn in aws.ecs.list_services({"cluster": cluster})["serviceArns"]:
            yield cluster, arn


def _service_state(aws: Sandbox, cluster: str, arn: str) -> ServiceState:
    [service] = aws.ecs.describe_services({"cluster": cluster, "services": [arn]})["services"]
    served_by = [*service["deployments"], *service.get("taskSets", [])]
    primary = next((each for each in served_by if each["status"] == "PRIMARY"), _NOTHING)
    tasks = aws.ecs.list_tasks({"cluster": cluster, "serviceName": arn})["taskArns"]
    described = aws.ecs.describe_tasks({"cluster": cluster, "tasks": tasks})["tasks"] if tasks else []
    running = (task for task in described if task["lastStatus"] == "RUNNING")
    return ServiceState(
        status=service["status"],
        desired_count=service["desiredCount"],
        deployment_id=primary["id"],
        revision=primary["taskDefinition"],
        rollout_state=primary.get("rolloutState") or _STATES[primary["stabilityStatus"]],
        running_tasks=Counter(task["taskDefinitionArn"] for task in running),
    )


def _deployments(aws: Sandbox) -> Iterator[tuple[str, DeploymentState]]:
    services = (service for cluster in aws.ecs._clusters.all() for service in cluster.services.values())
    for each in (each for service in services for each in service.service_deployments):
        waiting = frozenset(hook.id for hook in each.hooks if hook.awaits_answer)
        # A hook shows its answer a moment later.
        is_answered = any(hook.answer == "ROLLBACK" for hook in each.hooks)
        status = "ROLLBACK_REQUESTED" if is_answered else each.status
        yield each.arn, DeploymentState(status=status, awaiting=waiting)


def _shares(aws: Sandbox) -> Iterator[tuple[str, int]]:
    elbv2 = aws.ecs.elbv2
    for balancer in elbv2.describe_load_balancers({})["LoadBalancers"]:
        named = {"LoadBalancerArn": balancer["LoadBalancerArn"]}
        for listener in elbv2.describe_listeners(named)["Listeners"]:
            rules = elbv2.describe_rules({"ListenerArn": listener["ListenerArn"]})["Rules"]
            for group in (group for rule in rules for group in _targets(rule)):
                yield group["TargetGroupArn"], group["Weight"]


def _targets(rule: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the target groups between which a rule shares traffic; one alone shares none."""
    groups = [
        group for each in rule["Actions"] for group in each.get("ForwardConfig", {}).get("TargetGroups", ())
    ]
    return groups if len(groups) > 1 else ()


def deployed_since(time: datetime, aws: Sandbox) -> Iterator[str]:
    """Yield the revision of each deployment that was started after a time."""
    since = {"after": time.timestamp()}
    for cluster, service in _services(aws):
        request = {"cluster": cluster, "service": service, "createdAt": since}
        for deployment in aws.ecs.list_service_deployments(request)["serviceDeployments"]:
            targets = {"serviceRevisionArns": [deployment["targetServiceRevisionArn"]]}
            [revision] = aws.ecs.describe_service_revisions(targets)["serviceRevisions"]
            yield revision["taskDefinition"]
