from collections.abc import Mapping
from typing import Any

from e2e.gaps import MOVED
from e2e.runners import Runner
from explaining.runs import CLUSTERS, ECS, variables
from peers.ministack import Ministack

STACK = "octopetshop-web"
SERVICE = f"{STACK}-ServiceoctopetshopWeb"
CLUSTER = "shop-production"
TASK_DEFINITION = "arn:aws:ecs:eu-west-1:123456789012:task-definition/octopetshop-web"


def deployment(*, tag: str = "1.4.0", others: Mapping[str, object] | None = None) -> dict[str, object]:
    # A count of one is no parameter: see `gaps.COUNT`.
    return variables("deploy", tag=tag, count=1, others=others)


def stack(aws: Ministack, name: str = STACK) -> Mapping[str, Any]:
    described: Mapping[str, Any] = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    return described


def service(aws: Ministack) -> Mapping[str, Any]:
    described: Mapping[str, Any] = aws.client("ecs").describe_services(cluster=CLUSTER, services=[SERVICE])
    [found] = described["services"]
    assert isinstance(found, dict)
    return found


def take_the_services_name(aws: Ministack) -> None:
    ecs = aws.client("ecs")
    ecs.register_task_definition(family="other", containerDefinitions=[{"name": "web", "image": "acme/web"}])
    ecs.create_service(cluster=CLUSTER, serviceName=SERVICE, taskDefinition="other", desiredCount=1)


def test_a_first_deployment_creates_the_stack_and_its_service_serves(
    runner: Runner, ministack: Ministack
) -> None:
    ran = runner("deploy", deployment(), ministack)

    assert (ran.code, ran.error) == (0, "")
    assert ran.outputs["Outcome"] == "SUCCEEDED"
    assert ran.outputs["TaskDefinitionArn"] == f"{TASK_DEFINITION}:1"
    assert stack(ministack)["StackStatus"] == "CREATE_COMPLETE"
    assert ran.outputs["AwsOutputs[StackId]"] == stack(ministack)["StackId"]
    assert service(ministack)["taskDefinition"] == f"{TASK_DEFINITION}:1"
    assert service(ministack)["deployments"][0]["id"] == ran.outputs["DeploymentId"]


def test_the_same_again_is_unchanged(runner: Runner, ministack: Ministack) -> None:
    first = runner("deploy", deployment(), ministack)
    again = runner("deploy", deployment(), ministack)

    assert again.code == 0
    assert again.outputs == {**first.outputs, "Outcome": "UNCHANGED"}
    assert len(service(ministack)["deployments"]) == 1


def test_a_new_image_is_a_new_revision_that_the_service_runs(runner: Runner, ministack: Ministack) -> None:
    first = runner("deploy", deployment(), ministack)
    second = runner("deploy", deployment(tag="1.5.0"), ministack)

    revision = ministack.client("ecs").describe_task_definition(taskDefinition="octopetshop-web")
    assert second.code == 0
    assert second.outputs["TaskDefinitionArn"] == f"{TASK_DEFINITION}:2"
    assert second.outputs["DeploymentId"] != first.outputs["DeploymentId"]
    assert revision["taskDefinition"]["containerDefinitions"][0]["image"].endswith("web:1.5.0")
    assert stack(ministack)["StackStatus"] == "UPDATE_COMPLETE"
    assert service(ministack)["taskDefinition"] == f"{TASK_DEFINITION}:2"


def test_a_stack_and_its_tasks_carry_the_tags(runner: Runner, ministack: Ministack) -> None:
    runner("deploy", deployment(), ministack)

    tags = {tag["Key"]: tag["Value"] for tag in stack(ministack)["Tags"]}
    assert tags["Octopus.Environment.Id"] == "Environments-104"
    assert tags["team"] == "shop"


def test_a_name_that_is_taken_fails_with_its_cause_and_the_next_run_recovers_the_stack(
    runner: Runner, ministack: Ministack
) -> None:
    take_the_services_name(ministack)
    failed = runner("deploy", deployment(), ministack)
    left = stack(ministack)

    ministack.client("ecs").delete_service(cluster=CLUSTER, service=SERVICE, force=True)
    recovered = runner("deploy", deployment(), ministack)

    assert failed.code == 5
    assert "ServiceoctopetshopWeb (AWS::ECS::Service)" in failed.error
    assert "Creation of service was not idempotent" in failed.error
    assert failed.outputs["AwsOutputs[StackId]"] == left["StackId"]
    assert left["StackStatus"] == "ROLLBACK_COMPLETE"
    assert recovered.code == 0
    assert recovered.outputs["AwsOutputs[StackId]"] != left["StackId"]
    assert stack(ministack)["StackStatus"] == "CREATE_COMPLETE"


def test_an_update_that_fails_is_rolled_back_and_the_service_runs_what_it_ran(
    runner: Runner, ministack: Ministack
) -> None:
    runner("deploy", deployment(), ministack)
    moved = {f"{ECS}.ClusterName": CLUSTERS["update"]}
    failed = runner("deploy", deployment(tag="1.5.0", others=moved), ministack)

    assert failed.code == 5, MOVED
    assert "ServiceoctopetshopWeb (AWS::ECS::Service)" in failed.error
    assert "Service not found" in failed.error
    assert stack(ministack)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert service(ministack)["taskDefinition"] == f"{TASK_DEFINITION}:1"


def test_an_update_into_a_cluster_that_does_not_exist_changes_nothing(
    runner: Runner, ministack: Ministack
) -> None:
    runner("deploy", deployment(), ministack)
    refused = runner("deploy", deployment(tag="1.5.0", others={f"{ECS}.ClusterName": "gone"}), ministack)

    assert refused.code == 3
    assert refused.error.startswith("Cluster gone was not found")
    assert stack(ministack)["StackStatus"] == "CREATE_COMPLETE"
    assert service(ministack)["taskDefinition"] == f"{TASK_DEFINITION}:1"


def test_a_deployment_that_is_only_started_is_not_waited_for(runner: Runner, ministack: Ministack) -> None:
    ran = runner("deploy", deployment(others={f"{ECS}.WaitOption": {"type": "DontWait"}}), ministack)

    assert ran.code == 0
    assert ran.outputs["Outcome"] == "STARTED"
    assert ran.outputs["AwsOutputs[StackId]"] == stack(ministack)["StackId"]
