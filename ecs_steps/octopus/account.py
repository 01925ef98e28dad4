"""The AWS account of a step, from the variables that Octopus expands it into.

`Octopus.Action.AwsAccount.Variable` holds the name of a variable whose own parts are the account:
`A.AccessKey` and `A.SecretKey`, or `A.RoleArn` and `A.OpenIdConnect.Jwt`. The account of a deployment target
has no name; its parts stand under `Octopus.Action.Amazon`. A part that is empty under the one is read under
the other.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, TypeVar

import attrs
from attrs import frozen

from ecs_steps.account import SESSION_NAME, AccessKeys, Account, AssumedRole, InstanceRole, Login, WebIdentity
from ecs_steps.octopus.inputs.converter import FieldError, UnresolvedText, collect, field_value, hidden
from ecs_steps.octopus.inputs.types import Bool, Role, SessionName, SessionSeconds, Text
from ecs_steps.octopus.json_text import Unresolved

ACCOUNT_NAME = "Octopus.Action.AwsAccount.Variable"
TARGET_PREFIX = "Octopus.Action.Amazon"
TASK_TOKEN = "Octopus.OpenIdConnect.Jwt"  # noqa: S105  the name of a variable
EXPRESSION = re.compile(r"#\{[^{}]*\}?")

# The bounds are those of STS.
AccessKeyId = Annotated[str, Text(r"[A-Za-z0-9_]{1,128}", "an access key id")]
SecretKey = Annotated[str, Text(r"[!-~]+", "a secret key without spaces")]
Token = Annotated[str, Text(r"[!-~]{4,20000}", "a JSON web token")]
ExternalId = Annotated[
    str, Text(r"[A-Za-z0-9_+=,.@:/-]{2,1224}", "2 to 1224 letters, digits and characters of _+=,.@:/-")
]

Read = TypeVar("Read", bound=attrs.AttrsInstance)


@frozen(kw_only=True, init=False, repr=False, eq=False)
class _KeyFields:
    access_key: AccessKeyId = hidden()
    secret_key: SecretKey = hidden()


@frozen(kw_only=True, init=False, repr=False, eq=False)
class _IdentityFields:
    role_arn: Role
    token: Token = hidden()
    session_duration: SessionSeconds | None = None


@frozen(kw_only=True, init=False, repr=False, eq=False)
class _RoleFields:
    role_arn: Role
    session_name: SessionName = SESSION_NAME
    session_duration: SessionSeconds | None = None
    external_id: ExternalId | None = hidden(default=None)


@frozen(kw_only=True)
class OctopusAccount(Account):
    """The account that the variables hold.

    `errors` are the variables that keep it from being whole; their paths begin with the variable's name, and
    what else is here is only to be used where there are none.
    """

    errors: tuple[FieldError, ...] = ()


@frozen(kw_only=True)
class _Choices:
    name: str = ""
    is_instance_role: Bool = False
    assumes_role: Bool = False


def read_account(variables: Mapping[str, str]) -> OctopusAccount:
    """Read the account; half of one is an error, none at all is the environment's."""
    chosen, errors = _read(
        _Choices,
        _Choices,
        variables,
        name=[ACCOUNT_NAME],
        is_instance_role=["Octopus.Action.AwsAccount.UseInstanceRole"],
        assumes_role=["Octopus.Action.Aws.AssumeRole"],
    )
    login, missing = _read_login(chosen, variables)
    assumed, unread = _read_assumed_role(variables) if chosen.assumes_role else (None, ())
    return OctopusAccount(login=login, assumed_role=assumed, errors=errors + missing + unread)


def _read_login(
    chosen: _Choices, variables: Mapping[str, str]
) -> tuple[Login | None, tuple[FieldError, ...]]:
    if chosen.is_instance_role:
        return InstanceRole(), ()
    named = [chosen.name] if chosen.name and not isinstance(chosen.name, UnresolvedText) else []
    prefixes = [*named, TARGET_PREFIX]
    for prefix in prefixes:
        if any(_has_value(variables, f"{prefix}.{part}") for part in ("AccessKey", "SecretKey")):
            return _read(
                AccessKeys,
                _KeyFields,
                variables,
                access_key=[f"{each}.AccessKey" for each in prefixes],
                secret_key=[f"{each}.SecretKey" for each in prefixes],
            )
        if any(_has_value(variables, f"{prefix}.{part}") for part in ("RoleArn", "OpenIdConnect.Jwt")):
            return _read(
                WebIdentity,
                _IdentityFields,
                variables,
                role_arn=[f"{each}.RoleArn" for each in prefixes],
                token=[*(f"{each}.OpenIdConnect.Jwt" for each in named), TASK_TOKEN],
                session_duration=[f"{each}.SessionDuration" for each in named],
            )
    return None, ()


def _read_assumed_role(variables: Mapping[str, str]) -> tuple[AssumedRole, tuple[FieldError, ...]]:
    # Octopus says `Assume` in two of these names and `Assumed` in the others.
    return _read(
        AssumedRole,
        _RoleFields,
        variables,
        role_arn=["Octopus.Action.Aws.AssumedRoleArn"],
        session_name=["Octopus.Action.Aws.AssumedRoleSession"],
        session_duration=["Octopus.Action.Aws.AssumeRoleSessionDurationSeconds"],
        external_id=["Octopus.Action.Aws.AssumeRoleExternalId"],
    )


def _read(
    cls: type[Read], typed: type[attrs.AttrsInstance], variables: Mapping[str, str], **sources: Sequence[str]
) -> tuple[Read, tuple[FieldError, ...]]:
    """Read each field, by its type in `typed`, from the first of its variables that has a value.

    An error is at the variable's name.
    """
    fields = attrs.fields_dict(typed)
    chosen = {
        field: next((name for name in names if _has_value(variables, name)), next(iter(names), ""))
        for field, names in sources.items()
    }
    values, errors = collect(
        (name, partial(field_value, fields[field], _evaluated_value(variables, name)))
        for field, name in chosen.items()
    )
    return cls(**dict(zip(chosen, values, strict=True))), errors


def _has_value(variables: Mapping[str, str], name: str) -> bool:
    return bool(variables.get(name, "").strip())


def _evaluated_value(variables: Mapping[str, str], name: str) -> str | Unresolved:
    """Return a value as it was evaluated; an expression that is left in it is one without a value."""
    value = variables.get(name, "").strip()
    return Unresolved(value, tuple(EXPRESSION.findall(value))) if "#{" in value else value
