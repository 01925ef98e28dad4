"""Read numbers, and write them by a .NET format, standard (``N2``) or custom (``#,##0.00;(0)``).

All is in the invariant culture; a currency is written with a dollar, as in Octopus' documentation.
"""

import math
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal

from ecs_steps.octostache.bounds import OctostacheError
from ecs_steps.octostache.numerals import SPACE, double, double_text, int32

_DECIMAL = re.compile(r"([+-]?)((?:[0-9][0-9,]*+)?(?:\.[0-9]*+)?)([+-]?)")
_DECIMAL_LIMIT = 2**96
_MAX_DECIMAL_LENGTH = 64
_STANDARD = re.compile(r"([A-Za-z])([0-9]{0,9})|")
_PIECE = re.compile(
    r"""\\(?P<escaped>.)
      | '(?P<single>[^']*+)'?
      | "(?P<double>[^"]*+)"?
      | (?P<digit>[0#])
      | (?P<point>\.)
      | (?P<comma>,)
      | (?P<factor>[%\u2030])
      | (?P<end>;)
      | (?P<exponent>[eE][+-]?0++)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_FACTORS = {"%": 2, "\u2030": 3}
_EXACT = Context(prec=1000, rounding=ROUND_HALF_UP)
_DOUBLE_PRECISION = Context(prec=15, rounding=ROUND_HALF_UP)
_MAX_DIGITS = 99

_Piece = tuple[str, str]
_Format = Callable[[Decimal, int | None], str]


def format_int32(text: str, spec: str) -> str | None:
    """Write a 32-bit integer as .NET's ``ToString(spec)`` does, or None where one of them is not valid.

    This and the others raise `OctostacheError` for a format of more than 99 digits, ``G`` with a precision or
    a custom exponent.
    """
    number = int32(text)
    return None if number is None else _write(Decimal(number), spec, _FORMATS_OF_INT32)


def format_double(text: str, spec: str) -> str | None:
    """Write a double likewise; a custom format sees 15 of its digits."""
    number = double(text)
    if number is None or not math.isfinite(number):
        return None
    return _write(Decimal(number), spec, _FORMATS_OF_DOUBLE, _DOUBLE_PRECISION)


def format_decimal(text: str, spec: str) -> str | None:
    """Write a decimal likewise."""
    number = read_decimal(text)
    return None if number is None else _write(number, spec, _FORMATS)


def read_decimal(text: str) -> Decimal | None:
    """Read a number of .NET's type decimal, or None."""
    found = _DECIMAL.fullmatch(text.strip(SPACE))
    if found is None or len(text) > _MAX_DECIMAL_LENGTH:
        return None
    leading, digits, trailing = found.groups()
    digits = digits.replace(",", "")
    if not digits.strip(".") or (leading and trailing):
        return None
    number = Decimal(f"{leading}{trailing}{digits}")
    return number if abs(number) < _DECIMAL_LIMIT else None


def _write(
    number: Decimal, spec: str, formats: Mapping[str, _Format], precision: Context = _EXACT
) -> str | None:
    standard = _STANDARD.fullmatch(spec)
    if standard is None:
        return _custom(precision.plus(number), spec)
    letter, digits = standard[1] or "G", int(standard[2]) if standard[2] else None
    if digits is not None and digits > _MAX_DIGITS:
        raise OctostacheError(f"a format of more than {_MAX_DIGITS} digits is not supported")
    if letter in "Gg" and digits:
        raise OctostacheError("a precision with the format G is not supported")
    write = formats.get(letter if letter in "ex" else letter.upper())
    return write(number, digits) if write else None


def _fixed(number: Decimal, digits: int | None, group: str = "") -> str:
    return f"{_round(number, 2 if digits is None else digits):z{group}f}"


def _round(number: Decimal, digits: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-digits), context=_EXACT)


