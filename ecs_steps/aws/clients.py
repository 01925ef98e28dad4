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


class Session(Protocol):
    """What makes clients: a `boto3.Session`, or a `botocore.session.Session` as `BotocoreSession`."""

    def client(self, service_name: str, **kwargs: Any) -> Any: ...  # noqa: ANN401  boto's own signature


class AwsClients:
    """Clients of one account and region."""

    def __init__(
        self, session: Session, *, region: str | None = None, endpoint_url: str | None = None
    ) -> None:
        self._session = session
        self._options = {"region_name": region, "endpoint_url": endpoint_url}

    def _client(self, service: str) -> Any:  # noqa: ANN401  typed by the properties below
        return self._session.client(service, **self._options)

    @property
    def region(self) -> str:
        """The region of the clients, whoever chose it."""
        return str(self.ecs.meta.region_name)

    @property
    def partition(self) -> str:
        """The partition of that region, as ARNs name it."""
        return str(self.ecs.meta.partition)

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        return cast("CloudFormationClient", self._client("cloudformation"))

    @cached_property
    def ecs(self) -> "ECSClient":
        return cast("ECSClient", self._client("ecs"))

    @cached_property
    def elbv2(self) -> "ElasticLoadBalancingv2Client":
        return cast("ElasticLoadBalancingv2Client", self._client("elbv2"))

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        return cast("CloudWatchLogsClient", self._client("logs"))

    @cached_property
    def s3(self) -> "S3Client":
        return cast("S3Client", self._client("s3"))


class BotocoreSession:
    """botocore's own session as a `Session`: a `boto3.Session` starts slower and adds nothing here."""

    def __init__(self) -> None:
        self._session = botocore.session.Session()

    def client(self, service_name: str, **kwargs: Any) -> Any:  # noqa: ANN401  boto's own signature
        config = Config(retries={"mode": "standard"}, user_agent_extra=f"ecs-steps/{__version__}")
        return self._session.create_client(service_name, config=config, **kwargs)


def environment_clients(*, region: str | None = None, endpoint_url: str | None = None) -> AwsClients:
    """Return clients with the environment's credentials, as an Octopus script step or a shell sets them."""
    return AwsClients(BotocoreSession(), region=region, endpoint_url=endpoint_url)
