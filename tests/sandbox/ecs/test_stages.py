"""The stages of deployments that shift traffic, in their order."""

from collections.abc import Callable
from typing import Any

import pytest

from ecs_steps.sandbox.ecs.plan import EcsPlan, FailingHook, PauseAnswered, RulesDeleted, WeightsReset
from ecs_steps.sandbox.ecs.strategy_scenarios import STRATEGY_SCENARIOS, pause, shifting
from ecs_steps.sandbox.service_error import ServiceError
from sandbox.ecs.storefront import NEXT_SHARE, PAUSABLE, SERVICE, TESTED, UNAVAILABLE, Storefront, hooks_of

Enter = Callable[..., Storefront]


def test_the_stages_come_in_their_order(enter_storefront: Enter) -> None:
    shop = enter_storefront(shifting("BLUE_GREEN", pause(*PAUSABLE)))
    shop.deploy()

    stages = []
    for _ in PAUSABLE:
        hook = shop.until_paused()
        stages.append(shop.record()["lifecycleStage"])
        shop.answer(hook)
    shop.until_stage("BAKE_TIME")
    shop.until_stage("CLEAN_UP")

    assert stages == list(PAUSABLE)
    assert shop.until_finished() == "SUCCESSFUL"


@pytest.mark.parametrize(
    ("stage", "tasks", "production", "test"),
    [
        ("PRE_SCALE_UP", (0, 2), 0.0, 0.0),
        ("POST_SCALE_UP", (2, 2), 0.0, 0.0),
        (TESTED, (2, 2), 0.0, 100.0),
        (NEXT_SHARE, (2, 2), 0.0, 100.0),
        ("POST_PRODUCTION_TRAFFIC_SHIFT", (2, 2), 100.0, 100.0),
    ],
)
def test_each_pause_has_its_tasks_and_its_traffic(
    enter_storefront: Enter, stage: str, tasks: tuple[int, int], production: float, test: float
) -> None:
    shop = enter_storefront(shifting("BLUE_GREEN", pause(stage)))
    shop.deploy()
    shop.until_paused()

    record = shop.record()

    target, [source] = record["targetServiceRevision"], record["sourceServiceRevisions"]
    assert record["status"] == "IN_PROGRESS"
    assert (target["runningTaskCount"], source["runningTaskCount"]) == tasks
    assert target["requestedTaskCount"] == tasks[0]
    assert target["requestedProductionTrafficWeight"] == production
    assert source["requestedProductionTrafficWeight"] == 100 - production
    assert target["requestedTestTrafficWeight"] == test
    assert shop.live_weights()["blue"] == (100 if production else 0)


@pytest.mark.parametrize(
    ("scenario", "shares"),
    [
        ("blue-green-with-pause", [0.0]),
        ("canary-with-pauses", [0.0, 10.0]),
        ("linear-with-pauses", [0.0, 25.0, 50.0, 75.0]),
    ],
)
def test_a_pause_stops_before_every_share_with_a_new_hook(
    enter_storefront: Enter, scenario: str, shares: list[float]
) -> None:
    shop = enter_storefront(scenario)
    shop.deploy()

    seen, hooks = [], []
    for _ in shares:
        hooks.append(shop.until_paused())
        seen.append(shop.record()["targetServiceRevision"]["requestedProductionTrafficWeight"])
        assert shop.live_weights().get("blue", 0) == seen[-1]
        shop.answer(hooks[-1])

    assert seen == shares
    assert len(set(hooks)) == len(hooks)
    assert shop.until_finished() == "SUCCESSFUL"


def test_steps_bake_and_the_last_one_does_not(enter_storefront: Enter) -> None:
    linear = {"stepPercent": 50.0, "stepBakeTimeInMinutes": 10}
    shop = enter_storefront(shifting("LINEAR", linearConfiguration=linear))
    shop.deploy()
    shop.until_stage("PRODUCTION_TRAFFIC_SHIFT")
    started = shop.timeline.now

    shop.until(lambda record: record["targetServiceRevision"]["requestedProductionTrafficWeight"] == 100)
    half = shop.timeline.now
    shop.until_stage("BAKE_TIME")

    assert (half - started).total_seconds() == pytest.approx(605, abs=3)
    assert (shop.timeline.now - half).total_seconds() == pytest.approx(5, abs=3)


