from collections.abc import Callable
from pathlib import Path

import pytest

from ecs_steps.registry.errors import (
    CopyCancelledError,
    CorruptedImageError,
    ImageNotFoundError,
    UnsupportedImageError,
)
from ecs_steps.registry.image import ImageSource, read_image, resolve_image
from ecs_steps.registry.layout import OciLayout
from ecs_steps.registry.manifest import Platform
from ecs_steps.registry.transfer import CopyProgress, copy_image
from registry.images import (
    CONFIG,
    FOREIGN,
    INDEX,
    MANIFEST,
    ExampleImage,
    descriptor,
    example,
    index_of,
    manifest_of,
    one_platform,
    spelled,
    two_platforms,
)
from registry.registries import Registries

IMAGE = two_platforms()


def from_registry(registries: Registries, _: Path) -> tuple[ImageSource, str]:
    IMAGE.put(registries.source, "team/web", "1.4.0")
    return registries.at_source(), "1.4.0"


def by_digest(registries: Registries, _: Path) -> tuple[ImageSource, str]:
    IMAGE.put(registries.source, "team/web")
    return registries.at_source(), IMAGE.digest


def from_layout(_: Registries, folder: Path) -> tuple[ImageSource, str]:
    return OciLayout(IMAGE.write_layout(folder, "1.4.0")), "1.4.0"


def from_archive(_: Registries, folder: Path) -> tuple[ImageSource, str]:
    return OciLayout(IMAGE.write_archive(folder)), ""


@pytest.mark.parametrize("source", [from_registry, by_digest, from_layout, from_archive])
def test_an_index_with_an_attestation_arrives_byte_by_byte(
    registries: Registries, tmp_path: Path, source: Callable[[Registries, Path], tuple[ImageSource, str]]
) -> None:
    image = read_image(*source(registries, tmp_path))
    destination = registries.at_destination()

    result = copy_image(image, destination)

    there = registries.destination
    assert there.tags == {}
    assert {digest: content for (_, digest), content in there.blobs.items()} == IMAGE.blobs
    assert {digest: content for (_, digest), content in there.manifests.items()} == IMAGE.manifests
    assert result.digest == IMAGE.digest
    assert result.bytes_copied == result.bytes_total == IMAGE.total_bytes
    assert (result.blobs_copied, result.blobs_mounted, result.blobs_present) == (len(IMAGE.blobs), 0, 0)
    assert destination.set_tag("1.4.0", result.digest)
    assert there.tags == {("prod/web", "1.4.0"): IMAGE.digest}


def test_the_children_of_an_index_are_there_before_it(registries: Registries) -> None:
    copy(registries, IMAGE)

    order = [
        request.path.rpartition("/")[2]
        for request in registries.destination.requests
        if is_manifest_put(request)
    ]
    assert order == list(IMAGE.manifests)


def is_manifest_put(request: object) -> bool:
    return getattr(request, "method", "") == "PUT" and "/manifests/" in getattr(request, "path", "")


def copy(registries: Registries, image: ExampleImage, **options: object) -> None:
    image.put(registries.source, "team/web", "1.4.0")
    copy_image(read_image(registries.at_source(), "1.4.0"), registries.at_destination(), **options)  # type: ignore[arg-type]  # what a test gives


def test_a_second_copy_sends_nothing(registries: Registries) -> None:
    IMAGE.put(registries.source, "team/web", "1.4.0")
    image = read_image(registries.at_source(), "1.4.0")
    copy_image(image, registries.at_destination())
    registries.destination.requests.clear()

    again = copy_image(image, registries.at_destination())

    assert (again.bytes_copied, again.blobs_present) == (0, len(IMAGE.blobs))
    assert {request.method for request in registries.destination.requests} == {"HEAD"}


def test_a_copy_resumes_with_what_is_missing(registries: Registries) -> None:
    first, *_ = IMAGE.blobs
    registries.destination.blobs["prod/web", first] = IMAGE.blobs[first]
    IMAGE.put(registries.source, "team/web", "1.4.0")

    result = copy_image(read_image(registries.at_source(), "1.4.0"), registries.at_destination())

    assert (result.blobs_present, result.blobs_copied) == (1, len(IMAGE.blobs) - 1)


def test_the_largest_blob_is_sent_first(registries: Registries) -> None:
    copy(registries, one_platform(), parallel=1)

    sent = [len(blob) for blob in registries.destination.blobs.values()]
    assert sent == sorted(sent, reverse=True)


def test_progress_begins_with_the_total_and_ends_with_it(registries: Registries) -> None:
    seen: list[CopyProgress] = []

    copy(registries, IMAGE, progress=seen.append)

    assert seen[0] == CopyProgress(bytes_done=0, bytes_total=IMAGE.total_bytes)
    assert seen[-1] == CopyProgress(bytes_done=IMAGE.total_bytes, bytes_total=IMAGE.total_bytes)
    assert [each.bytes_done for each in seen] == sorted(each.bytes_done for each in seen)


def test_blobs_are_mounted_within_a_registry(registries: Registries) -> None:
    IMAGE.put(registries.source, "team/web", "1.4.0")

    result = copy_image(read_image(registries.at_source(), "1.4.0"), registries.at_source("prod/web"))

    assert (result.blobs_mounted, result.bytes_copied) == (len(IMAGE.blobs), 0)
    assert not any(
        request.method == "GET" and "/blobs/" in request.path for request in registries.source.requests
    )


