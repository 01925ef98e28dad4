"""Images by digest: what their tags mean now, written so that nothing can change it later."""

from collections.abc import Container, Mapping
from typing import Any, Final, Protocol, Self

from attrs import AttrsInstance, field, frozen

from ecs_steps.context import DeploymentContext
from ecs_steps.errors import NotFoundError
from ecs_steps.image_reference import parse_reference
from ecs_steps.images.registries import Registries
from ecs_steps.octopus.inputs.shared_inputs import Feed
from ecs_steps.registry.image import ResolvedImage, resolve_image
from ecs_steps.registry.manifest import Platform

_ARCHITECTURES: Final = {"X86_64": "amd64", "ARM64": "arm64"}

LATEST: Final = "latest"
"""What an image without a tag and a digest means to ECS."""


def task_platform(cpu_architecture: str, operating_system: str = "LINUX") -> Platform:
    """Return the platform that the images of a task must have, from ECS' words for it."""
    family = operating_system.partition("_")[0]
    return Platform(
        os=family.lower(), architecture=_ARCHITECTURES.get(cpu_architecture, cpu_architecture.lower())
    )


def platform_of_task(task_definition: Mapping[str, Any]) -> Platform | None:
    """Return the platform of a task definition in ECS' words; none where its tasks may run on any.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html
    """
    given = task_definition.get("runtimePlatform") or {}
    is_fargate = "FARGATE" in task_definition.get("requiresCompatibilities", ())
    architecture = given.get("cpuArchitecture") or ("X86_64" if is_fargate else "")
    if not architecture:
        return None
    return task_platform(architecture, given.get("operatingSystemFamily") or "LINUX")


class PackageImages(AttrsInstance, Protocol):
    """What a release has chosen: images and the feeds that have a login, both by package reference."""

    @property
    def images(self) -> Mapping[str, str]: ...

    @property
    def feeds(self) -> Mapping[str, Feed]: ...


def feeds_by_image(packages: PackageImages) -> dict[str, Feed]:
    """Return the feeds that have a login, by the image that a release has chosen from each."""
    return {packages.images[reference]: feed for reference, feed in packages.feeds.items()}


@frozen(kw_only=True)
class Pinning:
    """Pins the images of one task, each read once. Without a `platform` the task may run on any.

    `feeds` are those of the images that have one with a login.
    """

    registries: Registries
    platform: Platform | None
    feeds: Mapping[str, Feed] = field(factory=dict)
    _pinned: dict[str, str] = field(factory=dict, repr=False)

    @classmethod
    def of_release(
        cls, packages: PackageImages, platform: Platform | None, context: DeploymentContext
    ) -> Self:
        """Return what pins the images of a step's inputs."""
        return cls(registries=Registries(context), platform=platform, feeds=feeds_by_image(packages))

    def pin(self, image: str) -> str:
        """Return ``name@sha256:...`` for an image by name and tag; one by digest stays as it is.

        Raises:
            InvalidReferenceError: The text is no image reference.
            NotFoundError: The image is not for the task's platform.
            RegistryError: It does not exist, or its registry cannot be read.
        """
        if image not in self._pinned:
            self._pinned[image] = self._pin(image)
        return self._pinned[image]

    def _pin(self, image: str) -> str:
        reference = parse_reference(image)
        repository = self.registries.open(reference, feed=self.feeds.get(image))
        found = resolve_image(repository, reference.digest or reference.tag or LATEST)
        self._check_platform(image, found)
        if reference.digest:
            return image
        name = image.removesuffix(f":{reference.tag}") if reference.tag else image
        return f"{name}@{found.digest}"

    def _check_platform(self, image: str, found: ResolvedImage) -> None:
        wanted = self.platform
        # One that says nothing of its platform is left to ECS.
        if not wanted or not found.platforms:
            return
        if any((each.os, each.architecture) == (wanted.os, wanted.architecture) for each in found.platforms):
            return
        raise NotFoundError(
            what=f"{image} is not an image for {wanted}, which the task runs on",
            why=f"it is for {', '.join(map(str, found.platforms))}",
            next_step="Build it for that platform as well, or change the platform of the task.",
        )


def pin_containers(
    request: Mapping[str, Any], names: Container[str], packages: PackageImages, context: DeploymentContext
) -> dict[str, Any]:
    """Return a request to RegisterTaskDefinition with the images of the named containers pinned.

    Raises:
        NotFoundError, RegistryError, AwsCallError: As `Pinning.pin`.
    """
    pinning = Pinning.of_release(packages, platform_of_task(request), context)
    definitions = [
        {**each, "image": pinning.pin(each["image"])} if each["name"] in names else each
        for each in request["containerDefinitions"]
    ]
    return {**request, "containerDefinitions": definitions}
