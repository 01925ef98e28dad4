"""Several hostile values at once, drawn by hypothesis; HYPOTHESIS_PROFILE=thorough draws many."""

import copy
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fuzzing.hostile_values import EXPRESSIONS, TEXTS, VALUES
from fuzzing.places import places_that_count
from fuzzing.promises import keeps_its_promises
from fuzzing.valid_dictionaries import EVERYTHING, MARKER, OTHERS, Documents
from strategies import ANY_TEXT, ODD_VALUES, Place, at

SUBJECTS = [*EVERYTHING.items(), *OTHERS]
# What is no secret, and is told where it is wrong.
HARMLESS = [
    place
    for place in places_that_count(EVERYTHING["deploy"])
    if MARKER not in json.dumps(at(EVERYTHING["deploy"], place))
]
GLUED = st.lists(st.sampled_from([*EXPRESSIONS.values(), *TEXTS.values(), *'#{}[]"|.,\\ ']), max_size=5)
HOSTILE = st.one_of(ODD_VALUES, ANY_TEXT, GLUED.map("".join))


class Case:
    """A dictionary for a kind of step; hypothesis prints what was done to it, and not all that is in it."""

    def __init__(self, kind: str, variables: Documents, done: list[str]) -> None:
        self.kind, self.variables, self.done = kind, variables, done

    def __repr__(self) -> str:
        return f"Case({self.kind}, {self.done})"


@st.composite
def mutated(draw: st.DrawFn) -> Case:
    """Draw a kind of step and a dictionary for it, in which some places are not as they should be."""
    kind, valid = draw(st.sampled_from(SUBJECTS))
    variables = copy.deepcopy(valid)
    done = [
        f"{place}: {mutate(draw, variables, place)}"
        for place in draw(st.lists(st.sampled_from(places_that_count(valid)), min_size=1, max_size=5))
        if is_there(variables, place)
    ]
    return Case(kind, variables, done)


def is_there(document: Documents, place: Place) -> bool:
    """Tell whether an earlier mutation has left the place."""
    try:
        at(document, place)
    except (KeyError, IndexError, TypeError):
        return False
    return isinstance(at(document, place[:-1]), list | dict)


def mutate(draw: st.DrawFn, document: Documents, place: Place) -> str:
    """Do something to a place, and tell what."""
    around: Any = at(document, place[:-1])
    last: Any = place[-1]
    match action := draw(st.sampled_from(["name", "value", "remove", "wrap", "as text", "twice", "another"])):
        case "name":
            name = draw(st.sampled_from(list(VALUES)))
            around[last] = VALUES[name]
            return name
        case "value":
            around[last] = draw(HOSTILE)
            return repr(around[last])[:200]
        case "remove":
            del around[last]
        case "wrap":
            around[last] = [around[last]]
        case "as text":
            around[last] = json.dumps(around[last]) if is_plain(around[last]) else "[" * 100
        case "twice" if isinstance(around, list):
            around.append(around[last])
        case "twice":
            around[draw(st.sampled_from([str(last).swapcase(), "unknown", "\ud800\n"]))] = around[last]
        case _:
            other = draw(st.sampled_from(HARMLESS))
            around[last] = at(EVERYTHING["deploy"], other)
            return f"as {other}"
    return action


def is_plain(value: object) -> bool:
    """Tell whether JSON could write the value."""
    try:
        json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


@given(mutated())
def test_several_hostile_values_give_inputs_or_the_problems(case: Case) -> None:
    keeps_its_promises(case.kind, case.variables)
