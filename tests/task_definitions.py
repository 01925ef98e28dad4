"""Values for every member that RegisterTaskDefinition takes, nested ones included, by botocore's model."""

from collections.abc import Iterator
from typing import Any, cast

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import strategies as st

MODEL = botocore.session.Session().get_service_model("ecs")
REGISTER = MODEL.operation_model("RegisterTaskDefinition")
DESCRIBE = MODEL.operation_model("DescribeTaskDefinition")
REQUEST = cast("StructureShape", REGISTER.input_shape)
REPLY = cast("StructureShape", DESCRIBE.output_shape)

Definition = dict[str, Any]

# What ECS demands beyond the model.
NEEDED: dict[str, Definition] = {
    REQUEST.name: {"family": "template", "containerDefinitions": [{"name": "web", "image": "acme/web:1"}]},
    "ContainerDefinition": {"name": "web", "image": "acme/web:1"},
}


def least(shape: Shape) -> Any:  # noqa: ANN401  any JSON
    """Return the smallest legal value of a shape."""
    match shape:
        case StructureShape():
            required = {name: least(shape.members[name]) for name in shape.required_members}
            return required | NEEDED.get(shape.name, {})
        case ListShape():
            return []
        case MapShape():
            return {}
        case _:
            return scalars(shape)[0]


def scalars(shape: Shape) -> tuple[Any, Any]:
    """Return two values of a shape without members; of a choice with one option, that one twice."""
    if shape.type_name == "boolean":
        return True, False
    if shape.type_name == "string":
        options = list(getattr(shape, "enum", [])) or ["one", "other"]
        return options[0], options[-1]
    first = max(int(shape.metadata.get("min", 0)), 7)
    return first, first + 1


def pairs(shape: Shape) -> Iterator[tuple[str, Any, Any]]:
    """Yield the path of each member in a shape, and two values of the shape that differ there alone."""
    match shape:
        case StructureShape():
            for name, member in shape.members.items():
                for path, one, other in pairs(member):
                    yield f".{name}{path}", {**least(shape), name: one}, {**least(shape), name: other}
        case ListShape():
            yield from ((f"[]{path}", [one], [other]) for path, one, other in pairs(shape.member))
        case MapShape():
            yield "{}", {"key": "one"}, {"key": "other"}
        case _:
            yield "", *scalars(shape)


# Tags come beside a task definition, and are no part of what a revision is.
PAIRS = [pair for pair in pairs(REQUEST) if not pair[0].startswith(".tags")]

TEXT = st.text("aB1/-_. \u00e9", min_size=1, max_size=4)
UNIQUE = {
    "ContainerDefinitions": "name",
    "EnvironmentVariables": "name",
    "SecretList": "name",
    "EnvironmentFiles": "value",
}


def values(shape: Shape) -> st.SearchStrategy[Any]:
    """Draw any value of a shape; lists are not empty, and items with a name have different ones."""
    match shape:
        case StructureShape() if shape.is_tagged_union:
            return st.one_of(*(st.fixed_dictionaries({name: values(m)}) for name, m in shape.members.items()))
        case StructureShape():
            always = {*shape.required_members, *NEEDED.get(shape.name, {})}
            if shape.name == "KeyValuePair":
                always |= shape.members.keys()
            members = {name: values(member) for name, member in shape.members.items() if name != "tags"}
            return st.fixed_dictionaries(
                {name: members[name] for name in members if name in always},
                optional={name: members[name] for name in members if name not in always},
            )
        case ListShape():
            key = UNIQUE.get(shape.name)
            unique = (lambda entry: entry[key]) if key else None
            return st.lists(values(shape.member), min_size=1, max_size=2, unique_by=unique)
        case MapShape():
            return st.dictionaries(TEXT, TEXT, min_size=1, max_size=2)
        case _:
            return values_without_members(shape)


def values_without_members(shape: Shape) -> st.SearchStrategy[Any]:
    if shape.type_name == "boolean":
        return st.booleans()
    if shape.type_name == "integer":
        lowest = int(shape.metadata.get("min", 0))
        return st.integers(lowest, int(shape.metadata.get("max", lowest + 100000)))
    options = list(getattr(shape, "enum", []))
    return st.sampled_from(options) if options else TEXT


def without_shared_names(definition: Definition) -> Definition:
    """Give secrets names that no plain variable has, as ECS demands."""
    for container in definition["containerDefinitions"]:
        for secret in container.get("secrets", []):
            secret["name"] = f"SECRET {secret['name']}"
    return definition


DEFINITIONS = values(REQUEST).map(without_shared_names)
