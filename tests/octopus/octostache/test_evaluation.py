from collections.abc import Iterator, Mapping

import pytest

from ecs_steps.octopus.octostache import Evaluated, Evaluator, OctostacheError, evaluate

VARIABLES = {
    "Foo": "bar",
    "Composed": "<#{Foo}>",
    "Twice": "#{Composed}#{Composed}",
    "Empty": "",
    "Foo Bar Jazz": "spaced",
    "a/b": "slash",
    "a~b": "tilde",
    "(abc)": "round",
    "user@host": "at",
    "Path.To.It": "dotted",
    "Password[Rob]": "rob's",
    "Password[Mary]": "mary's",
    "Who": "Mary",
    "Who2": "#{Who}",
    "Nested[x[0].y].Name": "deep",
    "Broken": "x #{Foo} #{1+1} ##{y}",
    "Echo": "#{Missing}",
    "Half": "#{Foo} and #{Missing}",
    "Escaped": "##{Foo}",
    "Last": "first",
    "LAST": "last",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain # text } {", "plain # text } {"),
        ("#{Foo}", "bar"),
        ("#{foo}", "bar"),
        ("#{FOO}", "bar"),
        ("#{ Foo }", "bar"),
        ("#{Foo  }", "bar"),
        ("a#{Foo}b#{Foo}c", "abarbbarc"),
        ("#{Composed}", "<bar>"),
        ("#{Twice}", "<bar><bar>"),
        ("[#{Empty}]", "[]"),
        ("#{Foo Bar Jazz}", "spaced"),
        ("#{foo bar JAZZ}", "spaced"),
        ("#{a/b}#{a~b}#{(abc)}#{user@host}", "slashtilderoundat"),
        ("#{Path.To.It}", "dotted"),
        ("#{path . to . it}", "dotted"),
        ("#{Password[Rob]}", "rob's"),
        ("#{password[ROB]}", "rob's"),
        ("#{Password[ Rob ]}", "rob's"),
        ("#{Password[#{Who}]}", "mary's"),
        ("#{Password[ #{Who} ]}", "mary's"),
        ("#{Password[#{Who2}]}", "mary's"),
        ("#{Password[*]}", "rob's"),
        ("#{Nested[x[0].y].Name}", "deep"),
        ("#{Nested[x[0].y]}", "x[0].y"),
        ("#{Nested[x[0].y].Key}", "x[0].y"),
        ("#{Last}", "last"),
        ('100% of #{Foo}: {"a": 1}', '100% of bar: {"a": 1}'),
        ("#{Foo}\r\n#{Foo}\n", "bar\r\nbar\n"),
    ],
)
def test_a_name_is_replaced_by_its_value(text: str, expected: str) -> None:
    assert evaluate(text, VARIABLES) == Evaluated(expected)


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
        ("#{Password[#{Nobody}]}", "#{Password[#{Nobody}]}", ("#{Password[#{Nobody}]}",)),
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


def test_text_without_a_token_is_the_same_object() -> None:
    text = "not a token: # { }" * len(VARIABLES)

    evaluated = evaluate(text, VARIABLES)

    assert evaluated.text is text
    assert evaluated.unresolved == ()


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
def test_a_block_whose_condition_has_no_answer_stays_whole(text: str, unresolved: str) -> None:
    assert evaluate(text, CONDITIONS) == Evaluated(text, (unresolved,))


