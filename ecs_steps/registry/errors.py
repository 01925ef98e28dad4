"""How a registry, or a file that stands in for one, fails; each error has its facts as fields."""

from typing import ClassVar

from attrs import frozen

from ecs_steps.errors import EcsStepsError


@frozen(kw_only=True, str=False, repr=False)
class RegistryError(EcsStepsError):
    """A registry refused a request.

    `status` is HTTP's and `code` the registry's own (``NAME_UNKNOWN``); 0 and empty where there is none.
    """

    exit_code: ClassVar[int] = 5

    registry: str = ""
    repository: str = ""
    status: int = 0
    code: str = ""


class RegistryUnauthorizedError(RegistryError):
    """The registry refused the credentials, wants some, or they may not do this."""

    exit_code: ClassVar[int] = 4


class ImageNotFoundError(RegistryError):
    """There is no such repository, image or blob."""

    exit_code: ClassVar[int] = 3


@frozen(kw_only=True, str=False, repr=False)
class TagConflictError(RegistryError):
    """The tag stays as it is: it names `existing`, a digest or empty, and was to name `wanted`."""

    tag: str
    existing: str
    wanted: str


class CorruptedImageError(RegistryError):
    """Bytes are not what their digest and size promise."""


class UnsupportedImageError(RegistryError):
    """What was read is no image, or one of a kind that cannot be copied."""


@frozen(kw_only=True, str=False, repr=False)
class RegistryUnreachableError(RegistryError):
    """The registry cannot be reached, or does not respond now.

    `transient` says that the same request may well succeed later; `retry_after` is how many seconds the
    registry wants to be left alone.
    """

    transient: bool = True
    retry_after: float = 0.0


class CopyCancelledError(RegistryError):
    """The caller cancelled a copy; the tag was not set, and the next copy resumes this one."""

    exit_code: ClassVar[int] = 130


class InvalidLayoutError(EcsStepsError):
    """A folder or an archive is not an OCI layout, or does not say which image is meant."""

    exit_code: ClassVar[int] = 2
