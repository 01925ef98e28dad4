"""Checks that the inputs of several steps share."""

from collections.abc import Collection, Hashable, Iterator, Sequence
from itertools import islice
from typing import Protocol

import attrs

from ecs_steps.octopus.inputs.reader import AnyRule, Finding, item_rule, rule
from ecs_steps.octopus.inputs.shared_inputs import TagInput
from ecs_steps.tags import Tag, sanitised

MAX_LISTED = 20


def repeated(items: Sequence[Hashable]) -> Iterator[int]:
    """Yield the index of each item that an earlier one equals."""
    seen: set[Hashable] = set()
    for index, item in enumerate(items):
        if item in seen:
            yield index
        seen.add(item)


def listed(known: Collection[object]) -> str:
    """Return the items as a message lists them: in their order, the first 20 of them."""
    first = ", ".join(map(str, islice(known, MAX_LISTED)))
    more = len(known) - MAX_LISTED
    return f"{first} and {more} more" if more > 0 else first


class TaggedInputs(attrs.AttrsInstance, Protocol):
    """Inputs with a user's tags."""

    @property
    def tags(self) -> tuple[TagInput, ...]: ...


def tag_rules(limit: int) -> tuple[AnyRule[TaggedInputs], ...]:
    """Return the rules on a user's tags, of which there may be `limit`."""

    @rule("tags.key")
    def tags_together(inputs: TaggedInputs) -> Iterator[Finding]:
        if len(inputs.tags) > limit:
            yield Finding(("tags",), f"holds {len(inputs.tags)} tags; at most {limit} are allowed")
        # AWS compares what it is sent.
        sent = [sanitised(Tag(tag.key, value="any")) for tag in inputs.tags]
        keys = [kept.key if kept else tag.key for kept, tag in zip(sent, inputs.tags, strict=True)]
        for index in repeated(keys):
            yield Finding(("tags", index, "key"), f"repeats the tag {inputs.tags[index].key!a}")

    return (tags_together, _tag)


@item_rule("tags", "key", "value")
def _tag(_: TaggedInputs, tag: TagInput) -> Iterator[Finding]:
    sent = tag.sent
    if (sent.key if sent else tag.key).casefold().startswith("aws:"):
        yield Finding(("key",), f"begins with aws:, which is reserved for AWS: {tag.key!a}")
    elif sent is None:
        yield Finding((), f"is dropped: AWS would see an empty key or value ({tag.key!a})", is_warning=True)
    elif (sent.key, sent.value) != (tag.key, tag.value):
        yield Finding(
            (),
            f"is sent without what AWS refuses in a tag, as {sent.key!a} = {sent.value!a}",
            is_warning=True,
        )
