"""A copy of an image from one registry to another, beside skopeo's."""

import itertools
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import copy_one
from benchmarks.measuring import Contender, measure
from benchmarks.tables import comparison
from peers import docker_registry
from registry.images import two_platforms

LAYER_BYTES = 32 * 2**20
SKOPEO = "`skopeo copy --all --preserve-digests`"
SKOPEO_CACHE = Path("/var/lib/containers/cache/blob-info-cache-v1.boltdb")
"""Where skopeo notes, as root, in which repositories it has seen a blob."""


def copied_image(rounds: int, layer_bytes: int = LAYER_BYTES) -> str:
    """Compare copies of an index of two platforms and an attestation, each to a repository of its own."""
    skopeo = docker_registry.installed("skopeo")
    with TemporaryDirectory() as folder, _registries(Path(folder)) as (source, destination):
        image = two_platforms(layer_bytes=layer_bytes)
        layout = image.write_layout(Path(folder) / "layout")
        copy_one.main(str(layout), f"{source}/team/web:1")
        numbers = itertools.count()

        def by_skopeo() -> list[str]:
            # It would mount the blobs of the round before, which is another task.
            SKOPEO_CACHE.unlink(missing_ok=True)
            options = ["--all", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false"]
            there = f"docker://{destination}/skopeo/web-{next(numbers)}:1"
            return [skopeo, "--insecure-policy", "copy", *options, f"docker://{source}/team/web:1", there]

        def by_this_library() -> list[str]:
            there = f"{destination}/ours/web-{next(numbers)}:1"
            return [sys.executable, copy_one.__file__, f"{source}/team/web:1", there]

        contender = partial(Contender, environment=dict(os.environ), folder=Path(folder))
        runs = measure(
            {SKOPEO: contender(command=by_skopeo), "this library": contender(command=by_this_library)}, rounds
        )
    size = image.total_bytes / 2**20
    return f"{size:.0f} MiB, docker-registry to docker-registry.\n\n{comparison(runs, floor=SKOPEO)}"


@contextmanager
def _registries(folder: Path) -> Iterator[tuple[str, str]]:
    folders = [folder / name for name in ("source", "destination")]
    for each in folders:
        each.mkdir()
    with docker_registry.running(folders[0]) as source, docker_registry.running(folders[1]) as destination:
        yield source, destination
