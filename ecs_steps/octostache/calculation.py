"""Work out ``#{calc …}``, in .NET's doubles."""

import math
from collections.abc import Callable

from ecs_steps.octostache.numerals import double, double_text
from ecs_steps.octostache.syntax import Formula, Operation, Symbol

_BEYOND_INT64 = 2**63


def calculate(formula: Formula, read: Callable[[Symbol], str | None]) -> str | None:
    """Return the result, or None where there is none: a name without a number, a division by zero.

    `read` returns the value of a symbol, or None.
    """
    result = _number(formula, read)
    return double_text(result) if result is not None and math.isfinite(result) else None


def _number(formula: Formula, read: Callable[[Symbol], str | None]) -> float | None:
    match formula:
        case Symbol():
            text = read(formula)
            return None if text is None else double(text)
        case Operation():
            result = _number(formula.first, read)
            for operator, operand in formula.rest:
                right = _number(operand, read)
                result = None if result is None or right is None else _combine(result, operator, right)
            return result
        case _:
            return formula


def _combine(left: float, operator: str, right: float) -> float | None:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right if right else None
        case _:
            return _remainder(left, right)


def _remainder(left: float, right: float) -> float | None:
    """Divide 64-bit whole numbers and return what remains, with the sign of the first."""
    if not all(number.is_integer() and abs(number) < _BEYOND_INT64 for number in (left, right)):
        return None
    return math.fmod(left, right) + 0.0 if right else None
