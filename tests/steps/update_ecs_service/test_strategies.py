"""What an update does with strategies, pauses and safeguards."""

from typing import Any

import pytest
from attrs import evolve

from ecs_steps import (
    DeploymentError,
    InterruptedDeploymentError,
    InvalidInputsError,
    Outcome,
    OutputVariable,
    Reported,
    SupersededError,
    UpdateEcsServiceStep,
)
from ecs_steps.sandbox import Sandbox, Scenario
from ecs_steps.sandbox.ecs.failing_tasks import CRASH
from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.ecs.strategy_scenarios import pause, shifting
from steps.storefront import ECS, Storefront, ended_after, pins, update_variables

TESTED, NEXT_SHARE = "POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT"


def sent(aws: Sandbox) -> dict[str, Any]:
    [call] = [call for call in aws.calls if call.operation == "UpdateService"]
    return dict(call.params)


@pytest.mark.parametrize("kind", ["BlueGreen", "Canary", "Linear"])
def test_strategy_and_revision_go_in_one_call_without_load_balancers(kind: str) -> None:
    with Sandbox() as aws:
        result = Storefront(aws).update(Strategy_Type=kind)

        request = sent(aws)
        assert result.outcome is Outcome.PAUSED
        assert request["taskDefinition"] == result.outputs["TaskDefinitionArn"]
        assert request["deploymentConfiguration"]["strategy"] in ("BLUE_GREEN", "CANARY", "LINEAR")
        assert "loadBalancers" not in request


def test_a_kept_strategy_sends_no_configuration() -> None:
    with Sandbox("blue-green-with-pause") as aws:
        Storefront(aws).update(Strategy_PauseAt="nonsense", Strategy_CanaryPercent="300")

        assert "deploymentConfiguration" not in sent(aws)


def test_a_deployment_pauses_where_nothing_is_said_before_users_see_it_and_before_each_share() -> None:
    with Sandbox() as aws:
        Storefront(aws).update(Strategy_Type="Canary")

        [hook] = sent(aws)["deploymentConfiguration"]["lifecycleHooks"]
        assert hook["lifecycleStages"] == [TESTED, NEXT_SHARE]
        assert hook["timeoutConfiguration"] == {"timeoutInMinutes": 1440, "action": "ROLLBACK"}


def test_a_deployment_without_pauses_ends_when_it_serves() -> None:
    with Sandbox() as aws:
        shop = Storefront(aws)
        result = shop.update(Strategy_Type="BlueGreen", Strategy_PauseAt="None")

        assert result.outcome is Outcome.SUCCEEDED
        assert result.outputs["ServiceDeploymentArn"] == shop.service["currentServiceDeployment"]
        assert result.outputs["ProductionTrafficPercent"] == "100"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("DeploymentId", '"$(aws ecs list-service-deployments --cluster shop --service storefront'),
        ("ServiceDeploymentArn", "--service-deployment-arn arn:aws:ecs:eu-west-1:"),
    ],
)
def test_who_cancels_reads_how_to_stop_the_deployment(at: str, expected: str) -> None:
    def cancel(reported: Reported) -> None:
        if isinstance(reported, OutputVariable) and reported.name == at:
            raise KeyboardInterrupt

    with Sandbox() as aws:
        step = UpdateEcsServiceStep(update_variables(Strategy_Type="BlueGreen"))

        with pytest.raises(InterruptedDeploymentError) as error:
            step.run(aws=aws.clients, clock=aws.clock, report=cancel)

        assert expected in error.value.resume


def test_who_cancels_in_the_call_that_starts_it_reads_that_it_may_have_begun() -> None:
    def cancel(**_: object) -> None:
        raise KeyboardInterrupt

    with Sandbox() as aws:
        aws.clients.ecs.meta.events.register("response-received.*.UpdateService", cancel)

        with pytest.raises(InterruptedDeploymentError, match="may have carried out UpdateService storefront"):
            Storefront(aws).update()


