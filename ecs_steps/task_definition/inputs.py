"""What a Fargate task definition is made of, whichever step's inputs hold it, and the sizes that exist."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from attrs import frozen

from ecs_steps.octopus.inputs.converter import UnresolvedText
from ecs_steps.octopus.inputs.members import member
from ecs_steps.octopus.inputs.types import AccessPointId, Bool, FileSystemId, Role, Text, VolumeName
from ecs_steps.task_definition.container_logging import Logging
from ecs_steps.task_definition.container_specs import ContainerSpec, ImageReference

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


class Architecture(StrEnum):
    """The processor that the task's images are built for."""

    X86_64 = "X86_64"
    ARM64 = "ARM64"


class VolumeType(StrEnum):
    """What is behind a volume: the task's own disk, or an EFS file system."""

    BIND = "Bind"
    EFS = "Efs"


def _is_efs(volume: "Volume") -> bool:
    return volume.type is VolumeType.EFS


@frozen(kw_only=True)
class Volume:
    """A volume that containers mount."""

    type: VolumeType = member(
        "Bind: space on the task's own disk, empty at the start. Efs: a file system of Amazon EFS.",
        default=VolumeType.BIND,
    )
    name: VolumeName = member("The name that mount points have for it.", ecs="name")
    file_system_id: FileSystemId = member(
        "The file system.", ecs="efsVolumeConfiguration.fileSystemId", default="", used_if=_is_efs
    )
    access_point_id: AccessPointId = member(
        "The access point, which has a root directory and a user of its own.",
        ecs="efsVolumeConfiguration.authorizationConfig.accessPointId",
        default="",
        used_if=_is_efs,
    )
    root_directory: str = member(
        "The directory that is mounted; empty with an access point.",
        ecs="efsVolumeConfiguration.rootDirectory",
        default="",
        used_if=_is_efs,
    )
    encryption_in_transit: Bool = member(
        "Whether the way to the file system is encrypted; needed with an access point and with IAM.",
        ecs="efsVolumeConfiguration.transitEncryption",
        default=False,
        used_if=_is_efs,
    )
    efs_iam_authorization: Bool = member(
        "Whether the task role decides what the task may do.",
        ecs="efsVolumeConfiguration.authorizationConfig.iam",
        default=False,
        used_if=_is_efs,
    )


@frozen(kw_only=True, slots=False)
class TaskDefinitionInputs:
    """A task definition as inputs. A step's inputs inherit it, which is why it has no slots."""

    cpu: Cpu
    memory: Memory
    runtime_architecture_platform: Architecture = Architecture.X86_64
    task_role: Role | None = None
    task_execution_role: Role | None = None
    volumes: tuple[Volume, ...] = ()
    containers: tuple[ContainerSpec, ...]
    images: Mapping[str, str]

    @cached_property
    def containers_by_name(self) -> Mapping[str, ContainerSpec]:
        """The containers by name, in their order; of a repeated name the last one."""
        return {spec.container_name: spec for spec in self.containers}

    @cached_property
    def volume_names(self) -> Mapping[str, None]:
        """The names of the volumes, each once and in their order."""
        return dict.fromkeys(volume.name for volume in self.volumes)

    @property
    def has_automatic_logging(self) -> bool:
        """Whether a container logs to the log group that the template creates."""
        return any(spec.container_logging.type is Logging.AUTO for spec in self.containers)

    def image(self, reference: ImageReference, *, keep: bool = False) -> str:
        """Return the image of a reference; empty where no release has chosen one.

        With `keep` it is the expression that Octopus replaces by the image.
        """
        if not reference.reference_id:
            return reference.image_name
        if keep:
            return UnresolvedText(f"#{{{reference.variable}}}")
        return self.images.get(reference.reference_id.casefold(), "")
