"""Deploy a revision in the sandbox: refusals before anything changes, then as an update does."""

from collections.abc import Mapping
from typing import Any

import pytest

from ecs_steps import (
    DeployEcsRevisionStep,
    DeploymentError,
    NotFoundError,
    Outcome,
    Result,
    RolledBackError,
    RolloutFailedError,
    SupersededError,
)
from ecs_steps.reporting.events import Level, Message, OutputVariable, Reported
from ecs_steps.sandbox import Sandbox
from revisions import register_another
from steps.storefront import ended_after

ECS = "Octopus.Action.Aws.Ecs"
REVISION = f"{ECS}.Revision"
PACKAGE = "Octopus.Action.Package[EcsRevision.TaskDefinition]"
ARN = "arn:aws:ecs:eu-west-1:123456789012"
READS = ("Describe", "List", "Get")


def step(revision: str = "orders:2", **changes: object) -> DeployEcsRevisionStep:
    variables: dict[str, object] = {
        f"{ECS}.ClusterName": "shop",
        f"{REVISION}.ServiceName": "orders",
        f"{REVISION}.TaskDefinition": revision,
        f"{ECS}.WaitOption": '{"type": "WaitWithTimeout", "timeoutMinutes": "30"}',
    }
    names = {
        "cluster": f"{ECS}.ClusterName",
        "service": f"{REVISION}.ServiceName",
        "force": f"{REVISION}.ForceNewDeployment",
        "on_failure": f"{REVISION}.OnFailure",
        "wait": f"{ECS}.WaitOption",
        "environment": "Octopus.Environment.Name",
        "deployment": "Octopus.Deployment.Id",
        "when_paused": f"{REVISION}.WhenPaused",
        "strategy": f"{ECS}.Strategy.Type",
        "package_id": f"{PACKAGE}.PackageId",
        "version": f"{PACKAGE}.PackageVersion",
    }
    return DeployEcsRevisionStep(variables | {names[name]: value for name, value in changes.items()})


def deploy(aws: Sandbox, revision: str = "orders:2", **changes: object) -> Result:
    return run(aws, step(revision, **changes), [])


def run(aws: Sandbox, deployed: DeployEcsRevisionStep, events: list[Reported]) -> Result:
    return deployed.run(aws=aws.clients, clock=aws.clock, report=events.append)


def service(aws: Sandbox, name: str = "orders") -> Mapping[str, Any]:
    reply = aws.clients.ecs.describe_services(cluster="shop", services=[name], include=["TAGS"])
    return reply["services"][0]


def changing(aws: Sandbox) -> list[str]:
    return [call.operation for call in aws.calls if not call.operation.startswith(READS)]


def warnings(events: list[Reported]) -> list[str]:
    return [each.text for each in events if isinstance(each, Message) and each.level is Level.WARNING]


def test_the_service_runs_the_revision_of_the_release_and_nothing_is_registered() -> None:
    with Sandbox() as aws:
        register_another(aws)
        registered = len(changing(aws))

        result = deploy(aws, "", package_id="orders", version="2")

        assert result.outcome is Outcome.SUCCEEDED
        assert changing(aws)[registered:] == ["UpdateService"]
        primary = service(aws)["deployments"][0]
        assert result.outputs == {
            "ClusterName": "shop",
            "ServiceName": "orders",
            "ServiceArn": f"{ARN}:service/shop/orders",
            "TaskDefinitionFamily": "orders",
            "TaskDefinitionRevision": "2",
            "TaskDefinitionArn": f"{ARN}:task-definition/orders:2",
            "PreviousTaskDefinitionArn": f"{ARN}:task-definition/orders:1",
            "DeploymentId": primary["id"],
            "Region": "eu-west-1",
            "Outcome": "SUCCEEDED",
        }
        assert primary["taskDefinition"] == result.outputs["TaskDefinitionArn"]


def test_an_older_revision_is_deployed_as_any_other() -> None:
    with Sandbox() as aws:
        register_another(aws)
        deploy(aws)

        result = deploy(aws, "orders:1")

        assert service(aws)["taskDefinition"] == f"{ARN}:task-definition/orders:1"
        assert result.outputs["PreviousTaskDefinitionArn"] == f"{ARN}:task-definition/orders:2"


def test_what_runs_already_is_deployed_again_unless_that_is_switched_off() -> None:
    with Sandbox() as aws:
        forced = deploy(aws, "orders:1")
        deployment = service(aws)["deployments"][0]["id"]
        unchanged = deploy(aws, "orders:1", force="False")

        assert forced.outcome is Outcome.SUCCEEDED
        assert forced.outputs["DeploymentId"] == deployment
        assert unchanged.outcome is Outcome.UNCHANGED
        assert unchanged.outputs["DeploymentId"] == deployment


def test_without_waiting_the_outcome_is_started_and_watch_gives_the_verdict() -> None:
    with Sandbox() as aws:
        register_another(aws)

        started = deploy(aws, wait='{"type": "DontWait"}')
        watched = step().watch(
            started.outputs["DeploymentId"], aws=aws.clients, clock=aws.clock, report=lambda _: None
        )

        assert started.outcome is Outcome.STARTED
        assert watched.outcome is Outcome.SUCCEEDED
        assert watched.outputs["TaskDefinitionRevision"] == "2"


