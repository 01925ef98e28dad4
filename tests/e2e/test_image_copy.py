"""Copies of images judged by registries and a client that others wrote."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import copy_one
from benchmarks.image_copy import copied_image
from benchmarks.measuring import Contender
from ecs_steps.image_reference import parse_reference
from ecs_steps.registry.authentication import Credentials
from ecs_steps.registry.errors import (
    CorruptedImageError,
    ImageNotFoundError,
    RegistryUnauthorizedError,
    TagConflictError,
)
from ecs_steps.registry.image import ImageSource, read_image, resolve_image
from ecs_steps.registry.layout import OciLayout
from ecs_steps.registry.repository import Repository
from ecs_steps.registry.transfer import copy_image
from peers import docker_registry
from peers.environments import NotInstalled, end_without
from peers.ministack import Ministack
from registry.images import (
    CONFIG,
    LAYER,
    MANIFEST,
    ExampleImage,
    descriptor,
    one_platform,
    spelled,
    two_platforms,
    write_index,
)

IMAGE = two_platforms(layer_bytes=1_000_000)
LOGIN = Credentials(username=docker_registry.USER, password=docker_registry.PASSWORD)
GIB = 2**30


def started(folder: Path, *, login: bool = False) -> Iterator[str]:
    try:
        with docker_registry.running(folder, login=login) as host:
            yield host
    except NotInstalled as error:
        end_without(error)


@pytest.fixture(scope="module")
def open_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from started(tmp_path_factory.mktemp("open"))


@pytest.fixture(scope="module")
def closed_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry that wants a login."""
    yield from started(tmp_path_factory.mktemp("closed"), login=True)


@pytest.fixture
def other_registry(tmp_path: Path) -> Iterator[str]:
    yield from started(tmp_path)


@pytest.fixture(scope="module")
def skopeo() -> str:
    try:
        return docker_registry.installed("skopeo")
    except NotInstalled as error:
        end_without(error)


def repository(host: str, name: str, login: Credentials | None = None) -> Repository:
    return Repository(parse_reference(f"{host}/{name}"), login)


def promote(source: ImageSource, identifier: str, destination: Repository, tag: str) -> str:
    image = read_image(source, identifier)
    copy_image(image, destination)
    destination.set_tag(tag, image.digest)
    return image.digest


def as_skopeo_reads_it(skopeo: str, host: str, image: str) -> bytes:
    login = f"{docker_registry.USER}:{docker_registry.PASSWORD}"
    command = [skopeo, "inspect", "--raw", "--tls-verify=false", "--creds", login, f"docker://{host}/{image}"]
    return subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603  our own command


def test_skopeo_reads_what_came_from_an_archive_through_two_registries(
    open_registry: str, closed_registry: str, skopeo: str, tmp_path: Path
) -> None:
    first, second = repository(open_registry, "team/web"), repository(closed_registry, "prod/web", LOGIN)

    promote(OciLayout(IMAGE.write_archive(tmp_path)), "", first, "1.4.0")
    promote(first, "1.4.0", second, "live")

    assert as_skopeo_reads_it(skopeo, closed_registry, "prod/web:live") == IMAGE.manifests[IMAGE.digest][1]
    for digest, (_, raw) in IMAGE.manifests.items():
        assert as_skopeo_reads_it(skopeo, closed_registry, f"prod/web@{digest}") == raw
    assert list(map(str, resolve_image(second, "live").platforms)) == ["linux/amd64", "linux/arm64/v8"]


def test_skopeo_s_layout_of_an_image_is_the_image(
    open_registry: str, closed_registry: str, skopeo: str, tmp_path: Path
) -> None:
    promote(OciLayout(IMAGE.write_layout(tmp_path / "ours")), "", repository(open_registry, "from"), "1")
    options = ["--all", "--preserve-digests", "--src-tls-verify=false"]
    places = [f"docker://{open_registry}/from:1", f"oci-archive:{tmp_path}/image.tar:1.4.0"]
    subprocess.run([skopeo, "--insecure-policy", "copy", *options, *places], check=True)  # noqa: S603  our own command

    layout = OciLayout(tmp_path / "image.tar")
    digest = promote(layout, "1.4.0", repository(closed_registry, "layout", LOGIN), "1")

    assert digest == IMAGE.digest


def test_blobs_are_mounted_within_docker_registry(closed_registry: str, tmp_path: Path) -> None:
    first, second = (repository(closed_registry, name, LOGIN) for name in ("mount/a", "mount/b"))
    promote(OciLayout(IMAGE.write_layout(tmp_path)), "", first, "1")

    result = copy_image(read_image(first, "1"), second)

    assert (result.blobs_mounted, result.bytes_copied) == (len(IMAGE.blobs), 0)


