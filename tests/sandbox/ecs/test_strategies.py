"""Deployments that shift traffic: stages, pauses, weights and every way back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from attrs import define

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.fixtures import storefront_target_groups
from ecs_steps.sandbox.ecs.plan import EcsPlan, FailingHook, PauseAnswered, RulesDeleted, WeightsReset
from ecs_steps.sandbox.ecs.strategy_scenarios import STRATEGY_SCENARIOS, pause, shifting
from ecs_steps.sandbox.service_error import ServiceError
from ecs_steps.sandbox.timeline import Timeline

Begin = Callable[[EcsPlan], EcsBackend]
Register = Callable[..., str]
Configured = dict[str, Any]

TESTED, NEXT_SHARE = "POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT"
PAUSABLE = ("PRE_SCALE_UP", "POST_SCALE_UP", TESTED, NEXT_SHARE, "POST_PRODUCTION_TRAFFIC_SHIFT")
SERVICE = {"cluster": "shop", "service": "storefront"}
BEFORE_PRODUCTION = ("PRE_SCALE_UP", "POST_SCALE_UP", TESTED, NEXT_SHARE)
UNAVAILABLE = (
    "Provided hookId is either completed, unavailable, or not associated with the given Resource ARN"
)


@define
class Storefront:
    """The fixture service, as a caller sees it."""

    ecs: EcsBackend
    timeline: Timeline
    register: Register

    def deploy(self, **update: object) -> str:
        """Deploy another revision; return the ARN of its service deployment."""
        revision = self.register(self.ecs, "storefront")
        self.ecs.update_service(SERVICE | {"taskDefinition": revision} | update)
        return str(self.service["currentServiceDeployment"])

    def later(self, seconds: float) -> None:
        self.timeline.advance_to(self.timeline.now + timedelta(seconds=seconds))

    @property
    def service(self) -> dict[str, Any]:
        described = self.ecs.describe_services({"cluster": "shop", "services": ["storefront"]})
        return dict(described["services"][0])

    def record(self, arn: str = "") -> dict[str, Any]:
        arns = [arn or self.service["currentServiceDeployment"]]
        return dict(
            self.ecs.describe_service_deployments({"serviceDeploymentArns": arns})["serviceDeployments"][0]
        )

    def until(
        self, condition: Callable[[dict[str, Any]], bool], *, step: float = 1, limit: int = 3000
    ) -> None:
        for _ in range(limit):
            if condition(self.record()):
                return
            self.later(step)
        raise AssertionError(f"not within {limit} steps: {self.record()}")

    def until_stage(self, stage: str) -> None:
        self.until(lambda record: record.get("lifecycleStage") == stage)

    def until_paused(self) -> str:
        """Wait for the next pause; return its hook's id."""
        self.until(lambda record: any(hook["status"] == "AWAITING_ACTION" for hook in _hooks(record)))
        return str(_hooks(self.record())[0]["hookId"])

    def until_finished(self) -> str:
        """Wait for the end; return the status."""
        self.until(lambda record: "finishedAt" in record, step=30)
        return str(self.record()["status"])

    def answer(self, hook_id: str, action: str = "CONTINUE") -> None:
        arn = self.service["currentServiceDeployment"]
        self.ecs.continue_service_deployment(
            {"serviceDeploymentArn": arn, "hookId": hook_id, "action": action}
        )
        self.later(2)

    def stop(self) -> None:
        self.ecs.stop_service_deployment({"serviceDeploymentArn": self.service["currentServiceDeployment"]})

    def live_weights(self, rule: str = "productionListenerRule") -> dict[str, int]:
        """Read the weights of a rule, by the short names of its groups."""
        advanced = self.service["loadBalancers"][0]["advancedConfiguration"]
        [described] = self.ecs.elbv2.describe_rules({"RuleArns": [advanced[rule]]})["Rules"]
        groups = described["Actions"][0]["ForwardConfig"]["TargetGroups"]
        return {_short(group["TargetGroupArn"]): group["Weight"] for group in groups}

    def healthy_targets(self, group: str) -> int:
        arn = next(arn for arn in storefront_target_groups(self.ecs._account) if _short(arn) == group)
        targets = self.ecs.elbv2.describe_target_health({"TargetGroupArn": arn})["TargetHealthDescriptions"]
        return sum(target["TargetHealth"]["State"] == "healthy" for target in targets)


