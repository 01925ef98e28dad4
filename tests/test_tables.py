"""The tables of the page on inputs are made from the classes and from what the steps give."""

import json
import re
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from botocore.model import StructureShape
from botocore.session import get_session

from ecs_steps.octopus.inputs.members import ecs_names
from ecs_steps.octopus.inputs.schema import documents, first_line, members, nested
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


def member_table(document: type[attrs.AttrsInstance], variables: list[str]) -> str:
    used_in = f" In {', '.join(f'`{name}`' for name in variables)}." if variables else ""
    rows = [
        f"### {document.__name__}\n",
        f"{first_line(document)}{used_in}\n",
        "| Member | Holds | Default | Meaning | In ECS |",
        "|---|---|---|---|---|",
        *(f"| `{name}` | {' | '.join(others)} |" for name, *others in members(document)),
    ]
    return "\n".join(rows) + "\n"


def test_the_tables_of_members_are_made_from_the_classes(update_goldens: bool) -> None:  # noqa: FBT001  a fixture
    text = PAGE.read_text(encoding="utf-8")
    shown = re.compile(r"(<!-- members -->\n).*?(<!-- the end of the members -->)", re.DOTALL)

    expected = shown.sub(lambda match: f"{match[1]}\n{members_text()}\n{match[2]}", text)

    rewritten(PAGE, expected, update=update_goldens)


def test_a_name_that_a_member_has_in_ecs_is_one() -> None:
    model = get_session().get_service_model("ecs")
    shapes = [model.shape_for(name) for name in model.shape_names]
    known = {name for shape in shapes if isinstance(shape, StructureShape) for name in shape.members}
    classes = {each for row in STEPS for _, top in documents(row.inputs_class()) for each in nested(top)}
    fields = [field for each in classes for field in attrs.fields(each)]

    # Below options there are words of the log driver.
    named = {re.sub(r"(?<=options)\..*", "", name) for field in fields for name, _ in ecs_names(field)}

    assert {part for name in named for part in name.split(".")} - known == set()
    assert [field.name for field in fields if not field.metadata["meaning"]] == []


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


def test_the_readme_names_every_step_and_its_command() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([\w-]+)` \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)

    assert dict(rows) == {row.class_name: row.name for row in STEPS}
