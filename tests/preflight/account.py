"""An account that has all that a deployment needs, and what breaks one thing in it."""

import json
from collections.abc import Mapping
from typing import Any

from attrs import define, evolve, field

from ecs_steps.aws.clients import AwsClients
from ecs_steps.clock import Clock, SystemClock
from ecs_steps.context import DeploymentContext
from ecs_steps.environments.scope import DeploymentScope, Guard
from ecs_steps.preflight.check import Found, run_checks
from ecs_steps.preflight.plan import FileSystem, LogGroup, TaskPlan
from ecs_steps.preflight.table import CHECKS
from ecs_steps.registry.manifest import Platform
from ecs_steps.sandbox import Sandbox

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
READS_SECRETS = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue", "ssm:GetParameters"], "Resource": "*"}
    ],
}


EVERY_ACTION = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/0f1e2d3c4b5a6978"
"""One that the sandbox needs nothing of but its listeners."""


@define
class Account:
    """An account with a VPC: a private subnet with a NAT gateway, and whatever else a test adds."""

    clients: AwsClients
    clock: Clock = field(factory=SystemClock)
    vpc: str = ""
    subnet: str = ""
    route_table: str = ""
    group: str = ""
    secret: str = ""
    target_group: str = ""
    balancer: str = BALANCER
    file_system: str = ""
    mount_target: str = ""
    changes: dict[str, Any] = field(factory=dict)

    def client(self, service: str) -> Any:  # noqa: ANN401  botocore's clients are made at run time
        return self.clients.service(service)

    def plan(self) -> TaskPlan:
        """Return a plan that this account has everything for, but for what a test has changed."""
        usual = TaskPlan(
            guard=Guard(scope=DeploymentScope(environment="Production"), cluster="shop"),
            cpu=512,
            most_tasks=4,
            platform=Platform(os="linux", architecture="amd64"),
            secrets=(self.secret, "/shop/license"),
            execution_role="arn:aws:iam::123456789012:role/execution",
            task_role="arn:aws:iam::123456789012:role/task",
            log_groups=(LogGroup(name="/shop/web"),),
            file_systems=(FileSystem(file_system=self.file_system),),
            ports=(range(8080, 8081),),
            subnets=(self.subnet,),
            security_groups=(self.group,),
            target_groups=((self.target_group, 8080),),
            stack="shop-web",
            made_log_group="/ecs/web",
            makes_service=True,
        )
        return evolve(usual, **self.changes)

    def found(self, name: str) -> list[Found]:
        """Run one check of the table."""
        context = DeploymentContext(aws=self.clients, clock=self.clock, report=lambda _: None, deadline=None)
        checks = [check for check in CHECKS if check.name == name]
        assert checks
        return [result.found for result in run_checks(checks, self.plan(), context).results]


@define
class SandboxAccount(Account):
    """An account in the sandbox."""

    aws: Sandbox = field(kw_only=True)


def complete_sandbox(aws: Sandbox) -> SandboxAccount:
    account = SandboxAccount(aws.clients, aws.clock, aws=aws)
    complete(account)
    aws.calls.clear()
    return account


def complete(account: Account) -> None:
    """Make an account one in which every check passes."""
    _network(account)
    _roles_and_secrets(account)
    account.client("logs").create_log_group(logGroupName="/shop/web")
    _target_group(account)
    _file_system(account)


def add_role(account: Account, name: str, trust: Mapping[str, Any] = TRUST) -> str:
    role = account.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    return str(role["Role"]["Arn"])


def allow(account: Account, role: str, policy: Mapping[str, Any]) -> None:
    account.client("iam").put_role_policy(RoleName=role, PolicyName="own", PolicyDocument=json.dumps(policy))


def allow_caller(account: Account, policy: Mapping[str, Any]) -> None:
    """Make the user that moto says the caller is, with one policy."""
    account.client("iam").put_user_policy(
        UserName="moto", PolicyName="own", PolicyDocument=json.dumps(policy)
    )


def _network(account: Account) -> None:
    ec2 = account.client("ec2")
    account.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    account.subnet = add_subnet(account, "10.0.1.0/24")
    account.route_table = ec2.create_route_table(VpcId=account.vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=account.route_table, SubnetId=account.subnet)
    nat = ec2.create_nat_gateway(SubnetId=account.subnet, ConnectivityType="private")
    ec2.create_route(
        RouteTableId=account.route_table,
        DestinationCidrBlock="0.0.0.0/0",
        NatGatewayId=nat["NatGateway"]["NatGatewayId"],
    )
    group = ec2.create_security_group(GroupName="tasks", Description="tasks", VpcId=account.vpc)
    account.group = group["GroupId"]


def add_subnet(account: Account, cidr: str, vpc: str = "") -> str:
    made = account.client("ec2").create_subnet(
        VpcId=vpc or account.vpc, CidrBlock=cidr, AvailabilityZone="eu-west-1a"
    )
    return str(made["Subnet"]["SubnetId"])


def route_by_internet_gateway(account: Account) -> None:
    ec2 = account.client("ec2")
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=account.vpc)
    ec2.replace_route(RouteTableId=account.route_table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)


def isolate(account: Account) -> None:
    account.client("ec2").delete_route(RouteTableId=account.route_table, DestinationCidrBlock="0.0.0.0/0")


def add_endpoints(account: Account, *services: str) -> None:
    for service in services:
        account.client("ec2").create_vpc_endpoint(
            VpcId=account.vpc, ServiceName=f"com.amazonaws.eu-west-1.{service}"
        )


def _roles_and_secrets(account: Account) -> None:
    account.client("iam").create_user(UserName="moto")
    allow_caller(account, EVERY_ACTION)
    add_role(account, "execution")
    add_role(account, "task")
    allow(account, "execution", READS_SECRETS)
    account.secret = account.client("secretsmanager").create_secret(Name="database", SecretString="x")["ARN"]
    account.client("ssm").put_parameter(Name="/shop/license", Value="x", Type="String")


def _target_group(account: Account) -> None:
    account.target_group = add_target_group(account, "web")
    add_listener(account, account.target_group)


def add_target_group(account: Account, name: str, **settings: Any) -> str:  # noqa: ANN401  passed on
    usual = {"Protocol": "HTTP", "Port": 80, "VpcId": account.vpc, "TargetType": "ip"}
    made = account.client("elbv2").create_target_group(Name=name, **{**usual, **settings})
    return str(made["TargetGroups"][0]["TargetGroupArn"])


def add_listener(account: Account, target_group: str, port: int = 80) -> None:
    account.client("elbv2").create_listener(
        LoadBalancerArn=account.balancer,
        Protocol="HTTP",
        Port=port,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": target_group}],
    )


def _file_system(account: Account) -> None:
    efs, ec2 = account.client("efs"), account.client("ec2")
    account.file_system = efs.create_file_system(CreationToken="data")["FileSystemId"]
    group = ec2.create_security_group(GroupName="efs", Description="efs", VpcId=account.vpc)["GroupId"]
    pairs = [{"GroupId": account.group}]
    permission = {"IpProtocol": "tcp", "FromPort": 2049, "ToPort": 2049, "UserIdGroupPairs": pairs}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    target = efs.create_mount_target(
        FileSystemId=account.file_system, SubnetId=account.subnet, SecurityGroups=[group]
    )
    account.mount_target = target["MountTargetId"]


def close_mount_target(account: Account) -> None:
    group = account.client("ec2").create_security_group(
        GroupName="closed", Description="closed", VpcId=account.vpc
    )
    account.client("efs").modify_mount_target_security_groups(
        MountTargetId=account.mount_target, SecurityGroups=[group["GroupId"]]
    )
