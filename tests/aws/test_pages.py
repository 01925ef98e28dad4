"""Reads that AWS answers a page at a time are read to the end."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ecs_steps.aws import ec2
from ecs_steps.aws.clients import AwsClients
from ecs_steps.aws.clusters import describe_clusters
from ecs_steps.aws.container_instances import container_instances
from ecs_steps.aws.ecs import describe_service, update_service
from ecs_steps.aws.iam_roles import denied_actions
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


def pages_of_one(items: str, token: str, **more: bool) -> Callable[..., None]:
    """Return what leaves one item in each reply, for services that the sandbox answers in one page."""
    given: list[object] = []

    def cut(parsed: dict[str, Any], **_: object) -> None:
        found = parsed[items]
        parsed[items] = found[len(given) : len(given) + 1]
        given.extend(parsed[items])
        if len(given) < len(found):
            parsed.update({token: str(len(given)), **more})

    return cut


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


def test_all_container_instances_of_a_cluster_are_listed_and_described() -> None:
    with Sandbox() as aws:
        for _ in range(120):
            aws.ecs.register_container_instance({"cluster": "shop"})

        found = container_instances(aws.clients, "shop")

    assert len({each.arn for each in found}) == 120


NETWORK: dict[str, tuple[str, Callable[[AwsClients, str, list[str]], tuple[object, ...]]]] = {
    "DescribeSubnets": ("Subnets", lambda aws, _, ids: ec2.describe_subnets(aws, ids)),
    "DescribeSecurityGroups": ("SecurityGroups", lambda aws, _, ids: ec2.describe_security_groups(aws, ids)),
    "DescribeRouteTables": ("RouteTables", lambda aws, vpc, _: ec2.describe_route_tables(aws, vpc)),
    "DescribeVpcEndpoints": ("VpcEndpoints", lambda aws, vpc, _: ec2.endpoint_services(aws, vpc)),
}


@pytest.mark.parametrize("operation", NETWORK)
def test_the_network_is_read_to_the_end(operation: str) -> None:
    items, read = NETWORK[operation]
    with Sandbox() as aws:
        client = aws.clients.service("ec2")
        vpc = client.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        ids = []
        for number in range(2):
            made = client.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24")["Subnet"]
            group = client.create_security_group(VpcId=vpc, GroupName=f"web-{number}", Description="web")
            ids += [made["SubnetId"], group["GroupId"]]
            client.create_route_table(VpcId=vpc)
            client.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.eu-west-1.ecr.{number}")
        expected = read(aws.clients, vpc, ids)
        client.meta.events.register(f"after-call.ec2.{operation}", pages_of_one(items, "NextToken"))

        assert len(expected) > 1
        assert read(aws.clients, vpc, ids) == expected


def test_what_iam_denies_is_read_to_the_end() -> None:
    with Sandbox() as aws:
        iam = aws.clients.service("iam")
        role = iam.create_role(RoleName="deployer", AssumeRolePolicyDocument=json.dumps({"Statement": []}))
        cut = pages_of_one("EvaluationResults", "Marker", IsTruncated=True)
        iam.meta.events.register("after-call.iam.SimulatePrincipalPolicy", cut)
        actions = ("ecs:UpdateService", "ecs:DescribeTasks", "iam:PassRole")

        assert denied_actions(aws.clients, role["Role"]["Arn"], actions, ["*"]) == actions
