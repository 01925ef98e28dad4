"""Variables that a step does not know and that were probably meant for it."""

from collections.abc import Iterator
from difflib import get_close_matches

import attrs

from ecs_steps.errors import Problem
from ecs_steps.octopus.variables import Variables

PREFIX = "octopus.action.aws.ecs."
TAG_VARIABLES = ("Octopus.Action.Aws.Ecs.Tags", "Octopus.Action.Aws.Tags")
"""Octopus' steps read their tags from variables whose names differ by one word."""
SHARED_GROUP = (
    "deployment.servicename",
    "deployment.servicedeploymentarn",
    "deployment.circuitbreaker",
    "deployment.alarms",
)
"""Names of one group that belong to several steps, which one dictionary may be for."""
GROUPS = frozenset(
    {
        "abort",
        "continue",
        "deploy",
        "deployment",
        "discovery",
        "failfast",
        "revision",
        "strategy",
        "taskdefinition",
        "tasksets",
        "testtraffic",
        "traffic",
        "update",
        "verify",
    }
)
"""The groups of all steps' variables."""


def unknown_variables(
    cls: type[attrs.AttrsInstance], variables: Variables
) -> Iterator[tuple[str | None, Problem]]:
    """Yield the nearest input of `cls` for each variable under ``Octopus.Action.Aws.Ecs`` that is none.

    Those of other steps are not among them: only names next to an input of `cls`, and names in a group that
    no step has.
    """
    fields = [field.metadata["variable"].name for field in attrs.fields(cls) if "variable" in field.metadata]
    known = {name[len(PREFIX) :].casefold(): name for name in fields if name.casefold().startswith(PREFIX)}
    groups = {name.rpartition(".")[0] for name in known}
    for name in variables:
        short = name.casefold().removeprefix(PREFIX)
        if short == name.casefold() or short in (*known, *SHARED_GROUP) or name in TAG_VARIABLES:
            continue
        group = short.rpartition(".")[0]
        if group in groups or group not in GROUPS:
            close = get_close_matches(short, known, n=1, cutoff=0.8)
            nearest = known[close[0]] if close else None
            hint = f"; did you mean {nearest}" if nearest else ""
            yield nearest, Problem(path=name, message=f"is no variable of this step{hint}")
    yield from _tags_of_another_step(fields, variables)


def _tags_of_another_step(fields: list[str], variables: Variables) -> Iterator[tuple[str, Problem]]:
    own = [name for name in TAG_VARIABLES if name in fields]
    if not own or any(variables.get(name) for name in own):
        return
    for name in TAG_VARIABLES:
        if name not in own and variables.get(name):
            message = f"is not read by this step, whose tags are in {own[0]}"
            yield own[0], Problem(path=name, message=message)
