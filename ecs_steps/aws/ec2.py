"""The network that tasks run in, as EC2 describes it; only what exists is returned."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ecs_steps.aws.errors import calling
from ecs_steps.aws.replies import from_reply, reply_field

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients

Items = tuple[Mapping[str, Any], ...]


@frozen(kw_only=True)
class Subnet:
    """A subnet, its VPC and its availability zone; `cidr` is its IPv4 range, empty where it has none."""

    subnet_id: str = reply_field("SubnetId")
    vpc: str = reply_field("VpcId")
    zone: str = reply_field("AvailabilityZone")
    cidr: str = reply_field("CidrBlock", "")


@frozen(kw_only=True)
class SecurityGroup:
    """A security group and its inbound permissions, as EC2 writes them."""

    group_id: str = reply_field("GroupId")
    vpc: str = reply_field("VpcId")
    inbound: Items = reply_field("IpPermissions", (), read=tuple)


def _subnets(associations: Items) -> tuple[str, ...]:
    return tuple(link["SubnetId"] for link in associations if "SubnetId" in link)


def _is_main(associations: Items) -> bool:
    return any(link.get("Main") for link in associations)


@frozen(kw_only=True)
class RouteTable:
    """The routes of the subnets that are associated; of all others in the VPC where it `is_main`."""

    subnets: tuple[str, ...] = reply_field("Associations", (), read=_subnets)
    is_main: bool = reply_field("Associations", default=False, read=_is_main)
    routes: Items = reply_field("Routes", (), read=tuple)


def describe_subnets(aws: "AwsClients", ids: Iterable[str]) -> tuple[Subnet, ...]:
    """Return the subnets that exist."""
    wanted = list(ids)
    with calling("ec2:DescribeSubnets"):
        found = _all(aws, "describe_subnets", "Subnets", "subnet-id", wanted)
    # Emulators overlook filters.
    return tuple(from_reply(Subnet, each) for each in found if each["SubnetId"] in wanted)


def describe_security_groups(aws: "AwsClients", ids: Iterable[str]) -> tuple[SecurityGroup, ...]:
    """Return the security groups that exist."""
    wanted = list(ids)
    with calling("ec2:DescribeSecurityGroups"):
        found = _all(aws, "describe_security_groups", "SecurityGroups", "group-id", wanted)
    return tuple(from_reply(SecurityGroup, each) for each in found if each["GroupId"] in wanted)


def describe_route_tables(aws: "AwsClients", vpc: str) -> tuple[RouteTable, ...]:
    """Return the route tables of a VPC."""
    with calling("ec2:DescribeRouteTables"):
        found = _all(aws, "describe_route_tables", "RouteTables", "vpc-id", [vpc])
    return tuple(from_reply(RouteTable, each) for each in found)


def endpoint_services(aws: "AwsClients", vpc: str) -> tuple[str, ...]:
    """Return the names of the services that a VPC has endpoints for, such as ``ecr.dkr``."""
    with calling("ec2:DescribeVpcEndpoints"):
        found = _all(aws, "describe_vpc_endpoints", "VpcEndpoints", "vpc-id", [vpc])
    # com.amazonaws.eu-west-1.ecr.dkr; China's begin with cn.
    return tuple(str(each["ServiceName"]).partition(f".{aws.region}.")[2] for each in found)


def _all(aws: "AwsClients", operation: str, member: str, name: str, values: list[str]) -> Items:
    pages = aws.service("ec2").get_paginator(operation).paginate(Filters=[{"Name": name, "Values": values}])
    return tuple(item for page in pages for item in page.get(member, ()))
