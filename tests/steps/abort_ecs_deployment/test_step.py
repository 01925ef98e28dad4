import pytest

from ecs_steps import (
    AccessDeniedError,
    InterruptedDeploymentError,
    Outcome,
    RolloutFailedError,
    TimedOutError,
)
from ecs_steps.sandbox import Fault, FaultKind, Sandbox
from steps.storefront import Storefront, deployment_pin, pins

LOST = [FaultKind.CONNECTION_RESET, FaultKind.READ_TIMEOUT, FaultKind.TRUNCATED_BODY]


@pytest.mark.parametrize("scenario", ["blue-green-with-pause", "canary-with-pauses", "linear-with-pauses"])
def test_what_served_before_serves_again(scenario: str) -> None:
    with Sandbox(scenario) as aws:
        shop = Storefront(aws)
        before = shop.service["taskDefinition"]

        result = shop.abort(**deployment_pin(shop.update()))

        assert result.outcome is Outcome.ROLLED_BACK
        assert shop.service["taskDefinition"] == before
        assert shop.record["status"] == "ROLLBACK_SUCCESSFUL"


def test_users_of_a_canary_are_sent_back() -> None:
    with Sandbox("canary-with-pauses") as aws:
        shop = Storefront(aws)
        second = shop.proceed(**pins(shop.update()))

        result = shop.abort(**deployment_pin(second))

        assert second.outputs["ProductionTrafficPercent"] == "10"
        assert result.outputs["ProductionTrafficPercent"] == "0"


def test_a_deployment_that_is_still_starting_is_stopped() -> None:
    with Sandbox("blue-green-with-pause") as aws:
        shop = Storefront(aws)
        shop.update(minutes=0)

        assert shop.abort().outcome is Outcome.ROLLED_BACK
        assert shop.changes()["StopServiceDeployment"] == 1


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("operation", ["ContinueServiceDeployment", "StopServiceDeployment"])
def test_a_reply_that_is_lost_rolls_back_all_the_same(operation: str, kind: FaultKind) -> None:
    with Sandbox("blue-green-with-pause") as aws:
        shop = Storefront(aws)
        shop.update(minutes=0 if operation == "StopServiceDeployment" else 30)
        aws.faults.apply(Fault(operation, kind, range(1)))

        assert shop.abort().outcome is Outcome.ROLLED_BACK


def test_an_abort_twice_is_an_abort_once() -> None:
    with Sandbox("blue-green-with-pause") as aws:
        shop = Storefront(aws)
        paused = shop.update()
        shop.abort(**deployment_pin(paused))
        since = len(aws.calls)

        again = [shop.abort(minutes=minutes, **deployment_pin(paused)) for minutes in (30, 0)]

        assert [each.outcome for each in again] == [Outcome.ROLLED_BACK] * 2
        assert shop.changes(since) == {}


def test_a_deployment_that_has_succeeded_is_left_with_a_warning() -> None:
    with Sandbox("blue-green-with-pause") as aws:
        shop = Storefront(aws)
        paused = shop.update()
        shop.proceed(**pins(paused))

        result = shop.abort(**deployment_pin(paused))

        assert result.outcome is Outcome.UNCHANGED
        assert any("has succeeded and is not aborted" in text for text in shop.warnings)


def test_a_deployment_that_has_succeeded_is_not_waited_for_though_its_service_scales() -> None:
    with Sandbox() as aws:
        shop = Storefront(aws)
        shop.update()
        pin = {"Deployment_ServiceDeploymentArn": shop.service["currentServiceDeployment"]}
        aws.clients.ecs.update_service(cluster="shop", service=shop.service["serviceName"], desiredCount=20)
        begun = aws.clock.now()

        assert shop.abort(**pin).outcome is Outcome.UNCHANGED
        assert (aws.clock.now() - begun).total_seconds() < 5


def test_what_another_octopus_deployment_has_finished_is_no_deployment_to_abort() -> None:
    with Sandbox() as aws:
        shop = Storefront(aws)
        shop.update(**{"Octopus.Deployment.Id": "Deployments-6"})

        assert shop.abort(Abort_WhenFinished="Redeploy").outcome is Outcome.UNCHANGED
        assert any("has no deployment to abort" in str(event) for event in shop.events)


def test_who_cancels_an_abort_reads_the_hook_and_when_it_expires() -> None:
    def cancel(**_: object) -> None:
        raise KeyboardInterrupt

    with Sandbox("blue-green-with-pause") as aws:
        shop = Storefront(aws)
        paused = shop.update().outputs
        aws.clients.ecs.meta.events.register("response-received.*.ContinueServiceDeployment", cancel)

        with pytest.raises(InterruptedDeploymentError) as error:
            shop.abort()

        assert paused["HookId"] in str(error.value)
        assert paused["PauseExpiresAt"] in str(error.value)


