import pytest

from ecs_steps.octostache import Evaluated, evaluate
from octostache.variables import VARIABLES


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("##{Foo}", "#{Foo}"),
        ("###{Foo}", "#bar"),
        ("####{Foo}", "###{Foo}"),
        ("#####{Foo}", "###bar"),
        ("######{Foo}", "#####{Foo}"),
        ("##{Foo #{Foo}}", "#{Foo bar}"),
        ("#{Foo}##{Foo}", "bar#{Foo}"),
        ("#{Foo}###{Foo}", "bar#bar"),
        ("# ## ### #", "# ## ### #"),
        ("####### #{Foo}", "####### bar"),
        ("#a#{Foo}", "#abar"),
        ("##{if x}#{Foo}", "#{if x}bar"),
        ("#{Escaped}", "#{Foo}"),
        ("##{", "#{"),
    ],
)
def test_a_doubled_hash_escapes_a_token(text: str, expected: str) -> None:
    assert evaluate(text, VARIABLES) == Evaluated(expected)


@pytest.mark.parametrize(
    ("text", "expected", "unresolved"),
    [
        ("#{Missing}", "#{Missing}", ("#{Missing}",)),
        ("#{ Missing  | ToLower }", "#{ Missing  | ToLower }", ("#{ Missing  | ToLower }",)),
        ("#{Foo}#{Missing}", "bar#{Missing}", ("#{Missing}",)),
        ("#{A} #{B} #{A}", "#{A} #{B} #{A}", ("#{A}", "#{B}")),
        ("#{Path}", "#{Path}", ("#{Path}",)),
        ("#{Path.To}", "#{Path.To}", ("#{Path.To}",)),
        ("#{Path.To.It.Now}", "#{Path.To.It.Now}", ("#{Path.To.It.Now}",)),
        ("#{Foo[x]}", "#{Foo[x]}", ("#{Foo[x]}",)),
        ("#{Password[Joe]}", "#{Password[Joe]}", ("#{Password[Joe]}",)),
        ("#{Password[#{Absent}]}", "#{Password[#{Absent}]}", ("#{Password[#{Absent}]}",)),
        (
            "#{Password[#{Who | ToLower}]}",
            "#{Password[#{Who | ToLower}]}",
            ("#{Password[#{Who | ToLower}]}",),
        ),
        ("#{Password[the #{Who}]}", "#{Password[the #{Who}]}", ("#{Password[the #{Who}]}",)),
        ("#{Foo[*]}", "#{Foo[*]}", ("#{Foo[*]}",)),
        ("#{Echo}", "#{Missing}", ("#{Missing}",)),
        ("#{Half}", "bar and #{Missing}", ("#{Missing}",)),
        ("#{Half}#{Half}", "bar and #{Missing}" * 2, ("#{Missing}",)),
        ("#{Foo | ToBazooka}", "#{Foo | ToBazooka}", ("#{Foo | ToBazooka}",)),
        ('#{Foo | ToBazooka 6 "x"}', '#{Foo | ToBazooka 6 "x"}', ('#{Foo | ToBazooka 6 "x"}',)),
        ("#{Foo | Append #{Missing}}", "bar#{Missing}", ("#{Missing}",)),
        ("#{", "#{", ("#{",)),
        ("#{Foo", "#{Foo", ("#{Foo",)),
        ("#{Foo #{Foo}", "#{Foo bar", ("#{Foo",)),
        ("#{1+1} #{Foo}", "#{1+1} bar", ("#{1+1}",)),
        ("#{Foo!}", "#{Foo!}", ("#{Foo!}",)),
        ("#{/if}#{Foo}", "#{/if}bar", ("#{/if}",)),
        ("#{else}", "#{else}", ("#{else}",)),
        ("#{if Foo}#{Foo}", "#{if Foo}bar", ("#{if Foo}",)),
        ("#{each f in Foo}#{Foo}", "#{each f in Foo}bar", ("#{each f in Foo}",)),
        ("#{if Foo}#{/each}", "#{if Foo}#{/each}", ("#{if Foo}", "#{/each}")),
    ],
)
def test_what_has_no_value_stays_and_is_reported(
    text: str, expected: str, unresolved: tuple[str, ...]
) -> None:
    assert evaluate(text, VARIABLES) == Evaluated(expected, unresolved)


