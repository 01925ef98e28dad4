"""Dictionaries of any size, by what is large in them."""

import copy
import json
from collections.abc import Callable
from functools import partial
from typing import Any

from ecs_steps.steps.registry import STEPS
from fuzzing.injection_points import InjectionPoint, relevant_points, value_at
from fuzzing.valid_dictionaries import EVERYTHING, Documents
from steps.deploy_ecs_service.dictionaries import minimal

Large = Callable[[int], Documents]
"""Makes a dictionary of roughly so many parts: items of a list, tokens of a text."""


def of_items(kind: str, point: InjectionPoint, make: Callable[[Any, int], object], count: int) -> Documents:
    """Return the dictionary with so many items in the list at a point, each made of its first one."""
    variables = copy.deepcopy(EVERYTHING[kind])
    items = value_at(variables, point)
    items[:] = [make(items[0], number) for number in range(count)]
    return variables


def renamed(item: Any, number: int) -> object:  # noqa: ANN401  as JSON
    """Return an item like another, but for its name."""
    if isinstance(item, str):
        return f"{item}-{number}"
    names = {"containerName", "name", "key", "sourceVolume", "hostname"} & set(item)
    return item | {name: f"{item[name]}-{number}" for name in names}


def broken(item: object, number: int) -> object:
    """Return an item in which everything is wrong, and something unknown besides."""
    return {**{name: [] for name in item}, f"unknown{number}": 1} if isinstance(item, dict) else [number]


def same(item: object, _: int) -> object:
    return item


def lists_of(kind: str) -> list[InjectionPoint]:
    """Return the point of every list that has an item."""
    return [
        point
        for point in relevant_points(EVERYTHING[kind])
        if isinstance(value := value_at(EVERYTHING[kind], point), list) and value
    ]


def of_text(variable: str, part: str, count: int, *, kind: str = "deploy") -> Documents:
    """Return the dictionary with a text of so many parts in a variable."""
    return EVERYTHING[kind] | {variable: part * count}


def of_environment(part: str, count: int) -> Documents:
    """Return a dictionary with a text of so many parts in an environment variable and an entry point."""
    variables = copy.deepcopy(EVERYTHING["deploy"])
    web = variables["Octopus.Action.Aws.Ecs.Deploy.Containers"][0]
    web["entryPoint"] = part * count
    web["environmentVariables"][0]["value"] = part * count
    return variables


def of_unknown_members(count: int) -> Documents:
    variables = copy.deepcopy(EVERYTHING["deploy"])
    variables["Octopus.Action.Aws.Ecs.Deploy.Containers"][0] |= {
        f"member{number}": 1 for number in range(count)
    }
    return variables


def of_small_containers(count: int) -> Documents:
    """Return a dictionary of ten times as many containers, each of them small."""
    image = {"referenceId": "web"}
    containers = [
        {"containerName": f"c{number}", "containerImageReference": image} for number in range(10 * count)
    ]
    return minimal() | {"Octopus.Action.Aws.Ecs.Deploy.Containers": containers}


def of_broken_tags(count: int) -> Documents:
    """Return a dictionary of ten times as many tags without a value that can be read."""
    return minimal() | {"Octopus.Action.Aws.Ecs.Tags": [{"key": "a", "value": []}] * (10 * count)}


def of_variables(count: int) -> Documents:
    return EVERYTHING["deploy"] | {f"Other[{number}].Name": "#{Number}" for number in range(count)}


CLUSTER = "Octopus.Action.Aws.Ecs.ClusterName"
SUBNETS = "Octopus.Action.Aws.Ecs.Deploy.SubnetIds"
PARTS = ["x", "9", " ", "a,", "\n", "#{Absent}", "#{Number}", "#{", "##{", "}", "[", '{"a":', "\\", "\ud800"]

LISTS: dict[str, tuple[str, Large]] = {
    f"{kind}: {make.__name__} items of {'.'.join(map(str, point)).rpartition('Ecs.')[2]}": (
        kind,
        partial(of_items, kind, point, make),
    )
    for kind in (row.name for row in STEPS)
    for point in lists_of(kind)
    for make in (renamed, broken, same)
} | {
    "unknown members": ("deploy", of_unknown_members),
    "variables": ("deploy", of_variables),
    "small containers": ("deploy", of_small_containers),
    "broken tags": ("deploy", of_broken_tags),
}

TEXTS: dict[str, tuple[str, Large]] = {
    **{f"{part!r} as the cluster": ("deploy", partial(of_text, CLUSTER, part)) for part in PARTS},
    **{f"{part!r} as subnets": ("deploy", partial(of_text, SUBNETS, part)) for part in PARTS},
    **{f"{part!r} to export": ("export of deploy", partial(of_text, SUBNETS, part)) for part in PARTS},
    **{f"{part!r} in a container": ("deploy", partial(of_environment, part)) for part in PARTS},
}


def of_length(make: Large, characters: int) -> Documents:
    """Return a dictionary that is larger than others by about so many characters."""
    per_part = (len(json.dumps(make(200))) - len(json.dumps(make(100)))) / 100
    return make(int(characters / max(per_part, 1)))
