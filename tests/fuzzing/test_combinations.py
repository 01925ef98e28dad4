"""Several hostile values at once, drawn by hypothesis; HYPOTHESIS_PROFILE=thorough draws many."""

import copy
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fuzzing.hostile_values import EXPRESSIONS, TEXTS, VALUES
from fuzzing.injection_points import InjectionPoint, relevant_points, value_at
from fuzzing.invariants import check_invariants
from fuzzing.valid_dictionaries import EVERYTHING, MARKER, OTHERS, Documents
from strategies import ANY_TEXT, ODD_VALUES

SUBJECTS = [*EVERYTHING.items(), *OTHERS]
# No secrets: an error may show these values.
NOT_SECRET = [
    point
    for point in relevant_points(EVERYTHING["deploy"])
    if MARKER not in json.dumps(value_at(EVERYTHING["deploy"], point))
]
GLUED = st.lists(st.sampled_from([*EXPRESSIONS.values(), *TEXTS.values(), *'#{}[]"|.,\\ ']), max_size=5)
HOSTILE = st.one_of(ODD_VALUES, ANY_TEXT, GLUED.map("".join))


class Case:
    """A dictionary for a kind of step; hypothesis prints its mutations, and not all that is in it."""

    def __init__(self, kind: str, variables: Documents, mutations: list[str]) -> None:
        self.kind, self.variables, self.mutations = kind, variables, mutations

    def __repr__(self) -> str:
        return f"Case({self.kind}, {self.mutations})"


@st.composite
def mutated(draw: st.DrawFn) -> Case:
    """Draw a kind of step and a dictionary for it, in which some points are mutated."""
    kind, valid = draw(st.sampled_from(SUBJECTS))
    variables = copy.deepcopy(valid)
    mutations = [
        f"{point}: {mutate(draw, variables, point)}"
        for point in draw(st.lists(st.sampled_from(relevant_points(valid)), min_size=1, max_size=5))
        if exists(variables, point)
    ]
    return Case(kind, variables, mutations)


def exists(document: Documents, point: InjectionPoint) -> bool:
    """Return whether an earlier mutation has left the point."""
    try:
        value_at(document, point)
    except (KeyError, IndexError, TypeError):
        return False
    return isinstance(value_at(document, point[:-1]), list | dict)


def mutate(draw: st.DrawFn, document: Documents, point: InjectionPoint) -> str:
    """Mutate the value at a point, and return how."""
    parent: Any = value_at(document, point[:-1])
    last: Any = point[-1]
    match action := draw(st.sampled_from(["name", "value", "remove", "wrap", "as text", "twice", "another"])):
        case "name":
            name = draw(st.sampled_from(list(VALUES)))
            parent[last] = VALUES[name]
            return name
        case "value":
            parent[last] = draw(HOSTILE)
            return repr(parent[last])[:200]
        case "remove":
            del parent[last]
        case "wrap":
            parent[last] = [parent[last]]
        case "as text":
            parent[last] = json.dumps(parent[last]) if is_plain(parent[last]) else "[" * 100
        case "twice" if isinstance(parent, list):
            parent.append(parent[last])
        case "twice":
            parent[draw(st.sampled_from([str(last).swapcase(), "unknown", "\ud800\n"]))] = parent[last]
        case _:
            other = draw(st.sampled_from(NOT_SECRET))
            parent[last] = value_at(EVERYTHING["deploy"], other)
            return f"as {other}"
    return action


def is_plain(value: object) -> bool:
    """Return whether JSON can write the value."""
    try:
        json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


@given(mutated())
def test_several_hostile_values_give_inputs_or_the_problems(case: Case) -> None:
    check_invariants(case.kind, case.variables)
