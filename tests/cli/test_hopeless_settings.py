"""Credentials and addresses with which no call can be made: one clear line at once, and no secret in it."""

import os
from importlib.resources import files

import pytest

from ecs_steps.cli.main import main

UPDATE = str(files("ecs_steps.sandbox") / "examples" / "update.json")
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "token"}
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("AWS_ACCESS_KEY_ID", "access key"),
        ("AWS_SECRET_ACCESS_KEY", "secret key"),
        ("AWS_SESSION_TOKEN", "session token"),
    ],
)
@pytest.mark.parametrize("value", ["MARKER\n", " MARKER", "MAR KER", "MARKER\r\n"])
def test_a_key_with_a_blank_is_named_and_not_shown(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, name: str, label: str, value: str
) -> None:
    monkeypatch.setitem(os.environ, name, value)

    assert main(["update", UPDATE, "--endpoint-url", "http://127.0.0.1:9"]) == 2

    printed = capsys.readouterr().err
    assert f"{label} (from the environment variables): holds a blank or a line end" in printed
    assert "MAR" not in printed
    assert len(printed.splitlines()) == 2


@pytest.mark.parametrize("url", ["localhost:4566", '"http://localhost:4566"', "http://localstack_main:4566"])
@pytest.mark.parametrize("is_option", [True, False])
def test_an_address_that_botocore_refuses_is_one_line(
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    is_option: bool,  # noqa: FBT001  a parameter
) -> None:
    if not is_option:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)

    code = main(["update", UPDATE, *(["--endpoint-url", url] if is_option else [])])

    printed = capsys.readouterr().err.splitlines()
    assert code == 2
    assert len(printed) == 2
    assert printed[1].startswith("  --endpoint-url: " if is_option else "  AWS_ENDPOINT_URL: ")
