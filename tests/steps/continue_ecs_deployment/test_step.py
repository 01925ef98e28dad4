import re
from typing import Any

import pytest
from attrs import evolve
from botocore.awsrequest import AWSResponse

from ecs_steps import (
    AccessDeniedError,
    AwsCallError,
    ContinueEcsDeploymentStep,
    DeploymentError,
    InterruptedDeploymentError,
    InvalidInputsError,
    NotFoundError,
    Outcome,
    RolledBackError,
    SupersededError,
)
from ecs_steps.sandbox import SCENARIOS, Fault, FaultKind, Sandbox, Scenario
from ecs_steps.sandbox.ecs.plan import AlarmRaised, EcsPlan
from ecs_steps.sandbox.ecs.strategy_scenarios import pause, shifting
from ecs_steps.sandbox.timeline import VirtualClock
from responding import Response, responding
from steps.storefront import Storefront, deployment_pin, deployment_variables, pins

TESTED = "POST_TEST_TRAFFIC_SHIFT"
ALARMS = {"alarmNames": ["storefront-5xx"], "enable": True, "rollback": True}
UNHEALTHY = ["green-dies-while-paused", "weights-were-reset", "rule-was-deleted"]
CONTINUE = "ContinueServiceDeployment"
LOST = [
    FaultKind.CONNECTION_RESET,
    FaultKind.READ_TIMEOUT,
    FaultKind.TRUNCATED_BODY,
    FaultKind.INTERNAL_ERROR,
    FaultKind.THROTTLED,
]


def refused_by_ecs(**_: object) -> Any:  # noqa: ANN401  a reply, which botocore's types forget
    """Answer for ECS, which is not called then."""
    error = {"Code": "InvalidParameterException", "Message": "not in this state"}
    return AWSResponse("", 400, {}, None), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}  # type: ignore[arg-type]


def accepted_without_effect(**_: object) -> Any:  # noqa: ANN401  the same
    return AWSResponse("", 200, {}, None), {"serviceDeploymentArn": "arn"}  # type: ignore[arg-type]


def test_a_canary_is_finished_by_one_continue_for_each_pause() -> None:
    with Sandbox("canary-with-pauses") as aws:
        shop = Storefront(aws)

        first = shop.update()
        second = shop.proceed(**pins(first))
        third = shop.proceed(**pins(second))

        shares = [each.outputs["ProductionTrafficPercent"] for each in (first, second, third)]
        assert shares == ["0", "10", "100"]
        assert third.outcome is Outcome.SUCCEEDED
        assert shop.service["taskDefinition"] == third.outputs["TaskDefinitionArn"]
        assert shop.changes()["CONTINUE"] == 2


def test_the_outputs_of_a_pause_name_both_revisions_the_group_and_the_hook() -> None:
    with Sandbox("canary-with-pauses") as aws:
        shop = Storefront(aws)
        outputs = shop.proceed(**pins(shop.update())).outputs

        hook = shop.record["lifecycleHookDetails"][0]
        assert outputs == {
            "ClusterName": "shop",
            "Region": "eu-west-1",
            "ServiceName": "storefront",
            "ServiceArn": shop.service["serviceArn"],
            "ServiceDeploymentArn": shop.service["currentServiceDeployment"],
            "DeploymentId": shop.service["deployments"][0]["id"],
            "TaskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/storefront:2",
            "PreviousTaskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/storefront:1",
            "TargetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/"
            "storefront-blue/1111111111111111",
            "LifecycleStage": "PRE_PRODUCTION_TRAFFIC_SHIFT",
            "HookId": hook["hookId"],
            "PauseExpiresAt": hook["expiresAt"].isoformat(timespec="seconds"),
            "PauseTimeoutAction": "ROLLBACK",
            "ProductionTrafficPercent": "10",
            "TestTrafficPercent": "100",
            "Outcome": "PAUSED",
        }


def test_a_person_reads_what_there_is_to_decide_in_one_block() -> None:
    with Sandbox("canary-with-pauses") as aws:
        shop = Storefront(aws)
        shop.proceed(**pins(shop.update()))

        [_, paused] = shop.pauses
        assert paused.text == (
            "paused before the next share of the production traffic: storefront:2 has 10 % (canary, step 1 "
            "of 2); storefront:1 has 90 %"
        )
        tasks, decision = paused.details
        assert tasks == (
            "2 of 2 tasks run, both healthy in storefront-blue; no alarms are configured; "
            "4 tasks run until this is decided"
        )
        assert re.fullmatch(
            r"ECS rolls back by itself at 2026-\d\d-\d\d \d\d:\d\d UTC; continue with hook ecs-pause-[\w-]+",
            decision,
        )


