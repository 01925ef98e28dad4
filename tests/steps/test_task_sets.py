"""Update, Continue and Abort on a service that is deployed by task sets."""

import json
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from ecs_steps import (
    AbortEcsDeploymentStep,
    ContinueEcsDeploymentStep,
    DeployEcsRevisionStep,
    DeploymentError,
    InterruptedDeploymentError,
    InvalidInputsError,
    Message,
    NotFoundError,
    Outcome,
    Reported,
    RolledBackError,
    RolloutFailedError,
    SupersededError,
    TimedOutError,
    UpdateEcsServiceStep,
)
from ecs_steps.sandbox import Sandbox
from ecs_steps.sandbox.ecs.checkout import task_definition, task_set
from responding import Response, responding
from revisions import register_another
from steps.checkout import (
    HEADER,
    Checkout,
    deployment_variables,
    production_rule,
    revision_variables,
    update_variables,
)

RULE = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/shop/1/2/3"
DONT_WAIT = {"type": "DontWait"}


@pytest.fixture
def shop() -> Iterator[Checkout]:
    with Sandbox() as aws:
        yield Checkout(aws)


def enter(scenario: str) -> Checkout:
    return Checkout(Sandbox(scenario))


@pytest.mark.parametrize(("move", "share"), [("a new task set", 0), ("50 % of the traffic", 50)])
def test_a_step_that_is_cancelled_right_after_a_move_knows_of_it(
    shop: Checkout, move: str, share: int
) -> None:
    step: UpdateEcsServiceStep | ContinueEcsDeploymentStep = UpdateEcsServiceStep(update_variables())
    if share:
        shop.update()
        step = ContinueEcsDeploymentStep(deployment_variables(Continue_TrafficPercent=share))
    cancel = Event()

    def cancel_at_the_move(reported: Reported) -> None:
        if isinstance(reported, Message) and move in reported.text:
            cancel.set()

    with pytest.raises(InterruptedDeploymentError) as error:
        step.run(
            aws=shop.aws.clients,
            clock=shop.aws.clock,
            cancel=cancel,
            report=cancel_at_the_move,
        )

    assert error.value.why == f"Task set {shop.sets[1]['id']} stays in ECS with {share} % of the traffic"


def test_a_step_that_is_cancelled_while_it_makes_a_set_says_that_there_may_be_one(shop: Checkout) -> None:
    def cancel(**_: object) -> None:
        raise KeyboardInterrupt

    shop.aws.clients.ecs.meta.events.register("response-received.*.CreateTaskSet", cancel)

    with pytest.raises(InterruptedDeploymentError, match="may have carried out CreateTaskSet checkout"):
        shop.update()


