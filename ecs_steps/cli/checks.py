"""The commands that only read AWS and print a table of checks: ``preflight`` and ``check-target``."""

import argparse
from functools import partial
from typing import TYPE_CHECKING, cast

from ecs_steps.cli.deployments import add_aws_options, connected, reporting
from ecs_steps.cli.options import (
    CommandParser,
    Commands,
    add_step_option,
    add_variables,
    chosen_step,
    given_variables,
    read_step,
)
from ecs_steps.cli.output import CommandResult
from ecs_steps.steps.row import PolicyStep, PreflightStep, StepTable, Verb

if TYPE_CHECKING:  # checks bring AWS; no other command pays for it
    from ecs_steps.preflight.check import CheckTable


def add_commands(commands: Commands, steps: StepTable) -> None:
    """Add the commands; the first for the steps that have this verb."""
    checked = steps.having(Verb.PREFLIGHT)
    preflight, check_target = partial(_preflight, steps), partial(_check_target, steps)
    for name, command, those, text in (
        ("preflight", preflight, checked, "check what AWS knows before a deployment; change nothing"),
        ("check-target", check_target, steps.having(Verb.IAM_POLICY), "check the health of a cluster"),
    ):
        commands.add_parser(
            name, help=text, description=text, options=partial(_add_options, those)
        ).set_defaults(command=command)


def _add_options(steps: StepTable, parser: CommandParser) -> None:
    add_variables(parser)
    add_step_option(parser, steps)
    add_aws_options(parser)


def _preflight(steps: StepTable, args: argparse.Namespace) -> CommandResult:
    variables = given_variables(args)
    step = read_step(chosen_step(steps, Verb.PREFLIGHT, args.step, variables), variables, args)
    with connected(args, step.inputs) as (aws, clock), reporting(args, clock, "Preflight") as report:
        return _result(cast("PreflightStep", step).preflight(aws=aws, report=report, clock=clock))


def _check_target(steps: StepTable, args: argparse.Namespace) -> CommandResult:
    from ecs_steps.preflight.plan import TaskPlan
    from ecs_steps.preflight.target_checks import check_target
    from ecs_steps.steps.context import aws_context
    from ecs_steps.steps.target_inputs import Target

    variables = given_variables(args)
    target = Target.from_variables(variables, evaluate=not args.resolved)
    policy = {}
    if args.step:
        step = cast("PolicyStep", read_step(steps.named(args.step), variables, args))
        policy = step.iam_policy()
    plan = TaskPlan(guard=target.inputs.guard, target_tags=target.inputs.roles, policy=policy)
    with connected(args, target.inputs) as (aws, clock), reporting(args, clock, "Target Check") as report:
        context = aws_context(target.inputs, (), aws=aws, report=report, clock=clock)
        return _result(check_target(plan, context))


def _result(table: "CheckTable") -> CommandResult:
    data = {"checks": [each.to_dict() for each in table.results], "exitCode": table.exit_code}
    return CommandResult(str(table), data, table.exit_code)
