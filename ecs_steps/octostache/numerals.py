"""Numbers and white space as .NET reads and writes them, in the invariant culture."""

import math
import re

SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What .NET trims; Python also takes the four separators from U+001C on for space."""

_INTEGER = re.compile(r"[+-]?[0-9]++")
_DOUBLE = re.compile(r"[+-]?(?:[0-9][0-9,]*+(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?")
_INT32_DIGITS = 12
_MOST_INTEGER_DIGITS = 15
_MOST_LEADING_ZEROS = 3


def int32(text: str) -> int | None:
    """Read a 32-bit integer, or None."""
    text = text.strip(SPACE)
    if not _INTEGER.fullmatch(text):
        return None
    sign = -1 if text[0] == "-" else 1
    digits = text.lstrip("+-").lstrip("0") or "0"
    if len(digits) > _INT32_DIGITS:
        return None
    number = sign * int(digits)
    return number if -(2**31) <= number < 2**31 else None


def double(text: str) -> float | None:
    """Read a number, with thousands separators and an exponent if need be; or None."""
    text = text.strip(SPACE)
    return float(text.replace(",", "")) if _DOUBLE.fullmatch(text) else None


def double_text(number: float) -> str:
    """Write a number in the fewest digits that read back as the same one."""
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
    if number == 0:
        return "-0" if math.copysign(1, number) < 0 else "0"
    sign, digits, power = _decimal(number)
    before_point = len(digits) + power
    if before_point > _MOST_INTEGER_DIGITS or before_point < -_MOST_LEADING_ZEROS:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        exponent = before_point - 1
        return f"{sign}{digits[0]}{fraction}E{'-' if exponent < 0 else '+'}{abs(exponent):02}"
    if power >= 0:
        return sign + digits + "0" * power
    if before_point > 0:
        return f"{sign}{digits[:before_point]}.{digits[before_point:]}"
    return f"{sign}0.{'0' * -before_point}{digits}"


def _decimal(number: float) -> tuple[str, str, int]:
    """Return the sign, the digits and the power of ten of the last digit."""
    mantissa, _, exponent = repr(abs(number)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    power = int(exponent or "0") - len(fraction)
    digits = (whole + fraction).lstrip("0")
    stripped = digits.rstrip("0")
    return "-" if number < 0 else "", stripped, power + len(digits) - len(stripped)
