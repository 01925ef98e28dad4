"""The filters `Format`, `NowDate`, `NowDateUtc`, `AddHours` and `AddDays`."""

import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from attrs import evolve

from ecs_steps.octostache.filters.dates import DateTime, format_date, read_date
from ecs_steps.octostache.filters.numbers import NumberType, format_number
from ecs_steps.octostache.numerals import SPACE, double, int32

_DECIMAL = re.compile(r"([+-]?)((?:[0-9][0-9,]*+)?(?:\.[0-9]*+)?)([+-]?)")
_DECIMAL_LIMIT = 2**96
_MAX_DECIMAL_LENGTH = 64


def _format_value(text: str, options: Sequence[str]) -> str | None:
    """Write a number, or else a date, by a .NET format; the type may be named before it.

    Raises:
        OctostacheError: The format is one that is not supported.
    """
    match options:
        case [spec]:
            return _format_offset(text, spec) if _decimal(text) is None else _format_decimal(text, spec)
        case [name, spec] if name.lower() in _FORMATS:
            return _FORMATS[name.lower()](text, spec)
        case _:
            return None


def _number_format(
    read: Callable[[str], Decimal | None], number_type: NumberType
) -> Callable[[str, str], str | None]:
    def write(text: str, spec: str) -> str | None:
        number = read(text)
        return None if number is None else format_number(number, spec, number_type)

    return write


def _int(text: str) -> Decimal | None:
    number = int32(text)
    return None if number is None else Decimal(number)


def _double(text: str) -> Decimal | None:
    number = double(text)
    return None if number is None or not math.isfinite(number) else Decimal(number)


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


def _date_format(*, has_offset: bool) -> Callable[[str, str], str | None]:
    """Return what writes a DateTime, turned to local time, or a DateTimeOffset, local where it has none."""

    def write(text: str, spec: str) -> str | None:
        date = read_date(text)
        if date is None:
            return None
        try:
            date = date.local() if (date.offset is None) is has_offset else date
            return format_date(evolve(date, is_zulu=False), spec, has_offset=has_offset)
        except OverflowError:
            return None

    return write


_format_decimal = _number_format(_decimal, NumberType.DECIMAL)
_format_offset = _date_format(has_offset=True)
_FORMATS = {
    **dict.fromkeys(("int", "int32"), _number_format(_int, NumberType.INT32)),
    "double": _number_format(_double, NumberType.DOUBLE),
    "decimal": _format_decimal,
    **dict.fromkeys(("date", "datetime"), _date_format(has_offset=False)),
    "datetimeoffset": _format_offset,
}


def format_now(name: str, text: str | None, options: Sequence[str], now: datetime) -> str | None:
    """Write the time in UTC, or else the local one, without its offset unless the format has one."""
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
            return format_date(evolve(date, clock=date.clock + unit * amount), "o")
        except OverflowError:
            return None

    return add


FILTERS: dict[str, Callable[[str, Sequence[str]], str | None]] = {
    "adddays": _adder(timedelta(days=1)),
    "addhours": _adder(timedelta(hours=1)),
    "format": _format_value,
}
