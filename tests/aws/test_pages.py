"""Reads that AWS answers a page at a time are read to the end."""

from collections.abc import Callable
from typing import Any

from ecs_steps.aws.clusters import describe_clusters
from ecs_steps.aws.ecs import describe_service, update_service
from ecs_steps.aws.listener_rules import listeners_of, rules_of
from ecs_steps.aws.logs import log_group_exists
from ecs_steps.aws.service_deployments import find_service_deployment
from ecs_steps.aws.tasks import describe_tasks, list_tasks
from ecs_steps.sandbox import Sandbox


def small_pages(**size: int) -> Callable[..., None]:
    """Return what makes a request ask for pages of this size."""

    def ask(params: dict[str, Any], **_: object) -> None:
        params.update(size)

    return ask


def test_all_tasks_of_a_service_are_listed_and_described() -> None:
    with Sandbox() as aws:
        aws.clients.ecs.update_service(cluster="shop", service="orders", desiredCount=120)
        aws.clock.sleep(300)

        arns = list(list_tasks(aws.clients, "shop", "orders", "RUNNING"))
        tasks = list(describe_tasks(aws.clients, "shop", arns))

    assert len(arns) == len({task.arn for task in tasks}) == 120


def test_an_older_service_deployment_is_found_on_a_later_page() -> None:
    with Sandbox() as aws:
        ids = []
        for _ in range(3):
            service = describe_service(aws.clients, "shop", "orders")
            assert service
            primary = update_service(aws.clients, service, service.task_definition, force=True).primary
            assert primary
            ids.append(primary.deployment_id)
            aws.clock.sleep(300)
        events = aws.clients.ecs.meta.events
        events.register("provide-client-params.ecs.ListServiceDeployments", small_pages(maxResults=1))

        found = [find_service_deployment(aws.clients, "shop", "orders", each) for each in ids]
        calls = [call for call in aws.calls if call.operation == "ListServiceDeployments"]

    assert len(set(found)) == 3
    assert None not in found
    assert len(calls) > 3


def test_a_log_group_is_found_on_a_later_page() -> None:
    with Sandbox() as aws:
        for name in ("/ecs/web-a", "/ecs/web-b", "/ecs/web"):
            aws.clients.logs_in("").create_log_group(logGroupName=name)
        events = aws.clients.logs_in("").meta.events
        events.register("provide-client-params.cloudwatch-logs.DescribeLogGroups", small_pages(limit=1))

        found = [log_group_exists(aws.clients, name) for name in ("/ecs/web-b", "/ecs/web", "/ecs/we")]

    assert found == [True, True, False]


def test_the_listeners_of_a_load_balancer_and_their_rules_are_read_to_the_end() -> None:
    with Sandbox() as aws:
        elbv2 = aws.clients.elbv2
        balancers = [each["LoadBalancerArn"] for each in elbv2.describe_load_balancers()["LoadBalancers"]]
        expected = rules_in_front_of(aws, balancers)
        events = elbv2.meta.events
        for operation in ("DescribeListeners", "DescribeRules"):
            events.register(
                f"provide-client-params.elastic-load-balancing-v2.{operation}", small_pages(PageSize=1)
            )

        assert len(expected) > 3
        assert rules_in_front_of(aws, balancers) == expected
        assert {call.params.get("PageSize") for call in aws.calls[-2:]} == {1}


def rules_in_front_of(aws: Sandbox, balancers: list[str]) -> list[str]:
    listeners = (listener for balancer in balancers for listener in listeners_of(aws.clients, balancer))
    return [rule.arn for listener in listeners for rule in rules_of(aws.clients, listener)]


def test_all_clusters_of_a_region_are_listed_and_described() -> None:
    with Sandbox() as aws:
        before = len(list(describe_clusters(aws.clients)))
        for number in range(120):
            aws.add_cluster(f"shop-{number}")

        found = [cluster.name for cluster in describe_clusters(aws.clients)]

    assert len(found) == len(set(found)) == before + 120
