from datetime import UTC, datetime, timedelta

import pytest

from ecs_steps.octopus.inputs.converter import PartialValueError, UnresolvedText, convert
from ecs_steps.octopus.inputs.shared_inputs import KeyValue, Secrecy, TagInput, Wait, WaitOption, last_of
from ecs_steps.octopus.inputs.types import MAX_INT32
from ecs_steps.tags import Tag

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "option"),
    [
        ("{}", WaitOption(type=Wait.UNTIL_COMPLETED)),
        ('{"type": "dontwait"}', WaitOption(type=Wait.DONT_WAIT)),
        ('{"Type": "WaitUntilCompleted"}', WaitOption(type=Wait.UNTIL_COMPLETED)),
        (
            '{"type": "WaitWithTimeout", "timeoutMinutes": "30"}',
            WaitOption(type=Wait.WITH_TIMEOUT, timeout_minutes=30),
        ),
        (
            '{"type": "WaitWithTimeout", "timeoutMinutes": 30}',
            WaitOption(type=Wait.WITH_TIMEOUT, timeout_minutes=30),
        ),
    ],
)
def test_a_wait_option_is_read(given: str, option: WaitOption) -> None:
    assert convert(given, WaitOption) == option


@pytest.mark.parametrize("minutes", ["-1", "1.5", "soon", "99999999999"])
def test_a_timeout_is_a_whole_number_of_minutes(minutes: str) -> None:
    with pytest.raises(PartialValueError) as raised:
        convert({"type": "WaitWithTimeout", "timeoutMinutes": minutes}, WaitOption)

    [error] = raised.value.errors
    assert error.path == ("timeoutMinutes",)
    assert str(error) == f'expected a whole number from 0 to 2147483647, not "{minutes}"'


def test_only_a_wait_with_a_timeout_has_a_deadline() -> None:
    timeout = WaitOption(type=Wait.WITH_TIMEOUT, timeout_minutes=30)

    assert timeout.deadline(NOW) == NOW + timedelta(minutes=30)
    assert WaitOption(timeout_minutes=30).deadline(NOW) is None
    assert WaitOption(type=Wait.DONT_WAIT, timeout_minutes=30).deadline(NOW) is None


def test_the_longest_timeout_is_still_a_date() -> None:
    longest = WaitOption(type=Wait.WITH_TIMEOUT, timeout_minutes=MAX_INT32)

    assert longest.deadline(NOW) == NOW + timedelta(minutes=MAX_INT32)


def test_all_but_one_option_may_wait() -> None:
    assert [WaitOption(type=wait).may_wait for wait in Wait] == [False, True, True]


def test_the_kinds_are_split_first_and_the_last_of_a_repeated_key_wins_at_the_first_place() -> None:
    items = [
        KeyValue(key="A", value="1"),
        KeyValue(type=Secrecy.SECRET, key="A", value="/a"),
        KeyValue(key="B", value="2"),
        KeyValue(key="A", value="3"),
    ]

    assert list(last_of(items, Secrecy.PLAIN).items()) == [("A", "3"), ("B", "2")]
    assert last_of(items, Secrecy.SECRET) == {"A": "/a"}


@pytest.mark.parametrize(
    ("tag", "sent"),
    [
        (TagInput(key="my!key", value="(x)"), Tag("mykey", "x")),
        (TagInput(key="a"), None),
        (TagInput(key="a", value="#{A}"), Tag("a", "A")),
        (TagInput(key="a", value=UnresolvedText("#{A}")), Tag("a", "#{A}")),
        (TagInput(key=UnresolvedText("#{A}"), value="x"), Tag("#{A}", "x")),
    ],
)
def test_a_tag_is_sent_without_what_aws_refuses_and_with_what_is_open(
    tag: TagInput, sent: Tag | None
) -> None:
    assert tag.sent == sent


def test_a_value_that_is_open_says_so() -> None:
    assert KeyValue(key="a", value=UnresolvedText("#{A}")).is_open
    assert not KeyValue(key="a", value="x").is_open


def test_a_value_is_not_in_the_repr_of_its_key() -> None:
    assert repr(KeyValue(key="A", value="hunter2")) == "KeyValue(type=<Secrecy.PLAIN: 'Plain'>, key='A')"
