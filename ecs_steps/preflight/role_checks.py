"""The roles of the task, the secrets that it refers to, and what the step itself may do."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ecs_steps.aws.iam_roles import denied_actions, get_role
from ecs_steps.aws.secrets import parameter_exists, secret_exists
from ecs_steps.context import DeploymentContext
from ecs_steps.environments.scope import parts_of_arn
from ecs_steps.errors import AwsCallError
from ecs_steps.iam import EVERYTHING, Scope
from ecs_steps.preflight.check import Found, failed, passed, skipped
from ecs_steps.preflight.plan import TaskPlan

TASKS, ECS = "ecs-tasks.amazonaws.com", "ecs.amazonaws.com"
SECRET_PARTS = 7
"""Parts of a secret's ARN; a container may add a JSON key, a stage and a version."""


def check_roles(plan: TaskPlan, context: DeploymentContext) -> Iterator[Found]:
    """Check that the roles exist, trust the service that assumes them, and may be passed to it."""
    given = [("execution role", plan.execution_role, TASKS), ("task role", plan.task_role, TASKS)]
    given += [("infrastructure role", arn, ECS) for arn in plan.infrastructure_roles]
    for kind, arn, service in given:
        if not arn:
            continue
        role = get_role(context.aws, arn.rpartition("/")[2])
        if role is None:
            yield failed(f"the {kind} {arn} does not exist: create it, or name another one.")
        elif not role.trusts(service):
            yield failed(
                f"the {kind} {arn} does not trust {service}, which has to assume it: add it as a Service to "
                "the role's trust policy, with the action sts:AssumeRole."
            )
        else:
            trusts = f"the {kind} {arn.rpartition('/')[2]} trusts {service}"
            yield _passable(arn, service, trusts, context) if plan.passes_roles else passed(trusts)


def _passable(role: str, service: str, trusts: str, context: DeploymentContext) -> Found:
    try:
        principal = _principal(context)
        if principal is None:
            return passed(trusts)
        keys = {"iam:PassedToService": service}
        denied = denied_actions(context.aws, principal, ["iam:PassRole"], [role], keys=keys)
    except AwsCallError as error:
        return skipped(f"{trusts}; whether the step may pass it is not known. {error}")
    if denied:
        return failed(
            f"{principal} may not pass the role {role} on: allow iam:PassRole on it where "
            f"iam:PassedToService is {service} (`ecs-steps iam-policy` prints the statement)."
        )
    return passed(f"{trusts}, and the step may pass it")


def check_secrets(plan: TaskPlan, context: DeploymentContext) -> Iterator[Found]:
    """Check that secrets and parameters exist, and that the execution role may read them."""
    for reference in plan.secrets:
        action, exists, resource = _source(reference, context)
        if not exists():
            yield failed(
                f"{reference} does not exist, and no task could start: create it, or correct the reference "
                "in the containers."
            )
        elif not plan.execution_role:
            yield passed(f"{resource} exists; the stack's own role reads it")
        else:
            yield _readable(plan.execution_role, action, resource, context)


def _source(reference: str, context: DeploymentContext) -> tuple[str, Callable[[], bool], str]:
    """Return the action that reads a secret, a read that says whether it exists, and its ARN.

    An ARN may be of another region than the service's.
    """
    region, _ = parts_of_arn(reference)
    aws = context.aws.in_region(region) if region else context.aws
    if ":secretsmanager:" in reference:
        arn = ":".join(reference.split(":")[:SECRET_PARTS])
        return "secretsmanager:GetSecretValue", lambda: secret_exists(aws, arn), arn
    if region:
        path = reference.partition(":parameter/")[2]
        name, arn = f"/{path}" if "/" in path else path, reference
    else:
        scope = Scope.from_arns(aws.region, [aws.identity()])
        name, arn = reference, scope.arn("ssm", f"parameter/{reference.removeprefix('/')}")
    return "ssm:GetParameters", lambda: parameter_exists(aws, name), arn


def _readable(role: str, action: str, resource: str, context: DeploymentContext) -> Found:
    try:
        denied = denied_actions(context.aws, role, [action], [resource])
    except AwsCallError as error:
        return skipped(f"{resource} exists; whether {role} may read it is not known. {error}")
    if denied:
        return failed(
            f"the execution role {role} may not read {resource}: allow {action} on it (whether a policy "
            "of the secret itself allows it was not read)."
        )
    return passed(f"{resource} exists, and the execution role may read it")


def check_permissions(plan: TaskPlan, context: DeploymentContext) -> Iterable[Found]:
    """Let IAM's simulator say whether the step may do what its own policy lists."""
    principal = _principal(context)
    if principal is None:
        return [skipped("the credentials are those of an account's root or a federated user")]
    requests = list(_requests(plan.policy))
    if not requests:
        return [skipped("the step's policy names nothing that can be simulated")]
    denied = [
        f"{action} on {', '.join(resources)}"
        for actions, resources in requests
        for action in denied_actions(context.aws, principal, actions, resources)
    ]
    if denied:
        listed = "\n".join(denied)
        return [
            failed(
                f"{principal} may not do all that the step does: give it the policy that `ecs-steps "
                f"iam-policy` prints. It lacks\n{listed}"
            )
        ]
    return [passed(f"{principal} may do what the step's policy lists")]


def _requests(policy: Mapping[str, Any]) -> Iterator[tuple[list[str], list[str]]]:
    """Yield actions and resources that can be simulated: a pattern of resources is no resource.

    What is only allowed on a condition is left out, since the simulator does not know its keys.
    """
    for statement in policy.get("Statement", ()):
        resources = [each for each in statement["Resource"] if each == EVERYTHING or "*" not in each]
        if resources and not statement.get("Condition"):
            yield statement["Action"], resources


def _principal(context: DeploymentContext) -> str | None:
    """Return the ARN of the caller's user or role; a session's own names its role without the path."""
    identity = context.aws.identity()
    _, _, rest = identity.partition(":assumed-role/")
    if rest:
        role = get_role(context.aws, rest.partition("/")[0])
        return role.arn if role else None
    return identity if ":user/" in identity else None
