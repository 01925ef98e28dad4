"""What must be true of the parts of a container, whether a template or an update of a revision holds it."""

import re
from collections.abc import Iterator, Mapping, Sequence

from ecs_steps.image_reference import InvalidReferenceError, parse_reference
from ecs_steps.octopus.inputs.converter import Path
from ecs_steps.octopus.inputs.rules import Finding, repeated
from ecs_steps.octopus.inputs.shared_inputs import KeyValue, Secrecy, image_variable
from ecs_steps.octopus.json_text import shown

MAX_IMAGE_LENGTH = 255
ENVIRONMENT_FILE = re.compile(r"arn:[\w-]+:s3:::[^/\s]+/\S+\.env")


def image_findings(at: Path, image: str) -> Iterator[Finding]:
    """Check an image: a task could not pull what is no reference, and ECS takes 255 characters at most."""
    why = ""
    try:
        parse_reference(image)
    except InvalidReferenceError as error:
        why = error.why
    if len(image) > MAX_IMAGE_LENGTH:
        why = f"it has more than {MAX_IMAGE_LENGTH} characters"
    if why:
        yield Finding(at, f"expected the full name of an image, not {shown(image)}: {why}")


def package_image_findings(at: Path, reference: str, images: Mapping[str, str]) -> Iterator[Finding]:
    """Check the image that a release has chosen for a package reference, if it has."""
    if image := images.get(reference.casefold(), ""):
        yield from image_findings(at, image)
    else:
        variable = image_variable(reference)
        yield Finding(at, f"no image is known for package reference {reference!a}: {variable} has no value")


def environment_findings(at: Path, items: Sequence[KeyValue]) -> Iterator[Finding]:
    """Check environment variables: secrets are references, and no key is plain and secret at once."""
    yield from secret_findings(at, items)
    secrecies = {item.key: item.type for item in reversed(items)}
    for index in repeated([item.key for item in items]):
        key = items[index].key
        if items[index].type is secrecies[key]:
            yield Finding((*at, index, "key"), f"repeats {key!a}; the last one is used", is_warning=True)
        else:
            yield Finding((*at, index, "key"), f"{key!a} is plain and secret at once, which ECS refuses")


def secret_findings(at: Path, items: Sequence[KeyValue]) -> Iterator[Finding]:
    """Check secrets: each needs the ARN or the parameter name that ECS reads it by."""
    for index, item in enumerate(items):
        if item.type is Secrecy.SECRET and not item.is_reference:
            yield Finding(
                (*at, index, "value"),
                "expected the ARN of a Secrets Manager secret, or the ARN or name of a Systems Manager "
                "parameter (the value given is hidden)",
            )


def environment_file_findings(at: Path, files: Sequence[str]) -> Iterator[Finding]:
    """Check environment files: ECS reads S3 objects whose name ends in .env."""
    for index, file in enumerate(files):
        if not ENVIRONMENT_FILE.fullmatch(file):
            yield Finding(
                (*at, index),
                f"{file!a} is not the ARN of an S3 object whose name ends in .env; ECS reads no other",
                is_warning=True,
            )
