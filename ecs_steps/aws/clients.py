"""The AWS clients that a step uses, each made when it is first needed."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_elbv2 import ElasticLoadBalancingv2Client
    from mypy_boto3_logs import CloudWatchLogsClient


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
