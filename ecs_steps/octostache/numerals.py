"""Numbers and white space as .NET reads and writes them, in the invariant culture."""

import math
import re

SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What .NET trims; Python also takes the four separators from U+001C on for space."""

_INTEGER = re.compile(r"([+-]?)0*+([0-9]{0,12})")
_DOUBLE = re.compile(r"[+-]?(?:[0-9][0-9,]*+(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?")
_SCIENTIFIC_FROM = 1e15


def int32(text: str) -> int | None:
    """Read a 32-bit integer, or None."""
    text = text.strip(SPACE)
    found = _INTEGER.fullmatch(text)
    if found is None or not text.lstrip("+-"):
        return None
    number = int(f"{found[1]}{found[2] or 0}")
    return number if -(2**31) <= number < 2**31 else None


def double(text: str) -> float | None:
    """Read a number, with thousands separators and an exponent if need be; or None."""
    text = text.strip(SPACE)
    return float(text.replace(",", "")) if _DOUBLE.fullmatch(text) else None


def double_text(number: float) -> str:
    """Write a number in the fewest digits that read back as the same one."""
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
    mantissa, _, exponent = repr(number).partition("e")
    mantissa = mantissa.removesuffix(".0")
    if not exponent and abs(number) >= _SCIENTIFIC_FROM:
        # Python writes out one digit more before it turns to an exponent.
        sign, digits = mantissa[: number < 0], mantissa.lstrip("-").replace(".", "").rstrip("0")
        mantissa, exponent = f"{sign}{digits[0]}.{digits[1:]}".rstrip("."), "+15"
    return f"{mantissa}E{exponent}" if exponent else mantissa
