"""The images of an update by digest, before the next revision is planned."""

from attrs import evolve

from ecs_steps.context import DeploymentContext
from ecs_steps.images.pinning import Pinning, platform_of_task
from ecs_steps.images.registries import Registries
from ecs_steps.steps.update_ecs_service.inputs import UpdateInputs
from ecs_steps.task_definition.revision import RegisteredRevision


def pin_images(
    inputs: UpdateInputs, template: RegisteredRevision, context: DeploymentContext
) -> UpdateInputs:
    """Return the inputs with the image of each update pinned; images that no update names stay as they are.

    Raises:
        NotFoundError, RegistryError, AwsCallError: As `Pinning.pin`.
    """
    pinning = Pinning(registries=Registries(context), platform=platform_of_task(template.request))
    used = {update.package_reference.casefold() for update in inputs.container_updates}
    images = {
        reference: pinning.pin(image, inputs.feeds.get(reference)) if reference in used else image
        for reference, image in inputs.images.items()
    }
    return evolve(inputs, images=images)