def test_the_last_bake_keeps_both_revisions(enter_storefront: Enter) -> None:
    shop = enter_storefront(EcsPlan())
    shop.deploy()
    shop.until_stage("BAKE_TIME")
    started = shop.timeline.now

    assert shop.service["runningCount"] == 4
    shop.until_stage("CLEAN_UP")

    assert (shop.timeline.now - started).total_seconds() == pytest.approx(300, abs=3)
    shop.until_finished()
    assert (shop.service["runningCount"], len(shop.service["deployments"])) == (2, 1)


def test_the_new_deployment_is_primary_and_completes(enter_storefront: Enter) -> None:
    shop = enter_storefront(EcsPlan())
    before = shop.service["deployments"][0]["id"]
    shop.deploy()
    shop.later(30)
    during = shop.service["deployments"]

    shop.until_finished()

    assert [each["status"] for each in during] == ["PRIMARY", "ACTIVE"]
    assert during[1]["id"] == before
    [primary] = shop.service["deployments"]
    assert (primary["id"], primary["rolloutState"]) == (during[0]["id"], "COMPLETED")
    assert shop.service["taskDefinition"].endswith("storefront:2")


def test_the_desired_count_of_a_pause_scales_both_revisions(enter_storefront: Enter) -> None:
    shop = enter_storefront("blue-green-with-pause")
    shop.deploy()
    shop.until_paused()

    shop.ecs.update_service(SERVICE | {"desiredCount": 3})
    shop.later(120)

    record = shop.record()
    revisions = (record["targetServiceRevision"], *record["sourceServiceRevisions"])
    assert [revision["runningTaskCount"] for revision in revisions] == [3, 3]
    assert hooks_of(record)[0]["status"] == "AWAITING_ACTION"


def test_a_new_configuration_waits_for_the_next_deployment(enter_storefront: Enter) -> None:
    shop = enter_storefront("blue-green-with-pause")
    shop.deploy()
    shop.until_paused()

    shop.ecs.update_service(SERVICE | {"deploymentConfiguration": {"lifecycleHooks": []}})

    assert hooks_of(shop.record())[0]["status"] == "AWAITING_ACTION"
    assert len(shop.record()["deploymentConfiguration"]["lifecycleHooks"]) == 1


def test_a_new_service_pauses_and_has_no_rollback_candidate(enter_storefront: Enter) -> None:
    shop = enter_storefront(EcsPlan())
    known = shop.service
    configuration = {"strategy": "BLUE_GREEN", "lifecycleHooks": [pause(TESTED)]}
    request = {
        "cluster": "shop",
        "serviceName": "headless",
        "taskDefinition": "storefront",
        "desiredCount": 1,
        "launchType": "FARGATE",
        "networkConfiguration": known["networkConfiguration"],
        "deploymentConfiguration": configuration,
    }
    arn = shop.ecs.create_service(request)["service"]["currentServiceDeployment"]
    shop.later(120)
    paused = shop.record(arn)
    [hook] = hooks_of(paused)

    shop.ecs.continue_service_deployment(
        {"serviceDeploymentArn": arn, "hookId": hook["hookId"], "action": "ROLLBACK"}
    )
    shop.later(5)

    assert paused["sourceServiceRevisions"] == []
    assert "requestedProductionTrafficWeight" not in paused["targetServiceRevision"]
    assert shop.record(arn)["status"] == "ROLLBACK_FAILED"


def test_a_superseded_pause_is_over_and_its_hook_is_dead(enter_storefront: Enter) -> None:
    shop = enter_storefront("blue-green-with-pause")
    first = shop.deploy()
    hook = shop.until_paused()

    second = shop.deploy()
    at_once = shop.record(first)["status"]
    with pytest.raises(ServiceError, match=UNAVAILABLE):
        shop.ecs.continue_service_deployment({"serviceDeploymentArn": first, "hookId": hook})
    shop.later(2)

    assert first != second
    assert at_once == "STOP_REQUESTED"
    record = shop.record(first)
    assert (record["status"], record["statusReason"]) == ("STOPPED", "Replaced by a new service deployment.")
    assert shop.record(second)["lifecycleStage"] == "RECONCILE_SERVICE"


