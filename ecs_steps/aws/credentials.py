"""The credentials of an account: made when a session first signs a request, and refreshed while it waits.

Fetching and refreshing are botocore's own; here the account's fields become their arguments.
"""

import re
from collections.abc import Callable
from typing import Any

from attrs import frozen
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    AssumeRoleWithWebIdentityCredentialFetcher,
    CredentialResolver,
    Credentials,
    DeferredRefreshableCredentials,
    EnvProvider,
)

from ecs_steps.account import (
    SESSION_NAME,
    AccessKeys,
    Account,
    AssumedRole,
    InstanceRole,
    WebIdentity,
)
from ecs_steps.aws.errors import calling
from ecs_steps.errors import InvalidInputsError, Problem

_PRINTABLE = re.compile(r"[!-~]+")
_SOURCES = {"env": "the environment variables", "octopus": "the variables' AWS account"}


@frozen(kw_only=True)
class AccountCredentials:
    """What finds the credentials of a session, in the place of botocore's own `chain`.

    `sts` makes clients of STS, with what botocore's fetchers ask for.
    """

    account: Account
    chain: CredentialResolver
    sts: Callable[..., Any]

    def load_credentials(self) -> Credentials | None:
        """Return what signs requests, as botocore's resolver does; None where nothing was found."""
        login, role = _checked(self._login()), self.account.assumed_role
        return self._assume(role, login) if role and login else login

    def _login(self) -> Credentials | None:
        match self.account.login:
            case AccessKeys(access_key=access_key, secret_key=secret_key):
                return Credentials(access_key, secret_key, method="octopus")
            case WebIdentity() as identity:
                return self._web_identity(identity)
            case InstanceRole():
                self.chain.remove(EnvProvider.METHOD)
        return self.chain.load_credentials()

    def _web_identity(self, identity: WebIdentity) -> Credentials:
        fetcher = AssumeRoleWithWebIdentityCredentialFetcher(
            self.sts,
            lambda: identity.token,
            identity.role_arn,
            extra_args=_without_none(RoleSessionName=SESSION_NAME, DurationSeconds=identity.session_duration),
        )
        fetch = _naming_errors("sts:AssumeRoleWithWebIdentity", identity.role_arn, fetcher.fetch_credentials)
        return _SessionCredentials(fetch, "assume-role-with-web-identity")

    def _assume(self, role: AssumedRole, login: Credentials) -> Credentials:
        fetcher = AssumeRoleCredentialFetcher(
            self.sts,
            login,
            role.role_arn,
            extra_args=_without_none(
                RoleSessionName=role.session_name,
                DurationSeconds=role.session_duration,
                ExternalId=role.external_id,
            ),
        )
        fetch = _naming_errors("sts:AssumeRole", role.role_arn, fetcher.fetch_credentials)
        return _SessionCredentials(fetch, "assume-role")


class _SessionCredentials(DeferredRefreshableCredentials):
    """Credentials of a session that may be as short as 15 minutes, which is how early botocore would refresh.

    It is tried from 300 seconds before the end, and from 60 seconds before it must succeed.
    """

    _advisory_refresh_timeout = 300
    _mandatory_refresh_timeout = 60


def _checked(login: Credentials | None) -> Credentials | None:
    """Refuse finished keys that no request can be signed with, such as one that was stored with its line end.

    Raises:
        InvalidInputsError: A key holds white space; it is named and not shown.
    """
    if type(login) is not Credentials:  # those that are fetched are AWS' own
        return login
    keys = {"access key": login.access_key, "secret key": login.secret_key, "session token": login.token}
    problems = tuple(
        Problem(
            path=f"{name} (from {_SOURCES.get(login.method, login.method)})",
            message="holds a blank or a line end, or what no key holds; store it again (printf %s, not echo)",
        )
        for name, key in keys.items()
        if key and not _PRINTABLE.fullmatch(key)
    )
    if problems:
        raise InvalidInputsError(what="The credentials cannot be used", problems=problems)
    return login


def _naming_errors(action: str, role_arn: str, fetch: Callable[[], Any]) -> Callable[[], Any]:
    """Let what goes wrong while credentials are fetched name STS' operation, not the one that needed them."""

    def fetch_naming_errors() -> Any:  # noqa: ANN401  botocore's metadata
        with calling(action, role_arn):
            return fetch()

    return fetch_naming_errors


def _without_none(**arguments: str | int | None) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}
