"""``check --environments``: the names that each environment would get from the same variables."""

import argparse
from collections.abc import Iterator, Sequence

from attrs import frozen

from ecs_steps.cli.options import read_step
from ecs_steps.cli.output import CommandResult
from ecs_steps.cli.variables import SourceText, merged_variables, read_sources
from ecs_steps.errors import InvalidInputsError
from ecs_steps.octopus.variables import Variables
from ecs_steps.steps.names import ResourceName, longest, resource_names
from ecs_steps.steps.row import StepTable

NAME, ID = "Octopus.Environment.Name", "Octopus.Environment.Id"
ANY_ID = "Environments-0000"
"""Stands for an id that only Octopus knows; it is as long as most."""


@frozen(kw_only=True)
class Environment:
    """One environment: the names that it gets, or what is wrong with its variables."""

    name: str
    names: tuple[ResourceName, ...] = ()
    problems: tuple[str, ...] = ()


def check_environments(steps: StepTable, args: argparse.Namespace) -> CommandResult:
    """Read the variables once for each environment and show the names.

    Raises:
        InvalidInputsError: No environment is named, or the variables cannot be read.
    """
    # Octopus compares names of environments without their case.
    named = {each.strip().casefold(): each.strip() for each in args.environments.split(",") if each.strip()}
    if not named:
        expected = "expected names, such as Dev,Test,Production"
        raise InvalidInputsError.of("--environments", expected, what="No environment is named")
    sources, wanted = read_sources(args.variables), named.values()
    found = [_environment(name, sources, steps, args) for name in wanted]
    failed = any(each.problems for each in found)
    data = {
        each.name: {"names": {name.label: name.name for name in each.names}, "problems": list(each.problems)}
        for each in found
    }
    return CommandResult(
        "".join(f"{line}\n" for line in _lines(found)),
        {"environments": data, "shared": list(_shared(found))},
        InvalidInputsError.exit_code if failed else 0,
    )


def _environment(
    name: str, sources: Sequence[SourceText], steps: StepTable, args: argparse.Namespace
) -> Environment:
    scope = [each for each in args.scope if not each.casefold().startswith("environment=")]
    try:
        given = merged_variables(sources, [*scope, f"Environment={name}"], args.settings)
        variables = _in_environment(given, name)
        step = read_step(steps.chosen(args.step, variables), variables, args)
    except InvalidInputsError as error:
        return Environment(name=name, problems=tuple(error.lines))
    names = tuple(resource_names(step.inputs))  # type: ignore[arg-type]  # inputs are attrs classes
    problems = tuple(
        f"{each.label}: {each.name} has {len(each.name)} characters, and {each.limit} are allowed"
        for each in names
        if len(each.name) > each.limit
    )
    return Environment(name=name, names=names, problems=problems)


def _in_environment(variables: Variables, name: str) -> Variables:
    """Return the variables as a deployment to the environment has them."""
    its_own = variables.get(NAME, "").casefold() == name.casefold()
    given = {NAME: name} | ({} if its_own else {ID: ANY_ID})
    known = {each.casefold() for each in given}
    others = {each: value for each, value in variables.items() if each.casefold() not in known}
    return Variables({**others, **given}, variables.missing.values())


def _lines(found: Sequence[Environment]) -> Iterator[str]:
    labels = dict.fromkeys(name.label for each in found for name in each.names)
    rows = [["Environment", *labels]] if labels else []
    for each in found:
        if each.names:
            by_label = {name.label: name.name for name in each.names}
            rows.append([each.name, *(by_label.get(label, "") for label in labels)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
    for environment, name in longest({each.name: each.names for each in found}):
        yield f"longest {name.label.lower()}: {len(name.name)} of {name.limit} characters, {environment}"
    for each in found:
        yield from (f"{each.name}: {problem}" for problem in each.problems)
    yield from _shared(found)


def _shared(found: Sequence[Environment]) -> Iterator[str]:
    """Yield which environments would deploy to the same place."""
    places: dict[tuple[str, ...], list[str]] = {}
    for each in found:
        if each.names:
            places.setdefault(tuple(name.name for name in each.names), []).append(each.name)
    for names in places.values():
        if len(names) > 1:
            shared = " and ".join(names)
            yield f"WARNING: {shared} have the same names, which one account and region cannot hold twice"
