"""The images of a deployment by digest, before its template is built."""

from attrs import evolve

from ecs_steps.context import DeploymentContext
from ecs_steps.images.pinning import Pinning, task_platform
from ecs_steps.steps.deploy_ecs_service.inputs import DeployInputs
from ecs_steps.task_definition.container_specs import ContainerSpec, ImageReference


def pin_images(inputs: DeployInputs, context: DeploymentContext) -> DeployInputs:
    """Return the inputs with each container's image pinned, whether a release or a person chose it.

    Raises:
        NotFoundError, RegistryError, AwsCallError: As `Pinning.pin`.
    """
    pinning = Pinning.of_release(inputs, task_platform(inputs.runtime_architecture_platform), context)

    def pinned(spec: ContainerSpec) -> ContainerSpec:
        image = pinning.pin(inputs.image(spec.container_image_reference))
        return evolve(spec, container_image_reference=ImageReference(image_name=image))

    return evolve(inputs, containers=tuple(map(pinned, inputs.containers)))
