import json
from collections.abc import Mapping
from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest

from ecs_steps import (
    AccessDeniedError,
    DeployEcsServiceStep,
    NotFoundError,
    Outcome,
    Result,
    StackFailedError,
    TimedOutError,
)
from ecs_steps.reporting.events import Level, Message, OutputVariable, Reported, StackChanged
from ecs_steps.sandbox import SCENARIOS, Fault, FaultKind, Sandbox, Scenario

DEPLOY = "Octopus.Action.Aws.Ecs.Deploy"
ARN = "arn:aws:ecs:eu-west-1:123456789012"
STACK = "cf-ecs-shopProduction-octopetshopWeb-environments104-untenanted"
EXAMPLE = json.loads((files("ecs_steps.sandbox") / "examples" / "deploy.json").read_text())
EXAMPLE[f"{DEPLOY}.CFStackName"] = ""


def deploy(aws: Sandbox, events: list[Reported] | None = None, **changes: object) -> Result:
    aws.add_cluster("shop-production")
    names = {
        "image": "Octopus.Action.Package[web].Image",
        "wait": "Octopus.Action.Aws.Ecs.WaitOption",
        "cluster": "Octopus.Action.Aws.Ecs.ClusterName",
        "deployment": "Octopus.Deployment.Id",
        "count": f"{DEPLOY}.DesiredCount",
        "execution_role": f"{DEPLOY}.TaskExecutionRole",
        "region": "Octopus.Action.Aws.Region",
    }
    variables = EXAMPLE | {names[name]: value for name, value in changes.items()}
    report = events.append if events is not None else (lambda _: None)
    return DeployEcsServiceStep(variables).run(aws=aws.clients, clock=aws.clock, report=report)


def only_service(aws: Sandbox) -> Mapping[str, Any]:
    [arn] = aws.clients.ecs.list_services(cluster="shop-production")["serviceArns"]
    return aws.clients.ecs.describe_services(cluster="shop-production", services=[arn])["services"][0]


def stack(aws: Sandbox) -> Mapping[str, Any]:
    return aws.clients.cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]


def operations(aws: Sandbox, *, since: int = 0) -> list[str]:
    return [call.operation for call in aws.calls[since:]]


def test_a_first_deployment_creates_the_stack_and_its_service_serves() -> None:
    with Sandbox() as aws:
        result = deploy(aws)

        service = only_service(aws)
        assert result.outcome is Outcome.SUCCEEDED
        assert stack(aws)["StackStatus"] == "CREATE_COMPLETE"
        assert service["taskDefinition"] == result.outputs["TaskDefinitionArn"]
        assert service["runningCount"] == service["desiredCount"] == 2


def test_the_outputs_are_those_of_the_contract_with_the_services_real_name() -> None:
    with Sandbox() as aws:
        outputs = deploy(aws).outputs

        service = only_service(aws)
        assert outputs == {
            "AwsOutputs[StackId]": stack(aws)["StackId"],
            "CloudFormationStackName": STACK,
            "ClusterName": "shop-production",
            "TaskDefinitionFamily": "octopetshop-web",
            "Region": "eu-west-1",
            "ServiceName": service["serviceName"],
            "ServiceArn": service["serviceArn"],
            "TaskDefinitionArn": f"{ARN}:task-definition/octopetshop-web:1",
            "TaskDefinitionRevision": "1",
            "DeploymentId": service["deployments"][0]["id"],
            "Outcome": "SUCCEEDED",
        }


def test_every_output_is_reported_once() -> None:
    with Sandbox() as aws:
        events: list[Reported] = []

        outputs = deploy(aws, events).outputs

        reported = [(item.name, item.value) for item in events if isinstance(item, OutputVariable)]
        assert reported == list(outputs.items())


def test_the_registered_task_definition_holds_what_was_requested() -> None:
    with Sandbox() as aws:
        deploy(aws)

        there = aws.clients.ecs.describe_task_definition(taskDefinition="octopetshop-web", include=["TAGS"])
        definition: Any = there["taskDefinition"]
        web, metrics = definition["containerDefinitions"]
        assert definition["taskRoleArn"] == "arn:aws:iam::123456789012:role/octopetshop-web"
        assert definition["runtimePlatform"]["cpuArchitecture"] == "X86_64"
        assert definition["volumes"][0]["efsVolumeConfiguration"]["transitEncryption"] == "ENABLED"
        assert web["image"] == "index.docker.io/octopetshop/web:1.4.0"
        assert web["secrets"][0]["name"] == "ConnectionStrings__Shop"
        assert web["logConfiguration"]["options"]["awslogs-group"] == "/ecs/octopetshop-web"
        assert web["dependsOn"] == [{"containerName": "metrics", "condition": "START"}]
        assert metrics["essential"] is False


