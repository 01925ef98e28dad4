"""Judgements that several steps share."""

import re
from collections.abc import Collection, Hashable, Iterator, Sequence
from itertools import islice

from attrs import evolve

from ecs_steps.octopus.images import image_variable
from ecs_steps.octopus.inputs.converter import Path
from ecs_steps.octopus.inputs.reader import Finding
from ecs_steps.octopus.inputs.shared_inputs import KeyValue, Secrecy, TagInput
from ecs_steps.octopus.json_text import shown
from ecs_steps.tags import Tag, sanitised

IMAGE = re.compile(r"[A-Za-z0-9_.:/@#+-]{1,255}")
MOST_LISTED = 20
ENVIRONMENT_FILE = re.compile(r"arn:[\w-]+:s3:::[^/\s]+/\S+\.env")


def repeated(items: Sequence[Hashable]) -> Iterator[int]:
    """Yield the index of each item that an earlier one equals."""
    seen: set[Hashable] = set()
    for index, item in enumerate(items):
        if item in seen:
            yield index
        seen.add(item)


def listed(known: Collection[object]) -> str:
    """Return what is known as a message lists it: in its order, and not at length."""
    first = ", ".join(map(str, islice(known, MOST_LISTED)))
    more = len(known) - MOST_LISTED
    return f"{first} and {more} more" if more > 0 else first


def tag_findings(field: str, tags: Sequence[TagInput]) -> Iterator[Finding]:
    """Judge a user's tags: AWS owns keys that begin with `aws:`, and each key stands once."""
    yield from repeated_tags(field, tags)
    for index, tag in enumerate(tags):
        for found in one_tag_findings(tag):
            yield evolve(found, path=(field, index, *found.path))


def repeated_tags(field: str, tags: Sequence[TagInput]) -> Iterator[Finding]:
    """Find the tags whose key, as AWS sees it, an earlier one has."""
    sent = [sanitised(Tag(tag.key, value="any")) for tag in tags]
    for index in repeated([kept.key if kept else tag.key for kept, tag in zip(sent, tags, strict=True)]):
        yield Finding((field, index, "key"), f"repeats the tag {tags[index].key!a}")


def one_tag_findings(tag: TagInput) -> Iterator[Finding]:
    """Judge a tag by itself."""
    sent = tag.sent
    if (sent.key if sent else tag.key).casefold().startswith("aws:"):
        yield Finding(("key",), f"begins with aws:, which AWS keeps to itself: {tag.key!a}")
    elif sent is None:
        yield Finding((), f"is dropped: AWS would see an empty key or value ({tag.key!a})", is_warning=True)
    elif (sent.key, sent.value) != (tag.key, tag.value):
        yield Finding(
            (),
            f"is sent without what AWS refuses in a tag, as {sent.key!a} = {sent.value!a}",
            is_warning=True,
        )


def secret_findings(at: Path, items: Sequence[KeyValue]) -> Iterator[Finding]:
    """Judge secrets: each needs the ARN or the parameter name that ECS fetches it by."""
    for index, item in enumerate(items):
        if item.type is Secrecy.SECRET and not item.is_reference:
            yield Finding(
                (*at, index, "value"),
                "expected the ARN of a Secrets Manager secret, or the ARN or name of a Systems Manager "
                "parameter (the value given is hidden)",
            )


def environment_file_findings(at: Path, files: Sequence[str]) -> Iterator[Finding]:
    """Judge environment files: ECS reads S3 objects whose name ends in .env."""
    for index, file in enumerate(files):
        if not ENVIRONMENT_FILE.fullmatch(file):
            yield Finding(
                (*at, index),
                f"{file!a} is not the ARN of an S3 object whose name ends in .env; ECS reads no other",
                is_warning=True,
            )


def image_findings(at: Path, image: str) -> Iterator[Finding]:
    """Judge an image that is known: ECS takes no spaces, no open expressions and 255 characters at most."""
    if not IMAGE.fullmatch(image):
        yield Finding(at, f"expected the full name of an image, not {shown(image)}")


def unknown_image(at: Path, reference: str) -> Finding:
    """Say that no release has chosen an image for a package reference."""
    return Finding(
        at,
        f"no image is known for package reference {reference!a}: {image_variable(reference)} has no value",
    )
