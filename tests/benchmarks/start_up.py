"""What a process pays before it does anything."""

import os
import sys
import sysconfig
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import Contender, measure
from benchmarks.tables import comparison

EXAMPLES = Path(__file__).parent.parent.parent / "ecs_steps" / "sandbox" / "examples"
CLIENT = (
    "import botocore.session; botocore.session.get_session().create_client('ecs', region_name='eu-west-1')"
)
FLOOR = "a bare botocore client"


def start_up(rounds: int) -> str:
    """Compare commands without AWS calls, and imports, with an empty process and a client alone."""
    ecs_steps = f"{sysconfig.get_path('scripts')}/ecs-steps"
    commands = {
        "`python -c pass`": [sys.executable, "-c", "pass"],
        FLOOR: [sys.executable, "-c", CLIENT],
        "`import ecs_steps`": [sys.executable, "-c", "import ecs_steps"],
        "`from ecs_steps import UpdateEcsServiceStep`": _import("UpdateEcsServiceStep"),
        "`from ecs_steps import DeployEcsServiceStep`": _import("DeployEcsServiceStep"),
        "`ecs-steps --help`": [ecs_steps, "--help"],
        "`ecs-steps check` of an update": [ecs_steps, "check", str(EXAMPLES / "update.json")],
        "`ecs-steps check` of a deployment": [ecs_steps, "check", str(EXAMPLES / "deploy.json")],
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    with TemporaryDirectory() as folder:
        contenders = {
            name: Contender(command=partial(list, command), environment=environment, folder=Path(folder))
            for name, command in commands.items()
        }
        return comparison(measure(contenders, rounds), floor=FLOOR)


def _import(step: str) -> list[str]:
    return [sys.executable, "-c", f"from ecs_steps import {step}"]
