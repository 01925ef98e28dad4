"""The filters `Format`, `NowDate`, `NowDateUtc`, `AddHours` and `AddDays`."""

import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from attrs import evolve

from ecs_steps.octostache.filters.dates import DateTime, format_date, read_date, round_trip
from ecs_steps.octostache.filters.numbers import NumberType, format_number
from ecs_steps.octostache.numerals import SPACE, double, int32

_DECIMAL = re.compile(r"([+-]?)((?:[0-9][0-9,]*+)?(?:\.[0-9]*+)?)([+-]?)")
_DECIMAL_LIMIT = 2**96
_MAX_DECIMAL_LENGTH = 64
_TYPED = 2


def _format_value(text: str, options: Sequence[str]) -> str | None:
    """Write a number, or else a date, by a .NET format; the type may be named before it.

    Raises:
        OctostacheError: The format is one that is not supported.
    """
    if not 1 <= len(options) <= _TYPED:
        return None
    write = _TYPES.get(options[0].lower()) if len(options) == _TYPED else _format_untyped
    return write(text, options[-1]) if write else None


def _format_untyped(text: str, spec: str) -> str | None:
    return _format_offset(text, spec) if _decimal(text) is None else _format_decimal(text, spec)


def _format_int(text: str, spec: str) -> str | None:
    number = int32(text)
    return None if number is None else format_number(Decimal(number), spec, NumberType.INT32)


def _format_double(text: str, spec: str) -> str | None:
    number = double(text)
    if number is None or not math.isfinite(number):
        return None
    return format_number(Decimal(number), spec, NumberType.DOUBLE)


def _format_decimal(text: str, spec: str) -> str | None:
    number = _decimal(text)
    return None if number is None else format_number(number, spec, NumberType.DECIMAL)


def _format_date(text: str, spec: str) -> str | None:
    """Format a DateTime: one with an offset is turned to local time."""
    return _write_date(text, spec, has_offset=False)


def _format_offset(text: str, spec: str) -> str | None:
    """Format a DateTimeOffset: one without an offset is taken for local time."""
    return _write_date(text, spec, has_offset=True)


def _write_date(text: str, spec: str, *, has_offset: bool) -> str | None:
    date = read_date(text)
    if date is None:
        return None
    try:
        date = date.local() if (date.offset is None) is has_offset else date
        return format_date(evolve(date, is_zulu=False), spec, has_offset=has_offset)
    except OverflowError:
        return None


_TYPES: dict[str, Callable[[str, str], str | None]] = {
    "int": _format_int,
    "int32": _format_int,
    "double": _format_double,
    "decimal": _format_decimal,
    "date": _format_date,
    "datetime": _format_date,
    "datetimeoffset": _format_offset,
}


def _decimal(text: str) -> Decimal | None:
    found = _DECIMAL.fullmatch(text.strip(SPACE))
    if found is None or len(text) > _MAX_DECIMAL_LENGTH:
        return None
    leading, digits, trailing = found.groups()
    digits = digits.replace(",", "")
    if not digits.strip(".") or (leading and trailing):
        return None
    number = Decimal(digits)
    if number >= _DECIMAL_LIMIT:
        return None
    return -number if "-" in leading + trailing else number


def format_now(name: str, text: str | None, options: Sequence[str], now: datetime) -> str | None:
    """Write the time in UTC, or else the local one, without its offset unless the format asks for it."""
    if text is not None or len(options) > 1:
        return None
    date = DateTime(clock=now.replace(tzinfo=None))
    if name == "nowdateutc":
        date = DateTime(clock=DateTime.at(now).utc().clock, offset=timedelta(), is_zulu=True)
    return format_date(date, options[0] if options else "o")


def _adder(unit: timedelta) -> Callable[[str, Sequence[str]], str | None]:
    def add(text: str, options: Sequence[str]) -> str | None:
        """Shift a date; one without an offset stays without, and another keeps its own."""
        date = read_date(text) if len(options) == 1 else None
        amount = double(options[0]) if date and "," not in options[0] else None
        if date is None or amount is None or not math.isfinite(amount):
            return None
        try:
            return round_trip(date.later(unit * amount))
        except OverflowError:
            return None

    return add


FILTERS: dict[str, Callable[[str, Sequence[str]], str | None]] = {
    "adddays": _adder(timedelta(days=1)),
    "addhours": _adder(timedelta(hours=1)),
    "format": _format_value,
}
