import time
from collections.abc import Iterator

import pytest

from ecs_steps.octostache import Evaluated, OctostacheError, evaluate

MAY = "2030/05/22 09:05:07"


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put this machine in a zone that is an hour ahead of UTC, and two in summer."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("value", "options", "expected"),
    [
        (MAY, "yyyy", "2030"),
        (MAY, '"yyyy-MM-dd HH:mm:ss"', "2030-05-22 09:05:07"),
        (MAY, 'Date "HH dd-MMM-yyy"', "09 22-May-2030"),
        (MAY, r"DateTime \"HH dd-MMM-yyyy\"", "09 22-May-2030"),
        (MAY, 'Date "dddd ddd d dd"', "Wednesday Wed 22 22"),
        (MAY, 'Date "MMMM MMM M MM"', "May May 5 05"),
        (MAY, 'Date "y yy yyyyy"', "30 30 02030"),
        (MAY, 'Date "h:m:s hh:mm:ss"', "9:5:7 09:05:07"),
        (MAY, 'Date "t tt"', "A AM"),
        ("2030-05-22 00:30", 'Date "h tt H"', "12 AM 0"),
        ("2030-05-22 12:30", 'Date "h tt"', "12 PM"),
        ("2030-05-22 23:30", 'Date "h tt HH"', "11 PM 23"),
        (MAY, "Date %d", None),
        (MAY, 'Date "%d"', "22"),
        (MAY, 'Date "%d%M"', "225"),
        (MAY, "Date \"d 'of' MMMM\"", "22 of May"),
        (MAY, r"Date \"d \o\f MMMM\"", "22 of May"),
        (MAY, r'Date \"yyyy"year"\"', "2030year"),
        (MAY, 'Date "gg"', "A.D."),
        (MAY, 'Date "dd/MM/yyyy"', "22/05/2030"),
        (MAY, "Date s", "2030-05-22T09:05:07"),
        (MAY, "Date u", "2030-05-22 09:05:07Z"),
        (MAY, "Date r", "Wed, 22 May 2030 09:05:07 GMT"),
        (MAY, "Date o", "2030-05-22T09:05:07.0000000"),
        ("2030-05-22T09:05:07.1234567", "Date o", "2030-05-22T09:05:07.1234567"),
        ("2030-05-22T09:05:07.12", 'Date "f fff fffffff"', "1 120 1200000"),
        ("2030-05-22T09:05:07.12", 'Date "ss.FFF"', "07.12"),
        ("2030-05-22T09:05:07", 'Date "ss.FFF"', "07"),
        ("2030-05-22", 'Date "HH:mm"', "00:00"),
        ("2030-5-2", 'Date "dd/MM"', "02/05"),
        ("2030-05-22T09:05:07+02:00", 'DateTimeOffset "HH:mm zzz zz"', "09:05 +02:00 +02"),
        ("2030-05-22T09:05:07 -0330", 'DateTimeOffset "z zz zzz K"', "-3 -03 -03:30 -03:30"),
        ("2030-05-22T09:05:07Z", 'DateTimeOffset "HH zz K"', "09 +00 +00:00"),
        ("2030-05-22T09:05:07+02:00", "DateTimeOffset u", "2030-05-22 07:05:07Z"),
        ("2030-05-22T09:05:07+02:00", "DateTimeOffset R", "Wed, 22 May 2030 07:05:07 GMT"),
        ("2030-05-22T09:05:07+02:00", "O", "2030-05-22T09:05:07.0000000+02:00"),
        ("Wed, 22 May 2030 09:05:07 GMT", '"HH:mm zz"', "09:05 +00"),
        (MAY, "Date h", None),
        (MAY, 'Date "ffffffff"', None),
        (MAY, 'Date "\'open"', None),
        (MAY, 'Date "100%"', None),
        ("2030-13-01", "Date yyyy", None),
        ("2030-02-30", "yyyy", None),
        ("22.05.2030", "yyyy", None),
        ("05/22/2030", "yyyy", None),
        ("2030-05/22", "yyyy", None),
        ("9:05", "yyyy", None),
    ],
)
def test_a_date_is_formatted(value: str, options: str, expected: str | None) -> None:
    token = f"#{{V | Format {options}}}"

    evaluated = evaluate(token, {"V": value})

    assert evaluated.text == (token if expected is None else expected)


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("value", "options", "expected"),
    [
        ("2030-05-22T09:05:07Z", 'Date "HH:mm zzz K"', "11:05 +02:00 +02:00"),
        ("2030-01-22T09:05:07Z", 'Date "HH:mm zzz"', "10:05 +01:00"),
        ("2030-01-22T09:05:07+05:00", 'Date "dd HH:mm"', "22 05:05"),
        ("2030-05-22 09:05:07", 'Date "HH:mm zzz K"', "09:05 +02:00 "),
        ("2030-05-22 09:05:07", 'DateTimeOffset "HH:mm K"', "09:05 +02:00"),
        ("2030-05-22 09:05:07", '"zz"', "+02"),
    ],
)
def test_a_date_is_local_where_dot_net_makes_it_so(value: str, options: str, expected: str) -> None:
    assert evaluate(f"#{{V | Format {options}}}", {"V": value}) == Evaluated(expected)


@pytest.mark.parametrize("options", [*(f"Date {letter}" for letter in "dDfFgGmMtTUyY"), "d", 'Date ""'])
def test_a_date_format_that_depends_on_the_culture_is_an_error(options: str) -> None:
    token = f"#{{V | Format {options}}}"

    with pytest.raises(OctostacheError) as caught:
        evaluate(token, {"V": MAY})

    assert str(caught.value) == (
        f"{token}: Format: a standard date format depends on the server's culture; write the format out"
    )


@pytest.mark.parametrize("value", ["0001-01-01", "9999-12-31 23:59:59", "0001-01-01T00:00:00+05:00"])
def test_the_ends_of_time_are_no_reason_to_crash(value: str) -> None:
    for spec in ("Date zzz", "DateTimeOffset u", "DateTimeOffset zzz"):
        evaluated = evaluate(f"#{{V | Format {spec}}}", {"V": value})

        assert evaluated.text
