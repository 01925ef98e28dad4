"""CloudFormation's functions."""

from typing import Any

import pytest

from ecs_steps.sandbox.cloudformation.intrinsics import Scope
from ecs_steps.sandbox.service_error import ServiceError


@pytest.fixture
def scope() -> Scope:
    return Scope(
        values={"Name": "web", "Count": "2", "Zones": ["a", "b"], "AWS::Region": "eu-west-1"},
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
        ({"Type": "plain", "a": [{"Ref": "Name"}]}, {"Type": "plain", "a": ["web"]}),
    ],
)
def test_a_value_is_evaluated(scope: Scope, value: Any, resolved: Any) -> None:  # noqa: ANN401  JSON
    assert scope.resolve(value) == resolved


def test_what_cannot_be_evaluated_is_refused(scope: Scope) -> None:
    with pytest.raises(ServiceError, match="Template error: Fn::Sub cannot be evaluated"):
        scope.resolve({"Fn::Sub": [1]})
