"""The cluster, whose it is, the stack, its log groups, and what the account may have."""

from collections.abc import Iterable, Iterator

from attrs import evolve

from ecs_steps.aws.cloudformation import describe_stack
from ecs_steps.aws.clusters import describe_cluster
from ecs_steps.aws.logs import log_group_exists
from ecs_steps.aws.quotas import service_quota
from ecs_steps.context import DeploymentContext
from ecs_steps.environments.guard import check_environment
from ecs_steps.environments.scope import GUARD_VARIABLE, GuardMode
from ecs_steps.errors import AwsCallError, InvalidInputsError, NotFoundError, WrongEnvironmentError
from ecs_steps.preflight.check import Found, failed, passed, skipped
from ecs_steps.preflight.plan import TaskPlan
from ecs_steps.reporting.events import Level, Message, Reported
from ecs_steps.stacks.action import StackAction, first_action

CPU_UNITS = 1024
QUOTAS = {
    "Fargate vCPUs": ("fargate", "L-3032A538"),
    "network interfaces": ("vpc", "L-DF5E4CA3"),
    "services in a cluster": ("ecs", "L-9EF96962"),
}
"""The quotas that a deployment can meet, by what they count."""


def check_cluster(plan: TaskPlan, context: DeploymentContext) -> Iterator[Found]:
    """Check that the cluster exists and is ACTIVE."""
    cluster = describe_cluster(context.aws, plan.cluster)
    if cluster is None or cluster.status != "ACTIVE":
        why = f"is {cluster.status}" if cluster else "does not exist"
        yield failed(
            f"{plan.cluster} {why} in {context.aws.region}: correct Octopus.Action.Aws.Ecs.ClusterName, the "
            "account or the region.",
            exit_code=NotFoundError.exit_code,
        )
    else:
        yield passed(f"{cluster.name} is ACTIVE, {cluster.running_tasks} tasks run")


def check_guard(plan: TaskPlan, context: DeploymentContext) -> Iterable[Found]:
    """Check that the cluster and the service belong to the deployment's environment."""
    guard = plan.guard
    if guard.mode is GuardMode.OFF or not (guard.reads_tags or guard.expected_account):
        is_off = f"{GUARD_VARIABLE} is Off" if guard.mode is GuardMode.OFF else ""
        return [skipped(is_off or "the variables name no environment and no expected account")]
    warnings: list[Reported] = []
    try:
        # What only warns is known by its error as well; so is a read that is denied.
        strict = evolve(guard, mode=GuardMode.REFUSE)
        check_environment(strict, evolve(context, report=warnings.append), service=plan.service)
    except WrongEnvironmentError as error:
        if guard.mode is GuardMode.WARN and error.expected != guard.expected_account:
            return [passed(f"{error.what} The step warns and deploys: {GUARD_VARIABLE} is Warn.")]
        return [failed(str(error), exit_code=error.exit_code)]
    except InvalidInputsError as error:
        return [failed("; ".join(error.lines), exit_code=error.exit_code)]
    except NotFoundError:
        return [skipped("there is no such cluster")]
    texts = [each.text for each in warnings if isinstance(each, Message) and each.level is Level.WARNING]
    meant = guard.scope.environment or guard.expected_account
    return [passed(" ".join(texts) or f"nothing contradicts {meant}")]


def check_service(plan: TaskPlan, _: DeploymentContext) -> Iterable[Found]:
    """Check that the service can be deployed, as the step itself found when it planned."""
    match plan.obstacle:
        case None if plan.service:
            return [passed(f"{plan.service.name} can be deployed")]
        case None:
            return [skipped("the step's stack makes the service")]
        case AwsCallError() as error:
            raise error
        case error:
            return [failed(str(error), exit_code=error.exit_code)]


def check_stack(plan: TaskPlan, context: DeploymentContext) -> Iterable[Found]:
    """Check that the stack can be deployed in the state that it is in."""
    if not plan.stack:
        return [skipped("this step has no stack")]
    stack = describe_stack(context.aws, plan.stack)
    action = first_action(stack.status if stack else None)
    status = stack.status if stack else ""
    if action is StackAction.MANUAL:
        return [failed(f"{plan.stack} is {status}: finish or undo the import in the CloudFormation console.")]
    if action is StackAction.WAIT:
        return [failed(f"{plan.stack} is {status}: wait until CloudFormation is done with it.")]
    if stack is None:
        return [passed(f"{plan.stack} is not there yet; the step creates it")]
    return [passed(f"{plan.stack} is {status}; the step will {action.value}")]


def check_log_groups(plan: TaskPlan, context: DeploymentContext) -> Iterator[Found]:
    """Check that log groups exist, and that the one which the stack makes does not."""
    for group in plan.log_groups:
        if group.name == plan.made_log_group:
            continue
        aws = context.aws.in_region(group.region) if group.region else context.aws
        if log_group_exists(aws, group.name):
            yield passed(f"{group.name} exists")
        else:
            yield failed(
                f"{group.name} does not exist in {aws.region}, and no task could start: create it, or set "
                "the log option awslogs-create-group to true."
            )
    if plan.made_log_group:
        yield _made_log_group(plan, context)


def _made_log_group(plan: TaskPlan, context: DeploymentContext) -> Found:
    if describe_stack(context.aws, plan.stack):
        return passed(f"{plan.made_log_group} is the stack's")
    if log_group_exists(context.aws, plan.made_log_group):
        return failed(
            f"{plan.made_log_group} exists already, and the stack is about to make it: set "
            "Octopus.Action.Aws.Ecs.Deploy.LogGroupName to another name, or delete the group."
        )
    return passed(f"{plan.made_log_group} is free; the stack makes it")


def check_quotas(plan: TaskPlan, context: DeploymentContext) -> Iterator[Found]:
    """Compare what the deployment alone needs with the account's quotas; what else runs is not counted."""
    needs: dict[str, float] = {}
    if plan.is_fargate:
        needs["Fargate vCPUs"] = plan.most_tasks * plan.cpu / CPU_UNITS
    if plan.subnets:
        needs["network interfaces"] = plan.most_tasks
    if plan.makes_service:
        cluster = describe_cluster(context.aws, plan.cluster)
        needs["services in a cluster"] = cluster.active_services + 1 if cluster else 1
    for what, need in needs.items():
        service, code = QUOTAS[what]
        quota = service_quota(context.aws, service, code)
        if quota is None:
            yield skipped(f"Service Quotas does not know the quota {code} of {service} ({what})")
        elif need > quota:
            yield failed(
                f"the deployment needs {need:g} {what}, and the account may have {quota:g}: run fewer or "
                f"smaller tasks, or ask AWS for more (Service Quotas, {service}, {code})."
            )
        else:
            yield passed(f"{need:g} of {quota:g} {what}")
