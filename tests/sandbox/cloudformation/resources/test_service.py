"""AWS::ECS::Service."""

from collections.abc import Callable
from typing import Any

Made = Callable[..., Any]
Template = dict[str, Any]

TARGET_GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"


def failure(maker: Any, stack_id: str, status: str = "CREATE_FAILED") -> str:  # noqa: ANN401  conftest's
    """Return why the service failed."""
    (reason,) = [reason for details, reason in maker.story("Service", stack_id) if details == status]
    return str(reason)


def service_of(maker: Any) -> dict[str, Any]:  # noqa: ANN401  conftest's
    arn = maker.physical_id("Service")
    return dict(maker.aws.clients.ecs.describe_services(cluster="web", services=[arn])["services"][0])


def test_a_name_that_is_taken_is_reported(deployer: Made, template: Template) -> None:
    maker = deployer()
    template["Resources"]["Service"]["Properties"] |= {"ServiceName": "orders", "Cluster": "shop"}

    stack_id = maker.create(template)
    status = maker.settle(stack_id)

    assert status == "ROLLBACK_COMPLETE"
    reason = failure(maker, stack_id)
    assert "Resource of type 'AWS::ECS::Service' with identifier 'orders' already exists." in reason
    assert reason.endswith("HandlerErrorCode: AlreadyExists)")


def test_a_missing_cluster_is_reported(deployer: Made, template: Template) -> None:
    maker = deployer()
    template["Parameters"]["ClusterName"]["Default"] = "nowhere"

    stack_id = maker.create(template)
    maker.settle(stack_id)

    reason = failure(maker, stack_id)
    assert "Cluster not found. (Service: AmazonECS; Status Code: 400; " in reason
    assert "Error Code: ClusterNotFoundException; Request ID: " in reason
    assert reason.endswith("HandlerErrorCode: NotFound)")


def test_a_refusal_of_ecs_is_worded_as_by_its_handler(deployer: Made, template: Template) -> None:
    maker = deployer()
    template["Resources"]["Service"]["Properties"]["LoadBalancers"] = [
        {"ContainerName": "ghost", "ContainerPort": 80, "TargetGroupArn": "arn:aws:elasticloadbalancing:x"}
    ]

    stack_id = maker.create(template)
    maker.settle(stack_id)

    reason = failure(maker, stack_id)
    assert reason.startswith(
        'Resource handler returned message: "Invalid request provided: CreateService error: '
    )
    assert reason.endswith("HandlerErrorCode: InvalidRequest)")


def test_a_list_that_is_no_longer_declared_becomes_empty(deployer: Made, template: Template) -> None:
    maker = deployer()
    properties = template["Resources"]["Service"]["Properties"]
    properties["LoadBalancers"] = [
        {
            "ContainerName": "web",
            "ContainerPort": 80,
            "TargetGroupArn": TARGET_GROUP,
        }
    ]
    assert maker.deploy(template) == "CREATE_COMPLETE"
    before = service_of(maker)["loadBalancers"]
    del properties["LoadBalancers"]

    maker.update(template)
    status = maker.settle()

    assert status == "UPDATE_COMPLETE"
    assert len(before) == 1
    assert service_of(maker)["loadBalancers"] == []


def test_a_new_nonce_forces_a_new_deployment(deployer: Made, template: Template) -> None:
    maker = deployer()
    properties = template["Resources"]["Service"]["Properties"]
    maker.deploy(template)
    before = service_of(maker)["deployments"][0]["id"]
    properties["ForceNewDeployment"] = {"EnableForceNewDeployment": True, "ForceNewDeploymentNonce": "1"}

    maker.update(template)
    maker.settle()

    assert service_of(maker)["deployments"][0]["id"] != before


def test_a_service_that_ecs_does_not_show_at_once_is_waited_for(deployer: Made, template: Template) -> None:
    maker = deployer("service-appears-late")
    maker.create(template)

    while maker.stack()["StackStatus"] == "CREATE_IN_PROGRESS":
        maker.aws.clock.sleep(1)

    assert maker.stack()["StackStatus"] == "CREATE_COMPLETE"
    assert service_of(maker)["deployments"][0]["rolloutState"] == "COMPLETED"


def test_a_service_deleted_meanwhile_did_not_stabilize(deployer: Made, template: Template) -> None:
    maker = deployer()
    stack_id = maker.create(template)
    maker.aws.clock.sleep(25)
    arn = maker.physical_id("Service")
    maker.aws.clients.ecs.delete_service(cluster="web", service=arn, force=True)

    status = maker.settle(stack_id)

    assert status == "ROLLBACK_COMPLETE"
    assert "did not stabilize." in failure(maker, stack_id)


def test_any_change_of_a_service_sets_its_desired_count_back_to_the_templates(
    deployer: Made, template: Template
) -> None:
    maker = deployer()
    maker.deploy(template)
    arn = maker.physical_id("Service")
    maker.aws.clients.ecs.update_service(cluster="web", service=arn, desiredCount=8)
    maker.aws.clock.sleep(300)
    scaled_out = service_of(maker)["desiredCount"]

    maker.update(template, Tags=[{"Key": "release", "Value": "2"}])
    maker.settle()

    assert (scaled_out, service_of(maker)["desiredCount"]) == (8, 2)


def test_managed_tags_are_switched_on_in_place(deployer: Made, template: Template) -> None:
    maker = deployer()
    maker.deploy(template)
    before = maker.physical_id("Service")
    template["Resources"]["Service"]["Properties"]["EnableECSManagedTags"] = True

    maker.update(template)
    maker.settle()

    assert maker.physical_id("Service") == before
    assert service_of(maker)["enableECSManagedTags"]
