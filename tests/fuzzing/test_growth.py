"""Twice as much takes twice as long, counted in the instructions that Python executes."""

import sys
from types import FrameType
from typing import Any

import pytest

from fuzzing.invariants import check_invariants
from fuzzing.sizes import LISTS, TEXTS
from fuzzing.valid_dictionaries import Documents

CASES = LISTS | TEXTS


def instructions(kind: str, variables: Documents) -> int:
    """Return how many instructions it takes to read a dictionary and to build its document."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:  # noqa: ANN401  a trace function returns itself
        nonlocal count
        if event == "call":
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
        elif event == "opcode":
            count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        check_invariants(kind, variables)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("case", CASES)
def test_the_work_is_in_proportion_to_the_input(case: str) -> None:
    kind, make = CASES[case]
    check_invariants(kind, make(2))

    ten, twenty, forty = (instructions(kind, make(count)) for count in (10, 20, 40))

    assert forty - twenty <= 2.1 * max(twenty - ten, 1000)
