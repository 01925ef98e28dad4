"""A deployment by task sets from the first call to the last, and back."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from ecs_steps import DeploymentError, NotFoundError, RolloutFailedError, TimedOutError
from ecs_steps.errors import AwsCallError
from ecs_steps.reporting.events import Reported, RolloutChanged
from ecs_steps.rollouts.request_marker import RequestMarker
from ecs_steps.rollouts.task_set_moves import Move, WaitFor
from ecs_steps.rollouts.task_sets import Abandon, Goal, Promote, Share, Start
from ecs_steps.sandbox import SCENARIOS, Fault, FaultKind, Sandbox, Scenario
from ecs_steps.sandbox.ecs.checkout import task_set
from rollouts.checkout import SERVICE, Checkout

TESTERS = RequestMarker(name="X-Canary", value="k7#*")
START, PROMOTE, ABANDON = (
    Start(marker=TESTERS),
    Promote(bake=60, deregistration_delay=30),
    Abandon(deregistration_delay=30),
)


def enter(scenario: str | Scenario = "healthy") -> Checkout:
    shop = Checkout(Sandbox(scenario))
    shop.register()
    return shop


@pytest.fixture
def shop() -> Iterator[Checkout]:
    with Sandbox() as aws:
        shop = Checkout(aws)
        shop.register()
        yield shop


def reach(shop: Checkout, *goals: Goal) -> Move | None:
    """Reach goal after goal, each in a process of its own; return what the last one waits for."""
    waiting = None
    for goal in goals:
        shop.aws.calls.clear()
        waiting = shop.rollout().reach(goal)
    return waiting


def params(shop: Checkout, operation: str) -> dict[str, Any]:
    return dict(next(call.params for call in shop.aws.calls if call.operation == operation))


class TestStart:
    def test_makes_a_set_like_the_primary_one_waits_and_lets_testers_in(self, shop: Checkout) -> None:
        primary = shop.sets[0]

        waiting = reach(shop, START)

        assert waiting is None
        assert shop.changes == ["CreateTaskSet", "CreateRule"]
        created = params(shop, "CreateTaskSet")
        for member in ("networkConfiguration", "launchType", "platformVersion"):
            assert created[member] == primary[member]
        assert created["loadBalancers"][0]["targetGroupArn"] == shop.group("green")
        assert created["externalId"] == "Deployments-1"
        assert created["taskDefinition"] == shop.revision
        assert len(created["clientToken"]) <= 36
        assert shop.weights == {"blue": 100, "green": 0}
        [new] = [each for each in shop.sets if each["status"] == "ACTIVE"]
        assert (new["stabilityStatus"], new["runningCount"]) == ("STEADY_STATE", 1)

    def test_lets_testers_in_when_a_healthy_task_is_there(self, shop: Checkout) -> None:
        reach(shop, START)

        [rule] = shop.test_rules
        assert rule["Priority"] == "49"
        assert rule["Conditions"] == [
            {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/checkout/*"]}},
            {
                "Field": "http-header",
                "HttpHeaderConfig": {"HttpHeaderName": "X-Canary", "Values": ["k7#\\*"]},
            },
        ]
        shop.check_served()

    def test_changes_nothing_where_it_was_reached_before(self, shop: Checkout) -> None:
        reach(shop, START, START)

        assert shop.changes == []

    def test_makes_a_test_rule_again_that_is_for_other_testers(self, shop: Checkout) -> None:
        reach(shop, START, Start(marker=RequestMarker(name="test", value="true", is_query=True)))

        assert shop.changes == ["DeleteRule", "CreateRule"]
        [rule] = shop.test_rules
        assert rule["Conditions"][1]["QueryStringConfig"]["Values"] == [{"Key": "test", "Value": "true"}]

    def test_needs_no_testers(self, shop: Checkout) -> None:
        reach(shop, Start())

        assert shop.changes == ["CreateTaskSet"]

    def test_never_shows_what_testers_send(self, shop: Checkout) -> None:
        reach(shop, START)

        assert "k7#" not in repr(shop.reports)
        assert "k7#" not in repr(START)

    def test_takes_another_priority_where_one_was_taken_in_the_meantime(self) -> None:
        shop = enter("priority-taken")

        reach(shop, START)

        assert shop.changes == ["CreateTaskSet", "CreateRule", "CreateRule", "CreateRule"]
        assert "47" in {rule["Priority"] for rule in shop.test_rules}

    def test_says_that_the_load_balancer_is_full(self) -> None:
        shop = enter("rules-full")

        with pytest.raises(AwsCallError, match="maximum number of rules"):
            reach(shop, START)

    def test_has_no_room_for_a_sixth_set(self) -> None:
        shop = enter("sixth-task-set")

        with pytest.raises(AwsCallError, match="exceeds the maximum limit"):
            reach(shop, START)

    def test_gives_a_set_up_that_never_becomes_steady(self) -> None:
        shop = enter("set-never-stable")
        shop.aws.ecs.update_service(SERVICE | {"desiredCount": 200})
        shop.aws.clock.sleep(300)

        with pytest.raises(RolloutFailedError, match="does not come up") as caught:
            reach(shop, START)

        assert caught.value.diagnosis is not None
        assert "no route to the database" in str(caught.value)
        assert shop.weights == {"blue": 100, "green": 0}

    def test_gives_a_set_up_whose_tasks_all_fail(self) -> None:
        shop = enter("image-not-found")

        with pytest.raises(RolloutFailedError, match="image") as caught:
            reach(shop, START)

        assert caught.value.diagnosis is not None
        assert len(shop.test_rules) == 0

    def test_ends_when_the_time_is_over(self) -> None:
        shop = enter("no-capacity")
        shop.minutes = 5

        with pytest.raises(TimedOutError, match=r"0 of 1 tasks run"):
            reach(shop, START)

    def test_does_not_wait_where_it_may_not(self, shop: Checkout) -> None:
        waiting = shop.rollout(may_wait=False).reach(START)

        assert isinstance(waiting, WaitFor)
        assert shop.changes == ["CreateTaskSet"]

    def test_leaves_a_service_without_tasks_alone(self, shop: Checkout) -> None:
        shop.aws.ecs.update_service(SERVICE | {"desiredCount": 0})
        shop.aws.clock.sleep(120)

        reach(shop, START)

        assert shop.changes == ["CreateTaskSet"]


class TestShare:
    def test_scales_before_it_shifts(self, shop: Checkout) -> None:
        shop.aws.ecs.update_service(SERVICE | {"desiredCount": 10})
        reach(shop, START, Share(percent=25))

        assert shop.changes == ["UpdateTaskSet", "ModifyRule"]
        assert params(shop, "UpdateTaskSet")["scale"] == {"value": 25.0, "unit": "PERCENT"}
        assert shop.weights == {"blue": 75, "green": 25}
        assert [each["runningCount"] for each in shop.sets] == [10, 3]

    def test_waits_for_healthy_tasks_before_it_shifts(self, shop: Checkout) -> None:
        reach(shop, START, Share(percent=100 - 1))

        scaled, shifted = (
            call.at for call in shop.aws.calls if call.operation in {"UpdateTaskSet", "ModifyRule"}
        )
        assert (shifted - scaled).total_seconds() > 30
        assert shop.healthy("green") == 2

    def test_looks_at_the_targets_right_before_it_shifts(self, shop: Checkout) -> None:
        reach(shop, START, Share(percent=50))

        operations = [call.operation for call in shop.aws.calls]
        before = operations[: operations.index("ModifyRule")]
        assert before[-2:] == ["DescribeTargetHealth", "DescribeTargetHealth"]

    def test_goes_down_by_the_traffic_first(self, shop: Checkout) -> None:
        shop.aws.ecs.update_service(SERVICE | {"desiredCount": 10})
        reach(shop, START, Share(percent=50), Share(percent=10))

        assert shop.changes == ["ModifyRule", "UpdateTaskSet"]
        assert shop.weights == {"blue": 90, "green": 10}

    def test_goes_down_to_testers_alone(self, shop: Checkout) -> None:
        reach(shop, START, Share(percent=50), Share(percent=0))

        assert shop.weights == {"blue": 100, "green": 0}
        assert len(shop.test_rules) == 1

    def test_changes_nothing_where_it_was_reached_before(self, shop: Checkout) -> None:
        reach(shop, START, Share(percent=50), Share(percent=50))

        assert shop.changes == []

    def test_gives_no_traffic_to_a_set_that_lost_its_task(self) -> None:
        shop = enter("set-loses-its-task")
        reach(shop, Start())
        shop.aws.clock.sleep(600)

        with pytest.raises(RolloutFailedError):
            reach(shop, Share(percent=50))

        assert "ModifyRule" not in shop.changes
        assert shop.weights == {"blue": 100, "green": 0}

    @pytest.mark.parametrize("weight", [0, 1])
    @pytest.mark.parametrize(
        ("goal", "blue"), [(Share(percent=50), 50), (ABANDON, 100)], ids=["share", "abort"]
    )
    def test_repairs_weights_that_another_tool_reset(
        self, shop: Checkout, weight: int, goal: Goal, blue: int
    ) -> None:
        reach(shop, START, Share(percent=50))
        weights = (("blue", 0), ("green", weight))
        groups = [{"TargetGroupArn": shop.group(colour), "Weight": each} for colour, each in weights]
        action = {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}
        shop.aws.ecs.elbv2.modify_rule({"RuleArn": shop.production["RuleArn"], "Actions": [action]})

        reach(shop, goal)

        assert shop.changes[0] == "ModifyRule"
        assert shop.weights == {"blue": blue, "green": 100 - blue}


class TestPromote:
    def test_shifts_promotes_bakes_drains_and_deletes(self, shop: Checkout) -> None:
        old = shop.sets[0]["id"]
        reach(shop, START, Share(percent=50), PROMOTE)

        assert shop.changes == [
            "UpdateTaskSet",
            "ModifyRule",
            "UpdateServicePrimaryTaskSet",
            "DeleteRule",
            "DeleteTaskSet",
        ]
        assert params(shop, "DeleteTaskSet") == {**SERVICE_ARN, "taskSet": old, "force": True}
        assert shop.weights == {"blue": 0, "green": 100}
        assert shop.test_rules == []
        [primary] = shop.live_sets
        assert (primary["status"], primary["runningCount"]) == ("PRIMARY", 2)

    def test_bakes_before_the_old_set_goes(self, shop: Checkout) -> None:
        reach(shop, START, PROMOTE)

        at = {call.operation: call.at for call in shop.aws.calls}
        assert (at["DeleteTaskSet"] - at["ModifyRule"]).total_seconds() >= 60

    def test_waits_for_the_deregistration_delay_without_a_bake(self, shop: Checkout) -> None:
        reach(shop, START, Promote(bake=0, deregistration_delay=120))

        at = {call.operation: call.at for call in shop.aws.calls}
        assert (at["DeleteTaskSet"] - at["ModifyRule"]).total_seconds() >= 120

    def test_is_done_once(self, shop: Checkout) -> None:
        reach(shop, START, PROMOTE, PROMOTE)

        assert shop.changes == []

    def test_the_groups_take_turns(self, shop: Checkout) -> None:
        reach(shop, START, PROMOTE)
        shop.aws.clock.sleep(300)
        shop.deployment = "Deployments-2"
        shop.register()

        reach(shop, START, Share(percent=10))
        assert shop.weights == {"blue": 10, "green": 90}
        reach(shop, PROMOTE)

        assert shop.weights == {"blue": 100, "green": 0}
        assert [each["taskDefinition"] for each in shop.live_sets] == [shop.revision]


class TestAbandon:
    def test_takes_the_traffic_away_waits_and_deletes(self, shop: Checkout) -> None:
        before = shop.production["Actions"]
        reach(shop, START, Share(percent=50), ABANDON)

        assert shop.changes == ["ModifyRule", "DeleteRule", "DeleteTaskSet"]
        at = {call.operation: call.at for call in shop.aws.calls}
        assert (at["DeleteTaskSet"] - at["ModifyRule"]).total_seconds() >= 30
        assert shop.production["Actions"] == before
        assert [each["status"] for each in shop.live_sets] == ["PRIMARY"]
        assert shop.test_rules == []

    def test_touches_nothing_of_the_old_set(self, shop: Checkout) -> None:
        primary = shop.sets[0]
        reach(shop, START, Share(percent=50), ABANDON)

        touched = [call.params.get("taskSet") for call in shop.aws.calls if "TaskSet" in call.operation]
        assert primary["id"] not in touched
        assert shop.sets[0] == primary

    def test_of_a_set_without_traffic_writes_no_weights(self, shop: Checkout) -> None:
        reach(shop, START, ABANDON)

        assert shop.changes == ["DeleteRule", "DeleteTaskSet"]

    def test_goes_back_while_the_old_set_is_there(self, shop: Checkout) -> None:
        old = shop.sets[0]["id"]
        reach(shop, START)
        shop.minutes = 1
        with pytest.raises(TimedOutError):
            reach(shop, PROMOTE)
        assert {each["status"] for each in shop.sets if each["id"] == old} == {"ACTIVE"}
        shop.minutes = 30

        reach(shop, ABANDON)

        assert shop.changes == ["ModifyRule", "UpdateServicePrimaryTaskSet", "DeleteRule", "DeleteTaskSet"]
        assert [each["id"] for each in shop.live_sets] == [old]
        assert shop.weights == {"blue": 100, "green": 0}

    def test_has_nothing_to_do_after_the_old_set_went(self, shop: Checkout) -> None:
        reach(shop, START, PROMOTE, ABANDON)

        assert shop.changes == []

    def test_has_nothing_to_do_where_nothing_was_begun(self, shop: Checkout) -> None:
        reach(shop, ABANDON)

        assert shop.changes == []

    def test_waits_for_a_healthy_old_task_before_the_traffic_goes_back(self, shop: Checkout) -> None:
        reach(shop, START, Share(percent=50))
        for task in shop.aws.ecs.list_tasks({"cluster": "shop", "startedBy": shop.sets[0]["id"]})["taskArns"]:
            shop.aws.ecs.stop_task({"cluster": "shop", "task": task})

        reach(shop, ABANDON)

        shifted = next(call.at for call in shop.aws.calls if call.operation == "ModifyRule")
        assert (shifted - shop.aws.calls[0].at).total_seconds() > 20
        assert shop.weights == {"blue": 100, "green": 0}


class TestOthersBugs:
    """What went wrong with another deployment tool's task sets."""

    def test_a_rollback_leaves_no_canary_running(self, shop: Checkout) -> None:
        reach(shop, START, Share(percent=50), ABANDON)
        shop.aws.clock.sleep(300)

        assert [each["status"] for each in shop.sets] == ["PRIMARY"]
        assert shop.healthy("green") == 0

    def test_a_set_is_never_deleted_while_its_group_has_weight(self, shop: Checkout) -> None:
        reach(shop, START, Share(percent=50), ABANDON)

        at = {call.operation: call.at for call in shop.aws.calls}
        assert at["ModifyRule"] < at["DeleteTaskSet"]

    def test_rules_are_restored_whatever_group_is_the_new_one(self, shop: Checkout) -> None:
        reach(shop, START, PROMOTE)
        shop.aws.clock.sleep(300)
        shop.deployment = "Deployments-2"
        shop.register()

        reach(shop, START, Share(percent=30), ABANDON)

        assert shop.weights == {"blue": 0, "green": 100}

    def test_only_the_chosen_rule_is_rewritten(self, shop: Checkout) -> None:
        production = shop.production
        listener = production["RuleArn"].replace(":listener-rule/", ":listener/").rpartition("/")[0]
        other = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/basket/*"]}}
        shop.aws.ecs.elbv2.create_rule(
            {
                "ListenerArn": listener,
                "Priority": 60,
                "Conditions": [other],
                "Actions": production["Actions"],
            }
        )

        with pytest.raises(DeploymentError, match="which listener rule is the production rule"):
            reach(shop, START)
        rollout = shop.rollout(production_rule=production["RuleArn"])
        rollout.reach(Start())
        rollout.reach(Share(percent=40))

        [neighbour] = [rule for rule in shop.rules if rule["Priority"] == "60"]
        assert neighbour["Actions"] == production["Actions"]
        assert shop.weights == {"blue": 60, "green": 40}


class TestRefusals:
    def test_a_service_without_a_primary_set(self, shop: Checkout) -> None:
        shop.aws.ecs.delete_task_set(SERVICE | {"taskSet": shop.sets[0]["id"], "force": True})

        with pytest.raises(DeploymentError, match="no PRIMARY task set"):
            reach(shop, START)

    def test_a_service_without_a_production_rule(self, shop: Checkout) -> None:
        shop.aws.ecs.elbv2.delete_rule({"RuleArn": shop.production["RuleArn"]})

        with pytest.raises(NotFoundError, match="no production rule"):
            reach(shop, START)

    def test_a_production_rule_with_one_group(self, shop: Checkout) -> None:
        action = {"Type": "forward", "TargetGroupArn": shop.group("blue")}
        shop.aws.ecs.elbv2.modify_rule({"RuleArn": shop.production["RuleArn"], "Actions": [action]})

        with pytest.raises(DeploymentError, match="forwards to 1 target groups, not to two"):
            reach(shop, START)
        assert shop.changes == []

    def test_a_production_rule_that_does_not_exist(self, shop: Checkout) -> None:
        unknown = shop.production["RuleArn"][:-4] + "0000"

        with pytest.raises(NotFoundError, match="was not found"):
            shop.rollout(production_rule=unknown).reach(START)

    def test_a_production_rule_that_is_deleted_meanwhile(self, shop: Checkout) -> None:
        rollout = shop.rollout()
        rollout.reach(Start())
        shop.aws.ecs.elbv2.delete_rule({"RuleArn": shop.production["RuleArn"]})

        with pytest.raises(NotFoundError, match="its listener has no such rule"):
            rollout.reach(Share(percent=40))

    def test_a_production_rule_that_forwards_to_other_groups(self, shop: Checkout) -> None:
        action = {"Type": "forward", "TargetGroupArn": shop.group("green")}
        rule = shop.production["RuleArn"]
        shop.aws.ecs.elbv2.modify_rule({"RuleArn": rule, "Actions": [action]})

        with pytest.raises(DeploymentError, match="does not forward to target group"):
            shop.rollout(production_rule=rule).reach(START)
        assert shop.changes == []

    def test_a_service_that_does_not_exist(self, shop: Checkout) -> None:
        shop.aws.ecs.delete_service(SERVICE | {"force": True})
        shop.aws.clock.sleep(1)

        with pytest.raises(NotFoundError, match="was not found"):
            reach(shop, START)


class TestReads:
    """What a wait costs."""

    def test_a_wait_for_new_tasks_reads_the_service_and_what_may_be_wrong_with_them(self) -> None:
        shop = enter("slow-health-checks")

        reach(shop, Start())

        count = Counter(call.operation for call in shop.aws.calls)
        polls = count["DescribeServices"]
        assert polls > 20
        assert count["DescribeRules"] <= 5
        assert len(shop.aws.calls) <= 3.5 * polls

    def test_a_wait_whose_end_is_known_reads_twice_a_minute_and_ends_in_time(self, shop: Checkout) -> None:
        shop.minutes = 90

        reach(shop, START, Share(percent=99), Promote(bake=3600, deregistration_delay=30))

        at = {call.operation: call.at for call in shop.aws.calls}
        baked = (at["DeleteTaskSet"] - at["ModifyRule"]).total_seconds()
        assert 3600 <= baked < 3610
        assert sum(call.operation == "DescribeServices" for call in shop.aws.calls) < 140

    def test_a_set_that_is_deleted_by_another_while_it_starts_is_seen(self) -> None:
        shop = enter("no-capacity")
        deleted: list[str] = []

        def delete_it(reported: Reported) -> None:
            if isinstance(reported, RolloutChanged) and reported.is_this_deployment and not deleted:
                deleted.append(reported.deployment_id)
                shop.aws.ecs.delete_task_set(SERVICE | {"taskSet": reported.deployment_id, "force": True})

        shop.minutes = 3
        with pytest.raises(TimedOutError):
            shop.rollout(report=delete_it).reach(START)

        assert shop.changes.count("CreateTaskSet") == 2


def test_a_whole_action_is_restored(shop: Checkout) -> None:
    stickiness = {"Enabled": True, "DurationSeconds": 600}
    groups = [{"TargetGroupArn": shop.group(c), "Weight": w} for c, w in (("blue", 100), ("green", 0))]
    login = {
        "Type": "authenticate-cognito",
        "Order": 1,
        "AuthenticateCognitoConfig": {
            "UserPoolArn": "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_x",
            "UserPoolClientId": "abc",
            "UserPoolDomain": "shop",
        },
    }
    forward = {
        "Type": "forward",
        "Order": 2,
        "ForwardConfig": {"TargetGroups": groups, "TargetGroupStickinessConfig": stickiness},
    }
    shop.aws.ecs.elbv2.modify_rule({"RuleArn": shop.production["RuleArn"], "Actions": [login, forward]})

    reach(shop, START, Share(percent=50))
    assert shop.production["Actions"][0] == login
    assert shop.production["Actions"][1]["ForwardConfig"]["TargetGroupStickinessConfig"] == stickiness
    [rule] = shop.test_rules
    assert rule["Actions"][0] == login
    reach(shop, ABANDON)

    assert shop.production["Actions"] == [login, forward]


def test_the_default_rule_is_a_production_rule_too(shop: Checkout) -> None:
    default = shop.rules[-1]
    listener = default["RuleArn"].replace(":listener-rule/", ":listener/").rpartition("/")[0]
    shop.aws.ecs.elbv2.modify_listener(
        {"ListenerArn": listener, "DefaultActions": shop.production["Actions"]}
    )
    shop.aws.ecs.elbv2.delete_rule({"RuleArn": shop.production["RuleArn"]})

    reach(shop, START, Share(percent=50))

    assert shop.changes == ["UpdateTaskSet", "ModifyListener"]
    [rule] = shop.test_rules
    assert rule["Priority"] == "50000"


def test_sets_of_others_in_its_group_are_strays(shop: Checkout) -> None:
    shop.aws.ecs.create_task_set(task_set(shop.group("green")))

    assert [each.external_id for each in shop.state().strays] == [""]


@pytest.mark.parametrize("operation", ["CreateTaskSet", "CreateRule", "UpdateTaskSet", "ModifyRule"])
@pytest.mark.parametrize("kind", [FaultKind.READ_TIMEOUT, FaultKind.UNAVAILABLE, FaultKind.THROTTLED])
def test_a_lost_call_is_made_again_and_does_no_harm(operation: str, kind: FaultKind) -> None:
    shop = enter(Scenario.of(Fault(operation, kind, range(6))))

    reach(shop, START, Share(percent=50))

    assert len(shop.live_sets) == 2
    assert len(shop.test_rules) == 1
    assert shop.weights == {"blue": 50, "green": 50}


def test_a_denied_call_is_named() -> None:
    shop = enter(Scenario.of(Fault("CreateTaskSet", FaultKind.ACCESS_DENIED)))

    with pytest.raises(AwsCallError, match="CreateTaskSet"):
        reach(shop, START)


def test_the_scenarios_exist() -> None:
    assert {"set-never-stable", "sixth-task-set", "priority-taken", "rules-full"} <= SCENARIOS.keys()


SERVICE_ARN = {"cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/shop", "service": "checkout"}