def test_the_stack_carries_octopus_tags_before_the_users() -> None:
    with Sandbox() as aws:
        deploy(aws)

        tags = {tag["Key"]: tag["Value"] for tag in stack(aws)["Tags"]}
        assert tags["Octopus.Environment.Name"] == "Production"
        assert list(tags)[-2:] == ["team", "tier"]


def test_the_same_again_is_unchanged_and_costs_five_calls() -> None:
    with Sandbox() as aws:
        first = deploy(aws)
        since = len(aws.calls)

        second = deploy(aws)

        assert second.outcome is Outcome.UNCHANGED
        assert operations(aws, since=since) == [
            "DescribeClusters",
            "DescribeStacks",
            "UpdateStack",
            "DescribeStackResources",
            "DescribeServices",
        ]
        same = set(first.outputs.items()) - set(second.outputs.items())
        assert same == {("Outcome", "SUCCEEDED")}


def test_a_new_image_updates_the_stack_and_rolls_the_service_over() -> None:
    with Sandbox() as aws:
        deploy(aws)

        result = deploy(aws, image="index.docker.io/octopetshop/web:1.5.0")

        assert result.outcome is Outcome.SUCCEEDED
        assert result.outputs["TaskDefinitionRevision"] == "2"
        assert only_service(aws)["taskDefinition"].endswith("octopetshop-web:2")
        assert stack(aws)["StackStatus"].startswith("UPDATE_COMPLETE")


def test_a_role_is_made_where_none_is_given() -> None:
    with Sandbox() as aws:
        deploy(aws, execution_role="")

        there: Any = aws.clients.ecs.describe_task_definition(taskDefinition="octopetshop-web")
        assert there["taskDefinition"]["executionRoleArn"].startswith("arn:aws:iam::123456789012:role/")


def test_another_desired_count_keeps_the_revision() -> None:
    with Sandbox() as aws:
        deploy(aws)

        result = deploy(aws, count="3")

        assert result.outputs["TaskDefinitionRevision"] == "1"
        assert only_service(aws)["runningCount"] == 3


def test_a_kept_count_is_that_of_the_running_service() -> None:
    with Sandbox() as aws:
        deploy(aws, count="Keep")
        assert only_service(aws)["desiredCount"] == 1
        arn = only_service(aws)["serviceArn"]
        aws.clients.ecs.update_service(cluster="shop-production", service=arn, desiredCount=8)
        aws.clock.sleep(300)

        deploy(aws, count="Keep", image="index.docker.io/octopetshop/web:1.5.0")

        parameters = {each["ParameterKey"]: each["ParameterValue"] for each in stack(aws)["Parameters"]}
        assert parameters["DesiredCount"] == "8"
        assert only_service(aws)["desiredCount"] == 8


def test_without_waiting_the_outcome_is_started() -> None:
    with Sandbox() as aws:
        started = aws.clock.now()

        result = deploy(aws, wait='{"type": "DontWait"}')

        assert result.outcome is Outcome.STARTED
        assert result.outputs["AwsOutputs[StackId]"]
        assert aws.clock.now() - started < timedelta(seconds=2)


def test_each_resources_change_is_reported_as_it_happens() -> None:
    with Sandbox() as aws:
        events: list[Reported] = []

        deploy(aws, events)

        changes = [(c.resource_type, c.status) for c in events if isinstance(c, StackChanged)]
        assert changes[0] == ("AWS::CloudFormation::Stack", "CREATE_IN_PROGRESS")
        assert changes[-1] == ("AWS::CloudFormation::Stack", "CREATE_COMPLETE")
        assert ("AWS::ECS::TaskDefinition", "CREATE_COMPLETE") in changes


def test_warnings_about_the_inputs_are_reported_first() -> None:
    with Sandbox() as aws:
        events: list[Reported] = []

        aws.add_cluster("shop-production")
        variables = EXAMPLE | {f"{DEPLOY}.DesiredCount": "1", f"{DEPLOY}.MaximumHealthPercent": "150"}
        DeployEcsServiceStep(variables).run(aws=aws.clients, clock=aws.clock, report=events.append)

        assert isinstance(events[0], Message)
        assert events[0].level is Level.WARNING
        assert "later deployments could never start a task" in events[0].text


def test_a_failed_create_names_its_cause_and_the_next_run_recovers_the_stack() -> None:
    with Sandbox("service-name-taken") as aws:
        with pytest.raises(StackFailedError) as error:
            deploy(aws)
        assert stack(aws)["StackStatus"] == "ROLLBACK_COMPLETE"
        aws.cloudformation.apply(Scenario().stack, ())

        result = deploy(aws)

        assert "already exists" in error.value.why
        assert error.value.exit_code == 5
        assert error.value.outputs["CloudFormationStackName"] == STACK
        assert result.outcome is Outcome.SUCCEEDED


