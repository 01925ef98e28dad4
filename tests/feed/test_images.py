"""A revision as an image: its labels, and that its bytes are deterministic."""

import gzip
import hashlib
import json
from datetime import timedelta, timezone
from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.feed.ecs_source import EcsSource
from ecs_steps.feed.images import EMPTY_LAYER, build_image
from ecs_steps.sandbox import Sandbox
from feed.account import REGISTERED_AT, revision

MARK = "a value that must not be seen"


def test_the_layer_is_the_tar_without_members() -> None:
    tar = gzip.decompress(EMPTY_LAYER)

    assert tar == bytes(1024)
    assert len(EMPTY_LAYER) == 32
    digests = [hashlib.sha256(each).hexdigest() for each in (EMPTY_LAYER, tar)]
    assert digests == [
        "a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4",
        "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    ]


def test_labels_say_what_a_revision_is() -> None:
    labels = json.loads(build_image(revision("orders", 42)).config.body)["config"]["Labels"]

    assert labels == {
        "ecs.family": "orders",
        "ecs.revision": "42",
        "ecs.task-definition-arn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/orders:42",
        "ecs.region": "eu-west-1",
        "ecs.account": "123456789012",
        "ecs.registered-at": "2026-01-05T09:30:15Z",
        "ecs.registered-by": "arn:aws:iam::123456789012:role/ci",
        "ecs.container.web.image": "acme/orders:42",
    }


def test_cpu_and_memory_are_labels_where_the_task_has_them() -> None:
    sized = attrs.evolve(revision("orders", 1), cpu="256", memory="512")

    labels = json.loads(build_image(sized).config.body)["config"]["Labels"]

    assert (labels["ecs.cpu"], labels["ecs.memory"]) == ("256", "512")


def test_a_config_has_what_clients_look_for() -> None:
    config = json.loads(build_image(revision("orders", 1)).config.body)

    assert (config["architecture"], config["os"]) == ("amd64", "linux")
    assert config["created"] == "2026-01-05T09:30:15Z"
    assert len(config["history"]) == len(config["rootfs"]["diff_ids"]) == 1


def test_a_time_is_the_same_wherever_it_was_read() -> None:
    here = revision("orders", 1)
    elsewhere = REGISTERED_AT.astimezone(timezone(timedelta(hours=9)))
    there = attrs.evolve(here, registered_at=elsewhere + timedelta(microseconds=9))

    assert build_image(here) == build_image(there)


@given(number=st.integers(1, 10**6), family=st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True))
def test_equal_revisions_have_equal_bytes(number: int, family: str) -> None:
    one, other = (build_image(revision(family, number)) for _ in range(2))

    assert [blob.body for blob in one] == [blob.body for blob in other]


CONTAINER: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"name": st.just("web"), "image": st.just("acme/web:1"), "memory": st.just(128)},
    optional={
        "environment": st.just([{"name": "KEY", "value": MARK}]),
        "secrets": st.just([{"name": "SECRET", "valueFrom": f"arn:aws:ssm:::parameter/{MARK}"}]),
        "command": st.just(["run", MARK]),
        "entryPoint": st.just([MARK]),
        "logConfiguration": st.just({"logDriver": "awslogs", "options": {"awslogs-group": MARK}}),
        "healthCheck": st.just({"command": ["CMD", MARK]}),
        "dockerLabels": st.just({"label": MARK}),
        "extraHosts": st.just([{"hostname": MARK, "ipAddress": "10.0.0.1"}]),
        "environmentFiles": st.just([{"value": f"arn:aws:s3:::{MARK}", "type": "s3"}]),
    },
)


@given(container=CONTAINER)
def test_an_image_holds_no_value_of_a_container(container: dict[str, Any]) -> None:
    with Sandbox() as aws:
        ecs = aws.session.client("ecs")
        ecs.register_task_definition(
            family="web", containerDefinitions=[container], tags=[{"key": "note", "value": MARK}]
        )
        described = EcsSource(ecs).describe("web", 1)

    assert described
    assert all(MARK.encode() not in blob.body for blob in build_image(described))
