"""The filters `Format`, `NowDate`, `NowDateUtc`, `AddHours` and `AddDays`."""

import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from attrs import evolve

from ecs_steps.octostache.filters.date_formats import Moment, format_date, read_date, round_trip
from ecs_steps.octostache.filters.number_formats import NumberType, format_number
from ecs_steps.octostache.numerals import SPACE, double, int32

_DECIMAL = re.compile(r"([+-]?)((?:[0-9][0-9,]*+)?(?:\.[0-9]*+)?)([+-]?)")
_LARGEST_DECIMAL = 2**96
_LONGEST_DECIMAL = 64
_TYPED = 2


def format_value(text: str | None, options: Sequence[str]) -> str | None:
    """Write a number, or else a date, by a .NET format; the type may be named before it.

    Raises:
        OctostacheError: The format is one that is not supported.
    """
    if text is None or not 1 <= len(options) <= _TYPED:
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
    return _format_moment(text, spec, has_offset=False)


def _format_offset(text: str, spec: str) -> str | None:
    """Format a DateTimeOffset: one without an offset is taken for local time."""
    return _format_moment(text, spec, has_offset=True)


def _format_moment(text: str, spec: str, *, has_offset: bool) -> str | None:
    moment = read_date(text)
    if moment is None:
        return None
    try:
        moment = moment.local() if (moment.offset is None) is has_offset else moment
        return format_date(evolve(moment, is_zulu=False), spec, has_offset=has_offset)
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
    if found is None or len(text) > _LONGEST_DECIMAL:
        return None
    leading, digits, trailing = found.groups()
    digits = digits.replace(",", "")
    if not digits.strip(".") or (leading and trailing):
        return None
    number = Decimal(digits)
    if number >= _LARGEST_DECIMAL:
        return None
    return -number if "-" in leading + trailing else number


def now_date(text: str | None, options: Sequence[str], now: datetime) -> str | None:
    """Write the local time, without its offset unless the format asks for it."""
    return _now(text, options, Moment(clock=now.replace(tzinfo=None)))


def now_date_utc(text: str | None, options: Sequence[str], now: datetime) -> str | None:
    return _now(text, options, Moment(clock=Moment.at(now).utc().clock, offset=timedelta(), is_zulu=True))


def _now(text: str | None, options: Sequence[str], now: Moment) -> str | None:
    if text is not None or len(options) > 1:
        return None
    return format_date(now, options[0] if options else "o")


def add_hours(text: str | None, options: Sequence[str]) -> str | None:
    return _add(text, options, lambda amount: timedelta(hours=amount))


def add_days(text: str | None, options: Sequence[str]) -> str | None:
    return _add(text, options, lambda amount: timedelta(days=amount))


def _add(text: str | None, options: Sequence[str], duration: Callable[[float], timedelta]) -> str | None:
    """Shift a date; one without an offset stays without, and another keeps its own."""
    moment = None if text is None or len(options) != 1 else read_date(text)
    amount = double(options[0]) if moment and "," not in options[0] else None
    if moment is None or amount is None or not math.isfinite(amount):
        return None
    try:
        return round_trip(moment.later(duration(amount)))
    except OverflowError:
        return None


def filters(now: Callable[[], datetime]) -> dict[str, Callable[[str | None, Sequence[str]], str | None]]:
    """Return the filters of this module by their names; `now` is the time that some of them write."""
    return {
        "addhours": add_hours,
        "adddays": add_days,
        "format": format_value,
        "nowdate": lambda text, options: now_date(text, options, now()),
        "nowdateutc": lambda text, options: now_date_utc(text, options, now()),
    }
