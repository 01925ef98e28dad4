"""What ECS refuses of a strategy at once, with its texts."""

from collections.abc import Callable
from typing import Any

import pytest

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.ecs.strategy import shares, step_bake_minutes, total_bake_minutes
from ecs_steps.sandbox.ecs.strategy_scenarios import pause
from ecs_steps.sandbox.service_error import ServiceError
from sandbox.ecs.storefront import NEXT_SHARE, SERVICE, TESTED, Storefront

Enter = Callable[..., Storefront]

ORDERS = {"cluster": "shop", "service": "orders"}
LAMBDA = {"hookTargetArn": "arn:aws:lambda:x", "roleArn": "arn:aws:iam:x", "lifecycleStages": [TESTED]}
NETWORK_LISTENER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/net/shop/0a0a0a0a/1b1b1b1b"


@pytest.fixture
def message_of(enter_storefront: Enter) -> Callable[..., str]:
    """Update `storefront`'s load balancer or configuration; return the message of the error."""

    def message_of(*, advanced: dict[str, Any] | None = None, **configuration: Any) -> str:  # noqa: ANN401
        shop = enter_storefront(EcsPlan())
        [balancer] = shop.service["loadBalancers"]
        balancer["advancedConfiguration"] |= advanced or {}
        update = {"loadBalancers": [balancer], "deploymentConfiguration": configuration}
        with pytest.raises(ServiceError) as refused:
            shop.ecs.update_service(SERVICE | update)
        assert refused.value.code == "InvalidParameterException"
        assert len(shop.service["deployments"]) == 1
        return refused.value.message

    return message_of


MessageOf = Callable[..., str]


def test_a_shift_needs_a_second_target_group(ecs: EcsBackend) -> None:
    with pytest.raises(ServiceError) as refused:
        ecs.update_service(ORDERS | {"deploymentConfiguration": {"strategy": "BLUE_GREEN"}})

    assert refused.value.message == (
        "advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment "
        "strategy"
    )


def test_a_rolling_deployment_may_prepare_the_second_target_group(enter_storefront: Enter) -> None:
    shop = enter_storefront(EcsPlan())

    shop.deploy(deploymentConfiguration={"strategy": "ROLLING"})

    assert shop.until_finished() == "SUCCESSFUL"
    assert shop.live_weights() == {"green": 100, "blue": 0}
    assert shop.healthy_targets("green") == 2


def test_all_load_balancers_have_a_second_target_group_or_none(enter_storefront: Enter) -> None:
    shop = enter_storefront(EcsPlan())
    [balancer] = shop.service["loadBalancers"]
    plain = {name: balancer[name] for name in ("containerName", "containerPort")}
    group = balancer["targetGroupArn"].replace("storefront-blue", "extra")

    with pytest.raises(ServiceError, match="Either all or none of the provided loadBalancers must have"):
        shop.ecs.update_service(SERVICE | {"loadBalancers": [balancer, plain | {"targetGroupArn": group}]})


def test_a_classic_load_balancer_has_no_second_target_group(enter_storefront: Enter) -> None:
    shop = enter_storefront(EcsPlan())
    [balancer] = shop.service["loadBalancers"]
    classic = {name: value for name, value in balancer.items() if name != "targetGroupArn"}

    with pytest.raises(ServiceError, match="advancedConfiguration field is not allowed with ELBv1"):
        shop.ecs.update_service(SERVICE | {"loadBalancers": [classic | {"loadBalancerName": "old"}]})


@pytest.mark.parametrize("member", ["productionListenerRule", "testListenerRule"])
def test_a_rule_is_an_arn_of_a_rule(message_of: MessageOf, member: str) -> None:
    arn = NETWORK_LISTENER.replace("/net/", "/app/")

    assert message_of(advanced={member: arn}) == (
        f"{member} has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: {arn}"
    )


def test_one_rule_is_not_both(enter_storefront: Enter, message_of: MessageOf) -> None:
    [balancer] = enter_storefront(EcsPlan()).service["loadBalancers"]
    rule = balancer["advancedConfiguration"]["productionListenerRule"]

    assert message_of(advanced={"testListenerRule": rule}) == (
        f"The following rules cannot be used as both production and test listener rules: {rule}"
    )


