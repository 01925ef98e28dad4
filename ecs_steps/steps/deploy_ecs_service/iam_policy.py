"""What *Deploy Amazon ECS Service* needs to be allowed; pure, no AWS.

CloudFormation makes, changes, deletes and rolls back the template's resources with the credentials of the
step. What it needs for them is what the resource types themselves declare (``handlers.*.permissions`` of
their schemas): each read, and those changes that a property of this template brings about. A release that no
longer has a resource, such as the log group, needs what its forerunner needed as well, to delete it.

Not part of it: `iam:CreateServiceLinkedRole`, since the account has the role of ECS as soon as it has a
cluster, and this step finds its cluster there; and what an assumed role is assumed with.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from attrs import evolve

from ecs_steps.iam import (
    Scope,
    Statement,
    check_cluster,
    execution_policy_arn,
    explain_failures,
    pass_to_tasks,
    policy_document,
)
from ecs_steps.images.permissions import read_images
from ecs_steps.octopus.inputs.shared_inputs import OnFailure, Secrecy, last_of
from ecs_steps.steps.deploy_ecs_service.inputs import DeployInputs
from ecs_steps.steps.task_set_policy import begin_task_set, end_task_set, read_task_sets
from ecs_steps.task_definition.container_logging import LogDriver

MAX_ROLE_NAME_LENGTH = 64
MAX_SERVICE_NAME_LENGTH = 255
_SUFFIX = "-xxxxxxxxxxxx"


def permissions(inputs: DeployInputs, *, diagnostics: bool) -> dict[str, Any]:
    """Return the policy; with `diagnostics` it also allows what explains a failure."""
    scope = _scope(inputs)
    statements = chain(
        _preflight(inputs, scope),
        _stack(inputs, scope),
        _task_definition(inputs, scope),
        _roles(inputs, scope),
        _infrastructure_roles(inputs),
        _service(inputs, scope),
        _task_sets(inputs, scope),
        _log_group(inputs, scope),
        read_images(_pinned_images(inputs)),
    )
    if diagnostics:
        explaining = explain_failures(
            scope,
            inputs.cluster,
            log_groups=_read_log_groups(inputs, scope),
            # What task sets are deployed with shows their targets as well.
            target_groups=bool(inputs.load_balancer_mappings) and not inputs.has_task_sets,
        )
        statements = chain(statements, explaining)
    return policy_document(statements)


def _pinned_images(inputs: DeployInputs) -> Iterator[str]:
    """Yield the images whose digests the step resolves."""
    if inputs.resolve_digests:
        yield from (inputs.image(spec.container_image_reference) for spec in inputs.containers)


def _scope(inputs: DeployInputs) -> Scope:
    targets = (mapping.target_group_arn for mapping in inputs.load_balancer_mappings)
    roles = (inputs.task_role or "", inputs.task_execution_role or "")
    return Scope.from_arns(inputs.region, [*inputs.arns_of_account, *roles, *targets])


def _preflight(inputs: DeployInputs, scope: Scope) -> Iterator[Statement]:
    yield check_cluster(scope, inputs.cluster)
    yield Statement(sid="FindItsScaling", actions=("application-autoscaling:DescribeScalableTargets",))


def _stack(inputs: DeployInputs, scope: Scope) -> Iterator[Statement]:
    cancel = ("cloudformation:CancelUpdateStack",) if inputs.on_failure is OnFailure.ROLLBACK else ()
    yield Statement(
        sid="DeployTheStack",
        actions=(
            "cloudformation:DescribeStacks",
            "cloudformation:CreateStack",
            "cloudformation:UpdateStack",
            "cloudformation:DeleteStack",
            "cloudformation:ContinueUpdateRollback",
            *cancel,
            "cloudformation:DescribeStackEvents",
            "cloudformation:DescribeStackResources",
            "cloudformation:TagResource",
            "cloudformation:UntagResource",
        ),
        resources=(scope.arn("cloudformation", f"stack/{inputs.stack_name}/*"),),
    )
    yield Statement(
        sid="PlanItsChanges",
        actions=(
            "cloudformation:CreateChangeSet",
            "cloudformation:DescribeChangeSet",
            "cloudformation:ListChangeSets",
            "cloudformation:DeleteChangeSet",
        ),
        resources=(scope.arn("cloudformation", f"stack/{inputs.stack_name}/*"),),
    )
    if inputs.template_bucket:
        objects = f"{inputs.template_bucket}/ecs-steps/{inputs.stack_name}/*"
        yield Statement(
            sid="UploadTheTemplate",
            # CloudFormation reads the template as the one who names it.
            actions=("s3:PutObject", "s3:GetObject"),
            resources=(f"arn:{scope.partition}:s3:::{objects}",),
        )


def _task_definition(inputs: DeployInputs, scope: Scope) -> Iterator[Statement]:
    yield Statement(
        sid="RegisterTheTaskDefinition",
        actions=(
            "ecs:RegisterTaskDefinition",
            "ecs:TagResource",
            "ecs:UntagResource",
            "ecs:ListTagsForResource",
        ),
        resources=(scope.arn("ecs", f"task-definition/{inputs.service_task_name}:*"),),
    )
    yield Statement(
        sid="ReadAndRetireTaskDefinitions",
        actions=("ecs:DescribeTaskDefinition", "ecs:DeregisterTaskDefinition"),
    )


def _infrastructure_roles(inputs: DeployInputs) -> Iterator[Statement]:
    if roles := inputs.infrastructure_roles:
        yield Statement(
            sid="PassTheInfrastructureRole",
            actions=("iam:PassRole",),
            resources=roles,
            condition={"StringEquals": {"iam:PassedToService": "ecs.amazonaws.com"}},
        )


def _roles(inputs: DeployInputs, scope: Scope) -> Iterator[Statement]:
    given = list(dict.fromkeys(role for role in (inputs.task_role, inputs.task_execution_role) if role))
    if given:
        yield Statement(sid="ReadTheRoles", actions=("iam:GetRole",), resources=tuple(given))
    if inputs.task_execution_role:
        yield pass_to_tasks(given)
        return
    made = scope.role(_generated_name(inputs, "TaskExecutionRole", MAX_ROLE_NAME_LENGTH))
    yield Statement(
        sid="MakeTheExecutionRole",
        actions=(
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:GetRole",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:PutRolePolicy",
            "iam:GetRolePolicy",
            "iam:DeleteRolePolicy",
            "iam:ListRolePolicies",
            "iam:ListAttachedRolePolicies",
        ),
        resources=(made,),
    )
    yield Statement(
        sid="AttachTheExecutionPolicy",
        actions=("iam:AttachRolePolicy", "iam:DetachRolePolicy"),
        resources=(made,),
        condition={"ArnEquals": {"iam:PolicyARN": execution_policy_arn(inputs.region)}},
    )
    yield pass_to_tasks([*given, made])


def _service_name(inputs: DeployInputs) -> str:
    return f"{inputs.cluster}/{_generated_name(inputs, 'Service', MAX_SERVICE_NAME_LENGTH)}"


def _task_sets(inputs: DeployInputs, scope: Scope) -> Iterator[Statement]:
    if not inputs.has_task_sets:
        return
    name, rule = _service_name(inputs), inputs.production_rule
    yield from read_task_sets()
    # IAM takes 6,144 characters, and the stack alone needs most of them.
    merged: dict[tuple[str, ...], Statement] = {}
    for each in (*begin_task_set(scope, name, rule), *end_task_set(scope, name, rule, scales=False)):
        before = merged.get(each.resources, each)
        actions = dict.fromkeys((*before.actions, *each.actions))
        merged[each.resources] = evolve(before, actions=tuple(actions))
    yield from merged.values()


def _service(inputs: DeployInputs, scope: Scope) -> Iterator[Statement]:
    name = _service_name(inputs)
    service = scope.arn("ecs", f"service/{name}")
    yield Statement(
        sid="RunTheService",
        actions=(
            "ecs:CreateService",
            "ecs:UpdateService",
            "ecs:DeleteService",
            "ecs:DescribeServices",
            "ecs:TagResource",
            "ecs:UntagResource",
            "ecs:ListTagsForResource",
        ),
        resources=(service,),
    )
    yield Statement(
        sid="FollowItsDeployments",
        actions=(
            "ecs:ListServiceDeployments",
            "ecs:DescribeServiceDeployments",
            "ecs:StopServiceDeployment",
        ),
        resources=(service, scope.arn("ecs", f"service-deployment/{name}/*")),
    )


def _log_group(inputs: DeployInputs, scope: Scope) -> Iterator[Statement]:
    if not inputs.log_group:
        return
    group = scope.log_group(inputs.log_group)
    yield Statement(
        sid="KeepTheLogGroup",
        actions=(
            "logs:CreateLogGroup",
            "logs:DeleteLogGroup",
            "logs:TagResource",
            "logs:UntagResource",
            "logs:ListTagsForResource",
            "logs:GetDataProtectionPolicy",
            # The last release may have set a retention that this one removes.
            "logs:PutRetentionPolicy",
            "logs:DeleteRetentionPolicy",
        ),
        # Tags are kept on the group's own ARN, and the rest on the one that takes its streams in.
        resources=(group, f"{group}:*"),
    )
    yield Statement(
        sid="FindTheLogGroup",
        actions=(
            "logs:DescribeLogGroups",
            "logs:DescribeIndexPolicies",
            "logs:DescribeResourcePolicies",
        ),
    )


def _read_log_groups(inputs: DeployInputs, scope: Scope) -> Iterator[str]:
    """Yield the groups that containers log to, each once; none where their logs are not to be shown."""
    if not inputs.container_logs:
        return
    groups = {scope.log_group(inputs.log_group): None} if inputs.log_group else {}
    for spec in inputs.containers:
        logging = spec.container_logging
        options = last_of(logging.options, Secrecy.PLAIN)
        if logging.log_driver is LogDriver.AWS_LOGS and (group := options.get("awslogs-group")):
            groups[scope.log_group(group, options.get("awslogs-region", ""))] = None
    yield from groups


def _generated_name(inputs: DeployInputs, kind: str, max_length: int) -> str:
    """Match the name that CloudFormation gives: ``<stack>-<logical id>-<12 letters and digits>``.

    Where that is too long it cuts what takes more than about half of the room.
    """
    stack, logical_id = inputs.stack_name, inputs.logical_id(kind)
    if len(f"{stack}-{logical_id}{_SUFFIX}") <= max_length:
        return f"{stack}-{logical_id}-*"
    half = (max_length - len(_SUFFIX)) // 2 - 1
    return f"{stack if len(stack) <= half else f'{stack[:half]}*'}-{kind}*"
