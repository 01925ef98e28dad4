"""Each check passes, fails and is skipped; what fails says what to change."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ecs_steps.account import AssumedRole
from ecs_steps.environments.scope import DeploymentScope, Guard, GuardMode
from ecs_steps.preflight.check import Status
from ecs_steps.preflight.plan import FileSystem, LogGroup
from ecs_steps.preflight.table import CHECKS
from ecs_steps.sandbox import Fault, FaultKind, Sandbox
from preflight.account import (
    TRUST,
    Account,
    add_endpoints,
    add_listener,
    add_role,
    add_subnet,
    add_target_group,
    allow,
    close_mount_target,
    complete,
    isolate,
    route_by_internet_gateway,
)

READS = ("Describe", "Get", "List", "Simulate", "BatchGet")
Change = Callable[[Account], Any]
POLICY = {
    "Statement": [
        {"Action": ["ecs:UpdateService"], "Resource": ["arn:aws:ecs:eu-west-1:123456789012:service/shop/web"]}
    ]
}


@pytest.fixture
def account() -> Iterator[Account]:
    with Sandbox() as aws:
        yield complete(aws)


def change(**members: object) -> Change:
    """Change the plan."""
    return lambda account: account.changes.update(members)


def denied(operation: str) -> Change:
    return lambda account: account.aws.faults.apply(Fault(operation, FaultKind.ACCESS_DENIED))


def tag_cluster(account: Account) -> None:
    arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/shop"
    tags = [{"key": "octopus-environment", "value": "Test"}]
    account.aws.ecs.tag_resource({"resourceArn": arn, "tags": tags})


def user(policy: dict[str, Any]) -> Change:
    """Make the user that moto says the caller is, with a policy."""

    def make(account: Account) -> None:
        iam = account.client("iam")
        iam.create_user(UserName="moto")
        iam.put_user_policy(UserName="moto", PolicyName="own", PolicyDocument=json.dumps(policy))
        account.changes["policy"] = POLICY

    return make


def every(effect: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": "*", "Resource": "*"}]}


def untrusted_role(account: Account) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    account.changes["task_role"] = add_role(account, "ec2", {**TRUST, "Statement": [statement]})


def busy_stack(account: Account) -> None:
    account.aws.apply("healthy")
    template = '{"Resources": {"Logs": {"Type": "AWS::Logs::LogGroup"}}}'
    account.aws.clients.cloudformation.create_stack(StackName="shop-web", TemplateBody=template)


def own_log_group(account: Account) -> None:
    account.client("logs").create_log_group(logGroupName="/ecs/web")


def second_vpc(account: Account) -> None:
    other = account.client("ec2").create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    account.changes["subnets"] = (account.subnet, add_subnet(account, "10.1.1.0/24", other))


def isolated(*endpoints: str, image: str = "") -> Change:
    def make(account: Account) -> None:
        isolate(account)
        add_endpoints(account, *endpoints)
        if image:
            account.changes["images"] = {"web": image}

    return make


def blackhole(account: Account) -> None:
    for gateway in account.client("ec2").describe_nat_gateways()["NatGateways"]:
        account.client("ec2").delete_nat_gateway(NatGatewayId=gateway["NatGatewayId"])


def target_group(listener: bool = False, **settings: Any) -> Change:  # noqa: ANN401, FBT001, FBT002  passed on
    def make(account: Account) -> None:
        arn = add_target_group(account, "other", **settings)
        if listener:
            add_listener(account, arn, 81)
        account.changes["target_groups"] = ((arn, 8080),)

    return make


def second_zone(account: Account) -> None:
    made = account.client("ec2").create_subnet(
        VpcId=account.vpc, CidrBlock="10.0.9.0/24", AvailabilityZone="eu-west-1b"
    )
    account.changes["subnets"] = (account.subnet, made["Subnet"]["SubnetId"])


def unreadable_secret(account: Account) -> None:
    add_role(account, "poor")
    account.changes["execution_role"] = "arn:aws:iam::123456789012:role/poor"


ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"
GUARDED = Guard(scope=DeploymentScope(environment="Production"), cluster="nowhere")

# A check, what is done to the account or the plan, how it ends, and words that its text has.
CASES: list[tuple[str, Change | None, Status, str]] = [
    ("cluster", None, Status.PASSED, "shop is ACTIVE"),
    ("cluster", change(guard=GUARDED), Status.FAILED, "correct Octopus.Action.Aws.Ecs.ClusterName"),
    ("cluster", denied("DescribeClusters"), Status.SKIPPED, "Allow ecs:DescribeClusters on "),
    ("environment", None, Status.PASSED, "nothing contradicts Production"),
    ("environment", tag_cluster, Status.FAILED, "the cluster shop is tagged octopus-environment=Test"),
    ("environment", denied("DescribeClusters"), Status.SKIPPED, "Allow ecs:DescribeClusters"),
    ("environment", change(guard=Guard(cluster="shop")), Status.SKIPPED, "name no environment"),
    ("environment", change(guard=GUARDED), Status.SKIPPED, "there is no such cluster"),
    ("permissions", user(every("Allow")), Status.PASSED, "user/moto may do what"),
    ("permissions", user(every("Deny")), Status.FAILED, "ecs:UpdateService on arn:aws:ecs"),
    ("permissions", None, Status.SKIPPED, "nothing that can be simulated"),
    ("stack", None, Status.PASSED, "the step creates it"),
    ("stack", busy_stack, Status.FAILED, "wait until CloudFormation is done"),
    ("stack", denied("DescribeStacks"), Status.SKIPPED, "Allow cloudformation:DescribeStacks"),
    ("stack", change(stack=""), Status.SKIPPED, "this step has no stack"),
    ("roles", None, Status.PASSED, "the execution role execution trusts ecs-tasks.amazonaws.com"),
    ("roles", untrusted_role, Status.FAILED, "add it as a Service to the role's trust policy"),
    (
        "roles",
        change(task_role="arn:aws:iam::123456789012:role/absent"),
        Status.FAILED,
        "role/absent does not exist: create it",
    ),
    ("roles", denied("GetRole"), Status.SKIPPED, "Allow iam:GetRole on "),
    ("roles", change(execution_role="", task_role=""), Status.SKIPPED, "nothing to check"),
    ("secrets", None, Status.PASSED, "the execution role may read it"),
    ("secrets", change(secrets=("/shop/absent",)), Status.FAILED, "/shop/absent does not exist"),
    (
        "secrets",
        change(secrets=("arn:aws:ssm:eu-west-1:123456789012:parameter/shop/absent",)),
        Status.FAILED,
        "correct the reference in the containers",
    ),
    ("secrets", unreadable_secret, Status.FAILED, "allow secretsmanager:GetSecretValue on it"),
    ("secrets", denied("DescribeSecret"), Status.SKIPPED, "Allow secretsmanager:DescribeSecret"),
    ("secrets", denied("SimulatePrincipalPolicy"), Status.SKIPPED, "may read it is not known"),
    ("network", None, Status.PASSED, "1 subnets and 1 security groups in vpc-"),
    (
        "network",
        change(subnets=("subnet-00000000",)),
        Status.FAILED,
        "subnet-00000000 not found in eu-west-1",
    ),
    ("network", second_vpc, Status.FAILED, "are in several VPCs"),
    ("network", denied("DescribeSubnets"), Status.SKIPPED, "Allow ec2:DescribeSubnets"),
    ("network", change(subnets=()), Status.SKIPPED, "no network of their own"),
    ("route", None, Status.PASSED, "reaches the internet by nat-"),
    ("route", route_by_internet_gateway, Status.FAILED, "assign a public IP, or use subnets with a NAT"),
    ("route", isolated(image="acme/web:1"), Status.FAILED, "cannot reach the registry of acme/web:1"),
    ("route", isolated(image=ECR), Status.FAILED, "no endpoint for ecr.api, ecr.dkr, s3, logs"),
    ("route", isolated("ecr.api", "ecr.dkr", "s3", "logs", image=ECR), Status.PASSED, "by VPC endpoints"),
    ("route", denied("DescribeRouteTables"), Status.SKIPPED, "Allow ec2:DescribeRouteTables"),
    ("target groups", None, Status.PASSED, "takes port 8080 and has a listener"),
    ("target groups", target_group(TargetType="instance"), Status.FAILED, "use a target group of type ip"),
    ("target groups", target_group(), Status.FAILED, "add a listener, or a rule of one"),
    ("target groups", target_group(listener=True, VpcId="vpc-00000000"), Status.FAILED, "is in vpc-00000000"),
    (
        "target groups",
        target_group(listener=True, HealthCheckPort="9000"),
        Status.FAILED,
        "checks port 9000, which no container has",
    ),
    (
        "target groups",
        change(target_groups=(("arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/x/1", 80),)),
        Status.FAILED,
        "targetgroup/x/1 does not exist",
    ),
    (
        "target groups",
        denied("DescribeTargetGroups"),
        Status.SKIPPED,
        "Allow elasticloadbalancing:DescribeTargetGroups",
    ),
    ("target groups", change(target_groups=()), Status.SKIPPED, "nothing to check"),
    ("file systems", None, Status.PASSED, "can be mounted in eu-west-1a"),
    ("file systems", second_zone, Status.FAILED, "has no mount target in eu-west-1b"),
    ("file systems", close_mount_target, Status.FAILED, "allow TCP port 2049 from sg-"),
    (
        "file systems",
        change(file_systems=(FileSystem(file_system="fs-00000000"),)),
        Status.FAILED,
        "fs-00000000 does not exist",
    ),
    (
        "file systems",
        denied("DescribeMountTargets"),
        Status.SKIPPED,
        "Allow elasticfilesystem:DescribeMountTargets",
    ),
    ("file systems", change(file_systems=()), Status.SKIPPED, "mounts no EFS file system"),
    ("log groups", None, Status.PASSED, "/shop/web exists"),
    (
        "log groups",
        change(log_groups=(LogGroup(name="/absent"),)),
        Status.FAILED,
        "create it, or set the log option awslogs-create-group",
    ),
    ("log groups", own_log_group, Status.FAILED, "set Octopus.Action.Aws.Ecs.Deploy.LogGroupName"),
    ("log groups", denied("DescribeLogGroups"), Status.SKIPPED, "Allow logs:DescribeLogGroups"),
    ("quotas", None, Status.PASSED, "4 of 5000 network interfaces"),
    ("quotas", change(most_tasks=6000), Status.FAILED, "needs 6000 network interfaces"),
    ("quotas", denied("GetServiceQuota"), Status.SKIPPED, "Allow servicequotas:GetServiceQuota"),
]


@pytest.mark.parametrize(("name", "act", "status", "text"), CASES)
def test_a_check_ends_as_its_row_says(
    name: str, act: Change | None, status: Status, text: str, account: Account
) -> None:
    if act:
        act(account)

    found = account.found(name)

    assert any(each.status is status and text in each.text for each in found), found
    if status is Status.PASSED:
        assert not [each for each in found if each.status is Status.FAILED]


def test_every_check_passes_fails_and_is_skipped_somewhere_above() -> None:
    # The images are in registries, which have tests of their own.
    names = {check.name for check in CHECKS} - {"images"}

    for status in Status:
        assert names - {name for name, _, each, _ in CASES if each is status} == set()


@pytest.mark.parametrize("name", [check.name for check in CHECKS])
def test_a_check_only_reads(name: str, account: Account) -> None:
    account.found(name)

    assert [call.operation for call in account.aws.calls if not call.operation.startswith(READS)] == []


def test_a_mode_that_warns_fails_no_check(account: Account) -> None:
    tag_cluster(account)
    guard = Guard(mode=GuardMode.WARN, scope=DeploymentScope(environment="Production"), cluster="shop")
    account.changes["guard"] = guard

    [found] = account.found("environment")

    assert found.status is Status.PASSED


def test_a_session_of_a_role_is_simulated_as_its_role() -> None:
    with Sandbox() as aws:
        account = complete(aws)
        arn = add_role(account, "deployer")
        allow(account, "deployer", every("Allow"))
        account.changes["policy"] = POLICY
        aws.clients = aws.clients.assume(AssumedRole(role_arn=arn))

        [found] = account.found("permissions")

    assert found.status is Status.PASSED
    assert "role/deployer may do" in found.text


@pytest.mark.parametrize("kind", [FaultKind.READ_TIMEOUT, FaultKind.TRUNCATED_BODY, FaultKind.INTERNAL_ERROR])
def test_a_call_that_fails_is_a_skip_of_its_check_and_of_no_other(kind: FaultKind, account: Account) -> None:
    account.aws.faults.apply(Fault("DescribeSubnets", kind))

    [network] = account.found("network")
    [log_group, _] = account.found("log groups")

    assert network.status is Status.SKIPPED
    assert "DescribeSubnets" in network.text
    assert log_group.status is Status.PASSED
