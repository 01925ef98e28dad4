"""The sandbox's end of the transport, with backends of our own behind it."""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from attrs import define, field
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ClientError

from ecs_steps.sandbox.faults import FaultLine
from ecs_steps.sandbox.moto_account import MotoAccount
from ecs_steps.sandbox.protocol import Request
from ecs_steps.sandbox.service_error import ServiceError
from ecs_steps.sandbox.session import SandboxSession
from ecs_steps.sandbox.timeline import Timeline, VirtualClock
from ecs_steps.sandbox.transport import Region, Transport


@define
class Clusters:
    """A backend that draws an id in every operation."""

    ids: random.Random

    def create_cluster(self, request: dict[str, Any]) -> dict[str, Any]:
        drawn = self.ids.random()
        if request["clusterName"] == "taken":
            raise ServiceError("InvalidParameterException", "It is taken.", 409)
        request["clusterName"] = "changed by the backend"
        return {"cluster": {"clusterName": str(drawn)}}

    def list_clusters(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"clusterArns": [str(self.ids.random())]}


@define
class Notes:
    """A recorder."""

    request: list[str] = field(factory=list)

    def carried_out(self, request: Request, at: datetime) -> None:
        self.request.append(f"{request.operation} {at:%H:%M:%S.%f}")


@pytest.fixture
def transport() -> Transport:
    timeline, ids = Timeline(), random.Random(1)  # noqa: S311  ids, no secrets
    return Transport(
        timeline=timeline,
        moto=MotoAccount(lambda: SandboxSession(VirtualClock(timeline), region="eu-west-1"), seed=1),
        faults=FaultLine(()),
        regions={"eu-west-1": Region(backends={"ecs": Clusters(ids)}, ids=ids)},
        make_region=lambda _: Region(backends={"ecs": Clusters(ids)}, ids=ids),
        recorder=Notes(),
    )


@pytest.fixture
def client_of(transport: Transport) -> Callable[..., Any]:
    clock = VirtualClock(transport.timeline)
    session = SandboxSession(clock, region="eu-west-1")

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        return transport.answer(request, clock)

    session.register("before-send", answer)  # type: ignore[arg-type]  # its types forget replies
    return session.client


def test_a_service_error_is_a_modelled_error(client_of: Callable[..., Any]) -> None:
    client = client_of("ecs")

    with pytest.raises(client.exceptions.InvalidParameterException) as caught:
        client.create_cluster(clusterName="taken")

    assert caught.value.response["Error"]["Message"] == "It is taken."
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_only_a_change_that_is_carried_out_uses_ids_up(
    transport: Transport, client_of: Callable[..., Any]
) -> None:
    client = client_of("ecs")
    state = transport.regions["eu-west-1"].ids.getstate()

    client.list_clusters()
    with pytest.raises(ClientError):
        client.create_cluster(clusterName="taken")
    unchanged = transport.regions["eu-west-1"].ids.getstate()
    client.create_cluster(clusterName="web")

    assert unchanged == state
    assert transport.regions["eu-west-1"].ids.getstate() != state


def test_the_recorder_is_notified_of_changes_alone(
    transport: Transport, client_of: Callable[..., Any]
) -> None:
    client = client_of("ecs")

    client.list_clusters()
    with pytest.raises(ClientError):
        client.create_cluster(clusterName="taken")
    client.create_cluster(clusterName="web")
    client_of("logs").create_log_group(logGroupName="/ecs/web")

    assert transport.recorder == Notes(["CreateCluster 09:00:00.060000", "CreateLogGroup 09:00:00.080000"])


def test_a_backend_cannot_change_what_was_noted(transport: Transport, client_of: Callable[..., Any]) -> None:
    client_of("ecs").create_cluster(clusterName="web")

    assert transport.calls[0].params == {"clusterName": "web"}


def test_a_region_is_made_at_its_first_request(transport: Transport, client_of: Callable[..., Any]) -> None:
    client_of("ecs", region_name="us-east-1").list_clusters()

    assert sorted(transport.regions) == ["eu-west-1", "us-east-1"]


def test_a_mistake_in_a_backend_is_not_mistaken_for_a_reply(client_of: Callable[..., Any]) -> None:
    client = client_of("ecs")
    client.meta.events.register("before-parameter-build.ecs.CreateCluster", _forget_the_name)

    with pytest.raises(KeyError, match="clusterName"):
        client.create_cluster(clusterName="web")


def _forget_the_name(**event: Any) -> None:  # noqa: ANN401  what botocore emits
    event["params"].clear()
