"""Every way a check ends: what is done to an account or a plan that has everything, and the words for it."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from ecs_steps.aws.ecs import Service
from ecs_steps.environments.scope import DeploymentScope, Guard, GuardMode
from ecs_steps.errors import NotFoundError
from ecs_steps.preflight.check import Status
from ecs_steps.preflight.plan import FileSystem, LogGroup
from ecs_steps.registry.manifest import Platform
from ecs_steps.sandbox import Fault, FaultKind
from ecs_steps.tags import Tag
from preflight.account import (
    TRUST,
    SandboxAccount,
    add_endpoints,
    add_listener,
    add_role,
    add_subnet,
    add_target_group,
    allow_caller,
    close_mount_target,
    isolate,
    route_by_internet_gateway,
)
from rollouts import examples

Change = Callable[[SandboxAccount], Any]
Act = Change | Mapping[str, object] | Fault | None
"""What is done to the account, or to the plan alone, or the read that is denied."""
PRODUCTION = Guard(scope=DeploymentScope(environment="Production"), cluster="shop")
SERVICE = evolve(examples.SERVICE, name="web", tags=())
POLICY = {
    "Statement": [
        {"Action": ["ecs:UpdateService"], "Resource": ["arn:aws:ecs:eu-west-1:123456789012:service/shop/web"]}
    ]
}


def change(**members: object) -> Mapping[str, object]:
    """Change the plan."""
    return members


def denied(operation: str) -> Fault:
    return Fault(operation, FaultKind.ACCESS_DENIED)


def deleted_cluster(account: SandboxAccount) -> None:
    account.aws.add_cluster("old")
    account.aws.ecs.delete_cluster({"cluster": "old"})
    account.changes["guard"] = Guard(cluster="old")


def tagged(key: str, value: str) -> Service:
    return evolve(SERVICE, tags=(Tag(key, value),))


def tag_cluster_of_its_service(account: SandboxAccount) -> None:
    tag_cluster(account)
    account.changes["service"] = tagged("octopus-environment", "Production")


def tag_cluster_in_mode_warn(account: SandboxAccount) -> None:
    tag_cluster(account)
    account.changes["guard"] = evolve(PRODUCTION, mode=GuardMode.WARN)


def tag_cluster(account: SandboxAccount) -> None:
    arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/shop"
    tags = [{"key": "octopus-environment", "value": "Test"}]
    account.aws.ecs.tag_resource({"resourceArn": arn, "tags": tags})


def caller_may(policy: dict[str, Any]) -> Change:
    def make(account: SandboxAccount) -> None:
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


def infrastructure_role(account: SandboxAccount) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}
    arn = add_role(account, "balancers", {**TRUST, "Statement": [statement]})
    account.changes["infrastructure_roles"] = (arn,)


def untrusted_role(account: SandboxAccount) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    account.changes["task_role"] = add_role(account, "ec2", {**TRUST, "Statement": [statement]})


def busy_stack(account: SandboxAccount) -> None:
    account.aws.apply("healthy")
    template = '{"Resources": {"Logs": {"Type": "AWS::Logs::LogGroup"}}}'
    account.clients.cloudformation.create_stack(StackName="shop-web", TemplateBody=template)


def own_log_group(account: SandboxAccount) -> None:
    account.client("logs").create_log_group(logGroupName="/ecs/web")


def second_vpc(account: SandboxAccount) -> None:
    other = account.client("ec2").create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    account.changes["subnets"] = (account.subnet, add_subnet(account, "10.1.1.0/24", other))


def isolated(*endpoints: str, image: str = "") -> Change:
    def make(account: SandboxAccount) -> None:
        isolate(account)
        add_endpoints(account, *endpoints)
        if image:
            account.changes["images"] = {"web": image}

    return make


def target_group(listener: bool = False, **settings: Any) -> Change:  # noqa: ANN401, FBT001, FBT002  passed on
    def make(account: SandboxAccount) -> None:
        arn = add_target_group(account, "other", **settings)
        if listener:
            add_listener(account, arn, 81)
        account.changes["target_groups"] = ((arn, 8080),)

    return make


def second_zone(account: SandboxAccount) -> None:
    made = account.client("ec2").create_subnet(
        VpcId=account.vpc, CidrBlock="10.0.9.0/24", AvailabilityZone="eu-west-1b"
    )
    account.changes["subnets"] = (account.subnet, made["Subnet"]["SubnetId"])


def access_point(account: SandboxAccount) -> None:
    made = account.client("efs").create_access_point(FileSystemId=account.file_system)
    system = FileSystem(file_system=account.file_system, access_point=made["AccessPointId"])
    account.changes["file_systems"] = (system,)


def absent_access_point(account: SandboxAccount) -> None:
    system = FileSystem(file_system=account.file_system, access_point="fsap-00000000")
    account.changes["file_systems"] = (system,)


def in_another_region(account: SandboxAccount) -> None:
    elsewhere = account.clients.in_region("eu-central-1")
    secret = elsewhere.service("secretsmanager").create_secret(Name="other", SecretString="x")["ARN"]
    elsewhere.service("ssm").put_parameter(Name="/other", Value="x", Type="String")
    parameter = "arn:aws:ssm:eu-central-1:123456789012:parameter/other"
    account.changes["secrets"] = (secret, parameter)


def unreadable_secret(account: SandboxAccount) -> None:
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
    ("cluster", deleted_cluster, Status.FAILED, "old is INACTIVE in eu-west-1: correct"),
    ("cluster", denied("DescribeClusters"), Status.SKIPPED, "Allow ecs:DescribeClusters on "),
    ("environment", None, Status.PASSED, "nothing contradicts Production"),
    ("environment", tag_cluster, Status.FAILED, "the cluster shop is tagged octopus-environment=Test"),
    ("environment", denied("DescribeClusters"), Status.SKIPPED, "Allow ecs:DescribeClusters"),
    ("environment", change(guard=Guard(cluster="shop")), Status.SKIPPED, "name no environment"),
    ("environment", change(guard=GUARDED), Status.SKIPPED, "there is no such cluster"),
    ("environment", change(guard=evolve(PRODUCTION, mode=GuardMode.OFF)), Status.SKIPPED, "is Off"),
    (
        "environment",
        change(service=tagged("octopus-environment", "Test")),
        Status.FAILED,
        "the service web is",
    ),
    ("environment", tag_cluster_of_its_service, Status.PASSED, "nothing contradicts Production"),
    (
        "environment",
        change(service=tagged("Octopus.Environment.Name", "Test")),
        Status.PASSED,
        "the service web was last deployed for Test",
    ),
    (
        "environment",
        change(guard=evolve(PRODUCTION, expected_account="111111111111", mode=GuardMode.WARN)),
        Status.FAILED,
        "Give the step credentials of 111111111111",
    ),
    ("environment", tag_cluster_in_mode_warn, Status.PASSED, "The step warns and deploys"),
    ("permissions", caller_may(every("Allow")), Status.PASSED, "user/moto may do what"),
    ("permissions", caller_may(every("Deny")), Status.FAILED, "ecs:UpdateService on arn:aws:ecs"),
    ("permissions", None, Status.SKIPPED, "nothing that can be simulated"),
    ("service", change(service=SERVICE), Status.PASSED, "web can be deployed"),
    ("service", change(obstacle=ABSENT_SERVICE), Status.FAILED, "Service web was not found"),
    ("service", None, Status.SKIPPED, "the step's stack makes the service"),
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
    ("roles", infrastructure_role, Status.PASSED, "balancers trusts ecs.amazonaws.com, and the step may"),
    (
        "roles",
        change(infrastructure_roles=("arn:aws:iam::123456789012:role/task",)),
        Status.FAILED,
        "the infrastructure role arn:aws:iam::123456789012:role/task does not trust ecs.amazonaws.com",
    ),
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
    ("network", second_vpc, Status.FAILED, "choose subnets and security groups of one VPC"),
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
    (
        "file systems",
        absent_access_point,
        Status.FAILED,
        "has no access point fsap-00000000: correct the volumes of",
    ),
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
