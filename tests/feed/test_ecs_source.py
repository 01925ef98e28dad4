"""ECS as the source, in the sandbox: what each call requests, and how it fails."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ecs_steps.errors import AccessDeniedError, AwsCallError
from ecs_steps.feed.ecs_source import ONE_ATTEMPT, EcsSource
from ecs_steps.feed.families import Families, run_inline
from ecs_steps.feed.messages import RegistryError, Request
from ecs_steps.feed.routes import answer
from ecs_steps.sandbox import Fault, FaultKind, Quota, Sandbox, Scenario

READS = ("DescribeTaskDefinition", "ListTaskDefinitions", "ListTaskDefinitionFamilies")
CONTAINERS: list[Any] = [{"name": "web", "image": "acme/web:1", "memory": 128}]


@pytest.fixture
def aws() -> Iterator[Sandbox]:
    with Sandbox.empty() as sandbox:
        yield sandbox


def client(aws: Sandbox) -> Any:  # noqa: ANN401  botocore's clients are made at run time
    return aws.session.client("ecs", config=ONE_ATTEMPT)


def register(aws: Sandbox, family: str, times: int = 1) -> None:
    for _ in range(times):
        aws.clients.ecs.register_task_definition(family=family, containerDefinitions=CONTAINERS)


def feed(aws: Sandbox) -> Families:
    return Families(source=EcsSource(client(aws)), clock=aws.clock, spawn=run_inline)


def test_families_are_the_active_ones_of_a_prefix(aws: Sandbox) -> None:
    for family in ("shop-api", "shop-web", "gone"):
        register(aws, family)
    client(aws).deregister_task_definition(taskDefinition="gone:1")

    register(aws, "orders")

    assert list(EcsSource(client(aws)).list_families("", "").items) == ["orders", "shop-api", "shop-web"]
    assert list(EcsSource(client(aws)).list_families("shop", "").items) == ["shop-api", "shop-web"]


def test_revisions_are_those_of_exactly_this_family_newest_first(aws: Sandbox) -> None:
    register(aws, "shop", 3)
    register(aws, "shop-web", 2)
    client(aws).deregister_task_definition(taskDefinition="shop:2")

    assert list(EcsSource(client(aws)).newest_revisions("shop", "").items) == [3, 1]


def test_every_page_is_read(aws: Sandbox) -> None:
    for number in range(105):
        register(aws, f"family-{number:03}")
    register(aws, "shop", 205)
    aws.calls.clear()
    families = feed(aws)

    assert len(families.names()) == 106
    assert list(families.revisions("shop")) == list(range(1, 206))
    assert [call.operation for call in aws.calls] == [
        *["ListTaskDefinitionFamilies"] * 2,
        *["ListTaskDefinitions"] * 3,
    ]


def test_a_revision_is_described_only_while_it_is_active(aws: Sandbox) -> None:
    register(aws, "shop", 2)
    client(aws).deregister_task_definition(taskDefinition="shop:1")
    source = EcsSource(client(aws))

    assert source.describe("shop", 1) is None
    assert source.describe("shop", 9) is None
    assert source.describe("nothing", 1) is None
    described = source.describe("shop", 2)
    assert described
    assert described.images == (("web", "acme/web:1"),)


def test_a_revision_from_before_ecs_recorded_times_is_an_image_without_one(aws: Sandbox) -> None:
    register(aws, "shop", 1)

    def forget(**call: Any) -> None:  # noqa: ANN401  botocore's own
        parsed = call["parsed"]
        del parsed["taskDefinition"]["registeredAt"], parsed["taskDefinition"]["registeredBy"]

    aws.session.register("after-call.ecs.DescribeTaskDefinition", forget)

    families = feed(aws)
    manifest = json.loads(answer(Request(path="/v2/shop/manifests/1"), families).body)
    blob = answer(Request(path=f"/v2/shop/blobs/{manifest['config']['digest']}"), families)
    config = json.loads(blob.body)

    assert config["created"] == "1970-01-01T00:00:00Z"
    assert "ecs.registered-at" not in config["config"]["Labels"]


@pytest.mark.parametrize(
    "read",
    [
        lambda source: source.list_families("", ""),
        lambda source: source.newest_revisions("orders", ""),
        lambda source: source.describe("orders", 1),
    ],
    ids=READS[::-1],
)
@pytest.mark.parametrize("kind", FaultKind)
def test_whatever_fails_is_an_error_after_one_attempt(kind: FaultKind, read: Any) -> None:  # noqa: ANN401  a lambda
    with Sandbox(Scenario(faults=tuple(Fault(each, kind) for each in READS))) as aws:
        expected = AccessDeniedError if kind is FaultKind.ACCESS_DENIED else AwsCallError

        with pytest.raises(expected):
            read(EcsSource(client(aws)))

        assert len(aws.calls) <= 1


@pytest.mark.parametrize("kind", FaultKind)
def test_no_fault_makes_a_404_or_an_empty_list(kind: FaultKind) -> None:
    with Sandbox(Scenario(faults=tuple(Fault(each, kind) for each in READS))) as aws:
        families = feed(aws)

        for read in (
            families.names,
            lambda: families.revisions("orders"),
            lambda: families.image("orders", 1),
        ):
            with pytest.raises(RegistryError) as raised:
                read()
            assert raised.value.status in {403, 503}


def test_the_feed_is_never_throttled_where_nothing_else_calls() -> None:
    quotas = (Quota(operations=READS, burst=50, per_second=20),)
    with Sandbox(Scenario(quotas=quotas)) as aws:
        for number in range(150):
            register(aws, f"family-{number:03}")
        families = feed(aws)
        begun = aws.clock.now()

        for name in families.names():
            families.revisions(name)

        seconds = (aws.clock.now() - begun).total_seconds()
        reads = [call for call in aws.calls if call.operation in READS]
        assert not [call for call in reads if call.outcome == "ThrottlingException"]
        assert len(reads) <= 10 + 5 * seconds + 1
