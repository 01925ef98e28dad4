"""Roles of IAM: whom they trust, and what a principal may do."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from ecs_steps.aws.errors import calling, member, returning

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


@frozen(kw_only=True)
class IamRole:
    """A role with its trust policy, as JSON data."""

    arn: str
    trust_policy: Mapping[str, Any] = field(factory=dict)

    def trusts(self, service: str) -> bool:
        """Return whether a service (``ecs-tasks.amazonaws.com``) may assume the role."""
        statements = self.trust_policy.get("Statement", ())
        return any(
            statement.get("Effect") == "Allow" and service in _listed(_principal(statement))
            for statement in ([statements] if isinstance(statements, dict) else statements)
        )


@returning(None, when="NoSuchEntity")
def get_role(aws: "AwsClients", name: str) -> IamRole | None:
    """Return a role, or none where the account has none of that name."""
    with calling("iam:GetRole", f"role {name}"):
        reply = aws.service("iam").get_role(RoleName=name)
    role = member(reply, "Role", "GetRole")
    # botocore has decoded the document.
    return IamRole(arn=role["Arn"], trust_policy=role.get("AssumeRolePolicyDocument", {}))


def denied_actions(
    aws: "AwsClients",
    principal: str,
    actions: Iterable[str],
    resources: Iterable[str],
    *,
    keys: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """Return which actions a role or user may not do on any of the resources, by IAM's policy simulator.

    `keys` are what conditions are compared with; the simulator knows none by itself.
    """
    entries: list[Any] = [
        {"ContextKeyName": key, "ContextKeyType": "string", "ContextKeyValues": [value]}
        for key, value in (keys or {}).items()
    ]
    with calling("iam:SimulatePrincipalPolicy", principal):
        pages = (
            aws.service("iam")
            .get_paginator("simulate_principal_policy")
            .paginate(
                PolicySourceArn=principal,
                ActionNames=list(actions),
                ResourceArns=list(resources),
                ContextEntries=entries,
            )
        )
        results = [
            result
            for page in pages
            for result in member(page, "EvaluationResults", "SimulatePrincipalPolicy")
        ]
    return tuple(
        dict.fromkeys(result["EvalActionName"] for result in results if result["EvalDecision"] != "allowed")
    )


def _principal(statement: Mapping[str, Any]) -> object:
    principal = statement.get("Principal", {})
    return principal.get("Service", ()) if isinstance(principal, dict) else ()


def _listed(value: object) -> tuple[object, ...]:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else ()
