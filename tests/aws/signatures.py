"""Accounts, and who signed which request to a sandbox."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import field, frozen
from botocore.awsrequest import AWSPreparedRequest

from ecs_steps.account import AccessKeys, Account, WebIdentity
from ecs_steps.aws.clients import AwsClients, account_clients
from ecs_steps.sandbox import Sandbox

ROLE = "arn:aws:iam::123456789012:role/deployer"
PRODUCTION = "arn:aws:iam::123456789012:role/production"
KEYS = AccessKeys(access_key="AKIASHOP", secret_key="hunter2")  # noqa: S106  no secret
OPENID = WebIdentity(role_arn=ROLE, token="eyJhbGciOi", session_duration=7200)  # noqa: S106  no secret


@frozen
class Signed:
    """A request as it went out: who signed it, and the token of a session."""

    host: str
    access_key: str
    token: str
    agent: str


@frozen
class Line:
    """The requests that a sandbox receives."""

    aws: Sandbox
    requests: list[Signed] = field(factory=list)
    issued: list[tuple[str, str]] = field(factory=list)

    def listen(self) -> None:
        events = self.aws.session.get_component("event_emitter")
        events.register_first("before-send", self._note)
        events.register("after-call.sts", self._note_issued)

    def _note(self, request: AWSPreparedRequest, **_: object) -> None:
        by = re.search(r"Credential=([^/]+)/", text(request.headers.get("Authorization")))
        self.requests.append(
            Signed(
                host=request.url.split("/")[2],
                access_key=by[1] if by else "",
                token=text(request.headers.get("X-Amz-Security-Token")),
                agent=text(request.headers.get("User-Agent")),
            )
        )

    def _note_issued(self, parsed: dict[str, Any], **_: object) -> None:
        if credentials := parsed.get("Credentials"):
            self.issued.append((credentials["AccessKeyId"], credentials["SessionToken"]))

    def params_of(self, operation: str) -> list[dict[str, Any]]:
        return [dict(call.params) for call in self.aws.calls if call.operation == operation]

    def signers(self, service: str) -> list[tuple[str, str]]:
        """Return who signed the requests to a service: access key and session token."""
        return [
            (sent.access_key, sent.token) for sent in self.requests if sent.host.startswith(f"{service}.")
        ]


def text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "")


def clients(line: Line, account: Account) -> AwsClients:
    return account_clients(account, region="eu-west-1", session=line.aws.session)


def ends_in(line: Line, **left: float) -> None:
    """Let every session that STS opens end so soon."""

    def shorten(parsed: dict[str, Any], **_: object) -> None:
        if credentials := parsed.get("Credentials"):
            credentials["Expiration"] = datetime.now(UTC) + timedelta(**left)

    line.aws.session.get_component("event_emitter").register("after-call.sts", shorten)
