"""Each call of preflight and of the check of a target is allowed by its policy, and no part of it is idle."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from ecs_steps.account import AssumedRole
from ecs_steps.context import DeploymentContext
from ecs_steps.preflight.plan import FileSystem, TaskPlan
from ecs_steps.preflight.table import CHECKS
from ecs_steps.preflight.target_checks import check_target
from ecs_steps.sandbox import Call, Sandbox
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import StepRow, Verb
from ecs_steps.steps.target_inputs import Target
from permissions.policies import Document, allowing, example, preflight_of
from permissions.requests import requests
from preflight.account import EVERY_ACTION, SandboxAccount, add_role, allow, complete_sandbox, isolate
from preflight.cases import ECR, POLICY

OTHERS = {"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecs:DescribeServiceDeployments"}
"""What ECR's registry asks for, which is no call of the API, and what is read where a deployment pauses."""


def check_policy(policy: Document, calls: Iterable[Call]) -> None:
    made = [request for call in calls if call.service != "sts" for request in requests(call)]

    assert [request for request in made if not allowing(policy, request)] == []
    allowed = {action for statement in policy["Statement"] for action in statement["Action"]}
    assert allowed - {request.action for request in made} <= OTHERS


def calls_of_checks(account: SandboxAccount, **changes: object) -> list[Call]:
    """Return the calls of every check, with a way to the internet and without one."""
    account.changes = {"images": {"web": ECR}, "policy": POLICY, **changes}
    point = account.client("efs").create_access_point(FileSystemId=account.file_system)["AccessPointId"]
    account.changes["file_systems"] = (FileSystem(file_system=account.file_system, access_point=point),)
    account.aws.calls.clear()
    for check in CHECKS:
        account.found(check.name)
    calls = list(account.aws.calls)
    isolate(account)
    account.aws.calls.clear()
    account.found("route")
    return calls + account.aws.calls


@pytest.fixture
def account() -> Iterator[SandboxAccount]:
    """Make an account in which every check passes, and act in it as a role."""
    with Sandbox() as aws:
        account = complete_sandbox(aws)
        role = add_role(account, "deployer")
        allow(account, "deployer", EVERY_ACTION)
        account.clients = account.clients.assume(AssumedRole(role_arn=role))
        yield account


@pytest.mark.parametrize("row", STEPS.having(Verb.PREFLIGHT), ids=lambda row: row.name)
def test_preflight_is_allowed_its_reads_and_no_other(row: StepRow, account: SandboxAccount) -> None:
    step: Any = row.read(example(row.name))
    stack = getattr(step.inputs, "stack_name", "")
    account.aws.add_cluster(step.inputs.cluster)
    account.aws.calls.clear()

    step.preflight(aws=account.clients, clock=account.clock, report=lambda _: None)
    calls = list(account.aws.calls)
    made = "/ecs/web" if stack else ""
    calls += calls_of_checks(account, guard=step.inputs.guard, stack=stack, made_log_group=made)

    check_policy(preflight_of(row), calls)


def test_the_check_of_a_target_is_allowed_its_reads_and_no_other(account: SandboxAccount) -> None:
    target = Target.from_variables(example("update"))
    account.aws.ecs.register_container_instance({"cluster": "shop"})
    account.aws.calls.clear()
    context = DeploymentContext(
        aws=account.clients, clock=account.clock, report=lambda _: None, deadline=None
    )

    check_target(TaskPlan(guard=target.inputs.guard, policy=POLICY), context)

    check_policy(target.iam_policy(), account.aws.calls)