def test_stages_are_given_one_a_line_in_any_case() -> None:
    step = UpdateEcsServiceStep(
        update_variables(Strategy_Type="Linear", Strategy_PauseAt="pre_scale_up\n Post_Scale_Up \n")
    )

    assert step.inputs.strategy
    assert step.inputs.strategy.pause_at == ("PRE_SCALE_UP", "POST_SCALE_UP")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"Strategy_Type": "Canary", "Strategy_CanaryPercent": "10%"},
            "CanaryPercent: expected a number",
        ),
        ({"Strategy_Type": "Canary", "Strategy_CanaryPercent": "0"}, "from 0.1 to 100"),
        ({"Strategy_Type": "Linear", "Strategy_StepPercent": "2.9"}, "from 3 to 100"),
        ({"Strategy_Type": "Linear", "Strategy_StepPercent": "33.33"}, "by 0.1"),
        ({"Strategy_Type": "Canary", "Strategy_StepBakeMinutes": "1441"}, "from 0 to 1440"),
        ({"Strategy_Type": "Canary", "Strategy_PauseTimeoutMinutes": "20161"}, "from 1 to 20160"),
        ({"Strategy_Type": "Canary", "Strategy_PauseAt": "TEST_TRAFFIC_SHIFT"}, "a stage that can pause"),
        ({"Strategy_Type": "Canary", "Strategy_PauseAt": f"{TESTED}\n{TESTED}"}, "repeats a stage"),
        ({"Strategy_Type": "Canary", "Strategy_PauseAt": f"{TESTED}\nNone"}, "None together with stages"),
        ({"Strategy_Type": "Rolling", "Strategy_PauseAt": TESTED}, "not possible with Rolling"),
        ({"Strategy_Type": "Blue"}, "one of Keep, Rolling, BlueGreen, Canary, Linear"),
        ({"Deployment_CircuitBreaker": "Maybe"}, "one of Off, On, Rollback"),
    ],
)
def test_what_cannot_be_is_refused_before_aws(changes: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidInputsError) as error:
        UpdateEcsServiceStep(update_variables(**changes))  # type: ignore[arg-type]  # texts of variables

    assert message in str(error.value)


def test_a_timeout_that_deploys_without_anyone_is_warned_of() -> None:
    step = UpdateEcsServiceStep(
        update_variables(Strategy_Type="Canary", Strategy_PauseTimeoutAction="continue")
    )

    assert [str(warning) for warning in step.warnings] == [
        f"{ECS}.Strategy.PauseTimeoutAction: deploys without an approval where no one answers in time"
    ]


def test_a_service_without_a_second_target_group_is_refused_before_a_change() -> None:
    with Sandbox() as aws:
        with pytest.raises(DeploymentError, match="no alternate target group"):
            Storefront(aws).update(
                Strategy_Type="Canary", Update_ServiceName="orders", Update_TargetTaskDefinitionName="orders"
            )

        assert [call.operation for call in aws.calls] == ["DescribeServices"]