class TestUpdate:
    def test_ends_paused_where_testers_alone_reach_the_new_tasks(self, shop: Checkout) -> None:
        primary = shop.sets[0]["id"]
        result = shop.update()

        assert result.outcome is Outcome.PAUSED
        assert shop.changes == ["RegisterTaskDefinition", "TagResource", "CreateTaskSet", "CreateRule"]
        new = shop.sets[1]
        outputs = result.outputs
        assert (outputs["TaskSetId"], outputs["PreviousTaskSetId"]) == (new["id"], primary)
        assert outputs["ProductionTrafficPercent"] == "0"
        assert outputs["TaskDefinitionArn"] == new["taskDefinition"]
        assert outputs["PreviousTaskDefinitionArn"].endswith("checkout:1")
        assert ":listener-rule/" in outputs["TestListenerRule"]
        assert new["externalId"] == "Deployments-7"
        assert "does not end by itself" in shop.text

    def test_takes_the_weight_from_the_empty_group_before_it_makes_a_set_there(self, shop: Checkout) -> None:
        [action] = shop.production["Actions"]
        groups = action["ForwardConfig"]["TargetGroups"]
        for group, weight in zip(groups, reversed([each["Weight"] for each in groups]), strict=True):
            group["Weight"] = weight
        elbv2: Any = shop.aws.clients.elbv2
        elbv2.modify_rule(RuleArn=shop.production["RuleArn"], Actions=[action])

        result = shop.update()

        assert result.outputs["ProductionTrafficPercent"] == "0"
        assert shop.changes[-3:] == ["ModifyRule", "CreateTaskSet", "CreateRule"]

    def test_run_again_is_still_paused_at_the_same_set(self, shop: Checkout) -> None:
        first = shop.update()
        second = shop.update()

        assert shop.changes == []
        assert second.outcome is Outcome.PAUSED
        assert second.outputs == first.outputs

    def test_run_again_after_a_share_keeps_the_share(self, shop: Checkout) -> None:
        shop.update()
        shop.share(50)

        result = shop.update()

        assert (result.outcome, result.outputs["ProductionTrafficPercent"]) == (Outcome.PAUSED, "50")
        assert shop.changes == []

    def test_run_again_after_the_end_changes_nothing(self, shop: Checkout) -> None:
        shop.update()
        shop.share(100)

        assert shop.update().outcome is Outcome.UNCHANGED
        assert shop.changes == []

    def test_without_force_leaves_a_service_alone_that_runs_the_revision(self, shop: Checkout) -> None:
        result = shop.update("1.4.0", Update_ForceNewDeployment="False")

        assert (result.outcome, len(shop.sets)) == (Outcome.UNCHANGED, 1)

    def test_refuses_a_set_of_someone_else(self, shop: Checkout) -> None:
        shop.update()

        with pytest.raises(SupersededError, match="Deployments-7 has made it"):
            shop.update("1.6.0", **{"Octopus.Deployment.Id": "Deployments-8"})
        assert shop.changes == []

    def test_replaces_a_set_of_someone_else_where_it_may(self, shop: Checkout) -> None:
        shop.update()
        shop.share(50)

        result = shop.update(
            "1.6.0", Update_WhenPaused="Replace", **{"Octopus.Deployment.Id": "Deployments-8"}
        )

        assert result.outcome is Outcome.PAUSED
        deleted, created = shop.changes.index("DeleteTaskSet"), shop.changes.index("CreateTaskSet")
        assert shop.changes.index("ModifyRule") < deleted < created
        assert [each.get("externalId") for each in shop.sets] == [None, "Deployments-8"]
        assert result.outputs["ProductionTrafficPercent"] == "0"

    def test_refuses_a_set_that_no_deployment_made_even_so(self, shop: Checkout) -> None:
        groups = shop.aws.ecs.elbv2.describe_target_groups({"Names": ["checkout-green"]})["TargetGroups"]
        shop.aws.ecs.create_task_set(task_set(groups[0]["TargetGroupArn"]))

        with pytest.raises(SupersededError, match="something else has made it"):
            shop.update(Update_WhenPaused="Replace")
        assert shop.changes == []

    def test_refuses_its_own_set_of_another_revision(self, shop: Checkout) -> None:
        shop.update()

        with pytest.raises(SupersededError, match="another task set"):
            shop.update("1.6.0")

        assert shop.changes == []

    def test_leaves_a_set_that_does_not_come_up(self) -> None:
        shop = enter("image-not-found")

        with pytest.raises(RolloutFailedError, match="does not come up") as caught:
            shop.update()

        assert caught.value.outputs["TaskSetId"] == shop.sets[1]["id"]
        assert len([text for text in shop.warnings if "image" in text]) == 1

    def test_deletes_a_set_that_does_not_come_up_where_it_is_to_go_back(self) -> None:
        shop = enter("image-not-found")

        with pytest.raises(RolledBackError, match="what served before serves"):
            shop.update(Update_OnFailure="Rollback")

        assert [each["status"] for each in shop.sets] == ["PRIMARY"]

    def test_says_how_to_continue_when_the_time_is_over(self) -> None:
        shop = enter("no-capacity")

        with pytest.raises(TimedOutError) as caught:
            shop.update(WaitOption={"type": "WaitWithTimeout", "timeoutMinutes": 3})

        assert "To resume waiting: run the step again; to undo it: ecs-steps abort" in str(caught.value)

    def test_does_not_wait_where_it_may_not(self, shop: Checkout) -> None:
        assert shop.update(WaitOption=DONT_WAIT).outcome is Outcome.STARTED
        assert shop.update().outcome is Outcome.PAUSED

    def test_is_not_watched_as_a_deployment_that_ecs_controls(self, shop: Checkout) -> None:
        made = shop.update().outputs["TaskSetId"]
        step = UpdateEcsServiceStep(update_variables())

        with pytest.raises(DeploymentError, match=r"ecs-steps status VARIABLES\.json --watch"):
            step.watch(made, aws=shop.aws.clients, clock=shop.aws.clock, report=shop.events.append)

    def test_shows_what_it_would_do(self, shop: Checkout) -> None:
        dry_run = UpdateEcsServiceStep(update_variables()).dry_run(
            aws=shop.aws.clients, clock=shop.aws.clock, report=shop.events.append
        )
        text = str(dry_run)

        assert "CreateTaskSet checkout" in text
        assert "UpdateService" not in text
        assert len(shop.sets) == 1

    @pytest.mark.parametrize(
        "change",
        [
            {"Strategy_Type": "Canary"},
            {"Deployment_CircuitBreaker": "Rollback"},
            {"Deployment_Alarms": "checkout-5xx"},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_refuses_what_ecs_does_not_do_with_task_sets(
        self, shop: Checkout, change: dict[str, str]
    ) -> None:
        with pytest.raises(DeploymentError, match="EXTERNAL"):
            shop.update(**change)
        assert shop.changes == []

    def test_refuses_testers_of_a_service_without_task_sets(self, shop: Checkout) -> None:
        with pytest.raises(DeploymentError, match="has no task sets"):
            shop.update(Update_ServiceName="orders", Update_TargetTaskDefinitionName="orders")
        assert shop.changes == []

    def test_never_shows_the_key_of_testers(self, shop: Checkout) -> None:
        shop.update()

        assert "k7-secret" not in repr(shop.events)
        assert "k7-secret" not in repr(UpdateEcsServiceStep(update_variables()).inputs)


class TestDeployRevision:
    def test_ends_paused_where_testers_alone_reach_the_revision(self, shop: Checkout) -> None:
        revision, primary = register_another(shop.aws, "checkout"), shop.sets[0]["id"]

        result = shop.deploy_revision()

        assert result.outcome is Outcome.PAUSED
        assert shop.changes == ["TagResource", "CreateTaskSet", "CreateRule"]
        outputs = result.outputs
        assert (outputs["TaskSetId"], outputs["PreviousTaskSetId"]) == (shop.sets[1]["id"], primary)
        assert outputs["TaskDefinitionArn"] == shop.sets[1]["taskDefinition"] == revision
        assert (outputs["ProductionTrafficPercent"], outputs["TaskDefinitionFamily"]) == ("0", "checkout")

    def test_is_continued_and_then_leaves_the_service_alone(self, shop: Checkout) -> None:
        revision = register_another(shop.aws, "checkout")
        shop.deploy_revision()

        assert [shop.share(percent).outcome for percent in (50, 100)] == [Outcome.PAUSED, Outcome.SUCCEEDED]
        assert [each["taskDefinition"] for each in shop.sets] == [revision]
        again = shop.deploy_revision(Revision_ForceNewDeployment="False")
        assert (again.outcome, shop.changes) == (Outcome.UNCHANGED, [])

    def test_goes_back_to_an_older_revision(self, shop: Checkout) -> None:
        shop.update()
        shop.share(100)

        result = shop.deploy_revision("checkout:1", **{"Octopus.Deployment.Id": "Deployments-8"})

        assert result.outcome is Outcome.PAUSED
        assert shop.share(100, **{"Octopus.Deployment.Id": "Deployments-8"}).outcome is Outcome.SUCCEEDED
        assert [each["taskDefinition"].rpartition("/")[2] for each in shop.sets] == ["checkout:1"]

    def test_refuses_what_is_in_the_way_and_what_does_not_fit(self, shop: Checkout) -> None:
        register_another(shop.aws, "checkout")
        shop.update("1.6.0", **{"Octopus.Deployment.Id": "Deployments-8"})

        with pytest.raises(SupersededError, match="Deployments-8 has made it"):
            shop.deploy_revision()
        [web] = task_definition(shop.aws.ecs._account)["containerDefinitions"]
        silent = register_another(shop.aws, "checkout", containerDefinitions=[web | {"portMappings": []}])
        with pytest.raises(NotFoundError, match="which the revision does not map"):
            shop.deploy_revision(silent)
        with pytest.raises(DeploymentError, match="EXTERNAL"):
            shop.deploy_revision(Deployment_Alarms="checkout-5xx")
        assert shop.changes == []


@pytest.mark.parametrize(
    "changes",
    [
        {"TestTraffic_Header": "no colon k7-secret"},
        {"TestTraffic_Header": "Host: k7-secret"},
        {"TestTraffic_Header": "", "TestTraffic_Query": "k7-secret"},
        {"TestTraffic_Query": "test=k7-secret"},
        {"TaskSets_ProductionListenerRule": "arn:aws:iam::1:role/x"},
    ],
)
def test_bad_test_traffic_is_refused_and_not_shown(changes: dict[str, str]) -> None:
    with pytest.raises(InvalidInputsError) as caught:
        UpdateEcsServiceStep(update_variables(**changes))

    assert "k7-secret" not in str(caught.value)
    assert len(caught.value.problems) == 1


class TestContinue:
    def test_shares_up_and_down_and_ends_at_100(self, shop: Checkout) -> None:
        first = shop.update()
        outcomes = [shop.share(percent) for percent in (10, 50, 25, 100)]

        shares = [each.outputs["ProductionTrafficPercent"] for each in outcomes]
        assert shares == ["10", "50", "25", "100"]
        assert [each.outcome for each in outcomes] == [Outcome.PAUSED] * 3 + [Outcome.SUCCEEDED]
        [primary] = shop.sets
        assert (primary["id"], primary["status"]) == (first.outputs["TaskSetId"], "PRIMARY")

    def test_ends_once(self, shop: Checkout) -> None:
        shop.update()
        shop.share(100)

        assert shop.share(100).outcome is Outcome.UNCHANGED
        assert shop.changes == []

    def test_bakes_for_as_long_as_it_is_to(self, shop: Checkout) -> None:
        shop.update()
        shop.share(100, Continue_BakeMinutes=20)

        at = {call.operation: call.at for call in shop.aws.calls}
        assert (at["DeleteTaskSet"] - at["ModifyRule"]).total_seconds() >= 1200

    def test_needs_a_share(self, shop: Checkout) -> None:
        shop.update()

        with pytest.raises(InvalidInputsError, match=r"TrafficPercent: is required"):
            shop.run(ContinueEcsDeploymentStep(deployment_variables()))

    def test_refuses_a_share_where_ecs_itself_shares(self, shop: Checkout) -> None:
        with pytest.raises(InvalidInputsError, match="only for services that are deployed by task sets"):
            shop.share(50, Deployment_ServiceName="storefront")

    def test_needs_a_set_of_this_deployment(self, shop: Checkout) -> None:
        shop.update()

        with pytest.raises(NotFoundError, match="none of its task sets is of Deployments-8"):
            shop.share(50, **{"Octopus.Deployment.Id": "Deployments-8"})

    def test_takes_the_set_that_is_named(self, shop: Checkout) -> None:
        first = shop.update()

        result = shop.share(
            50,
            Deployment_TaskSetId=first.outputs["TaskSetId"],
            **{"Octopus.Deployment.Id": "Deployments-8"},
        )

        assert result.outputs["ProductionTrafficPercent"] == "50"

    def test_gives_more_while_the_tasks_of_a_larger_share_still_stop(self, shop: Checkout) -> None:
        shop.update()
        shop.share(75)
        shop.share(10)
        assert shop.sets[1]["stabilityStatus"] == "STABILIZING"

        result = shop.share(75)

        assert (result.outcome, result.outputs["ProductionTrafficPercent"]) == (Outcome.PAUSED, "75")

    def test_gives_no_more_to_what_is_not_healthy_and_calls_nothing(self) -> None:
        shop = enter("set-loses-its-task")
        shop.update()
        shop.aws.clock.sleep(400)

        with pytest.raises(DeploymentError, match="gets no more traffic"):
            shop.share(10)
        assert shop.changes == []

    def test_waits_for_what_is_not_healthy_where_it_is_to(self) -> None:
        shop = enter("set-loses-its-task")
        shop.update()
        shop.aws.clock.sleep(400)

        with pytest.raises(RolloutFailedError):
            shop.share(10, Continue_WhenUnhealthy="Continue")
        assert "ModifyRule" not in shop.changes

    def test_takes_traffic_from_what_is_not_healthy(self) -> None:
        shop = enter("set-loses-its-task")
        shop.update()
        shop.share(1)
        shop.aws.clock.sleep(400)

        assert shop.share(0).outputs["ProductionTrafficPercent"] == "0"

    def test_of_0_gives_the_old_tasks_everything_where_both_weights_are_0(self, shop: Checkout) -> None:
        shop.update()
        [action] = shop.production["Actions"]
        for group in action["ForwardConfig"]["TargetGroups"]:
            group["Weight"] = 0
        elbv2: Any = shop.aws.clients.elbv2
        elbv2.modify_rule(RuleArn=shop.production["RuleArn"], Actions=[action])

        shop.share(0)

        assert shop.changes == ["ModifyRule"]
        assert "testers reach it by the test rule; checkout:1 has 100 %" in shop.text

    def test_of_a_set_that_is_aborted_meanwhile_is_no_success(self, shop: Checkout) -> None:
        shop.update()

        def abort_at_the_move(reported: Reported) -> None:
            if isinstance(reported, Message) and "Next: 100 % of the tasks" in reported.text:
                new = shop.sets[1]["id"]
                shop.aws.clients.ecs.delete_task_set(
                    cluster="shop", service="checkout", taskSet=new, force=True
                )

        step = ContinueEcsDeploymentStep(deployment_variables(Continue_TrafficPercent=100))
        with pytest.raises(RolledBackError, match="another process has deleted it"):
            step.run(aws=shop.aws.clients, clock=shop.aws.clock, report=abort_at_the_move)

    def test_gives_way_to_what_takes_the_traffic_back(self, shop: Checkout) -> None:
        shop.update()
        before = shop.production

        def take_back(**_: object) -> None:
            shop.aws.ecs.elbv2.modify_rule({"RuleArn": before["RuleArn"], "Actions": before["Actions"]})

        shop.aws.clients.elbv2.meta.events.register("response-received.*.ModifyRule", take_back)

        with pytest.raises(SupersededError, match=r"does not keep 50 % of the traffic"):
            shop.share(50)

        assert shop.changes.count("ModifyRule") == 5

    def test_gives_nothing_where_no_task_is_wanted(self, shop: Checkout) -> None:
        shop.update()
        shop.aws.ecs.update_service({"cluster": "shop", "service": "checkout", "desiredCount": 0})
        shop.aws.clock.sleep(120)

        with pytest.raises(DeploymentError, match="desired count"):
            shop.share(50)


class TestVerify:
    def test_a_share_is_given_to_what_answers_as_expected(self, shop: Checkout) -> None:
        with responding(Response(status=503), Response()) as site:
            shop.update()
            result = shop.share(50, Verify_Url=site.url, Verify_Text="ready", TestTraffic_Header=HEADER)

        assert (result.outcome, shop.changes) == (Outcome.PAUSED, ["UpdateTaskSet", "ModifyRule"])
        assert [headers["X-Canary"] for _, headers in site.requests] == ["k7-secret", "k7-secret"]
        assert "k7-secret" not in repr(shop.events)

    def test_what_answers_otherwise_gets_nothing_and_nothing_is_changed(self, shop: Checkout) -> None:
        shop.update()
        for percent in (50, 100):
            with responding(Response(status=503)) as site, pytest.raises(DeploymentError, match="not pass"):
                shop.share(percent, Verify_Url=site.url)
            assert (len(site.requests), shop.changes) == (5, [])

    def test_a_smaller_share_and_one_that_it_has_need_no_answer(self, shop: Checkout) -> None:
        shop.update()
        shop.share(50)

        with responding(Response(status=503)) as site:
            outcomes = [shop.share(percent, Verify_Url=site.url).outcome for percent in (50, 10)]

        assert outcomes == [Outcome.PAUSED, Outcome.PAUSED]
        assert site.requests == []


@pytest.mark.parametrize(
    "changes",
    [
        {"Verify_Url": "https://user:k7-secret@shop.example.com/"},
        {"Verify_Url": "ftp://shop.example.com/k7-secret"},
        {"Verify_Url": "https://shop.example.com/#k7-secret"},
        {"Verify_Url": "https://shop.example.com/a k7-secret"},
        {"Verify_Url": "https://shop.example.com/\r\nX-Canary: k7-secret"},
        {"Verify_Url": f"https://shop.example.com/{'k7-secret' * 300}"},
        {"Verify_Url": "https://shop.example.com", "Verify_Status": "99"},
        {"Verify_Url": "https://shop.example.com", "Verify_Tries": "0"},
        {"Verify_Url": "https://shop.example.com", "Verify_IntervalSeconds": "0.5"},
        {"Verify_Url": "https://shop.example.com", "Verify_Text": "x" * 1001},
        {"TestTraffic_Header": "X: k7-secret", "TestTraffic_Query": "x=k7-secret"},
    ],
)
def test_a_verification_that_cannot_be_is_refused_and_not_shown(changes: dict[str, str]) -> None:
    with pytest.raises(InvalidInputsError) as caught:
        ContinueEcsDeploymentStep(deployment_variables(**changes))

    assert "k7-secret" not in str(caught.value)
    assert len(caught.value.problems) == 1


def test_a_verification_without_a_url_is_warned_of() -> None:
    step = ContinueEcsDeploymentStep(deployment_variables(Verify_Text="ready"))

    assert ["Verify.Text" in str(warning) for warning in step.warnings] == [True]


class TestAbort:
    def test_leaves_everything_as_it_was(self, shop: Checkout) -> None:
        before = shop.sets
        shop.update()
        shop.share(50)

        result = shop.abort()

        assert result.outcome is Outcome.ROLLED_BACK
        assert shop.changes == ["ModifyRule", "DeleteRule", "DeleteTaskSet"]
        assert shop.sets == before

    def test_run_again_is_still_rolled_back(self, shop: Checkout) -> None:
        shop.update()
        shop.abort()

        again = shop.abort()

        assert again.outcome is Outcome.ROLLED_BACK
        assert again.outputs["PreviousTaskDefinitionArn"] == shop.sets[0]["taskDefinition"]
        assert shop.changes == []

    def test_of_nothing_changes_nothing(self, shop: Checkout) -> None:
        assert shop.abort().outcome is Outcome.UNCHANGED
        assert shop.changes == []

    def test_leaves_the_set_of_another_deployment(self, shop: Checkout) -> None:
        shop.update()

        assert shop.abort(**{"Octopus.Deployment.Id": "Deployments-8"}).outcome is Outcome.UNCHANGED
        assert shop.changes == []
        assert len(shop.sets) == 2

    def test_leaves_what_was_promoted(self, shop: Checkout) -> None:
        shop.update()
        shop.share(100)

        assert shop.abort().outcome is Outcome.UNCHANGED
        assert "was promoted" in shop.warnings[-1]

    def test_refuses_a_production_rule_that_its_listener_does_not_have(self, shop: Checkout) -> None:
        shop.update()
        missing = f"{production_rule()}0"

        with pytest.raises(NotFoundError, match=f"{missing} was not found: its listener has no such rule"):
            shop.abort(TaskSets_ProductionListenerRule=missing)

    def test_refuses_a_production_rule_of_a_listener_that_does_not_exist(self, shop: Checkout) -> None:
        shop.update()
        listener, _, rule = production_rule().rpartition("/")

        with pytest.raises(NotFoundError, match="Elastic Load Balancing has no such listener"):
            shop.abort(TaskSets_ProductionListenerRule=f"{listener[:-4]}0000/{rule}")


def actions(policy: dict[str, Any]) -> set[str]:
    return {action for statement in policy["Statement"] for action in statement["Action"]}


def test_policies_allow_task_sets_where_the_inputs_name_them() -> None:
    pinned = {"TaskSets_ProductionListenerRule": RULE}
    update = UpdateEcsServiceStep(update_variables(**pinned)).iam_policy()
    proceed = ContinueEcsDeploymentStep(
        deployment_variables(Continue_TrafficPercent=1, **pinned)
    ).iam_policy()
    abort = AbortEcsDeploymentStep(deployment_variables(**pinned)).iam_policy()

    assert {"ecs:CreateTaskSet", "elasticloadbalancing:CreateRule"} <= actions(update)
    assert {"ecs:UpdateTaskSet", "ecs:UpdateServicePrimaryTaskSet"} <= actions(proceed)
    assert {"ecs:DeleteTaskSet", "elasticloadbalancing:ModifyRule"} <= actions(abort)
    revision = DeployEcsRevisionStep(revision_variables(**pinned)).iam_policy()

    assert {"ecs:CreateTaskSet", "elasticloadbalancing:CreateRule"} <= actions(revision)
    for policy in (update, revision, proceed, abort):
        [statement] = [each for each in policy["Statement"] if each["Sid"] == "ShareTraffic"]
        assert statement["Resource"] == [RULE]


def test_policies_allow_no_task_sets_otherwise() -> None:
    update = UpdateEcsServiceStep(update_variables(TestTraffic_Header="")).iam_policy()
    proceed = ContinueEcsDeploymentStep(deployment_variables()).iam_policy()
    abort = AbortEcsDeploymentStep(deployment_variables()).iam_policy()

    revision = DeployEcsRevisionStep(revision_variables(TestTraffic_Header="")).iam_policy()

    assert "TaskSet" not in json.dumps([update, revision, proceed, abort])


def test_the_header_is_what_testers_send() -> None:
    marker = UpdateEcsServiceStep(update_variables()).inputs.marker

    assert marker
    assert f"{marker.name}: {marker.value}" == HEADER
