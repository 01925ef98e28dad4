"""Rules that check inputs against each other, and those on what the inputs of several steps have."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from itertools import islice
from operator import eq
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

import attrs
from attrs import evolve, frozen

from ecs_steps.octopus.inputs.converter import FieldError, Path
from ecs_steps.octopus.inputs.shared_inputs import TagInput
from ecs_steps.tags import Tag, sanitised

Inputs = TypeVar("Inputs", bound=attrs.AttrsInstance)
Inputs_contra = TypeVar("Inputs_contra", bound=attrs.AttrsInstance, contravariant=True)
"""The inputs that a rule checks: a rule on what all steps have in common is a rule of each step."""

Item = TypeVar("Item")


MAX_LISTED = 20


@frozen
class Finding:
    """What a rule found, and where; a warning stops nothing.

    `path` is an input's field, then JSON names and indexes: ``("containers", 1, "containerName")``. In a
    derived field the name of a variable follows: ``("account", "Account.SecretKey")``.
    """

    path: Path
    message: str
    is_warning: bool = False


@frozen
class Rule(Generic[Inputs_contra]):
    """A check of several inputs together.

    `depends_on` lists what it reads, as an input's field and the path in its JSON, without indexes
    (``containers.containerPortMappings.containerPort``).
    """

    depends_on: tuple[str, ...]
    check: Callable[[Inputs_contra], Iterable[Finding]]

    def findings(self, inputs: Inputs_contra, errors: Iterable[FieldError]) -> Iterable[Finding]:
        """Check, unless something that the rule depends on has an error."""
        if _has_invalid_dependency(self.depends_on, [error.path for error in errors]):
            return ()
        return self.check(inputs)


@frozen(kw_only=True)
class ItemRule(Generic[Inputs_contra, Item]):
    """A check of each item of the list `field`; an error in one item does not hide the others.

    `depends_on` and the findings' paths are within the item, `also_depends_on` is what is read elsewhere, as
    in a `Rule`. With `accepts_expressions` an open expression is no error.
    """

    field: str
    depends_on: tuple[str, ...]
    also_depends_on: tuple[str, ...]
    accepts_expressions: bool
    check: Callable[[Inputs_contra, Item], Iterable[Finding]]

    def findings(self, inputs: Inputs_contra, errors: Iterable[FieldError]) -> Iterable[Finding]:
        """Check each item, unless something that the rule depends on has an error there."""
        paths = [error.path for error in errors if not (self.accepts_expressions and error.is_expression)]
        if (self.field,) in paths or _has_invalid_dependency(self.also_depends_on, paths):
            return
        within: defaultdict[str | int, list[Path]] = defaultdict(list)
        for path in paths:
            if path[0] == self.field:
                within[path[1]].append(path[2:])
        for index, item in enumerate(getattr(inputs, self.field)):
            invalid = within.get(index, [])
            is_item = () not in invalid
            if is_item and not _has_invalid_dependency(self.depends_on, invalid):
                for found in self.check(inputs, item):
                    yield evolve(found, path=(self.field, index, *found.path))


def _has_invalid_dependency(depends_on: Iterable[str], invalid: Iterable[Path]) -> bool:
    """Return whether a dependency lies within an invalid value, or holds one."""
    without_indexes = {tuple(part for part in path if isinstance(part, str)) for path in invalid}
    dependencies = [tuple(dependency.split(".")) for dependency in depends_on]
    # `map` ends with the shorter path: one of them is the beginning of the other.
    return any(all(map(eq, path, names)) for path in without_indexes for names in dependencies)


AnyRule: TypeAlias = Rule[Inputs_contra] | ItemRule[Inputs_contra, Any]


def rule(*depends_on: str) -> Callable[[Callable[[Inputs], Iterable[Finding]]], Rule[Inputs]]:
    """Make a function that yields findings a `Rule` with these dependencies."""
    return lambda check: Rule(depends_on, check)


def item_rule(
    field: str, *depends_on: str, also_depends_on: Sequence[str] = (), accepts_expressions: bool = False
) -> Callable[[Callable[[Inputs, Item], Iterable[Finding]]], ItemRule[Inputs, Item]]:
    """Make a function of the inputs and one item of `field` an `ItemRule`."""
    return lambda check: ItemRule(
        field=field,
        depends_on=depends_on,
        also_depends_on=tuple(also_depends_on),
        accepts_expressions=accepts_expressions,
        check=check,
    )


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
