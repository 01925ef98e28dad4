"""The AWS clients that a step uses, each made when it is first needed."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, cast

import botocore.session
from botocore.config import Config

from ecs_steps.version import __version__

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_elbv2 import ElasticLoadBalancingv2Client
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client

USER_AGENT = f"ecs-steps/{__version__}"


class Session(Protocol):
    """What makes clients, as a `boto3.Session` does."""

    def client(self, service_name: str, **options: Any) -> Any: ...  # noqa: ANN401  boto3's own signature


class AwsClients:
    """Clients of one account and region.

    Their retries are botocore's standard ones: three attempts, then the error; polling goes on from there.
    """

    def __init__(
        self, session: Session, *, region: str | None = None, endpoint_url: str | None = None
    ) -> None:
        self._session = session
        self._region = region
        self._endpoint_url = endpoint_url
        self._logs: dict[str, CloudWatchLogsClient] = {}

    @property
    def region(self) -> str:
        """The region of the clients, whoever chose it."""
        return str(self.ecs.meta.region_name)

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        return cast("CloudFormationClient", self._client("cloudformation"))

    @cached_property
    def ecs(self) -> "ECSClient":
        return cast("ECSClient", self._client("ecs"))

    @cached_property
    def ecs_once(self) -> "ECSClient":
        """ECS without retries, for calls that would be carried out twice: ECS has no client tokens here."""
        return cast("ECSClient", self._client("ecs", attempts=1))

    @cached_property
    def elbv2(self) -> "ElasticLoadBalancingv2Client":
        return cast("ElasticLoadBalancingv2Client", self._client("elbv2"))

    def logs_in(self, region: str) -> "CloudWatchLogsClient":
        """CloudWatch Logs of the region that a container logs to, which need not be its own."""
        region = region or self.region
        if region not in self._logs:
            self._logs[region] = cast("CloudWatchLogsClient", self._client("logs", region=region))
        return self._logs[region]

    @cached_property
    def s3(self) -> "S3Client":
        return cast("S3Client", self._client("s3"))

    def _client(self, service: str, *, attempts: int = 3, region: str | None = None) -> Any:  # noqa: ANN401  typed by the properties above
        config = Config(
            retries={"mode": "standard", "total_max_attempts": attempts}, user_agent_extra=USER_AGENT
        )
        return self._session.client(
            service, config=config, region_name=region or self._region, endpoint_url=self._endpoint_url
        )


class BotocoreSession:
    """botocore's own session as a `Session`: a `boto3.Session` starts slower and adds nothing here."""

    def __init__(self) -> None:
        self._session = botocore.session.Session()

    def client(self, service_name: str, **options: Any) -> Any:  # noqa: ANN401  boto3's own signature
        return self._session.create_client(service_name, **options)


def environment_clients(*, region: str | None = None, endpoint_url: str | None = None) -> AwsClients:
    """Return clients with the environment's credentials, as an Octopus script step or a shell sets them."""
    return AwsClients(BotocoreSession(), region=region, endpoint_url=endpoint_url)