def test_the_service_is_tagged_with_where_the_deployment_comes_from() -> None:
    with Sandbox() as aws:
        register_another(aws)

        deploy(aws, environment="Production")

        tags = {tag["key"]: tag["value"] for tag in service(aws)["tags"]}
        assert tags["Octopus.Environment.Name"] == "Production"
        assert tags["team"] == "shop"


class TestRefusals:
    """Each is made before UpdateService, and ends with 3."""

    def refused(self, aws: Sandbox, revision: str, **changes: object) -> str:
        made = len(changing(aws))
        with pytest.raises(NotFoundError) as error:
            deploy(aws, revision, **changes)
        assert error.value.exit_code == 3
        assert changing(aws)[made:] == []
        return str(error.value)

    def test_of_a_service_that_does_not_exist(self) -> None:
        with Sandbox() as aws:
            assert "Service invoices was not found" in self.refused(aws, "orders:1", service="invoices")

    def test_of_a_missing_revision(self) -> None:
        with Sandbox() as aws:
            assert "Task definition orders:9 was not found" in self.refused(aws, "orders:9")

    def test_of_one_that_cloudformation_has_deregistered(self) -> None:
        with Sandbox() as aws:
            aws.clients.ecs.deregister_task_definition(taskDefinition="orders:1")

            text = self.refused(aws, "orders:1")

        assert text == (
            f"Task definition {ARN}:task-definition/orders:1 cannot be deployed: it is INACTIVE: the "
            "CloudFormation stack shop-platform, which registered it, has replaced it since\n"
            "Choose an active revision in a new release. So that shop-platform deregisters none any more, "
            "set Octopus.Action.Aws.Ecs.Deploy.RetainTaskDefinitions to True in the step that deploys it."
        )

    def test_of_one_that_the_stack_of_the_service_may_have_deregistered(self) -> None:
        with Sandbox() as aws:
            register_another(aws, "billing")
            aws.clients.ecs.deregister_task_definition(taskDefinition="billing:2")

            text = self.refused(aws, "billing:2", service="billing")

        assert "it was deregistered, probably by the CloudFormation stack shop-platform, which owns" in text
        assert "RetainTaskDefinitions" in text

    def test_of_one_that_was_deregistered_otherwise(self) -> None:
        with Sandbox() as aws:
            register_another(aws, "billing")
            aws.clients.ecs.create_service(
                cluster="shop", serviceName="own", taskDefinition="billing:2", desiredCount=0
            )
            aws.clients.ecs.deregister_task_definition(taskDefinition="billing:2")

            text = self.refused(aws, "billing:2", service="own")

        assert "cannot be deployed: it is INACTIVE: it was deregistered\n" in text
        assert "let it keep more of them" in text

    @pytest.mark.parametrize(
        "place", ["arn:aws:ecs:eu-west-2:123456789012", "arn:aws:ecs:eu-west-1:210987654321"]
    )
    def test_of_one_of_another_account_or_region(self, place: str) -> None:
        with Sandbox() as aws:
            text = self.refused(aws, f"{place}:task-definition/orders:1")

        assert f"{place}:task-definition/orders:1 is not where the service is" in text
        assert "service orders is in account 123456789012 and region eu-west-1" in text

    def test_of_one_without_the_container_of_the_load_balancer(self) -> None:
        with Sandbox() as aws:
            register_another(
                aws, containerDefinitions=[{"name": "api", "image": "acme/api:1", "memory": 128}]
            )

            text = self.refused(aws, "orders:2")

        assert "sends requests to container web, and the revision has api" in text

    def test_of_one_that_does_not_map_the_port_of_the_load_balancer(self) -> None:
        with Sandbox() as aws:
            register_another(
                aws,
                containerDefinitions=[
                    {"name": "web", "image": "acme/web:1", "portMappings": [{"containerPort": 9}]}
                ],
            )

            assert "of container web, which the revision does not map" in self.refused(aws, "orders:2")

    def test_of_one_for_another_launch_type(self) -> None:
        with Sandbox() as aws:
            text = self.refused(aws, "billing:1")

        assert "the service starts its tasks on FARGATE, and the revision is for EXTERNAL and EC2" in text


