"""A policy's resources and actions follow the variables."""

import json
import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps import DeployEcsServiceStep, UpdateEcsServiceStep
from ecs_steps.iam import Scope
from ecs_steps.sandbox.cloudformation.resources.resource_type import generated_name
from ecs_steps.sandbox.cloudformation.stack import Wanted
from ecs_steps.steps.row import StepRow
from permissions.policies import ROWS, Document, Statement, example, matches, policy_of
from steps.deploy_ecs_service.dictionaries import ECS, container, dictionary
from steps.deploy_ecs_service.features import EXECUTION_ROLE, TASK_ROLE, manual, plain

GOLDENS = Path(__file__).parent / "goldens"
REGION = {"Octopus.Action.Aws.Region": "eu-west-1"}
DEPLOYER = "arn:aws-cn:iam::210987654321:role/deployer"
OTHER_ROLE = "arn:aws:iam::123456789012:role/orders"


def deploy(variables: Mapping[str, object], *, diagnostics: bool = False) -> Document:
    return DeployEcsServiceStep(variables).iam_policy(diagnostics=diagnostics)


def update(*, diagnostics: bool = False, roles: tuple[str, ...] = (), **changes: str) -> Document:
    named = {f"{ECS}.{name.replace('_', '.')}": value for name, value in changes.items()}
    step = UpdateEcsServiceStep(example("update") | named)
    return step.iam_policy(diagnostics=diagnostics, roles=roles)


def statement(policy: Document, sid: str) -> Statement:
    [found] = [each for each in policy["Statement"] if each["Sid"] == sid]
    result: Statement = found
    return result


def resources(policy: Document, sid: str) -> list[str]:
    return list(statement(policy, sid)["Resource"])


def sids(policy: Document) -> set[str]:
    return {each["Sid"] for each in policy["Statement"]}


def actions(policy: Document) -> set[str]:
    return {action for each in policy["Statement"] for action in each["Action"]}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_example_has_the_policy_of_its_golden(row: StepRow, *, update_goldens: bool) -> None:
    golden = GOLDENS / f"{row.name}.json"

    made = policy_of(row, example(row.name))

    if update_goldens:
        golden.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    assert made == json.loads(golden.read_text(encoding="utf-8"))


def test_diagnostics_only_add_to_a_policy() -> None:
    least, full = deploy(example("deploy")), deploy(example("deploy"), diagnostics=True)

    assert full["Statement"][: len(least["Statement"])] == least["Statement"]
    assert actions(full) - actions(least) == {
        "ecs:ListTasks",
        "ecs:DescribeTasks",
        "logs:GetLogEvents",
        "elasticloadbalancing:DescribeTargetHealth",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetGroupAttributes",
    }


def test_roles_that_are_given_are_passed_and_none_is_made() -> None:
    policy = deploy(dictionary(TaskRole=TASK_ROLE, TaskExecutionRole=EXECUTION_ROLE))

    assert resources(policy, "PassRolesToTasks") == [TASK_ROLE, EXECUTION_ROLE]
    assert [action for action in actions(policy) if action.startswith("iam:Create")] == []


def test_a_role_that_is_given_twice_is_named_once() -> None:
    policy = deploy(dictionary(TaskRole=TASK_ROLE, TaskExecutionRole=TASK_ROLE))

    assert resources(policy, "PassRolesToTasks") == [TASK_ROLE]


def test_a_role_that_the_stack_makes_may_be_made_and_passed_and_get_one_policy_of_aws() -> None:
    policy = deploy(dictionary(others=REGION, CFStackName="shop", TaskRole=TASK_ROLE))

    made = "arn:aws:iam::123456789012:role/shop-TaskExecutionRoleoctopetshopWeb-*"
    assert resources(policy, "MakeTheExecutionRole") == [made]
    assert resources(policy, "PassRolesToTasks") == [TASK_ROLE, made]
    attach = statement(policy, "AttachTheExecutionPolicy")
    assert attach["Resource"] == [made]
    assert attach["Condition"]["ArnEquals"]["iam:PolicyARN"].endswith("/AmazonECSTaskExecutionRolePolicy")


def test_a_long_service_name_lets_no_role_of_another_stack_be_made_or_passed() -> None:
    policy = deploy(dictionary(CFStackName="a", ServiceTaskName="s" * 60, TaskExecutionRole=""))

    made = "arn:aws:iam::*:role/a-TaskExecutionRole*"
    assert resources(policy, "MakeTheExecutionRole") == [made]
    assert not matches(made, "arn:aws:iam::123456789012:role/another-TaskExecutionRoleWeb-1")


@given(stack_length=st.integers(1, 128), service_length=st.integers(1, 230))
def test_names_that_cloudformation_gives_are_those_that_are_allowed(
    stack_length: int, service_length: int
) -> None:
    stack, service = ("abc-" * 32)[:stack_length], ("xyz9" * 60)[:service_length]
    variables = dictionary(CFStackName=stack, ServiceTaskName=service)
    step = DeployEcsServiceStep(variables)
    policy = step.iam_policy()

    for kind, max_length, sid in (
        ("TaskExecutionRole", 64, "MakeTheExecutionRole"),
        ("Service", 255, "RunTheService"),
    ):
        wanted = Wanted(
            stack_name=stack, logical_id=step.inputs.logical_id(kind), type="", properties={}, tags={}
        )
        name = generated_name(wanted, random.Random(1), max_length=max_length)  # noqa: S311  no secret
        [allowed] = [resource.rpartition("/")[2] for resource in resources(policy, sid)]
        assert matches(allowed, name)
        assert not matches(allowed, f"x{name}")
        assert not matches(allowed, name.replace(kind, "Other"))