@pytest.mark.parametrize("kind", LOST)
def test_a_reply_that_is_lost_approves_one_pause(kind: FaultKind) -> None:
    with Sandbox("canary-with-pauses") as aws:
        shop = Storefront(aws)
        paused = shop.update()
        aws.faults.apply(Fault("ContinueServiceDeployment", kind, range(1)))

        result = shop.proceed(**pins(paused))

        assert result.outcome is Outcome.PAUSED
        assert result.outputs["ProductionTrafficPercent"] == "10"


def test_weights_that_are_all_0_are_refused_though_the_new_tasks_have_what_ecs_believes() -> None:
    with Sandbox("blue-green-with-pause") as aws:
        shop = Storefront(aws)
        paused = shop.update()
        [balancer] = shop.service["loadBalancers"]
        rule = balancer["advancedConfiguration"]["productionListenerRule"]
        elbv2: Any = aws.clients.elbv2
        [found] = elbv2.describe_rules(RuleArns=[rule])["Rules"]
        for group in found["Actions"][0]["ForwardConfig"]["TargetGroups"]:
            group["Weight"] = 0
        elbv2.modify_rule(RuleArn=rule, Actions=found["Actions"])

        with pytest.raises(DeploymentError, match="answers no request"):
            shop.proceed(**pins(paused))


def test_a_refusal_that_leaves_the_pause_waiting_is_an_error_and_no_wait() -> None:
    with Sandbox("canary-with-pauses") as aws:
        shop = Storefront(aws)
        paused = shop.update()
        aws.clients.ecs.meta.events.register(f"before-call.ecs.{CONTINUE}", refused_by_ecs)
        began = aws.clock.now()

        with pytest.raises(AwsCallError, match="not in this state") as error:
            shop.proceed(**pins(paused))

        assert "decided without this step" not in repr(shop.events)
        assert paused.outputs["HookId"] in str(error.value)
        assert (aws.clock.now() - began).total_seconds() < 15


def test_a_hook_that_still_waits_minutes_after_its_answer_is_a_pause_again() -> None:
    with Sandbox("canary-with-pauses") as aws:
        shop = Storefront(aws)
        paused = shop.update()
        aws.clients.ecs.meta.events.register(f"before-call.ecs.{CONTINUE}", accepted_without_effect)

        result = shop.proceed(**pins(paused))

        assert (result.outcome, result.outputs["HookId"]) == (Outcome.PAUSED, paused.outputs["HookId"])
        assert any("was continued, and ECS still shows" in text for text in shop.warnings)


def test_a_continue_that_runs_again_waits_for_nothing_at_the_next_pause() -> None:
    with Sandbox("canary-with-pauses") as aws:
        shop = Storefront(aws)
        paused = shop.update()
        second = shop.proceed(**pins(paused))
        began = aws.clock.now()

        again = shop.proceed(**pins(paused))

        assert (again.outcome, again.outputs["HookId"]) == (Outcome.PAUSED, second.outputs["HookId"])
        assert (aws.clock.now() - began).total_seconds() < 15


def test_a_call_that_is_denied_is_named_and_nothing_is_continued() -> None:
    with Sandbox("canary-with-pauses") as aws:
        shop = Storefront(aws)
        paused = shop.update()
        aws.faults.apply(Fault("ContinueServiceDeployment", FaultKind.ACCESS_DENIED))

        with pytest.raises(AccessDeniedError, match="ecs:ContinueServiceDeployment"):
            shop.proceed(**pins(paused))

        assert shop.record["targetServiceRevision"]["requestedProductionTrafficWeight"] == 0


@pytest.mark.parametrize("scenario", UNHEALTHY)
def test_what_is_not_healthy_any_more_is_refused_before_the_call(scenario: str) -> None:
    with Sandbox(scenario) as aws:
        shop = Storefront(aws)
        paused = shop.update()
        aws.clock.sleep(90)

        with pytest.raises(DeploymentError, match="was not continued") as error:
            shop.proceed(**pins(paused))

        assert error.value.exit_code == 5
        assert shop.changes()["CONTINUE"] == 0


@pytest.mark.parametrize("scenario", ["green-dies-while-paused", "weights-were-reset"])
def test_what_is_not_healthy_is_continued_with_a_warning_where_that_is_asked_for(scenario: str) -> None:
    with Sandbox(scenario) as aws:
        shop = Storefront(aws)
        paused = shop.update()
        aws.clock.sleep(90)

        shop.proceed(minutes=0, Continue_WhenUnhealthy="Continue", **pins(paused))

        assert shop.changes()["CONTINUE"] == 1
        assert [text for text in shop.warnings if text.startswith("Continued all the same: ")]