def _short(arn: str) -> str:
    return arn.split("/")[1].removeprefix("storefront-")


def _hooks(record: dict[str, Any]) -> list[dict[str, Any]]:
    return list(record.get("lifecycleHookDetails", []))


@pytest.fixture
def enter(begin: Begin, timeline: Timeline, register: Register) -> Callable[..., Storefront]:
    """Return a function that starts an ECS with a plan, a scenario's name, or a configuration of storefront."""

    def enter(plan: EcsPlan | str | Configured) -> Storefront:
        match plan:
            case str():
                plan = STRATEGY_SCENARIOS[plan][1]
            case dict():
                plan = EcsPlan(services=plan)
        return Storefront(begin(plan), timeline, register)

    return enter


Enter = Callable[..., Storefront]


def test_the_first_deployment_landed_in_the_alternate_group(enter: Enter) -> None:
    shop = enter(EcsPlan())

    assert shop.live_weights() == {"green": 100, "blue": 0}
    assert (shop.healthy_targets("green"), shop.healthy_targets("blue")) == (2, 0)


def test_groups_alternate_from_one_deployment_to_the_next(enter: Enter) -> None:
    shop = enter(EcsPlan())

    serving = []
    for _ in range(2):
        arn = shop.deploy()
        assert shop.until_finished() == "SUCCESSFUL"
        revision = shop.record(arn)["targetServiceRevision"]["arn"]
        [described] = shop.ecs.describe_service_revisions({"serviceRevisionArns": [revision]})[
            "serviceRevisions"
        ]
        [balancer] = described["resolvedConfiguration"]["loadBalancers"]
        serving.append(_short(balancer["targetGroupArn"]))
        assert shop.live_weights()[serving[-1]] == 100

    assert serving == ["blue", "green"]


def test_the_stages_come_in_their_order(enter: Enter) -> None:
    shop = enter(shifting("BLUE_GREEN", pause(*PAUSABLE)))
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
    enter: Enter, stage: str, tasks: tuple[int, int], production: float, test: float
) -> None:
    shop = enter(shifting("BLUE_GREEN", pause(stage)))
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
    enter: Enter, scenario: str, shares: list[float]
) -> None:
    shop = enter(scenario)
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


def test_a_fraction_of_a_percent_is_a_weight_of_a_thousand(enter: Enter) -> None:
    canary = {"canaryPercent": 2.5, "canaryBakeTimeInMinutes": 5}
    shop = enter(shifting("CANARY", canaryConfiguration=canary))
    shop.deploy()

    shop.until(lambda record: record["targetServiceRevision"]["requestedProductionTrafficWeight"] == 2.5)

    assert shop.live_weights() == {"blue": 25, "green": 975}


def test_steps_bake_and_the_last_one_does_not(enter: Enter) -> None:
    linear = {"stepPercent": 50.0, "stepBakeTimeInMinutes": 10}
    shop = enter(shifting("LINEAR", linearConfiguration=linear))
    shop.deploy()
    shop.until_stage("PRODUCTION_TRAFFIC_SHIFT")
    started = shop.timeline.now

    shop.until(lambda record: record["targetServiceRevision"]["requestedProductionTrafficWeight"] == 100)
    half = shop.timeline.now
    shop.until_stage("BAKE_TIME")

    assert (half - started).total_seconds() == pytest.approx(605, abs=3)
    assert (shop.timeline.now - half).total_seconds() == pytest.approx(5, abs=3)


def test_the_last_bake_keeps_both_revisions(enter: Enter) -> None:
    shop = enter(EcsPlan())
    shop.deploy()
    shop.until_stage("BAKE_TIME")
    started = shop.timeline.now

    assert shop.service["runningCount"] == 4
    shop.until_stage("CLEAN_UP")

    assert (shop.timeline.now - started).total_seconds() == pytest.approx(300, abs=3)
    shop.until_finished()
    assert (shop.service["runningCount"], len(shop.service["deployments"])) == (2, 1)


def test_the_new_deployment_is_primary_and_completes(enter: Enter) -> None:
    shop = enter(EcsPlan())
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


