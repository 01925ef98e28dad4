"""A document by botocore's model: what is accepted can be sent, and the rest is named by its path."""

import json
from collections.abc import Mapping
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
        case StructureShape():
            required = {name: values(shape.members[name]) for name in shape.required_members}
            optional = {name: values(each) for name, each in shape.members.items() if name not in required}
            return st.fixed_dictionaries(required, optional=optional)
        case ListShape():
            return st.lists(values(shape.member), max_size=2)
        case MapShape():
            return st.dictionaries(st.text(max_size=5), values(shape.value), max_size=2)
        case _:
            return SINGLE_VALUES[shape.type_name]


WHOLE_NUMBERS = st.integers(0, 10**9) | st.integers(0, 10**9).map(str)
SINGLE_VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "integer": WHOLE_NUMBERS,
    "long": WHOLE_NUMBERS,
    "boolean": st.booleans() | st.sampled_from(["true", "False"]),
    "double": st.integers(0, 1000) | st.sampled_from(["1.5", "20"]),
    "float": st.integers(0, 1000) | st.sampled_from(["1.5", "20"]),
    "string": st.text(max_size=8) | st.integers(0, 10**6),
}


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
