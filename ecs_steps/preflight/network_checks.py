"""The network of the tasks: where they run, how they reach their registry, and who reaches them."""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from ecs_steps.aws import ec2
from ecs_steps.aws.ec2 import RouteTable, SecurityGroup, Subnet
from ecs_steps.aws.efs import MountTarget, access_point_exists, mount_target_security_groups, mount_targets
from ecs_steps.aws.elbv2 import describe_target_group
from ecs_steps.context import DeploymentContext
from ecs_steps.iam import Scope
from ecs_steps.image_reference import InvalidReferenceError, parse_reference
from ecs_steps.preflight.check import Found, failed, passed, skipped
from ecs_steps.preflight.plan import FileSystem, TaskPlan

NFS = 2049
ANYWHERE = ("DestinationCidrBlock", "0.0.0.0/0")
ANYWHERE_IPV6 = ("DestinationIpv6CidrBlock", "::/0")
ECR_ENDPOINTS = ("ecr.api", "ecr.dkr", "s3")
"""Services that a task without a way to the internet needs endpoints of, to pull from Amazon ECR."""

NO_NETWORK = "the tasks have no network of their own"


def check_network(plan: TaskPlan, context: DeploymentContext) -> Iterable[Found]:
    """Check that subnets and security groups exist, all in one VPC."""
    if not plan.subnets:
        return [skipped(NO_NETWORK)]
    subnets = ec2.describe_subnets(context.aws, plan.subnets)
    groups = ec2.describe_security_groups(context.aws, plan.security_groups) if plan.security_groups else ()
    known = {each.subnet_id for each in subnets} | {each.group_id for each in groups}
    if missing := [each for each in (*plan.subnets, *plan.security_groups) if each not in known]:
        return [
            failed(
                f"{', '.join(missing)} not found in {context.aws.region}: correct the subnets and security "
                "groups of the service."
            )
        ]
    vpcs = dict.fromkeys([*(each.vpc for each in subnets), *(each.vpc for each in groups)])
    if len(vpcs) > 1:
        places = [f"{each.subnet_id} in {each.vpc}" for each in subnets]
        places += [f"{each.group_id} in {each.vpc}" for each in groups]
        return [failed(f"choose subnets and security groups of one VPC; these are {', '.join(places)}.")]
    return [passed(f"{len(subnets)} subnets and {len(groups)} security groups in {next(iter(vpcs))}")]


def check_route(plan: TaskPlan, context: DeploymentContext) -> Iterator[Found]:
    """Check that each subnet has a way to the registries: NAT, a public IP, or endpoints."""
    subnets = ec2.describe_subnets(context.aws, plan.subnets) if plan.subnets else ()
    if not subnets:
        yield skipped(NO_NETWORK if not plan.subnets else "there are no such subnets")
        return
    vpc = subnets[0].vpc
    tables = ec2.describe_route_tables(context.aws, vpc)
    isolated = []
    for subnet in subnets:
        way = default_route(subnet, tables)
        if way is None:
            isolated.append(subnet.subnet_id)
        else:
            yield judge_way(subnet.subnet_id, way, plan)
    if isolated:
        yield _by_endpoints(plan, isolated, ec2.endpoint_services(context.aws, vpc))


def judge_way(subnet: str, way: str, plan: TaskPlan) -> Found:
    """Return whether tasks in a subnet reach their registry by what its default route leads to."""
    if way == "blackhole":
        return failed(
            f"the way of {subnet} to the internet leads nowhere (blackhole): its NAT gateway was deleted; "
            "correct the route table."
        )
    if way.startswith("igw-") and plan.is_fargate and not plan.assigns_public_ip:
        return failed(
            f"{subnet} is public ({way}), and its tasks get no public IP, so that no image can be pulled: "
            "assign a public IP, or use subnets with a NAT gateway."
        )
    return passed(f"{subnet} reaches the internet by {way}")


def default_route(subnet: Subnet, tables: Iterable[RouteTable]) -> str | None:
    """Return what a subnet's default route leads to (``nat-...``, ``igw-...``); none without one."""
    tables = tuple(tables)
    own = next((each for each in tables if subnet.subnet_id in each.subnets), None)
    table = own or next((each for each in tables if each.is_main), None)
    member, everywhere = ANYWHERE if subnet.cidr else ANYWHERE_IPV6
    for route in table.routes if table else ():
        if route.get(member) == everywhere:
            return "blackhole" if route.get("State") == "blackhole" else _target(route)
    return None


def _target(route: Mapping[str, Any]) -> str:
    """Return the id of what a route leads to; EC2 has a member for each kind of it."""
    members = ("NatGatewayId", "GatewayId", "TransitGatewayId", "NetworkInterfaceId", "InstanceId")
    ids = (route.get(each) for each in (*members, "VpcPeeringConnectionId", "EgressOnlyInternetGatewayId"))
    return next((str(each) for each in ids if each), "a route")


def _by_endpoints(plan: TaskPlan, subnets: list[str], endpoints: tuple[str, ...]) -> Found:
    where = ", ".join(subnets)
    if outside := [image for image in plan.images.values() if not _is_ecr(image)]:
        return failed(
            f"{where} cannot reach the registry of {', '.join(outside)}: add a NAT gateway, or promote the "
            "image to Amazon ECR and pull it by VPC endpoints."
        )
    if missing := [each for each in _needed_endpoints(plan) if each not in endpoints]:
        return failed(
            f"{where} cannot reach the internet, and the VPC has no endpoint for {', '.join(missing)}: add "
            "these endpoints, or a NAT gateway."
        )
    return passed(f"{where} reaches Amazon ECR by VPC endpoints")


