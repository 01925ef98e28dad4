from typing import Any

import pytest

from ecs_steps.octopus.inputs.shared_inputs import KeyValue, Secrecy
from ecs_steps.task_definition.container_updates import (
    Action,
    ContainerUpdate,
    EnvironmentFiles,
    EnvironmentVariables,
    updated,
    with_environment,
    with_environment_files,
)

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:"  # noqa: S105  the ARN of one
DEFINITION = {
    "name": "web",
    "image": "localhost:5000/acme/web:1@sha256:0a1b",
    "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}, {"name": "C", "value": "3"}],
    "secrets": [{"name": "S", "valueFrom": f"{SECRET}s"}, {"name": "T", "valueFrom": f"{SECRET}t"}],
}


def plain(key: str, value: str) -> KeyValue:
    return KeyValue(key=key, value=value)


def secret(key: str, value: str) -> KeyValue:
    return KeyValue(type=Secrecy.SECRET, key=key, value=f"{SECRET}{value}")


def changed(action: Action, *items: KeyValue) -> tuple[list[str], list[str]]:
    """Return the plain and the secret variables after an update, as lines."""
    definition = with_environment(DEFINITION, EnvironmentVariables(action=action, items=items))
    return (
        [f"{entry['name']}={entry['value']}" for entry in definition["environment"]],
        [f"{entry['name']}={entry['valueFrom'].removeprefix(SECRET)}" for entry in definition["secrets"]],
    )


@pytest.mark.parametrize("image", ["acme/web:2", "localhost:5000/a/b@sha256:ff", "repo:1@sha256:ff"])
def test_the_image_is_exactly_the_release_s(image: str) -> None:
    assert updated(DEFINITION, ContainerUpdate(container_name="web"), image) == {**DEFINITION, "image": image}


def test_without_an_image_the_old_one_stays() -> None:
    assert updated(DEFINITION, ContainerUpdate(container_name="web"), "") == DEFINITION


def test_an_appended_key_has_its_new_value_at_its_old_place() -> None:
    items = plain("D", "4"), plain("B", "two"), secret("U", "u"), secret("S", "new")

    assert changed(Action.APPEND, *items) == (["A=1", "B=two", "C=3", "D=4"], ["S=new", "T=t", "U=u"])


def test_appending_nothing_changes_nothing() -> None:
    assert changed(Action.APPEND) == (["A=1", "B=2", "C=3"], ["S=s", "T=t"])


def test_replaced_variables_are_the_given_ones_at_their_old_places() -> None:
    items = plain("D", "4"), plain("C", "3"), plain("A", "one"), secret("T", "t")

    assert changed(Action.REPLACE, *items) == (["A=one", "C=3", "D=4"], ["T=t"])


def test_replacing_with_plain_variables_alone_removes_the_secrets() -> None:
    assert changed(Action.REPLACE, plain("A", "1")) == (["A=1"], [])


def test_replacing_with_nothing_changes_nothing() -> None:
    assert changed(Action.REPLACE) == (["A=1", "B=2", "C=3"], ["S=s", "T=t"])


def test_clearing_removes_plain_and_secret_variables() -> None:
    assert changed(Action.CLEAR) == ([], [])


SETTING = (Action.REPLACE, Action.APPEND)


@pytest.mark.parametrize("action", SETTING)
def test_a_secret_replaces_a_plain_variable(action: Action) -> None:
    environment, secrets = changed(action, secret("A", "a"))

    assert "A=a" in secrets
    assert not [line for line in environment if line.startswith("A=")]


@pytest.mark.parametrize("action", SETTING)
def test_a_plain_variable_replaces_a_secret(action: Action) -> None:
    environment, secrets = changed(action, plain("S", "1"))

    assert "S=1" in environment
    assert not [line for line in secrets if line.startswith("S=")]


def test_variables_that_are_not_named_stay() -> None:
    assert with_environment(DEFINITION, None) == DEFINITION


def test_keys_differ_by_case() -> None:
    environment, _ = changed(Action.APPEND, plain("a", "small"))

    assert environment == ["A=1", "B=2", "C=3", "a=small"]


def test_other_members_of_an_entry_survive_its_new_value() -> None:
    definition = {"name": "web", "environment": [{"name": "A", "value": "1", "sealed": True}]}
    update = EnvironmentVariables(action=Action.APPEND, items=(plain("A", "2"),))

    environment = with_environment(definition, update)["environment"]

    assert environment == [{"name": "A", "value": "2", "sealed": True}]


FIRST, SECOND, THIRD = (f"arn:aws:s3:::config/{name}.env" for name in ("first", "second", "third"))


@pytest.mark.parametrize(
    ("action", "items", "expected"),
    [
        (Action.APPEND, [THIRD], [FIRST, SECOND, THIRD]),
        (Action.APPEND, [SECOND, THIRD, THIRD], [FIRST, SECOND, THIRD]),
        (Action.APPEND, [], [FIRST, SECOND]),
        (Action.REPLACE, [THIRD, FIRST, THIRD], [THIRD, FIRST]),
        (Action.REPLACE, [], [FIRST, SECOND]),
        (Action.CLEAR, [], []),
    ],
)
def test_environment_files_are_read_in_the_order_given_and_once_each(
    action: Action, items: list[str], expected: list[str]
) -> None:
    definition = {"environmentFiles": [{"value": FIRST, "type": "s3"}, {"value": SECOND, "type": "s3"}]}

    changed = with_environment_files(definition, EnvironmentFiles(action=action, items=tuple(items)))

    assert changed == {"environmentFiles": [{"value": arn, "type": "s3"} for arn in expected]}


@pytest.mark.parametrize("action", SETTING)
def test_other_members_of_a_file_survive(action: Action) -> None:
    definition = {"environmentFiles": [{"value": FIRST, "type": "s3", "sealed": True}]}

    assert with_environment_files(definition, EnvironmentFiles(action=action, items=(FIRST,))) == definition


def test_a_container_without_files_gets_its_first() -> None:
    changed = with_environment_files({}, EnvironmentFiles(action=Action.APPEND, items=(FIRST,)))

    assert changed == {"environmentFiles": [{"value": FIRST, "type": "s3"}]}


def test_environment_files_that_are_not_named_stay() -> None:
    definition: dict[str, Any] = {"environmentFiles": [{"value": FIRST, "type": "s3"}]}

    assert with_environment_files(definition, None) == definition