def test_a_template_bucket_is_written_to_and_read_under_the_stacks_own_prefix() -> None:
    policy = deploy(dictionary(CFStackName="shop", TemplateBucket="templates"))

    assert statement(policy, "UploadTheTemplate")["Action"] == ["s3:PutObject", "s3:GetObject"]
    assert resources(policy, "UploadTheTemplate") == ["arn:aws:s3:::templates/ecs-steps/shop/*"]
    assert "UploadTheTemplate" not in sids(deploy(dictionary()))


def test_a_stack_that_is_left_as_it_is_is_not_cancelled() -> None:
    assert "cloudformation:CancelUpdateStack" in actions(deploy(dictionary()))
    assert "cloudformation:CancelUpdateStack" not in actions(deploy(dictionary(OnFailure="Leave")))


def test_without_a_log_group_of_its_own_no_stack_makes_one() -> None:
    elsewhere = manual(
        "web", "awslogs", plain("awslogs-group", "/shop"), plain("awslogs-region", "eu-north-1")
    )

    policy = deploy(dictionary(elsewhere, others=REGION, TaskExecutionRole=EXECUTION_ROLE), diagnostics=True)

    assert not {"KeepTheLogGroup", "FindTheLogGroup"} & sids(policy)
    streams = "arn:aws:logs:eu-north-1:123456789012:log-group:/shop:log-stream:*"
    assert resources(policy, "ReadContainerLogs") == [streams]


def test_the_logs_of_several_containers_in_one_group_are_named_once() -> None:
    policy = deploy(dictionary(container("web"), container("api"), others=REGION), diagnostics=True)

    group = "arn:aws:logs:eu-west-1:*:log-group:/ecs/octopetshop-web:log-stream:*"
    assert resources(policy, "ReadContainerLogs") == [group]


def test_logs_that_are_not_to_be_shown_are_not_read() -> None:
    quiet = {f"{ECS}.ContainerLogs": "False"}

    policies = (
        deploy(dictionary(others=quiet), diagnostics=True),
        update(diagnostics=True, ContainerLogs="False"),
    )

    for policy in policies:
        assert "logs:GetLogEvents" not in actions(policy)


def test_without_a_load_balancer_no_target_group_is_read() -> None:
    assert "ReadTargetGroups" not in sids(deploy(dictionary(), diagnostics=True))


def test_a_cluster_by_its_arn_names_the_account_and_the_region_stays_the_inputs() -> None:
    cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/shop"

    policy = update(ClusterName=cluster)

    assert resources(policy, "UpdateTheService") == ["arn:aws:ecs:eu-west-1:123456789012:service/shop/orders"]


def test_the_account_is_that_of_the_role_which_the_step_assumes() -> None:
    acting = {
        "Octopus.Action.AwsAccount.Variable": "Amazon",
        "Amazon.AccessKey": "AKIAIOSFODNN7EXAMPLE",
        "Amazon.SecretKey": "secret",
        "Octopus.Action.Aws.AssumeRole": "True",
        "Octopus.Action.Aws.AssumedRoleArn": DEPLOYER,
    }

    policy = UpdateEcsServiceStep(example("update") | acting).iam_policy()

    [service] = resources(policy, "UpdateTheService")
    assert service == "arn:aws-cn:ecs:eu-west-1:210987654321:service/shop/orders"
    assert "secret" not in json.dumps(policy)


def test_the_account_is_that_of_the_role_which_a_token_opens() -> None:
    acting = {
        "Octopus.Action.AwsAccount.Variable": "Amazon",
        "Amazon.RoleArn": DEPLOYER,
        "Amazon.OpenIdConnect.Jwt": "eyJhbGciOi.J9",
    }

    policy = UpdateEcsServiceStep(example("update") | acting).iam_policy()

    assert resources(policy, "UpdateTheService")[0].split(":")[4] == "210987654321"


@pytest.mark.parametrize(
    ("region", "arns", "scope"),
    [
        ("", [], Scope()),
        ("cn-north-1", [], Scope(partition="aws-cn", region="cn-north-1")),
        ("eu-west-1", ["", "orders", "arn:aws:s3:::bucket"], Scope(region="eu-west-1")),
        ("", [OTHER_ROLE, DEPLOYER], Scope(account="123456789012")),
    ],
)
def test_a_scope_is_everything_as_far_as_it_is_not_known(region: str, arns: list[str], scope: Scope) -> None:
    assert Scope.from_arns(region, arns) == scope


def test_an_update_without_roles_may_pass_each_one_but_only_to_tasks() -> None:
    passed = statement(update(), "PassRolesToTasks")

    assert passed["Resource"] == ["arn:aws:iam::*:role/*"]
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}


def test_an_update_with_roles_may_pass_just_these_and_knows_the_account() -> None:
    policy = update(roles=(OTHER_ROLE, "orders-execution"))

    execution = "arn:aws:iam::123456789012:role/orders-execution"
    assert resources(policy, "PassRolesToTasks") == [OTHER_ROLE, execution]


def test_an_update_with_log_groups_may_read_just_these() -> None:
    step = UpdateEcsServiceStep(example("update"))
    by_arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/ecs/web"
    policy = step.iam_policy(diagnostics=True, log_groups=["/ecs/orders", f"{by_arn}:*"])

    streams = "arn:aws:logs:eu-west-1:*:log-group:/ecs/orders:log-stream:*"
    assert resources(policy, "ReadContainerLogs") == [streams, f"{by_arn}:log-stream:*"]


def test_only_an_update_that_is_rolled_back_may_stop_a_deployment() -> None:
    assert "ecs:StopServiceDeployment" in actions(update(Update_OnFailure="Rollback"))
    assert "ecs:StopServiceDeployment" not in actions(update(Update_OnFailure="Leave"))
