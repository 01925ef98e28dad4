import pytest

from ecs_steps.octostache import OctostacheError, evaluate


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
        ("0", "E", "0.000000E+000"),
        ("0.00", "e2", "0.00e+000"),
        ("0", "Double E0", "0E+000"),
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
    ("value", "options", "message"),
    [
        ("4.3", "N100", "a format of more than 99 digits is not supported"),
        ("4.3", "F999999999", "a format of more than 99 digits is not supported"),
        ("4.3", "G3", "a precision with the format G is not supported"),
        ("4.3", '"0.0E+00"', "an exponent in a custom format is not supported"),
    ],
)
def test_a_number_format_that_is_not_supported_is_an_error(value: str, options: str, message: str) -> None:
    token = f"#{{V | Format {options}}}"

    with pytest.raises(OctostacheError) as caught:
        evaluate(token, {"V": value})

    assert str(caught.value) == f"{token}: Format: {message}"
