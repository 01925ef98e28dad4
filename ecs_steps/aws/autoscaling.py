"""Application Auto Scaling: whether something else than a release decides on a service's desired count."""

from typing import TYPE_CHECKING

from ecs_steps.aws.errors import calling, member

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


def is_scalable(aws: "AwsClients", cluster: str, service: str) -> bool:
    """Return whether a scalable target is registered for the desired count of a service (both by name)."""
    resource = f"service/{cluster}/{service}"
    with calling("application-autoscaling:DescribeScalableTargets", resource):
        reply = aws.autoscaling.describe_scalable_targets(
            ServiceNamespace="ecs", ResourceIds=[resource], ScalableDimension="ecs:service:DesiredCount"
        )
    return bool(member(reply, "ScalableTargets", "DescribeScalableTargets"))
