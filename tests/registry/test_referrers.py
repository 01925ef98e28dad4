import pytest

from ecs_steps.registry.errors import TagConflictError, UnsupportedImageError
from ecs_steps.registry.image import read_image
from ecs_steps.registry.transfer import copy_image, copy_referrers
from registry.images import MANIFEST, ExampleImage, one_platform, two_platforms
from registry.registries import Registries

IMAGE = two_platforms()
AMD64 = next(iter(IMAGE.manifests))


def signature_of(digest: str, seed: int) -> ExampleImage:
    subject = {"mediaType": MANIFEST, "digest": digest, "size": len(IMAGE.manifests[digest][1])}
    return one_platform(seed=seed, subject=subject)


def copy(registries: Registries) -> tuple[str, ...]:
    IMAGE.put(registries.source, "team/web", "1.4.0")
    source, destination = registries.at_source(), registries.at_destination()
    image = read_image(source, "1.4.0")
    copy_image(image, destination)
    return copy_referrers(image, source, destination)


def test_an_image_without_referrers_has_none_to_copy(registries: Registries) -> None:
    assert copy(registries) == ()


def test_what_the_registry_lists_is_copied(registries: Registries) -> None:
    signatures = [signature_of(IMAGE.digest, 7), signature_of(AMD64, 8)]
    for signature in signatures:
        signature.put(registries.source, "team/web")

    copied = copy(registries)

    assert set(copied) == {signature.digest for signature in signatures}
    assert {("prod/web", digest) for digest in copied} <= set(registries.destination.manifests)
    assert {each.digest for each in registries.at_destination().list_referrers(AMD64)} == {
        signatures[1].digest
    }


def test_every_page_of_what_the_registry_lists_is_copied(registries: Registries) -> None:
    registries.source.referrers_page = 2
    signatures = [signature_of(IMAGE.digest, seed) for seed in range(7, 12)]
    for signature in signatures:
        signature.put(registries.source, "team/web")

    assert set(copy(registries)) == {signature.digest for signature in signatures}


def test_pages_of_referrers_that_do_not_end_are_refused(registries: Registries) -> None:
    registries.source.referrers_page = 0
    signature_of(IMAGE.digest, 7).put(registries.source, "team/web")

    with pytest.raises(UnsupportedImageError, match="more than 100 pages"):
        copy(registries)


@pytest.mark.parametrize("suffix", ["", ".sig", ".att", ".sbom"])
@pytest.mark.parametrize("has_list", [True, False])
def test_what_a_tag_of_the_digest_names_is_copied(
    registries: Registries, suffix: str, *, has_list: bool
) -> None:
    registries.source.has_referrers_api = has_list
    tag = f"{IMAGE.digest.replace(':', '-')}{suffix}"
    signature = one_platform(seed=9)
    signature.put(registries.source, "team/web", tag)

    assert copy(registries) == (signature.digest,)
    assert registries.destination.tags == {("prod/web", tag): signature.digest}


def test_other_signatures_under_an_immutable_tag_are_a_conflict(registries: Registries) -> None:
    registries.destination.immutable_tags = True
    tag = f"{IMAGE.digest.replace(':', '-')}.sig"
    one_platform(seed=9).put(registries.source, "team/web", tag)
    one_platform(seed=10).put(registries.destination, "prod/web", tag)

    with pytest.raises(TagConflictError):
        copy(registries)


def test_signatures_take_the_place_of_others_under_their_tag(registries: Registries) -> None:
    tag = f"{IMAGE.digest.replace(':', '-')}.sig"
    one_platform(seed=9).put(registries.source, "team/web", tag)
    one_platform(seed=10).put(registries.destination, "prod/web", tag)

    assert copy(registries) == (one_platform(seed=9).digest,)
    assert registries.destination.tags["prod/web", tag] == one_platform(seed=9).digest
