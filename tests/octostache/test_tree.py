import pytest

from ecs_steps.octostache.grammar import parse_name
from ecs_steps.octostache.tree import Node, build_tree


def at(node: Node, path: list[tuple[str, bool]]) -> Node | None:
    for step, is_index in path:
        below = node.below(step, is_index=is_index)
        if below is None:
            return None
        node = below
    return node


@pytest.mark.parametrize(
    "name",
    [
        "A",
        "A.B",
        "A[x].B",
        "A[x][y]",
        "Two Words.Here",
        "A[x y]",
        "A[x[0].y].B",
        "A[]",
        "a-b_c:d/e~(f)@g",
        "Ä.ö",
        "A . B",
    ],
)
def test_a_variable_hangs_where_the_grammar_says(name: str) -> None:
    root = build_tree({name: "value"})

    node = at(root, parse_name(name))

    assert node is not None
    assert node.text == "value"


@pytest.mark.parametrize("name", ["", ".A", "A.", "A..B", "A]", "[x]", "A[x]B", "A in B", "A%B"])
def test_a_name_that_no_token_can_hold_is_left_out(name: str) -> None:
    root = build_tree({name: "value"})

    assert (root.text, root.named, root.indexed) == (None, {}, {})


def test_names_share_their_way() -> None:
    root = build_tree({"A[x].B": "1", "a[X].C": "2"})

    [collection] = root.named.values()
    [item] = collection.indexed.values()

    assert {name: node.text for name, node in item.named.items()} == {"b": "1", "c": "2"}


def test_what_hangs_at_an_index_is_called_by_it() -> None:
    root = build_tree({"A[x].B": "1", "A[y]": "2"})

    texts = {key: node.text for key, node in root.at_name("A").indexed.items()}

    assert texts == {"x": "x", "y": "2"}
