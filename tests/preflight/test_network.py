"""Routes and rules of security groups as EC2 describes them; moto and ministack leave every route active."""

from collections.abc import Mapping
from typing import Any

import pytest

from ecs_steps.aws.ec2 import RouteTable, SecurityGroup, Subnet
from ecs_steps.preflight.check import Status
from ecs_steps.preflight.network_checks import default_route, judge_way, lets_in
from ecs_steps.preflight.plan import TaskPlan

NAT: Mapping[str, Any] = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"}
EGRESS = {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1", "State": "active"}
LOCAL = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}
TCP: Mapping[str, Any] = {"IpProtocol": "tcp", "FromPort": 2049, "ToPort": 2049}
TASKS = [{"GroupId": "sg-tasks"}]


def table(*routes: Mapping[str, Any], subnet: str = "subnet-1", is_main: bool = False) -> RouteTable:
    return RouteTable(subnets=(subnet,), is_main=is_main, routes=routes)


@pytest.mark.parametrize(
    ("cidr", "tables", "way"),
    [
        ("10.0.1.0/24", [table(LOCAL, NAT)], "nat-1"),
        ("10.0.1.0/24", [table(LOCAL)], None),
        ("10.0.1.0/24", [table(NAT, subnet="subnet-2")], None),
        ("10.0.1.0/24", [table(NAT, subnet="subnet-2", is_main=True)], "nat-1"),
        ("10.0.1.0/24", [table(NAT, subnet="subnet-2", is_main=True), table(LOCAL)], None),
        ("10.0.1.0/24", [table({**NAT, "State": "blackhole"})], "blackhole"),
        ("10.0.1.0/24", [table(EGRESS)], None),
        ("", [table(NAT, EGRESS)], "eigw-1"),
        ("", [table(NAT)], None),
    ],
)
def test_the_default_route_of_a_subnet_is_that_of_its_own_table_or_of_the_main_one(
    cidr: str, tables: list[RouteTable], way: str | None
) -> None:
    subnet = Subnet(subnet_id="subnet-1", vpc="vpc-1", zone="eu-west-1a", cidr=cidr)

    assert default_route(subnet, tables) == way


@pytest.mark.parametrize(
    ("way", "plan", "status", "text"),
    [
        ("nat-1", TaskPlan(), Status.PASSED, "subnet-1 reaches the internet by nat-1"),
        ("blackhole", TaskPlan(), Status.FAILED, "its NAT gateway was deleted; correct the route table"),
        ("igw-1", TaskPlan(), Status.FAILED, "assign a public IP, or use subnets with a NAT gateway"),
        ("igw-1", TaskPlan(assigns_public_ip=True), Status.PASSED, "by igw-1"),
        ("igw-1", TaskPlan(is_fargate=False), Status.PASSED, "by igw-1"),
    ],
)
def test_a_way_to_the_internet_is_one_for_these_tasks(
    way: str, plan: TaskPlan, status: Status, text: str
) -> None:
    found = judge_way("subnet-1", way, plan)

    assert (found.status, text in found.text) == (status, True)


@pytest.mark.parametrize(
    ("permission", "is_open"),
    [
        ({**TCP, "UserIdGroupPairs": TASKS}, True),
        ({"IpProtocol": "-1", "UserIdGroupPairs": TASKS}, True),
        ({**TCP, "FromPort": 0, "ToPort": 65535, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}, True),
        ({**TCP, "IpRanges": [{"CidrIp": "10.0.1.0/24"}]}, False),
        ({**TCP, "IpRanges": [{"CidrIp": "10.0.1.0/24"}, {"CidrIp": "10.0.2.0/24"}]}, True),
        ({**TCP, "UserIdGroupPairs": [{"GroupId": "sg-others"}]}, False),
        ({**TCP, "PrefixListIds": [{"PrefixListId": "pl-1"}]}, True),
        ({**TCP, "IpProtocol": "udp", "UserIdGroupPairs": TASKS}, False),
        ({**TCP, "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": TASKS}, False),
    ],
)
def test_a_security_group_lets_tasks_in_by_their_group_or_by_all_of_their_ranges(
    permission: Mapping[str, Any], *, is_open: bool
) -> None:
    group = SecurityGroup(group_id="sg-1", vpc="vpc-1", inbound=(permission,))

    assert lets_in(group, 2049, ["sg-tasks"], ["10.0.1.0/24", "10.0.2.0/24"]) is is_open


def test_tasks_without_a_group_have_the_default_one_which_may_be_any() -> None:
    group = SecurityGroup(group_id="sg-1", vpc="vpc-1", inbound=({**TCP, "UserIdGroupPairs": TASKS},))

    assert lets_in(group, 2049, [], ["10.0.1.0/24"])


def test_a_range_may_be_written_by_any_address_in_it() -> None:
    inbound = ({**TCP, "IpRanges": [{"CidrIp": "10.0.1.7/16"}]},)

    assert lets_in(SecurityGroup(group_id="sg-1", vpc="vpc-1", inbound=inbound), 2049, [], ["10.0.1.0/24"])
