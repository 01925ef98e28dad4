"""Whose credentials these are."""

from typing import TYPE_CHECKING

from ecs_steps.aws.errors import calling, member

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


def caller_account(aws: "AwsClients") -> str:
    """Return the id of the account that calls are made in; AWS asks for no permission."""
    with calling("sts:GetCallerIdentity", "*"):
        return str(member(aws.sts.get_caller_identity(), "Account", "GetCallerIdentity"))