def test_the_desired_count_of_a_pause_scales_both_revisions(enter: Enter) -> None:
    shop = enter("blue-green-with-pause")
    shop.deploy()
    shop.until_paused()

    shop.ecs.update_service(SERVICE | {"desiredCount": 3})
    shop.later(120)

    record = shop.record()
    revisions = (record["targetServiceRevision"], *record["sourceServiceRevisions"])
    assert [revision["runningTaskCount"] for revision in revisions] == [3, 3]
    assert _hooks(record)[0]["status"] == "AWAITING_ACTION"


def test_a_new_configuration_waits_for_the_next_deployment(enter: Enter) -> None:
    shop = enter("blue-green-with-pause")
    shop.deploy()
    shop.until_paused()

    shop.ecs.update_service(SERVICE | {"deploymentConfiguration": {"lifecycleHooks": []}})

    assert _hooks(shop.record())[0]["status"] == "AWAITING_ACTION"
    assert len(shop.record()["deploymentConfiguration"]["lifecycleHooks"]) == 1


def test_a_pause_says_when_it_expires_and_what_happens_then(enter: Enter) -> None:
    shop = enter(shifting("BLUE_GREEN", pause(TESTED, minutes=90, action="CONTINUE")))
    shop.deploy()
    shop.until_paused()

    [hook] = _hooks(shop.record())

    assert hook["hookId"].startswith("ecs-pause-")
    assert (hook["targetType"], hook["timeoutAction"]) == ("PAUSE", "CONTINUE")
    assert hook["expiresAt"] - shop.timeline.now == pytest.approx(
        timedelta(minutes=90), abs=timedelta(seconds=5)
    )
    assert "targetArn" not in hook


def test_a_pause_without_a_timeout_waits_a_day(enter: Enter) -> None:
    shop = enter(shifting("BLUE_GREEN", {"targetType": "PAUSE", "lifecycleStages": [TESTED]}))
    shop.deploy()
    shop.until_paused()

    [hook] = _hooks(shop.record())

    assert hook["timeoutAction"] == "ROLLBACK"
    assert hook["expiresAt"] - shop.timeline.now == pytest.approx(timedelta(days=1), abs=timedelta(seconds=5))


def test_a_continued_hook_is_listed_as_awaiting_for_a_moment(enter: Enter) -> None:
    shop = enter(shifting("BLUE_GREEN", pause(TESTED), pause(TESTED)))
    arn = shop.deploy()
    hook = shop.until_paused()
    request = {"serviceDeploymentArn": arn, "hookId": hook, "action": "CONTINUE"}

    shop.ecs.continue_service_deployment(request)
    at_once = [each["status"] for each in _hooks(shop.record())]
    with pytest.raises(ServiceError, match=UNAVAILABLE):
        shop.ecs.continue_service_deployment(request)
    shop.later(2)

    assert at_once == ["AWAITING_ACTION", "AWAITING_ACTION"]
    assert [each["status"] for each in _hooks(shop.record())] == ["SUCCEEDED", "AWAITING_ACTION"]


def test_all_pauses_of_a_stage_must_be_continued(enter: Enter) -> None:
    shop = enter(shifting("BLUE_GREEN", pause(TESTED), pause(TESTED)))
    shop.deploy()
    shop.until_paused()
    first, second = (hook["hookId"] for hook in _hooks(shop.record()))

    shop.answer(first)
    shop.later(60)
    between = shop.record()["lifecycleStage"]
    shop.answer(second)

    assert between == TESTED
    assert shop.until_finished() == "SUCCESSFUL"


def test_one_rollback_of_several_pauses_rolls_everything_back(enter: Enter) -> None:
    shop = enter(shifting("BLUE_GREEN", pause(TESTED), pause(TESTED)))
    shop.deploy()
    hook = shop.until_paused()

    shop.answer(hook, "ROLLBACK")

    assert shop.record()["status"] == "ROLLBACK_IN_PROGRESS"
    assert shop.until_finished() == "ROLLBACK_SUCCESSFUL"


@pytest.mark.parametrize(
    ("hook_id", "message"),
    [
        ("somewhere", "Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}"),
        ("ecs-pause-1234", UNAVAILABLE),
    ],
)
def test_a_hook_that_is_not_there_cannot_be_continued(enter: Enter, hook_id: str, message: str) -> None:
    shop = enter("blue-green-with-pause")
    shop.deploy()
    shop.until_paused()

    with pytest.raises(ServiceError) as refused:
        shop.answer(hook_id)

    assert (refused.value.code, refused.value.message) == ("InvalidParameterException", message)