def test_a_cancelled_copy_writes_no_manifest(registries: Registries) -> None:
    with pytest.raises(CopyCancelledError) as raised:
        copy(registries, IMAGE, is_cancelled=lambda: len(registries.destination.blobs) >= 2, parallel=1)

    assert len(registries.destination.blobs) == 2
    assert registries.destination.manifests == {}
    assert raised.value.exit_code == 130


def test_foreign_layers_stay_with_their_maker(registries: Registries) -> None:
    config = spelled({"os": "windows", "architecture": "amd64"})
    layer = descriptor(FOREIGN, b"a base layer of Windows", urls=["https://example.com/layer"])
    raw = spelled(
        {"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor(CONFIG, config), "layers": [layer]}
    )

    copy(registries, example([config], [(MANIFEST, raw)]))

    assert len(registries.destination.manifests) == 1
    assert [content for _, content in registries.destination.blobs.items()] == [config]


def nested(depth: int) -> ExampleImage:
    """An image below `depth` indexes."""
    image = one_platform()
    for _ in range(depth):
        media_type, raw = image.manifests[image.digest]
        image = example(
            image.blobs.values(), [*image.manifests.values(), (INDEX, index_of(descriptor(media_type, raw)))]
        )
    return image


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_an_index_in_an_index_is_copied(registries: Registries, depth: int) -> None:
    copy(registries, nested(depth))

    assert len(registries.destination.manifests) == depth + 1


def test_deeper_indexes_are_refused(registries: Registries) -> None:
    with pytest.raises(UnsupportedImageError, match="nested deeper than 2"):
        copy(registries, nested(3))

    assert registries.destination.requests == []


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b'{"schemaVersion": 1, "fsLayers": []}', "schema 1"),
        (b'{"schemaVersion": 2, "manifests": [], "layers": []}', "at once"),
        (b'{"schemaVersion": 2}', "neither manifests nor"),
        (
            b'{"schemaVersion": 2, "manifests": [{"digest": "../../etc/passwd", "size": 1}]}',
            "without a digest",
        ),
        (b'{"mediaType": "text/plain", "manifests": []}', "'text/plain'"),
        (b"<html>", "not a manifest in JSON"),
        (b"[" * 100_000, "not a manifest in JSON"),
    ],
)
def test_what_is_no_image_is_refused(registries: Registries, raw: bytes, why: str) -> None:
    with pytest.raises(UnsupportedImageError, match=why):
        copy(registries, example([], [(MANIFEST, raw)]))


def test_a_manifest_of_more_than_four_mib_is_refused(registries: Registries) -> None:
    with pytest.raises(UnsupportedImageError, match="more than 4096 KiB"):
        copy(registries, one_platform(padding="x" * 4 * 2**20))


def test_an_image_of_too_many_manifests_is_refused(registries: Registries) -> None:
    children = [
        (MANIFEST, spelled({"config": descriptor(CONFIG, b""), "layers": [], "n": n})) for n in range(1000)
    ]
    index = index_of(*(descriptor(media_type, raw) for media_type, raw in children))

    with pytest.raises(UnsupportedImageError, match="more than 1000 manifests"):
        copy(registries, example([b""], [*children, (INDEX, index)]))


def test_an_index_that_is_wrong_about_a_size_is_corrupted(registries: Registries) -> None:
    image = one_platform()
    media_type, raw = image.manifests[image.digest]
    index = index_of({**descriptor(media_type, raw), "size": len(raw) + 1})

    with pytest.raises(CorruptedImageError, match="wrong about"):
        copy(registries, example(image.blobs.values(), [(media_type, raw), (INDEX, index)]))


def test_an_image_that_does_not_exist_is_not_found(registries: Registries) -> None:
    with pytest.raises(ImageNotFoundError) as raised:
        read_image(registries.at_source(), "1.4.0")

    assert (raised.value.exit_code, raised.value.code) == (3, "MANIFEST_UNKNOWN")


def test_an_index_resolves_to_its_platforms_without_attestations(registries: Registries) -> None:
    IMAGE.put(registries.source, "team/web", "1.4.0")

    resolved = resolve_image(registries.at_source(), "1.4.0")

    assert resolved.digest == IMAGE.digest
    assert list(map(str, resolved.platforms)) == ["linux/amd64", "linux/arm64/v8"]


def test_a_single_manifest_resolves_by_its_config(registries: Registries) -> None:
    image = one_platform()
    image.put(registries.source, "team/web", "1.4.0")

    resolved = resolve_image(registries.at_source(), "1.4.0")

    assert resolved.platforms == (Platform(os="linux", architecture="arm64", variant="v8"),)


def test_a_child_without_a_platform_resolves_by_its_config(registries: Registries) -> None:
    image = one_platform()
    child = descriptor(*image.manifests[image.digest])
    example(image.blobs.values(), [*image.manifests.values(), (INDEX, index_of(child))]).put(
        registries.source, "team/web", "1.4.0"
    )

    resolved = resolve_image(registries.at_source(), "1.4.0")

    assert list(map(str, resolved.platforms)) == ["linux/arm64/v8"]


@pytest.mark.parametrize("config", [b"not JSON", b"{}", b'{"os": "", "architecture": 1}'])
def test_an_artifact_without_a_platform_has_none(registries: Registries, config: bytes) -> None:
    raw = manifest_of(config, [])
    example([config], [(MANIFEST, raw)]).put(registries.source, "team/web", "1.4.0")

    assert resolve_image(registries.at_source(), "1.4.0").platforms == ()
