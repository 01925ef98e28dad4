"""Each check passes, fails and is skipped; what fails says what to change."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from ecs_steps.account import AssumedRole
from ecs_steps.aws.ec2 import RouteTable, Subnet
from ecs_steps.environments.scope import DeploymentScope, Guard, GuardMode
from ecs_steps.errors import NotFoundError
from ecs_steps.octopus.feeds import Feed
from ecs_steps.preflight.check import Status
from ecs_steps.preflight.network_checks import default_route, judge_way
from ecs_steps.preflight.plan import FileSystem, LogGroup, TaskPlan
from ecs_steps.preflight.table import CHECKS
from ecs_steps.registry import Platform
from ecs_steps.sandbox import Fault, FaultKind, Sandbox
from ecs_steps.sandbox.registry import SandboxRegistry
from ecs_steps.sandbox.registry_server import serve_registry
from preflight.account import (
    TRUST,
    Account,
    add_endpoints,
    add_listener,
    add_role,
    add_subnet,
    add_target_group,
    allow,
    allow_caller,
    close_mount_target,
    complete,
    isolate,
    route_by_internet_gateway,
)
from registry.images import two_platforms

READS = ("Describe", "Get", "List", "Simulate", "BatchGet")
Change = Callable[[Account], Any]
Act = Change | Mapping[str, object] | Fault | None
"""What is done to the account, or to the plan alone, or the read that is denied."""
POLICY = {
    "Statement": [
        {"Action": ["ecs:UpdateService"], "Resource": ["arn:aws:ecs:eu-west-1:123456789012:service/shop/web"]}
    ]
}


@pytest.fixture
def account() -> Iterator[Account]:
    with Sandbox() as aws:
        yield complete(aws)


@pytest.fixture(scope="module")
def unchanged_account() -> Iterator[Account]:
    """Make an account that tests leave as it is: only their plans differ, and which reads are denied."""
    with Sandbox() as aws:
        yield complete(aws)


def change(**members: object) -> Mapping[str, object]:
    """Change the plan."""
    return members


def denied(operation: str) -> Fault:
    return Fault(operation, FaultKind.ACCESS_DENIED)


def tag_cluster(account: Account) -> None:
    arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/shop"
    tags = [{"key": "octopus-environment", "value": "Test"}]
    account.aws.ecs.tag_resource({"resourceArn": arn, "tags": tags})


def caller_may(policy: dict[str, Any]) -> Change:
    def make(account: Account) -> None:
        allow_caller(account, policy)
        account.changes["policy"] = POLICY

    return make


PASSES_TO_EC2 = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": "*",
            "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        },
    ],
}


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


def access_point(account: Account) -> None:
    made = account.client("efs").create_access_point(FileSystemId=account.file_system)
    system = FileSystem(file_system=account.file_system, access_point=made["AccessPointId"])
    account.changes["file_systems"] = (system,)


def absent_access_point(account: Account) -> None:
    system = FileSystem(file_system=account.file_system, access_point="fsap-00000000")
    account.changes["file_systems"] = (system,)


def in_another_region(account: Account) -> None:
    elsewhere = account.aws.clients.in_region("eu-central-1")
    secret = elsewhere.service("secretsmanager").create_secret(Name="other", SecretString="x")["ARN"]
    elsewhere.service("ssm").put_parameter(Name="/other", Value="x", Type="String")
    parameter = "arn:aws:ssm:eu-central-1:123456789012:parameter/other"
    account.changes["secrets"] = (secret, parameter)


def unreadable_secret(account: Account) -> None:
    add_role(account, "poor")
    account.changes["execution_role"] = "arn:aws:iam::123456789012:role/poor"


ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/staging/web:1.4.0"
ENDPOINTS = ("ecr.api", "ecr.dkr", "s3", "logs", "secretsmanager")
ABSENT_SERVICE = NotFoundError(what="Service web was not found", next_step="Check the name.")
GUARDED = Guard(scope=DeploymentScope(environment="Production"), cluster="nowhere")

# A check, what is done to the account or the plan, how it ends, and words that its text has.
CASES: list[tuple[str, Act, Status, str]] = [
    ("cluster", None, Status.PASSED, "shop is ACTIVE"),
    ("cluster", change(guard=GUARDED), Status.FAILED, "correct Octopus.Action.Aws.Ecs.ClusterName"),
    ("cluster", denied("DescribeClusters"), Status.SKIPPED, "Allow ecs:DescribeClusters on "),
    ("environment", None, Status.PASSED, "nothing contradicts Production"),
    ("environment", tag_cluster, Status.FAILED, "the cluster shop is tagged octopus-environment=Test"),
    ("environment", denied("DescribeClusters"), Status.SKIPPED, "Allow ecs:DescribeClusters"),
    ("environment", change(guard=Guard(cluster="shop")), Status.SKIPPED, "name no environment"),
    ("environment", change(guard=GUARDED), Status.SKIPPED, "there is no such cluster"),
    ("permissions", caller_may(every("Allow")), Status.PASSED, "user/moto may do what"),
    ("permissions", caller_may(every("Deny")), Status.FAILED, "ecs:UpdateService on arn:aws:ecs"),
    ("permissions", None, Status.SKIPPED, "nothing that can be simulated"),
    ("service", None, Status.PASSED, "web can be deployed"),
    ("service", change(obstacle=ABSENT_SERVICE), Status.FAILED, "Service web was not found"),
    ("service", change(service=""), Status.SKIPPED, "the step's stack makes the service"),
    ("images", change(images={"web": ECR}), Status.PASSED, "for linux/amd64"),
    ("images", change(images={"web": ECR}, platform=None), Status.PASSED, "for any platform"),
    (
        "images",
        change(images={"web": f"{ECR}-absent"}),
        Status.FAILED,
        "Check the repository's name",
    ),
    (
        "images",
        change(images={"web": ECR}, platform=Platform(os="windows", architecture="amd64")),
        Status.FAILED,
        "is not an image for windows/amd64, which the task runs on",
    ),
    ("images", change(images={"web": "Web:1"}), Status.FAILED, "container web: "),
    ("images", change(private_images=("web",)), Status.SKIPPED, "whose login only the tasks have"),
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
    ("roles", None, Status.PASSED, "and the step may pass it"),
    ("roles", caller_may(PASSES_TO_EC2), Status.FAILED, "allow iam:PassRole on it where"),
    ("roles", change(passes_roles=False), Status.PASSED, "task trusts ecs-tasks.amazonaws.com"),
    ("roles", denied("SimulatePrincipalPolicy"), Status.SKIPPED, "may pass it is not known"),
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
    ("secrets", in_another_region, Status.PASSED, ":eu-central-1:"),
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
    ("route", isolated(*ENDPOINTS, image=ECR), Status.FAILED, "the VPC has no endpoint for ssm"),
    ("route", isolated(*ENDPOINTS, "ssm", image=ECR), Status.PASSED, "by VPC endpoints"),
    ("route", change(subnets=()), Status.SKIPPED, "no network of their own"),
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
    (
        "target groups",
        change(ports=(range(9000, 9010),)),
        Status.FAILED,
        "is to take port 8080, which no container maps",
    ),
    ("target groups", change(ports=(range(8000, 9000),)), Status.PASSED, "takes port 8080"),
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
    ("file systems", access_point, Status.PASSED, "can be mounted in eu-west-1a"),
    ("file systems", absent_access_point, Status.FAILED, "has no access point fsap-00000000: correct"),
    ("file systems", change(subnets=()), Status.SKIPPED, "no network of their own"),
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
    ("quotas", None, Status.PASSED, "2 of 6 Fargate vCPUs"),
    ("quotas", None, Status.PASSED, "of 5000 services in a cluster"),
    ("quotas", change(most_tasks=6000), Status.FAILED, "needs 6000 network interfaces"),
    (
        "quotas",
        change(cpu=2048),
        Status.FAILED,
        "needs 8 Fargate vCPUs, and the account may have 6",
    ),
    ("quotas", change(is_fargate=False, subnets=(), makes_service=False), Status.SKIPPED, "nothing to check"),
    ("quotas", denied("GetServiceQuota"), Status.SKIPPED, "Allow servicequotas:GetServiceQuota"),
]


@pytest.mark.parametrize(("name", "act", "status", "text"), CASES)
def test_a_check_ends_as_its_row_says(
    name: str, act: Act, status: Status, text: str, request: pytest.FixtureRequest
) -> None:
    is_change = callable(act)
    account: Account = request.getfixturevalue("account" if is_change else "unchanged_account")
    account.changes.clear()
    match act:
        case Fault():
            account.aws.faults.apply(act)
        case Mapping():
            account.changes |= act
        case _ if callable(act):
            act(account)

    found = account.found(name)
    account.aws.faults.apply()

    assert any(each.status is status and text in each.text for each in found), found
    if status is Status.PASSED:
        assert not [each for each in found if each.status is Status.FAILED]


def test_every_check_passes_fails_and_is_skipped_somewhere_above() -> None:
    for status in Status:
        assert {check.name for check in CHECKS} == {name for name, _, each, _ in CASES if each is status}


@pytest.mark.parametrize("name", [check.name for check in CHECKS])
def test_a_read_that_is_denied_is_a_skip_that_names_its_action(name: str, unchanged_account: Account) -> None:
    account = unchanged_account
    account.changes.clear()
    account.changes |= {"images": {"web": ECR}, "policy": POLICY}
    account.found(name)
    operations = {call.operation for call in account.aws.calls}

    for operation in operations:
        account.aws.faults.apply(denied(operation))
        skips = [each.text for each in account.found(name) if each.status is Status.SKIPPED]
        assert any(re.search(rf"Allow [a-z0-9-]+:{operation} on ", text) for text in skips), (
            operation,
            skips,
        )
    account.aws.faults.apply()


@pytest.mark.parametrize("name", [check.name for check in CHECKS])
def test_a_check_only_reads(name: str, account: Account) -> None:
    account.found(name)

    assert [call.operation for call in account.aws.calls if not call.operation.startswith(READS)] == []


@pytest.mark.parametrize(
    ("state", "status", "text"),
    [
        ("active", Status.PASSED, "subnet-1 reaches the internet by nat-1"),
        ("blackhole", Status.FAILED, "its NAT gateway was deleted; correct the route table"),
    ],
)
def test_a_route_to_a_nat_gateway_that_was_deleted_leads_nowhere(
    state: str, status: Status, text: str
) -> None:
    # As EC2 describes it; moto and ministack leave such a route active.
    route = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": state}
    table = RouteTable(subnets=("subnet-1",), is_main=False, routes=(route,))
    subnet = Subnet(subnet_id="subnet-1", vpc="vpc-1", zone="eu-west-1a", cidr="10.0.1.0/24")
    way = default_route(subnet, [table])
    assert way

    found = judge_way(subnet.subnet_id, way, TaskPlan())

    assert found.status is status
    assert text in found.text


def test_an_image_in_the_registry_of_a_feed_is_read_with_its_login(unchanged_account: Account) -> None:
    registry = SandboxRegistry(login=("octopus", "pass"))
    two_platforms().put(registry, "team/web", "2.0.0")
    with serve_registry(registry):
        image = {"web": f"{registry.host}/team/web:2.0.0"}
        feed = Feed(registry=registry.host, username="octopus", password="pass")  # noqa: S106  of a fake
        unchanged_account.changes = {"images": image, "feeds": {"web": feed}}
        [found] = unchanged_account.found("images")
        unchanged_account.changes = {"images": image}
        [without] = unchanged_account.found("images")

    assert found.status is Status.PASSED
    assert without.status is Status.SKIPPED
    assert "it wants a user name and a password" in without.text


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
