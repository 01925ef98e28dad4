from collections.abc import Callable

import pytest
from attrs import frozen

from ecs_steps.aws.errors import returning
from ecs_steps.aws.replies import all_from_reply, from_reply, reply_field
from ecs_steps.errors import AwsCallError


@frozen(kw_only=True)
class Book:
    title: str = reply_field("title")
    publisher: str = reply_field("imprint.publisher", "")
    pages: int = reply_field("pages", 0, read=int)
    shelf: str = "none"


def test_a_field_is_read_at_its_path_and_made_of_what_is_there() -> None:
    item = {"title": "Ulysses", "imprint": {"publisher": "Beach"}, "pages": "730", "unknown": 1}

    assert from_reply(Book, item, shelf="a") == Book(title="Ulysses", publisher="Beach", pages=730, shelf="a")


@pytest.mark.parametrize("item", [{}, {"imprint": {}, "pages": None}, {"imprint": None}])
def test_a_member_that_is_absent_leaves_the_default(item: dict[str, object]) -> None:
    assert from_reply(Book, {"title": "Ulysses", **item}) == Book(title="Ulysses")


def test_a_member_that_aws_always_sends_must_be_there() -> None:
    with pytest.raises(KeyError, match="title"):
        from_reply(Book, {"pages": "730"})


def test_each_of_a_list_is_read() -> None:
    assert all_from_reply(Book)([{"title": "a"}, {"title": "b"}]) == (Book(title="a"), Book(title="b"))


def refused(code: str) -> Callable[[], str]:
    @returning("nothing", when="BookNotFound")
    def read() -> str:
        raise AwsCallError(what="GetBook was refused", operation="GetBook", code=code)

    return read


@pytest.mark.parametrize("code", ["BookNotFound", "BookNotFoundException"])
def test_the_refusal_that_means_nothing_becomes_a_value(code: str) -> None:
    assert refused(code)() == "nothing"


def test_every_other_refusal_is_raised() -> None:
    with pytest.raises(AwsCallError):
        refused("ShelfNotFound")()
