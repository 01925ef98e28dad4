"""Who may read the feed."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.errors import InvalidInputsError
from ecs_steps.feed.credentials import Credentials

BOTH = Credentials(username="octopus", passwords=("new", "old"))
ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1)


def basic(username: str, password: str) -> str:
    return f"Basic {b64encode(f'{username}:{password}'.encode()).decode()}"


def no_secret(arn: str) -> Mapping[str, object]:
    raise AssertionError(arn)


def variables(values: dict[str, str]) -> dict[str, str]:
    return {f"ECS_STEPS_FEED_{name}": value for name, value in values.items()}


@pytest.mark.parametrize("password", ["new", "old"])
def test_both_passwords_are_accepted_while_one_replaces_the_other(password: str) -> None:
    assert BOTH.accept(basic("octopus", password))
    assert BOTH.accept(basic("octopus", password).replace("Basic", "basic"))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic b2N0b3B1cw==",
        "Bearer new",
        basic("octopus", ""),
        basic("octopus", "neww"),
        basic("octopus", "newold"),
        basic("Octopus", "new"),
        basic("", "new"),
        basic("", ""),
        basic("octopus", "new") + "x",
        "Basic \u00fc\u00fc",
    ],
)
def test_nothing_else_is_accepted(header: str) -> None:
    assert not BOTH.accept(header)


@given(username=ASCII.filter(lambda text: ":" not in text), password=ASCII)
def test_what_octopus_can_send_is_accepted(username: str, password: str) -> None:
    credentials = Credentials(username=username, passwords=(password,))

    assert credentials.accept(basic(username, password))
    assert not credentials.accept(basic(username, password + " "))


@given(header=st.text())
def test_no_header_is_too_odd(header: str) -> None:
    assert not BOTH.accept(header)
    assert not BOTH.accept(f"Basic {header}")


@pytest.mark.parametrize(
    ("username", "password", "path"),
    [
        ("oct:opus", "new", "ECS_STEPS_FEED_USERNAME"),
        ("octop\u00fcs", "new", "ECS_STEPS_FEED_USERNAME"),
        ("octopus", "gr\u00fcn", "ECS_STEPS_FEED_PASSWORD"),
        ("octopus", "a\nb", "ECS_STEPS_FEED_PASSWORD"),
    ],
)
def test_what_octopus_cannot_send_is_refused(username: str, password: str, path: str) -> None:
    with pytest.raises(InvalidInputsError) as raised:
        Credentials(username=username, passwords=(password,))

    assert [problem.path for problem in raised.value.problems] == [path]
    assert password not in str(raised.value)


@pytest.mark.parametrize(
    "values",
    [{}, {"USERNAME": "octopus"}, {"PASSWORD": "new"}, {"USERNAME": "octopus", "PASSWORD_OLD": "old"}],
)
def test_half_of_the_credentials_are_none(values: dict[str, str]) -> None:
    assert Credentials.from_environment(variables(values), no_secret) is None


def test_credentials_are_read_from_the_environment() -> None:
    values = variables({"USERNAME": "octopus", "PASSWORD": "new", "PASSWORD_OLD": "old"})

    assert Credentials.from_environment(values, no_secret) == BOTH


@pytest.mark.parametrize(
    ("secret", "passwords"),
    [
        ({"username": "octopus", "password": "new", "password_old": "old"}, ("new", "old")),
        ({"username": "octopus", "password": "new", "password_old": None}, ("new",)),
        ({"username": "octopus", "password": "new"}, ("new",)),
    ],
)
def test_credentials_are_read_from_a_secret(secret: dict[str, object], passwords: tuple[str, ...]) -> None:
    values = variables({"SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:1:secret:feed", "USERNAME": "x"})

    credentials = Credentials.from_environment(values, lambda _: secret)

    assert credentials == Credentials(username="octopus", passwords=passwords)


def _not_json(_: str) -> Mapping[str, object]:
    raise ValueError("the secret is not a JSON object")


@pytest.mark.parametrize("read", [_not_json, lambda _: {"username": "octopus", "password": 1234}])
def test_a_secret_that_holds_no_credentials_is_refused_unquoted(read: Any) -> None:  # noqa: ANN401  a function
    with pytest.raises(InvalidInputsError) as raised:
        Credentials.from_environment(variables({"SECRET_ARN": "arn:x"}), read)

    assert raised.value.problems[0].path == "ECS_STEPS_FEED_SECRET_ARN"
    assert "1234" not in str(raised.value)


def test_passwords_are_not_shown() -> None:
    assert "new" not in repr(BOTH)
