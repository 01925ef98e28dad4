"""The images of the task, in whichever registry they are."""

from collections.abc import Iterator

from ecs_steps.context import DeploymentContext
from ecs_steps.errors import NotFoundError
from ecs_steps.image_reference import InvalidReferenceError
from ecs_steps.images.pinning import Pinning
from ecs_steps.images.registries import Registries
from ecs_steps.preflight.check import Found, failed, passed, skipped
from ecs_steps.preflight.plan import TaskPlan
from ecs_steps.registry.errors import ImageNotFoundError, RegistryError

SHOWN_DIGEST = len("sha256:") + 12


def check_images(plan: TaskPlan, context: DeploymentContext) -> Iterator[Found]:
    """Check that each image exists for the task's platform."""
    pinning = Pinning(registries=Registries(context), platform=plan.platform, feeds=plan.feeds)
    for container in plan.private_images:
        yield skipped(f"the image of {container} is in a registry whose login only the tasks have")
    for container, image in plan.images.items():
        yield _image(container, image, pinning)


def _image(container: str, image: str, pinning: Pinning) -> Found:
    try:
        pinned = pinning.pin(image)
    except InvalidReferenceError as error:
        return failed(f"container {container}: {error}. Correct the image.", exit_code=error.exit_code)
    except (ImageNotFoundError, NotFoundError) as error:
        return failed(f"container {container}: {error}", exit_code=error.exit_code)
    except RegistryError as error:
        return skipped(f"container {container}: {error}", exit_code=error.exit_code)
    digest = pinned.rpartition("@")[2][:SHOWN_DIGEST]
    return passed(f"container {container}: {image} is {digest}... for {pinning.platform or 'any platform'}")
