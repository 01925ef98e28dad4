"""A deployment that waits for a person is neither failed nor late nor undone, and its pause is an outcome."""

from typing import Any

import pytest

from ecs_steps import Outcome, RolledBackError, SupersededError, UpdateEcsServiceStep
from ecs_steps.sandbox import Sandbox
from explaining.shop import ECS, UPDATE, Ended, make_service, rewrite, run, update_variables

STOREFRONT = {
    f"{ECS}ClusterName": "shop",
    f"{UPDATE}ServiceName": "storefront",
    f"{UPDATE}TargetTaskDefinitionName": "storefront",
}


def deploy(aws: Sandbox, *, minutes: int = 30, on_failure: str = "Rollback") -> Ended:
    more = {**STOREFRONT, f"{UPDATE}OnFailure": on_failure}
    return run(UpdateEcsServiceStep(update_variables(minutes=minutes, more=more)), aws)


@pytest.mark.parametrize("on_failure", ["Rollback", "Leave"])
def test_a_pause_ends_the_step_with_its_hook(on_failure: str) -> None:
    with Sandbox("blue-green-with-pause") as aws:
        ended = deploy(aws, on_failure=on_failure)

    assert ended.result
    assert ended.result.outcome is Outcome.PAUSED
    outputs = ended.result.outputs
    assert outputs["Outcome"] == "PAUSED"
    assert outputs["HookId"].startswith("ecs-pause-")
    assert outputs["LifecycleStage"] == "POST_TEST_TRAFFIC_SHIFT"
    assert outputs["PauseTimeoutAction"] == "ROLLBACK"
    assert ":service-deployment/" in outputs["ServiceDeploymentArn"]
    assert "StopServiceDeployment" not in ended.operations
    assert ended.seconds < 15 * 60


def test_a_share_of_the_traffic_is_an_output_of_its_pause() -> None:
    with Sandbox("canary-with-pauses") as aws:
        ended = deploy(aws)

    assert ended.result
    assert ended.result.outcome is Outcome.PAUSED
    assert ended.result.outputs["ProductionTrafficPercent"] == "0"


def test_a_wait_that_ends_at_a_pause_is_a_pause_and_not_a_timeout() -> None:
    with Sandbox("blue-green-with-pause") as aws:

        def one_task_short(parsed: dict[str, Any]) -> None:
            for record in parsed.get("serviceDeployments", []):
                record["targetServiceRevision"]["runningTaskCount"] = 0

        rewrite(aws, "DescribeServiceDeployments", one_task_short)

        ended = deploy(aws, minutes=5)

    assert ended.result
    assert ended.result.outcome is Outcome.PAUSED
    assert "StopServiceDeployment" not in ended.operations


def test_a_pause_whose_tasks_are_incomplete_is_not_waited_for_until_it_expires() -> None:
    with Sandbox("blue-green-with-pause") as aws:

        def one_task_short(parsed: dict[str, Any]) -> None:
            for record in parsed.get("serviceDeployments", []):
                record["targetServiceRevision"]["runningTaskCount"] = 0

        rewrite(aws, "DescribeServiceDeployments", one_task_short)

        ended = deploy(aws, minutes=50)

    assert ended.result
    assert ended.result.outcome is Outcome.PAUSED
    assert ended.seconds < 15 * 60


def test_a_deployment_that_is_attached_to_ends_at_its_pause_too() -> None:
    with Sandbox("blue-green-with-pause") as aws:
        first = deploy(aws)
        assert first.result
        step = UpdateEcsServiceStep(update_variables(more=STOREFRONT))

        again = step.watch(
            first.result.outputs["DeploymentId"], aws=aws.clients, report=lambda _: None, clock=aws.clock
        )

    assert again.outcome is Outcome.PAUSED
    assert again.outputs["HookId"] == first.result.outputs["HookId"]


@pytest.mark.parametrize(
    ("scenario", "error"),
    [
        ("pause-expires-and-rolls-back", RolledBackError),
        ("rolled-back-by-someone-else", RolledBackError),
        ("superseded-while-paused", SupersededError),
    ],
)
def test_what_became_of_a_pause_is_the_verdict_afterwards(scenario: str, error: type[Exception]) -> None:
    with Sandbox(scenario) as aws:
        paused = deploy(aws)
        assert paused.result
        assert paused.result.outcome is Outcome.PAUSED
        aws.clock.sleep(1800)
        step = UpdateEcsServiceStep(update_variables(more=STOREFRONT))

        with pytest.raises(error):
            step.watch(
                paused.result.outputs["DeploymentId"],
                aws=aws.clients,
                report=lambda _: None,
                clock=aws.clock,
            )


def test_where_the_record_cannot_be_read_a_service_with_pauses_is_not_rolled_back() -> None:
    with Sandbox("blue-green-with-pause") as aws:
        rewrite(aws, "ListServiceDeployments", lambda parsed: parsed.update(serviceDeployments=[]))

        ended = deploy(aws, minutes=10)

    assert ended.error
    assert ended.error.exit_code == 7
    assert "StopServiceDeployment" not in ended.operations
    assert ended.operations.count("UpdateService") == 1


def test_a_service_without_pauses_knows_nothing_of_them() -> None:
    with Sandbox() as aws:
        make_service(aws)

        ended = run(UpdateEcsServiceStep(update_variables()), aws)

    assert ended.result
    assert not {"HookId", "LifecycleStage"} & ended.result.outputs.keys()
