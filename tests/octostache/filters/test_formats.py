from datetime import UTC, datetime, timedelta, timezone

import pytest

from ecs_steps.octostache import Evaluated, Evaluator, evaluate

MAY = "2030/05/22 09:05:07"
NOW = datetime(2016, 11, 3, 8, 53, 11, 94644, timezone(timedelta(hours=10)))


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
        ("99999999999", "Int D"),
        ("79228162514264337593543950336", "N"),
        ("+5-", "N"),
        (".", "N"),
        ("1e999", "Double R"),
        ("4.3", "Money C"),
        ("4.3", "Int D 3"),
        ("4.3", ""),
        ("abc", "Double C"),
        ("abc", "Decimal C"),
        ("abc", "Date yyyy"),
        ("abc", "DateTimeOffset yyyy"),
    ],
)
def test_a_format_without_a_result_leaves_its_token(value: str, options: str) -> None:
    token = f"#{{V | Format {options}}}"

    assert evaluate(token, {"V": value}) == Evaluated(token, (token,))


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
def test_a_shift_without_a_result_leaves_its_token(value: str, chain: str) -> None:
    token = f"#{{V | {chain}}}"

    assert evaluate(token, {"V": value}) == Evaluated(token, (token,))
