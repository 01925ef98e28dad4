"""What an import costs: AWS and troposphere are loaded when a step needs them, and not before."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import ecs_steps
from ecs_steps.steps.registry import STEPS
from steps.deploy_ecs_service.dictionaries import minimal

ROOT = Path(__file__).parent.parent
HEAVY = ("boto3", "botocore", "troposphere", "moto", "rich", "yaml")

IMPORT = "import ecs_steps"
INPUTS = f"step = ecs_steps.DeployEcsServiceStep({minimal()!r}); step.inputs"
UPDATE = """ecs_steps.UpdateEcsServiceStep({
    "Octopus.Action.Aws.Ecs.ClusterName": "shop",
    "Octopus.Action.Aws.Ecs.Update.ServiceName": "web",
    "Octopus.Action.Aws.Ecs.Update.TargetTaskDefinitionName": "web",
    "Octopus.Action.Aws.Ecs.Update.ContainerUpdates": '[{"containerName": "web"}]',
}).inputs"""


def modules_of(*lines: str) -> set[str]:
    """Run the lines in a fresh interpreter; return the modules that it loaded."""
    script = "\n".join([*lines, "import json, sys", "print(json.dumps(list(sys.modules)))"])
    ran = subprocess.run(  # noqa: S603  our own interpreter and script
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(json.loads(ran.stdout))


def loaded_by(*lines: str) -> set[str]:
    """Return which of the heavy packages the lines load."""
    return {name.partition(".")[0] for name in modules_of(*lines)} & set(HEAVY)


def run_of_an_update(wait: str) -> list[str]:
    return [
        IMPORT,
        "import json",
        f"""
from ecs_steps.sandbox import Sandbox
with Sandbox() as aws:
    with open("ecs_steps/sandbox/examples/update.json") as file:
        variables = json.load(file)
    variables["Octopus.Action.Aws.Ecs.WaitOption"] = {{"type": "{wait}"}}
    ecs_steps.UpdateEcsServiceStep(variables).run(aws=aws.clients, clock=aws.clock, report=lambda _: None)
""",
    ]


@pytest.mark.parametrize(
    ("lines", "loaded"),
    [
        pytest.param([IMPORT], set(), id="import"),
        pytest.param(["import ecs_steps.cli.main"], set(), id="the command line"),
        pytest.param([IMPORT, INPUTS], set(), id="inputs of a deployment"),
        pytest.param([IMPORT, UPDATE], set(), id="inputs of an update"),
        pytest.param(
            [IMPORT, INPUTS, "step.iam_policy(diagnostics=True)"], set(), id="policy of a deployment"
        ),
    ],
)
def test_nothing_heavy_is_loaded_before_a_step_needs_it(lines: list[str], loaded: set[str]) -> None:
    assert loaded_by(*lines) == loaded


@pytest.mark.parametrize("call", ["step.template()", "step.export()"])
def test_a_template_needs_no_aws(call: str) -> None:
    # troposphere itself loads yaml.
    assert loaded_by(IMPORT, INPUTS, call) == {"troposphere", "yaml"}


def test_an_update_never_pays_for_troposphere_or_the_other_step() -> None:
    loaded = modules_of(*run_of_an_update("WaitUntilCompleted"))

    assert "botocore" in loaded
    assert "ecs_steps.rollouts.watch" in loaded
    assert "troposphere" not in loaded
    assert "ecs_steps.steps.deploy_ecs_service.step" not in loaded


def test_who_does_not_wait_does_not_pay_for_what_explains_a_failure() -> None:
    loaded = modules_of(*run_of_an_update("DontWait"))

    assert "ecs_steps.rollouts.start" in loaded
    assert not loaded & {
        "ecs_steps.rollouts.watch",
        "ecs_steps.rollouts.pauses",
        "ecs_steps.rollouts.rollback",
        "ecs_steps.task_definition.container_specs",
        "ecs_steps.diagnosis.report",
    }


def test_a_step_is_loaded_when_it_is_used() -> None:
    loaded = {name for name in modules_of(IMPORT) if name.startswith("ecs_steps.steps.")}

    assert loaded == {"ecs_steps.steps.registry", "ecs_steps.steps.row"}


def test_a_name_that_is_not_there_is_named() -> None:
    with pytest.raises(AttributeError, match="'ecs_steps' has no attribute 'DeployStep'"):
        ecs_steps.DeployStep  # type: ignore[attr-defined]  # noqa: B018  the attribute is the act, and mypy sees it


def test_a_process_does_not_search_for_garbage_while_it_starts() -> None:
    count = """
import gc, sys
from ecs_steps.cli.main import main
from ecs_steps.cli.process import tune_gc
sys.argv = ["ecs-steps", "check", "ecs_steps/sandbox/examples/deploy.json"]
found = []
gc.callbacks.append(lambda phase, info: found.append(phase))
tune_gc()
main()
print(len(found))
"""
    ran = subprocess.run(  # noqa: S603  as above
        [sys.executable, "-c", count], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert ran.stdout.splitlines() == ["The inputs of 'Deploy Amazon ECS Service' are valid.", "0"]


def test_every_public_name_is_there() -> None:
    assert [name for name in ecs_steps.__all__ if not hasattr(ecs_steps, name)] == []
    assert len(set(ecs_steps.__all__)) == len(ecs_steps.__all__)


def test_every_report_is_a_public_name() -> None:
    assert {each.__name__ for each in get_args(ecs_steps.Reported)} <= set(ecs_steps.__all__)


def test_every_error_that_has_an_exit_code_on_the_page_is_a_public_name() -> None:
    page = (ROOT / "ecs_steps" / "cli" / "README.md").read_text(encoding="utf-8")
    named = set(
        re.findall(r"`(\w+Error)`", page.partition("## Errors and exit codes")[2].partition("## ")[0])
    )

    assert len(named) > 10
    assert named <= set(ecs_steps.__all__)


def test_every_step_of_the_table_is_a_public_name() -> None:
    assert {row.class_name for row in STEPS} <= set(ecs_steps.__all__)
