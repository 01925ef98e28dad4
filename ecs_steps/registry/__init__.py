"""Container registries over HTTP: read an image, copy it by digest, then set its tag.

    source = Repository(parse_reference("registry.example.com/web:1.4.0"), credentials)
    image = read_image(source, "1.4.0")
    copy_image(image, destination)
    destination.set_tag("1.4.0", image.digest)

Nothing here knows AWS: Amazon ECR is a registry whose user is ``AWS`` and whose password is a token.
"""

from ecs_steps.image_reference import (
    InvalidReferenceError,
    Reference,
    is_digest,
    is_loopback,
    is_tag,
    parse_reference,
)
from ecs_steps.registry.authentication import Credentials
from ecs_steps.registry.errors import (
    CopyCancelledError,
    CorruptedImageError,
    ImageNotFoundError,
    InvalidLayoutError,
    RegistryError,
    RegistryUnauthorizedError,
    RegistryUnreachableError,
    TagConflictError,
    UnsupportedImageError,
)
from ecs_steps.registry.image import Image, ImageSource, ResolvedImage, read_image, resolve_image
from ecs_steps.registry.layout import OciLayout
from ecs_steps.registry.manifest import Descriptor, Manifest, Platform
from ecs_steps.registry.referrers import copy_referrers
from ecs_steps.registry.repository import Repository
from ecs_steps.registry.transfer import CopyProgress, CopyResult, copy_image

__all__ = [
    "CopyCancelledError",
    "CopyProgress",
    "CopyResult",
    "CorruptedImageError",
    "Credentials",
    "Descriptor",
    "Image",
    "ImageNotFoundError",
    "ImageSource",
    "InvalidLayoutError",
    "InvalidReferenceError",
    "Manifest",
    "OciLayout",
    "Platform",
    "Reference",
    "RegistryError",
    "RegistryUnauthorizedError",
    "RegistryUnreachableError",
    "Repository",
    "ResolvedImage",
    "TagConflictError",
    "UnsupportedImageError",
    "copy_image",
    "copy_referrers",
    "is_digest",
    "is_loopback",
    "is_tag",
    "parse_reference",
    "read_image",
    "resolve_image",
]
