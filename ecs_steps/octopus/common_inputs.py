"""Variables that every step reads: each function declares one field."""

from typing import Any

from ecs_steps.octopus.reading import variable
from ecs_steps.octopus.values import WaitOption


def cluster_name() -> Any:  # noqa: ANN401  attrs.field is typed so
    return variable(
        "Octopus.Action.Aws.Ecs.ClusterName",
        label="Cluster name",
        help="The ECS cluster that runs the service; it must exist.",
    )


def region() -> Any:  # noqa: ANN401  as above
    return variable(
        "Octopus.Action.Aws.Region",
        label="Region",
        help="The AWS region of the cluster; empty is the worker's own.",
        default="",
    )


def wait_option() -> Any:  # noqa: ANN401  as above
    return variable(
        "Octopus.Action.Aws.Ecs.WaitOption",
        label="Wait",
        help='JSON: `{"type": "WaitWithTimeout", "timeoutMinutes": "30"}`, or type `WaitUntilCompleted` '
        "or `DontWait`.",
        default=WaitOption(),
        control="MultiLineText",
    )


def fail_fast_stopped_tasks() -> Any:  # noqa: ANN401  as above
    return variable(
        "Octopus.Action.Aws.Ecs.FailFast.StoppedTasks",
        label="Stopped tasks before giving up",
        help="Where no circuit breaker is at work: how many failed tasks are enough to give a deployment up "
        "of which no task has ever been healthy. Empty is 3 to 10, with the desired count; 0 is never.",
        default=None,
    )


def container_logs() -> Any:  # noqa: ANN401  as above
    return variable(
        "Octopus.Action.Aws.Ecs.ContainerLogs",
        label="Show container logs",
        help="Whether the last log lines of a failed container are read from CloudWatch and shown as they "
        "are.",
        default=True,
        control="Checkbox",
    )