def test_a_redeployment_that_was_begun_before_is_waited_for() -> None:
    with Sandbox() as aws:
        shop = Storefront(aws)
        shop.update()
        pin = {"Deployment_ServiceDeploymentArn": shop.service["currentServiceDeployment"]}
        shop.abort(Abort_WhenFinished="Redeploy", minutes=0, **pin)
        since = len(aws.calls)
        aws.clock.sleep(2)

        result = shop.abort(Abort_WhenFinished="Redeploy", **pin)

        assert result.outcome is Outcome.ROLLED_BACK
        assert shop.changes(since) == {}
        assert shop.finished == "ROLLED_BACK: storefront runs storefront:1 again"


def test_of_a_deployment_that_was_superseded_it_is_not_said_that_it_serves() -> None:
    with Sandbox("superseded-while-paused") as aws:
        shop = Storefront(aws)
        paused = shop.update()
        aws.clock.sleep(300)

        assert shop.abort(**deployment_pin(paused)).outcome is Outcome.UNCHANGED
        assert shop.finished == "UNCHANGED: nothing changed"


def test_the_revision_before_is_deployed_again_where_that_is_asked_for() -> None:
    with Sandbox() as aws:
        shop = Storefront(aws)
        done = shop.update()
        pin = {"Deployment_ServiceDeploymentArn": shop.service["currentServiceDeployment"]}

        result = shop.abort(Abort_WhenFinished="Redeploy", **pin)

        assert (done.outcome, result.outcome) == (Outcome.SUCCEEDED, Outcome.ROLLED_BACK)
        assert shop.service["taskDefinition"].endswith("storefront:1")


def test_a_redeployment_stops_at_the_service_s_own_pause() -> None:
    with Sandbox("blue-green-with-pause") as aws:
        shop = Storefront(aws)
        paused = shop.update()
        shop.proceed(**pins(paused))

        result = shop.abort(Abort_WhenFinished="Redeploy", **deployment_pin(paused))

        assert result.outcome is Outcome.PAUSED


def test_a_rollback_without_a_candidate_says_to_look_at_once() -> None:
    with Sandbox("no-rollback-candidate") as aws:
        shop = Storefront(aws)
        shop.update(minutes=0)

        with pytest.raises(RolloutFailedError, match="Look at the service at once") as error:
            shop.abort()

        assert "No rollback candidate was found" in str(error.value)
        assert error.value.exit_code == 5


def test_a_rollback_that_outlasts_the_wait_is_said_to_continue() -> None:
    with Sandbox("slow-draining") as aws:
        shop = Storefront(aws)
        shop.update(minutes=0)
        aws.clock.sleep(60)

        with pytest.raises(TimedOutError, match="continues in ECS"):
            shop.abort(minutes=1)


def test_tasks_that_have_failed_are_no_reason_to_give_up_their_rollback() -> None:
    with Sandbox("green-dies-while-paused") as aws:
        shop = Storefront(aws)
        paused = shop.update()
        aws.clock.sleep(600)

        assert shop.abort(**deployment_pin(paused)).outcome is Outcome.ROLLED_BACK


def test_a_deployment_whose_pause_someone_else_ends_first_is_stopped() -> None:
    with Sandbox("blue-green-with-pause") as aws:
        shop = Storefront(aws)
        paused = shop.update().outputs
        someone_else = aws.session.client("ecs")

        hook = {"serviceDeploymentArn": paused["ServiceDeploymentArn"], "hookId": paused["HookId"]}

        def answer_first(**_: object) -> None:
            someone_else.continue_service_deployment(**hook, action="CONTINUE")

        aws.clients.ecs.meta.events.register("before-call.ecs.ContinueServiceDeployment", answer_first)

        assert shop.abort().outcome is Outcome.ROLLED_BACK
        assert shop.changes() == {
            **dict.fromkeys(("RegisterTaskDefinition", "UpdateService"), 1),
            **dict.fromkeys(("CONTINUE", "ROLLBACK", "StopServiceDeployment"), 1),
        }


def test_a_denied_stop_is_named() -> None:
    with Sandbox("blue-green-with-pause") as aws:
        shop = Storefront(aws)
        shop.update(minutes=0)
        aws.faults.apply(Fault("StopServiceDeployment", FaultKind.ACCESS_DENIED))

        with pytest.raises(AccessDeniedError, match="ecs:StopServiceDeployment"):
            shop.abort()


def test_without_waiting_the_rollback_is_begun() -> None:
    with Sandbox("blue-green-with-pause") as aws:
        shop = Storefront(aws)

        assert shop.abort(minutes=0, **deployment_pin(shop.update())).outcome is Outcome.STARTED
        assert shop.changes()["ROLLBACK"] == 1


def test_a_rolling_deployment_is_aborted_as_well() -> None:
    with Sandbox() as aws:
        shop = Storefront(aws)
        shop.update(minutes=0, Strategy_Type="Rolling")

        assert shop.abort().outcome is Outcome.ROLLED_BACK
