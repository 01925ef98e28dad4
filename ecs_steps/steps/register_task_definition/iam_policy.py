"""What *Register Amazon ECS Task Definition* needs to be allowed; pure, no AWS."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from attrs import evolve

from ecs_steps.iam import EVERYTHING, Scope, Statement, pass_to_tasks, policy_document
from ecs_steps.images.permissions import read_images
from ecs_steps.steps.register_task_definition.inputs import RegisterInputs

ROLE_MEMBERS = ("executionRoleArn", "taskRoleArn")


def permissions(inputs: RegisterInputs, *, diagnostics: bool, roles: Sequence[str]) -> dict[str, Any]:  # noqa: ARG001  every step takes them; here no call explains a failure
    """Return the policy; a document names its roles itself."""
    named = [*roles, *_roles_of_document(inputs)]
    scope = Scope.from_arns(inputs.region, [*inputs.arns_of_account, inputs.template, *named])
    images = inputs.chosen_images.values() if inputs.resolve_digests else ()
    return policy_document(
        chain(_registration(inputs, scope, named), read_images(images), _pruning(inputs, scope))
    )


def _roles_of_document(inputs: RegisterInputs) -> list[str]:
    members = inputs.document.members if inputs.document else {}
    return list(dict.fromkeys(members[name] for name in ROLE_MEMBERS if members.get(name)))


def _registration(inputs: RegisterInputs, scope: Scope, roles: Sequence[str]) -> Iterator[Statement]:
    yield Statement(sid="ReadTaskDefinitions", actions=("ecs:DescribeTaskDefinition",))
    yield Statement(
        sid="RegisterTheNextRevision",
        actions=("ecs:RegisterTaskDefinition", "ecs:TagResource"),
        resources=(scope.arn("ecs", f"task-definition/{inputs.target_family}:*"),),
    )
    if inputs.document and roles:
        passed = pass_to_tasks([scope.role(name) for name in roles])
        yield evolve(passed, sid="PassTheRolesOfTheDocument")
    elif not inputs.document:
        yield pass_to_tasks([scope.role(name) for name in roles or [EVERYTHING]])


def _pruning(inputs: RegisterInputs, scope: Scope) -> Iterator[Statement]:
    """Allow old revisions to be let go; what is in use is read from every cluster."""
    if not inputs.keep_revisions:
        return
    yield Statement(
        sid="DeregisterOldRevisions",
        actions=("ecs:ListTaskDefinitions", "ecs:DeregisterTaskDefinition"),
    )
    yield Statement(sid="ListClusters", actions=("ecs:ListClusters",))
    yield Statement(sid="ListServices", actions=("ecs:ListServices",))
    yield Statement(
        sid="ReadRevisionsInUse",
        actions=("ecs:DescribeServices", "ecs:ListServiceDeployments", "ecs:DescribeServiceRevisions"),
        resources=(scope.arn("ecs", "service/*/*"), scope.arn("ecs", "service-revision/*/*/*")),
    )