def test_an_update_that_fails_rolls_back_and_names_its_cause() -> None:
    with Sandbox() as aws:
        deploy(aws)
        refused = SCENARIOS["update-refused"]
        aws.cloudformation.apply(refused.stack, refused.resources)

        with pytest.raises(StackFailedError) as error:
            deploy(aws, image="index.docker.io/octopetshop/web:1.5.0")

        assert "UPDATE_ROLLBACK_COMPLETE" in error.value.what
        assert only_service(aws)["taskDefinition"].endswith("octopetshop-web:1")


def test_a_stack_whose_service_rolled_back_is_no_success_although_it_is_updated() -> None:
    with Sandbox() as aws:
        deploy(aws)
        aws.cloudformation.apply(SCENARIOS["rollback-overlooked"].stack, ())
        aws.ecs.plan = SCENARIOS["breaker-rollback"].ecs

        with pytest.raises(Exception, match="does not run octopetshop-web:2") as error:
            deploy(aws, image="index.docker.io/octopetshop/web:1.5.0")

        assert stack(aws)["StackStatus"].startswith("UPDATE_COMPLETE")
        assert type(error.value).__name__ == "RolledBackError"


def test_an_unchanged_stack_whose_service_was_changed_elsewhere_fails() -> None:
    with Sandbox() as aws:
        deploy(aws)
        service = only_service(aws)
        definition: Any = aws.clients.ecs.describe_task_definition(taskDefinition="octopetshop-web")
        other = aws.clients.ecs.register_task_definition(
            family="by-hand",
            executionRoleArn="arn:aws:iam::123456789012:role/octopetshop-web-execution",
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            containerDefinitions=definition["taskDefinition"]["containerDefinitions"],
            volumes=definition["taskDefinition"]["volumes"],
        )
        aws.clients.ecs.update_service(
            cluster="shop-production",
            service=service["serviceName"],
            taskDefinition=other["taskDefinition"]["taskDefinitionArn"],
        )

        with pytest.raises(Exception, match="by-hand:1 has taken its place"):
            deploy(aws)


def test_a_timeout_keeps_its_one_deadline_and_says_what_continues() -> None:
    with Sandbox("slow-start") as aws:
        started = aws.clock.now()

        with pytest.raises(TimedOutError) as error:
            deploy(aws, wait='{"type": "WaitWithTimeout", "timeoutMinutes": "1"}')

        assert aws.clock.now() - started <= timedelta(minutes=1, seconds=1)
        assert error.value.exit_code == 7
        assert "CloudFormation continues with it" in str(error.value)
        assert error.value.outputs["AwsOutputs[StackId]"]


def watch(aws: Sandbox, stack_id: str) -> Result:
    return DeployEcsServiceStep(EXAMPLE).watch(
        stack_id, aws=aws.clients, clock=aws.clock, report=lambda _: None
    )


def test_a_stack_that_was_left_is_watched_to_its_end() -> None:
    with Sandbox() as aws:
        started = deploy(aws, wait='{"type": "DontWait"}')

        result = watch(aws, started.outputs["AwsOutputs[StackId]"])

        assert result.outcome is Outcome.SUCCEEDED
        assert result.outputs["TaskDefinitionRevision"] == "1"


def test_a_stack_that_is_long_finished_is_judged_by_its_last_operation() -> None:
    with Sandbox("service-name-taken") as aws:
        started = deploy(aws, wait='{"type": "DontWait"}')
        aws.clock.sleep(3600)

        with pytest.raises(StackFailedError, match="already exists"):
            watch(aws, started.outputs["AwsOutputs[StackId]"])


def test_a_stack_that_is_not_there_cannot_be_watched() -> None:
    with Sandbox() as aws, pytest.raises(NotFoundError, match="Stack nowhere was not found"):
        watch(aws, "nowhere")


def test_a_denied_create_names_the_action() -> None:
    denied = Fault("CreateStack", FaultKind.ACCESS_DENIED)
    with Sandbox(Scenario(faults=(denied,))) as aws:
        with pytest.raises(AccessDeniedError) as error:
            deploy(aws)

        assert "cloudformation:CreateStack" in error.value.next_step
        assert "continue" not in str(error.value), "no stack exists yet"
        assert error.value.exit_code == 4


def test_the_regions_partition_reaches_the_managed_policy() -> None:
    with Sandbox(region="cn-north-1") as aws:
        deploy(aws, execution_role="", region="")

        parameters = {p["ParameterKey"]: p["ParameterValue"] for p in stack(aws)["Parameters"]}
        assert parameters["AmazonECSTaskExecutionRolePolicyArn"].startswith("arn:aws-cn:iam::aws:policy/")
