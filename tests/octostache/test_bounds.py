import sys
import tracemalloc

import pytest

from ecs_steps.octostache import Evaluated, Evaluator, OctostacheError, evaluate
from ecs_steps.octostache.bounds import MAX_DEPTH, MAX_TEXT, MAX_WORK, Work
from ecs_steps.octostache.rendering import Rendering
from ecs_steps.octostache.tree import Dictionary

TOO_LONG = f"The text grows beyond {MAX_TEXT} characters"
GIVEN_UP = f"The evaluation was given up after {MAX_WORK} units of work"


def work(text: str, variables: dict[str, str]) -> int:
    """Return what an evaluation costs."""
    rendering = Rendering(Dictionary(variables, lambda: pytest.fail("the time is not needed")))
    rendering.evaluate(text)
    return rendering.work.spent


def chain(length: int, link: str) -> dict[str, str]:
    """Return variables each of which uses the next one as `link` says."""
    return {f"V{at}": link.replace("NEXT", f"V{at + 1}") for at in range(length)} | {f"V{length}": "end"}


@pytest.mark.parametrize(
    ("text", "variables", "message"),
    [
        ("#{V0}", chain(40, "#{NEXT}#{NEXT}"), TOO_LONG),
        ("#{V0}", chain(12, "#{each i in List}#{NEXT}#{/each}") | {"List": "," * 9}, TOO_LONG),
        ("#{V0}", chain(40, "#{NEXT | Append #{NEXT}}"), TOO_LONG),
        ("#{V0}", chain(30, "#{if NEXT == NEXT}#{NEXT}#{NEXT}#{/if}"), GIVEN_UP),
        ("#{each i in L}#{V}#{/each}", {"L": "," * 20, "V": "x" * 1_000_000}, TOO_LONG),
        ("#{V}" * 11, {"V": "x" * 1_000_000}, TOO_LONG),
        ("#{V | HtmlEscape}", {"V": "<" * 5_000_000}, TOO_LONG),
        ("#{V | UriDataEscape}", {"V": "<" * 5_000_000}, TOO_LONG),
        ('#{V | Replace "" #{W}}', {"V": "x" * 5_000, "W": "x" * 5_000}, TOO_LONG),
        ("#{" + "x" * MAX_TEXT, {}, TOO_LONG),
        ("#{V}", {"V": "#{" + "x" * MAX_TEXT}, TOO_LONG),
        ("#{each a in L}#{each b in L}#{each c in L}#{/each}#{/each}#{/each}", {"L": "," * 999}, GIVEN_UP),
        (
            "#{each a in L}#{each b in L}#{each c in L}-#{/each}#{/each}#{/each}",
            {"L": "[" + "1," * 999 + "1]"},
            GIVEN_UP,
        ),
        ("#{if V == W}#{/if}" * 1_000, {"V": "x" * 1_000_000, "W": "x" * 1_000_000}, GIVEN_UP),
        ("#{V | ToUpper | Substring 1}" * 1_000, {"V": "x" * 1_000_000}, GIVEN_UP),
        ("#{each a in L}#{each b in V}#{/each}#{/each}", {"L": "," * 999, "V": "x" * 1_000_000}, GIVEN_UP),
    ],
)
def test_a_hostile_value_is_given_up(text: str, variables: dict[str, str], message: str) -> None:
    with pytest.raises(OctostacheError) as caught:
        evaluate(text, variables)

    assert message in str(caught.value)


@pytest.mark.parametrize(
    "link", ["#{NEXT}", "#{NEXT | Trim}", "#{if V}#{else}#{NEXT}#{/if}", "#{each i in One}#{NEXT}#{/each}"]
)
def test_values_may_be_nested_deep_but_not_too_deep(link: str) -> None:
    levels = 2 if "/" in link else 1
    deepest = (MAX_DEPTH - 1) // levels

    assert evaluate("#{V0}", chain(deepest, link) | {"One": "1"}).text == "end"
    with pytest.raises(OctostacheError, match=r"nested more than 64 deep: V0 -> V1 .*\.\.\."):
        evaluate("#{V0}", chain(MAX_DEPTH, link) | {"One": "1"})


