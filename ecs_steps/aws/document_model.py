"""A document by the installed botocore's own model of RegisterTaskDefinition; no client, no AWS call.

Each text where ECS takes a number or a flag becomes one, since Octopus and YAML hold all values as text.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, cast

import botocore
from attrs import frozen
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from ecs_steps.aws.task_definitions import request_shape

Path = tuple[str | int, ...]


@cache
def ecs_model() -> ServiceModel:
    """Load the installed botocore's model of ECS; no client, no AWS."""
    return ServiceModel(Loader().load_service_model("ecs", "service-2"), "ecs")


@frozen
class ModelError:
    """Why botocore would not send a document, and where; values are not shown, for they may be secret."""

    path: Path
    message: str


def request_of(
    document: Mapping[str, Any], model: ServiceModel
) -> tuple[dict[str, Any], tuple[ModelError, ...]]:
    """Return the request that registers a document, and what the model does not take.

    The document is RegisterTaskDefinition's own JSON, or what DescribeTaskDefinition prints: members that
    only a reply has (its ARN, its status) are left out.
    """
    errors: list[ModelError] = []
    described = cast("StructureShape", model.operation_model("DescribeTaskDefinition").output_shape)
    of_replies = cast("StructureShape", described.members["taskDefinition"]).members
    own = {name: value for name, value in document.items() if name not in of_replies}
    shared = {name: value for name, value in document.items() if name in of_replies}
    request = request_shape(model)
    taken = {name: value for name, value in shared.items() if name in request.members}
    result: dict[str, Any] = _conformed({**taken, **own}, request, (), errors)
    return result, tuple(errors)


def _conformed(value: Any, shape: Shape, path: Path, errors: list[ModelError]) -> Any:  # noqa: ANN401  any JSON
    if (lowest := _lowest_violated(value, shape)) is not None:
        what = "" if shape.type_name in _NUMBERS else " long"
        errors.append(ModelError(path, f"expected at least {lowest}{what}"))
    match shape:
        case StructureShape() if isinstance(value, dict):
            return _structure(value, shape, path, errors)
        case MapShape() if isinstance(value, dict):
            return {
                name: _conformed(member, shape.value, (*path, name), errors)
                for name, member in value.items()
                if member is not None
            }
        case ListShape() if isinstance(value, list):
            return [
                _conformed(item, shape.member, (*path, index), errors) for index, item in enumerate(value)
            ]
        case StructureShape() | MapShape() | ListShape():
            pass
        case _ if (single := _single_value(value, shape.type_name)) is not None:
            return single
    errors.append(ModelError(path, f"expected {_EXPECTED.get(shape.type_name, shape.type_name)}"))
    return value


def _lowest_violated(value: Any, shape: Shape) -> int | None:  # noqa: ANN401  any JSON
    """Return the least number or length where the value is below it, which botocore would refuse."""
    lowest: int | None = shape.metadata.get("min")
    if shape.type_name in _NUMBERS:
        size = _single_value(value, shape.type_name)
    else:
        size = len(value) if isinstance(value, str | list) else None
    return lowest if lowest is not None and isinstance(size, int | float) and size < lowest else None


def _structure(
    value: Mapping[str, Any], shape: StructureShape, path: Path, errors: list[ModelError]
) -> dict[str, Any]:
    errors += [
        ModelError((*path, name), _unknown(name, shape)) for name in value if name not in shape.members
    ]
    errors += [
        ModelError((*path, name), "is required")
        for name in shape.required_members
        if value.get(name) is None and (path or name != "family")
    ]
    if shape.is_tagged_union and sum(value.get(name) is not None for name in shape.members) != 1:
        errors.append(ModelError(path, f"expected exactly one of {', '.join(shape.members)}"))
    return {
        name: _conformed(member, shape.members[name], (*path, name), errors)
        for name, member in value.items()
        if name in shape.members and member is not None
    }


def _unknown(name: str, shape: StructureShape) -> str:
    lowered = {each.casefold(): each for each in shape.members}
    close = get_close_matches(name.casefold(), lowered, n=1, cutoff=0.7)
    if close:
        return f"is no member of RegisterTaskDefinition; did you mean {lowered[close[0]]}"
    return f"is no member of RegisterTaskDefinition that this botocore ({botocore.__version__}) knows"


_EXPECTED = {
    "structure": "an object",
    "map": "an object",
    "list": "a list",
    "string": "a text",
    "integer": "a whole number",
    "long": "a whole number",
    "boolean": "true or false",
    "double": "a number",
    "float": "a number",
}
_NUMBERS = ("integer", "long", "double", "float")
MAX_DIGITS = 18


def _single_value(value: object, kind: str) -> object:
    """Return a value as the model has it; none where it is something else."""
    written = str(value).lower() if isinstance(value, bool) else str(value)
    if not isinstance(value, str | int | float):
        return None
    match kind:
        case "string":
            return written
        case "boolean":
            return {"true": True, "false": False}.get(written.strip().lower())
        case "integer" | "long":
            digits = re.fullmatch(rf"\s*([+-]?[0-9]{{1,{MAX_DIGITS}}})(\.0+)?\s*", written)
            return int(digits[1]) if digits and not isinstance(value, bool) else None
        case "double" | "float":
            number = re.fullmatch(rf"\s*[+-]?[0-9]{{1,{MAX_DIGITS}}}(\.[0-9]{{1,{MAX_DIGITS}}})?\s*", written)
            return float(written) if number and not isinstance(value, bool) else None
        case _:
            return None
