from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property

import pytest
from attrs import define, evolve
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ClientError

from ecs_steps import AccessDeniedError, StackFailedError
from ecs_steps.aws import (
    autoscaling,
    cloudwatch,
    clusters,
    container_instances,
    ec2,
    ecr,
    ecs,
    efs,
    elbv2,
    iam_roles,
    listener_rules,
    logs,
    quotas,
    revisions_in_use,
    secrets,
    service_deployments,
    stack_events,
    task_definitions,
    task_sets,
    tasks,
)
from ecs_steps.aws import cloudformation as stacks
from ecs_steps.aws.clients import AwsClients
from ecs_steps.aws.cloudformation import Stack, StackOperation, StackRequest
from ecs_steps.aws.denials import Denial
from ecs_steps.aws.errors import calling
from ecs_steps.aws.stack_status import OperationKind, StackStatus
from ecs_steps.clock import SystemClock
from ecs_steps.sandbox import Fault, FaultKind, Sandbox, Scenario
from ecs_steps.sandbox.protocol import Envelope
from ecs_steps.sandbox.scenario import ResourceFailurePlan
from ecs_steps.sandbox.session import SandboxSession
from ecs_steps.tags import Tag
from explaining.runs import run
from known_calls import known_actions
from rollouts import examples

REQUEST = StackRequest(name="shop", template={}, parameters={})
LARGE = StackRequest(
    name="shop", template={"large": "x" * 60_000}, parameters={}, template_bucket="templates"
)
STACK = Stack(
    stack_id="arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1",
    name="shop",
    status=StackStatus.CREATE_COMPLETE,
    reason="",
    is_protected=False,
)
OPERATION = StackOperation(
    kind=OperationKind.CREATE,
    stack_name="shop",
    stack_id=STACK.stack_id,
    token="1",  # noqa: S106  no secret
)
SERVICE = evolve(examples.SERVICE, name="orders")
ROLE = "arn:aws:iam::123456789012:role/deployer"
DEPLOYMENT = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/orders/1"
RULE = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/shop/1/2/3"
LISTENER_RULE = listener_rules.ListenerRule(arn=RULE, priority=1, conditions=(), actions=())
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/1"
NEW_SET = task_sets.NewTaskSet(
    members={"launchType": "FARGATE"},
    task_definition="orders:2",
    scale=1,
    external_id="",
    client_token="t",  # noqa: S106  no secret
)
NEW_GROUP = elbv2.NewTargetGroup(
    name="pets-blue", vpc="vpc-1", protocol="HTTP", port=80, health_check_path="/"
)
GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/orders/1"

REPOSITORY = ecr.NewRepository(name="web", scan_on_push=True, immutable_tags=True)

