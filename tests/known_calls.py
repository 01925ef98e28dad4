"""Every call that the library can make, read from its own source: no test can miss one that is added."""

import ast
from pathlib import Path

import ecs_steps.aws

NAMING = ("calling", "_naming_errors")
"""The functions whose first argument is the action."""


OF_SCRIPT_STEP = {"sts:GetCallerIdentity"}
"""What the script-step adapter logs, and no step needs; it takes no permission (see test_script_step)."""


OF_PREFLIGHT = ("container_instances", "ec2", "efs", "iam_roles", "quotas", "secrets")
"""Modules whose calls only preflight and check-target make, where one that fails is a skip."""


def known_actions(*, with_preflight: bool = True) -> set[str]:
    """Return IAM's names of the calls that steps make (``ecs:UpdateService``)."""
    files = Path(ecs_steps.aws.__path__[0]).rglob("*.py")
    trees = [ast.parse(file.read_text()) for file in files if with_preflight or file.stem not in OF_PREFLIGHT]
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
