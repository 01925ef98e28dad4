"""The sandbox where moto is not installed."""

import subprocess
import sys


def test_what_is_missing_is_said_with_the_way_to_get_it() -> None:
    program = "import sys; sys.modules['moto'] = None; import ecs_steps.sandbox"

    process = subprocess.run(  # noqa: S603  our own interpreter and words
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )

    assert process.returncode == 1
    assert process.stderr.splitlines()[-1] == (
        "ImportError: The sandbox needs moto: pip install 'ecs-steps[sandbox]'"
    )
