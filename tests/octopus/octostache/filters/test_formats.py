import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ecs_steps.octopus.octostache import Evaluated, Evaluator, OctostacheError, evaluate

MAY = "2030/05/22 09:05:07"
NOW = datetime(2016, 11, 3, 8, 53, 11, 94644, timezone(timedelta(hours=10)))


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
        ("4.3", "C", "$4.30"),
        ("-4.3", "C", "-$4.30"),
        ("1234.5", "C0", "$1,235"),
        ("23.4", "Double C", "$23.40"),
        ("5", "Int D3", "005"),
        ("-5", "Int32 d3", "-005"),
        ("1234", "int N0", "1,234"),
        ("255", "Int X", "FF"),
        ("255", "Int x4", "00ff"),
        ("-1", "Int X", "FFFFFFFF"),
        ("4.35", "F1", "4.4"),
        ("4.3", "F", "4.30"),
        ("-0.001", "F2", "0.00"),
        ("2.5", "F0", "3"),
        ("1234567.891", "N", "1,234,567.89"),
        ("1234567.891", "N1", "1,234,567.9"),
        ("-1234", "N0", "-1,234"),
        ("0.1234", "P", "12.34 %"),
        ("0.1234", "P1", "12.3 %"),
        ("1052.0329112756", "E", "1.052033E+003"),
        ("-1052.0329112756", "e2", "-1.05e+003"),
        ("0.00015", "E1", "1.5E-004"),
        ("4.30", "G", "4.30"),
        ("4.30", '""', "4.30"),
        ("4.30", "Double G", "4.3"),
        ("1e20", "Double R", "1E+20"),
        ("0.1", "Double R", "0.1"),
        ("1,234.50", "Decimal N2", "1,234.50"),
        (" 7 ", "Int D", "7"),
        ("7-", "F0", "-7"),
        (".5", "F1", "0.5"),
        ("4.3", "0.00", None),
        ("4.3", '"0.00"', "4.30"),
        ("4.3", r"\"#.##\"", "4.3"),
        ("0.45", r"\"#.##\"", ".45"),
        ("12.345", r"\".##\"", "12.35"),
        ("0", r"\"#\"", ""),
        ("0", '"0"', "0"),
        ("34.5", '"00"', "35"),
        ("1234.5678", '"00000"', "01235"),
        ("1234567", r"\"#,##0\"", "1,234,567"),
        ("12", '"0,000,000"', "0,000,012"),
        ("1234567", r"\"#,##0,\"", "1,235"),
        ("2147483647", r"\"#,##0,,\"", "2,147"),
        ("0.3697", r"\"#0.00%\"", "36.97%"),
        ("0.03697", r"\"#0.00‰\"", "36.97‰"),
        ("5", "\"0 'items'\"", "5 items"),
        ("5", r'"\#0"', None),
        ("5", r"\"\#0\"", "#5"),
        ("-5", '"0"', "-5"),
        ("-5", '"0;(0)"', "(5)"),
        ("-5", '"0;"', "-5"),
        ("0", '"0;(0);zero"', "zero"),
        ("-0.1", '"0;(0);zero"', "zero"),
        ("-0.1", '"0"', "0"),
        ("5", "yyyy", "yyyy"),
        ("5551234567", '"(000) 000-0000"', "(555) 123-4567"),
        ("1234.5", '"0.0.0"', "1234.50"),
        ("0.1", 'Double "0.00000000000000000000"', "0.10000000000000000000"),
        ("#{calc 1/3}", "F3", "0.333"),
    ],
)
def test_a_number_is_formatted(value: str, options: str, expected: str | None) -> None:
    token = f"#{{V | Format {options}}}"

    evaluated = evaluate(token, {"V": value})

    assert evaluated.text == (token if expected is None else expected)


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


@pytest.mark.parametrize(
    ("value", "options"),
    [
        ("abc", "yyyy"),
        ("abc", "C"),
        ("4.3", "Int D"),
        ("4.3", "D"),
        ("4.3", "X"),
        ("4.3", "R"),
        ("4.3", "Q"),
        ("4.3", "Int"),
        ("99999999999", "Int D"),
        ("79228162514264337593543950336", "N"),
        ("+5-", "N"),
        (".", "N"),
        ("1e999", "Double R"),
        ("4.3", "Money C"),
        ("4.3", "Int D 3"),
        ("abc", "Double C"),
        ("abc", "Decimal C"),
        ("abc", "Date yyyy"),
        ("abc", "DateTimeOffset yyyy"),
    ],
)
def test_a_format_without_an_answer_leaves_its_token(value: str, options: str) -> None:
    token = f"#{{V | Format {options}}}"
    token = token.replace("Format Int}", "Format}") if options == "Int" else token

    assert evaluate(token, {"V": value}) == Evaluated(token, (token,))


