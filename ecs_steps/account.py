"""Who a step is for AWS, as data: a login, and a role that it assumes on top."""

from typing import TypeAlias

from attrs import field, frozen

SESSION_NAME = "OctopusAwsAuthentication"
"""The name of a session for which none is given: Octopus' own."""


@frozen(kw_only=True)
class AccessKeys:
    """A pair of keys. Neither is shown: a person may have mixed them up."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)


@frozen(kw_only=True)
class WebIdentity:
    """An OpenID Connect account: a role that a token opens. The duration is in seconds."""

    role_arn: str
    token: str = field(repr=False)
    session_duration: int | None = None


@frozen
class InstanceRole:
    """The role of the machine or container that the step runs on, whatever keys the environment holds."""


Login: TypeAlias = AccessKeys | WebIdentity | InstanceRole


@frozen(kw_only=True)
class AssumedRole:
    """A role that the login assumes before it does anything else. The duration is in seconds."""

    role_arn: str
    session_name: str = SESSION_NAME
    session_duration: int | None = None
    external_id: str | None = field(default=None, repr=False)


@frozen(kw_only=True)
class Account:
    """Who a step is for AWS. Without a login it is whoever the environment says."""

    login: Login | None = None
    assumed_role: AssumedRole | None = None