CALLS: Mapping[str, tuple[Callable[[AwsClients], object], str]] = {
    "cloudformation:DescribeStacks": (lambda aws: stacks.describe_stack(aws, "shop"), "stack shop"),
    "cloudformation:CreateStack": (lambda aws: stacks.create_stack(aws, REQUEST, "t"), "stack shop"),
    "cloudformation:UpdateStack": (lambda aws: stacks.update_stack(aws, REQUEST, "t"), "stack shop"),
    "cloudformation:DeleteStack": (lambda aws: stacks.delete_stack(aws, STACK, "t"), "stack shop"),
    "cloudformation:ContinueUpdateRollback": (
        lambda aws: stacks.continue_rollback(aws, STACK, "t"),
        "stack shop",
    ),
    "cloudformation:CancelUpdateStack": (lambda aws: stacks.cancel_update(aws, STACK, "t"), "stack shop"),
    "cloudformation:CreateChangeSet": (
        lambda aws: stacks.create_change_set(aws, REQUEST, "plan", is_new=True),
        "stack shop",
    ),
    "cloudformation:DescribeChangeSet": (
        lambda aws: stacks.describe_change_set(aws, "shop", "plan"),
        "stack shop",
    ),
    "cloudformation:ListChangeSets": (lambda aws: stacks.list_change_sets(aws, "shop"), "stack shop"),
    "cloudformation:DeleteChangeSet": (
        lambda aws: stacks.delete_change_set(aws, "shop", "plan"),
        "stack shop",
    ),
    "cloudformation:DescribeStackEvents": (
        lambda aws: list(stack_events.operation_events(aws, OPERATION, {})),
        "stack shop",
    ),
    "cloudformation:DescribeStackResources": (
        lambda aws: stacks.stack_resources(aws, STACK.stack_id),
        f"stack {STACK.stack_id}",
    ),
    "s3:PutObject": (lambda aws: stacks.create_stack(aws, LARGE, "t"), "bucket templates"),
    "ecs:DescribeServices": (lambda aws: ecs.describe_service(aws, "shop", "orders"), "service orders"),
    "ecs:DescribeClusters": (lambda aws: clusters.describe_cluster(aws, "shop"), "cluster shop"),
    "ecs:ListContainerInstances": (
        lambda aws: container_instances.container_instances(aws, "shop"),
        "cluster shop",
    ),
    "ecs:DescribeContainerInstances": (
        lambda aws: list(container_instances.describe_container_instances(aws, "shop", ["1"])),
        "cluster shop",
    ),
    "ec2:DescribeSubnets": (lambda aws: ec2.describe_subnets(aws, ["subnet-1"]), "*"),
    "ec2:DescribeSecurityGroups": (lambda aws: ec2.describe_security_groups(aws, ["sg-1"]), "*"),
    "ec2:DescribeRouteTables": (lambda aws: ec2.describe_route_tables(aws, "vpc-1"), "*"),
    "ec2:DescribeVpcEndpoints": (lambda aws: ec2.endpoint_services(aws, "vpc-1"), "*"),
    "iam:GetRole": (lambda aws: iam_roles.get_role(aws, "deployer"), "role deployer"),
    "iam:SimulatePrincipalPolicy": (
        lambda aws: iam_roles.denied_actions(aws, ROLE, ["ecs:UpdateService"], ["*"]),
        ROLE,
    ),
    "secretsmanager:DescribeSecret": (lambda aws: secrets.secret_exists(aws, "database"), "database"),
    "ssm:DescribeParameters": (lambda aws: secrets.parameter_exists(aws, "/shop"), "parameter /shop"),
    "elasticfilesystem:DescribeMountTargets": (lambda aws: efs.mount_targets(aws, "fs-1"), "fs-1"),
    "elasticfilesystem:DescribeMountTargetSecurityGroups": (
        lambda aws: efs.mount_target_security_groups(aws, "fsmt-00000001"),
        "fsmt-00000001",
    ),
    "elasticfilesystem:DescribeAccessPoints": (
        lambda aws: efs.access_point_exists(aws, "fsap-1", "fs-1"),
        "fsap-1",
    ),
    "servicequotas:GetServiceQuota": (
        lambda aws: quotas.applied_quota(aws, "fargate", "L-1"),
        "quota L-1 of fargate",
    ),
    "servicequotas:GetAWSDefaultServiceQuota": (
        lambda aws: quotas.default_quota(aws, "fargate", "L-1"),
        "quota L-1 of fargate",
    ),
    "ecs:ListClusters": (lambda aws: list(clusters.describe_clusters(aws)), "*"),
    "logs:DescribeLogGroups": (lambda aws: logs.log_group_exists(aws, "/ecs/x"), "log group /ecs/x"),
    "application-autoscaling:DescribeScalableTargets": (
        lambda aws: autoscaling.is_scalable(aws, "shop", "orders"),
        "service/shop/orders",
    ),
    "ecs:UpdateService": (
        lambda aws: ecs.update_service(aws, SERVICE, "orders:2", force=False),
        "service orders",
    ),
    "ecs:TagResource": (
        lambda aws: ecs.tag_resource(aws, SERVICE.arn, [Tag(key="team", value="shop")]),
        SERVICE.arn,
    ),
    "ecs:DescribeTaskDefinition": (
        lambda aws: task_definitions.describe_task_definition(aws, "orders"),
        "task definition orders",
    ),
    "ecs:DeregisterTaskDefinition": (
        lambda aws: task_definitions.deregister_task_definition(aws, "orders:1"),
        "task definition orders:1",
    ),
    "ecs:RegisterTaskDefinition": (
        lambda aws: task_definitions.register_task_definition(
            aws, {"family": "orders", "containerDefinitions": []}
        ),
        "task definition orders",
    ),
    "ecs:ListServiceDeployments": (
        lambda aws: service_deployments.find_service_deployment(aws, "shop", "orders", "ecs-svc/1"),
        "service orders",
    ),
    "ecs:DescribeServiceDeployments": (
        lambda aws: service_deployments.describe_service_deployment(aws, DEPLOYMENT),
        DEPLOYMENT,
    ),
    "ecs:ContinueServiceDeployment": (
        lambda aws: service_deployments.answer_hook(aws, DEPLOYMENT, "ecs-pause-1", "CONTINUE"),
        DEPLOYMENT,
    ),
    "cloudwatch:DescribeAlarms": (lambda aws: cloudwatch.alarms_in_alarm(aws, ["5xx"]), "alarm 5xx"),
    "elasticloadbalancing:DescribeRules": (lambda aws: listener_rules.live_weights(aws, RULE), RULE),
    "ecs:StopServiceDeployment": (lambda aws: service_deployments.roll_back(aws, DEPLOYMENT), DEPLOYMENT),
    "ecs:ListTaskDefinitions": (
        lambda aws: revisions_in_use.list_active_revisions(aws, "orders", ""),
        "task definition orders",
    ),
    "ecs:ListServices": (lambda aws: revisions_in_use.list_services(aws, "shop", ""), "cluster shop"),
    "ecs:DescribeServiceRevisions": (
        lambda aws: service_deployments.describe_service_revisions(aws, ["1"]),
        "1",
    ),
    "ecr:GetAuthorizationToken": (ecr.get_registry_token, "*"),
    "ecr:DescribeRepositories": (lambda aws: ecr.describe_repository(aws, "web"), "repository web"),
    "ecr:CreateRepository": (lambda aws: ecr.create_repository(aws, REPOSITORY), "repository web"),
    "ecr:GetLifecyclePolicy": (lambda aws: ecr.has_lifecycle_policy(aws, "web"), "repository web"),
    "ecr:PutLifecyclePolicy": (
        lambda aws: ecr.put_lifecycle_policy(aws, "web", "{}".ljust(100)),
        "repository web",
    ),
    "ecr:DescribeImageScanFindings": (
        lambda aws: ecr.describe_scan(aws, "web", "sha256:0"),
        "repository web",
    ),
    "ecr:StartImageScan": (lambda aws: ecr.start_scan(aws, "web", "sha256:0"), "repository web"),
    "ecs:ListTasks": (lambda aws: list(tasks.list_tasks(aws, "shop", "orders", "STOPPED")), "cluster shop"),
    "ecs:DescribeTasks": (
        lambda aws: list(tasks.describe_tasks(aws, "shop", ["1"])),
        "the tasks of cluster shop",
    ),
    "ecs:CreateTaskSet": (
        lambda aws: task_sets.create_task_set(aws, "shop", "orders", NEW_SET),
        "service orders",
    ),
    "ecs:UpdateTaskSet": (
        lambda aws: task_sets.scale_task_set(aws, "shop", "orders", "ecs-svc/1", 10),
        "task set ecs-svc/1",
    ),
    "ecs:UpdateServicePrimaryTaskSet": (
        lambda aws: task_sets.make_primary(aws, "shop", "orders", "ecs-svc/1"),
        "task set ecs-svc/1",
    ),
    "ecs:DeleteTaskSet": (
        lambda aws: task_sets.delete_task_set(aws, "shop", "orders", "ecs-svc/1"),
        "task set ecs-svc/1",
    ),
    "elasticloadbalancing:DescribeListeners": (
        lambda aws: list(listener_rules.listeners_of(aws, BALANCER)),
        BALANCER,
    ),
    "elasticloadbalancing:DescribeTags": (lambda aws: listener_rules.tags_of(aws, [RULE]), RULE),
    "elasticloadbalancing:CreateRule": (
        lambda aws: listener_rules.create_rule(
            aws, "listener", priority=1, conditions=(), actions=(), tags=(Tag("team", "shop"),)
        ),
        "listener",
    ),
    "elasticloadbalancing:ModifyRule": (
        lambda aws: listener_rules.write_rule(aws, LISTENER_RULE, ()),
        RULE,
    ),
    "elasticloadbalancing:ModifyListener": (
        lambda aws: listener_rules.write_rule(aws, evolve(LISTENER_RULE, priority=None), ()),
        LISTENER_RULE.listener,
    ),
    "elasticloadbalancing:DeleteRule": (lambda aws: listener_rules.delete_rule(aws, RULE), RULE),
    "elasticloadbalancing:DescribeLoadBalancers": (lambda aws: elbv2.vpc_of(aws, BALANCER), BALANCER),
    "elasticloadbalancing:CreateTargetGroup": (
        lambda aws: elbv2.create_target_group(aws, NEW_GROUP, [Tag("team", "shop")]),
        "pets-blue",
    ),
    "elasticloadbalancing:DescribeTargetHealth": (lambda aws: elbv2.target_health(aws, GROUP), GROUP),
    "elasticloadbalancing:DescribeTargetGroups": (
        lambda aws: elbv2.target_group_health_check(aws, GROUP),
        GROUP,
    ),
    "elasticloadbalancing:DescribeTargetGroupAttributes": (
        lambda aws: elbv2.target_group_attributes(aws, GROUP),
        GROUP,
    ),
    "logs:GetLogEvents": (
        lambda aws: logs.last_log_lines(aws, group="/ecs/orders", stream="ecs/web/1", region=""),
        "log stream /ecs/orders:ecs/web/1",
    ),
}
"""How each action comes to be needed, and what the error names where AWS names no resource."""

