from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from ecs_steps.sandbox import Fault, FaultKind, Sandbox, Scenario
from ecs_steps.sandbox.server import serve


def client(service: str, url: str) -> Any:  # noqa: ANN401  a generated class
    return botocore.session.Session().create_client(
        service,
        region_name="eu-west-1",
        endpoint_url=url,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="secret",  # noqa: S106  made up
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def test_clients_in_other_places_share_one_account(sandbox: Sandbox) -> None:
    with serve(sandbox) as url:
        client("ecs", url).create_cluster(clusterName="shop-window")

    clusters = sandbox.clients.ecs.describe_clusters(clusters=["shop-window"])["clusters"]
    assert [cluster["status"] for cluster in clusters] == ["ACTIVE"]


def test_services_that_speak_the_query_protocol_and_moto_s_are_reached_as_well(sandbox: Sandbox) -> None:
    with serve(sandbox) as url:
        stacks = client("cloudformation", url).describe_stacks()["Stacks"]
        roles = client("iam", url).list_roles()["Roles"]

    assert (stacks, roles) == ([], [])


def test_an_error_arrives_as_one(sandbox: Sandbox) -> None:
    with serve(sandbox) as url, pytest.raises(ClientError) as raised:
        client("ecs", url).describe_services(cluster="nowhere", services=["web"])

    assert raised.value.response["Error"]["Code"] == "ClusterNotFoundException"


def test_a_lost_connection_arrives_as_one() -> None:
    lost = Scenario(description="Unreachable", faults=(Fault("", FaultKind.CONNECTION_REFUSED),))

    with Sandbox(lost) as sandbox, serve(sandbox) as url, pytest.raises(ConnectionClosedError):
        client("ecs", url).list_clusters()


def test_each_request_takes_its_time(sandbox: Sandbox) -> None:
    before = sandbox.timeline.now

    with serve(sandbox, pace=600) as url:
        client("ecs", url).list_clusters()

    assert timedelta(minutes=10) <= sandbox.timeline.now - before < timedelta(minutes=11)
