"""Work a calculation out in .NET's doubles."""

import math
import operator
from collections.abc import Callable

from ecs_steps.octostache.numerals import double, double_text
from ecs_steps.octostache.syntax import Calculation, Operand, Symbol

_INT64_LIMIT = 2**63


def calculate(calculation: Calculation, value_of: Callable[[Symbol], str | None]) -> str | None:
    """Return the result as text; None for a name without a number, a division by zero and an overflow."""
    result = _number(calculation, value_of)
    return double_text(result) if result is not None and math.isfinite(result) else None


def _number(operand: Operand, value_of: Callable[[Symbol], str | None]) -> float | None:
    match operand:
        case Symbol():
            text = value_of(operand)
            return None if text is None else double(text)
        case Calculation(first, rest):
            result = _number(first, value_of)
            for sign, other in rest:
                right = _number(other, value_of)
                result = None if result is None or right is None else _OPERATORS[sign](result, right)
            return result
        case _:
            return operand


def _divide(left: float, right: float) -> float | None:
    return left / right if right else None


def _remainder(left: float, right: float) -> float | None:
    """Divide 64-bit whole numbers and return what remains, with the sign of the first."""
    if not all(number.is_integer() and abs(number) < _INT64_LIMIT for number in (left, right)):
        return None
    return math.fmod(left, right) + 0.0 if right else None


_OPERATORS: dict[str, Callable[[float, float], float | None]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": _remainder,
}
