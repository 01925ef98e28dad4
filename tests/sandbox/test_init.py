"""The sandbox where moto is not installed."""

import subprocess
import sys


def run(statement: str) -> "subprocess.CompletedProcess[str]":
    program = f"import sys; sys.modules['moto'] = None; {statement}"
    return subprocess.run(  # noqa: S603  our own interpreter and words
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )


def test_what_is_missing_is_said_with_the_way_to_get_it() -> None:
    process = run("from ecs_steps.sandbox import Sandbox")

    assert process.returncode == 1
    assert process.stderr.splitlines()[-1] == (
        "ImportError: The sandbox needs moto: pip install 'ecs-steps[sandbox]'"
    )


def test_pytest_starts_all_the_same() -> None:
    process = run("import ecs_steps.sandbox.pytest_plugin; print('boto3' in sys.modules)")

    assert (process.stdout, process.stderr) == ("False\n", "")