def test_a_finished_deployment_cannot_be_continued(enter: Enter) -> None:
    shop = enter("blue-green-with-pause")
    shop.deploy()
    hook = shop.until_paused()
    shop.answer(hook)
    shop.until_finished()

    with pytest.raises(ServiceError, match="not allowed for service deployment in terminal states"):
        shop.answer(hook)


def test_a_hook_of_an_earlier_stop_cannot_be_continued(enter: Enter) -> None:
    shop = enter("canary-with-pauses")
    shop.deploy()
    first = shop.until_paused()
    shop.answer(first)
    second = shop.until_paused()

    with pytest.raises(ServiceError, match=UNAVAILABLE):
        shop.answer(first)

    assert first != second


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
def test_a_scenario_ends_as_it_says(enter: Enter, scenario: str, status: str, revision: int) -> None:
    shop = enter(scenario)
    shop.deploy()

    assert shop.until_finished() == status

    shop.later(120)
    assert shop.service["taskDefinition"].endswith(f"storefront:{revision}")
    assert (shop.service["runningCount"], len(shop.service["deployments"])) == (2, 1)
    serving = "green" if revision == 1 else "blue"
    assert shop.live_weights()[serving] == 100
    assert (shop.healthy_targets(serving), sum(shop.live_weights().values())) == (2, 100)


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
            "Service deployment rolled back because of invalid networking configuration. ECS was unable to "
            "manage the ELB resources due to missing permissions on ECS Infrastructure Role",
        ),
        (
            "lambda-hook-fails",
            "Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT lifecycle hook(s) failed. "
            "arn:aws:lambda:eu-west-1:123456789012:function:smoke-test: Lambda function returned hookStatus "
            "FAILED.",
        ),
    ],
)
def test_a_rollback_has_its_reason(enter: Enter, scenario: str, reason: str) -> None:
    shop = enter(scenario)
    shop.deploy()
    shop.until_finished()

    record = shop.record()

    assert (record["statusReason"], record["rollback"]["reason"]) == (reason, reason)
    assert record["rollback"]["startedAt"] > record["createdAt"]
    assert record["rollback"]["serviceRevisionArn"] == record["sourceServiceRevisions"][0]["arn"]


def test_a_triggered_alarm_is_named(enter: Enter) -> None:
    shop = enter("alarm-while-baking")
    shop.deploy()
    shop.until_finished()

    alarms = shop.record()["alarms"]

    assert (alarms["status"], alarms["triggeredAlarmNames"]) == ("TRIGGERED", ["storefront-5xx"])


def test_without_a_rollback_candidate_the_rollback_fails(enter: Enter) -> None:
    shop = enter("no-rollback-candidate")
    shop.deploy()

    assert shop.until_finished() == "ROLLBACK_FAILED"

    assert shop.record()["statusReason"] == "No rollback candidate was found to run the rollback."
    assert shop.live_weights() == {"green": 100, "blue": 0}


def test_a_new_service_pauses_and_has_no_rollback_candidate(enter: Enter) -> None:
    shop = enter(EcsPlan())
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
    [hook] = _hooks(paused)

    shop.ecs.continue_service_deployment(
        {"serviceDeploymentArn": arn, "hookId": hook["hookId"], "action": "ROLLBACK"}
    )
    shop.later(5)

    assert paused["sourceServiceRevisions"] == []
    assert "requestedProductionTrafficWeight" not in paused["targetServiceRevision"]
    assert shop.record(arn)["status"] == "ROLLBACK_FAILED"


@pytest.mark.parametrize("stage", [*PAUSABLE, "TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME"])
def test_a_stop_at_any_stage_gives_the_traffic_back_first(enter: Enter, stage: str) -> None:
    hooks = [pause(stage)] if stage in PAUSABLE else []
    shop = enter(shifting("BLUE_GREEN", *hooks))
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


