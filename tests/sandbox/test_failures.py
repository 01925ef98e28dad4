"""What can go wrong, as one function each."""

from collections.abc import Callable
from typing import Any

import pytest

from ecs_steps.sandbox import (
    Fault,
    FaultKind,
    Quota,
    Sandbox,
    Scenario,
    cannot_pull,
    cannot_start,
    crashes,
    no_capacity,
    resource_fails,
    unhealthy,
    unhealthy_targets,
)
from ecs_steps.sandbox.ecs.plan import FailurePlan, Superseded

Made = Callable[..., Any]


def deploy_to_orders(aws: Sandbox, seconds: float = 300) -> None:
    """Deploy another revision to the fixture service `orders` and let time pass."""
    ecs: Any = aws.clients.ecs
    known = ecs.describe_task_definition(taskDefinition="orders")["taskDefinition"]
    accepted = ecs.meta.service_model.operation_model("RegisterTaskDefinition").input_shape.members
    revision = ecs.register_task_definition(**{name: known[name] for name in known.keys() & accepted})
    arn = revision["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(cluster="shop", service="orders", taskDefinition=arn)
    aws.clock.sleep(seconds)


def stopped_tasks(aws: Sandbox) -> list[dict[str, Any]]:
    ecs = aws.clients.ecs
    arns = ecs.list_tasks(cluster="shop", serviceName="orders", desiredStatus="STOPPED")["taskArns"]
    return [dict(task) for task in ecs.describe_tasks(cluster="shop", tasks=arns)["tasks"]]


@pytest.mark.parametrize(
    ("failure", "stop_code", "reason"),
    [
        (crashes(), "EssentialContainerExited", "Essential container in task exited"),
        (cannot_pull(), "TaskFailedToStart", "CannotPullContainerError"),
        (cannot_start(), "TaskFailedToStart", "ResourceInitializationError"),
        (unhealthy(), "ServiceSchedulerInitiated", "Task failed container health checks"),
        (unhealthy_targets(), "ServiceSchedulerInitiated", "Task failed ELB health checks"),
    ],
)
def test_tasks_fail_as_planned(failure: FailurePlan, stop_code: str, reason: str) -> None:
    with Sandbox(Scenario.of(failure)) as aws:
        deploy_to_orders(aws)

        stopped = stopped_tasks(aws)

    assert {task["stopCode"] for task in stopped} == {stop_code}
    assert all(task["stoppedReason"].startswith(reason) for task in stopped)


def test_a_crash_has_an_exit_code_and_a_log() -> None:
    with Sandbox(Scenario.of(crashes(code=3, log=("FATAL: no configuration",)))) as aws:
        deploy_to_orders(aws)

        task = stopped_tasks(aws)[0]
        stream = f"ecs/web/{task['taskArn'].rpartition('/')[2]}"
        events = aws.session.client("logs").get_log_events(logGroupName="/ecs/orders", logStreamName=stream)

    assert next(each["exitCode"] for each in task["containers"] if each["name"] == "web") == 3
    assert [event["message"] for event in events["events"]] == ["FATAL: no configuration"]


def test_without_capacity_no_task_is_placed() -> None:
    with Sandbox(Scenario.of(no_capacity())) as aws:
        deploy_to_orders(aws)

        service = aws.clients.ecs.describe_services(cluster="shop", services=["orders"])["services"][0]

    assert service["deployments"][0]["runningCount"] == 0
    assert any("Capacity is unavailable" in event["message"] for event in service["events"])


def test_a_failure_may_spare_other_images_and_later_tasks() -> None:
    other_image = crashes(image="acme/billing")
    with Sandbox(Scenario.of(other_image, crashes(code=2, first=1))) as aws:
        deploy_to_orders(aws, 600)

        crashed = [task for task in stopped_tasks(aws) if task["stopCode"] == "EssentialContainerExited"]
        service = aws.clients.ecs.describe_services(cluster="shop", services=["orders"])["services"][0]

    assert len(crashed) == 1
    assert service["deployments"][0]["rolloutState"] == "COMPLETED"


def test_a_resource_of_a_stack_fails_as_planned(deployer: Made, template: dict[str, Any]) -> None:
    role = resource_fails("AWS::IAM::Role", "create", "Not allowed", handler_error_code="AccessDenied")
    maker = deployer(Scenario.of(role))

    assert maker.deploy(template) == "ROLLBACK_COMPLETE"

    reason = dict(maker.story("Role"))["CREATE_FAILED"]
    assert reason.startswith('Resource handler returned message: "Not allowed"')
    assert reason.endswith("HandlerErrorCode: AccessDenied)")


def test_a_scenario_holds_each_part_in_its_place() -> None:
    parts = (
        Fault("UpdateService", FaultKind.THROTTLED, range(1)),
        Quota(operations=("ListTasks",), burst=1),
        Superseded(after=30),
        crashes(),
        resource_fails("Logs", "delete", "Rate exceeded"),
    )

    scenario = Scenario.of(*parts, description="all at once")

    assert (*scenario.faults, *scenario.quotas, *scenario.ecs.events) == parts[:3]
    assert (*scenario.ecs.failure_plans, *scenario.resources) == parts[3:]
    assert scenario.description == "all at once"


def test_something_else_is_no_part_of_a_scenario() -> None:
    with pytest.raises(TypeError, match="'crash' is no failure plan, event, fault or quota"):
        Scenario.of("crash")  # type: ignore[arg-type]  # the mistake that is tested
