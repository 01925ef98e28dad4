"""Target groups of Elastic Load Balancing: the health of their targets, and the settings that take time."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ecs_steps.aws.errors import calling, member, returning
from ecs_steps.aws.replies import from_reply, reply_field
from ecs_steps.tags import Tag

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


@frozen(kw_only=True)
class TargetHealth:
    """A target of a group: `address` and port, its state, and the load balancer's own reason code for it."""

    target_group: str
    address: str = reply_field("Target.Id")
    port: int | None = reply_field("Target.Port", None)
    state: str = reply_field("TargetHealth.State")
    reason: str = reply_field("TargetHealth.Reason", "")
    description: str = reply_field("TargetHealth.Description", "")

    @property
    def target(self) -> str:
        """The target in one word."""
        return f"{self.address}:{'' if self.port is None else self.port}"


def target_health(aws: "AwsClients", target_group: str) -> tuple[TargetHealth, ...]:
    """Return the targets of a group; tasks with a network of their own are registered by address."""
    with calling("elasticloadbalancing:DescribeTargetHealth", target_group):
        reply: Mapping[str, Any] = aws.elbv2.describe_target_health(TargetGroupArn=target_group)
    described = member(reply, "TargetHealthDescriptions", "DescribeTargetHealth")
    name = target_group.rpartition(":")[2]
    return tuple(from_reply(TargetHealth, each, target_group=name) for each in described)


@frozen(kw_only=True)
class TargetGroup:
    """A target group; a `health_check_port` is a number or ``traffic-port``, that of each target."""

    arn: str = reply_field("TargetGroupArn")
    target_type: str = reply_field("TargetType", "instance")
    vpc: str = reply_field("VpcId", "")
    health_check_port: str = reply_field("HealthCheckPort", "traffic-port")
    load_balancers: tuple[str, ...] = reply_field("LoadBalancerArns", (), read=tuple)


@returning(None, when="TargetGroupNotFound")
def describe_target_group(aws: "AwsClients", arn: str) -> TargetGroup | None:
    """Return a target group, or none where there is none of that ARN."""
    with calling("elasticloadbalancing:DescribeTargetGroups", arn):
        reply: Mapping[str, Any] = aws.elbv2.describe_target_groups(TargetGroupArns=[arn])
    groups = member(reply, "TargetGroups", "DescribeTargetGroups")
    return from_reply(TargetGroup, groups[0]) if groups else None


@returning("", when="TargetGroupNotFound")
def find_target_group(aws: "AwsClients", name: str) -> str:
    """Return the ARN of the target group of a name, unique in its region; empty where none has it."""
    with calling("elasticloadbalancing:DescribeTargetGroups", name):
        reply: Mapping[str, Any] = aws.elbv2.describe_target_groups(Names=[name])
    return next((str(each["TargetGroupArn"]) for each in member(reply, "TargetGroups", "")), "")


@frozen(kw_only=True)
class NewTargetGroup:
    """A target group for tasks that have an address of their own."""

    name: str
    vpc: str
    protocol: str
    port: int
    health_check_path: str


def create_target_group(aws: "AwsClients", new: NewTargetGroup, tags: Iterable[Tag]) -> None:
    """Make a target group; one that is so already stays, and ELB refuses one of other settings."""
    protocol: Any = new.protocol
    with calling("elasticloadbalancing:CreateTargetGroup", new.name):
        aws.elbv2.create_target_group(
            Name=new.name,
            VpcId=new.vpc,
            Protocol=protocol,
            Port=new.port,
            TargetType="ip",
            HealthCheckPath=new.health_check_path,
            Tags=[{"Key": tag.key, "Value": tag.value} for tag in tags],
        )


def vpc_of(aws: "AwsClients", load_balancer: str) -> str:
    """Return the id of the VPC that a load balancer is in."""
    with calling("elasticloadbalancing:DescribeLoadBalancers", load_balancer):
        reply: Mapping[str, Any] = aws.elbv2.describe_load_balancers(LoadBalancerArns=[load_balancer])
    [balancer] = member(reply, "LoadBalancers", "DescribeLoadBalancers")
    return str(balancer["VpcId"])


def target_group_health_check(aws: "AwsClients", target_group: str) -> tuple[int, int]:
    """Return the seconds between two checks, and how many in a row make a target healthy."""
    with calling("elasticloadbalancing:DescribeTargetGroups", target_group):
        reply: Mapping[str, Any] = aws.elbv2.describe_target_groups(TargetGroupArns=[target_group])
    [group] = member(reply, "TargetGroups", "DescribeTargetGroups")
    return group["HealthCheckIntervalSeconds"], group["HealthyThresholdCount"]


def target_group_attributes(aws: "AwsClients", target_group: str) -> dict[str, str]:
    """Return the attributes of a target group by their names, such as ``stickiness.enabled``."""
    with calling("elasticloadbalancing:DescribeTargetGroupAttributes", target_group):
        reply: Mapping[str, Any] = aws.elbv2.describe_target_group_attributes(TargetGroupArn=target_group)
    attributes = member(reply, "Attributes", "DescribeTargetGroupAttributes")
    return {attribute["Key"]: attribute["Value"] for attribute in attributes}
