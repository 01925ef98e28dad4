"""The filters `Format`, `NowDate`, `NowDateUtc`, `AddHours` and `AddDays`: dates by a .NET format.

text -> date -> text by a format, standard (``o``) or custom (``yyyy-MM-dd``); numbers are in `numbers`.

Names are English. The standard formats that look different on every server (``d``, ``G`` …) are refused.
Dates are read where the year comes first, or as RFC 1123 writes them; what else .NET would read depends on
the server as well.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

from attrs import evolve, frozen

from ecs_steps.octostache.bounds import OctostacheError
from ecs_steps.octostache.filters.numbers import format_decimal, format_double, format_int32, read_decimal
from ecs_steps.octostache.numerals import SPACE, double

_YEAR_FIRST = re.compile(
    r"""(\d{4})([-/])(\d{1,2})\2(\d{1,2})
        (?:(?:T|\s++)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?)?
        \s*+(Z|[+-]\d{2}:?\d{2})?""",
    re.VERBOSE | re.ASCII,
)
_RFC_1123 = re.compile(r"[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT", re.ASCII)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MONTH_NUMBERS = {name[:3]: number for number, name in enumerate(_MONTHS, 1)}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PIECE = re.compile(
    r"""(?P<run>d++|f++|F++|g++|h++|H++|K|m++|M++|s++|t++|y++|z++)
      | '(?P<single>[^']*+)'
      | "(?P<double>[^"]*+)"
      | \\(?P<escaped>.)
      | %(?=[^%])
      | (?P<other>[^'"\\%])
      | (?P<refused>.)""",
    re.VERBOSE | re.DOTALL,
)
_STANDARD = {
    **dict.fromkeys("oO", "yyyy-MM-ddTHH:mm:ss.fffffffK"),
    **dict.fromkeys("rR", "ddd, dd MMM yyyy HH:mm:ss 'GMT'"),
    "s": "yyyy-MM-ddTHH:mm:ss",
    "u": "yyyy-MM-dd HH:mm:ssZ",
}
_BY_CULTURE = frozenset("dDfFgGmMtTUyY")
_IN_UTC = frozenset("rRu")
_ZERO_OFFSET = timezone(timedelta(), "+00:00")
_MAX_FRACTION_DIGITS = 7
_NOON = 12
_YEAR_OF_CENTURY = 2
_WITHOUT_MINUTES = 2


@frozen
class _Date:
    """A date and time to 100 ns, as .NET keeps it: without an offset, with one, or in UTC (``Z``)."""

    time: datetime
    tick: int = 0


def _read_date(text: str) -> _Date | None:
    text = text.strip(SPACE)
    if rfc_1123 := _RFC_1123.fullmatch(text):
        day, month, year, clock = rfc_1123.groups()
        text = f"{year}-{_MONTH_NUMBERS.get(month, 0)}-{day} {clock}+00:00"
    found = _YEAR_FIRST.fullmatch(text)
    if found is None:
        return None
    year, _, month, day, hour, minute, second, fraction, zone = found.groups("0")
    ticks = int(fraction.ljust(_MAX_FRACTION_DIGITS, "0"))
    date = int(year), int(month), int(day), int(hour), int(minute), int(second), ticks // 10
    try:
        return _Date(datetime(*date, tzinfo=_read_zone(zone)), ticks % 10)
    except ValueError:
        return None


def _read_zone(zone: str) -> timezone | None:
    if zone in {"0", "Z"}:
        return UTC if zone == "Z" else None
    return timezone(timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[-2:])), zone)


def _write_date(date: _Date, spec: str) -> str | None:
    """Write `date` as .NET's ``ToString(spec)`` does, or None where .NET refuses the format."""
    if not spec or spec in _BY_CULTURE:
        raise OctostacheError("a standard date format depends on the server's culture; write the format out")
    if len(spec) == 1 and spec not in _STANDARD:
        return None
    written = ""
    for piece in _PIECE.finditer(_STANDARD.get(spec, spec)):
        if run := piece["run"]:
            text = _FIELDS[run[0]](date, len(run))
            if run[0] == "F" and not text and written.endswith("."):
                written = written[:-1]
        else:
            text = piece[piece.lastgroup] if piece.lastgroup else ""
        if text is None or piece["refused"]:
            return None
        written += text
    return written


def _named(number: int, name: str, width: int) -> str:
    return (str(number), f"{number:02}", name[:3], name)[min(width, 4) - 1]


def _fraction(date: _Date, width: int) -> str | None:
    digits = f"{date.time.microsecond:06}{date.tick}"
    return digits[:width] if width <= _MAX_FRACTION_DIGITS else None


def _offset(date: _Date, width: int) -> str:
    """Write the offset from UTC, of this machine's zone where the date has none."""
    offset = date.time.utcoffset()
    if offset is None:
        offset = date.time.astimezone().utcoffset() or timedelta()
    hours, minutes = divmod(int(abs(offset).total_seconds()) // 60, 60)
    sign = "-" if offset < timedelta() else "+"
    return f"{sign}{hours:02}:{minutes:02}" if width > _WITHOUT_MINUTES else f"{sign}{hours:0{width}}"


def _kind(date: _Date, _width: int) -> str:
    zone = date.time.tzinfo
    return "" if zone is None else "Z" if zone is UTC else _offset(date, 3)


_FIELDS: dict[str, Callable[[_Date, int], str | None]] = {
    "d": lambda date, width: _named(date.time.day, _DAYS[date.time.weekday()], width),
    "M": lambda date, width: _named(date.time.month, _MONTHS[date.time.month - 1], width),
    "y": lambda date, width: f"{date.time.year % (100 if width <= _YEAR_OF_CENTURY else 10_000):0{width}}",
    "h": lambda date, width: f"{(date.time.hour - 1) % _NOON + 1:0{min(width, 2)}}",
    "H": lambda date, width: f"{date.time.hour:0{min(width, 2)}}",
    "m": lambda date, width: f"{date.time.minute:0{min(width, 2)}}",
    "s": lambda date, width: f"{date.time.second:0{min(width, 2)}}",
    "f": _fraction,
    "F": lambda date, width: (digits := _fraction(date, width)) and digits.rstrip("0"),
    "t": lambda date, width: ("AM" if date.time.hour < _NOON else "PM")[:width],
    "g": lambda _date, _width: "A.D.",
    "z": _offset,
    "K": _kind,
}


def _format_date(text: str, spec: str) -> str | None:
    """Write a DateTime; one with an offset is turned to local time."""
    return _write_moved(text, spec, lambda time: time.astimezone() if time.tzinfo else time)


def _format_offset(text: str, spec: str) -> str | None:
    """Write a DateTimeOffset, of local time where it has no offset; some standard formats are in UTC."""

    def move(time: datetime) -> datetime:
        time = time if time.tzinfo else time.astimezone()
        return time.astimezone(_ZERO_OFFSET) if spec in _IN_UTC or time.tzinfo is UTC else time

    return _write_moved(text, spec, move)


def _write_moved(text: str, spec: str, move: Callable[[datetime], datetime]) -> str | None:
    """Write a date that is moved first: to another zone, or by a time."""
    date = _read_date(text)
    try:
        return None if date is None else _write_date(evolve(date, time=move(date.time)), spec)
    except OctostacheError:
        raise
    except (OSError, OverflowError, ValueError):
        return None


_FORMATS: dict[str, Callable[[str, str], str | None]] = {
    **dict.fromkeys(("int", "int32"), format_int32),
    "double": format_double,
    "decimal": format_decimal,
    **dict.fromkeys(("date", "datetime"), _format_date),
    "datetimeoffset": _format_offset,
}


def _format(text: str, *options: str) -> str | None:
    """Write a number, or else a date, by a .NET format; the type may be named before it."""
    match options:
        case (spec,):
            return (
                format_decimal(text, spec) if read_decimal(text) is not None else _format_offset(text, spec)
            )
        case (name, spec) if name.lower() in _FORMATS:
            return _FORMATS[name.lower()](text, spec)
        case _:
            return None


def format_now(text: str | None, spec: str = "o", *, now: Callable[[], datetime], is_utc: bool) -> str | None:
    """Write the time in UTC, or else the local one, without its offset unless the format has one."""
    if text is not None:
        return None
    return _write_date(_Date(now().astimezone(UTC) if is_utc else now().replace(tzinfo=None)), spec)


def _adder(unit: timedelta) -> Callable[..., str | None]:
    def add(text: str, number: str) -> str | None:
        """Shift a date; one without an offset stays without, and another keeps its own."""
        amount = None if "," in number else double(number)
        if amount is None or not math.isfinite(amount):
            return None
        return _write_moved(text, "o", lambda time: time + unit * amount)

    return add


FILTERS: dict[str, Callable[..., str | None]] = {
    "adddays": _adder(timedelta(days=1)),
    "addhours": _adder(timedelta(hours=1)),
    "format": _format,
}
