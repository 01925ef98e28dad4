"""Strategies in the template: what they become there, and what is refused before AWS."""

import json
from importlib.resources import files
from typing import Any

import pytest

from ecs_steps import DeployEcsServiceStep, InvalidInputsError

ECS = "Octopus.Action.Aws.Ecs"
LB = "arn:aws:elasticloadbalancing:eu-west-1:123456789012"
BLUE, GREEN = f"{LB}:targetgroup/blue/1111111111111111", f"{LB}:targetgroup/green/2222222222222222"
PRODUCTION = f"{LB}:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee"
TEST = f"{LB}:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/1111b2d02a6cabee"
LISTENER = f"{LB}:listener/net/shop/50dc6c495c0c9188/f2f7dc8efc522ab2"
ROLE = "arn:aws:iam::123456789012:role/ecs-infrastructure"
EXAMPLE: dict[str, Any] = json.loads((files("ecs_steps.sandbox") / "examples" / "deploy.json").read_text())
SHIFTING = {
    "containerName": "web",
    "containerPort": "8080",
    "targetGroupArn": BLUE,
    "alternateTargetGroupArn": GREEN,
    "productionListenerRule": PRODUCTION,
    "testListenerRule": TEST,
    "infrastructureRole": ROLE,
}


def step(mapping: dict[str, str] | None = None, **changes: str) -> DeployEcsServiceStep:
    variables = dict(EXAMPLE)
    variables[f"{ECS}.Deploy.LoadBalancerMappings"] = json.dumps([SHIFTING | (mapping or {})])
    return DeployEcsServiceStep(
        variables | {f"{ECS}.{name.replace('_', '.')}": value for name, value in changes.items()}
    )


def service(**changes: str) -> dict[str, Any]:
    resources = step({}, **changes).template().to_dict()["Resources"].values()
    [found] = [each["Properties"] for each in resources if each["Type"] == "AWS::ECS::Service"]
    return dict(found)


def test_a_canary_bakes_in_the_template() -> None:
    properties = service(
        Strategy_Type="Canary",
        Strategy_CanaryPercent="12.5",
        Strategy_StepBakeMinutes="15",
        Strategy_BakeMinutes="30",
    )

    assert properties["DeploymentConfiguration"] == {
        "MinimumHealthyPercent": 100,
        "MaximumPercent": 200,
        "Strategy": "CANARY",
        "BakeTimeInMinutes": 30,
        "CanaryConfiguration": {"CanaryPercent": 12.5, "CanaryBakeTimeInMinutes": 15},
    }
    assert properties["LoadBalancers"] == [
        {
            "ContainerName": "web",
            "ContainerPort": 8080,
            "TargetGroupArn": BLUE,
            "AdvancedConfiguration": {
                "AlternateTargetGroupArn": GREEN,
                "ProductionListenerRule": PRODUCTION,
                "TestListenerRule": TEST,
                "RoleArn": ROLE,
            },
        }
    ]


def test_a_linear_deployment_and_a_blue_green_one_are_sent_as_cloudformation_calls_them() -> None:
    linear = service(Strategy_Type="Linear", Strategy_StepPercent="25")["DeploymentConfiguration"]
    blue_green = service(Strategy_Type="BlueGreen")["DeploymentConfiguration"]

    assert linear["LinearConfiguration"] == {"StepPercent": 25, "StepBakeTimeInMinutes": 0}
    assert (blue_green["Strategy"], blue_green["BakeTimeInMinutes"]) == ("BLUE_GREEN", 5)


def test_two_groups_without_a_strategy_are_the_first_step_from_rolling_to_blue_green() -> None:
    properties = service()

    assert "Strategy" not in properties["DeploymentConfiguration"]
    assert "AdvancedConfiguration" in properties["LoadBalancers"][0]


def test_safeguards_are_in_the_template_where_they_are_chosen() -> None:
    assert service(Deployment_CircuitBreaker="On", Deployment_Alarms="one\ntwo")[
        "DeploymentConfiguration"
    ] == {
        "MinimumHealthyPercent": 100,
        "MaximumPercent": 200,
        "DeploymentCircuitBreaker": {"Enable": True, "Rollback": False},
        "Alarms": {"AlarmNames": ["one", "two"], "Enable": True, "Rollback": True},
    }


def test_nothing_is_in_the_template_that_is_not_chosen() -> None:
    assert service()["DeploymentConfiguration"] == {"MinimumHealthyPercent": 100, "MaximumPercent": 200}


@pytest.mark.parametrize(
    ("mapping", "changes", "message"),
    [
        ({}, {"Strategy_PauseAt": "POST_SCALE_UP"}, "is not possible in a stack: it would be locked"),
        ({}, {"Strategy_BakeMinutes": "1000", "Strategy_StepBakeMinutes": "981"}, "at most 1980 (33 hours)"),
        ({"alternateTargetGroupArn": ""}, {}, "needs alternateTargetGroupArn"),
        ({"infrastructureRole": ""}, {}, "needs alternateTargetGroupArn"),
        ({"alternateTargetGroupArn": BLUE}, {}, "is the target group itself"),
        ({"testListenerRule": PRODUCTION}, {}, "is the production rule itself"),
        ({"productionListenerRule": BLUE}, {}, "listener-rule/app/"),
        ({"testListenerRule": LISTENER}, {}, "is of another load balancer than the production rule"),
    ],
)
def test_what_cannot_be_is_refused_before_aws(
    mapping: dict[str, str], changes: dict[str, str], message: str
) -> None:
    with pytest.raises(InvalidInputsError) as error:
        step(mapping, Strategy_Type="Canary", **changes)

    assert message in str(error.value)


def test_bakes_of_33_hours_are_accepted() -> None:
    step(Strategy_Type="Canary", Strategy_BakeMinutes="1000", Strategy_StepBakeMinutes="980")


def test_listeners_of_a_network_load_balancer_are_rules_too() -> None:
    step({"productionListenerRule": LISTENER, "testListenerRule": ""}, Strategy_Type="BlueGreen")


def test_a_canary_without_a_load_balancer_has_no_traffic_to_shift() -> None:
    variables = EXAMPLE | {
        f"{ECS}.Strategy.Type": "Canary",
        f"{ECS}.Deploy.LoadBalancerMappings": [],
    }

    with pytest.raises(InvalidInputsError, match="needs a load balancer"):
        DeployEcsServiceStep(variables)


def test_the_policy_lets_the_infrastructure_role_be_passed_to_ecs_alone() -> None:
    statements = step(Strategy_Type="Canary").iam_policy()["Statement"]

    [passing] = [each for each in statements if each["Sid"] == "PassTheInfrastructureRole"]
    assert passing["Resource"] == [ROLE]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs.amazonaws.com"}}


def test_an_export_keeps_the_strategy() -> None:
    variables = dict(EXAMPLE)
    variables[f"{ECS}.Deploy.LoadBalancerMappings"] = json.dumps([SHIFTING])
    variables[f"{ECS}.Strategy.Type"] = "Canary"

    text = DeployEcsServiceStep(variables, for_export=True).export()

    assert "CanaryPercent: 10" in text
    assert "AlternateTargetGroupArn" in text
