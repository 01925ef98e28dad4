"""Read dates, and write them by a .NET format, standard (``o``) or custom (``yyyy-MM-dd``).

Names are English. The standard formats that look different on every server (``d``, ``G`` …) are refused.
Dates are read where the year comes first, or as RFC 1123 writes them; what else .NET would read depends on
the server as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from attrs import evolve, frozen

from ecs_steps.octostache.bounds import OctostacheError
from ecs_steps.octostache.numerals import SPACE

_YEAR_FIRST = re.compile(
    r"""(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/)(\d{1,2})
        (?:(?:T|\s++)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?)?
        \s*+(?:(Z)|([+-])(\d{2}):?(\d{2}))?""",
    re.VERBOSE | re.ASCII,
)
_RFC_1123 = re.compile(
    r"[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT", re.ASCII
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PIECE = re.compile(
    r"""(?P<run>d++|f++|F++|g++|h++|H++|K|m++|M++|s++|t++|y++|z++)
      | '(?P<single>[^']*+)'
      | "(?P<double>[^"]*+)"
      | \\(?P<escaped>.)
      | %(?=[^%])
      | (?P<other>[^'"\\%])""",
    re.VERBOSE | re.DOTALL,
)
_STANDARD = {
    "o": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "u": "yyyy-MM-dd HH:mm:ssZ",
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
}
_STANDARD_LETTER = {"O": "o", "R": "r"}
_BY_CULTURE = frozenset("dDfFgGmMtTUyY")
_TICKS_A_MICROSECOND = 10
_MAX_FRACTION_DIGITS = 7
_NOON = 12
_YEAR_OF_CENTURY = 2
_WITHOUT_MINUTES = 2


@frozen(kw_only=True)
class DateTime:
    """A date and time to 100 ns, as .NET keeps it: with no offset, in UTC (``Z``), or with its offset."""

    clock: datetime
    tick: int = 0
    offset: timedelta | None = None
    is_zulu: bool = False

    @classmethod
    def at(cls, time: datetime) -> DateTime:
        """Make one of an aware time."""
        return cls(clock=time.replace(tzinfo=None), offset=time.utcoffset())

    def local(self) -> DateTime:
        """Return the same time with the offset of this machine's zone.

        Raises:
            OverflowError: It lies too near an end of time.
        """
        try:
            if self.offset is None:
                return evolve(self, offset=self.clock.astimezone().utcoffset())
            aware = (self.clock - self.offset).replace(tzinfo=UTC).astimezone()
        except (OSError, ValueError) as error:
            raise OverflowError from error
        return evolve(self, clock=aware.replace(tzinfo=None), offset=aware.utcoffset(), is_zulu=False)

    def utc(self) -> DateTime:
        zero = timedelta()
        return evolve(self, clock=self.clock - (self.offset or zero), offset=zero)


def read_date(text: str) -> DateTime | None:
    """Read a date and time, or None."""
    text = text.strip(SPACE)
    try:
        if found := _YEAR_FIRST.fullmatch(text):
            year, month, other_month, day, hour, minute, second, fraction, zulu, sign, hours, minutes = (
                found.groups()
            )
            ticks = int((fraction or "0").ljust(_MAX_FRACTION_DIGITS, "0"))
            offset = timedelta(hours=int(hours), minutes=int(minutes)) if sign else None
            return DateTime(
                clock=datetime(  # noqa: DTZ001  the offset is beside it, as .NET may not know one
                    int(year),
                    int(month or other_month),
                    int(day),
                    int(hour or 0),
                    int(minute or 0),
                    int(second or 0),
                    ticks // _TICKS_A_MICROSECOND,
                ),
                tick=ticks % _TICKS_A_MICROSECOND,
                offset=timedelta() if zulu else -offset if offset and sign == "-" else offset,
                is_zulu=bool(zulu),
            )
        if found := _RFC_1123.fullmatch(text):
            day, name, year, hour, minute, second = found.groups()
            month = [full[:3] for full in _MONTHS].index(name) + 1
            clock = datetime(int(year), month, int(day), int(hour), int(minute), int(second))  # noqa: DTZ001  as above
            return DateTime(clock=clock, offset=timedelta())
    except ValueError:
        return None
    return None


def format_date(date: DateTime, spec: str, *, has_offset: bool = False) -> str | None:
    """Write `date` as .NET's ``ToString(spec)`` does, or None where .NET refuses the format.

    `has_offset` says that it is a DateTimeOffset, which formats ``u`` and ``r`` turn to UTC.

    Raises:
        OctostacheError: The format depends on the server's culture.
    """
    if not spec or spec in _BY_CULTURE:
        raise OctostacheError("a standard date format depends on the server's culture; write the format out")
    if len(spec) == 1:
        letter = _STANDARD_LETTER.get(spec, spec)
        if letter not in _STANDARD:
            return None
        spec = _STANDARD[letter]
        date = date.utc() if has_offset and letter in "ur" else date
    written = ""
    at = 0
    while at < len(spec):
        found = _PIECE.match(spec, at)
        if found is None:
            return None
        at = found.end()
        if run := found["run"]:
            piece = _FIELDS[run[0]](date, len(run))
            if piece is None:
                return None
            if run[0] == "F" and not piece and written.endswith("."):
                written = written[:-1]
            written += piece
        elif found.lastgroup:
            written += found[found.lastgroup]
    return written


def _name_or_number(number: int, name: str, width: int) -> str:
    return (str(number), f"{number:02}", name[:3], name)[min(width, 4) - 1]


def _fraction(date: DateTime, width: int) -> str | None:
    if width > _MAX_FRACTION_DIGITS:
        return None
    return f"{date.clock.microsecond:06}{date.tick}"[:width]


def _short_fraction(date: DateTime, width: int) -> str | None:
    digits = _fraction(date, width)
    return digits and digits.rstrip("0")


def _zone(date: DateTime, width: int) -> str:
    offset = date.local().offset if date.offset is None else date.offset
    hours, minutes = divmod(int(abs(offset or timedelta()).total_seconds()) // 60, 60)
    sign = "-" if offset and offset < timedelta() else "+"
    return f"{sign}{hours:02}:{minutes:02}" if width > _WITHOUT_MINUTES else f"{sign}{hours:0{width}}"


def _kind(date: DateTime, _width: int) -> str:
    return "" if date.offset is None else "Z" if date.is_zulu else _zone(date, 3)


_FIELDS: dict[str, Callable[[DateTime, int], str | None]] = {
    "d": lambda date, width: _name_or_number(date.clock.day, _DAYS[date.clock.weekday()], width),
    "M": lambda date, width: _name_or_number(date.clock.month, _MONTHS[date.clock.month - 1], width),
    "y": lambda date, width: (
        f"{date.clock.year if width > _YEAR_OF_CENTURY else date.clock.year % 100:0{width}}"
    ),
    "h": lambda date, width: f"{(date.clock.hour - 1) % _NOON + 1:0{min(width, 2)}}",
    "H": lambda date, width: f"{date.clock.hour:0{min(width, 2)}}",
    "m": lambda date, width: f"{date.clock.minute:0{min(width, 2)}}",
    "s": lambda date, width: f"{date.clock.second:0{min(width, 2)}}",
    "f": _fraction,
    "F": _short_fraction,
    "t": lambda date, width: ("AM" if date.clock.hour < _NOON else "PM")[:width],
    "g": lambda _date, _width: "A.D.",
    "z": _zone,
    "K": _kind,
}
