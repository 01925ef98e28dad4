import pytest

from ecs_steps.octostache import Evaluated, evaluate

NUMBERS = {
    "A": "5",
    "B": "7",
    "The/Var": "9",
    "Another-Var": "11",
    "Text": "x",
    "Thousand": "1,000",
    "Spaced": " 2 ",
    "Negative": "-3.5",
    "Tiny": "1e-7",
    "Composed": "#{A}",
    "Offset[Primary]": "180",
}


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("3+2", "5"),
        ("3 - 2", "1"),
        (".5+1", "1.5"),
        ("1-.25*2", "0.5"),
        ("3*2", "6"),
        ("3/2", "1.5"),
        ("2 / 4", "0.5"),
        ("3*2+2*4", "14"),
        ("2+3*4-1", "13"),
        ("3*(2+2)*4", "48"),
        ("((1))", "1"),
        ("( 1 + 2 )", "3"),
        ("2-4", "-2"),
        ("1-1", "0"),
        ("10-3-2", "5"),
        ("16/4/2", "2"),
        ("0.1+0.2", "0.30000000000000004"),
        ("0.2*7", "1.4000000000000001"),
        ("1/3", "0.3333333333333333"),
        ("A+2", "7"),
        ("A+B", "12"),
        ("a+b", "12"),
        ("A * B + 1", "36"),
        ("{B}-2", "5"),
        ("{ B } / 2", "3.5"),
        ("2-B", "-5"),
        ("2-(B*2)", "-12"),
        ("{The/Var}-2", "7"),
        ("{Another-Var}-2", "9"),
        ("The/Var+0", "9"),
        ("Offset[Primary] + 1", "181"),
        ("Thousand + 1", "1001"),
        ("Spaced * 2", "4"),
        ("Negative * 2", "-7"),
        ("Tiny * 1", "1E-07"),
        ("Composed + 1", "6"),
        ("7%2", "1"),
        ("2+7%4", "5"),
        ("10%4*2", "4"),
        ("20%(B+1)", "4"),
        ("0-7 % 4", "-3"),
        ("{Negative}*2%4", "-3"),
        ("1000000000000000*10", "1E+16"),
        ("100000000000000*1", "100000000000000"),
        ("1234567890123456*10", "1.234567890123456E+16"),
        ("1/10000", "0.0001"),
        ("1/100000", "1E-05"),
        ("+".join(["1"] * 5000), "5000"),
    ],
)
def test_a_calculation_has_a_result(formula: str, expected: str) -> None:
    assert evaluate(f"#{{calc {formula}}}", NUMBERS) == Evaluated(expected)


@pytest.mark.parametrize(
    "formula",
    [
        "C+2",
        "Text+1",
        "B-2",
        "B/2",
        "1/0",
        "7%0",
        "5.5%2",
        "5%2.5",
        "100000000000000000000%3",
        "1+",
        "(1",
        "(B)",
        "2B",
        "+1",
        "-1",
    ],
)
def test_a_calculation_without_a_result_stays_in_place(formula: str) -> None:
    token = f"#{{calc {formula}}}"

    assert evaluate(token, NUMBERS) == Evaluated(token, (token,))
