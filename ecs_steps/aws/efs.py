"""File systems of EFS: where they can be mounted, and what guards that."""

from typing import TYPE_CHECKING

from attrs import frozen

from ecs_steps.aws.errors import calling, member, returning
from ecs_steps.aws.replies import all_from_reply, reply_field

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


@frozen(kw_only=True)
class MountTarget:
    """Where a file system is reached in one availability zone."""

    mount_target_id: str = reply_field("MountTargetId")
    zone: str = reply_field("AvailabilityZoneName", "")
    state: str = reply_field("LifeCycleState")


@returning(None, when="FileSystemNotFound")
def mount_targets(aws: "AwsClients", file_system: str) -> tuple[MountTarget, ...] | None:
    """Return the mount targets of a file system; none where there is no such file system."""
    with calling("elasticfilesystem:DescribeMountTargets", file_system):
        reply = aws.service("efs").describe_mount_targets(FileSystemId=file_system)
    return all_from_reply(MountTarget)(member(reply, "MountTargets", "DescribeMountTargets"))


def mount_target_security_groups(aws: "AwsClients", mount_target: str) -> tuple[str, ...]:
    """Return the ids of the security groups of a mount target."""
    with calling("elasticfilesystem:DescribeMountTargetSecurityGroups", mount_target):
        reply = aws.service("efs").describe_mount_target_security_groups(MountTargetId=mount_target)
    return tuple(member(reply, "SecurityGroups", "DescribeMountTargetSecurityGroups"))


@returning(value=False, when="AccessPointNotFound")
def access_point_exists(aws: "AwsClients", access_point: str, file_system: str) -> bool:
    """Return whether a file system has an access point."""
    with calling("elasticfilesystem:DescribeAccessPoints", access_point):
        reply = aws.service("efs").describe_access_points(AccessPointId=access_point)
    found = member(reply, "AccessPoints", "DescribeAccessPoints")
    return any(each["FileSystemId"] == file_system for each in found)
