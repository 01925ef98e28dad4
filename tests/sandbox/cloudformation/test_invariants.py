"""What holds of a stack whatever is done to it."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecs_steps.sandbox import Sandbox, Scenario
from ecs_steps.sandbox.scenario import ResourceFailurePlan

HOURS = 4 * 60 * 60
AT_REST = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"}

FAILURE_PLANS = st.builds(
    ResourceFailurePlan,
    resource=st.sampled_from(["Role", "Logs", "Task", "Service"]),
    on=st.sampled_from(["create", "update", "delete", "rollback"]),
    reason=st.just("Refused"),
    handler_error_code=st.sampled_from(["", "InvalidRequest"]),
    after=st.sampled_from([0.0, 1.0, 30.0]),
    times=st.sampled_from([1, 2, None]),
)
CHANGES = st.fixed_dictionaries(
    {
        "image": st.sampled_from(["nginx:1", "nginx:2"]),
        "on_instances": st.booleans(),
        "logs": st.booleans(),
        "path": st.sampled_from(["/", "/ecs/"]),
        "rollback": st.booleans(),
    }
)
STEPS = st.tuples(
    st.sampled_from(["create", "update", "delete", "cancel", "continue"]),
    CHANGES,
    st.sampled_from([1, 20, 400]),
)


@given(failure_plans=st.lists(FAILURE_PLANS, max_size=3), steps=st.lists(STEPS, min_size=3, max_size=10))
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_stack_comes_to_rest_and_its_service_runs_its_task_definition(
    deployer_in: Callable[..., Any],
    template: dict[str, Any],
    failure_plans: list[ResourceFailurePlan],
    steps: list[tuple[str, dict[str, Any], float]],
) -> None:
    with Sandbox(Scenario(resources=tuple(failure_plans))) as aws:
        aws.add_cluster("web")
        for action, change, pause in steps:
            refused = _act(aws.clients.cloudformation, action, _changed(template, change), change)
            aws.clock.sleep(pause)
            assert refused in {"", "ValidationError", "AlreadyExistsException"}
        aws.clock.sleep(HOURS)

        assert not [
            stack.status for stack in aws.cloudformation.stacks if stack.status.endswith("_IN_PROGRESS")
        ]
        if any(stack.status in AT_REST for stack in aws.cloudformation.stacks):
            finder = deployer_in(aws)
            ecs, task = aws.clients.ecs, finder.physical_id("Task")
            (service,) = ecs.describe_services(cluster="web", services=[finder.physical_id("Service")])[
                "services"
            ]
            assert (service["status"], service["taskDefinition"]) == ("ACTIVE", task)
            assert ecs.describe_task_definition(taskDefinition=task)["taskDefinition"]["status"] == "ACTIVE"


def _changed(template: dict[str, Any], change: dict[str, Any]) -> str:
    changed = deepcopy(template)
    resources = changed["Resources"]
    resources["Task"]["Properties"]["ContainerDefinitions"][0]["Image"] = change["image"]
    resources["Service"]["Properties"]["LaunchType"] = "EC2" if change["on_instances"] else "FARGATE"
    resources["Role"]["Properties"]["Path"] = change["path"]
    if not change["logs"]:
        del resources["Logs"]
    return json.dumps(changed)


def _act(client: Any, action: str, body: str, change: dict[str, Any]) -> str:  # noqa: ANN401  boto's client
    """Do one thing to the stack, whether it is possible now or not; return the error code."""
    request = {
        "StackName": "web-stack",
        "TemplateBody": body,
        "Capabilities": ["CAPABILITY_IAM"],
        "DisableRollback": not change["rollback"],
    }
    try:
        match action:
            case "create":
                client.create_stack(**request)
            case "update":
                client.update_stack(**request)
            case "delete":
                client.delete_stack(StackName="web-stack")
            case "cancel":
                client.cancel_update_stack(StackName="web-stack")
            case _:
                client.continue_update_rollback(StackName="web-stack")
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""
