"""Signatures, attestations and bills of materials that are stored beside an image and refer to it.

Registries list them (OCI 1.1), or a tag that is made of the image's digest names them: cosign's, and OCI's
own for registries without the list. A tool may use either whatever the registry can do, so both are read.
"""

from typing import Final

from ecs_steps.registry.image import Image, read_image
from ecs_steps.registry.repository import Repository
from ecs_steps.registry.transfer import copy_image

REFERRER_TAG_SUFFIXES: Final = ("", ".sig", ".att", ".sbom")
"""https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md"""


def copy_referrers(image: Image, source: Repository, destination: Repository) -> tuple[str, ...]:
    """Copy what refers to an image or to one of its manifests; return the digests of that.

    Raises:
        TagConflictError: The destination has other signatures under an immutable tag.
        RegistryError: Either side failed.
    """
    copied: dict[str, None] = {}
    for manifest in image.manifests:
        for referrer in source.list_referrers(manifest.digest):
            copy_image(read_image(source, referrer.digest), destination)
            copied[referrer.digest] = None
        for suffix in REFERRER_TAG_SUFFIXES:
            tag = f"{manifest.digest.replace(':', '-')}{suffix}"
            if (digest := source.find_digest(tag)) is None:
                continue
            copy_image(read_image(source, digest), destination)
            destination.set_tag(tag, digest, replaces=destination.find_digest(tag))
            copied[digest] = None
    return tuple(copied)