class TestAtAPause:
    """The service `storefront` shifts its traffic, and waits for a person on the way."""

    def paused(self, aws: Sandbox, revision: str = "storefront:2", **changes: object) -> Result:
        deployed = step(revision, **{"service": "storefront", "deployment": "Deployments-7", **changes})
        return run(aws, deployed, [])

    def test_a_run_again_is_paused_at_the_same_hook_and_begins_nothing(self) -> None:
        with Sandbox("blue-green-with-pause") as aws:
            register_another(aws, "storefront")
            first = self.paused(aws)
            made = len(changing(aws))

            again = self.paused(aws)

            assert first.outcome is again.outcome is Outcome.PAUSED
            assert dict(again.outputs) == dict(first.outputs)
            assert again.outputs["PreviousTaskDefinitionArn"] == f"{ARN}:task-definition/storefront:1"
            assert changing(aws)[made:] == []

    def test_what_a_run_began_that_was_ended_right_after_is_found_again(self) -> None:
        with Sandbox("blue-green-with-pause") as aws:
            register_another(aws, "storefront")
            with ended_after(aws, "UpdateService"):
                self.paused(aws)
            aws.clock.sleep(300)
            made = len(changing(aws))

            again = self.paused(aws)

            assert again.outcome is Outcome.PAUSED
            assert changing(aws)[made:] == []

    @pytest.mark.parametrize(
        "changes",
        [{"revision": "storefront:3"}, {"deployment": "Deployments-8"}],
        ids=["another revision", "another release of the same revision"],
    )
    def test_another_release_is_refused_and_ends_nothing(self, changes: Mapping[str, str]) -> None:
        with Sandbox("blue-green-with-pause") as aws:
            register_another(aws, "storefront")
            register_another(aws, "storefront")
            hook = self.paused(aws).outputs["HookId"]
            made = len(changing(aws))

            with pytest.raises(SupersededError, match=hook) as error:
                self.paused(aws, **changes)

            assert f"{REVISION}.WhenPaused" in str(error.value)
            assert changing(aws)[made:] == []

    def test_another_release_replaces_it_where_that_is_asked_for(self) -> None:
        with Sandbox("blue-green-with-pause") as aws:
            register_another(aws, "storefront")
            register_another(aws, "storefront")
            first = self.paused(aws)

            second = self.paused(aws, "storefront:3", when_paused="Replace")

            assert second.outcome is Outcome.PAUSED
            assert second.outputs["HookId"] != first.outputs["HookId"]
            assert service(aws, "storefront")["taskDefinition"].endswith("storefront:3")

    @pytest.mark.parametrize(("when_paused", "is_applied"), [("Fail", False), ("Replace", True)])
    def test_a_changed_strategy_begins_again_only_where_that_is_asked_for(
        self,
        when_paused: str,
        is_applied: bool,  # noqa: FBT001  a parameter
    ) -> None:
        events: list[Reported] = []
        with Sandbox() as aws:
            register_another(aws, "storefront")
            first = self.paused(aws, strategy="Canary")
            changed = {"service": "storefront", "deployment": "Deployments-7", "strategy": "Linear"}

            again = run(aws, step("storefront:2", **changed, when_paused=when_paused), events)

        assert again.outcome is Outcome.PAUSED
        assert (again.outputs["HookId"] != first.outputs["HookId"]) is is_applied
        assert any("the change is not applied" in text for text in warnings(events)) is not is_applied

    def test_a_pause_is_no_failure_to_roll_back(self) -> None:
        with Sandbox("green-dies-while-paused") as aws:
            register_another(aws, "storefront")
            self.paused(aws)
            aws.clock.sleep(60)

            again = self.paused(aws, on_failure="Rollback")

            assert again.outcome is Outcome.PAUSED
            assert "StopServiceDeployment" not in changing(aws)


def test_another_family_is_deployed_with_a_warning() -> None:
    events: list[Reported] = []
    with Sandbox() as aws:
        register_another(aws, family="orders-canary")

        result = run(aws, step("orders-canary:1"), events)

        assert result.outcome is Outcome.SUCCEEDED
        assert service(aws)["taskDefinition"] == f"{ARN}:task-definition/orders-canary:1"
    assert "Service orders ran the family orders so far, and is moved to orders-canary" in warnings(events)


@pytest.mark.parametrize(
    ("on_failure", "error", "runs"), [("Leave", RolloutFailedError, 2), ("Rollback", RolledBackError, 1)]
)
def test_a_failed_deployment_is_left_or_rolled_back(
    on_failure: str, error: type[DeploymentError], runs: int
) -> None:
    with Sandbox("crash") as aws:
        register_another(aws)

        with pytest.raises(error, match="exited with code 1") as raised:
            deploy(aws, on_failure=on_failure)

        assert service(aws)["taskDefinition"] == f"{ARN}:task-definition/orders:{runs}"
        assert raised.value.outputs["TaskDefinitionRevision"] == "2"
        assert raised.value.outputs["PreviousTaskDefinitionArn"] == f"{ARN}:task-definition/orders:1"


def test_outputs_are_reported_before_the_wait() -> None:
    events: list[Reported] = []
    with Sandbox("crash") as aws:
        register_another(aws)
        deployed = step()

        with pytest.raises(DeploymentError):
            run(aws, deployed, events)

    names = [each.name for each in events if isinstance(each, OutputVariable)]
    assert {"TaskDefinitionArn", "ServiceArn", "DeploymentId", "PreviousTaskDefinitionArn"} <= set(names)


def test_tags_that_are_there_already_take_no_call() -> None:
    with Sandbox() as aws:
        register_another(aws)
        deploy(aws, deployment="Deployments-1", force="False")
        since = len(aws.calls)

        deploy(aws, deployment="Deployments-1", force="False")

        assert [call.operation for call in aws.calls if call.operation == "TagResource"] == ["TagResource"]
        assert [each.operation for each in aws.calls[since:] if not each.operation.startswith(READS)] == []
