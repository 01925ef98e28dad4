"""Every scenario of `storefront` does what its description says."""

from collections.abc import Callable

import pytest

from ecs_steps.sandbox.service_error import ServiceError
from sandbox.ecs.storefront import SERVICE, Storefront, hooks_of

Enter = Callable[..., Storefront]


@pytest.mark.parametrize(
    ("scenario", "status", "revision"),
    [
        ("pause-expires-and-rolls-back", "ROLLBACK_SUCCESSFUL", 1),
        ("pause-expires-and-continues", "SUCCESSFUL", 2),
        ("continued-by-someone-else", "SUCCESSFUL", 2),
        ("rolled-back-by-someone-else", "ROLLBACK_SUCCESSFUL", 1),
        ("alarm-while-baking", "ROLLBACK_SUCCESSFUL", 1),
        ("lambda-hook-fails", "ROLLBACK_SUCCESSFUL", 1),
        ("infrastructure-role-denied", "ROLLBACK_SUCCESSFUL", 1),
        ("breaker-in-blue-green", "ROLLBACK_SUCCESSFUL", 1),
        ("slow-traffic-shift", "SUCCESSFUL", 2),
        ("deployment-pending", "SUCCESSFUL", 2),
    ],
)
def test_a_scenario_ends_as_it_says(
    enter_storefront: Enter, scenario: str, status: str, revision: int
) -> None:
    shop = enter_storefront(scenario)
    shop.deploy()

    assert shop.until_finished() == status

    shop.later(120)
    assert shop.service["taskDefinition"].endswith(f"storefront:{revision}")
    assert (shop.service["runningCount"], len(shop.service["deployments"])) == (2, 1)
    serving = "green" if revision == 1 else "blue"
    assert shop.live_weights()[serving] == 100
    assert (shop.healthy_targets(serving), sum(shop.live_weights().values())) == (2, 100)


def test_a_triggered_alarm_is_named(enter_storefront: Enter) -> None:
    shop = enter_storefront("alarm-while-baking")
    shop.deploy()
    shop.until_finished()

    alarms = shop.record()["alarms"]

    assert (alarms["status"], alarms["triggeredAlarmNames"]) == ("TRIGGERED", ["storefront-5xx"])


def test_a_scenario_supersedes_a_pause(enter_storefront: Enter) -> None:
    shop = enter_storefront("superseded-while-paused")
    first = shop.deploy()
    shop.until_paused()

    shop.later(150)

    assert shop.record(first)["status"] == "STOPPED"
    assert shop.record()["serviceDeploymentArn"] != first
    shop.answer(shop.until_paused())
    assert shop.until_finished() == "SUCCESSFUL"
    assert shop.service["taskDefinition"].endswith("storefront:1")


def test_tasks_that_die_at_a_pause_are_missing_and_the_pause_stays(enter_storefront: Enter) -> None:
    shop = enter_storefront("green-dies-while-paused")
    shop.deploy()
    shop.until_paused()

    shop.later(120)

    record = shop.record()
    assert hooks_of(record)[0]["status"] == "AWAITING_ACTION"
    assert record["targetServiceRevision"]["requestedTaskCount"] == 2
    assert shop.healthy_targets("blue") == 0
    assert record["sourceServiceRevisions"][0]["runningTaskCount"] == 2


def test_a_task_that_spot_takes_at_a_pause_is_replaced(enter_storefront: Enter) -> None:
    shop = enter_storefront("spot-takes-green")
    shop.deploy()
    shop.until_paused()
    shop.later(40)
    taken = shop.healthy_targets("blue")

    shop.later(120)

    assert (taken, shop.healthy_targets("blue")) == (1, 2)
    assert hooks_of(shop.record())[0]["status"] == "AWAITING_ACTION"


def test_pauses_may_be_listed_by_their_stages_alone(enter_storefront: Enter) -> None:
    shop = enter_storefront("hooks-without-details")
    hooks = shop.service["deploymentConfiguration"]["lifecycleHooks"]

    shop.deploy()
    shop.until_paused()

    assert hooks == [{"lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]}]
    with pytest.raises(ServiceError, match="A Lambda Hook needs hookTargetArn and roleArn"):
        shop.ecs.update_service(SERVICE | {"deploymentConfiguration": {"lifecycleHooks": hooks}})
