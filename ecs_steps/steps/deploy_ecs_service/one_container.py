"""The short way to a single container: an image, a port, and lines of variables in place of `Containers`."""

from collections.abc import Iterable, Iterator

from attrs import evolve

from ecs_steps.errors import Problem
from ecs_steps.octopus.inputs.shared_inputs import KeyValue, Secrecy
from ecs_steps.octopus.inputs.types import pairs
from ecs_steps.task_definition.container_specs import ContainerSpec, ImageReference, PortMapping

PACKAGE = "EcsDeploy.Image"
"""The package reference of the step template, which chooses the image where no image is named."""


def one_container(
    name: str, *, image: str, port: int | None, environment: str, secrets: str
) -> ContainerSpec:
    """Return the container of these values."""
    plain = [KeyValue(key=key, value=value) for key, value in pairs(environment)]
    secret = [KeyValue(type=Secrecy.SECRET, key=key, value=value) for key, value in pairs(secrets)]
    reference = ImageReference(image_name=image) if image else ImageReference(reference_id=PACKAGE)
    return ContainerSpec(
        container_name=name,
        container_image_reference=reference,
        container_port_mappings=(PortMapping(container_port=port),) if port else (),
        environment_variables=(*plain, *secret),
    )


def named_as_given(problems: Iterable[Problem], prefix: str) -> Iterator[Problem]:
    """Yield problems of the container under the names of the variables that it was made of."""
    places = {
        f"{prefix}.Containers[0].containerImageReference": f"{prefix}.Image",
        f"{prefix}.Containers[0].containerPortMappings": f"{prefix}.Port",
        f"{prefix}.Containers[0].environmentVariables": f"{prefix}.Environment",
    }
    for problem in problems:
        found = next((name for place, name in places.items() if problem.path.startswith(place)), "")
        yield evolve(problem, path=found) if found else problem
