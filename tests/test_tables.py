"""The tables of the page on inputs are made from the classes and from what the steps give."""

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from botocore.model import StructureShape
from botocore.session import get_session

from ecs_steps.octopus.inputs.schema import documents, first_line, members, nested
from ecs_steps.octopus.inputs.unknown import ECS_NAMES
from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.registry import STEPS
from pages import ROOT, rewritten

if TYPE_CHECKING:
    from ecs_steps.octopus.inputs.reader import Variable

PAGE = ROOT / "ecs_steps" / "octopus" / "inputs" / "README.md"


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
    text = PAGE.read_text(encoding="utf-8")
    shown = re.compile(rf"(<!-- inputs of {inputs.__name__} -->\n)(?:\n\|.*?\n(?=\n|\Z))?", re.DOTALL)

    expected = shown.sub(lambda match: f"{match[1]}\n{table(inputs)}", text)

    rewritten(PAGE, expected, update=update_goldens)


def members_text() -> str:
    """Return a table for each class of the JSON inputs of all steps."""
    holders: dict[type[attrs.AttrsInstance], dict[str, None]] = {}
    for row in STEPS:
        for variable, document in documents(row.inputs_class()):
            for each in nested(document):
                holders.setdefault(each, {})[variable if each is document else ""] = None
    return "\n".join(member_table(each, [name for name in names if name]) for each, names in holders.items())


@cache
def ecs_members() -> dict[str, str]:
    """Return how ECS spells its members, by their names in lower case."""
    model = get_session().get_service_model("ecs")
    shapes = [model.shape_for(name) for name in model.shape_names]
    return {
        member.lower(): member
        for shape in shapes
        if isinstance(shape, StructureShape)
        for member in shape.members
    }


def ecs_name(member: str) -> str:
    """Return what ECS calls a member, where that is another name."""
    found = (
        ecs for ecs, octopus in ECS_NAMES.items() if any(each.split(".")[-1] == member for each in octopus)
    )
    return ", ".join(f"`{ecs_members()[ecs]}`" for ecs in found)


def member_table(document: type[attrs.AttrsInstance], variables: list[str]) -> str:
    used_in = f" In {', '.join(f'`{name}`' for name in variables)}." if variables else ""
    rows = [
        f"### {document.__name__}\n",
        f"{first_line(document)}{used_in}\n",
        "| Member | Holds | Default | In ECS |",
        "|---|---|---|---|",
        *(
            f"| `{name}` | {text.replace('|', ' or ')} | {default} | {ecs_name(name)} |"
            for name, text, default in members(document)
        ),
    ]
    return "\n".join(rows) + "\n"


def test_the_tables_of_members_are_made_from_the_classes(update_goldens: bool) -> None:  # noqa: FBT001  a fixture
    text = PAGE.read_text(encoding="utf-8")
    shown = re.compile(r"(<!-- members -->\n).*?(<!-- the end of the members -->)", re.DOTALL)

    expected = shown.sub(lambda match: f"{match[1]}\n{members_text()}\n{match[2]}", text)

    rewritten(PAGE, expected, update=update_goldens)


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

    section = PAGE.read_text(encoding="utf-8").partition("\n## Outputs\n")[2].partition("\n## ")[0]
    rows = [row.split("|") for row in section.splitlines() if row.startswith("| `")]
    shown = {output for row in rows if row[column].strip() for output in re.findall(r"`([^`]+)`", row[1])}
    assert shown == set(given)
