"""CloudFormation's functions."""

from typing import Any

import pytest

from ecs_steps.sandbox.cloudformation.intrinsics import Scope
from ecs_steps.sandbox.service_error import ServiceError


@pytest.fixture
def scope() -> Scope:
    return Scope(
        values={"Name": "web", "Count": "2", "Zones": ["a", "b"], "AWS::Region": "eu-west-1"},
        mappings={"Sizes": {"eu-west-1": {"small": 256}}},
        conditions={
            "IsWeb": {"Fn::Equals": [{"Ref": "Name"}, "web"]},
            "IsNot": {"Fn::Not": [{"Condition": "IsWeb"}]},
            "Both": {"Fn::And": [{"Condition": "IsWeb"}, {"Condition": "IsNot"}]},
            "Either": {"Fn::Or": [{"Condition": "IsWeb"}, {"Condition": "IsNot"}]},
        },
        attribute=lambda logical_id, name: f"<{logical_id}.{name}>",
    )


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        ({"Ref": "Name"}, "web"),
        ({"Ref": "Zones"}, ["a", "b"]),
        ({"Ref": "Role"}, "<Role.>"),
        ({"Fn::GetAtt": ["Role", "Arn"]}, "<Role.Arn>"),
        ({"Fn::GetAtt": "Role.Arn"}, "<Role.Arn>"),
        ({"Fn::Sub": "${Name}/${Role.Arn}/${Role}/${!Name}"}, "web/<Role.Arn>/<Role.>/${Name}"),
        ({"Fn::Sub": ["${x}-${Name}", {"x": {"Ref": "Count"}}]}, "2-web"),
        ({"Fn::Join": ["-", [{"Ref": "Name"}, 1, True]]}, "web-1-true"),
        ({"Fn::Join": [",", {"Ref": "Zones"}]}, "a,b"),
        ({"Fn::Split": ["/", "a/b"]}, ["a", "b"]),
        ({"Fn::Select": ["1", {"Ref": "Zones"}]}, "b"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "small"]}, 256),
        ({"Fn::If": ["IsWeb", {"Ref": "Name"}, "other"]}, "web"),
        ({"Fn::If": ["IsNot", 1, 2]}, 2),
        ({"Fn::If": ["Both", 1, 2]}, 2),
        ({"Fn::If": ["Either", 1, 2]}, 1),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [{"Ref": "AWS::NoValue"}, 1]}, {"b": [1]}),
        ({"a": {"Fn::If": ["IsWeb", {"Ref": "AWS::NoValue"}, 1]}}, {}),
        ({"Type": "plain"}, {"Type": "plain"}),
    ],
)
def test_a_value_is_evaluated(scope: Scope, value: Any, resolved: Any) -> None:  # noqa: ANN401  JSON
    assert scope.resolve(value) == resolved


@pytest.mark.parametrize(
    "value",
    [
        {"Fn::Select": [5, ["a"]]},
        {"Fn::Join": ["-"]},
        {"Fn::FindInMap": ["Sizes", "us-east-1", "small"]},
        {"Fn::If": ["Unheard", 1, 2]},
    ],
)
def test_what_cannot_be_evaluated_is_refused(scope: Scope, value: Any) -> None:  # noqa: ANN401  JSON
    with pytest.raises(ServiceError, match="Template"):
        scope.resolve(value)