def test_a_superseding_deployment_first_goes_back_to_one_revision(enter_storefront: Enter) -> None:
    shop = enter_storefront("canary-with-pauses")
    shop.deploy()
    shop.answer(shop.until_paused())
    shop.until_paused()
    before = shop.live_weights()

    shop.deploy()
    shop.later(1)
    reconciled = shop.live_weights()
    shop.answer(shop.until_paused())
    shop.answer(shop.until_paused())

    assert (before["blue"], reconciled) == (10, {"green": 100, "blue": 0})
    assert shop.until_finished() == "SUCCESSFUL"
    assert shop.service["taskDefinition"].endswith("storefront:3")
    assert shop.live_weights() == {"blue": 100, "green": 0}


def test_a_reconciliation_may_pause(enter_storefront: Enter) -> None:
    shop = enter_storefront(shifting("BLUE_GREEN", pause("RECONCILE_SERVICE", TESTED)))
    shop.deploy()
    shop.until_paused()

    shop.deploy()
    hook = shop.until_paused()

    assert shop.record()["lifecycleStage"] == "RECONCILE_SERVICE"
    shop.answer(hook)
    shop.answer(shop.until_paused())
    assert shop.until_finished() == "SUCCESSFUL"


def test_lambda_hooks_run_by_themselves_and_again_in_a_rollback(enter_storefront: Enter) -> None:
    stages = ["TEST_TRAFFIC_SHIFT", TESTED]
    hook = {
        "hookTargetArn": "arn:aws:lambda:eu-west-1:123456789012:function:check",
        "roleArn": "arn:aws:iam::123456789012:role/hooks",
        "lifecycleStages": stages,
    }
    shop = enter_storefront(shifting("BLUE_GREEN", hook, pause(TESTED)))
    shop.deploy()
    shop.until_paused()
    by_type = {each["targetType"]: each for each in hooks_of(shop.record())}
    shop.later(10)
    shop.stop()
    shop.later(2)

    def runs_again(record: dict[str, Any]) -> bool:
        return record["status"] == "ROLLBACK_IN_PROGRESS" and bool(hooks_of(record))

    shop.until(runs_again)

    assert by_type["AWS_LAMBDA"]["targetArn"].endswith(":check")
    assert by_type["AWS_LAMBDA"]["hookId"].startswith("ecs-lambda-")
    assert shop.record()["lifecycleStage"] == "TEST_TRAFFIC_SHIFT"
    assert shop.until_finished() == "ROLLBACK_SUCCESSFUL"


def test_a_hook_that_fails_in_a_rollback_does_not_stop_it(enter_storefront: Enter) -> None:
    hook = {
        "hookTargetArn": "arn:aws:lambda:eu-west-1:123456789012:function:check",
        "roleArn": "arn:aws:iam::123456789012:role/hooks",
        "lifecycleStages": ["PRODUCTION_TRAFFIC_SHIFT"],
    }
    failing = FailingHook(stage="PRODUCTION_TRAFFIC_SHIFT")
    shop = enter_storefront(EcsPlan(services=shifting("BLUE_GREEN", hook), failing_hooks=(failing,)))

    shop.deploy()

    assert shop.until_finished() == "ROLLBACK_SUCCESSFUL"
    assert shop.live_weights()["green"] == 100


def test_an_event_of_a_stage_comes_once(enter_storefront: Enter) -> None:
    events = (WeightsReset(stage=NEXT_SHARE, after=5), PauseAnswered(stage=NEXT_SHARE, after=10))
    plan = STRATEGY_SCENARIOS["canary-with-pauses"][1]
    shop = enter_storefront(
        EcsPlan(services=plan.services, events=(*events, RulesDeleted(stage="CLEAN_UP", after=9e9)))
    )
    shop.deploy()
    shop.until(lambda record: record["targetServiceRevision"]["requestedProductionTrafficWeight"] == 10)
    shop.until_paused()

    shop.later(60)

    assert hooks_of(shop.record())[0]["status"] == "AWAITING_ACTION"
    assert shop.live_weights()["blue"] == 10