BY_EVENT = {
    "application-auto-scaling": "application-autoscaling",
    "cloudformation": "cloudformation",
    "monitoring": "cloudwatch",
    "cloudwatch": "cloudwatch",
    "cloudwatch-logs": "logs",
    "ecr": "ecr",
    "ec2": "ec2",
    "ecs": "ecs",
    "efs": "efs",
    "elastic-load-balancing-v2": "elbv2",
    "iam": "iam",
    "secrets-manager": "secretsmanager",
    "service-quotas": "service-quotas",
    "ssm": "ssm",
    "s3": "cloudformation",  # XML as well, and the sandbox has none
}


XML = ("cloudformation", "ec2", "elbv2", "iam")
"""Services with another code for a denial."""


@define
class Wall:
    """Denies every request with the same words."""

    words: str = ""

    @cached_property
    def clients(self) -> AwsClients:
        session = SandboxSession(SystemClock(), region="eu-west-1")
        session.register("before-send", self._denied)  # type: ignore[arg-type]  # its types forget replies
        return AwsClients(session)

    def _denied(self, request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse:
        service = BY_EVENT[event_name.split(".")[1]]
        envelope = Envelope(url=request.url, service=service, at=datetime.now(UTC), request_id="3b9d6a0f")
        code = "AccessDenied" if service in XML else "AccessDeniedException"
        return envelope.error(code, self.words, 400)


WALL = Wall()


def denial_of(call: Callable[[AwsClients], object], text: str) -> AccessDeniedError:
    """Make a call that AWS denies with these words."""
    WALL.words = text
    with pytest.raises(AccessDeniedError) as raised:
        call(WALL.clients)
    return raised.value


NOT_PASSED = (
    "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: iam:PassRole on resource: "
    "arn:aws:iam::1:role/web because no identity-based policy allows the iam:PassRole action"
)
NOT_TAGGED = (
    "User with accountId: 1 is not authorized to perform CreateLogGroup with Tags. An additional permission "
    '"logs:TagResource" is required.'
)


def test_every_call_of_the_library_is_tried_here() -> None:
    # What credentials are fetched with is tested with the credentials.
    assert {action for action in known_actions() if not action.startswith("sts:")} == set(CALLS)


@pytest.mark.parametrize("action", CALLS)
def test_a_denial_names_the_action_and_the_resource_as_aws_does(action: str) -> None:
    call, _ = CALLS[action]
    text = f"User: arn:aws:iam::1:user/x is not authorized to perform: {action} on resource: arn:aws:x:::y"

    denied = denial_of(call, f"{text} because no identity-based policy allows the {action} action")

    assert denied.next_step == f"Allow {action} on arn:aws:x:::y for the role or user of this step."


@pytest.mark.parametrize("action", CALLS)
@pytest.mark.parametrize("text", ["Access Denied", ""])
def test_a_denial_without_a_text_names_the_action_and_what_the_call_was_about(action: str, text: str) -> None:
    call, about = CALLS[action]

    denied = denial_of(call, text)

    assert denied.next_step == f"Allow {action} on {about} for the role or user of this step."
    assert denied.what == f"{action.rpartition(':')[2]} was denied"


@pytest.mark.parametrize(
    ("text", "action", "resource"),
    [
        (NOT_PASSED, "iam:PassRole", "arn:aws:iam::1:role/web"),
        ("is not authorized to perform: ecs:ListTasks on resource: *", "ecs:ListTasks", "*"),
        ('to perform: a:B on resource: "arn:aws:iam::1:role/web".', "", ""),
        (
            'not authorized to perform: a:B on resource: "arn:aws:iam::1:role/web".',
            "a:B",
            "arn:aws:iam::1:role/web",
        ),
        (
            "Not authorized to perform sts:AssumeRoleWithWebIdentity",
            "sts:AssumeRoleWithWebIdentity",
            "what it was about",
        ),
        (NOT_TAGGED, "logs:TagResource", "what it was about"),
        ("The role is not valid", "", ""),
    ],
)
def test_a_denial_is_read_from_the_texts_of_each_service(text: str, action: str, resource: str) -> None:
    denial = Denial.parse(text, about="what it was about")

    assert (denial.action, denial.resource) if denial else (action, resource) == ("", "")


def test_an_explicit_deny_is_not_repaired_by_allowing() -> None:
    text = "not authorized to perform: ecs:UpdateService on resource: * with an explicit deny in a policy"

    denial = Denial.parse(text, about="")

    assert denial
    assert denial.next_step.startswith("An explicit deny of ecs:UpdateService on * stands in the way")


def test_a_role_that_may_not_be_passed_to_a_revision_is_named() -> None:
    lacks = Fault("RegisterTaskDefinition", FaultKind.ACCESS_DENIED, lacks="iam:PassRole")
    with Sandbox(Scenario(faults=(lacks,))) as aws:
        failed = run("update", aws)

    assert isinstance(failed.error, AccessDeniedError)
    role = "arn:aws:iam::123456789012:role/orders-execution"
    assert failed.error.next_step == f"Allow iam:PassRole on {role} for the role or user of this step."


def test_a_role_that_cloudformation_may_not_pass_is_named_with_what_to_do() -> None:
    failure_plan = ResourceFailurePlan(
        resource="AWS::ECS::TaskDefinition", on="create", reason=NOT_PASSED, handler_error_code="AccessDenied"
    )
    with Sandbox(Scenario(resources=(failure_plan,))) as aws:
        failed = run("deploy", aws)

    assert isinstance(failed.error, StackFailedError)
    assert failed.error.why.startswith("TaskDefinitionoctopetshopWeb (AWS::ECS::TaskDefinition): User: ")
    allow = "Allow iam:PassRole on arn:aws:iam::1:role/web for the role or user of this step."
    assert failed.error.diagnosis
    assert failed.error.diagnosis.root_cause
    assert failed.error.diagnosis.root_cause.remedy == allow


def test_a_failure_of_the_tasks_asks_nothing_of_the_permissions_of_the_step() -> None:
    with Sandbox("secret-denied") as aws:
        failed = run("deploy", aws)

    assert failed.error
    assert "secretsmanager:GetSecretValue" in str(failed.error)
    assert "for the role or user of this step" not in str(failed.error)


@pytest.mark.parametrize(
    "limit",
    ["permissions boundary", "session policy", "service control policy", "resource control policy"],
)
def test_a_policy_that_limits_the_role_from_outside_is_named(limit: str) -> None:
    text = (
        "User: arn:aws:iam::1:user/x is not authorized to perform: ecs:UpdateService on resource: "
        f"arn:aws:ecs:x:1:service/a/b because no {limit} allows the ecs:UpdateService action"
    )

    denial = Denial.parse(text, about="*")

    assert denial
    assert denial.next_step == (
        f"Allow ecs:UpdateService on arn:aws:ecs:x:1:service/a/b in the {limit} of the role or user of this "
        "step as well; its own policies do not reach further."
    )


def test_credentials_that_a_single_sign_on_denies_are_not_requested_from_sts() -> None:
    reply = {"Error": {"Code": "AccessDeniedException", "Message": "No access"}}

    with pytest.raises(AccessDeniedError) as raised, calling("ecs:ListClusters"):
        raise ClientError(reply, "GetRoleCredentials")  # type: ignore[arg-type]  # as botocore makes it

    assert raised.value.what == "GetRoleCredentials was denied"
    assert "Allow sso:GetRoleCredentials on " in raised.value.next_step


def test_a_login_that_sts_denies_names_what_sts_was_requested() -> None:
    reply = {"Error": {"Code": "AccessDenied", "Message": "Access denied"}}

    with pytest.raises(AccessDeniedError) as raised, calling("ecs:ListClusters"):
        raise ClientError(reply, "AssumeRole")  # type: ignore[arg-type]  # as botocore makes it

    assert raised.value.next_step == (
        "Allow sts:AssumeRole on the role that the environment names for the role or user of this step."
    )
