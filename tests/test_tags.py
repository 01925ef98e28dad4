import re
from collections.abc import Iterable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ecs_steps.tags import (
    DEFAULT_TAG_VARIABLES,
    Tag,
    default_tags,
    fit_tags,
    merge_tags,
    sanitised,
    sanitised_tags,
    without_aws_tags,
)

ANY_TAGS = st.lists(st.builds(Tag, st.text(), st.text()))
# Few keys, so that they meet; the value says which layer a tag is from.
KEYS = st.sampled_from([*"abcdefgh", "aws:stack", "AWS:Stack"])
LAYER = st.lists(st.builds(Tag, KEYS, st.sampled_from("123")))
OWN_KEYS = st.sampled_from([*"abcdefgh"])
OWN_LAYER = st.lists(st.builds(Tag, OWN_KEYS, st.sampled_from("456")))


def keys(tags: Iterable[Tag]) -> list[str]:
    return [tag.key for tag in tags]


def numbered(prefix: str, count: int) -> list[Tag]:
    return [Tag(f"{prefix}{number}", prefix) for number in range(count)]


def test_default_tags_come_in_octopus_order_whatever_the_order_of_the_variables() -> None:
    variables = {name: f"value of {name}" for name in reversed(DEFAULT_TAG_VARIABLES)}

    tags = default_tags(variables)

    assert tags == tuple(Tag(name, f"value of {name}") for name in DEFAULT_TAG_VARIABLES)
    assert len(tags) == 19
    assert tags[0].key == "Octopus.Project.Id"
    assert tags[-1].key == "Octopus.Machine.Name"


def test_default_tags_are_sanitised_and_left_out_where_empty() -> None:
    variables = {
        "Octopus.Project.Name": " Shop (EU) ",
        "Octopus.Step.Name": "",
        "Octopus.Space.Name": "\u4e2d\u6587",
        "Octopus.Release.Number": "1.2.3",
    }

    assert default_tags(variables) == (Tag("Octopus.Project.Name", "Shop EU"),)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (Tag("my!@#$key", "value"), Tag("my@key", "value")),
        (Tag("a+=.:/@_-Z9 b", "a+=.:/@_-Z9 b"), Tag("a+=.:/@_-Z9 b", "a+=.:/@_-Z9 b")),
        (Tag("  key  ", "\tvalue\n"), Tag("key", "value")),
        (Tag("(key )", "( value)"), Tag("key", "value")),
        (Tag("Stra\xdfe", "caf\xe9"), Tag("Strae", "caf")),
        (Tag("\u0661key", "\u0661value"), Tag("key", "value")),
        (Tag("k" * 129, "v" * 257), Tag("k" * 128, "v" * 256)),
        (Tag("k" * 127 + " k", "v" * 255 + " v"), Tag("k" * 127, "v" * 255)),
        (Tag("", "value"), None),
        (Tag("key", ""), None),
        (Tag("!", "value"), None),
        (Tag("key", " # "), None),
    ],
)
def test_a_tag_keeps_only_what_aws_takes(tag: Tag, expected: Tag | None) -> None:
    assert sanitised(tag) == expected


@given(ANY_TAGS)
def test_what_is_left_of_a_sanitised_tag_is_legal(tags: list[Tag]) -> None:
    for tag in sanitised_tags(tags):
        assert re.fullmatch(r"(?! )[a-zA-Z0-9 +=.:/@_-]{1,128}(?<! )", tag.key)
        assert re.fullmatch(r"(?! )[a-zA-Z0-9 +=.:/@_-]{1,256}(?<! )", tag.value)


@given(st.lists(st.builds(Tag, st.text("ab !", min_size=120), st.text("ab !", min_size=250)), max_size=3))
def test_sanitising_twice_is_sanitising_once(tags: list[Tag]) -> None:
    clean = sanitised_tags(tags)

    assert sanitised_tags(clean) == clean


def test_of_a_repeated_key_the_last_value_wins_at_the_first_place() -> None:
    merged = merge_tags([Tag("a", "1"), Tag("b", "1")], [Tag("c", "2"), Tag("a", "2")], [Tag("b", "3")])

    assert merged == (Tag("a", "2"), Tag("b", "3"), Tag("c", "2"))


def test_keys_that_differ_in_case_are_two_tags() -> None:
    assert merge_tags([Tag("Team", "a")], [Tag("team", "b")]) == (Tag("Team", "a"), Tag("team", "b"))