def test_a_value_that_does_not_parse_is_taken_as_it_stands() -> None:
    assert evaluate("#{Broken}", VARIABLES) == Evaluated("x #{Foo} #{1+1} ##{y}")


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        ("true", True),
        ("True", True),
        ("yes", True),
        ("1", True),
        ("00", True),
        (" 0", True),
        ("  ", True),
        ("off", True),
        ("", False),
        ("0", False),
        ("no", False),
        ("NO", False),
        (" No ", False),
        ("false", False),
        ("FALSE", False),
        ("\tfalse\n", False),
    ],
)
def test_some_values_are_falsy(value: str, holds: bool) -> None:  # noqa: FBT001  a column of the table
    text = "#{if V}yes#{else}no#{/if} #{unless V}no#{else}yes#{/unless}"

    evaluated = evaluate(text, {"V": value})

    assert evaluated.text == ("yes yes" if holds else "no no")


CONDITIONS = {
    "Env": "Production",
    "Copy": "#{Env}",
    "Other": "Test",
    "Zero": "0",
    "Quoted": 'say "hi"',
    "Hash": "a#b",
    "Blank": "",
    "Step[One].Status": "Skipped",
}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ('Env == "Production"', True),
        ('Env=="Production"', True),
        ('Env ==  "Production" ', True),
        ('Env == "production"', False),
        ('Env != "Production"', False),
        ('Env != "Test"', True),
        ('"Production" == Env', True),
        ('"Production" != Env', False),
        ("Env == Copy", True),
        ("Env == Other", False),
        ("Env != Other", True),
        ("ENV == copy", True),
        ("Env == Missing", False),
        ("Missing == Nowhere", True),
        ('Missing == ""', True),
        ('Blank == ""', True),
        ("Blank == Missing", True),
        ("Missing", False),
        (r"Hash == \"a#b\"", True),
        (r"Env == \"Production\"", True),
        ('Step[One].Status == "Skipped"', True),
        ('Zero == "0"', True),
        ("Env | Contains Prod", True),
        ("Env | Contains prod", False),
        ("Env | ToLower | Contains prod", True),
        ('Env | ToLower == "production"', True),
        ("Env | ToLower == Copy | ToLower", True),
        ('Env | Substring 4 == "Prod"', True),
        ('"PRODUCTION" == Env | ToUpper', True),
        ('Env | Replace "^P.*" x == "x"', True),
        ("Other | Match #{Other}", True),
    ],
)
def test_a_condition_compares(condition: str, holds: bool) -> None:  # noqa: FBT001  a column of the table
    evaluated = evaluate(f"#{{if {condition}}}yes#{{else}}no#{{/if}}", CONDITIONS)

    assert evaluated == Evaluated("yes" if holds else "no")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#{if Env}a#{/if}", "a"),
        ("#{if Zero}a#{/if}", ""),
        ("#{ if Env }a#{/if}", "a"),
        ("#{IF Env}a#{/if}", "a"),
        ("#{if Env}#{if Zero}a#{else}b#{/if}#{/if}", "b"),
        ("#{if Zero}a#{else}#{if Env}b#{/if}#{/if}", "b"),
        ('#{if Env == "x"}1#{elseif Env == "Production"}2#{else}3#{/if}', "2"),
        ("#{if Zero}1#{elseif Zero}2#{elseif Env}3#{else}4#{/if}", "3"),
        ("#{if Zero}1#{elseif Zero}2#{else}4#{/if}", "4"),
        ("#{if Zero}1#{elseif Zero}2#{/if}", ""),
        ("#{if Env}1#{elseif Env}2#{/if}", "1"),
        ("#{if Env}1#{elseif Missing | Bogus}2#{/if}", "1"),
        ("#{unless Zero}a#{/unless}", "a"),
        ("#{unless Missing}a#{/unless}", "a"),
        ("#{unless Env}a#{/unless}", ""),
        ("#{unless Env}#{if Env}a#{/if}#{else}b#{/unless}", "b"),
        ("#{if Env}#{each i in Other}#{i}#{/each}#{/if}", "Test"),
        ("#{if Env}\n  #{Env}\n#{/if}", "\n  Production\n"),
        ("#{if Zero}#{Missing}#{/if}", ""),
    ],
)
def test_a_block_is_taken_or_left(text: str, expected: str) -> None:
    assert evaluate(text, CONDITIONS) == Evaluated(expected)


@pytest.mark.parametrize(
    ("text", "unresolved"),
    [
        ("#{if Env | Bogus}a#{else}b#{/if}", "#{if Env | Bogus}"),
        ("#{if Missing | ToLower}a#{/if}", "#{if Missing | ToLower}"),
        ("#{if Env == Env | Bogus}a#{/if}", "#{if Env == Env | Bogus}"),
        ("#{unless Env | Bogus}a#{/unless}", "#{unless Env | Bogus}"),
        ("#{if Zero}a#{elseif Env | Bogus}b#{/if}", "#{if Zero}"),
    ],
)
def test_a_block_whose_condition_has_no_result_stays_whole(text: str, unresolved: str) -> None:
    assert evaluate(text, CONDITIONS) == Evaluated(text, (unresolved,))
