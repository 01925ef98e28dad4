"""The AWS clients that a step uses, each made once, when it is first needed.

account -> credentials -> session (`aws.sessions`) -> clients

A proxy is the environment's business: botocore reads HTTPS_PROXY and NO_PROXY.
"""

import os
import re
from threading import RLock
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError

from ecs_steps.account import Account, AssumedRole
from ecs_steps.aws.client_events import (
    DESCRIBED,
    NEEDS_RETRY,
    is_answered_by_moto,
    keep_raw_reply,
    raise_at_once,
)
from ecs_steps.aws.errors import calling, member
from ecs_steps.aws.sessions import (
    CONFIG,
    REGION_VARIABLES,
    AccountSession,
    BareSession,
    BotocoreSession,
    RoleSession,
    Session,
)
from ecs_steps.errors import InvalidInputsError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_elbv2 import ElasticLoadBalancingv2Client
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sts import STSClient


_REGION = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


class AwsClients:
    """Clients of one account and region.

    Their retries are botocore's standard ones: three attempts, then the error; polling continues from there.
    Any number of threads may share them.
    """

    def __init__(
        self, session: Session, *, region: str | None = None, endpoint_url: str | None = None
    ) -> None:
        self._session = session
        self._region = region
        self._endpoint_url = endpoint_url
        self._made: dict[tuple[str, str | None], Any] = {}
        self._making = RLock()

    def in_region(self, region: str) -> "AwsClients":
        """Return clients of another region that act for the same account."""
        return AwsClients(self._session, region=region, endpoint_url=self._endpoint_url)

    @property
    def region(self) -> str:
        """The region of the clients, whoever chose it.

        Raises:
            AwsCallError: No region is configured.
        """
        with calling("ECS"):
            return str(self.ecs.meta.region_name)

    @property
    def are_of_moto(self) -> bool:
        """Whether moto's ``mock_aws`` answers, in place of AWS.

        Raises:
            AwsCallError: No region is configured.
        """
        with calling("ECS"):
            return is_answered_by_moto(lambda: self.ecs)

    @property
    def cloudformation(self) -> "CloudFormationClient":
        return cast("CloudFormationClient", self._client("cloudformation"))

    @property
    def ecs(self) -> "ECSClient":
        return cast("ECSClient", self._client("ecs"))

    def ecr_in(self, region: str = "") -> "ECRClient":
        """Amazon ECR of a region, by default of the clients' own."""
        return cast("ECRClient", self._client("ecr", region=region or None))

    @property
    def elbv2(self) -> "ElasticLoadBalancingv2Client":
        return cast("ElasticLoadBalancingv2Client", self._client("elbv2"))

    @property
    def cloudwatch(self) -> Any:  # noqa: ANN401  one call alone; its stubs would be a dependency
        return self._client("cloudwatch")

    @property
    def autoscaling(self) -> Any:  # noqa: ANN401  one call alone; its stubs would be a dependency
        return self._client("application-autoscaling")

    def service(self, name: str) -> Any:  # noqa: ANN401  as above: a few reads of many services
        """A client of a service that is only read before a deployment."""
        return self._client(name)

    def logs_in(self, region: str) -> "CloudWatchLogsClient":
        """CloudWatch Logs of the region that a container logs to, which need not be its own."""
        return cast("CloudWatchLogsClient", self._client("logs", region=region or self.region))

    @property
    def s3(self) -> "S3Client":
        return cast("S3Client", self._client("s3"))

    @property
    def sts(self) -> "STSClient":
        return cast("STSClient", self._client("sts"))

    def identity(self) -> str:
        """Return the ARN of the identity that AWS sees in these clients' calls; it needs no permission.

        Raises:
            AwsCallError: AWS does not know the credentials, or could not be reached.
        """
        with calling("sts:GetCallerIdentity"):
            return self.sts.get_caller_identity()["Arn"]

    def assume(self, role: AssumedRole) -> "AwsClients":
        """Return clients that act for a role, which these assume now; its session is not refreshed.

        Raises:
            AwsCallError: They may not.
        """
        optional = {"DurationSeconds": role.session_duration, "ExternalId": role.external_id}
        given = {name: value for name, value in optional.items() if value is not None}
        with calling("sts:AssumeRole", role.role_arn):
            reply = self._client("sts").assume_role(
                RoleArn=role.role_arn, RoleSessionName=role.session_name, **given
            )
        keys = member(reply, "Credentials", "AssumeRole")
        acting = RoleSession(
            self._session,
            member(keys, "AccessKeyId", "AssumeRole"),
            keys["SecretAccessKey"],
            keys["SessionToken"],
        )
        return AwsClients(acting, region=self._region, endpoint_url=self._endpoint_url)

    def _client(self, service: str, *, region: str | None = None) -> Any:  # noqa: ANN401  typed by the properties above
        # A session makes one client at a time; what it has made, any number of threads may use.
        with self._making:
            if (service, region) not in self._made:
                client = self._new_client(service, region or self._region)
                client.meta.events.register_first(NEEDS_RETRY, raise_at_once)
                client.meta.events.register(DESCRIBED, keep_raw_reply)
                self._made[service, region] = client
            return self._made[service, region]

    def _new_client(self, service: str, region: str | None) -> Any:  # noqa: ANN401  as above
        variable = next(filter(os.environ.get, REGION_VARIABLES), "")
        if region is None and variable and not _REGION.fullmatch(os.environ[variable]):
            raise InvalidInputsError.of(
                variable, "expected an AWS region, such as eu-west-1", what="AWS cannot be called"
            )
        try:
            client = self._session.client(
                service, config=CONFIG, region_name=region, endpoint_url=self._endpoint_url
            )
            _check_endpoint(client.meta.endpoint_url)
        except BotoCoreError:
            raise
        except ValueError:
            # botocore's text quotes the URL, which may hold a password.
            of_service = f"AWS_ENDPOINT_URL_{service.upper()}"
            variable = of_service if os.environ.get(of_service) else "AWS_ENDPOINT_URL"
            raise InvalidInputsError.of(
                variable if self._endpoint_url is None else "--endpoint-url",
                "is no address that botocore takes: expected http://HOST:PORT or https://HOST:PORT, "
                "without quotes or a user's name, and no underscore in HOST",
                what="AWS cannot be called",
            ) from None
        return client


def _check_endpoint(url: str) -> None:
    """Refuse what botocore only falls over when it sends a request, or quotes with its password.

    Raises:
        ValueError: It is no address of a server.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.username is not None or parts.port == 0:
        raise ValueError


def account_clients(
    account: Account,
    *,
    region: str | None = None,
    endpoint_url: str | None = None,
    session: BareSession | None = None,
) -> AwsClients:
    """Return clients that act for an account, where it is whole; without a login it is the environment's.

    Sessions of STS are refreshed before they end: an assumed role for as long as the login lasts, an OpenID
    Connect role for as long as its token is valid. The account takes the place of the credentials that
    `session` would find; one that has been used before keeps those it found.
    """
    acting = AccountSession(session or BotocoreSession(), account, region=region, endpoint_url=endpoint_url)
    return AwsClients(acting, region=region, endpoint_url=endpoint_url)


def environment_clients(*, region: str | None = None, endpoint_url: str | None = None) -> AwsClients:
    """Return clients with the environment's credentials, as an Octopus script step or a shell sets them."""
    return account_clients(Account(), region=region, endpoint_url=endpoint_url)
