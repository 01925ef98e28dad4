"""The command ``ecs-steps iam-policy``: what a step has to be allowed, from its variables alone."""

import json
from typing import TYPE_CHECKING, Any

import ecs_steps
from ecs_steps.cli.process import add_variables, print_error, read_variables

if TYPE_CHECKING:
    import argparse


def add_iam_policy(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command, which has one of its own for each step."""
    text = "print the IAM policy that a step needs for the variables; AWS is not asked"
    steps = commands.add_parser("iam-policy", help=text, description=text).add_subparsers(
        metavar="STEP", required=True
    )
    for name, command, what in (
        ("deploy", _deploy, "a deployment through a CloudFormation stack"),
        ("update", _update, "an update of a service"),
    ):
        sub = steps.add_parser(name, help=what, description=f"print the IAM policy of {what}")
        sub.set_defaults(command=command)
        add_variables(sub)
        sub.add_argument(
            "--diagnostics", action="store_true", help="also allow the reads that only explain a failure"
        )
        if command is _update:
            for option, meaning in (
                ("--role", "a role of the task definition, by name or ARN (default: every role)"),
                ("--log-group", "a log group of its containers, by name or ARN (default: every log group)"),
            ):
                sub.add_argument(
                    option, metavar="NAME", action="append", default=[], help=f"{meaning}; may be repeated"
                )


def _deploy(asked: "argparse.Namespace") -> dict[str, object]:
    step = ecs_steps.DeployEcsServiceStep(read_variables(asked.variables))
    return _answer(step.iam_policy(diagnostics=asked.diagnostics))


def _update(asked: "argparse.Namespace") -> dict[str, object]:
    step = ecs_steps.UpdateEcsServiceStep(read_variables(asked.variables))
    if not asked.role:
        print_error(
            "WARNING: every role may be passed to tasks; name those of the task definition with --role"
        )
    if asked.diagnostics and step.inputs.container_logs and not asked.log_group:
        print_error("WARNING: every log may be read; name the log groups of the containers with --log-group")
    return _answer(
        step.iam_policy(diagnostics=asked.diagnostics, roles=asked.role, log_groups=asked.log_group)
    )


def _answer(document: dict[str, Any]) -> dict[str, object]:
    return document | {"text": f"{json.dumps(document, indent=2)}\n"}
