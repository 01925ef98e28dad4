"""The whole sandbox, through real clients."""

import random
import threading
import time
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from ecs_steps.sandbox import Fault, FaultKind, Quota, Sandbox, Scenario


def test_a_sandbox_reads_neither_environment_nor_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_PROFILE", "unknown")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "absent"))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

    with Sandbox(Scenario(faults=(Fault("ListClusters", FaultKind.THROTTLED, range(2)),))) as aws:
        reply = aws.clients.ecs.list_clusters()
        answered_by_moto = aws.session.client("sts").get_caller_identity()

    assert reply["ResponseMetadata"]["RetryAttempts"] == 2
    assert answered_by_moto["Account"] == "123456789012"


def test_time_stands_still_but_for_sleeps_and_requests() -> None:
    with Sandbox() as aws:
        start = aws.clock.now()
        aws.clients.ecs.list_clusters()
        aws.clock.sleep(10)
        passed = (aws.clock.now() - start).total_seconds()

    assert passed == pytest.approx(10.02)


def test_with_a_speed_sleeps_take_their_share_of_real_time() -> None:
    with Sandbox(speed=1000) as aws:
        start, really = aws.clock.now(), time.monotonic()
        aws.clock.sleep(50)
        passed, really_passed = (aws.clock.now() - start).total_seconds(), time.monotonic() - really

    assert passed == 50
    assert really_passed >= 0.05


def test_what_is_due_happens_before_a_request_is_answered() -> None:
    with Sandbox() as aws:
        happened = []
        aws.timeline.after(0.01, lambda: happened.append("before the answer"))
        aws.clients.ecs.list_clusters()

    assert happened == ["before the answer"]


def test_every_call_is_noted_with_its_parameters_and_its_outcome() -> None:
    with Sandbox() as aws:
        aws.clients.ecs.list_clusters(maxResults=5)
        with pytest.raises(ClientError):
            aws.clients.cloudformation.describe_stacks(StackName="unknown")

    assert [(call.service, call.operation, call.params, call.outcome) for call in aws.calls] == [
        ("ecs", "ListClusters", {"maxResults": 5}, ""),
        ("cloudformation", "DescribeStacks", {"StackName": "unknown"}, "ValidationError"),
    ]


def test_clusters_are_added_unseen_and_as_often_as_one_likes() -> None:
    with Sandbox() as aws:
        aws.add_cluster("web")
        aws.add_cluster("web")
        clusters = aws.clients.ecs.describe_clusters(clusters=["web"])["clusters"]

    assert [cluster["status"] for cluster in clusters] == ["ACTIVE"]
    assert [call.operation for call in aws.calls] == ["DescribeClusters"]


def test_what_no_backend_answers_moto_does() -> None:
    with Sandbox() as aws:
        identity = aws.session.client("sts").get_caller_identity()

    assert identity["Account"] == "123456789012"


def test_sandboxes_do_not_see_each_other() -> None:
    with Sandbox() as outer, Sandbox() as inner:
        outer.session.client("logs").create_log_group(logGroupName="/outer")
        inner.session.client("logs").create_log_group(logGroupName="/inner")
        seen = [
            [group["logGroupName"] for group in aws.session.client("logs").describe_log_groups()["logGroups"]]
            for aws in (outer, inner)
        ]

    assert seen == [["/outer"], ["/inner"]]


@mock_aws
def test_a_sandbox_leaves_motos_own_decorator_alone() -> None:
    logs = boto3.client("logs", region_name="eu-west-1")
    logs.create_log_group(logGroupName="/original")

    with Sandbox() as aws:
        ours = aws.session.client("logs").describe_log_groups()["logGroups"]

    assert ours == []
    assert [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]] == ["/original"]


def test_other_sessions_of_the_process_are_not_hooked() -> None:
    answered = []

    with Sandbox():
        session = botocore.session.Session()
        session.set_credentials("key", "secret")
        session.register("before-send", lambda **_: answered.append("answered before"))
        client: Any = session.create_client("ecs", region_name="eu-west-1", endpoint_url="http://127.0.0.1:9")
        client.meta.events.register_last("before-send", _refuse)
        with pytest.raises(ConnectionRefusedError):
            client.list_clusters()

    assert answered == ["answered before"]


