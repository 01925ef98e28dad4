"""Judgements that several steps share."""

import re
from collections.abc import Hashable, Iterator, Sequence

from ecs_steps.octopus.images import image_variable
from ecs_steps.octopus.json_text import shown
from ecs_steps.octopus.reading import Finding
from ecs_steps.octopus.structure import Path
from ecs_steps.octopus.tags import Tag, sanitised
from ecs_steps.octopus.values import KeyValue, Secrecy, TagInput, Wait, WaitOption

IMAGE = re.compile(r"[A-Za-z0-9_.:/@#+-]{1,255}")
ENVIRONMENT_FILE = re.compile(r"arn:[\w-]+:s3:::[^/\s]+/\S+\.env")


def repeated(items: Sequence[Hashable]) -> Iterator[int]:
    """Yield the index of each item that an earlier one equals."""
    seen: set[Hashable] = set()
    for index, item in enumerate(items):
        if item in seen:
            yield index
        seen.add(item)


def tag_findings(field: str, tags: Sequence[TagInput]) -> Iterator[Finding]:
    """Judge a user's tags: AWS owns keys that begin with `aws:`, and each key stands once."""
    kept_tags = [sanitised(Tag(key=tag.key, value=tag.value)) for tag in tags]
    for index in repeated([kept.key if kept else tag.key for tag, kept in zip(tags, kept_tags, strict=True)]):
        yield Finding((field, index, "key"), f"repeats the tag {tags[index].key!a}")
    for index, (tag, kept) in enumerate(zip(tags, kept_tags, strict=True)):
        if (kept.key if kept else tag.key).casefold().startswith("aws:"):
            yield Finding((field, index, "key"), f"begins with aws:, which AWS keeps to itself: {tag.key!a}")
        elif kept is None:
            yield Finding(
                (field, index),
                f"is dropped: AWS would see an empty key or value ({tag.key!a})",
                only_suspicious=True,
            )
        elif (kept.key, kept.value) != (tag.key, tag.value):
            yield Finding(
                (field, index),
                f"is sent without what AWS refuses in a tag, as {kept.key!a} = {kept.value!a}",
                only_suspicious=True,
            )


def wait_findings(field: str, wait: WaitOption) -> Iterator[Finding]:
    """Judge a wait option: a wait with a timeout says how long."""
    if wait.type is Wait.WITH_TIMEOUT and wait.timeout_minutes is None:
        yield Finding((field, "timeoutMinutes"), "is required to wait with a timeout")


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
                only_suspicious=True,
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
