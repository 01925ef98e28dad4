import pytest

from ecs_steps.octostache import Evaluated, OctostacheError, evaluate


@pytest.mark.parametrize(
    ("document", "path", "expected"),
    [
        ('{"Hello": "Workers"}', ".Hello", "Workers"),
        ('{"Hello": "Workers"}', "[Hello]", "Workers"),
        ('{"a": {"b": {"c": 12}}}', ".a.b.c", "12"),
        ('{"a": {"b": {"c": 12}}}', "[a][b][c]", "12"),
        ('{"a": [{"n": "x"}, {"n": "y"}]}', ".a[1].n", "y"),
        ("[10, 20]", "[0]", "10"),
        ("[10, 20]", "[ 1 ]", "20"),
        ("[10, 20]", "[+1]", "20"),
        ("[[1, 2], [3]]", "[0][1]", "2"),
        ('{"a": {"b": "11"}}', ".a", '{"b":"11"}'),
        ('{"a": [1, 2.0, "x", null]}', ".a", '[1,2.0,"x",null]'),
        ('{"a": "ü"}', "[a]", "ü"),
        ('{"a": ["ü"]}', ".a", '["ü"]'),
        ('{"a": 15.00}', ".a", "15"),
        ('{"a": 11.50}', ".a", "11.5"),
        ('{"a": 1e3}', ".a", "1000"),
        ('{"a": 12345678901234567890}', ".a", "12345678901234567890"),
        ('{"a": true, "b": false}', ".a", "True"),
        ('{"a": true, "b": false}', ".b", "False"),
        ('{"a": null}', ".a", ""),
        ('{"a": 1}', ".b", ""),
        ("[1]", "[7]", ""),
        ('{"a": ""}', ".a", ""),
        ('{"a": 1, "a": 2}', ".a", "2"),
        ('{"a b": 1}', ".a b", "1"),
        ('{"a.b": 1}', "[a.b]", "1"),
        (' \n{"a": 1}', ".a", "1"),
        ('{"a": "#{Other}"}', ".a", "other"),
        ('{"a": {"b": "#{Other}"}}', ".a.b", "other"),
        ('{"#{Other}": 1}', ".other", "1"),
        ("{#{Other}: '#{Other}!'}", ".other", "other!"),
        ('{"a": "#{V.b}", "b": 12}', ".a", "12"),
        ('{"n": "#{V.l[1]}", "l": [1, "#{Other}"]}', ".n", "other"),
        ("#{Json}", ".x", "y"),
        ("{a: 1}", ".a", "1"),
        ("{a_1$: 'x'}", "[a_1$]", "x"),
        ("{a: 'it\\'s'}", ".a", "it's"),
        ("{a: 'say \"x\"'}", ".a", 'say "x"'),
        ("{a: '\\u0041\\n'}", ".a", "A\n"),
        ("{'a': 1}", ".a", "1"),
        ("{12: 1}", ".12", "1"),
        ("{a: 1,}", ".a", "1"),
        ("[1, 2, ]", "[1]", "2"),
        ("{a: /* one */ 1, // two\n b: 2}", ".b", "2"),
        ('{"a": "// no, /* none */ here,}"}', ".a", "// no, /* none */ here,}"),
        ('{"a": "two\nlines"}', ".a", "two\nlines"),
    ],
)
def test_a_name_leads_into_a_value_that_holds_json(document: str, path: str, expected: str) -> None:
    variables = {"V": document, "Other": "other", "Json": '{"x": "y"}'}

    evaluated = evaluate(f"#{{V{path}}}", variables)

    assert evaluated.text == expected


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("not json", ".a"),
        ("", ".a"),
        ("{a: b}", ".a"),
        ("{a: 1", ".a"),
        ('{"a": 1}}', ".a"),
        ("12", ".a"),
        ('"text"', ".a"),
        ("true", ".a"),
        ("null", ".a"),
        ("[1, 2]", "[x]"),
        ("[1, 2]", "[-1]"),
        ("[1, 2]", ".a"),
        ('{"a": "text"}', ".a.b"),
        ('{"a": 1}', ".a.b"),
        ("{/* never closed", ".a"),
        ('{"a": ' + "9" * 5000 + "}", ".a"),
        ("{" + "x" * 300_000, ".a"),
        ("{" + '\\"' * 300_000, ".a"),
        ("{" + "'" * 300_001, ".a"),
        ("{" + ",/*" * 100_000, ".a"),
        ("{" + ", " * 100_000, ".a"),
    ],
)
def test_a_name_does_not_lead_into_another_value(value: str, path: str) -> None:
    token = f"#{{V{path}}}"

    assert evaluate(token, {"V": value}) == Evaluated(token, (token,))


