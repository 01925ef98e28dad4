"""Quotas, as botocore and its retries see them."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from ecs_steps.aws.client_events import at_most_once
from ecs_steps.aws.clients import AwsClients
from ecs_steps.sandbox import Quota, Sandbox, Scenario

READS = Quota(operations=("ListClusters", "ListServices"), burst=4, per_second=2)


def reading(**quota: int) -> Sandbox:
    return Sandbox(Scenario(quotas=(Quota(operations=("ListClusters",), **quota),)))


def outcomes(aws: Sandbox) -> list[str]:
    return [call.outcome for call in aws.calls]


def list_at_once(aws: Sandbox, times: int) -> None:
    """Ask so often, but give up at the first error."""
    try:
        for _ in range(times):
            with at_most_once():
                aws.clients.ecs.list_clusters()
    except ClientError as error:
        assert (error.response["Error"]["Code"], error.response["Error"]["Message"]) == (  # noqa: PT017  also none is right
            "ThrottlingException",
            "Rate exceeded",
        )


def test_a_request_over_the_quota_is_throttled() -> None:
    with reading(burst=3) as aws:
        list_at_once(aws, 4)

    assert outcomes(aws) == ["", "", "", "ThrottlingException"]


@pytest.mark.parametrize(("seconds", "served"), [(0.5, 1), (1, 2), (60, 3)])
def test_a_quota_fills_again_up_to_its_burst(seconds: float, served: int) -> None:
    with reading(burst=3, per_second=2) as aws:
        list_at_once(aws, 4)
        aws.clock.sleep(seconds)
        aws.calls.clear()

        list_at_once(aws, 4)

    assert outcomes(aws) == [""] * served + ["ThrottlingException"]


def test_operations_may_share_a_quota_and_others_have_none() -> None:
    with Sandbox(Scenario(quotas=(READS,))) as aws:
        ecs = aws.clients.ecs
        calls: list[Callable[[], object]] = [ecs.list_clusters, lambda: ecs.list_services(cluster="shop")]
        for call in calls * 2:
            call()

        with pytest.raises(ClientError, match="Rate exceeded"), at_most_once():
            ecs.list_clusters()
        ecs.list_task_definition_families()


def test_each_region_has_quotas_of_its_own() -> None:
    with reading(burst=1) as aws:
        list_at_once(aws, 2)
        make_region = AwsClients(aws.session, region="eu-north-1")

        make_region.ecs.list_clusters()

    assert outcomes(aws) == ["", "ThrottlingException", ""]
