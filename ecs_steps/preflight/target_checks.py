"""The health of a deployment target: a cluster, its tags, its capacity, and what the step may do there."""

from collections.abc import Iterable, Iterator

from ecs_steps.aws.clusters import describe_cluster
from ecs_steps.aws.container_instances import ContainerInstance, container_instances
from ecs_steps.context import DeploymentContext
from ecs_steps.environments.matching import match_cluster
from ecs_steps.preflight.check import Check, CheckTable, Found, failed, passed, run_checks, skipped
from ecs_steps.preflight.cluster_checks import check_cluster, check_guard
from ecs_steps.preflight.plan import TaskPlan
from ecs_steps.preflight.role_checks import check_permissions


def check_tags(plan: TaskPlan, context: DeploymentContext) -> Iterable[Found]:
    """Check that discovery would find the cluster."""
    if not plan.target_tags or not plan.guard.scope.environment:
        return [skipped("the variables name no environment or no target tags")]
    cluster = describe_cluster(context.aws, plan.cluster)
    if cluster is None:
        return [skipped("there is no such cluster")]
    match = match_cluster(cluster.tags, plan.guard.scope, plan.target_tags)
    if match.is_target:
        return [passed(f"it is a target of {plan.guard.scope.environment}: {match.role}")]
    reasons = "; ".join(match.reasons)
    return [failed(f"discovery does not find {cluster.name}: {reasons}. Correct the tags of the cluster.")]


def check_capacity(plan: TaskPlan, context: DeploymentContext) -> Iterator[Found]:
    """Check what runs the tasks: capacity providers, and container instances whose agent is connected."""
    cluster = describe_cluster(context.aws, plan.cluster)
    if cluster is None:
        yield skipped("there is no such cluster")
        return
    providers = ", ".join(cluster.capacity_providers) or "none"
    yield passed(
        f"{cluster.running_tasks} tasks run, {cluster.pending_tasks} are pending; capacity providers: "
        f"{providers}"
    )
    if not cluster.container_instances:
        yield skipped("the cluster has no container instances")
        return
    yield judge_instances(container_instances(context.aws, cluster.name))


def judge_instances(instances: Iterable[ContainerInstance]) -> Found:
    """Return whether every instance that may take tasks has a connected agent."""
    active = [each for each in instances if each.status == "ACTIVE"]
    lost = [each.arn.rpartition("/")[2] for each in active if not each.is_connected]
    if lost:
        return failed(
            f"the agent of {', '.join(lost)} is not connected, and no task starts there: see the agent's log "
            "on the instance, its role and its network."
        )
    if not active:
        return failed("no container instance is ACTIVE: add one, or end the draining of one.")
    return passed(f"{len(active)} container instances are ACTIVE and connected")


def check_target_permissions(plan: TaskPlan, context: DeploymentContext) -> Iterable[Found]:
    """Check what the step may do, where one was chosen."""
    if not plan.policy:
        return [skipped("no step was named: --step says whose permissions are checked")]
    return check_permissions(plan, context)


CHECKS = (
    Check("cluster", check_cluster),
    Check("environment", check_guard),
    Check("tags", check_tags),
    Check("capacity", check_capacity),
    Check("permissions", check_target_permissions),
)


def check_target(plan: TaskPlan, context: DeploymentContext) -> CheckTable:
    """Run every check of a target; AWS is only read."""
    return run_checks(CHECKS, plan, context)
