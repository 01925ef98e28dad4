"""Every call that the library can make, read from its own source: no test can miss one that is added."""

import ast
from pathlib import Path

import ecs_steps.aws

NAMING = ("calling", "_naming_errors")
"""The functions whose first argument is the action."""


OF_SCRIPT_STEP = {"sts:GetCallerIdentity"}
"""What the script-step adapter logs, and no step needs; it takes no permission (see test_script_step)."""


def known_actions() -> set[str]:
    """Return IAM's names of the calls that steps make (``ecs:UpdateService``)."""
    trees = [ast.parse(file.read_text()) for file in Path(ecs_steps.aws.__path__[0]).rglob("*.py")]
    return {
        name
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMING
        for name in [_text(node.args[0])]
        if ":" in name and name not in OF_SCRIPT_STEP
    }


def _text(argument: ast.expr) -> str:
    return str(argument.value) if isinstance(argument, ast.Constant) else ""
