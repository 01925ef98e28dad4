from collections.abc import Iterable

import pytest
from attrs import frozen

from ecs_steps.octopus.inputs.converter import Path
from ecs_steps.octopus.inputs.rules import Finding, repeated, tag_rules
from ecs_steps.octopus.inputs.shared_inputs import TagInput


@frozen
class Tagged:
    tags: tuple[TagInput, ...]


def errors(findings: Iterable[Finding]) -> list[tuple[Path, str]]:
    return [(found.path, found.message) for found in findings if not found.is_warning]


def warnings(findings: Iterable[Finding]) -> list[tuple[Path, str]]:
    return [(found.path, found.message) for found in findings if found.is_warning]


def tag_findings(*pairs: tuple[str, str], limit: int = 20) -> list[Finding]:
    inputs = Tagged(tuple(TagInput(key=key, value=value) for key, value in pairs))
    return [finding for rule in tag_rules(limit) for finding in rule.findings(inputs, ())]


def test_each_repeated_item_is_found() -> None:
    assert list(repeated(["a", "b", "a", "c", "a", "b"])) == [2, 4, 5]
    assert list(repeated([])) == []


def test_no_tag_key_is_repeated_as_aws_sees_it() -> None:
    found = tag_findings(("team", "a"), ("Team", "b"), ("te!am", "c"), ("team", "d"))

    assert errors(found) == [
        (("tags", 2, "key"), "repeats the tag 'te!am'"),
        (("tags", 3, "key"), "repeats the tag 'team'"),
    ]


@pytest.mark.parametrize("key", ["aws:x", "AWS:x", " aws:x", "!aws:x"])
def test_tags_of_aws_itself_are_refused(key: str) -> None:
    found = tag_findings((key, "x"))

    assert errors(found) == [
        (("tags", 0, "key"), f"begins with aws:, which is reserved for AWS: {key!a}"),
    ]


def test_a_tag_that_is_changed_or_dropped_is_a_warning() -> None:
    found = tag_findings(("my!@#$key", "caf\xe9"), ("empty", ""), ("!", "x"), ("a", "b"))

    assert errors(found) == []
    assert warnings(found) == [
        (("tags", 0), "is sent without what AWS refuses in a tag, as 'my@key' = 'caf'"),
        (("tags", 1), "is dropped: AWS would see an empty key or value ('empty')"),
        (("tags", 2), "is dropped: AWS would see an empty key or value ('!')"),
    ]


def test_more_tags_than_the_limit_are_an_error() -> None:
    assert errors(tag_findings(("a", "1"), ("b", "1"), ("c", "1"), limit=2)) == [
        (("tags",), "holds 3 tags; at most 2 are allowed")
    ]
    assert tag_findings(("a", "1"), ("b", "1"), limit=2) == []