def _needed_endpoints(plan: TaskPlan) -> Iterator[str]:
    yield from ECR_ENDPOINTS
    if plan.log_groups or plan.made_log_group:
        yield "logs"
    for service in ("secretsmanager", "ssm"):
        if any((f":{service}:" in each) or (service == "ssm" and ":" not in each) for each in plan.secrets):
            yield service


def _is_ecr(image: str) -> bool:
    try:
        return bool(Scope.from_registry(parse_reference(image).registry))
    except InvalidReferenceError:
        return False


def check_target_groups(plan: TaskPlan, context: DeploymentContext) -> Iterator[Found]:
    """Check that target groups take addresses of tasks, check a port that there is, and have a listener."""
    vpcs = {each.vpc for each in ec2.describe_subnets(context.aws, plan.subnets)} if plan.subnets else set()
    for arn, port in plan.target_groups:
        name = arn.rpartition(":")[2]
        group = describe_target_group(context.aws, arn)
        if group is None:
            yield failed(f"{name} does not exist: correct the load balancer mapping.")
        elif plan.subnets and group.target_type != "ip":
            yield failed(
                f"{name} takes targets of type {group.target_type}, and these tasks have addresses of their "
                "own: use a target group of type ip."
            )
        elif not group.load_balancers:
            yield failed(
                f"{name} has no load balancer in front, and ECS refuses such a service: add a listener, or a "
                "rule of one, that forwards to it."
            )
        elif vpcs and group.vpc not in vpcs:
            yield failed(
                f"{name} is in {group.vpc}, and the tasks are in {', '.join(sorted(vpcs))}: use a target "
                "group of that VPC."
            )
        elif not plan.maps(port):
            yield failed(
                f"{name} is to take port {port}, which no container maps: map it, or correct the load "
                "balancer mapping."
            )
        elif group.health_check_port != "traffic-port" and not plan.maps(int(group.health_check_port)):
            yield failed(
                f"{name} checks port {group.health_check_port}, which no container has: set its health check "
                "to the traffic port, or map that port."
            )
        else:
            yield passed(f"{name} of type {group.target_type} takes port {port} and has a listener")


def check_file_systems(plan: TaskPlan, context: DeploymentContext) -> Iterator[Found]:
    """Check that file systems can be mounted in each zone of the tasks, and that port 2049 is open."""
    if not plan.file_systems:
        yield skipped("the task mounts no EFS file system")
        return
    if not plan.subnets:
        yield skipped(NO_NETWORK)
        return
    subnets = ec2.describe_subnets(context.aws, plan.subnets)
    for each in plan.file_systems:
        yield _file_system(each, subnets, plan, context)


def _file_system(
    wanted: FileSystem, subnets: tuple[Subnet, ...], plan: TaskPlan, context: DeploymentContext
) -> Found:
    name, point = wanted.file_system, wanted.access_point
    targets = mount_targets(context.aws, name)
    if targets is None:
        return failed(
            f"{name} does not exist in {context.aws.region}: correct the volumes of the task definition."
        )
    if point and not access_point_exists(context.aws, point, name):
        return failed(f"{name} has no access point {point}: correct the volumes of the task definition.")
    zones = {each.zone for each in targets if each.state == "available"}
    if missing := sorted({each.zone for each in subnets} - zones):
        return failed(f"{name} has no mount target in {', '.join(missing)}, where tasks run: add one there.")
    used = [target for target in targets if target.zone in {subnet.zone for subnet in subnets}]
    closed = [target.mount_target_id for target in used if not _is_open(target, subnets, plan, context)]
    if closed:
        return failed(
            f"{', '.join(closed)} of {name} does not let the tasks in: allow TCP port {NFS} from "
            f"{', '.join(plan.security_groups)} in the security groups of the mount target."
        )
    return passed(f"{name} can be mounted in {', '.join(sorted(zones)) or 'no zone'}")


def _is_open(
    target: MountTarget, subnets: tuple[Subnet, ...], plan: TaskPlan, context: DeploymentContext
) -> bool:
    groups = mount_target_security_groups(context.aws, target.mount_target_id)
    ranges = [subnet.cidr for subnet in subnets if subnet.cidr]
    return any(
        lets_in(group, NFS, plan.security_groups, ranges)
        for group in ec2.describe_security_groups(context.aws, groups)
    )


def lets_in(group: SecurityGroup, port: int, sources: Iterable[str], cidrs: Iterable[str]) -> bool:
    """Return whether a security group lets TCP of a port in, from other groups or from all of some ranges.

    Without `sources` tasks have the default group of their VPC, which may be any; so may a prefix list hold
    any range.
    """
    sources, ranges = set(sources), [ip_network(each) for each in cidrs]
    for permission in group.inbound:
        protocol = permission.get("IpProtocol")
        has_port = permission.get("FromPort", 0) <= port <= permission.get("ToPort", 65535)
        if protocol not in ("-1", "tcp", "6") or not (protocol == "-1" or has_port):
            continue
        groups = {pair.get("GroupId") for pair in permission.get("UserIdGroupPairs", ())}
        if sources & groups or (groups and not sources) or permission.get("PrefixListIds"):
            return True
        allowed = [ip_network(each["CidrIp"], strict=False) for each in permission.get("IpRanges", ())]
        if ranges and all(any(_contains(wide, each) for wide in allowed) for each in ranges):
            return True
    return False


def _contains(wide: Any, narrow: Any) -> bool:  # noqa: ANN401  of either version of IP
    return bool(wide.version == narrow.version and narrow.subnet_of(wide))