def test_from_clean_up_on_there_is_no_way_back(enter: Enter) -> None:
    shop = enter(EcsPlan())
    shop.deploy()
    shop.until_stage("CLEAN_UP")

    shop.stop()

    assert shop.until_finished() == "SUCCESSFUL"
    assert shop.service["taskDefinition"].endswith("storefront:2")


def test_a_rolled_back_deployment_is_followed_by_one_that_goes_well(enter: Enter) -> None:
    shop = enter("pause-expires-and-rolls-back")
    shop.deploy()
    shop.until_finished()

    shop.deploy()
    shop.answer(shop.until_paused())

    assert shop.until_finished() == "SUCCESSFUL"
    assert shop.live_weights() == {"blue": 100, "green": 0}


def test_a_superseded_pause_is_over_and_its_hook_is_dead(enter: Enter) -> None:
    shop = enter("blue-green-with-pause")
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


def test_a_superseding_deployment_first_goes_back_to_one_revision(enter: Enter) -> None:
    shop = enter("canary-with-pauses")
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


def test_a_reconciliation_may_pause(enter: Enter) -> None:
    shop = enter(shifting("BLUE_GREEN", pause("RECONCILE_SERVICE", TESTED)))
    shop.deploy()
    shop.until_paused()

    shop.deploy()
    hook = shop.until_paused()

    assert shop.record()["lifecycleStage"] == "RECONCILE_SERVICE"
    shop.answer(hook)
    shop.answer(shop.until_paused())
    assert shop.until_finished() == "SUCCESSFUL"


def test_a_scenario_supersedes_a_pause(enter: Enter) -> None:
    shop = enter("superseded-while-paused")
    first = shop.deploy()
    shop.until_paused()

    shop.later(150)

    assert shop.record(first)["status"] == "STOPPED"
    assert shop.record()["serviceDeploymentArn"] != first
    shop.answer(shop.until_paused())
    assert shop.until_finished() == "SUCCESSFUL"
    assert shop.service["taskDefinition"].endswith("storefront:1")


def test_tasks_that_die_at_a_pause_are_missing_and_the_pause_stays(enter: Enter) -> None:
    shop = enter("green-dies-while-paused")
    shop.deploy()
    shop.until_paused()

    shop.later(120)

    record = shop.record()
    assert _hooks(record)[0]["status"] == "AWAITING_ACTION"
    assert record["targetServiceRevision"]["requestedTaskCount"] == 2
    assert shop.healthy_targets("blue") == 0
    assert record["sourceServiceRevisions"][0]["runningTaskCount"] == 2


def test_a_task_that_spot_takes_at_a_pause_is_replaced(enter: Enter) -> None:
    shop = enter("spot-takes-green")
    shop.deploy()
    shop.until_paused()
    shop.later(40)
    taken = shop.healthy_targets("blue")

    shop.later(120)

    assert (taken, shop.healthy_targets("blue")) == (1, 2)
    assert _hooks(shop.record())[0]["status"] == "AWAITING_ACTION"


def test_weights_that_were_reset_differ_from_the_record_and_are_overwritten(enter: Enter) -> None:
    shop = enter("weights-were-reset")
    shop.deploy()
    hook = shop.until_paused()
    shop.later(40)
    reset = shop.live_weights()

    shop.answer(hook)

    assert reset == {"blue": 1, "green": 0}
    assert shop.record()["sourceServiceRevisions"][0]["requestedProductionTrafficWeight"] == 0
    assert shop.until_finished() == "SUCCESSFUL"
    assert shop.live_weights() == {"blue": 100, "green": 0}


def test_a_rule_that_is_gone_rolls_back_at_the_shift(enter: Enter) -> None:
    shop = enter("rule-is-gone")
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
    enter: Enter, weights: dict[str, int], reason: str
) -> None:
    shop = enter(EcsPlan())
    groups = {_short(arn): arn for arn in storefront_target_groups(shop.ecs._account)}
    advanced = shop.service["loadBalancers"][0]["advancedConfiguration"]
    for rule in ("productionListenerRule", "testListenerRule"):
        shop.ecs.elbv2.listeners.rules[advanced[rule]].forward(
            {groups[name]: weight for name, weight in weights.items()}
        )

    shop.deploy()

    assert shop.until_finished() == "ROLLBACK_SUCCESSFUL"
    assert reason in shop.record()["statusReason"]
    assert shop.service["runningCount"] == 2


