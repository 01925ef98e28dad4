"""The sizes that Fargate offers, and the ways ECS lets one write them."""

import re
from typing import Annotated

from ecs_steps.octopus.inputs.types import Text

# CPU units -> MiB, as the ECS developer guide lists them ("Task CPU and memory").
SIZES: dict[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16384 + 1, 1024)),
    4096: tuple(range(8192, 30720 + 1, 1024)),
    8192: tuple(range(16384, 61440 + 1, 4096)),
    16384: tuple(range(32768, 122880 + 1, 8192)),
    32768: (61440, 122880, 249856),
}

NUMBER = r"[0-9]{1,7}|[0-9]{0,4}\.[0-9]{1,3}"
Cpu = Annotated[
    str, Text(rf"(?i)[0-9]{{1,7}}|({NUMBER}) ?vcpu", "CPU units or vCPUs, such as 256 or .25 vCPU")
]
Memory = Annotated[str, Text(rf"(?i)[0-9]{{1,7}}|({NUMBER}) ?gb", "MiB or GB, such as 512 or 0.5 GB")]


def units(size: str) -> int:
    """Return CPU units or MiB: ECS counts 1,024 of either to a vCPU or a GB."""
    number = re.sub(r"(?i) ?(vcpu|gb)$", "", size)
    return int(size) if number == size else round(float(number) * 1024)
