"""The JSON of one container's update, as Octopus writes it."""

from enum import StrEnum

from attrs import frozen

from ecs_steps.octopus.inputs.shared_inputs import KeyValue
from ecs_steps.octopus.inputs.types import ContainerName


class Action(StrEnum):
    """Whether items take the place of what a container has, or are added to it."""

    REPLACE = "Replace"
    APPEND = "Append"


@frozen(kw_only=True)
class EnvironmentVariables:
    """Environment variables of a container, plain and secret ones together."""

    action: Action
    items: tuple[KeyValue, ...] = ()


@frozen(kw_only=True)
class EnvironmentFiles:
    """Environment files of a container: ARNs of S3 objects, which ECS reads from the first to the last."""

    action: Action
    items: tuple[str, ...] = ()


@frozen(kw_only=True)
class ContainerUpdate:
    """What becomes of one container; what is not given stays as it is."""

    container_name: ContainerName
    package_reference: str = ""
    environment_variables: EnvironmentVariables | None = None
    environment_files: EnvironmentFiles | None = None

    @property
    def changes_nothing(self) -> bool:
        """Whether the container stays as it is, whatever it is."""
        return not self.package_reference and all(
            given is None or (given.action is Action.APPEND and not given.items)
            for given in (self.environment_variables, self.environment_files)
        )
