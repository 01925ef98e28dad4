"""The command line: reports go to standard error, results to standard output.

A process ends with 0, or with the exit code of the error that ended it (see `errors`).
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import ecs_steps
from ecs_steps.cli.iam_policy import add_iam_policy
from ecs_steps.cli.process import (
    add_variables,
    cancellable,
    exit_code,
    print_error,
    read_variables,
    tune_gc,
)
from ecs_steps.clock import Clock, SystemClock
from ecs_steps.errors import DeploymentError, EcsStepsError, InvalidInputsError, Problem
from ecs_steps.reporting.events import OutputVariable, Report, Reported
from ecs_steps.reporting.terminal import listening
from ecs_steps.result import Result

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients
    from ecs_steps.steps.common_inputs import ServiceInputs

# How much faster than the real one the sandbox's clock runs: a deployment of minutes is watched in seconds.
SANDBOX_SPEED = 60.0
UPDATE_PREFIX = "octopus.action.aws.ecs.update."


def run() -> int:
    """Be the process `ecs-steps`, and return its exit code."""
    tune_gc()
    return main()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    asked = _parser().parse_args(arguments)
    try:
        with cancellable():
            answer: dict[str, object] = asked.command(asked)
    except EcsStepsError as error:
        _print_error(error, as_json=asked.output == "json")
        return exit_code(error)
    except KeyboardInterrupt as end:
        print_error("The command was cancelled; nothing had been started in AWS.")
        return exit_code(end)
    text = answer.pop("text")
    sys.stdout.write(f"{json.dumps(answer, indent=2)}\n" if asked.output == "json" else str(text))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ecs-steps", description="Deploy to Amazon ECS as Octopus does, and hear why where it fails."
    )
    parser.add_argument("--version", action="version", version=ecs_steps.__version__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, command, text in (
        ("deploy", _deploy, "deploy a Fargate service through a CloudFormation stack"),
        ("update", _update, "point a service at a new revision of its task definition"),
        ("watch", _watch, "wait for a deployment that was started before, and give the verdict on it"),
        ("check", _check, "name everything that is wrong with the variables; AWS is not asked"),
        ("export", _export, "print the CloudFormation template as YAML for Octopus' template step"),
    ):
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        add_variables(sub)
        if command in (_deploy, _update, _watch):
            _add_aws_options(sub)
        if command is _watch:
            which = sub.add_mutually_exclusive_group(required=True)
            which.add_argument("--deployment", metavar="ID", help="of an update: ecs-svc/...")
            which.add_argument("--stack", metavar="ID", help="of a deployment: the stack's id or name")
        if command is _update:
            sub.add_argument("--dry-run", action="store_true", help="say what would change; change nothing")
    add_iam_policy(commands)
    return parser


def _add_aws_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--verbose", action="store_true", help="also report what is only of use in a search")
    parser.add_argument("--region", help="the AWS region; else the variables', else the environment's")
    parser.add_argument("--endpoint-url", help="another address for AWS, such as an emulator's")
    parser.add_argument(
        "--sandbox",
        metavar="SCENARIO",
        nargs="?",
        const="healthy",
        help="deploy to a pretend AWS in this process, in which the scenario happens",
    )
    parser.add_argument(
        "--sandbox-speed",
        metavar="TIMES",
        type=float,
        default=SANDBOX_SPEED,
        help="how many times as fast as the real one the sandbox's clock runs (default %(default)g)",
    )
    parser.add_argument(
        "--sandbox-journal",
        metavar="FILE",
        type=Path,
        help="keep the pretend AWS in this file, so that the next run finds it as this one left it",
    )


def _deploy(asked: argparse.Namespace) -> dict[str, object]:
    step = ecs_steps.DeployEcsServiceStep(read_variables(asked.variables))
    with (
        _aws(asked, step.inputs) as (aws, clock),
        _listening(asked, clock) as report,
    ):
        return _answer(step.run(aws=aws, report=report, clock=clock))


def _update(asked: argparse.Namespace) -> dict[str, object]:
    step = ecs_steps.UpdateEcsServiceStep(read_variables(asked.variables))
    with (
        _aws(asked, step.inputs) as (aws, clock),
        _listening(asked, clock) as report,
    ):
        if asked.dry_run:
            text = step.dry_run(aws=aws, report=report, clock=clock)
            return {"dryRun": text.splitlines(), "text": text}
        return _answer(step.run(aws=aws, report=report, clock=clock))


def _watch(asked: argparse.Namespace) -> dict[str, object]:
    variables = read_variables(asked.variables)
    step: ecs_steps.DeployEcsServiceStep | ecs_steps.UpdateEcsServiceStep = (
        ecs_steps.UpdateEcsServiceStep(variables)
        if asked.deployment
        else ecs_steps.DeployEcsServiceStep(variables)
    )
    with (
        _aws(asked, step.inputs) as (aws, clock),
        _listening(asked, clock) as report,
    ):
        which = asked.deployment or asked.stack
        return _answer(step.watch(which, aws=aws, report=report, clock=clock))


def _check(asked: argparse.Namespace) -> dict[str, object]:
    variables = read_variables(asked.variables)
    is_update = any(name.casefold().startswith(UPDATE_PREFIX) for name in variables)
    step = (ecs_steps.UpdateEcsServiceStep if is_update else ecs_steps.DeployEcsServiceStep)(variables)
    _warn(step.warnings)
    return {
        "valid": True,
        "warnings": [str(warning) for warning in step.warnings],
        "text": f"The inputs of {'an update' if is_update else 'a deployment'} are valid.\n",
    }


def _export(asked: argparse.Namespace) -> dict[str, object]:
    step = ecs_steps.DeployEcsServiceStep(read_variables(asked.variables), for_export=True)
    _warn(step.warnings)
    text = step.export()
    return {"template": text, "text": text}


@contextmanager
def _aws(asked: argparse.Namespace, inputs: "ServiceInputs") -> Iterator[tuple["AwsClients", Clock]]:
    region = asked.region or inputs.region
    if asked.sandbox is None:
        from ecs_steps.aws.clients import account_clients

        where = {"region": region or None, "endpoint_url": asked.endpoint_url}
        yield account_clients(inputs.account, **where), SystemClock()
        return
    try:
        from ecs_steps.sandbox import Sandbox

        sandbox = Sandbox(
            asked.sandbox,
            speed=asked.sandbox_speed,
            journal=asked.sandbox_journal,
            region=region or "eu-west-1",
        )
    except (ImportError, ValueError) as error:
        problem = Problem(path="--sandbox", message=str(error))
        raise InvalidInputsError(what="There is no such sandbox", problems=(problem,)) from None
    with sandbox as aws:
        aws.add_cluster(inputs.cluster_name)
        yield aws.clients, aws.clock


@contextmanager
def _listening(asked: argparse.Namespace, clock: Clock) -> Iterator[Report]:
    """Report on standard error all but the output variables: those are this command's result."""
    with listening(sys.stderr, verbose=asked.verbose, clock=clock) as show:

        def listen(reported: Reported) -> None:
            if not isinstance(reported, OutputVariable):
                show(reported)

        yield listen


