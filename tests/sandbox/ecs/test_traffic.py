"""Target groups and live weights."""

from collections.abc import Callable

import pytest

from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.ecs.storefront import target_groups
from ecs_steps.sandbox.ecs.strategy_scenarios import shifting
from sandbox.ecs.storefront import Storefront, short_name

Enter = Callable[..., Storefront]


def test_the_first_deployment_landed_in_the_alternate_group(enter_storefront: Enter) -> None:
    shop = enter_storefront(EcsPlan())

    assert shop.live_weights() == {"green": 100, "blue": 0}
    assert (shop.healthy_targets("green"), shop.healthy_targets("blue")) == (2, 0)


def test_groups_alternate_from_one_deployment_to_the_next(enter_storefront: Enter) -> None:
    shop = enter_storefront(EcsPlan())

    serving = []
    for _ in range(2):
        arn = shop.deploy()
        assert shop.until_finished() == "SUCCESSFUL"
        revision = shop.record(arn)["targetServiceRevision"]["arn"]
        [described] = shop.ecs.describe_service_revisions({"serviceRevisionArns": [revision]})[
            "serviceRevisions"
        ]
        [balancer] = described["resolvedConfiguration"]["loadBalancers"]
        serving.append(short_name(balancer["targetGroupArn"]))
        assert shop.live_weights()[serving[-1]] == 100

    assert serving == ["blue", "green"]


def test_a_fraction_of_a_percent_is_a_weight_of_a_thousand(enter_storefront: Enter) -> None:
    canary = {"canaryPercent": 2.5, "canaryBakeTimeInMinutes": 5}
    shop = enter_storefront(shifting("CANARY", canaryConfiguration=canary))
    shop.deploy()

    shop.until(lambda record: record["targetServiceRevision"]["requestedProductionTrafficWeight"] == 2.5)

    assert shop.live_weights() == {"blue": 25, "green": 975}


def test_weights_that_were_reset_differ_from_the_record_and_are_overwritten(enter_storefront: Enter) -> None:
    shop = enter_storefront("weights-were-reset")
    shop.deploy()
    hook = shop.until_paused()
    shop.later(40)
    reset = shop.live_weights()

    shop.answer(hook)

    assert reset == {"blue": 1, "green": 0}
    assert shop.record()["sourceServiceRevisions"][0]["requestedProductionTrafficWeight"] == 0
    assert shop.until_finished() == "SUCCESSFUL"
    assert shop.live_weights() == {"blue": 100, "green": 0}


def test_a_rule_that_is_gone_rolls_back_at_the_shift(enter_storefront: Enter) -> None:
    shop = enter_storefront("rule-was-deleted")
    shop.deploy()
    hook = shop.until_paused()
    shop.later(40)

    shop.answer(hook)

    assert shop.until_finished() == "ROLLBACK_SUCCESSFUL"
    assert "invalid networking configuration" in shop.record()["statusReason"]
    assert shop.service["taskDefinition"].endswith("storefront:1")


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        ({"blue": 50, "green": 50}, "should have exactly one target group serving traffic but found 2"),
        ({"blue": 0, "green": 0}, "should have exactly one target group serving traffic but found 0"),
        ({"blue": 100, "green": 0}, "is forwarding traffic to unexpected target group"),
        ({"green": 100}, "is not associated with either productionListenerRule or testListenerRule"),
    ],
)
def test_live_rules_that_do_not_fit_roll_back_before_any_task(
    enter_storefront: Enter, weights: dict[str, int], reason: str
) -> None:
    shop = enter_storefront(EcsPlan())
    groups = {short_name(arn): arn for arn in target_groups(shop.ecs._account)}
    advanced = shop.service["loadBalancers"][0]["advancedConfiguration"]
    for rule in ("productionListenerRule", "testListenerRule"):
        shop.ecs.elbv2.listeners.rules[advanced[rule]].forward(
            {groups[name]: weight for name, weight in weights.items()}
        )

    shop.deploy()

    assert shop.until_finished() == "ROLLBACK_SUCCESSFUL"
    assert reason in shop.record()["statusReason"]
    assert shop.service["runningCount"] == 2


def test_a_rolling_deployment_supersedes_a_shift_with_all_of_the_traffic(enter_storefront: Enter) -> None:
    shop = enter_storefront("canary-with-pauses")
    shop.deploy()
    shop.answer(shop.until_paused())
    shop.until_paused()

    shop.deploy(deploymentConfiguration={"strategy": "ROLLING", "lifecycleHooks": []})

    assert shop.until_finished() == "SUCCESSFUL"
    assert "lifecycleStage" not in shop.record()
    assert shop.live_weights() == {"green": 100, "blue": 0}
    assert shop.healthy_targets("green") == 2
