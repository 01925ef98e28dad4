"""What contributors are given is true: CI runs what is supported, and each map of the house is complete."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PACKAGES = {
    each.name
    for each in (ROOT / "ecs_steps").iterdir()
    if each.is_dir() and list(each.glob("**/*.py")) and each.name != "__pycache__"
}
CONTRIBUTING = ROOT / ".github" / "CONTRIBUTING.md"


def test_ci_runs_everything_on_each_supported_python() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    [job] = workflow["jobs"].values()
    supported = {each.rpartition(" ")[2] for each in project["classifiers"] if re.search(r" 3\.\d+$", each)}
    assert set(job["strategy"]["matrix"]["python"]) == supported
    assert job["steps"][-1] == {"run": "bash .ci/run"}


def test_each_map_of_the_house_names_its_packages_and_no_other() -> None:
    rows = re.findall(r"^\| `(.*?)\|", CONTRIBUTING.read_text(encoding="utf-8"), re.MULTILINE)
    drawing = (ROOT / "README.md").read_text(encoding="utf-8").partition("<!-- drawing -->")[2]

    for named in ("\n".join(rows), drawing):
        assert set(re.findall(r"\b(\w+)/", named)) == PACKAGES


@pytest.mark.parametrize("path", re.findall(r"`((?:ecs_steps|tests)/[\w/]+\.py)`", CONTRIBUTING.read_text()))
def test_a_file_that_contributors_are_pointed_to_is_there(path: str) -> None:
    assert (ROOT / path).is_file()


def test_hooks_run_what_ci_runs() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    [local] = config["repos"]

    tools = {hook["entry"].split()[0] for hook in local["hooks"]}
    run_by_ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert tools == {".venv/bin/ruff", ".venv/bin/mypy", ".venv/bin/lint-imports"}
    assert all(tool in run_by_ci for tool in tools)
