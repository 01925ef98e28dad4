"""What the README shows is what happens: its commands are run, and its tables are made from the code."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.registry import STEPS

if TYPE_CHECKING:
    from ecs_steps.octopus.inputs.reader import Variable

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
SESSION = re.compile(r"```console\n(?P<session>.*?)```", re.DOTALL)


def played(session: str, folder: Path) -> str:
    """Run the commands of a session again and return it with what they print."""
    lines = []
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "CI": "1"}
    for command in re.findall(r"^\$ (.*)$", session, re.MULTILINE):
        ran = subprocess.run(  # noqa: S602  the README's own commands
            command,
            shell=True,
            executable="/bin/bash",
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        lines += [f"$ {command}\n", ran.stdout]
    return "".join(lines)


def test_every_session_prints_what_the_readme_shows(tmp_path: Path, update_goldens: bool) -> None:  # noqa: FBT001  a fixture
    (tmp_path / "ecs_steps").symlink_to(ROOT / "ecs_steps")
    text = README.read_text(encoding="utf-8")

    real = SESSION.sub(lambda match: f"```console\n{played(match['session'], tmp_path)}```", text)

    if update_goldens:
        README.write_text(real, encoding="utf-8")
    assert update_goldens or real.splitlines() == text.splitlines()


def table(inputs: type[attrs.AttrsInstance]) -> str:
    rows = ["| Variable | | What it does |", "|---|---|---|"]
    for field in attrs.fields(inputs):
        source: Variable | None = field.metadata.get("variable")
        if source:
            text = source.help.replace("|", "\\|")
            rows.append(f"| `{source.name}` | {needed(field)} | {text} |")
    return "\n".join(rows) + "\n"


def needed(field: "attrs.Attribute[Any]") -> str:
    if field.default is attrs.NOTHING:
        return "required"
    return f"`{field.default}`" if isinstance(field.default, str | int) and field.default != "" else ""


@pytest.mark.parametrize("inputs", [row.inputs_class() for row in STEPS])
def test_the_table_of_inputs_is_made_from_the_inputs(
    inputs: type[attrs.AttrsInstance],
    update_goldens: bool,  # noqa: FBT001  a fixture
) -> None:
    text = README.read_text(encoding="utf-8")
    shown = re.compile(rf"(<!-- inputs of {inputs.__name__} -->\n)(?:\n\|.*?\n(?=\n|\Z))?", re.DOTALL)

    expected = shown.sub(lambda match: f"{match[1]}\n{table(inputs)}", text)

    if update_goldens:
        README.write_text(expected, encoding="utf-8")
    assert update_goldens or text == expected


@pytest.mark.parametrize(
    ("name", "column"),
    [("deploy", 2), ("update", 3), ("promote", 4), ("register", 5), ("deploy-revision", 6)],
)
def test_the_table_of_outputs_names_what_a_step_gives(name: str, column: int) -> None:
    example = ROOT / "ecs_steps" / "sandbox" / "examples" / f"{name}.json"
    step = STEPS.named(name).step_class()(json.loads(example.read_text(encoding="utf-8")))
    with Sandbox() as aws:
        aws.add_cluster(getattr(step.inputs, "cluster_name", "shop"))
        given = step.run(aws=aws.clients, clock=aws.clock, report=lambda _: None).outputs

    section = README.read_text(encoding="utf-8").partition("\n## Outputs\n")[2].partition("\n## ")[0]
    rows = [row.split("|") for row in section.splitlines() if row.startswith("| `")]
    shown = {output for row in rows if row[column].strip() for output in re.findall(r"`([^`]+)`", row[1])}
    assert shown == set(given)
