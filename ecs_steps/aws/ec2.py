"""The network that tasks run in, as EC2 describes it; only what exists is returned."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ecs_steps.aws.errors import calling

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients

Items = tuple[Mapping[str, Any], ...]


@frozen(kw_only=True)
class Subnet:
    """A subnet, its VPC and its availability zone; `cidr` is its IPv4 range, empty where it has none."""

    subnet_id: str
    vpc: str
    zone: str
    cidr: str


@frozen(kw_only=True)
class SecurityGroup:
    """A security group and its inbound permissions, as EC2 writes them."""

    group_id: str
    vpc: str
    inbound: Items


@frozen(kw_only=True)
class RouteTable:
    """The routes of the subnets that are associated; of all others in the VPC where it `is_main`."""

    subnets: tuple[str, ...]
    is_main: bool
    routes: Items


def describe_subnets(aws: "AwsClients", ids: Iterable[str]) -> tuple[Subnet, ...]:
    """Return the subnets that exist."""
    wanted = list(ids)
    with calling("ec2:DescribeSubnets"):
        found = _all(aws, "describe_subnets", "Subnets", {"subnet-id": wanted})
    return tuple(
        Subnet(
            subnet_id=each["SubnetId"],
            vpc=each["VpcId"],
            zone=each["AvailabilityZone"],
            cidr=each.get("CidrBlock", ""),
        )
        for each in found
        if each["SubnetId"] in wanted  # emulators overlook filters
    )


def describe_security_groups(aws: "AwsClients", ids: Iterable[str]) -> tuple[SecurityGroup, ...]:
    """Return the security groups that exist."""
    wanted = list(ids)
    with calling("ec2:DescribeSecurityGroups"):
        found = _all(aws, "describe_security_groups", "SecurityGroups", {"group-id": wanted})
    return tuple(
        SecurityGroup(
            group_id=each["GroupId"], vpc=each["VpcId"], inbound=tuple(each.get("IpPermissions", ()))
        )
        for each in found
        if each["GroupId"] in wanted
    )


def describe_route_tables(aws: "AwsClients", vpc: str) -> tuple[RouteTable, ...]:
    """Return the route tables of a VPC."""
    with calling("ec2:DescribeRouteTables"):
        found = _all(aws, "describe_route_tables", "RouteTables", {"vpc-id": [vpc]})
    return tuple(
        RouteTable(
            subnets=tuple(link["SubnetId"] for link in each.get("Associations", ()) if "SubnetId" in link),
            is_main=any(link.get("Main") for link in each.get("Associations", ())),
            routes=tuple(each.get("Routes", ())),
        )
        for each in found
    )


def endpoint_services(aws: "AwsClients", vpc: str) -> tuple[str, ...]:
    """Return the names of the services that a VPC has endpoints for, such as ``ecr.dkr``."""
    with calling("ec2:DescribeVpcEndpoints"):
        found = _all(aws, "describe_vpc_endpoints", "VpcEndpoints", {"vpc-id": [vpc]})
    # com.amazonaws.eu-west-1.ecr.dkr; China's begin with cn.
    return tuple(str(each["ServiceName"]).partition(f".{aws.region}.")[2] for each in found)


def _all(aws: "AwsClients", operation: str, member: str, filters: Mapping[str, list[str]]) -> Items:
    given = [{"Name": name, "Values": values} for name, values in filters.items()]
    pages = aws.service("ec2").get_paginator(operation).paginate(Filters=given)
    return tuple(item for page in pages for item in page.get(member, ()))