@pytest.mark.parametrize(
    "login",
    [None, Credentials(username=docker_registry.USER, password="another one")],  # noqa: S106  a wrong one
    ids=["anonymous", "wrong password"],
)
def test_docker_registry_refuses_who_may_not(closed_registry: str, login: Credentials | None) -> None:
    with pytest.raises(RegistryUnauthorizedError):
        repository(closed_registry, "prod/web", login).read_manifest("1")


def test_a_damaged_archive_leaves_nothing_behind_a_tag(open_registry: str, tmp_path: Path) -> None:
    first, *_ = IMAGE.blobs
    damaged = ExampleImage(manifests=IMAGE.manifests, blobs={**IMAGE.blobs, first: IMAGE.blobs[first][::-1]})
    destination = repository(open_registry, "damaged")

    with pytest.raises(CorruptedImageError):
        promote(OciLayout(damaged.write_layout(tmp_path)), "", destination, "1")

    assert destination.find_digest("1") is None
    assert destination.find_digest(IMAGE.digest) is None
    assert not destination.has_blob(first)


@pytest.fixture
def ecr(ministack: Ministack) -> Repository:
    mutability = "IMMUTABLE"
    ministack.client("ecr").create_repository(repositoryName="shop/web", imageTagMutability=mutability)
    return repository(f"127.0.0.1:{ministack.port}", "shop/web")


def test_ecr_has_the_image_under_its_digest(ecr: Repository, ministack: Ministack, tmp_path: Path) -> None:
    promote(OciLayout(IMAGE.write_layout(tmp_path)), "", ecr, "1.4.0")

    images = ministack.client("ecr").describe_images(repositoryName="shop/web")["imageDetails"]
    assert [image["imageDigest"] for image in images if "1.4.0" in image.get("imageTags", ())] == [
        IMAGE.digest
    ]
    assert promote(ecr, "1.4.0", ecr, "1.4.0") == IMAGE.digest


def test_an_immutable_tag_of_ecr_keeps_its_image(ecr: Repository, tmp_path: Path) -> None:
    promote(OciLayout(IMAGE.write_layout(tmp_path / "a")), "", ecr, "1.4.0")
    image = read_image(OciLayout(one_platform().write_layout(tmp_path / "b")), "")
    copy_image(image, ecr)

    with pytest.raises(TagConflictError) as raised:
        ecr.set_tag("1.4.0", image.digest, replaces=IMAGE.digest)

    assert (raised.value.existing, raised.value.wanted) == (IMAGE.digest, image.digest)


def test_a_repository_that_ecr_does_not_know_is_not_found(ecr: Repository, tmp_path: Path) -> None:
    unknown = repository(ecr.reference.host, "un/known")

    with pytest.raises(ImageNotFoundError) as raised:
        promote(OciLayout(one_platform().write_layout(tmp_path)), "", unknown, "1")

    assert raised.value.code == "NAME_UNKNOWN"


def test_a_gibibyte_of_layers_takes_less_than_100_mib_of_memory(
    open_registry: str, other_registry: str, tmp_path: Path
) -> None:
    layout = sparse_layout(tmp_path / "layout", layers=4, layer_bytes=GIB // 4)
    steps = [
        (str(layout), f"{open_registry}/large:1"),
        (f"{open_registry}/large:1", f"{other_registry}/large:1"),
    ]

    for source, destination in steps:
        command = [sys.executable, copy_one.__file__, source, destination]
        taken = Contender(command=command.copy, environment=dict(os.environ), folder=tmp_path).run()
        assert taken.peak < 100


def sparse_layout(folder: Path, *, layers: int, layer_bytes: int) -> Path:
    """Write an image whose layers are a number and nothing but zeros, which take no place on the disk."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    described = []
    for number in range(layers):
        file = blobs / "new"
        with file.open("wb") as written:
            written.write(bytes([number + 1]))
            written.truncate(layer_bytes)
        with file.open("rb") as read:
            digest = hashlib.file_digest(read, "sha256").hexdigest()
        file.rename(blobs / digest)
        described.append({"mediaType": LAYER, "digest": f"sha256:{digest}", "size": layer_bytes})
    config = spelled({"os": "linux", "architecture": "amd64"})
    raw = spelled(
        {"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor(CONFIG, config), "layers": described}
    )
    for content in (config, raw):
        (blobs / hashlib.sha256(content).hexdigest()).write_bytes(content)
    return write_index(folder, descriptor(MANIFEST, raw))


def test_the_benchmark_of_copies_gives_a_table(skopeo: str) -> None:
    table = copied_image(1, layer_bytes=1000)

    assert skopeo
    assert [line.count("|") for line in table.splitlines()[2:]] == [7] * 4
