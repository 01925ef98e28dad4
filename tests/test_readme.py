"""What the pages show is so: commands and blocks are run, tables made from the code, links followed."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest
import yaml
from botocore.model import StructureShape
from botocore.session import get_session
from jsonschema import Draft202012Validator

from ecs_steps.cli.main import command_parser, main
from ecs_steps.octopus import yaml_text
from ecs_steps.octopus.inputs.schema import documents, first_line, inputs_schema, members, nested
from ecs_steps.octopus.inputs.unknown import ECS_NAMES
from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.registry import STEPS
from peers.docker_registry import installed
from peers.environments import NotInstalled, end_without

if TYPE_CHECKING:
    from ecs_steps.octopus.inputs.reader import Variable

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
CLI = ROOT / "ecs_steps" / "cli" / "README.md"
STEP_INPUTS = ROOT / "ecs_steps" / "octopus" / "inputs" / "README.md"
PROGRESSIVE = ROOT / "ecs_steps" / "steps" / "README.md"
FEED = ROOT / "ecs_steps" / "feed" / "README.md"
PAGES = [
    README,
    CLI,
    STEP_INPUTS,
    PROGRESSIVE,
    FEED,
    *(ROOT / "ecs_steps" / name / "README.md" for name in ("images", "sandbox")),
    *(ROOT / name / "README.md" for name in ("step_templates", "tests/benchmarks")),
    ROOT / ".github" / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


SESSION = re.compile(r"```console\n(?P<session>.*?)```", re.DOTALL)


def started(command: str, folder: Path) -> "subprocess.Popen[str]":
    """Start a command of a page; all that it prints is its standard output."""
    return subprocess.Popen(  # noqa: S602  the page's own command
        command,
        shell=True,
        executable="/bin/bash",
        cwd=folder,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "CI": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


@contextmanager
def serving(command: str, folder: Path) -> Iterator[str]:
    """Run a server until the block ends; give the first line of its log, which says where it listens.

    The time in that line is never the same.
    """
    with started(f"exec {command}", folder) as server:
        assert server.stdout
        try:
            yield re.sub(r"^[-\d]+ [:,\d]+ ", "... ", server.stdout.readline())
        finally:
            server.terminate()
            server.communicate(timeout=10)
    assert server.returncode == 0


def played(session: str, folder: Path) -> str:
    """Run the commands of a session again and return it with what they print; those with `&` are servers."""
    lines = []
    with ExitStack() as servers:
        for command in re.findall(r"^\$ (.*)$", session, re.MULTILINE):
            if command.endswith(" &"):
                printed = servers.enter_context(serving(command.removesuffix(" &"), folder))
            else:
                printed, _ = started(command, folder).communicate()
            lines += [f"$ {command}\n", printed]
    return "".join(lines)


def rewritten(page: Path, expected: str, *, update: bool) -> None:
    """Compare a page with what it should be, or make it so."""
    if update:
        page.write_text(expected, encoding="utf-8")
    assert page.read_text(encoding="utf-8").splitlines() == expected.splitlines()


@pytest.mark.parametrize("page", [README, CLI, STEP_INPUTS, PROGRESSIVE, FEED], ids=name_of)
def test_every_session_prints_what_the_page_shows(page: Path, tmp_path: Path, update_goldens: bool) -> None:  # noqa: FBT001  a fixture
    (tmp_path / "ecs_steps").symlink_to(ROOT / "ecs_steps")
    text = page.read_text(encoding="utf-8")
    if "$ skopeo" in text:
        try:
            installed("skopeo")
        except NotInstalled as error:
            end_without(error)

    real = SESSION.sub(lambda match: f"```console\n{played(match['session'], tmp_path)}```", text)

    rewritten(page, real, update=update_goldens)


def test_the_readme_can_be_read_in_one_go() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 250


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    missing = []
    for target in re.findall(r"\]\((?!http)([^)\s]+)\)", text):
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            missing.append(target)

    assert missing == []


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_python_block_of_the_readme_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)

    assert blocks
    with Sandbox() as aws:
        aws.add_cluster("shop-production")
        for block in blocks:
            names = {"variables": example("deploy"), "aws": aws}
            exec(compile(block, "README.md", "exec"), names)  # noqa: S102  our own README


def example(name: str) -> dict[str, Any]:
    file = ROOT / "ecs_steps" / "sandbox" / "examples" / f"{name}.json"
    variables: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return variables


RECIPES = re.findall(
    r"<!-- recipe: (\w+) -->\n```yaml\n(.*?)```", STEP_INPUTS.read_text(encoding="utf-8"), re.DOTALL
)


@pytest.mark.parametrize(("step", "text"), RECIPES, ids=range(len(RECIPES)))
def test_every_recipe_deploys_and_fits_its_schema(
    step: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "recipe.yaml"
    file.write_text(text, encoding="utf-8")

    code = main([step, str(file), "--sandbox", "--sandbox-speed", "1000000", "--strict"])

    assert code == 0, capsys.readouterr().err
    schema = inputs_schema(STEPS.named(step).inputs_class(), "")
    assert list(Draft202012Validator(schema).iter_errors(yaml_text.parse(text))) == []


def test_there_are_three_recipes() -> None:
    assert len(RECIPES) == 3


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_yaml_block_can_be_read(page: Path) -> None:
    for block in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        assert isinstance(yaml.safe_load(block), dict)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_that_is_shown_has_the_options_that_it_is_given(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```(?:sh|yaml)\n(.*?)```", text, re.DOTALL)
    commands = [
        line for block in blocks for line in re.findall(r"\becs-steps ([a-z].*)$", block, re.MULTILINE)
    ]

    for command in commands:
        words = shlex.split(re.split(r"[|>)]|--output json", command)[0], comments=True)
        assert parsed(words), command


def parsed(words: list[str]) -> bool:
    try:
        command_parser(STEPS).parse_args(words)
    except SystemExit:
        return False
    return True


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
    text = STEP_INPUTS.read_text(encoding="utf-8")
    shown = re.compile(rf"(<!-- inputs of {inputs.__name__} -->\n)(?:\n\|.*?\n(?=\n|\Z))?", re.DOTALL)

    expected = shown.sub(lambda match: f"{match[1]}\n{table(inputs)}", text)

    rewritten(STEP_INPUTS, expected, update=update_goldens)


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
    text = STEP_INPUTS.read_text(encoding="utf-8")
    shown = re.compile(r"(<!-- members -->\n).*?(<!-- the end of the members -->)", re.DOTALL)

    expected = shown.sub(lambda match: f"{match[1]}\n{members_text()}\n{match[2]}", text)

    rewritten(STEP_INPUTS, expected, update=update_goldens)


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

    section = STEP_INPUTS.read_text(encoding="utf-8").partition("\n## Outputs\n")[2].partition("\n## ")[0]
    rows = [row.split("|") for row in section.splitlines() if row.startswith("| `")]
    shown = {output for row in rows if row[column].strip() for output in re.findall(r"`([^`]+)`", row[1])}
    assert shown == set(given)
