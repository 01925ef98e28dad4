"""Each check passes, fails and is skipped; what fails says what to change."""

import re
from collections.abc import Iterator, Mapping

import pytest

from ecs_steps.account import AssumedRole
from ecs_steps.octopus.inputs.shared_inputs import Feed
from ecs_steps.preflight.check import Status
from ecs_steps.preflight.table import CHECKS
from ecs_steps.sandbox import Fault, FaultKind, Sandbox
from ecs_steps.sandbox.registry import SandboxRegistry
from ecs_steps.sandbox.registry_server import serve_registry
from preflight.account import (
    SandboxAccount,
    add_role,
    allow,
    complete_sandbox,
)
from preflight.cases import CASES, ECR, POLICY, Act, denied, every
from registry.images import two_platforms

ADVICE = re.compile(
    r"\b(add|allow|assign|build|check|choose|correct|create|deploy|give|map|run|set|use|wait) ", re.IGNORECASE
)
"""What a text says that names what to change."""
READS = ("Describe", "Get", "List", "Simulate", "BatchGet")


@pytest.fixture
def account() -> Iterator[SandboxAccount]:
    with Sandbox() as aws:
        yield complete_sandbox(aws)


@pytest.fixture(scope="module")
def unchanged_account() -> Iterator[SandboxAccount]:
    """Make an account that tests leave as it is: only their plans differ, and which reads are denied."""
    with Sandbox() as aws:
        yield complete_sandbox(aws)


@pytest.mark.parametrize(("name", "act", "status", "text"), CASES)
def test_a_check_ends_as_its_row_says(
    name: str, act: Act, status: Status, text: str, request: pytest.FixtureRequest
) -> None:
    is_change = callable(act)
    account: SandboxAccount = request.getfixturevalue("account" if is_change else "unchanged_account")
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
    failures = [each.text for each in found if each.status is Status.FAILED]
    assert not failures or status is not Status.PASSED
    assert [text for text in failures if not ADVICE.search(text)] == []


def test_every_check_passes_fails_and_is_skipped_somewhere_above() -> None:
    for status in Status:
        assert {check.name for check in CHECKS} == {name for name, _, each, _ in CASES if each is status}


@pytest.mark.parametrize("name", [check.name for check in CHECKS])
def test_a_read_that_is_denied_is_a_skip_that_names_its_action(
    name: str, unchanged_account: SandboxAccount
) -> None:
    account = unchanged_account
    account.changes.clear()
    account.changes |= {"images": {"web": ECR}, "policy": POLICY}
    account.aws.calls.clear()
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
def test_a_check_only_reads(name: str, unchanged_account: SandboxAccount) -> None:
    account = unchanged_account
    account.changes.clear()
    account.aws.calls.clear()

    account.found(name)

    assert [call.operation for call in account.aws.calls if not call.operation.startswith(READS)] == []


def test_an_image_in_the_registry_of_a_feed_is_read_with_its_login(unchanged_account: SandboxAccount) -> None:
    registry = SandboxRegistry(login=("octopus", "pass"))
    two_platforms().put(registry, "team/web", "2.0.0")
    with serve_registry(registry):
        image = {"web": f"{registry.host}/team/web:2.0.0"}
        feed = Feed(registry=registry.host, username="octopus", password="pass")  # noqa: S106  of a fake
        unchanged_account.changes = {"images": image, "feeds": {image["web"]: feed}}
        [found] = unchanged_account.found("images")
        unchanged_account.changes = {"images": image}
        [without] = unchanged_account.found("images")

    assert found.status is Status.PASSED
    assert without.status is Status.SKIPPED
    assert "it wants a user name and a password" in without.text


def test_a_session_of_a_role_is_simulated_as_its_role() -> None:
    with Sandbox() as aws:
        account = complete_sandbox(aws)
        arn = add_role(account, "deployer")
        allow(account, "deployer", every("Allow"))
        account.changes["policy"] = POLICY
        account.clients = aws.clients.assume(AssumedRole(role_arn=arn))

        [found] = account.found("permissions")

    assert found.status is Status.PASSED
    assert "role/deployer may do" in found.text


@pytest.mark.parametrize("kind", [FaultKind.READ_TIMEOUT, FaultKind.TRUNCATED_BODY, FaultKind.INTERNAL_ERROR])
def test_a_call_that_fails_is_a_skip_of_its_check_and_of_no_other(
    kind: FaultKind, unchanged_account: SandboxAccount
) -> None:
    account = unchanged_account
    account.changes.clear()
    account.aws.faults.apply(Fault("DescribeSubnets", kind))

    [network] = account.found("network")
    [log_group, _] = account.found("log groups")
    account.aws.faults.apply()

    assert network.status is Status.SKIPPED
    assert "DescribeSubnets" in network.text
    assert log_group.status is Status.PASSED
