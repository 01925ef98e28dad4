"""Write numbers by a .NET format, standard (``N2``) or custom (``#,##0.00;(0)``), in the invariant culture.

A currency is written with a dollar, as in Octopus' documentation.
"""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum

from attrs import frozen

from ecs_steps.octostache.bounds import OctostacheError
from ecs_steps.octostache.numerals import double_text

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
_ZERO_SECTION = 2

_Piece = tuple[str, str]
_Format = Callable[[Decimal, int | None], str]


class NumberType(StrEnum):
    """The .NET type that a number is formatted as."""

    INT32 = "int32"
    DOUBLE = "double"
    DECIMAL = "decimal"


def format_number(number: Decimal, spec: str, number_type: NumberType) -> str | None:
    """Write `number` as .NET's ``ToString(spec)`` does, or None where .NET refuses the format.

    Raises:
        OctostacheError: The format has more than 99 digits, ``G`` with a precision or a custom exponent.
    """
    standard = _STANDARD.fullmatch(spec)
    if standard is None:
        is_double = number_type is NumberType.DOUBLE
        return _custom(_DOUBLE_PRECISION.plus(number) if is_double else number, spec)
    letter, digits = standard[1] or "G", int(standard[2]) if standard[2] else None
    if digits is not None and digits > _MAX_DIGITS:
        raise OctostacheError(f"a format of more than {_MAX_DIGITS} digits is not supported")
    if letter in "Gg" and digits:
        raise OctostacheError("a precision with the format G is not supported")
    formats = _FORMATS | _FORMATS_OF_TYPE.get(number_type, {})
    write = formats.get(letter if letter in "ex" else letter.upper())
    return write(number, digits) if write else None


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
    "C": lambda number, digits: _signed(number, _fixed(number, digits, ","), "$"),
    "E": _scientific("E"),
    "F": lambda number, digits: _signed(number, _fixed(number, digits)),
    "G": lambda number, _digits: f"{number:f}",
    "N": lambda number, digits: _signed(number, _fixed(number, digits, ",")),
    "P": lambda number, digits: _signed(number, _fixed(number.scaleb(2, _EXACT), digits, ",")) + " %",
    "e": _scientific("e"),
}
_FORMATS_OF_TYPE: dict[NumberType, dict[str, _Format]] = {
    NumberType.INT32: {
        "D": lambda number, digits: "-" * (number < 0) + f"{abs(number):f}".rjust(digits or 0, "0"),
        "X": _hexadecimal("X"),
        "x": _hexadecimal("x"),
    },
    NumberType.DOUBLE: dict.fromkeys("GR", lambda number, _digits: double_text(float(number))),
}


def _fixed(number: Decimal, digits: int | None, group: str = "") -> str:
    return f"{_round(abs(number), 2 if digits is None else digits):{group}f}"


def _round(number: Decimal, digits: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-digits), context=_EXACT)


def _signed(number: Decimal, written: str, currency: str = "") -> str:
    is_negative = number < 0 and any(digit in "123456789" for digit in written)
    return ("-" if is_negative else "") + currency + written


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
    for_negative = sections[1] if len(sections) > 1 else []
    for_zero = sections[_ZERO_SECTION] if len(sections) > _ZERO_SECTION else []
    chosen = (for_negative if number < 0 else for_zero if number == 0 else []) or sections[0]
    layout = _Layout.of(chosen)
    rounded = layout.scaled(number)
    if rounded == 0:
        layout = _Layout.of(for_zero or sections[0])
    is_signed = number < 0 and rounded != 0 and chosen is sections[0]
    return ("-" if is_signed else "") + layout.write(rounded)


@frozen
class _Layout:
    """One section of a custom format: its pieces, and what they say of the digits."""

    pieces: list[_Piece]
    whole: str
    fraction: str
    power: int
    is_grouped: bool

    @classmethod
    def of(cls, pieces: list[_Piece]) -> "_Layout":
        marks = "".join(text for kind, text in pieces if kind in {"digit", "comma", "point"})
        whole, _, fraction = marks.partition(".")
        grouped = whole.lstrip(",").rstrip(",")
        commas_behind = len(whole.lstrip(",")) - len(grouped)
        return cls(
            pieces,
            whole=grouped.replace(",", ""),
            fraction=re.sub("[.,]", "", fraction),
            power=sum(_FACTORS[text] for kind, text in pieces if kind == "factor") - 3 * commas_behind,
            is_grouped="," in grouped,
        )

    def scaled(self, number: Decimal) -> Decimal:
        return _round(abs(number).scaleb(self.power, _EXACT), len(self.fraction))

    def write(self, number: Decimal) -> str:
        whole, _, fraction = f"{number:f}".partition(".")
        whole = whole.lstrip("0").rjust(len(self.whole.lstrip("#")), "0")
        fraction = fraction.rstrip("0").ljust(len(self.fraction.rstrip("#")), "0")
        digits = [
            f"{digit}," if self.is_grouped and left and left % 3 == 0 else digit
            for left, digit in zip(reversed(range(len(whole))), whole, strict=True)
        ]
        written = ""
        placed = places = 0
        is_fraction = False
        for kind, text in self.pieces:
            if kind == "digit" and is_fraction:
                written += fraction[places : places + 1]
                places += 1
            elif kind == "digit":
                places += 1
                until = max(len(whole) - len(self.whole) + places, 0)
                written += "".join(digits[placed:until])
                placed = until
            elif kind == "point" and not is_fraction:
                is_fraction, places = True, 0
                written += "".join(digits[placed:]) + ("." if fraction else "")
            elif kind not in {"comma", "point"}:
                written += text
        return written