COLLECTIONS = {
    "List": "a,b,c",
    "Spaced": "a, b",
    "Blank": "",
    "Endpoint[A].Address": "http://a",
    "Endpoint[A].Description": "Primary",
    "Endpoint[B].Address": "http://b",
    "Endpoint[B].Roles": "x,y",
    "Certificate[a]": "First",
    "Certificate[a].Thumbprint": "AA",
    "Certificate[b]": "Second",
    "Mine[a].Key": "own",
    "Numbers": "[5, 2, 4]",
    "Objects": '{"Cat": {"Price": 11.5}, "Dog": {"Price": 17}}',
    "Things": '[{"Name": "one"}, {"Name": "two"}]',
    "Indirect": "#{List}",
    "Greeting": "Hello #{Person}",
    "Templated[a].Text": "#{item.Word}-#{Octopus.Template.Each.Index}",
    "Templated[a].Word": "w",
    "Octopus.Environment.Name": "Dev",
    "item": "outer",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#{each i in List}#{i};#{/each}", "a;b;c;"),
        ("#{ each  i  in  List }#{i}#{/each}", "abc"),
        ("#{each the item in List}#{the item}#{/each}", "abc"),
        ("#{each i in Spaced}[#{i}]#{/each}", "[a][ b]"),
        ("#{each i in Blank}[#{i}]#{/each}", "[]"),
        ("#{each i in Missing}[#{i}]#{/each}", ""),
        ("#{each i in Indirect}#{i}#{/each}", "abc"),
        ("#{each e in Endpoint}#{e}=#{e.Address} #{/each}", "A=http://a B=http://b "),
        ("#{each e in Endpoint}#{e.Key}#{/each}", "AB"),
        ("#{each e in Endpoint}#{if e.Description}#{e.Description}#{else}-#{/if}#{/each}", "Primary-"),
        ("#{each e in Endpoint}#{each r in e.Roles}#{e.Key}#{r}#{/each}#{/each}", "BxBy"),
        (
            "#{each c in Certificate}#{c}/#{c.Key}/#{if c.Thumbprint}#{c.Thumbprint}#{/if} #{/each}",
            "First/a/AA Second/b/ ",
        ),
        ("#{each m in Mine}#{m.Key}#{/each}", "own"),
        ("#{each n in Numbers}#{n};#{/each}", "5;2;4;"),
        ("#{each o in Objects}#{o}:#{o.Key}:#{o.Value.Price} #{/each}", "Cat:Cat:11.5 Dog:Dog:17 "),
        ("#{each t in Things}#{t.Name}#{/each}", "onetwo"),
        ("#{each t in Things}#{t};#{/each}", '{"Name":"one"};{"Name":"two"};'),
        ("#{each i in List}#{Octopus.Template.Each.Index}#{/each}", "012"),
        ("#{each i in List}#{Octopus.Template.Each.First} #{/each}", "True False False "),
        ("#{each i in List}#{Octopus.Template.Each.Last} #{/each}", "False False True "),
        ('#{each i in List}#{i}#{if Octopus.Template.Each.Last == "False"},#{/if}#{/each}', "a,b,c"),
        ("#{each i in List}#{octopus.environment.name}#{/each}", "DevDevDev"),
        ("#{each i in List}#{each j in List}#{Octopus.Template.Each.Index}#{/each}|#{/each}", "012|012|012|"),
        ("#{each i in List}#{each i in Numbers}#{i}#{/each}#{i} #{/each}", "524a 524b 524c "),
        ("#{each item in List}#{item}#{/each}#{item}", "abcouter"),
        ("#{each item in Templated}#{item.Text}#{/each}", "w-0"),
        ("#{each i in Numbers}#{calc i + 5} #{/each}", "10 7 9 "),
        ("#{each i in Objects.Cat}#{i}#{/each}", "Price"),
        ("#{each e in Endpoint[A]}#{e}#{/each}", "A"),
        ("#{each e in Certificate[a]}#{e}#{/each}", "First"),
    ],
)
def test_each_goes_through_a_collection(text: str, expected: str) -> None:
    assert evaluate(text, COLLECTIONS) == Evaluated(expected)


def test_a_value_does_not_see_the_items_of_a_loop_around_its_use() -> None:
    text = "#{each Person in List}#{Greeting} #{/each}"

    evaluated = evaluate(text, COLLECTIONS)

    assert evaluated == Evaluated("Hello #{Person} " * 3, ("#{Person}",))


def test_a_member_that_only_some_items_have_stays_in_place() -> None:
    evaluated = evaluate("#{each e in Endpoint}#{e.Description} #{/each}", COLLECTIONS)

    assert evaluated == Evaluated("Primary #{e.Description} ", ("#{e.Description}",))


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


@pytest.mark.parametrize(
    ("variables", "loop"),
    [
        ({"A": "#{A}"}, "A -> A"),
        ({"A": "#{B}", "B": "#{A}"}, "A -> B -> A"),
        ({"A": "x#{b}", "B": "#{C | ToLower}", "C": "#{if B}y#{/if}"}, "b -> C -> B"),
        ({"A": "#{B[#{A}]}"}, "A -> A"),
        ({"A": "#{each x in A}#{/each}"}, "A -> A"),
        ({"A": "#{calc A + 1}"}, "A -> A"),
        ({"A": '{"x": "#{A.y}", "y": "#{A.x}"}'}, "A.y -> A.x -> A.y"),
        ({"A": "#{B.x}", "B": '{"x": "#{A}"}'}, "A -> B.x -> A"),
    ],
)
def test_a_loop_is_an_error_that_names_the_variables(variables: dict[str, str], loop: str) -> None:
    with pytest.raises(OctostacheError) as caught:
        evaluate("#{A}", variables)

    assert str(caught.value) == f"The variables loop: {loop}"


def test_a_loop_is_no_error_where_nothing_asks_for_it() -> None:
    variables = {"A": "#{A}", "B": "fine"}

    assert evaluate("#{B}#{if Missing}#{A}#{/if}", variables) == Evaluated("fine")


class _Counted(Mapping[str, str]):
    """Variables that count how often they are gone through."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.variables = variables
        self.walks = 0

    def __getitem__(self, name: str) -> str:
        return self.variables[name]

    def __iter__(self) -> Iterator[str]:
        self.walks += 1
        return iter(self.variables)

    def __len__(self) -> int:
        return len(self.variables)


def test_many_texts_go_through_the_dictionary_once() -> None:
    variables = _Counted({f"Name[{number}].Of.It": f"value {number}" for number in range(500)})
    evaluator = Evaluator(variables)

    texts = [evaluator.evaluate(f"#{{Name[{number}].Of.It}}").text for number in range(500)]

    assert texts == [f"value {number}" for number in range(500)]
    assert variables.walks == 1


def test_texts_without_tokens_never_touch_the_dictionary() -> None:
    variables = _Counted({"A": "b"})

    Evaluator(variables).evaluate("nothing to do")

    assert variables.walks == 0


def test_an_evaluator_gives_the_same_answer_again() -> None:
    evaluator = Evaluator({"A": "#{B} #{Missing}", "B": "b"})

    answers = {evaluator.evaluate("#{A}") for _ in range(3)}

    assert answers == {Evaluated("b #{Missing}", ("#{Missing}",))}
