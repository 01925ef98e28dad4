import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.registry.errors import CorruptedImageError, UnsupportedImageError
from ecs_steps.registry.manifest import Descriptor, Manifest, digest_of, parse_manifest, verified
from registry.images import MANIFEST, two_platforms

IMAGE = two_platforms()
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
descriptors = st.fixed_dictionaries(
    {},
    optional={
        "digest": st.just(IMAGE.digest) | json_values,
        "size": st.integers(-1, 5) | json_values,
        "mediaType": st.just(MANIFEST) | json_values,
        "platform": st.fixed_dictionaries({}, optional={"os": json_values, "architecture": json_values}),
        "annotations": json_values,
    },
)
documents = st.fixed_dictionaries(
    {},
    optional={
        "schemaVersion": st.sampled_from([1, 2]) | json_values,
        "mediaType": st.just(MANIFEST) | json_values,
        "config": descriptors | json_values,
        "layers": st.lists(descriptors | json_values, max_size=3) | json_values,
        "manifests": st.lists(descriptors | json_values, max_size=3) | json_values,
    },
)


def parse(raw: bytes) -> Manifest:
    return parse_manifest(
        raw, expected=digest_of(raw), media_type=MANIFEST, origin="registry.example.com/web"
    )


@given(documents.map(lambda document: json.dumps(document).encode()) | st.binary())
def test_any_bytes_are_a_manifest_or_an_error_about_them(raw: bytes) -> None:
    try:
        manifest = parse(raw)
    except UnsupportedImageError:
        return
    assert manifest.raw == raw
    assert all(each.size >= 0 for each in manifest.children + manifest.blobs)
    assert bool(manifest.children) <= manifest.is_index


@pytest.mark.parametrize("algorithm", ["sha256:", "sha512:"])
def test_a_manifest_is_read_by_the_algorithm_of_its_digest(algorithm: str) -> None:
    _, raw = IMAGE.manifests[IMAGE.digest]

    manifest = parse_manifest(raw, expected=digest_of(raw, algorithm), media_type="", origin="x")

    assert manifest.digest.startswith(algorithm)
    with pytest.raises(CorruptedImageError):
        parse_manifest(raw + b" ", expected=manifest.digest, media_type="", origin="x")


chunks = st.lists(st.binary(min_size=1, max_size=20), max_size=6)


@given(chunks)
def test_a_blob_passes_as_it_is(pieces: list[bytes]) -> None:
    content = b"".join(pieces)

    assert b"".join(verified(pieces, blob_of(content), "x")) == content


@given(chunks, chunks)
def test_of_another_blob_less_passes_than_was_promised(pieces: list[bytes], others: list[bytes]) -> None:
    content, other = b"".join(pieces), b"".join(others)
    if content == other:
        return
    passed: list[bytes] = []

    with pytest.raises(CorruptedImageError):
        passed.extend(verified(others, blob_of(content), "x"))

    assert len(b"".join(passed)) < len(content) or not content


def blob_of(content: bytes) -> Descriptor:
    return Descriptor(media_type="", digest=digest_of(content), size=len(content))


def test_what_a_platform_is_called() -> None:
    _, raw = IMAGE.manifests[IMAGE.digest]
    children: Any = parse(raw).children

    assert [str(child.platform) for child in children] == ["linux/amd64", "linux/arm64/v8", "unknown/unknown"]
    assert [child.is_attestation for child in children] == [False, False, True]
