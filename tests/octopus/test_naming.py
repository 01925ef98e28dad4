import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ecs_steps.octopus.naming import camel_case, is_logical_id, is_stack_name, logical_id, stack_name

# What lodash 4.17.23 itself answered on Node 20: [text, camelCase].
PAIRS = json.loads((Path(__file__).parent / "camel_case_pairs.json").read_text(encoding="ascii"))

WORDS = st.lists(st.from_regex(r"[a-z]{2,8}", fullmatch=True), min_size=1, max_size=6)
SEPARATORS = st.sampled_from([" ", "-", "_", ".", "--", " / ", "\t", "\N{EM DASH}"])


@pytest.mark.parametrize(("text", "expected"), PAIRS)
def test_camel_case_is_what_lodash_answers(text: str, expected: str) -> None:
    assert camel_case(text) == expected


@given(WORDS, SEPARATORS)
def test_plain_words_are_joined_with_capitals(words: list[str], separator: str) -> None:
    joined = camel_case(separator.join(words))

    assert joined == words[0] + "".join(word.capitalize() for word in words[1:])


@given(WORDS, SEPARATORS)
def test_camel_case_of_words_of_two_letters_and_more_stays_as_it_is(words: list[str], separator: str) -> None:
    joined = camel_case(separator.join(words))

    assert camel_case(joined) == joined


def test_camel_case_of_single_letters_is_not_stable_in_lodash_either() -> None:
    assert camel_case("a b c") == "aBC"
    assert camel_case("aBC") == "aBc"


@given(st.text())
@example("\x1c\x85\u180e\ufeff\u3000")
def test_camel_case_holds_no_white_space_and_begins_with_no_capital(text: str) -> None:
    joined = camel_case(text)

    assert not re.search(r"\s", joined)
    assert not re.match("[A-Z]", joined)


@given(st.text(st.characters(max_codepoint=0x17F)))
def test_camel_case_of_latin_text_is_alphanumeric(text: str) -> None:
    assert re.fullmatch("[A-Za-z0-9]*", camel_case(text))


@given(st.text(st.characters(max_codepoint=0x17F)), SEPARATORS)
def test_separators_around_a_text_change_nothing(text: str, separator: str) -> None:
    assert camel_case(f"{separator}{text}{separator}") == camel_case(text)


def test_a_stack_is_named_after_cluster_service_environment_and_tenant() -> None:
    name = stack_name("prod cluster", "octopetshop-web", "Environments-104", "Tenants-12")

    assert name == "cf-ecs-prodCluster-octopetshopWeb-environments104-tenants12"


@pytest.mark.parametrize("tenant_id", [None, ""])
def test_a_stack_without_a_tenant_is_untenanted(tenant_id: str | None) -> None:
    name = stack_name(
        "samples-target-containers-development", "octopetshop-web", "Environments-104", tenant_id
    )

    assert name == "cf-ecs-samplesTargetContainersDevelopment-octopetshopWeb-environments104-untenanted"


def test_a_stack_name_ends_at_its_128th_character() -> None:
    name = stack_name("c" * 60, "s" * 60, "Environments-1", None)

    assert name == f"cf-ecs-{'c' * 60}-{'s' * 60}"
    assert len(name) == 128


@given(*[st.text(st.characters(max_codepoint=0x17F))] * 4)
def test_latin_parts_always_give_a_stack_name_that_cloudformation_takes(
    cluster: str, service: str, environment_id: str, tenant_id: str
) -> None:
    assert is_stack_name(stack_name(cluster, service, environment_id, tenant_id))


def test_a_logical_id_is_the_resource_and_the_service() -> None:
    assert logical_id("TaskDefinition", "octopetshop-web") == "TaskDefinitionoctopetshopWeb"


@pytest.mark.parametrize("text", ["a", "Z9", "42", "x" * 255])
def test_letters_and_digits_are_a_logical_id(text: str) -> None:
    assert is_logical_id(text)


@pytest.mark.parametrize("text", ["", "a-b", "a b", "a\n", "\xe9", "\u0661", "\u4e2d", "x" * 256])
def test_anything_else_is_no_logical_id(text: str) -> None:
    assert not is_logical_id(text)


@pytest.mark.parametrize("text", ["a", "Web", "cf-ecs--", "x" * 128])
def test_letters_digits_and_hyphens_are_a_stack_name(text: str) -> None:
    assert is_stack_name(text)


@pytest.mark.parametrize("text", ["", "1a", "-a", "a_b", "a.b", "a\n", "\xe9", "a\u0661", "x" * 129])
def test_anything_else_is_no_stack_name(text: str) -> None:
    assert not is_stack_name(text)