def test_a_target_group_is_given_once(enter_storefront: Enter, message_of: MessageOf) -> None:
    [balancer] = enter_storefront(EcsPlan()).service["loadBalancers"]
    group = balancer["targetGroupArn"]

    assert (
        message_of(advanced={"alternateTargetGroupArn": group}) == f"Duplicate targetGroupArn found: {group}"
    )


def test_without_a_test_rule_the_production_rule_has_both_groups(enter_storefront: Enter) -> None:
    shop = enter_storefront(EcsPlan())
    [balancer] = shop.service["loadBalancers"]
    advanced = balancer["advancedConfiguration"]
    del advanced["testListenerRule"]
    rule = shop.ecs.elbv2.listeners.rules[advanced["productionListenerRule"]]
    rule.forward({balancer["targetGroupArn"]: 1})

    with pytest.raises(ServiceError, match="For Application LoadBalancer, testListenerRule is required when"):
        shop.ecs.update_service(SERVICE | {"loadBalancers": [balancer]})


@pytest.mark.parametrize(
    ("hook", "message"),
    [
        (
            {"targetType": "EMAIL", "lifecycleStages": [TESTED]},
            "Invalid targetType. Valid values are: AWS_LAMBDA, PAUSE",
        ),
        (pause("TEST_TRAFFIC_SHIFT"), "Invalid lifecycle stage provided for Pause Hook"),
        (pause("PRODUCTION_TRAFFIC_SHIFT"), "Invalid lifecycle stage provided for Pause Hook"),
        (pause("BAKE_TIME"), "Invalid lifecycle stage provided for Pause Hook"),
        (pause(TESTED) | {"hookTargetArn": "arn:aws:lambda:x"}, "A Pause Hook takes no hookTargetArn"),
        (LAMBDA | {"lifecycleStages": []}, "Invalid lifecycle stage provided for Hook"),
        ({"lifecycleStages": [TESTED]}, "A Lambda Hook needs hookTargetArn and roleArn"),
        (pause(TESTED, minutes=20_161), "timeoutInMinutes must be between 1 and 20160"),
    ],
)
def test_an_impossible_hook_is_refused(message_of: MessageOf, hook: dict[str, Any], message: str) -> None:
    assert message_of(lifecycleHooks=[hook]).startswith(message)


def test_a_service_has_ten_hooks_of_each_type(enter_storefront: Enter, message_of: MessageOf) -> None:
    full = [*(pause(TESTED) for _ in range(10)), *(LAMBDA for _ in range(10))]
    shop = enter_storefront(EcsPlan())

    shop.ecs.update_service(SERVICE | {"deploymentConfiguration": {"lifecycleHooks": full}})

    assert (
        message_of(lifecycleHooks=[*full, pause(TESTED)])
        == "At most 10 lifecycle hooks of a type are allowed"
    )


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ({"strategy": "SUDDEN"}, "Invalid deployment strategy: SUDDEN"),
        ({"bakeTimeInMinutes": 1441}, "bakeTimeInMinutes must be between 0 and 1440"),
        ({"canaryConfiguration": {"canaryPercent": 0.05}}, "canaryPercent must be between 0.1 and 100"),
        ({"linearConfiguration": {"stepPercent": 2.9}}, "stepPercent must be between 3 and 100"),
    ],
)
def test_numbers_have_their_ranges(
    message_of: MessageOf, configuration: dict[str, Any], message: str
) -> None:
    assert message_of(**configuration) == message


@pytest.mark.parametrize(
    ("strategy", "possible"), [("BLUE_GREEN", True), ("LINEAR", False), ("CANARY", False)]
)
def test_shares_need_something_that_shares(ecs: EcsBackend, strategy: str, *, possible: bool) -> None:
    request = {
        "cluster": "shop",
        "serviceName": "headless",
        "taskDefinition": "billing",
        "desiredCount": 1,
        "deploymentConfiguration": {"strategy": strategy},
    }

    if possible:
        assert ecs.create_service(request)["service"]["deployments"]
    else:
        with pytest.raises(ServiceError, match="need a load balancer or Service Connect"):
            ecs.create_service(request)


