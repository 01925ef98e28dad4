"""What an import costs: AWS and troposphere are loaded when a step needs them, and not before."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import ecs_steps
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


def loaded_by(*lines: str) -> set[str]:
    """Run the lines in a fresh interpreter; return which of the heavy packages it loaded."""
    script = "\n".join([*lines, "import json, sys", "print(json.dumps(list(sys.modules)))"])
    ran = subprocess.run(  # noqa: S603  our own interpreter and script
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in json.loads(ran.stdout)} & set(HEAVY)


@pytest.mark.parametrize(
    ("lines", "loaded"),
    [
        pytest.param([IMPORT], set(), id="import"),
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


def test_an_update_never_pays_for_troposphere() -> None:
    run = """
from ecs_steps.sandbox import Sandbox
with Sandbox() as aws:
    with open("ecs_steps/sandbox/examples/update.json") as file:
        step = ecs_steps.UpdateEcsServiceStep(json.load(file))
    step.run(aws=aws.clients, clock=aws.clock, report=lambda _: None)
"""

    loaded = loaded_by(IMPORT, "import json", run)

    assert "botocore" in loaded
    assert "troposphere" not in loaded


def test_every_public_name_is_there() -> None:
    assert [name for name in ecs_steps.__all__ if not hasattr(ecs_steps, name)] == []
    assert sorted(ecs_steps.__all__) == ecs_steps.__all__
