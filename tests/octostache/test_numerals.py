import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.octostache.numerals import double, double_text, int32


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("42", 42),
        (" +42\t", 42),
        ("-42", -42),
        ("00000000000000042", 42),
        ("2147483647", 2147483647),
        ("-2147483648", -2147483648),
        ("2147483648", None),
        ("9" * 10_000, None),
        ("", None),
        ("-", None),
        ("1.0", None),
        ("1,000", None),
        ("1 2", None),
        ("\u0661", None),
    ],
)
def test_a_32_bit_integer_is_read(text: str, number: int | None) -> None:
    assert int32(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1.0),
        (" -1.5 ", -1.5),
        ("1.", 1.0),
        (".5", 0.5),
        ("1,234.5", 1234.5),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        ("", None),
        (".", None),
        ("abc", None),
        ("1e", None),
        ("0x1", None),
        ("1_000", None),
        ("inf", None),
        ("1 000", None),
    ],
)
def test_a_double_is_read(text: str, number: float | None) -> None:
    assert double(text) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (5.0, "5"),
        (-2.5, "-2.5"),
        (100.0, "100"),
        (0.001, "0.001"),
        (0.0001, "0.0001"),
        (0.00001, "1E-05"),
        (1.5e-7, "1.5E-07"),
        (1e14, "100000000000000"),
        (123456789012345.0, "123456789012345"),
        (1e15, "1E+15"),
        (1.25e100, "1.25E+100"),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
        (float("nan"), "NaN"),
    ],
)
def test_a_double_is_written_as_dot_net_writes_it(number: float, text: str) -> None:
    assert double_text(number) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_that_was_written_is_read_back(number: float) -> None:
    assert double(double_text(number)) == number
