"""CloudFormation's property names -> ECS' member names.

Both name the same things: `containerDefinitions` is ``ContainerDefinitions``, and botocore's model of the ECS
request lists them. A few names differ more than in their first letter.
"""

import json
from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from ecs_steps.sandbox.cloudformation.intrinsics import as_text
from ecs_steps.sandbox.cloudformation.resources.resource_type import HandlerError
from ecs_steps.sandbox.protocol import operation_model

_IRREGULAR_NAMES: Mapping[tuple[str, str], str] = {
    ("CreateServiceRequest", "placementStrategy"): "PlacementStrategies",
    ("EFSAuthorizationConfig", "iam"): "IAM",
    ("EFSVolumeConfiguration", "fileSystemId"): "FilesystemId",
    ("ProxyConfiguration", "properties"): "ProxyConfigurationProperties",
    ("UpdateServiceRequest", "placementStrategy"): "PlacementStrategies",
    ("Volume", "efsVolumeConfiguration"): "EFSVolumeConfiguration",
    ("Volume", "s3filesVolumeConfiguration"): "S3FilesVolumeConfiguration",
    ("Volume", "fsxWindowsFileServerVolumeConfiguration"): "FSxWindowsFileServerVolumeConfiguration",
}


def ecs_request(operation: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Convert properties to the request of an ECS operation, with numbers and flags of the right type.

    Raises:
        HandlerError: A property that ECS does not have, or a value of the wrong kind.
    """
    shape = operation_model("ecs", operation).input_shape
    assert isinstance(shape, StructureShape)  # noqa: S101  every ECS request is one
    return _structure(shape, properties, path="")


def members(operation: str) -> Mapping[str, str]:
    """Map the property names of a template to the members of an operation's request."""
    shape = operation_model("ecs", operation).input_shape
    assert isinstance(shape, StructureShape)  # noqa: S101  every ECS request is one
    return {_template_name(shape, name): name for name in shape.members}


def ecs_tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Convert tags to ECS' shape."""
    return [{"key": key, "value": value} for key, value in tags.items()]


def _template_name(shape: StructureShape, member: str) -> str:
    return _IRREGULAR_NAMES.get((shape.name, member), member[0].upper() + member[1:])


def _value(shape: Shape, value: Any, path: str) -> Any:  # noqa: ANN401  a template's value
    match shape:
        case StructureShape() if shape.is_document_type:
            return json.loads(value) if isinstance(value, str) else value
        case StructureShape():
            return _structure(shape, _expect(value, dict, path), path)
        case ListShape():
            return [
                _value(shape.member, item, f"{path}/{index}")
                for index, item in enumerate(_expect(value, list, path))
            ]
        case MapShape():
            return {key: as_text(item) for key, item in _expect(value, dict, path).items()}
        case _:
            return _scalar(shape.type_name, value, path)


def _structure(shape: StructureShape, value: Mapping[str, Any], path: str) -> dict[str, Any]:
    names = {_template_name(shape, member): member for member in shape.members}
    request = {}
    for name, item in value.items():
        if name not in names:
            raise HandlerError(f"Encountered unsupported property {name}")
        member = names[name]
        request[member] = _value(shape.members[member], item, f"{path}/{name}")
    return request


def _scalar(kind: str, value: Any, path: str) -> Any:  # noqa: ANN401  a template's value
    if isinstance(value, dict | list):
        raise _wrong_kind(path, kind.capitalize(), value)
    text = as_text(value)
    try:
        match kind:
            case "integer" | "long":
                return int(text)
            case "double" | "float":
                return float(text)
            case "boolean":
                return {"true": True, "false": False}[text.lower()]
            case _:
                return text
    except (ValueError, KeyError) as error:
        raise _wrong_kind(path, kind.capitalize(), value) from error


def _expect(value: Any, kind: type, path: str) -> Any:  # noqa: ANN401  a template's value
    if not isinstance(value, kind):
        raise _wrong_kind(path, "JSONObject" if kind is dict else "JSONArray", value)
    return value


def _wrong_kind(path: str, expected: str, value: object) -> HandlerError:
    kinds = {dict: "JSONObject", list: "JSONArray", str: "String", bool: "Boolean"}
    found = kinds.get(type(value), "Number")
    return HandlerError(
        f"Model validation failed (#{path}: expected type: {expected}, found: {found})", "InvalidRequest"
    )