def test_a_red_alarm_of_the_configuration_is_refused() -> None:
    scenario = Scenario(
        ecs=EcsPlan(services=shifting("BLUE_GREEN", pause(TESTED), alarms={**ALARMS, "rollback": False}))
    )
    with Sandbox(scenario) as aws:
        shop = Storefront(aws)
        paused = shop.update()
        make_red(aws, "storefront-5xx")

        with pytest.raises(DeploymentError, match="in ALARM: storefront-5xx"):
            shop.proceed(**pins(paused))

        assert shop.changes()["CONTINUE"] == 0


def test_an_answer_that_is_not_expected_is_refused_and_the_next_approval_verifies_again() -> None:
    with Sandbox("canary-with-pauses") as aws, responding(Response(status=500), Response()) as site:
        shop = Storefront(aws)
        pinned = pins(shop.update())
        verified = {"Verify_Url": site.url, "Verify_Tries": 1, "TestTraffic_Header": "X-Canary: k7"}

        with pytest.raises(DeploymentError, match="did not pass the verification"):
            shop.proceed(**pinned, **verified)
        assert shop.changes()["CONTINUE"] == 0
        result = shop.proceed(**pinned, **verified)

        assert (result.outcome, shop.changes()["CONTINUE"]) == (Outcome.PAUSED, 1)
        assert [headers["X-Canary"] for _, headers in site.requests] == ["k7", "k7"]


def make_red(aws: Sandbox, alarm: str) -> None:
    cloudwatch: Any = aws.clients.cloudwatch
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        MetricName="5xx",
        Namespace="shop",
        Period=60,
        Statistic="Sum",
        Threshold=1,
    )
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="too many")


def test_live_weights_that_differ_are_named_with_both_percents() -> None:
    with Sandbox("weights-were-reset") as aws:
        shop = Storefront(aws)
        paused = shop.update()
        aws.clock.sleep(60)

        with pytest.raises(DeploymentError, match=r"sends 100 % of the traffic to storefront-blue, and ECS"):
            shop.proceed(**pins(paused))


def test_spot_that_takes_a_task_is_forgotten_once_it_is_replaced() -> None:
    with Sandbox("spot-takes-green") as aws:
        shop = Storefront(aws)
        paused = shop.update()
        aws.clock.sleep(300)

        assert shop.proceed(**pins(paused)).outcome is Outcome.SUCCEEDED


def test_a_pause_that_expired_says_when() -> None:
    with Sandbox("pause-expires-and-rolls-back") as aws:
        shop = Storefront(aws)
        paused = shop.update()
        aws.clock.sleep(3600)

        with pytest.raises(RolledBackError, match=r"pause expired at 2026-01-05 \d\d:\d\d UTC"):
            shop.proceed(**pins(paused))


def test_a_pause_that_was_decided_by_its_timeout_is_said_to_be() -> None:
    with Sandbox("pause-expires-and-continues") as aws:
        shop = Storefront(aws)
        paused = shop.update()
        aws.clock.sleep(620)

        assert shop.proceed(**pins(paused)).outcome is Outcome.SUCCEEDED
        assert [text for text in shop.warnings if "decided without this step" in text or "TIMED_OUT" in text]


def test_a_newer_deployment_is_named() -> None:
    with Sandbox("superseded-while-paused") as aws:
        shop = Storefront(aws)
        paused = shop.update()
        aws.clock.sleep(240)
        newer = shop.service["deployments"][0]["id"]

        with pytest.raises(SupersededError, match=newer):
            shop.proceed(**pins(paused))


def test_several_pauses_are_listed_where_none_is_named() -> None:
    hooks = pause(TESTED), pause(TESTED)
    with Sandbox(Scenario(ecs=EcsPlan(services=shifting("BLUE_GREEN", *hooks)))) as aws:
        shop = Storefront(aws)
        shop.update()
        waiting = {hook["hookId"] for hook in shop.record["lifecycleHookDetails"]}

        with pytest.raises(InvalidInputsError) as error:
            shop.proceed()

        assert len(waiting) == 2
        assert all(hook in str(error.value) for hook in waiting)


def test_several_pauses_of_a_stage_are_continued_one_by_one() -> None:
    hooks = pause(TESTED), pause(TESTED)
    with Sandbox(Scenario(ecs=EcsPlan(services=shifting("BLUE_GREEN", *hooks)))) as aws:
        shop = Storefront(aws)

        first = shop.proceed(**pins(shop.update()))
        second = shop.proceed(**pins(first))

        assert (first.outcome, second.outcome) == (Outcome.PAUSED, Outcome.SUCCEEDED)
        assert first.outputs["LifecycleStage"] == TESTED


