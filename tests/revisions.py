"""Other revisions of the sandbox's families, made by hand as a person makes them."""

from typing import Any

from ecs_steps.sandbox import Sandbox

KEPT = (
    "family",
    "networkMode",
    "cpu",
    "memory",
    "requiresCompatibilities",
    "executionRoleArn",
    "taskRoleArn",
    "volumes",
    "containerDefinitions",
)


def register_another(aws: Sandbox, template: str = "orders", **changes: Any) -> str:  # noqa: ANN401  the request's members
    """Register a revision once more, with changes, and return the ARN of the new one."""
    latest: Any = aws.clients.ecs.describe_task_definition(taskDefinition=template)["taskDefinition"]
    request = {name: latest[name] for name in KEPT if name in latest} | changes
    [first, *others] = request["containerDefinitions"]
    request["containerDefinitions"] = [{**first, "stopTimeout": 30 + latest["revision"]}, *others]
    registered = aws.clients.ecs.register_task_definition(**request)
    return str(registered["taskDefinition"]["taskDefinitionArn"])
