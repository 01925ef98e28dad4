"""The two interfaces that run a step: the command line, and Python."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Protocol

from attrs import field, frozen

from ecs_steps import DeploymentError, EcsStepsError
from ecs_steps.steps.registry import STEPS
from peers.ministack import ROOT, Keys, Ministack


@frozen(kw_only=True)
class CompletedRun:
    """How a step ended: its exit code, its outputs, and its error's text."""

    code: int
    outputs: Mapping[str, str] = field(factory=dict)
    error: str = ""


class Runner(Protocol):
    def __call__(
        self, step: str, variables: Mapping[str, object], aws: Ministack, keys: Keys = ROOT
    ) -> CompletedRun: ...


def command_line(
    step: str, variables: Mapping[str, object], aws: Ministack, keys: Keys = ROOT
) -> CompletedRun:
    done = subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-m", "ecs_steps", step, "-", "--output", "json"],
        input=json.dumps(variables),
        env=aws.environment(keys),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    payload: dict[str, Any] = json.loads(done.stdout)
    error = f"{payload['what']}: {payload['why']}\n{payload['nextStep']}" if done.returncode else ""
    return CompletedRun(code=done.returncode, outputs=payload.get("outputs", {}), error=error)


def python(step: str, variables: Mapping[str, object], aws: Ministack, keys: Keys = ROOT) -> CompletedRun:
    try:
        result = STEPS.named(step).read(variables).run(aws=aws.clients(keys), report=lambda _: None)
    except EcsStepsError as error:
        outputs = error.outputs if isinstance(error, DeploymentError) else {}
        return CompletedRun(code=error.exit_code, outputs=outputs, error=str(error))
    return CompletedRun(code=0, outputs=result.outputs)


RUNNERS: tuple[Runner, ...] = (command_line, python)
