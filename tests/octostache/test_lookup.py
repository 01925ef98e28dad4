import pytest

from ecs_steps.octostache import Evaluated, OctostacheError, evaluate
from octostache.variables import VARIABLES


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


def test_a_value_does_not_see_the_items_of_an_each_that_contains_its_use() -> None:
    text = "#{each Person in List}#{Greeting} #{/each}"

    evaluated = evaluate(text, COLLECTIONS)

    assert evaluated == Evaluated("Hello #{Person} " * 3, ("#{Person}",))


def test_a_member_that_only_some_items_have_stays_in_place() -> None:
    evaluated = evaluate("#{each e in Endpoint}#{e.Description} #{/each}", COLLECTIONS)

    assert evaluated == Evaluated("Primary #{e.Description} ", ("#{e.Description}",))


@pytest.mark.parametrize(
    ("variables", "loop"),
    [
        ({"A": "#{A}"}, "A -> A"),
        ({"A": "#{B}", "B": "#{A}"}, "A -> B -> A"),
        ({"A": "x#{b}", "B": "#{C | ToLower}", "C": "#{if B}y#{/if}"}, "b -> C -> B"),
        ({"A": "#{B[#{A}]}"}, "A -> A"),
        ({"A": "#{each x in A}#{/each}"}, "A -> A"),
        ({"A": "#{calc A + 1}"}, "A -> A"),
    ],
)
def test_a_loop_is_an_error_that_names_the_variables(variables: dict[str, str], loop: str) -> None:
    with pytest.raises(OctostacheError) as caught:
        evaluate("#{A}", variables)

    assert str(caught.value) == f"The variables loop: {loop}"


def test_a_loop_is_no_error_where_nothing_needs_it() -> None:
    variables = {"A": "#{A}", "B": "fine"}

    assert evaluate("#{B}#{if Missing}#{A}#{/if}", variables) == Evaluated("fine")
