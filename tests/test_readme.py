"""What the pages show is so: each block of code is run or checked, each link followed."""

import contextlib
import io
import json
import re
import shlex
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
import yaml
from botocore import xform_name
from botocore.session import get_session
from jsonschema import Draft202012Validator

from ecs_steps.cli.main import command_parser, main
from ecs_steps.octopus import yaml_text
from ecs_steps.octopus.inputs.schema import inputs_schema
from ecs_steps.steps.registry import STEPS
from pages import PAGES, ROOT, Block, blocks, name_of, replayed, rewritten, write_examples
from peers.docker_registry import installed
from peers.environments import NotInstalled, end_without

BLOCKS = list(blocks())
SESSIONS = [page for page in PAGES if any(block.language == "console" for block in blocks([page]))]
RECIPES = [block for block in BLOCKS if block.comment.startswith("recipe: ")]
COMPARED = {"form": "step_templates/test_build.py", "screen": "reporting/test_live.py"}
"""Texts, by the comment above them, that another test compares with what the code makes."""


@pytest.mark.parametrize("page", SESSIONS, ids=name_of)
def test_every_session_prints_what_the_page_shows(page: Path, tmp_path: Path, update_goldens: bool) -> None:  # noqa: FBT001  a fixture
    if "$ skopeo " in page.read_text(encoding="utf-8"):
        needs_skopeo()

    rewritten(page, replayed(page, tmp_path), update=update_goldens)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_condition_of_octopus_is_closed(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert text.count("#{if ") == text.count("#{/if}")


def needs_skopeo() -> None:
    try:
        installed("skopeo")
    except NotInstalled as error:
        end_without(error)


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_every_block_runs_or_is_checked(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    match block.language, block.comment.partition(":")[0]:
        case "console", "":
            assert block.page in SESSIONS
        case "python", "" if "def test_" in block.text:
            pytest_passes(block.text, tmp_path)
        case "python", "":
            write_examples(tmp_path)
            monkeypatch.chdir(tmp_path)
            assert printed_by(block) == printed_according_to_the_page(block)
        case "sh", "" | "the tests" | "needs an account":
            check_commands(block.text)
        case "yaml" | "json", "" | "recipe":
            assert isinstance(yaml.safe_load(block.text), dict)
            check_commands(block.text)
        case "text", comment:
            check_text(block, comment)
        case "hcl", "":
            check_resource(block)
        case _:
            pytest.fail("no rule says how a block of this language is checked")


def check_resource(block: Block) -> None:
    """Compare a resource of Terraform with the JSON above it, which says the same in Octopus' own words."""
    above = json.loads(BLOCKS[BLOCKS.index(block) - 1].text)
    for name, value in re.findall(r"^  (\w+) += (.*)$", block.text, re.MULTILINE):
        given = above["".join(map(str.capitalize, name.split("_")))]
        assert value.startswith("var.") or json.loads(value) == given, name


def check_text(block: Block, comment: str) -> None:
    match comment:
        case "drawing":
            pass
        case "printed":
            assert BLOCKS[BLOCKS.index(block) - 1].language == "python"
        case "layers":
            contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
            assert re.split(r"\s+>\s+", block.text.strip()) == contracts["contracts"][0]["layers"]
        case _:
            assert f"<!-- {comment} -->" in (ROOT / "tests" / COMPARED[comment]).read_text(encoding="utf-8")


def pytest_passes(tests: str, folder: Path) -> None:
    (folder / "test_of_the_page.py").write_text(tests, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "--strict-markers", "-p", "no:cacheprovider"]

    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603  our own pages

    assert ended.returncode == 0, ended.stdout


def printed_by(block: Block) -> str:
    stdout = io.StringIO()
    with contextlib.redirect_stdout(stdout):
        exec(compile(block.text, str(block), "exec"), {})  # noqa: S102  our own pages
    return stdout.getvalue()


def printed_according_to_the_page(block: Block) -> str:
    following = BLOCKS[BLOCKS.index(block) + 1 :]
    return following[0].text if following and following[0].comment == "printed" else ""


def check_commands(text: str) -> None:
    """Check the options of our own command, and those of the aws CLI by what botocore knows."""
    joined = text.replace("\\\n", " ").replace("&&", "\n")
    for command in re.findall(r"\becs-steps ([a-z].*)$", joined, re.MULTILINE):
        words = shlex.split(re.split(r"[|>)]|--output json", command)[0], comments=True)
        assert is_parsed(words), command
    for service, operation, rest in re.findall(r"\baws ([a-z0-9]+) ([a-z-]+)([^|)\n]*)", joined):
        options = set(re.findall(r"(?<=--)[a-z-]+", rest)) - {"query", "output"}
        assert options <= aws_options(service)[operation], (service, operation)


def is_parsed(words: list[str]) -> bool:
    try:
        command_parser(STEPS).parse_args(words)
    except SystemExit:
        return False
    return True


@cache
def aws_options(service: str) -> dict[str, set[str]]:
    """Return the options of each of a service's commands."""
    model = get_session().get_service_model(service)
    shapes = {name: model.operation_model(name).input_shape for name in model.operation_names}
    return {
        xform_name(name, "-"): {xform_name(member, "-") for member in (shape.members if shape else ())}
        for name, shape in shapes.items()
    }


@pytest.mark.parametrize("block", RECIPES, ids=str)
def test_every_recipe_deploys_and_fits_its_schema(
    block: Block, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    step = block.comment.removeprefix("recipe: ")
    file = tmp_path / "recipe.yaml"
    file.write_text(block.text, encoding="utf-8")

    code = main([step, str(file), "--sandbox", "--sandbox-speed", "1000000", "--strict"])

    assert code == 0, capsys.readouterr().err
    schema = inputs_schema(STEPS.named(step).inputs_class(), "")
    assert list(Draft202012Validator(schema).iter_errors(yaml_text.parse(block.text))) == []


def test_there_are_three_recipes() -> None:
    assert len(RECIPES) == 3


def test_the_readme_can_be_read_in_one_go() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 250


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    missing = []
    for target in re.findall(r"\]\((?!http)([^)\s]+)\)", without_blocks(page)):
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            missing.append(target)

    assert missing == []


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", without_blocks(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def without_blocks(page: Path) -> str:
    return re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