def test_lambda_hooks_run_by_themselves_and_again_in_a_rollback(enter: Enter) -> None:
    stages = ["TEST_TRAFFIC_SHIFT", TESTED]
    hook = {
        "hookTargetArn": "arn:aws:lambda:eu-west-1:123456789012:function:check",
        "roleArn": "arn:aws:iam::123456789012:role/hooks",
        "lifecycleStages": stages,
    }
    shop = enter(shifting("BLUE_GREEN", hook, pause(TESTED)))
    shop.deploy()
    shop.until_paused()
    by_type = {each["targetType"]: each for each in _hooks(shop.record())}
    shop.later(10)
    shop.stop()
    shop.later(2)

    def runs_again(record: dict[str, Any]) -> bool:
        return record["status"] == "ROLLBACK_IN_PROGRESS" and bool(_hooks(record))

    shop.until(runs_again)

    assert by_type["AWS_LAMBDA"]["targetArn"].endswith(":check")
    assert by_type["AWS_LAMBDA"]["hookId"].startswith("ecs-lambda-")
    assert shop.record()["lifecycleStage"] == "TEST_TRAFFIC_SHIFT"
    assert shop.until_finished() == "ROLLBACK_SUCCESSFUL"


def test_a_hook_that_fails_in_a_rollback_does_not_stop_it(enter: Enter) -> None:
    hook = {
        "hookTargetArn": "arn:aws:lambda:eu-west-1:123456789012:function:check",
        "roleArn": "arn:aws:iam::123456789012:role/hooks",
        "lifecycleStages": ["PRODUCTION_TRAFFIC_SHIFT"],
    }
    failing = FailingHook(stage="PRODUCTION_TRAFFIC_SHIFT")
    shop = enter(EcsPlan(services=shifting("BLUE_GREEN", hook), failing_hooks=(failing,)))

    shop.deploy()

    assert shop.until_finished() == "ROLLBACK_SUCCESSFUL"
    assert shop.live_weights()["green"] == 100


def test_a_rolling_deployment_supersedes_a_shift_with_all_of_the_traffic(enter: Enter) -> None:
    shop = enter("canary-with-pauses")
    shop.deploy()
    shop.answer(shop.until_paused())
    shop.until_paused()

    shop.deploy(deploymentConfiguration={"strategy": "ROLLING", "lifecycleHooks": []})

    assert shop.until_finished() == "SUCCESSFUL"
    assert "lifecycleStage" not in shop.record()
    assert shop.live_weights() == {"green": 100, "blue": 0}
    assert shop.healthy_targets("green") == 2


def test_a_deleted_service_ends_its_paused_deployment(enter: Enter) -> None:
    shop = enter("blue-green-with-pause")
    arn = shop.deploy()
    shop.until_paused()

    shop.ecs.delete_service(SERVICE | {"force": True})
    shop.later(120)

    assert (shop.record(arn)["status"], shop.service["status"]) == ("STOPPED", "INACTIVE")


def test_a_breaker_without_rollback_stops_where_it_stands(enter: Enter) -> None:
    breaker = {"enable": True, "rollback": False}
    plan = STRATEGY_SCENARIOS["breaker-in-blue-green"][1]
    shop = enter(
        EcsPlan(
            services=shifting("BLUE_GREEN", deploymentCircuitBreaker=breaker),
            failure_plans=plan.failure_plans,
        )
    )
    shop.deploy()

    assert shop.until_finished() == "STOPPED"
    assert shop.live_weights() == {"green": 100, "blue": 0}


def test_an_event_of_a_stage_comes_once(enter: Enter) -> None:
    events = (WeightsReset(stage=NEXT_SHARE, after=5), PauseAnswered(stage=NEXT_SHARE, after=10))
    plan = STRATEGY_SCENARIOS["canary-with-pauses"][1]
    shop = enter(EcsPlan(services=plan.services, events=(*events, RulesDeleted(stage="CLEAN_UP", after=9e9))))
    shop.deploy()
    shop.until(lambda record: record["targetServiceRevision"]["requestedProductionTrafficWeight"] == 10)
    shop.until_paused()

    shop.later(60)

    assert _hooks(shop.record())[0]["status"] == "AWAITING_ACTION"
    assert shop.live_weights()["blue"] == 10