def test_the_same_requests_lead_to_the_same_ids() -> None:
    def names() -> list[str]:
        with Sandbox() as aws:
            aws.add_cluster("web")
            first = aws.cloudformation.seed("a", "CREATE_COMPLETE").id
            aws.clients.ecs.list_clusters()
            role = aws.session.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")
            return [first, role["Role"]["RoleId"]]

    state = random.getstate()

    assert names() == names()
    assert random.getstate() == state


def test_another_region_has_its_own_state() -> None:
    with Sandbox() as aws:
        aws.add_cluster("web")
        make_region = aws.session.client("ecs", region_name="us-east-1")
        clusters = make_region.describe_clusters(clusters=["web"])

    assert clusters["failures"][0]["reason"] == "MISSING"


def test_members_newer_than_botocore_travel_in_the_raw_reply() -> None:
    with Sandbox("newer-members") as aws:
        raw: list[bytes] = []

        def keep(**event: Any) -> None:  # noqa: ANN401  what botocore emits
            raw.append(event["response_dict"]["body"])

        aws.session.register("before-parse.ecs", keep)
        aws.clients.ecs.describe_task_definition(taskDefinition="orders")

    assert any(member.encode() in raw[0] for member in aws.ecs.plan.newer_members)


def test_threads_share_a_sandbox() -> None:
    with Sandbox() as aws:
        client = aws.clients.ecs
        threads = [
            threading.Thread(target=client.create_cluster, kwargs={"clusterName": f"c{number}"})
            for number in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(aws.calls) == 8
    assert {call.outcome for call in aws.calls} == {""}


def test_an_unknown_scenario_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ValueError, match="There is no scenario 'haelthy'; did you mean healthy"):
        Sandbox("haelthy")


def _refuse(**_: object) -> None:
    raise ConnectionRefusedError


def test_an_empty_sandbox_holds_nothing_until_a_client_adds_it() -> None:
    with Sandbox.empty() as aws:
        ecs = aws.clients.ecs
        before = ecs.list_clusters()["clusterArns"], ecs.list_task_definitions()["taskDefinitionArns"]
        ecs.create_cluster(clusterName="mine")

        after = ecs.list_clusters()["clusterArns"]

    assert before == ([], [])
    assert [arn.rpartition("/")[2] for arn in after] == ["mine"]


def test_another_scenario_may_be_applied_at_any_time() -> None:
    with Sandbox() as aws:
        before = aws.clients.ecs.list_clusters()["clusterArns"]
        aws.apply("unreachable")
        with pytest.raises(EndpointConnectionError):
            aws.clients.ecs.list_clusters()
        aws.apply("healthy")

        assert aws.clients.ecs.list_clusters()["clusterArns"] == before


def test_an_operation_that_the_sandbox_lacks_is_refused_by_name() -> None:
    with (
        Sandbox() as aws,
        pytest.raises(ClientError, match=r"The sandbox has no DescribeCapacityProviders\.") as caught,
    ):
        aws.clients.ecs.describe_capacity_providers()

    assert caught.value.response["Error"]["Code"] == "UnsupportedOperation"
    assert len(aws.calls) == 1


@pytest.mark.parametrize(
    "scenario",
    [
        Scenario(faults=(Fault("UpdateServce", FaultKind.THROTTLED),)),
        Scenario(quotas=(Quota(operations=("UpdateServce",), burst=1),)),
    ],
    ids=["fault", "quota"],
)
def test_a_misspelt_operation_is_an_error(scenario: Scenario) -> None:
    with pytest.raises(ValueError, match=r"no operation 'UpdateServce' in .*; did you mean 'UpdateService'"):
        Sandbox(scenario)


def test_a_misspelt_operation_of_a_later_fault_is_an_error() -> None:
    with Sandbox() as aws, pytest.raises(ValueError, match="There is no operation 'updateService'"):
        aws.faults.apply(Fault("updateService", FaultKind.THROTTLED))
