"""The fake ECS through real clients: what botocore sends and reads of it."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from botocore.exceptions import ClientError

from ecs_steps.sandbox import SCENARIOS, Sandbox


@pytest.fixture
def aws() -> Iterator[Sandbox]:
    with Sandbox() as aws:
        yield aws


def test_an_update_is_deployed_through_a_real_client(aws: Sandbox) -> None:
    ecs = aws.clients.ecs

    started = ecs.update_service(cluster="shop", service="orders", forceNewDeployment=True)["service"][
        "deployments"
    ][0]
    aws.clock.sleep(120)

    described = ecs.describe_services(cluster="shop", services=["orders"])["services"][0]
    deployment = described["deployments"][0]
    assert (deployment["id"], deployment["rolloutState"]) == (started["id"], "COMPLETED")
    assert deployment["updatedAt"] > deployment["createdAt"] == started["createdAt"]


def test_botocores_waiter_sees_a_stable_service(aws: Sandbox) -> None:
    aws.clients.ecs.update_service(cluster="shop", service="orders", forceNewDeployment=True)
    aws.clock.sleep(120)

    aws.clients.ecs.get_waiter("services_stable").wait(cluster="shop", services=["orders"])

    assert [call.operation for call in aws.calls] == ["UpdateService", "DescribeServices"]


def test_botocores_paginators_walk_through_the_pages() -> None:
    with Sandbox("250-tasks") as aws:
        pages = list(
            aws.clients.ecs.get_paginator("list_tasks").paginate(cluster="shop", serviceName="orders")
        )

    assert [len(page["taskArns"]) for page in pages] == [100, 100, 50]


def test_a_service_error_is_a_modelled_error(aws: Sandbox) -> None:
    ecs = aws.clients.ecs

    with pytest.raises(ecs.exceptions.ServiceNotFoundException) as refused:
        ecs.update_service(cluster="shop", service="unknown", desiredCount=1)

    assert refused.value.response["Error"]["Message"] == "Service not found."


def test_a_throttled_registration_succeeds_when_its_bucket_is_filled_again() -> None:
    with Sandbox("throttled-register") as aws:
        for _ in range(2):
            register_web(aws)
        with suppress(ClientError):
            # How long botocore waits between its attempts is left to chance: it may give up too early.
            register_web(aws)
        aws.clock.sleep(1)

        register_web(aws)

    assert aws.calls[2].outcome == "ThrottlingException"
    assert aws.calls[-1].outcome == ""


def register_web(aws: Sandbox) -> None:
    aws.clients.ecs.register_task_definition(
        family="web", containerDefinitions=[{"name": "web", "image": "web:1", "memory": 128}]
    )


def test_logs_and_targets_are_read_through_their_own_clients() -> None:
    with Sandbox("targets-wrong-code") as aws:
        ecs = aws.clients.ecs
        family = ecs.describe_task_definition(taskDefinition="orders")["taskDefinition"]
        registered = ecs.register_task_definition(
            family="orders",
            containerDefinitions=family["containerDefinitions"],
            volumes=family["volumes"],
            networkMode="awsvpc",
            cpu="512",
            memory="1024",
            executionRoleArn=family["executionRoleArn"],
        )
        arn = registered["taskDefinition"]["taskDefinitionArn"]
        started = ecs.update_service(cluster="shop", service="orders", taskDefinition=arn)["service"]
        group = started["loadBalancers"][0]["targetGroupArn"]
        aws.clock.sleep(45)
        health = aws.clients.elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        aws.clock.sleep(30)
        stopped = ecs.list_tasks(cluster="shop", desiredStatus="STOPPED")["taskArns"][0]
        stream = f"ecs/web/{stopped.rpartition('/')[2]}"
        events = aws.clients.logs_in(aws.region).get_log_events(
            logGroupName="/ecs/orders", logStreamName=stream
        )["events"]

    unhealthy = [
        target["TargetHealth"] for target in health if target["TargetHealth"]["State"] == "unhealthy"
    ]
    assert [target["Reason"] for target in unhealthy] == ["Target.ResponseCodeMismatch"] * 2
    assert [event["message"] for event in events] == ["GET / 502"]


def test_target_groups_and_their_attributes_are_read(aws: Sandbox) -> None:
    elbv2 = aws.clients.elbv2

    group = elbv2.describe_target_groups()["TargetGroups"][0]
    attributes = elbv2.describe_target_group_attributes(TargetGroupArn=group["TargetGroupArn"])["Attributes"]

    assert (group["HealthCheckIntervalSeconds"], group["Matcher"]) == (10, {"HttpCode": "200"})
    assert {"Key": "deregistration_delay.timeout_seconds", "Value": "30"} in attributes


def test_an_unknown_stream_is_a_modelled_error(aws: Sandbox) -> None:
    with pytest.raises(ClientError) as refused:
        aws.clients.logs_in(aws.region).get_log_events(
            logGroupName="/ecs/orders", logStreamName="ecs/web/unknown"
        )

    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_service_deployments_are_read_through_a_real_client() -> None:
    with Sandbox("superseded") as aws:
        ecs = aws.clients.ecs
        ecs.update_service(cluster="shop", service="orders", forceNewDeployment=True)
        aws.clock.sleep(200)
        briefs = ecs.list_service_deployments(cluster="shop", service="orders")["serviceDeployments"]
        described = ecs.describe_service_deployments(
            serviceDeploymentArns=[brief["serviceDeploymentArn"] for brief in briefs]
        )["serviceDeployments"]

    assert [deployment["status"] for deployment in described[:2]] == ["SUCCESSFUL", "STOPPED"]


@pytest.mark.parametrize("name", ["image-not-found", "breaker-rollback", "250-tasks"])
def test_service_scenarios_are_scenarios_of_the_sandbox(name: str) -> None:
    assert SCENARIOS[name].description
