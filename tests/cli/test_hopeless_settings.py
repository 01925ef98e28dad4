"""Credentials and addresses with which no call can be made: one clear line at once, and no secret in it."""

import json
import os
from importlib.resources import files
from pathlib import Path

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


@pytest.mark.parametrize(
    "url",
    [
        "localhost:4566",
        '"http://localhost:4566"',
        "http://localstack_main:4566",
        "ftp://localhost",
        "http://localhost:99999",
        "http://user:MARKER@localhost:4566",
    ],
)
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
    assert "MARKER" not in printed[1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_ENDPOINT_URL_ECS", "localhost:4566"),
        ("AWS_DEFAULT_REGION", "eu-west-1\n"),
        ("AWS_REGION", "eu-west-1\n"),
        ("AWS_REGION", "eu west"),
        ("AWS_REGION", "-x"),
    ],
)
def test_the_variable_of_the_environment_that_is_wrong_is_named(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    variables = json.loads(Path(UPDATE).read_text())
    del variables["Octopus.Action.Aws.Region"]
    file = tmp_path / "update.json"
    file.write_text(json.dumps(variables))
    # Of the two names of the region the other one would be preferred.
    monkeypatch.setenv("AWS_DEFAULT_REGION", "" if name == "AWS_REGION" else "eu-west-1")
    monkeypatch.setenv(name, value)

    assert main(["update", str(file)]) == 2

    assert capsys.readouterr().err.splitlines()[1].startswith(f"  {name}: ")
