"""Images to copy, made here byte by byte; their JSON is spelled as no library would spell it again."""

import io
import json
import random
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from ecs_steps.sandbox.registry import SandboxRegistry, digest_of

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
FOREIGN = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"


@frozen(kw_only=True)
class ExampleImage:
    """`manifests` and `blobs` by digest; the last of the manifests is the root."""

    manifests: Mapping[str, tuple[str, bytes]]
    blobs: Mapping[str, bytes]

    @property
    def digest(self) -> str:
        return list(self.manifests)[-1]

    @property
    def total_bytes(self) -> int:
        return sum(map(len, self.blobs.values()))

    def put(self, registry: SandboxRegistry, repository: str, *tags: str) -> None:
        registry.blobs |= {(repository, digest): content for digest, content in self.blobs.items()}
        registry.manifests |= {(repository, digest): content for digest, content in self.manifests.items()}
        registry.tags |= {(repository, tag): self.digest for tag in tags}

    def write_layout(self, folder: Path, *ref_names: str) -> Path:
        for digest, content in self._files.items():
            file = folder / "blobs" / digest.replace(":", "/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
        return write_index(folder, *(self.entry(name) for name in ref_names or ("",)))

    def entry(self, ref_name: str) -> dict[str, Any]:
        annotations = {"org.opencontainers.image.ref.name": ref_name} if ref_name else {}
        media_type, raw = self.manifests[self.digest]
        return descriptor(media_type, raw, annotations=annotations)

    def write_archive(self, folder: Path, *ref_names: str) -> Path:
        layout = self.write_layout(folder / "layout", *ref_names)
        archive = folder / "image.tar"
        with tarfile.open(archive, "w") as tar:
            tar.add(layout, arcname=".")
        return archive

    @property
    def _files(self) -> dict[str, bytes]:
        return {**self.blobs, **{digest: raw for digest, (_, raw) in self.manifests.items()}}


def write_index(folder: Path, *entries: dict[str, Any]) -> Path:
    (folder / "index.json").write_bytes(spelled({"schemaVersion": 2, "manifests": list(entries)}))
    return folder


def spelled(document: object) -> bytes:
    return json.dumps(document, indent=3, separators=(" ,", " : ")).encode() + b"\n"


def descriptor(media_type: str, content: bytes, **more: object) -> dict[str, Any]:
    return {"size": len(content), "digest": digest_of(content), "mediaType": media_type, **more}


def manifest_of(config: bytes, layers: Iterable[bytes], **more: object) -> bytes:
    return spelled(
        {
            "layers": [descriptor(LAYER, layer) for layer in layers],
            "config": descriptor(CONFIG, config),
            "mediaType": MANIFEST,
            **more,
            "schemaVersion": 2,
        }
    )


def index_of(*children: dict[str, Any]) -> bytes:
    return spelled({"manifests": list(children), "annotations": {"é": "\u2603"}, "schemaVersion": 2})


def two_platforms(*, layer_bytes: int = 3000, seed: int = 0) -> ExampleImage:
    """An index of two platforms that share a layer, and the attestation that BuildKit adds to the first."""
    draw = random.Random(seed)  # noqa: S311  content that can be made again
    shared, *layers = (draw.randbytes(size) for size in (layer_bytes, layer_bytes * 2, layer_bytes // 2, 0))
    empty = layers.pop()
    statement = spelled({"predicateType": "https://slsa.dev/provenance/v1"})
    configs = [spelled({"os": "linux", "architecture": name, "seed": seed}) for name in ("amd64", "arm64")]
    amd64 = manifest_of(configs[0], (shared, layers[0]))
    arm64 = manifest_of(configs[1], (shared, layers[1], empty))
    unknown = spelled({"architecture": "unknown", "os": "unknown"})
    attestation = manifest_of(unknown, [statement])
    index = index_of(
        descriptor(MANIFEST, amd64, platform={"os": "linux", "architecture": "amd64"}),
        descriptor(MANIFEST, arm64, platform={"variant": "v8", "os": "linux", "architecture": "arm64"}),
        descriptor(
            MANIFEST,
            attestation,
            platform={"os": "unknown", "architecture": "unknown"},
            annotations={
                "vnd.docker.reference.type": "attestation-manifest",
                "vnd.docker.reference.digest": digest_of(amd64),
            },
        ),
    )
    return example(
        [shared, *layers, empty, *configs, unknown, statement],
        [(MANIFEST, amd64), (MANIFEST, arm64), (MANIFEST, attestation), (INDEX, index)],
    )


def one_platform(*, seed: int = 1, **more: object) -> ExampleImage:
    layer = random.Random(seed).randbytes(500)  # noqa: S311  content that can be made again
    config = spelled({"os": "linux", "architecture": "arm64", "variant": "v8"})
    return example([layer, config], [(MANIFEST, manifest_of(config, [layer], **more))])


def example(blobs: Iterable[bytes], manifests: Iterable[tuple[str, bytes]]) -> ExampleImage:
    return ExampleImage(
        blobs={digest_of(blob): blob for blob in blobs},
        manifests={digest_of(raw): (media_type, raw) for media_type, raw in manifests},
    )


def docker_save_archive(folder: Path) -> Path:
    """An archive of ``docker save`` before Docker 25."""
    archive = folder / "saved.tar"
    with tarfile.open(archive, "w") as tar:
        content = json.dumps(
            [{"Config": "c.json", "RepoTags": ["web:1"], "Layers": ["l/layer.tar"]}]
        ).encode()
        member = tarfile.TarInfo("manifest.json")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return archive
