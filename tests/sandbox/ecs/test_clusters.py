"""Clusters."""

from collections.abc import Callable

import pytest

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.service_error import ServiceError


def test_a_cluster_that_is_created_twice_is_there_once(ecs: EcsBackend) -> None:
    ecs.create_cluster({"clusterName": "lab"})
    ecs.create_cluster({"clusterName": "lab"})

    listed = ecs.list_clusters({})

    assert [arn.rpartition("/")[2] for arn in listed["clusterArns"]] == ["shop", "lab"]


def test_an_added_cluster_is_empty_and_active(ecs: EcsBackend) -> None:
    ecs.add_cluster("lab")

    described = ecs.describe_clusters({"clusters": ["lab"]})["clusters"][0]

    assert (described["status"], described["activeServicesCount"]) == ("ACTIVE", 0)


def test_a_cluster_counts_its_services_and_tasks(ecs: EcsBackend) -> None:
    described = ecs.describe_clusters({"clusters": ["shop"]})["clusters"][0]

    assert (described["activeServicesCount"], described["runningTasksCount"]) == (4, 7)


def test_a_cluster_that_is_not_there_is_missing(ecs: EcsBackend) -> None:
    described = ecs.describe_clusters({"clusters": ["nowhere"]})

    assert described["clusters"] == []
    assert described["failures"] == [
        {"arn": "arn:aws:ecs:eu-west-1:123456789012:cluster/nowhere", "reason": "MISSING"}
    ]


@pytest.mark.parametrize("cluster", ["nowhere", None])
def test_services_of_a_missing_cluster_are_not_found(ecs: EcsBackend, cluster: str | None) -> None:
    with pytest.raises(ServiceError) as refused:
        ecs.describe_services({"cluster": cluster, "services": ["orders"]})

    assert (refused.value.code, refused.value.message) == ("ClusterNotFoundException", "Cluster not found.")


def test_a_cluster_is_found_by_its_arn(ecs: EcsBackend) -> None:
    arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/shop"

    described = ecs.describe_services({"cluster": arn, "services": ["orders"]})

    assert described["services"][0]["clusterArn"] == arn


def test_fixtures_of_one_seed_are_the_same(begin: Callable[[EcsPlan], EcsBackend]) -> None:
    plan = EcsPlan()

    one, other = begin(plan), begin(plan)

    request = {"cluster": "shop", "services": ["orders", "billing"]}
    assert one.describe_services(request) == other.describe_services(request)
