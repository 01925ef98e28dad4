"""A document by botocore's model: what is accepted can be sent, and the rest is named by its path."""

import json
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.aws.document_model import ecs_model, request_of
from ecs_steps.aws.task_definitions import request_shape

MODEL = ecs_model()
SHAPE = request_shape(MODEL)


def values(shape: Shape) -> st.SearchStrategy[Any]:
    """Return values as a person may write them: numbers and flags as text as well."""
    match shape:
        case StructureShape() if shape.is_tagged_union:
            one = (st.fixed_dictionaries({name: values(each)}) for name, each in shape.members.items())
            return st.one_of(*one)
        case StructureShape():
            required = {name: values(shape.members[name]) for name in shape.required_members}
            optional = {name: values(each) for name, each in shape.members.items() if name not in required}
            return st.fixed_dictionaries(required, optional=optional)
        case ListShape():
            least = shape.metadata.get("min", 0)
            return st.lists(values(shape.member), min_size=least, max_size=least + 2)
        case MapShape():
            return st.dictionaries(st.text(max_size=5), values(shape.value), max_size=2)
        case _:
            return single_values(shape.type_name, shape.metadata.get("min", 0))


def single_values(kind: str, least: int) -> st.SearchStrategy[Any]:
    whole_numbers = st.integers(least, 10**9)
    match kind:
        case "integer" | "long":
            return whole_numbers | whole_numbers.map(str)
        case "boolean":
            return st.booleans() | st.sampled_from(["true", "False"])
        case "double" | "float":
            return whole_numbers | whole_numbers.map(lambda number: f"{number}.5")
        case _:
            return st.text(min_size=least, max_size=least + 8) | st.integers(10**20, 10**21)


def json_values() -> st.SearchStrategy[Any]:
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=10,
    )


@given(values(SHAPE))
def test_what_is_written_by_the_model_is_accepted_and_can_be_sent(document: dict[str, Any]) -> None:
    request, errors = request_of(document, MODEL)

    assert errors == ()
    assert ParamValidator().validate(request, SHAPE).generate_report() == ""


@given(st.dictionaries(st.sampled_from([*SHAPE.members, "status", "other"]), json_values(), max_size=5))
def test_what_botocore_would_refuse_has_an_error_with_a_path(document: dict[str, Any]) -> None:
    request, errors = request_of(document, MODEL)

    report = ParamValidator().validate({"family": "web", **request}, SHAPE).generate_report()
    assert bool(report) <= bool(errors)
    assert all(error.path and error.message for error in errors)


def test_what_only_a_reply_has_is_left_out() -> None:
    document = {
        "taskDefinitionArn": "arn",
        "revision": 7,
        "status": "ACTIVE",
        "requiresAttributes": [{"name": "x"}],
        "compatibilities": ["EC2"],
        "registeredAt": "2026-01-01",
        "registeredBy": "arn",
        "containerDefinitions": [],
    }

    assert request_of(document, MODEL) == ({"containerDefinitions": []}, ())


@pytest.mark.parametrize(
    ("document", "path", "message"),
    [
        ({"ContainerDefinitions": []}, ("ContainerDefinitions",), "did you mean containerDefinitions"),
        ({"containerDefinitions": [], "newThing": 1}, ("newThing",), "that this botocore"),
        ({"containerDefinitions": {}}, ("containerDefinitions",), "expected a list"),
        (
            {"containerDefinitions": [{"cpu": "1.5"}]},
            ("containerDefinitions", 0, "cpu"),
            "expected a whole number",
        ),
        (
            {"containerDefinitions": [{"cpu": True}]},
            ("containerDefinitions", 0, "cpu"),
            "expected a whole number",
        ),
        (
            {"containerDefinitions": [{"essential": "yes"}]},
            ("containerDefinitions", 0, "essential"),
            "true or false",
        ),
        (
            {
                "containerDefinitions": [
                    {
                        "resourceRequirements": [
                            {"type": "GPU", "sharingStrategy": {"nvidiaMps": {"memory": 0}}}
                        ]
                    }
                ]
            },
            (
                *("containerDefinitions", 0, "resourceRequirements", 0),
                *("sharingStrategy", "nvidiaMps", "memory"),
            ),
            "expected at least",
        ),
        ({"containerDefinitions": [None]}, ("containerDefinitions", 0), "expected an object"),
        (
            {"containerDefinitions": [{"logConfiguration": {}}]},
            ("containerDefinitions", 0, "logConfiguration", "logDriver"),
            "is required",
        ),
    ],
)
def test_each_mistake_is_named_by_its_path(document: Any, path: tuple[str | int, ...], message: str) -> None:  # noqa: ANN401  as it may be given
    _, errors = request_of(document, MODEL)

    found = {error.path: error.message for error in errors}
    assert message in found[path]


def test_the_model_is_that_of_the_installed_botocore() -> None:
    installed = botocore.session.get_session().get_service_model("ecs")

    shape = installed.operation_model("RegisterTaskDefinition").input_shape
    assert shape is not None
    assert json.dumps(list(shape.members)) == json.dumps(list(SHAPE.members))
