"""moto's part of the sandbox."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ecs_steps.sandbox.moto_account import MotoAccount
from ecs_steps.sandbox.protocol import Request
from ecs_steps.sandbox.service_error import ServiceError
from ecs_steps.sandbox.session import SandboxSession
from ecs_steps.sandbox.timeline import Timeline, VirtualClock

EXECUTION = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


@pytest.fixture
def account() -> MotoAccount:
    return MotoAccount(lambda: SandboxSession(VirtualClock(Timeline()), region="eu-west-1"), seed=1)


def iam(account: MotoAccount, operation: str, **params: str) -> dict[str, object]:
    return account.call(Request(service="iam", region="eu-west-1", operation=operation, params=params))


def test_an_error_of_motos_is_a_service_error(account: MotoAccount) -> None:
    with pytest.raises(ServiceError) as caught:
        iam(account, "GetRole", RoleName="unknown")

    assert (caught.value.code, caught.value.status) == ("NoSuchEntity", 404)


def test_aws_own_managed_policies_can_be_attached(account: MotoAccount) -> None:
    iam(account, "CreateRole", RoleName="execution", AssumeRolePolicyDocument="{}")
    iam(account, "AttachRolePolicy", RoleName="execution", PolicyArn=EXECUTION)
    attached = iam(account, "ListAttachedRolePolicies", RoleName="execution")

    assert attached["AttachedPolicies"] == [
        {"PolicyName": "AmazonECSTaskExecutionRolePolicy", "PolicyArn": EXECUTION}
    ]


@pytest.mark.parametrize("path", ["service-role/Nothing", "AmazonECSTaskExecutionRolePolicy"])
def test_a_managed_policy_that_aws_does_not_have_cannot_be_attached(account: MotoAccount, path: str) -> None:
    iam(account, "CreateRole", RoleName="execution", AssumeRolePolicyDocument="{}")
    with pytest.raises(ServiceError) as caught:
        iam(account, "AttachRolePolicy", RoleName="execution", PolicyArn=f"arn:aws:iam::aws:policy/{path}")

    assert caught.value.code == "NoSuchEntity"


def test_a_profile_that_is_not_there_and_a_damaged_file_do_not_matter(tmp_path: Path) -> None:
    damaged = tmp_path / "config"
    damaged.write_text("[default\nbroken")
    environment = os.environ | {"AWS_PROFILE": "unknown", "AWS_CONFIG_FILE": str(damaged)}
    program = (
        "import os; from ecs_steps.sandbox import Sandbox\n"
        "with Sandbox() as aws: aws.session.client('logs').create_log_group(logGroupName='/ecs/web')\n"
        "print(os.environ['AWS_PROFILE'], os.environ['AWS_CONFIG_FILE'])"
    )

    process = subprocess.run(  # noqa: S603  our own interpreter and words
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )

    assert process.stderr == ""
    assert process.stdout.split() == ["unknown", str(damaged)]