@pytest.mark.parametrize(
    ("value", "options", "message"),
    [
        *((MAY, f"Date {letter}", "a standard date format depends") for letter in "dDfFgGmMtTUyY"),
        (MAY, "d", "a standard date format depends"),
        (MAY, 'Date ""', "a standard date format depends"),
        ("4.3", "N100", "a format of more than 99 digits is not supported"),
        ("4.3", "F999999999", "a format of more than 99 digits is not supported"),
        ("4.3", "G3", "a precision with the format G is not supported"),
        ("4.3", '"0.0E+00"', "an exponent in a custom format is not supported"),
    ],
)
def test_a_format_that_is_not_supported_is_an_error(value: str, options: str, message: str) -> None:
    token = f"#{{V | Format {options}}}"

    with pytest.raises(OctostacheError) as caught:
        evaluate(token, {"V": value})

    assert str(caught.value).startswith(f"{token}: Format: {message}")


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("#{ | NowDate}", "2016-11-03T08:53:11.0946440"),
        ("#{|nowdate}", "2016-11-03T08:53:11.0946440"),
        ('#{ | NowDate "HH dd-MMM-yyyy"}', "08 03-Nov-2016"),
        ("#{ | NowDate #{Format}}", "03-11-2016"),
        ("#{ | NowDate | Format Date MMM}", "Nov"),
        ("#{Missing | NowDate yyyy}", "2016"),
        ("#{ | NowDateUtc}", "2016-11-02T22:53:11.0946440Z"),
        ("#{ | NowDateUtc zz}", "+00"),
        ('#{ | NowDateUtc "HH:mm K"}', "22:53 Z"),
        ("#{ | NowDateUtc | Format DateTimeOffset zz}", "+00"),
        ("#{ | NowDateUtc | AddDays 1}", "2016-11-03T22:53:11.0946440Z"),
    ],
)
def test_now_is_written(token: str, expected: str) -> None:
    evaluator = Evaluator({"Format": "dd-MM-yyyy"}, now=lambda: NOW)

    assert evaluator.evaluate(token) == Evaluated(expected)


@pytest.mark.parametrize(
    "token", ["#{V | NowDate}", "#{V | NowDateUtc}", "#{ | NowDate a b}", "#{ | NowDate h}"]
)
def test_now_takes_no_value_and_one_format(token: str) -> None:
    assert evaluate(token, {"V": "x"}) == Evaluated(token, (token,))


def test_without_a_clock_now_is_now() -> None:
    before = datetime.now(UTC)

    written = evaluate("#{ | NowDateUtc}", {}).text

    assert before <= datetime.fromisoformat(written[:26] + "+00:00") <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("value", "chain", "expected"),
    [
        (MAY, "AddHours 2", "2030-05-22T11:05:07.0000000"),
        (MAY, "AddHours -2", "2030-05-22T07:05:07.0000000"),
        (MAY, 'AddHours "1.5"', "2030-05-22T10:35:07.0000000"),
        (MAY, "AddHours 48", "2030-05-24T09:05:07.0000000"),
        (MAY, 'AddHours "1e1"', "2030-05-22T19:05:07.0000000"),
        (MAY, "AddDays 1", "2030-05-23T09:05:07.0000000"),
        (MAY, 'AddDays "-2.5"', "2030-05-19T21:05:07.0000000"),
        ("2030-12-31", "AddDays 1", "2031-01-01T00:00:00.0000000"),
        ("2030-05-22T09:05:07.1234567", "AddDays 1", "2030-05-23T09:05:07.1234567"),
        ("2030-05-22T09:05:07Z", "AddHours 1", "2030-05-22T10:05:07.0000000Z"),
        ("2030-05-22T09:05:07+02:00", "AddHours 1", "2030-05-22T10:05:07.0000000+02:00"),
        (MAY, "AddDays 1 | AddHours 2", "2030-05-23T11:05:07.0000000"),
        (MAY, 'AddHours 2 | Format "yyyy-MM-dd HH:mm:ss"', "2030-05-22 11:05:07"),
    ],
)
def test_a_date_is_shifted(value: str, chain: str, expected: str) -> None:
    assert evaluate(f"#{{V | {chain}}}", {"V": value}) == Evaluated(expected)


@pytest.mark.parametrize(
    ("value", "chain"),
    [
        ("abc", "AddHours 2"),
        (MAY, "AddHours"),
        (MAY, "AddHours 1 2"),
        (MAY, "AddHours x"),
        (MAY, 'AddHours "1,000"'),
        (MAY, 'AddHours "1e999"'),
        (MAY, "AddDays 999999999"),
        (MAY, 'AddDays "1e300"'),
        ("9999-12-31", "AddDays 1"),
        ("0001-01-01", "AddHours -1"),
    ],
)
def test_a_shift_without_an_answer_leaves_its_token(value: str, chain: str) -> None:
    token = f"#{{V | {chain}}}"

    assert evaluate(token, {"V": value}) == Evaluated(token, (token,))


@pytest.mark.parametrize("value", ["0001-01-01", "9999-12-31 23:59:59", "0001-01-01T00:00:00+05:00"])
def test_the_ends_of_time_are_no_reason_to_crash(value: str) -> None:
    for spec in ("Date zzz", "DateTimeOffset u", "DateTimeOffset zzz"):
        evaluated = evaluate(f"#{{V | Format {spec}}}", {"V": value})

        assert evaluated.text
