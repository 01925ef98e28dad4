"""Every way back of a deployment that shifts traffic."""

from collections.abc import Callable

import pytest

from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.ecs.strategy_scenarios import STRATEGY_SCENARIOS, pause, shifting
from sandbox.ecs.storefront import PAUSABLE, SERVICE, Storefront

Enter = Callable[..., Storefront]


@pytest.mark.parametrize(
    ("scenario", "reason"),
    [
        (
            "pause-expires-and-rolls-back",
            "Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT pause hook timed out.",
        ),
        (
            "breaker-in-blue-green",
            "Service deployment rolled back because the circuit breaker threshold was exceeded.",
        ),
        (
            "alarm-while-baking",
            "Service deployment rolled back because one or more alarms were in the ALARM state.",
        ),
        (
            "infrastructure-role-denied",
            (
                "Service deployment rolled back because of invalid networking configuration. ECS was unable "
                "to manage the ELB resources due to missing permissions on ECS Infrastructure Role"
            ),
        ),
        (
            "lambda-hook-fails",
            (
                "Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT lifecycle hook(s) failed. "
                "arn:aws:lambda:eu-west-1:123456789012:function:smoke-test: Lambda function returned "
                "hookStatus FAILED."
            ),
        ),
    ],
)
def test_a_rollback_has_its_reason(enter_storefront: Enter, scenario: str, reason: str) -> None:
    shop = enter_storefront(scenario)
    shop.deploy()
    shop.until_finished()

    record = shop.record()

    assert (record["statusReason"], record["rollback"]["reason"]) == (reason, reason)
    assert record["rollback"]["startedAt"] >= record["createdAt"]
    assert record["rollback"]["serviceRevisionArn"] == record["sourceServiceRevisions"][0]["arn"]


def test_without_a_rollback_candidate_the_rollback_fails(enter_storefront: Enter) -> None:
    shop = enter_storefront("no-rollback-candidate")
    shop.deploy()

    assert shop.until_finished() == "ROLLBACK_FAILED"

    assert shop.record()["statusReason"] == "No rollback candidate was found to run the rollback."
    assert shop.live_weights() == {"green": 100, "blue": 0}


@pytest.mark.parametrize("stage", [*PAUSABLE, "TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME"])
def test_a_stop_at_any_stage_gives_the_traffic_back_first(enter_storefront: Enter, stage: str) -> None:
    hooks = [pause(stage)] if stage in PAUSABLE else []
    shop = enter_storefront(shifting("BLUE_GREEN", *hooks))
    shop.deploy()
    if stage in PAUSABLE:
        shop.until_paused()
    else:
        shop.until_stage(stage)

    shop.stop()
    shop.stop()

    while "finishedAt" not in shop.record():
        shop.later(1)
        weights = shop.live_weights()
        assert all(shop.healthy_targets(group) == 2 for group, weight in weights.items() if weight)
    assert shop.record()["status"] == "ROLLBACK_SUCCESSFUL"
    assert shop.live_weights()["green"] == 100
    assert shop.service["taskDefinition"].endswith("storefront:1")


def test_from_clean_up_on_there_is_no_way_back(enter_storefront: Enter) -> None:
    shop = enter_storefront(EcsPlan())
    shop.deploy()
    shop.until_stage("CLEAN_UP")

    shop.stop()

    assert shop.until_finished() == "SUCCESSFUL"
    assert shop.service["taskDefinition"].endswith("storefront:2")


def test_a_rolled_back_deployment_is_followed_by_one_that_goes_well(enter_storefront: Enter) -> None:
    shop = enter_storefront("pause-expires-and-rolls-back")
    shop.deploy()
    shop.until_finished()

    shop.deploy()
    shop.answer(shop.until_paused())

    assert shop.until_finished() == "SUCCESSFUL"
    assert shop.live_weights() == {"blue": 100, "green": 0}


def test_a_deleted_service_ends_its_paused_deployment(enter_storefront: Enter) -> None:
    shop = enter_storefront("blue-green-with-pause")
    arn = shop.deploy()
    shop.until_paused()

    shop.ecs.delete_service(SERVICE | {"force": True})
    shop.later(120)

    assert (shop.record(arn)["status"], shop.service["status"]) == ("STOPPED", "INACTIVE")


def test_a_breaker_without_rollback_stops_where_it_stands(enter_storefront: Enter) -> None:
    breaker = {"enable": True, "rollback": False}
    plan = STRATEGY_SCENARIOS["breaker-in-blue-green"][1]
    shop = enter_storefront(
        EcsPlan(
            services=shifting("BLUE_GREEN", deploymentCircuitBreaker=breaker),
            failure_plans=plan.failure_plans,
        )
    )
    shop.deploy()

    assert shop.until_finished() == "STOPPED"
    assert shop.live_weights() == {"green": 100, "blue": 0}