def test_safeguards_are_sent_with_what_the_service_has() -> None:
    with Sandbox("blue-green-with-pause") as aws:
        Storefront(aws).update(Deployment_CircuitBreaker="Rollback", Deployment_Alarms="one\ntwo")

        configuration = sent(aws)["deploymentConfiguration"]
        assert configuration["strategy"] == "BLUE_GREEN"
        assert configuration["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
        assert configuration["alarms"] == {"alarmNames": ["one", "two"], "enable": True, "rollback": True}
        assert configuration["lifecycleHooks"]


class TestAtAPause:
    def test_a_run_again_gives_the_same_hook_and_begins_nothing(self) -> None:
        with Sandbox("blue-green-with-pause") as aws:
            shop = Storefront(aws)
            first = shop.update()
            since = len(aws.calls)

            again = shop.update()

            assert dict(again.outputs) == dict(first.outputs)
            assert again.outcome is Outcome.PAUSED
            assert shop.changes(since) == {}

    def test_what_a_run_began_with_a_revision_of_another_release_is_found_again(self) -> None:
        with Sandbox("blue-green-with-pause") as aws:
            shop = Storefront(aws)
            shop.proceed(**pins(shop.update(**{"Octopus.Deployment.Id": "Deployments-6"})))
            with ended_after(aws, "UpdateService"):
                shop.update()
            aws.clock.sleep(300)
            since = len(aws.calls)

            assert shop.update().outcome is Outcome.PAUSED
            assert shop.changes(since) == {}

    def test_another_release_is_refused_with_the_hook_and_the_time(self) -> None:
        with Sandbox("blue-green-with-pause") as aws:
            shop = Storefront(aws)
            hook = shop.update().outputs["HookId"]
            since = len(aws.calls)

            with pytest.raises(SupersededError, match=r"rolls back by itself at 2026-\d\d-\d\d") as error:
                shop.update("2.9.0", **{"Octopus.Deployment.Id": "Deployments-8"})

            assert hook in str(error.value)
            assert shop.changes(since) == {}

    def test_another_release_replaces_it_where_that_is_asked_for(self) -> None:
        with Sandbox("blue-green-with-pause") as aws:
            shop = Storefront(aws)
            first = shop.update()

            second = shop.update("2.9.0", Update_WhenPaused="Replace")

            assert second.outcome is Outcome.PAUSED
            assert second.outputs["HookId"] != first.outputs["HookId"]

    def test_a_changed_strategy_is_not_applied_with_a_warning(self) -> None:
        with Sandbox() as aws:
            shop = Storefront(aws)
            first = shop.update(Strategy_Type="Canary")

            again = shop.update(Strategy_Type="Linear")

            assert again.outputs["HookId"] == first.outputs["HookId"]
            assert any("the change is not applied" in text for text in shop.warnings)

    def test_a_changed_strategy_begins_again_where_that_is_asked_for(self) -> None:
        with Sandbox() as aws:
            shop = Storefront(aws)
            first = shop.update(Strategy_Type="Canary")

            again = shop.update(Strategy_Type="Linear", Update_WhenPaused="Replace")

            assert again.outputs["HookId"] != first.outputs["HookId"]
            assert shop.record["deploymentConfiguration"]["strategy"] == "LINEAR"

    def test_the_same_release_is_not_replaced_by_itself(self) -> None:
        with Sandbox("blue-green-with-pause") as aws:
            shop = Storefront(aws)
            first = shop.update()

            again = shop.update(Update_WhenPaused="Replace")

            assert again.outputs["HookId"] == first.outputs["HookId"]

    def test_a_failure_of_tasks_is_no_reason_to_roll_back(self) -> None:
        with Sandbox("green-dies-while-paused") as aws:
            shop = Storefront(aws)
            shop.update()
            aws.clock.sleep(60)

            again = shop.update(minutes=1, Update_OnFailure="Rollback")

            assert again.outcome is Outcome.PAUSED
            assert shop.changes()["StopServiceDeployment"] == 0
            assert any("new tasks run" in text for text in shop.warnings)

    def test_a_red_weight_is_a_warning(self) -> None:
        with Sandbox("weights-were-reset") as aws:
            shop = Storefront(aws)
            shop.update()
            aws.clock.sleep(60)

            shop.update()

            assert any("something else has written the weights" in text for text in shop.warnings)

    def test_a_watch_ends_at_it_too(self) -> None:
        with Sandbox("blue-green-with-pause") as aws:
            shop = Storefront(aws)
            deployment = shop.update(minutes=0).outputs["DeploymentId"]
            step = UpdateEcsServiceStep(update_variables())

            result = step.watch(deployment, aws=aws.clients, clock=aws.clock, report=shop.events.append)

            assert result.outcome is Outcome.PAUSED
            assert result.outputs["HookId"] == shop.record["lifecycleHookDetails"][0]["hookId"]
            assert shop.finished == "PAUSED: the deployment of storefront:2 waits for a person"

    def test_the_first_deployment_of_an_empty_stage_is_paused_before_tasks_start(self) -> None:
        scenario = Scenario(ecs=EcsPlan(services=shifting("BLUE_GREEN", pause("PRE_SCALE_UP"))))
        with Sandbox(scenario) as aws:
            shop = Storefront(aws)

            result = shop.update()

            assert result.outputs["LifecycleStage"] == "PRE_SCALE_UP"
            assert shop.pauses[0].details[0] == "no alarms are configured; 2 tasks run until this is decided"


def test_tasks_that_are_healthy_in_the_other_target_group_are_no_reason_to_give_up() -> None:
    # The first new task is healthy, in the group that the service does not name first; others crash.
    failing = evolve(CRASH, skip=1, first=6)
    with Sandbox(Scenario(ecs=EcsPlan(failure_plans=(failing,)))) as aws:
        shop = Storefront(aws)
        shop.update(Strategy_PauseAt="None")
        after = shop.update("2.9.0", Strategy_Type="BlueGreen", Strategy_PauseAt="None")

        assert after.outcome is Outcome.SUCCEEDED
        assert not any("cannot succeed" in text for text in shop.warnings)