@pytest.mark.parametrize(
    ("unit", "variables"),
    [
        ("#{A} ", {"A": "b"}),
        ("#{A} ", {"A": "#{B}", "B": "#{C}", "C": "c"}),
        ("#{Missing} ", {}),
        ("#{A | ToUpper | Append x}", {"A": "b"}),
        ("#{if A == B}#{A}#{else}#{B}#{/if}", {"A": "b", "B": "c"}),
        ("#{each i in L}#{i}#{/each}", {"L": "1,2,3"}),
        ("#{J.a[1].b}", {"J": '{"a": [0, {"b": "#{A}"}]}', "A": "x"}),
        ("#{calc 1 + A * 2}", {"A": "3"}),
        ("#{A[#{B}]}", {"A[x]": "y", "B": "x"}),
        ("##{x} plain text ", {}),
    ],
)
def test_the_work_is_in_proportion_to_the_text(unit: str, variables: dict[str, str]) -> None:
    short, long = work(unit * 100, variables), work(unit * 400, variables)

    assert 0 < long <= 4 * short


def test_a_value_that_is_used_often_is_worked_out_once() -> None:
    variables = chain(20, "#{NEXT}#{NEXT}") | {"V20": "#{Missing | null}"}

    assert work("#{V0}", variables) < 10_000


def test_walking_into_a_large_document_often_reads_it_once() -> None:
    variables = {"J": '{"a": "#{B}", "filler": "' + "x" * 1_000_000 + '"}', "B": "b"}

    assert evaluate("#{J.a}" * 1_000, variables).text == "b" * 1_000


def test_a_long_body_that_is_left_out_costs_nothing() -> None:
    body = "x" * 5_000_000
    text = f"#{{each a in L}}#{{each b in Missing}}{body}#{{/each}}#{{if Missing}}{body}#{{/if}}#{{/each}}"

    assert evaluate(text, {"L": "," * 50_000}) == Evaluated("")


def test_many_hostile_texts_over_one_dictionary_are_given_up_together() -> None:
    evaluator = Evaluator({"V": "x" * 1_000_000, "W": "x" * 1_000_000})
    hostile = "#{if V == W}#{/if}" * 1_000
    messages = []

    for _ in range(7):
        with pytest.raises(OctostacheError) as caught:
            evaluator.evaluate(hostile)
        messages.append(str(caught.value).partition(" after ")[0])

    one, together = "The evaluation was given up", "All evaluations were given up"
    assert messages == [one] * 4 + [together] * 3


def test_a_value_as_long_as_allowed_is_not_copied_indefinitely() -> None:
    evaluator = Evaluator({"V": "x" * MAX_TEXT})
    copies: list[int] = []

    with pytest.raises(OctostacheError, match="All evaluations were given up"):
        copies.extend(len(evaluator.evaluate("#{V}").text) for _ in range(1_000))

    assert 10 <= len(copies) <= 4 * MAX_WORK // MAX_TEXT + 1


def test_more_tokens_than_the_work_allows_are_not_even_parsed() -> None:
    evaluator = Evaluator({"V": "#{A}" * (MAX_TEXT // 4)})

    for text in ("#{V}", "#{A}" * (MAX_TEXT // 4)):
        with pytest.raises(OctostacheError) as caught:
            evaluator.evaluate(text)
        assert str(caught.value) == GIVEN_UP


@pytest.mark.parametrize("items", ["," * 5_000_000, "[" + "1," * 300_000 + "1]"], ids=["words", "JSON"])
def test_more_items_than_the_work_allows_are_not_even_made(items: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(OctostacheError) as caught:
            evaluate("#{each i in Items}#{/each}", {"Items": items})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert str(caught.value) == GIVEN_UP
    assert peak < 100_000_000


def test_work_beyond_the_limit_is_an_error() -> None:
    spent = Work(MAX_WORK - 1)

    spent.spend(1)

    with pytest.raises(OctostacheError, match="given up"):
        spent.spend(1)


def test_a_text_as_long_as_allowed_is_evaluated() -> None:
    text = "#{A}" + "x" * (MAX_TEXT - 4)

    assert evaluate(text, {"A": "four"}).text == "four" + text[4:]


def test_a_stack_that_is_nearly_used_up_is_an_error() -> None:
    def deep(frames: int) -> Evaluated:
        return deep(frames - 1) if frames else evaluate("#{V0}", chain(60, "#{NEXT}"))

    frames = sys.getrecursionlimit() - _frames_in_use() - 200

    with pytest.raises(OctostacheError, match="nested too deep for the stack that is left"):
        deep(frames)


def _frames_in_use() -> int:
    frame, count = sys._getframe(), 1
    while frame.f_back:
        frame, count = frame.f_back, count + 1
    return count


def test_after_an_error_an_evaluator_continues() -> None:
    evaluator = Evaluator({"Loop": "#{Loop}", "Fine": "#{Part}", "Part": "ok"})

    for _ in range(2):
        with pytest.raises(OctostacheError):
            evaluator.evaluate("#{Fine}#{Loop}")

    assert evaluator.evaluate("#{Fine}") == Evaluated("ok")
