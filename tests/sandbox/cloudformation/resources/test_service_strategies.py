"""AWS::ECS::Service with a strategy that shifts traffic: the stack waits while people decide."""

from collections.abc import Callable
from typing import Any

import pytest

Made = Callable[..., Any]
Template = dict[str, Any]

HOUR = 3600


def strategy(template: Template, *, minutes: int = 60, action: str = "ROLLBACK", bake: int = 5) -> None:
    """Let the template's service pause before the traffic shifts."""
    timeout = {"TimeoutInMinutes": minutes, "Action": action}
    template["Resources"]["Service"]["Properties"]["DeploymentConfiguration"] = {
        "Strategy": "BLUE_GREEN",
        "BakeTimeInMinutes": bake,
        "LifecycleHooks": [
            {
                "TargetType": "PAUSE",
                "LifecycleStages": ["PRE_PRODUCTION_TRAFFIC_SHIFT"],
                "TimeoutConfiguration": timeout,
            }
        ],
    }


def record(maker: Any) -> dict[str, Any]:  # noqa: ANN401  conftest's
    ecs = maker.aws.clients.ecs
    arn = maker.physical_id("Service")
    service = ecs.describe_services(cluster="web", services=[arn])["services"][0]
    described = ecs.describe_service_deployments(serviceDeploymentArns=[service["currentServiceDeployment"]])
    return dict(described["serviceDeployments"][0])


def answer(maker: Any, action: str = "CONTINUE") -> None:  # noqa: ANN401  conftest's
    """Wait for the pause and answer it."""
    while not record(maker).get("lifecycleHookDetails"):
        maker.aws.clock.sleep(5)
    paused = record(maker)
    maker.aws.clients.ecs.continue_service_deployment(
        serviceDeploymentArn=paused["serviceDeploymentArn"],
        hookId=paused["lifecycleHookDetails"][0]["hookId"],
        action=action,
    )


def failure(maker: Any, status: str = "UPDATE_FAILED") -> str:  # noqa: ANN401  conftest's
    return str(dict(maker.story("Service", operation="update"))[status])


@pytest.fixture
def made(deployer: Made, template: Template) -> Any:  # noqa: ANN401  conftest's
    """Return a deployer whose service runs and pauses at its next deployment."""
    maker = deployer()
    maker.deploy(template)
    strategy(template)
    maker.update(template, operation="strategy")
    maker.settle()
    return maker


def change(template: Template) -> Template:
    template["Parameters"]["Image"]["Default"] = "nginx:2"
    return template


def test_a_stack_waits_through_a_pause(made: Any, template: Template) -> None:  # noqa: ANN401
    made.update(change(template))
    made.aws.clock.sleep(HOUR / 2)
    waiting = made.stack()["StackStatus"]

    answer(made)

    assert waiting == "UPDATE_IN_PROGRESS"
    assert made.settle() == "UPDATE_COMPLETE"
    assert record(made)["status"] == "SUCCESSFUL"


def test_a_new_stack_waits_through_its_first_pause(deployer: Made, template: Template) -> None:
    maker = deployer()
    strategy(template)
    maker.create(template)
    maker.aws.clock.sleep(HOUR / 2)
    waiting = maker.stack()["StackStatus"]

    answer(maker)

    assert waiting == "CREATE_IN_PROGRESS"
    assert maker.settle() == "CREATE_COMPLETE"


@pytest.mark.parametrize("decided_by", ["a person", "the time-out", "a stop"])
def test_a_rollback_fails_the_stack_which_does_not_pause_again(
    made: Any,  # noqa: ANN401
    template: Template,
    decided_by: str,
) -> None:
    made.update(change(template))
    if decided_by == "a person":
        answer(made, "ROLLBACK")
    elif decided_by == "a stop":
        made.aws.clock.sleep(120)
        arn = record(made)["serviceDeploymentArn"]
        made.aws.clients.ecs.stop_service_deployment(serviceDeploymentArn=arn)

    assert made.settle() == "UPDATE_ROLLBACK_COMPLETE"

    assert "Service deployment rolled back because" in failure(made)
    assert record(made)["status"] == "ROLLBACK_SUCCESSFUL"


def test_a_pause_of_more_than_three_hours_is_waited_for(made: Any, template: Template) -> None:  # noqa: ANN401
    strategy(template, minutes=10 * 60)
    made.update(change(template))

    made.aws.clock.sleep(4 * HOUR)
    waiting = made.stack()["StackStatus"]
    answer(made)

    assert (waiting, made.settle()) == ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE")


def test_the_rollback_of_a_cancelled_update_is_a_deployment_that_pauses(
    made: Any,  # noqa: ANN401
    template: Template,
) -> None:
    made.update(change(template))
    made.aws.clock.sleep(120)

    made.client.cancel_update_stack(StackName="web-stack")
    made.aws.clock.sleep(10)
    answer(made)

    assert made.settle() == "UPDATE_ROLLBACK_COMPLETE"
    arn = made.physical_id("Service")
    service = made.aws.clients.ecs.describe_services(cluster="web", services=[arn])["services"][0]
    assert service["taskDefinition"] == made.physical_id("Task")


@pytest.mark.parametrize(("minutes", "allowed"), [(1975, True), (1976, False)])
def test_bakes_and_pauses_of_more_than_33_hours_are_refused(
    made: Any,  # noqa: ANN401
    template: Template,
    *,
    minutes: int,
    allowed: bool,
) -> None:
    strategy(template, minutes=minutes, action="CONTINUE")

    made.update(change(template))

    if allowed:
        answer(made)
        assert made.settle() == "UPDATE_COMPLETE"
    else:
        assert made.settle() == "UPDATE_ROLLBACK_COMPLETE"
        assert failure(made).startswith(
            'Resource handler returned message: "Total bake time (1981 minutes) for progressive deployment '
            'exceeds the Cloudformation limit of 33 hours."'
        )