@pytest.mark.parametrize("value", ["[" * 65 + "]" * 65, '{"a":' * 65 + "1" + "}" * 65, "[" * 100_000])
def test_json_nested_too_deep_is_an_error(value: str) -> None:
    with pytest.raises(OctostacheError, match="JSON is nested more than 64 deep"):
        evaluate("#{V.a}", {"V": value})


def test_json_may_be_nested_deep() -> None:
    value = "[" * 64 + "7" + "]" * 64

    assert evaluate("#{V" + "[0]" * 64 + "}", {"V": value}) == Evaluated("7")


def test_a_variable_of_its_own_goes_before_what_the_json_says() -> None:
    variables = {
        "V": '{"Hello": "Workers", "Foo": "Bar", "Donkey": {"Kong": 12}, "Left": 1}',
        "V.Hello": "mine",
        "V[Foo]": "mine too",
        "V.Donkey.Kong": "and this",
    }

    evaluated = evaluate("#{V.Hello}, #{V[Foo]}, #{V.Donkey.Kong}, #{V.Left}", variables)

    assert evaluated.text == "mine, mine too, and this, 1"


def test_names_in_json_are_of_one_case() -> None:
    assert evaluate("#{v.Name}|#{V.name}", {"V": '{"Name": "x"}'}).text == "x|"


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("#{V.a}", {"V": '{"a": "#{V.a}"}'}),
        ("#{V.a}", {"V": '{"a": "#{V}"}'}),
        ("#{V[a]}", {"V": '{"a": "#{W}"}', "W": "#{V}"}),
    ],
)
def test_a_loop_met_only_through_a_lookup_leaves_its_token(text: str, variables: dict[str, str]) -> None:
    evaluated = evaluate(text, variables)

    assert len(evaluated.unresolved) == 1
    assert evaluated == Evaluated(evaluated.unresolved[0], evaluated.unresolved)


def test_after_a_loop_met_through_a_lookup_the_rest_is_evaluated() -> None:
    variables = {"V": '{"a": "#{V}", "b": "1"}', "A": "#{B.x}", "B": '{"x": "#{A}"}', "C": "fine"}

    evaluated = evaluate("#{V.a} #{A} #{B.x} #{C} #{Missing}", variables)

    assert evaluated.text == "#{V.a} #{B.x} #{B.x} fine #{Missing}"
    assert evaluated.unresolved == ("#{V.a}", "#{B.x}", "#{Missing}")


def test_what_another_member_lacks_is_not_reported() -> None:
    variables = {"V": '{"a": "1", "b": "#{Missing}"}'}

    assert evaluate("#{V.a}", variables) == Evaluated("1")
    assert evaluate("#{V.b}", variables) == Evaluated("#{Missing}", ("#{Missing}",))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("[1,2]", "1;2;"),
        ("[]", ""),
        ("{}", ""),
        ("{a: 1, b: 2}", "a;b;"),
        ("[null, true, 1.50]", ";True;1.5;"),
        ("[[1], {a: 1}]", '[1];{"a":1};'),
        ("[1, 2", "[1; 2;"),
        ('"a,b"', '"a;b";'),
        ("#{List}", "x;y;"),
    ],
)
def test_each_goes_through_json(value: str, expected: str) -> None:
    evaluated = evaluate("#{each i in V}#{i};#{/each}", {"V": value, "List": '["x", "y"]'})

    assert evaluated.text == expected