@given(LAYER, LAYER, LAYER)
def test_merging_keeps_first_places_and_last_values(
    first: list[Tag], second: list[Tag], third: list[Tag]
) -> None:
    everything = [*first, *second, *third]

    merged = merge_tags(first, second, third)

    assert keys(merged) == sorted(set(keys(everything)), key=keys(everything).index)
    assert all(tag == [other for other in everything if other.key == tag.key][-1] for tag in merged)


@given(ANY_TAGS, ANY_TAGS, ANY_TAGS)
def test_merging_is_idempotent_and_associative(first: list[Tag], second: list[Tag], third: list[Tag]) -> None:
    merged = merge_tags(first, second, third)

    assert merge_tags(merged) == merge_tags(merged, merged) == merged
    assert (
        merge_tags(merge_tags(first, second), third) == merge_tags(first, merge_tags(second, third)) == merged
    )


def test_tags_of_aws_itself_are_left_out() -> None:
    tags = [
        Tag("aws:cloudformation:stack-name", "x"),
        Tag("Aws:x", "x"),
        Tag("awsome", "y"),
        Tag("my:aws:", "z"),
    ]

    assert without_aws_tags(tags) == (Tag("awsome", "y"), Tag("my:aws:", "z"))


def test_tags_that_fit_are_merged_and_none_is_dropped() -> None:
    existing = [Tag("aws:x", "1"), Tag("team", "1"), Tag("Octopus.Step.Name", "1")]
    defaults = [Tag("Octopus.Step.Name", "2"), Tag("Octopus.Space.Name", "2")]
    user = [Tag("team", "3"), Tag("cost", "3")]

    merged, dropped = fit_tags(existing, defaults, user)

    assert merged == (
        Tag("team", "3"),
        Tag("Octopus.Step.Name", "2"),
        Tag("Octopus.Space.Name", "2"),
        Tag("cost", "3"),
    )
    assert dropped == ()


def test_default_tags_give_way_from_the_end_of_their_list() -> None:
    existing, defaults, user = numbered("e", 30), numbered("d", 19), numbered("u", 4)

    merged, dropped = fit_tags(existing, defaults, user)

    assert merged == (*existing, *defaults[:16], *user)
    assert dropped == tuple(defaults[16:])


def test_a_default_tag_that_frees_no_place_stays() -> None:
    existing = [Tag("a", "1"), Tag("d3", "1")]
    defaults = [Tag("d1", "2"), Tag("d2", "2"), Tag("d3", "2"), Tag("d4", "2")]
    user = [Tag("d4", "3")]

    merged, dropped = fit_tags(existing, defaults, user, limit=4)

    assert merged == (Tag("a", "1"), Tag("d3", "2"), Tag("d1", "2"), Tag("d4", "3"))
    assert dropped == (Tag("d2", "2"),)


def test_too_many_tags_without_any_default_tag_are_an_error() -> None:
    with pytest.raises(ValueError, match="are 51 together, and AWS takes at most 50"):
        fit_tags(numbered("e", 31), numbered("d", 3), numbered("u", 20))


def test_fifty_tags_without_any_default_tag_fit() -> None:
    existing, defaults, user = numbered("e", 30), numbered("d", 3), numbered("u", 20)

    merged, dropped = fit_tags(existing, defaults, user)

    assert merged == (*existing, *user)
    assert dropped == tuple(defaults)


@given(LAYER, OWN_LAYER, OWN_LAYER, st.integers(0, 10))
def test_fitting_keeps_every_law_of_tags(
    existing: list[Tag], defaults: list[Tag], user: list[Tag], limit: int
) -> None:
    settled = {*keys(without_aws_tags(existing)), *keys(user)}
    assume(len(settled) <= limit)
    everything = merge_tags(without_aws_tags(existing), defaults, user)

    merged, dropped = fit_tags(existing, defaults, user, limit=limit)

    assert len(merged) <= limit
    assert not dropped or len(merged) == limit
    assert [tag for tag in everything if tag in merged] == list(merged)
    assert settled <= set(keys(merged))
    assert {*keys(merged), *keys(dropped)} == set(keys(everything))
    additions = [tag for tag in merge_tags(defaults) if tag.key not in settled]
    assert list(dropped) == additions[len(additions) - len(dropped) :]
