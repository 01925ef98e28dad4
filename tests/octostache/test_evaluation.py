from collections.abc import Iterator, Mapping

import pytest

from ecs_steps.octostache import Evaluated, Evaluator, evaluate


class _Counted(Mapping[str, str]):
    """Variables that count how often they are iterated."""

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


def test_text_without_a_token_is_the_same_object() -> None:
    text = "not a token: # { }"

    evaluated = evaluate(text, {})

    assert evaluated.text is text
    assert evaluated.unresolved == ()


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


def test_an_evaluator_gives_the_same_result_again() -> None:
    evaluator = Evaluator({"A": "#{B} #{Missing}", "B": "b"})

    results = {evaluator.evaluate("#{A}") for _ in range(3)}

    assert results == {Evaluated("b #{Missing}", ("#{Missing}",))}


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        ("#{Text | JsonEscape}", 'say "hi"\n'),
        ("a #{Text | jsonescape} b", 'a say "hi"\n b'),
        ("#{Text | Trim | JsonEscape}", 'say "hi"'),
        ("#{Text|JsonEscape|Trim}", r"say \"hi\"\n"),
        ("#{Text | JsonEscape | JsonEscape}", r"say \"hi\"\n"),
        ("#{if Text}#{Text | JsonEscape}#{/if}", 'say "hi"\n'),
        ("#{each i in List}#{i | JsonEscape}#{/each}", 'say "hi"\n'),
        ("#{Text | Append #{Text | JsonEscape}}", 'say "hi"\nsay \\"hi\\"\\n'),
        ('#{if Text | JsonEscape == "x"}#{else}no#{/if}', "no"),
        ("#{Escaped}", r"say \"hi\"\n"),
        ("#{Text | JsonEscape x}", "#{Text | JsonEscape x}"),
        ("#{Missing | JsonEscape}", "#{Missing | JsonEscape}"),
    ],
)
def test_in_a_json_leaf_a_last_json_escape_changes_nothing(leaf: str, expected: str) -> None:
    variables = {"Text": 'say "hi"\n', "Escaped": "#{Text | JsonEscape}", "List[0]": "#{Text}"}

    assert Evaluator(variables).evaluate(leaf, is_json_leaf=True).text == expected


def test_outside_of_json_a_json_escape_counts() -> None:
    assert evaluate("#{Text | JsonEscape}", {"Text": '"'}) == Evaluated(r"\"")
