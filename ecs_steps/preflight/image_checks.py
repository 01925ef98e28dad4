"""The images of the task, in whichever registry they are."""

from collections.abc import Iterator

from ecs_steps.context import DeploymentContext
from ecs_steps.images.registries import Registries
from ecs_steps.preflight.check import Found, failed, passed, skipped
from ecs_steps.preflight.plan import TaskPlan
from ecs_steps.registry import (
    ImageNotFoundError,
    InvalidReferenceError,
    RegistryError,
    parse_reference,
    resolve_image,
)

MACHINES = {"X86_64": "amd64", "ARM64": "arm64"}
"""What an image calls the processor."""


def check_images(plan: TaskPlan, context: DeploymentContext) -> Iterator[Found]:
    """Check that each image exists for the task's processor."""
    registries = Registries(context)
    for container in plan.private_images:
        yield skipped(f"the image of {container} is in a registry whose login only the tasks have")
    for container, image in plan.images.items():
        yield _image(container, image, plan.architecture, registries)


def _image(container: str, image: str, architecture: str, registries: Registries) -> Found:
    machine = MACHINES[architecture]
    try:
        reference = parse_reference(image)
        resolved = resolve_image(registries.open(reference), reference.identifier)
    except ImageNotFoundError as error:
        return failed(f"container {container}: {error} Push the image, or choose another version.")
    except InvalidReferenceError as error:
        return failed(f"container {container}: {error}")
    except RegistryError as error:
        return skipped(f"container {container}: {error}")
    found = [each for each in resolved.platforms if (each.os, each.architecture) == ("linux", machine)]
    if resolved.platforms and not found:
        built = ", ".join(map(str, resolved.platforms))
        return failed(
            f"container {container}: {image} is built for {built}, and the task runs on linux/{machine}: "
            "build it for that, or change the task's architecture."
        )
    return passed(f"container {container}: {image} is {resolved.digest[:19]}... for linux/{machine}")