def test_service_connect_shares_traffic_without_rules(enter_storefront: Enter) -> None:
    shop = enter_storefront(EcsPlan())
    request = {
        "cluster": "shop",
        "serviceName": "mesh",
        "taskDefinition": "billing",
        "desiredCount": 1,
        "serviceConnectConfiguration": {"enabled": True},
        "deploymentConfiguration": {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 20.0}},
    }
    arn = shop.ecs.create_service(request)["service"]["currentServiceDeployment"]

    shop.later(200)

    target = shop.record(arn)["targetServiceRevision"]
    assert target["requestedProductionTrafficWeight"] == 20.0
    assert target["requestedTestTrafficWeight"] == 100.0


def test_a_network_load_balancer_shifts_by_its_listener_and_takes_ten_minutes(
    enter_storefront: Enter,
) -> None:
    shop = enter_storefront(EcsPlan())
    [balancer] = shop.service["loadBalancers"]
    advanced = balancer["advancedConfiguration"]
    groups = [balancer["targetGroupArn"], advanced["alternateTargetGroupArn"]]
    actions = [
        {
            "Type": "forward",
            "ForwardConfig": {
                "TargetGroups": [
                    {"TargetGroupArn": groups[0], "Weight": 0},
                    {"TargetGroupArn": groups[1], "Weight": 1},
                ]
            },
        }
    ]
    [listener] = shop.ecs.elbv2.create_listener(
        {
            "LoadBalancerArn": NETWORK_LISTENER.rpartition("/")[0].replace(":listener/", ":loadbalancer/"),
            "Protocol": "TCP",
            "Port": 80,
            "DefaultActions": actions,
        }
    )["Listeners"]
    balancer["advancedConfiguration"] = advanced | {"productionListenerRule": listener["ListenerArn"]}
    del balancer["advancedConfiguration"]["testListenerRule"]
    shop.ecs.update_service(SERVICE | {"loadBalancers": [balancer]})
    shop.until_stage("PRODUCTION_TRAFFIC_SHIFT")
    started = shop.timeline.now

    shop.until_stage("BAKE_TIME")

    described = shop.ecs.elbv2.describe_listeners({"ListenerArns": [listener["ListenerArn"]]})["Listeners"][0]
    weights = described["DefaultActions"][0]["ForwardConfig"]["TargetGroups"]
    assert {each["TargetGroupArn"]: each["Weight"] for each in weights} == {groups[0]: 100, groups[1]: 0}
    assert (shop.timeline.now - started).total_seconds() >= 600
    assert "requestedTestTrafficWeight" not in shop.record()["targetServiceRevision"]


@pytest.mark.parametrize(
    ("configuration", "steps"),
    [
        ({"strategy": "BLUE_GREEN"}, [100.0]),
        ({"strategy": "CANARY"}, [5.0, 100.0]),
        ({"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 100.0}}, [100.0]),
        ({"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 40.0}}, [40.0, 80.0, 100.0]),
        ({"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 33.3}}, [33.3, 66.6, 99.9, 100.0]),
        ({"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 100.0}}, [100.0]),
        ({"strategy": "LINEAR"}, [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0]),
    ],
)
def test_a_strategy_has_its_steps(configuration: dict[str, Any], steps: list[float]) -> None:
    assert shares(configuration) == steps


def test_bakes_and_pauses_add_up_once_a_stage() -> None:
    hooks = [
        pause(TESTED, NEXT_SHARE, minutes=100),
        LAMBDA,
        {"targetType": "PAUSE", "lifecycleStages": [TESTED]},
    ]
    linear = {"stepPercent": 25.0, "stepBakeTimeInMinutes": 7}
    configuration = {
        "strategy": "LINEAR",
        "bakeTimeInMinutes": 5,
        "lifecycleHooks": hooks,
        "linearConfiguration": linear,
    }

    assert step_bake_minutes(configuration) == 7
    assert total_bake_minutes(configuration) == 5 + 3 * 7 + 200 + 1440
