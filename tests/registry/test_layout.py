from collections.abc import Callable
from pathlib import Path

import pytest

from ecs_steps.registry.errors import CorruptedImageError, ImageNotFoundError, InvalidLayoutError
from ecs_steps.registry.image import read_image
from ecs_steps.registry.layout import OciLayout
from ecs_steps.registry.transfer import copy_image
from registry.images import ExampleImage, docker_save_archive, two_platforms, write_index
from registry.registries import Registries

IMAGE = two_platforms()
Write = Callable[..., Path]
WRITERS = [ExampleImage.write_layout, ExampleImage.write_archive]


@pytest.mark.parametrize("write", WRITERS)
def test_the_only_image_needs_no_name(tmp_path: Path, write: Write) -> None:
    layout = OciLayout(write(IMAGE, tmp_path))

    assert layout.select().digest == layout.select("anything").digest == IMAGE.digest


def test_of_several_images_the_one_of_the_name_is_meant(tmp_path: Path) -> None:
    layout = OciLayout(two_images(tmp_path))

    assert layout.select("1.4.0").digest == IMAGE.digest


@pytest.mark.parametrize("name", ["", "2.0"])
def test_several_images_need_a_name_that_one_of_them_has(tmp_path: Path, name: str) -> None:
    layout = OciLayout(two_images(tmp_path))

    with pytest.raises(InvalidLayoutError, match=r"2 images \(1\.4\.0, 1\.5\.0\)") as raised:
        layout.select(name)

    assert raised.value.exit_code == 2


def two_images(folder: Path) -> Path:
    other = two_platforms(seed=1)
    IMAGE.write_layout(folder)
    other.write_layout(folder)
    return write_index(folder, IMAGE.entry("1.4.0"), other.entry("1.5.0"))


def test_an_archive_of_docker_save_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(InvalidLayoutError, match=r"(?s)docker save.*--output type=oci"):
        OciLayout(docker_save_archive(tmp_path))


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty", b"", "neither a directory nor a tar archive"),
        ("image.tar.gz", b"\x1f\x8b\x08\x00", "neither a directory nor a tar archive"),
        ("missing", None, "No such file"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, name: str, content: bytes | None, why: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with pytest.raises(InvalidLayoutError, match=why) as raised:
        OciLayout(tmp_path / name)

    assert raised.value.exit_code == 2


def test_a_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidLayoutError, match=r"no index\.json"):
        OciLayout(tmp_path)


def test_an_index_without_images_is_refused(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text('{"schemaVersion": 2, "manifests": []}')

    with pytest.raises(InvalidLayoutError, match="names no image"):
        OciLayout(tmp_path)


@pytest.mark.parametrize("write", WRITERS)
def test_a_missing_blob_is_named(registries: Registries, tmp_path: Path, write: Write) -> None:
    first, *others = IMAGE.blobs
    partial = ExampleImage(
        manifests=IMAGE.manifests, blobs={digest: IMAGE.blobs[digest] for digest in others}
    )
    image = read_image(OciLayout(write(partial, tmp_path)), "")

    with pytest.raises(ImageNotFoundError, match=first.replace(":", "/")):
        copy_image(image, registries.at_destination())

    assert registries.destination.manifests == {}


@pytest.mark.parametrize(
    "damage",
    [lambda content: content[:-1], lambda content: content[:-1] + b"!", lambda content: content + b"!"],
    ids=["shorter", "other", "longer"],
)
def test_a_damaged_blob_leaves_no_manifest(
    registries: Registries, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    first, *_ = IMAGE.blobs
    damaged = ExampleImage(
        manifests=IMAGE.manifests, blobs={**IMAGE.blobs, first: damage(IMAGE.blobs[first])}
    )
    image = read_image(OciLayout(damaged.write_layout(tmp_path)), "")

    with pytest.raises(CorruptedImageError, match=first):
        copy_image(image, registries.at_destination())

    assert registries.destination.manifests == {}
    assert ("prod/web", first) not in registries.destination.blobs
