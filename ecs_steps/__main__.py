"""Run the command line as ``python -m ecs_steps``."""

import sys

from ecs_steps.cli.main import run

if __name__ == "__main__":
    sys.exit(run())
