"""The commands that need the variables alone: ``check``, ``export`` and ``iam-policy``; no AWS call."""

import argparse
import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from ecs_steps.cli.options import (
    CommandParser,
    Commands,
    add_options,
    add_step_option,
    add_variables,
    chosen_step,
    given_variables,
    option_values,
    read_step,
)
from ecs_steps.cli.output import CommandResult, print_warnings
from ecs_steps.cli.process import print_error
from ecs_steps.steps.row import ExportableStep, PolicyStep, StepRow, StepTable, Verb

if TYPE_CHECKING:
    from ecs_steps.steps.common_inputs import ServiceInputs


def add_commands(commands: Commands, steps: StepTable) -> None:
    """Add the commands for the steps that have these verbs."""
    exportable = steps.having(Verb.EXPORT)
    for name, command, those, text in (
        ("check", _check, steps, "name everything that is wrong with the variables; no AWS call"),
        ("export", _export, exportable, "print the CloudFormation template as YAML for Octopus' own step"),
    ):
        commands.add_parser(
            name, help=text, description=text, options=partial(_add_options, those, name=name)
        ).set_defaults(command=partial(command, those))
    text = "print the JSON Schema of a step's variables, for editors and other programs"
    schemas = commands.add_parser("schema", help=text, description=text)
    schemas.add_argument("step", choices=[row.name for row in steps], help="the step")
    schemas.set_defaults(command=partial(_schema, steps), output="text")
    text = "print the IAM policy that a step needs for the variables; no AWS call"
    commands.add_parser("iam-policy", help=text, description=text, options=partial(_add_policies, steps))


def _add_options(steps: StepTable, parser: CommandParser, *, name: str) -> None:
    add_variables(parser)
    add_step_option(parser, steps)
    if name == "check":
        parser.add_argument(
            "--environments",
            metavar="NAMES",
            help="show the names that each of these environments would get, such as Dev,Test,Production",
        )


def _add_policies(steps: StepTable, parser: CommandParser) -> None:
    policies = parser.add_subparsers(metavar="STEP", required=True)
    for row in steps.having(Verb.IAM_POLICY):
        sub = policies.add_parser(
            row.name, help=row.title, description=f"print the IAM policy of '{row.title}'"
        )
        sub.set_defaults(command=partial(_iam_policy, row))
        add_variables(sub)
        sub.add_argument(
            "--diagnostics", action="store_true", help="also allow the reads that only explain a failure"
        )
        add_options(sub, row.verbs[Verb.IAM_POLICY])
    checked = steps.having(Verb.PREFLIGHT)
    others: dict[str, Callable[[argparse.Namespace], CommandResult]] = {
        "status": _iam_policy_of_status,
        "preflight": partial(_iam_policy_of_preflight, steps),
        "check-target": _iam_policy_of_check_target,
    }
    for name, print_policy in others.items():
        text = f"print the IAM policy of the command {name}"
        sub = policies.add_parser(name, help=f"the command {name}", description=text)
        sub.set_defaults(command=print_policy)
        add_variables(sub)
        if name == "preflight":
            add_step_option(sub, checked)


def _check(steps: StepTable, args: argparse.Namespace) -> CommandResult:
    if args.environments is not None:
        from ecs_steps.cli.environments import check_environments

        return check_environments(steps, args)
    variables = given_variables(args)
    row = steps.chosen(args.step, variables)
    step = read_step(row, variables, args)
    print_warnings(step.warnings)
    warnings = [str(warning) for warning in step.warnings]
    return CommandResult(
        f"The inputs of '{row.title}' are valid.\n",
        {"step": row.name, "valid": True, "warnings": warnings},
    )


def _export(steps: StepTable, args: argparse.Namespace) -> CommandResult:
    variables = given_variables(args)
    row = steps.chosen(args.step, variables)
    step = read_step(row, variables, args, for_export=True)
    print_warnings(step.warnings)
    text = cast("ExportableStep", step).export()
    return CommandResult(text, {"template": text})


def _schema(steps: StepTable, args: argparse.Namespace) -> CommandResult:
    from ecs_steps.octopus.inputs.schema import inputs_schema

    row = steps.named(args.step)
    schema = inputs_schema(row.inputs_class(), row.title)
    return CommandResult(f"{json.dumps(schema, indent=2)}\n", schema)


def _iam_policy(row: StepRow, args: argparse.Namespace) -> CommandResult:
    step = cast("PolicyStep", read_step(row, given_variables(args), args))
    options = row.verbs[Verb.IAM_POLICY]
    policy = step.iam_policy(diagnostics=args.diagnostics, **option_values(args, options))
    statements = {statement["Sid"] for statement in policy["Statement"]}
    for option in options:
        if option.narrows in statements and not getattr(args, option.keyword):
            print_error(f"WARNING: {option.without} with {option.flag}")
    return _policy(policy)


def _iam_policy_of_status(args: argparse.Namespace) -> CommandResult:
    from ecs_steps.steps.show_ecs_deployment.step import ShowEcsDeployment

    return _policy(ShowEcsDeployment(given_variables(args)).iam_policy())


def _iam_policy_of_preflight(steps: StepTable, args: argparse.Namespace) -> CommandResult:
    from ecs_steps.steps.preflight_policy import preflight_policy

    variables = given_variables(args)
    step = read_step(chosen_step(steps, Verb.PREFLIGHT, args.step, variables), variables, args)
    return _policy(preflight_policy(cast("ServiceInputs", step.inputs)))


def _iam_policy_of_check_target(args: argparse.Namespace) -> CommandResult:
    from ecs_steps.steps.target_inputs import Target

    return _policy(Target.from_variables(given_variables(args), evaluate=not args.resolved).iam_policy())


def _policy(policy: dict[str, Any]) -> CommandResult:
    return CommandResult(f"{json.dumps(policy, indent=2)}\n", policy)
