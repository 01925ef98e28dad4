"""A Docker daemon's client without a daemon, for ministack: what an image does is in its tag.

``crashes`` writes a line and exits with code 3; ``missing`` cannot be pulled; every other one runs until it
is removed.
"""

import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import ImageNotFound

SECONDS_UNTIL_CRASH = 0.5
_containers: "dict[str, _Container]" = {}


@dataclass
class _Container:
    image: str
    id: str = field(default_factory=lambda: uuid.uuid4().hex * 2)
    started: float = field(default_factory=time.monotonic)
    attrs: Mapping[str, Any] = field(default_factory=lambda: {"NetworkSettings": {"Networks": {}}})

    @property
    def status(self) -> str:
        has_crashed = (
            self.image.endswith(":crashes") and time.monotonic() - self.started > SECONDS_UNTIL_CRASH
        )
        return "exited" if has_crashed else "running"

    def reload(self) -> None:
        pass

    def wait(self) -> dict[str, int]:
        return {"StatusCode": 3}

    def logs(self, **_: object) -> Iterator[bytes]:
        if self.image.endswith(":crashes"):
            yield b"FATAL: DATABASE_URL is not set\n"

    def remove(self, **_: object) -> None:
        _containers.pop(self.id, None)


class _Containers:
    def run(self, image: str, **_: object) -> _Container:
        container = _Container(image)
        return _containers.setdefault(container.id, container)

    def get(self, container_id: str) -> _Container:
        return _containers[container_id]

    def list(self, **_: object) -> list[_Container]:
        return []


class _Images:
    def pull(self, image: str, **_: object) -> None:
        if image.endswith(":missing"):
            raise ImageNotFound(f"manifest for {image} not found: manifest unknown")

    def get(self, image: str) -> None:
        self.pull(image)


class _Client:
    containers, images = _Containers(), _Images()


def from_env(**_: object) -> _Client:
    return _Client()
