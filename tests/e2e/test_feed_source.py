"""What the feed reads of AWS, read of an emulator that neither we nor the makers of our sandbox wrote."""

import json

import pytest

from ecs_steps.feed.credentials import SECRET_ARN, Credentials, environment_credentials
from ecs_steps.feed.ecs_source import EcsSource
from ecs_steps.feed.families import Families, run_inline
from ecs_steps.feed.messages import RegistryError
from peers.ministack import Ministack

CONTAINER = {"name": "web", "image": "acme/web:1", "memory": 128}


def test_families_and_revisions_are_read(ministack: Ministack) -> None:
    ecs = ministack.client("ecs")
    for family, times in {"feed-a": 3, "feed-ab": 1, "feed-gone": 1}.items():
        for _ in range(times):
            ecs.register_task_definition(family=family, containerDefinitions=[CONTAINER])
    ecs.deregister_task_definition(taskDefinition="feed-a:2")
    ecs.deregister_task_definition(taskDefinition="feed-gone:1")
    families = Families(source=EcsSource(ecs), prefixes=["feed-a"], spawn=run_inline)

    assert families.names() == ["feed-a", "feed-ab"]
    assert list(families.revisions("feed-a")) == [1, 3]
    assert b"acme/web:1" in families.image("feed-a", 3).config.body
    for number in (2, 99):
        with pytest.raises(RegistryError) as raised:
            families.image("feed-a", number)
        assert raised.value.code == "MANIFEST_UNKNOWN"


def test_credentials_are_read_from_secrets_manager(
    ministack: Ministack, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = {"username": "octopus", "password": "new", "password_old": "old"}
    created = ministack.client("secretsmanager").create_secret(Name="feed", SecretString=json.dumps(secret))
    for name, value in ministack.environment().items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv(SECRET_ARN, created["ARN"])

    assert environment_credentials() == Credentials(username="octopus", passwords=("new", "old"))