def _answer(result: Result) -> dict[str, object]:
    return {
        "outcome": result.outcome,
        "outputs": dict(result.outputs),
        "text": _as_lines(result.outputs),
    }


def _as_lines(outputs: Mapping[str, str]) -> str:
    return "".join(f"{name} = {value}\n" for name, value in outputs.items())


def _print_error(error: EcsStepsError, *, as_json: bool) -> None:
    print_error(str(error))
    if not as_json:
        if isinstance(error, DeploymentError):
            sys.stdout.write(_as_lines(error.outputs))
        return
    told: dict[str, object] = {
        "error": type(error).__name__,
        "exitCode": error.exit_code,
        "what": error.what,
        "why": error.why,
        "nextStep": error.next_step,
    }
    match error:
        case InvalidInputsError(problems=problems):
            told["problems"] = [{"path": problem.path, "message": problem.message} for problem in problems]
        case DeploymentError(outputs=outputs, diagnosis=diagnosis):
            told["outputs"] = dict(outputs)
            told["diagnosis"] = diagnosis.to_dict() if diagnosis else None
    sys.stdout.write(f"{json.dumps(told, indent=2)}\n")


def _warn(warnings: Sequence[Problem]) -> None:
    for warning in warnings:
        print_error(f"WARNING: {warning}")