def test_a_hook_alone_is_a_pin_whoever_began_the_deployment() -> None:
    with Sandbox("blue-green-with-pause") as aws:
        shop = Storefront(aws)
        paused = shop.update(**{"Octopus.Deployment.Id": "Deployments-6"})

        result = shop.proceed(Continue_HookId=paused.outputs["HookId"])

        assert result.outcome is Outcome.SUCCEEDED


def test_without_waiting_the_approval_is_given_and_the_outcome_is_started() -> None:
    with Sandbox("blue-green-with-pause") as aws:
        shop = Storefront(aws)

        result = shop.proceed(minutes=0, **pins(shop.update()))

        assert result.outcome is Outcome.STARTED
        assert shop.changes()["CONTINUE"] == 1


def test_a_pin_that_ecs_does_not_know_is_not_found() -> None:
    arn = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/storefront/AAAAAAAAAAAAAAAAAAAAA"
    with Sandbox() as aws, pytest.raises(NotFoundError, match="90 days"):
        Storefront(aws).proceed(Deployment_ServiceDeploymentArn=arn)


def test_a_pin_of_another_service_is_refused_without_a_call() -> None:
    arn = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/orders/AAAAAAAAAAAAAAAAAAAAA"

    with pytest.raises(InvalidInputsError, match="is of service orders in cluster shop, not of storefront"):
        ContinueEcsDeploymentStep(deployment_variables(Deployment_ServiceDeploymentArn=arn))


class CancelledClock(VirtualClock):
    """A clock whose first sleep is interrupted, as by SIGTERM."""

    def sleep(self, seconds: float) -> None:  # noqa: ARG002  the clock's own signature
        raise KeyboardInterrupt


def test_a_cancelled_step_says_that_the_deployment_continues_with_its_hook_and_its_end() -> None:
    with Sandbox("canary-with-pauses") as aws:
        shop = Storefront(aws)
        paused = shop.update()
        shop.clock = CancelledClock(aws.timeline)

        with pytest.raises(InterruptedDeploymentError) as error:
            shop.proceed(**pins(paused))

        assert paused.outputs["HookId"] in str(error.value)
        assert paused.outputs["PauseExpiresAt"] in str(error.value)
        assert "ecs-steps abort" in str(error.value)


def test_an_alarm_while_it_bakes_rolls_back_with_its_name() -> None:
    members = shifting("BLUE_GREEN", pause(TESTED), alarms=ALARMS)
    events = (AlarmRaised(stage="BAKE_TIME", after=60, alarm="storefront-5xx"),)
    with Sandbox(Scenario(ecs=EcsPlan(services=members, events=events))) as aws:
        shop = Storefront(aws)

        with pytest.raises(RolledBackError, match="storefront-5xx went off"):
            shop.proceed(**pins(shop.update()))


def test_a_day_at_a_pause_costs_nothing_and_a_continue_a_dozen_reads() -> None:
    day = evolve(
        SCENARIOS["canary-with-pauses"],
        ecs=EcsPlan(services=shifting("BLUE_GREEN", pause(TESTED, minutes=2880))),
    )
    with Sandbox(day) as aws:
        shop = Storefront(aws)
        paused = shop.update()
        calls = len(aws.calls)
        aws.clock.sleep(24 * 3600)

        result = shop.proceed(minutes=0, **pins(paused))

        assert result.outcome is Outcome.STARTED
        assert len(aws.calls) - calls <= 12


def test_the_secrets_of_the_task_definition_are_not_in_what_a_person_reads() -> None:
    with Sandbox("canary-with-pauses") as aws:
        shop = Storefront(aws)
        secret = "value-of-a-variable"  # noqa: S105  made up
        item = {"type": "Plain", "key": "PASSWORD", "value": secret}
        updates = [
            {
                "containerName": "web",
                "packageReference": "web",
                "environmentVariables": {"action": "Append", "items": [item]},
            }
        ]
        shop.update(Update_ContainerUpdates=updates)
        shop.proceed()

        assert len(shop.pauses) == 2
        assert secret not in repr(shop.events)


def test_a_deployment_of_this_octopus_deployment_that_was_rolled_back_is_said_to_be() -> None:
    with Sandbox("canary-with-pauses") as aws:
        shop = Storefront(aws)
        shop.abort(**deployment_pin(shop.update()))

        with pytest.raises(RolledBackError):
            shop.proceed()
