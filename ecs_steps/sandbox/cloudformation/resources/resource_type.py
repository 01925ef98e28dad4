"""What CloudFormation knows of a type of resource."""

import random
import string
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from attrs import define

from ecs_steps.sandbox.cloudformation.stack import Wanted, new_uuid
from ecs_steps.sandbox.coroutine import Coroutine
from ecs_steps.sandbox.scenario import StackPlan
from ecs_steps.sandbox.service_error import ServiceError
from ecs_steps.sandbox.timeline import Timeline

_SUFFIX = string.ascii_letters + string.digits
_SUFFIX_LENGTH = 12


class HandlerError(Exception):
    """Why a resource cannot be had.

    `code` is the resource handler's (``InvalidRequest``), empty for CloudFormation's own words. `refused` is
    the code of the service that said no, where one did and nothing was changed.
    """

    def __init__(self, message: str, code: str = "", *, refused: str = "") -> None:
        super().__init__(message)
        self.message, self.code, self.refused = message, code, refused


@define(kw_only=True)
class Account:
    """Where resources are made. `carry_out` takes a service, an operation and its parameters."""

    region: str
    number: str
    carry_out: Callable[[str, str, dict[str, Any]], dict[str, Any]]
    ids: random.Random
    timeline: Timeline
    plan: StackPlan

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:  # noqa: ANN401  botocore's input shape
        """Carry out an operation.

        Raises:
            HandlerError: It is refused; the message is worded as resource handlers word it.
        """
        try:
            return self.carry_out(service, operation, params)
        except ServiceError as error:
            code = _HANDLER_CODES.get(error.code, "GeneralServiceException")
            what = _CALLED.get(operation, operation)
            prefix = f"Invalid request provided: {what}: " if code == "InvalidRequest" else ""
            message = (
                f"{prefix}{error.message} (Service: {_SERVICES[service]}; Status Code: {error.status}; "
                f"Error Code: {error.code}; Request ID: {new_uuid(self.ids)}; Proxy: null)"
            )
            raise HandlerError(message, code, refused=error.code) from error

    def arn(self, service: str, resource: str) -> str:
        """Name a resource of this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.number}:{resource}"

    @property
    def partition(self) -> str:
        prefixes = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
        return next((name for start, name in prefixes.items() if self.region.startswith(start)), "aws")


class ResourceType(Protocol):
    """A type of resource. Its coroutines raise HandlerError."""

    @property
    def attributes(self) -> frozenset[str]:
        """The attributes of Fn::GetAtt."""

    @property
    def create_only(self) -> frozenset[str]:
        """The properties whose change needs a new physical resource."""

    @property
    def name_property(self) -> str:
        """The property that gives it a name of its own, under which there can be no second one; or empty."""

    def create(self, wanted: Wanted, announce: Callable[[str], None], /) -> Coroutine:
        """Make it, and announce its physical id as soon as there is one."""

    def update(self, physical_id: str, wanted: Wanted, former: Wanted, /) -> Coroutine:
        """Change it in place."""

    def delete(self, physical_id: str, /) -> Coroutine:
        """Delete it; what is deleted already is no error."""

    def attribute(self, physical_id: str, name: str, /) -> str:
        """Return what Fn::GetAtt gives."""


def generated_name(wanted: Wanted, ids: random.Random, *, max_length: int) -> str:
    """Make the name of a resource that was given none: ``<stack>-<logical id>-<12 letters and digits>``."""
    suffix = "".join(ids.choices(_SUFFIX, k=_SUFFIX_LENGTH))
    room = max_length - _SUFFIX_LENGTH - 2
    stack, logical_id = wanted.stack_name, wanted.logical_id
    if len(stack) + len(logical_id) > room:
        logical_id = logical_id[: max(room - len(stack), room // 2)]
        stack = stack[: room - len(logical_id)]
    return f"{stack}-{logical_id}-{suffix}"


def check_properties(wanted: Wanted, known: frozenset[str]) -> None:
    """Refuse a property that the type does not have.

    Raises:
        HandlerError: There is one.
    """
    for name in wanted.properties:
        if name not in known:
            raise HandlerError(f"Encountered unsupported property {name}")


def already_exists(kind: str, identifier: str) -> HandlerError:
    """Return the error for a name that is taken."""
    return HandlerError(
        f"Resource of type '{kind}' with identifier '{identifier}' already exists.", "AlreadyExists"
    )


def changed_tags(wanted: Mapping[str, str], former: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the tags to set and the keys to remove."""
    to_set = {key: value for key, value in wanted.items() if former.get(key) != value}
    return to_set, [key for key in former if key not in wanted]


_CALLED = {
    "CreateService": "CreateService error",
    "RegisterTaskDefinition": "Create TaskDefinition",
    "UpdateService": "UpdateService error",
}
_SERVICES = {"ecs": "AmazonECS", "iam": "Iam", "logs": "CloudWatchLogs"}
_HANDLER_CODES = {
    "AccessDenied": "AccessDenied",
    "AccessDeniedException": "AccessDenied",
    "ClientException": "InvalidRequest",
    "ClusterNotFoundException": "NotFound",
    "InvalidParameterException": "InvalidRequest",
    "InvalidParameterValue": "InvalidRequest",
    "MalformedPolicyDocument": "InvalidRequest",
    "NoSuchEntity": "NotFound",
    "Throttling": "Throttling",
    "ThrottlingException": "Throttling",
    "ValidationError": "InvalidRequest",
}
