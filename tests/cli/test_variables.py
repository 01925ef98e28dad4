"""What a command reads: files in order, ``--set``, ``--image``, YAML."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.cli.main import main
from ecs_steps.cli.variables import merged_variables, read_sources, with_images
from ecs_steps.errors import InvalidInputsError
from ecs_steps.octopus import yaml_text
from ecs_steps.octopus.variables import MissingValue, Variables, merged
from ecs_steps.steps.registry import STEPS

EXAMPLES = files("ecs_steps.sandbox") / "examples"
CONTAINERS = "Octopus.Action.Aws.Ecs.Deploy.Containers"
UPDATES = "Octopus.Action.Aws.Ecs.Update.ContainerUpdates"
Write = Callable[[str, str], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, text: str) -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return written


def read_files(sources: list[str], settings: list[str]) -> Variables:
    return merged_variables(read_sources(sources), (), settings)


def test_of_a_name_the_last_file_counts_whatever_its_case(write: Write) -> None:
    first = write("a.json", '{"Cluster": "dev", "Cpu": "256"}')
    second = write("b.yaml", "CLUSTER: prod\n")

    read = read_files([first, second], [])

    assert dict(read) == {"CLUSTER": "prod", "Cpu": "256"}


def test_a_setting_counts_more_than_every_file(write: Write) -> None:
    file = write("a.json", '{"Cluster": "dev"}')

    assert read_files([file], ["cluster=a=b"])["Cluster"] == "a=b"


def test_a_value_from_another_file_takes_the_place_of_a_sensitive_one() -> None:
    export = Variables({}, [MissingValue("Password", "is sensitive")])

    read = merged([Variables({"Password": "from a file"}), export])

    assert read["Password"] == "from a file"  # noqa: S105  no secret
    assert not read.missing


def test_yaml_says_the_same_as_json(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    variables = json.loads((EXAMPLES / "deploy.json").read_text())
    text = "".join(f"{name}: {json.dumps(value)}\n" for name, value in variables.items())

    assert main(["export", write("deploy.yaml", text)]) == 0
    from_yaml = capsys.readouterr().out
    assert main(["export", str(EXAMPLES / "deploy.json")]) == 0
    assert capsys.readouterr().out == from_yaml


@pytest.mark.parametrize("text", ["1.10", "0644", "no", "on", "1e3", "2026-01-05", "0x10", "1_000", "12:30"])
def test_a_yaml_scalar_is_the_text_that_was_written(text: str) -> None:
    assert yaml_text.parse(f"a: {text}") == {"a": text}


@pytest.mark.parametrize(("text", "value"), [("null", None), ("~", None), ("'null'", "null"), ("", None)])
def test_yaml_null_is_no_value(text: str, value: str | None) -> None:
    assert yaml_text.parse(f"a: {text}") == {"a": value}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x [1]\nb: *x", "an alias cannot be used at line 1, column 4"),
        ("a: 1\na: 2", "an object holds a member twice, again at line 2, column 1"),
        ("~: 1", "a name is empty at line 1, column 1"),
        ("a: [1", "expected ',' or ']'"),
        ("a: \x00", "a character that YAML does not allow"),
        ("[" * 500, "nested more than 64 deep"),
    ],
)
def test_yaml_that_cannot_be_read_is_one_line(
    write: Write, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    assert main(["check", write("v.yml", text)]) == 2

    printed = capsys.readouterr().err.splitlines()
    assert len(printed) == 2
    assert "cannot be read as YAML: " in printed[1]
    assert message in printed[1]


@given(st.text())
def test_no_yaml_ends_in_another_error_than_its_own(text: str) -> None:
    try:
        yaml_text.parse(text)
    except ValueError as error:
        assert "\n" not in str(error)  # noqa: PT017  most texts are no YAML, a few are


def test_an_image_goes_to_one_container_and_to_no_other_of_its_reference() -> None:
    containers = [
        {"containerName": name, "containerImageReference": {"referenceId": "shared"}}
        for name in ("web", "log")
    ]
    given_ = Variables({CONTAINERS: containers, "Octopus.Action.Package[shared].Image": "acme/shared:1"})

    read = with_images(given_, ["web=acme/web:2"], STEPS.named("deploy").inputs_class())

    web, log = json.loads(read[CONTAINERS])
    assert log["containerImageReference"] == {"referenceId": "shared"}
    reference = web["containerImageReference"]["referenceId"]
    assert read[f"Octopus.Action.Package[{reference}].Image"] == "acme/web:2"


def test_an_image_alone_is_an_update() -> None:
    read = with_images(Variables({}), ["web=acme/web:2"], STEPS.named("update").inputs_class())

    assert json.loads(read[UPDATES]) == [{"containerName": "web", "packageReference": "--image web"}]


def test_an_image_for_a_container_that_is_not_there_names_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", str(EXAMPLES / "deploy.json"), "--image", "wep=acme/web:2"]) == 2

    assert f'--image: there is no container "wep" in {CONTAINERS}; it has web' in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--set", "--image"])
def test_a_pair_of_another_form_is_an_error_that_shows_no_value(
    capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert main(["check", str(EXAMPLES / "deploy.json"), option, "hunter2"]) == 2

    printed = capsys.readouterr().err
    assert f"{option}: expected " in printed
    assert "hunter2" not in printed


def test_an_image_that_is_set_is_one_that_the_step_reads() -> None:
    variables = json.loads((EXAMPLES / "update.json").read_text())
    step = STEPS.named("update").read(
        with_images(Variables(variables), ["web=acme/orders:9"], STEPS.named("update").inputs_class())
    )

    assert "acme/orders:9" in step.inputs.images.values()  # type: ignore[attr-defined]  # an update's own


def test_a_setting_without_a_name_is_refused() -> None:
    with pytest.raises(InvalidInputsError, match="expected NAME=VALUE"):
        read_files([], ["=x"])