def _scientific(letter: str) -> _Format:
    def write(number: Decimal, digits: int | None) -> str:
        digits = 6 if digits is None else digits
        rounded = Context(prec=digits + 1, rounding=ROUND_HALF_UP).plus(number)
        # A Decimal of zero has an exponent of its own.
        mantissa, _, exponent = f"{rounded or 0.0:.{digits}e}".partition("e")
        return f"{mantissa}{letter}{exponent[0]}{exponent[1:].rjust(3, '0')}"

    return write


def _hexadecimal(letter: str) -> _Format:
    return lambda number, digits: f"{int(number) % 2**32:{letter}}".rjust(digits or 0, "0")


_FORMATS: dict[str, _Format] = {
    "C": lambda number, digits: re.sub("^-?", r"\g<0>$", _fixed(number, digits, ",")),
    "E": _scientific("E"),
    "F": _fixed,
    "G": lambda number, _digits: f"{number:f}",
    "N": lambda number, digits: _fixed(number, digits, ","),
    "P": lambda number, digits: f"{_fixed(number.scaleb(2, _EXACT), digits, ',')} %",
    "e": _scientific("e"),
}
_FORMATS_OF_INT32: dict[str, _Format] = {
    **_FORMATS,
    "D": lambda number, digits: "-" * (number < 0) + f"{abs(number):f}".rjust(digits or 0, "0"),
    "X": _hexadecimal("X"),
    "x": _hexadecimal("x"),
}
_FORMATS_OF_DOUBLE: dict[str, _Format] = {
    **_FORMATS,
    **dict.fromkeys("GR", lambda number, _digits: double_text(float(number))),
}


def _custom(number: Decimal, spec: str) -> str:
    sections: list[list[_Piece]] = [[]]
    for found in _PIECE.finditer(spec):
        kind, text = found.lastgroup or "other", found[found.lastgroup or "other"]
        if kind == "exponent":
            raise OctostacheError("an exponent in a custom format is not supported")
        if kind == "end":
            sections.append([])
        else:
            sections[-1].append((kind, text))
    positive, negative, zero = [*sections, [], []][:3]
    section = (negative if number < 0 else zero if number == 0 else []) or positive
    rounded = _scaled(number, section)
    is_signed = number < 0 and rounded != 0 and section is positive
    return ("-" if is_signed else "") + _fill(section if rounded else zero or positive, rounded)


def _places(section: list[_Piece]) -> tuple[str, str]:
    """Return the places for digits before the point, with the commas behind the first, and after it."""
    whole, _, fraction = "".join(
        text for kind, text in section if kind in {"digit", "comma", "point"}
    ).partition(".")
    return whole.lstrip(","), re.sub("[.,]", "", fraction)


def _scaled(number: Decimal, section: list[_Piece]) -> Decimal:
    whole, fraction = _places(section)
    thousands = len(whole) - len(whole.rstrip(","))
    power = sum(_FACTORS[text] for kind, text in section if kind == "factor") - 3 * thousands
    return _round(abs(number).scaleb(power, _EXACT), len(fraction))


def _fill(section: list[_Piece], number: Decimal) -> str:
    grouped, fraction_places = _places(section)
    whole_places = grouped.replace(",", "")
    whole, _, fraction = f"{number:f}".partition(".")
    whole = whole.lstrip("0").rjust(len(whole_places.lstrip("#")), "0")
    fraction = fraction.rstrip("0").ljust(len(fraction_places.rstrip("#")), "0")
    is_grouped = "," in grouped.rstrip(",")
    digits = [
        f"{digit}," if is_grouped and left and left % 3 == 0 else digit
        for left, digit in zip(reversed(range(len(whole))), whole, strict=True)
    ]
    written = ""
    placed = places = 0
    is_fraction = False
    for kind, text in section:
        if kind == "digit" and is_fraction:
            written += fraction[places : places + 1]
            places += 1
        elif kind == "digit":
            places += 1
            until = max(len(whole) - len(whole_places) + places, 0)
            written += "".join(digits[placed:until])
            placed = until
        elif kind == "point" and not is_fraction:
            is_fraction, places = True, 0
            written += "".join(digits[placed:]) + ("." if fraction else "")
        elif kind not in {"comma", "point"}:
            written += text
    return written
