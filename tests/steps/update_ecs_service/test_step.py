import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from ecs_steps import (
    AccessDeniedError,
    AwsCallError,
    DeploymentError,
    NotFoundError,
    Outcome,
    Result,
    RolledBackError,
    RolloutFailedError,
    SupersededError,
    TimedOutError,
    UpdateEcsServiceStep,
)
from ecs_steps.reporting.events import Level, Message, OutputVariable, Reported
from ecs_steps.sandbox import SCENARIOS, Fault, FaultKind, Sandbox, Scenario

UPDATE = "Octopus.Action.Aws.Ecs.Update"
READS = ("Describe", "List", "Get")
WEB = {"containerName": "web", "packageReference": "web"}


def dictionary(**changes: object) -> dict[str, object]:
    """Return an update of the sandbox's Fargate service made by hand; `None` removes a variable."""
    variables: dict[str, object] = {
        "Octopus.Action.Package[web].Image": "index.docker.io/acme/orders:2.0.0",
        "Octopus.Action.Aws.Ecs.ClusterName": "shop",
        f"{UPDATE}.ServiceName": "orders",
        f"{UPDATE}.TargetTaskDefinitionName": "orders",
        f"{UPDATE}.ContainerUpdates": json.dumps([WEB]),
        "Octopus.Action.Aws.Ecs.WaitOption": '{"type": "WaitWithTimeout", "timeoutMinutes": "30"}',
    }
    names = {
        "on_failure": f"{UPDATE}.OnFailure",
        "force": f"{UPDATE}.ForceNewDeployment",
        "image": "Octopus.Action.Package[web].Image",
        "service": f"{UPDATE}.ServiceName",
        "target": f"{UPDATE}.TargetTaskDefinitionName",
        "template": f"{UPDATE}.TemplateTaskDefinitionName",
        "updates": f"{UPDATE}.ContainerUpdates",
        "cluster": "Octopus.Action.Aws.Ecs.ClusterName",
        "tags": "Octopus.Action.Aws.Tags",
        "wait": "Octopus.Action.Aws.Ecs.WaitOption",
        "deployment": "Octopus.Deployment.Id",
    }
    return variables | {names[name]: value for name, value in changes.items()}


def update(aws: Sandbox, events: list[Reported] | None = None, **changes: object) -> Result:
    step = UpdateEcsServiceStep(dictionary(**changes))
    report = events.append if events is not None else (lambda _: None)
    return step.run(aws=aws.clients, clock=aws.clock, report=report)


def scenario_and(name: str, *faults: Fault) -> Scenario:
    there = SCENARIOS[name]
    return Scenario(description=there.description, ecs=there.ecs, faults=faults)


def calls(aws: Sandbox, *, since: int = 0) -> list[str]:
    return [call.operation for call in aws.calls[since:]]


def changing(aws: Sandbox, *, since: int = 0) -> list[str]:
    return [name for name in calls(aws, since=since) if not name.startswith(READS)]


def service(aws: Sandbox, name: str = "orders") -> Mapping[str, Any]:
    reply = aws.clients.ecs.describe_services(cluster="shop", services=[name], include=["TAGS"])
    return reply["services"][0]


def revisions(aws: Sandbox, family: str = "orders") -> list[str]:
    reply = aws.clients.ecs.list_task_definitions(familyPrefix=family)
    return [arn.rpartition("/")[2] for arn in reply["taskDefinitionArns"]]


def deployments_since(aws: Sandbox) -> int:
    """Count the deployments of the service that the sandbox did not begin with."""
    listed = aws.clients.ecs.list_service_deployments(cluster="shop", service="orders")
    return len(listed["serviceDeployments"]) - 1


def images(aws: Sandbox, revision: str) -> dict[str, str]:
    reply = aws.clients.ecs.describe_task_definition(taskDefinition=revision)
    return {c["name"]: c["image"] for c in reply["taskDefinition"]["containerDefinitions"]}


def test_an_update_leaves_the_service_on_a_new_revision_with_the_new_image() -> None:
    with Sandbox() as aws:
        result = update(aws)

        assert result.outcome is Outcome.SUCCEEDED
        assert service(aws)["taskDefinition"] == result.outputs["TaskDefinitionArn"]
        assert images(aws, "orders:2")["web"] == "index.docker.io/acme/orders:2.0.0"
        assert images(aws, "orders:2")["log-router"] == images(aws, "orders:1")["log-router"]


def test_the_outputs_name_the_revision_before_and_the_new_one() -> None:
    with Sandbox() as aws:
        before = service(aws)["taskDefinition"]

        outputs = update(aws).outputs

        primary = service(aws)["deployments"][0]
        arn = "arn:aws:ecs:eu-west-1:123456789012"
        assert outputs == {
            "ClusterName": "shop",
            "ServiceName": "orders",
            "ServiceArn": f"{arn}:service/shop/orders",
            "TaskDefinitionFamily": "orders",
            "TaskDefinitionRevision": "2",
            "TaskDefinitionArn": f"{arn}:task-definition/orders:2",
            "PreviousTaskDefinitionArn": before,
            "DeploymentId": primary["id"],
            "Region": "eu-west-1",
            "Outcome": "SUCCEEDED",
        }


def test_outputs_are_reported_before_the_wait() -> None:
    with Sandbox("crash") as aws:
        events: list[Reported] = []

        with pytest.raises(DeploymentError) as error:
            update(aws, events)

        reported = {item.name for item in events if isinstance(item, OutputVariable)}
        assert {"TaskDefinitionArn", "TaskDefinitionRevision", "DeploymentId"} <= reported
        assert error.value.outputs["TaskDefinitionRevision"] == "2"


@pytest.mark.parametrize("name", ["orders", "billing"])
def test_fargate_and_ec2_services_are_updated_alike(name: str) -> None:
    with Sandbox() as aws:
        there = images(aws, name)
        updates = json.dumps([{"containerName": next(iter(there)), "packageReference": "web"}])

        result = update(aws, service=name, target=name, updates=updates)

        assert result.outcome is Outcome.SUCCEEDED
        assert images(aws, f"{name}:2") == there | {next(iter(there)): "index.docker.io/acme/orders:2.0.0"}


def test_an_update_takes_four_calls_until_the_deployment_starts() -> None:
    with Sandbox() as aws:
        update(aws, wait='{"type": "DontWait"}')

        assert calls(aws) == [
            "DescribeServices",
            "DescribeTaskDefinition",
            "RegisterTaskDefinition",
            "UpdateService",
        ]


def test_tags_to_change_take_one_call_more() -> None:
    with Sandbox() as aws:
        update(aws, wait='{"type": "DontWait"}', deployment="Deployments-1")

        assert len(calls(aws)) == 5
        assert {"key": "Octopus.Deployment.Id", "value": "Deployments-1"} in service(aws)["tags"]


def test_tags_that_are_there_already_take_no_call() -> None:
    with Sandbox() as aws:
        first = len(aws.calls)
        update(aws, deployment="Deployments-1", force="False")
        second = len(aws.calls)
        update(aws, deployment="Deployments-1", force="False")

        assert calls(aws, since=first).count("TagResource") == 1
        assert changing(aws, since=second) == []


def test_a_quiet_poll_is_one_call() -> None:
    with Sandbox("slow-start") as aws:
        update(aws)

        update_at = calls(aws).index("UpdateService")
        waiting = calls(aws, since=update_at + 1)
        reads = waiting.count("DescribeServiceDeployments")
        assert reads > 8
        assert waiting.count("DescribeServices") < reads / 2
        assert waiting[-2:] == ["ListTasks", "DescribeTasks"]  # the summary's
        looks_at = {"ListServiceDeployments", "DescribeServiceDeployments", "DescribeServices"}
        assert set(waiting[:-2]) == looks_at


def test_without_waiting_the_outcome_is_started() -> None:
    with Sandbox() as aws:
        result = update(aws, wait='{"type": "DontWait"}')

        assert result.outcome is Outcome.STARTED
        assert service(aws)["deployments"][0]["rolloutState"] == "IN_PROGRESS"


def test_a_release_deployed_twice_leaves_one_revision_and_replaces_its_tasks() -> None:
    with Sandbox() as aws:
        first = update(aws, deployment="Deployments-1")

        second = update(aws, deployment="Deployments-2")

        assert revisions(aws) == ["orders:1", "orders:2"]
        assert second.outcome is Outcome.SUCCEEDED
        assert second.outputs["TaskDefinitionArn"] == first.outputs["TaskDefinitionArn"]
        assert second.outputs["DeploymentId"] != first.outputs["DeploymentId"]


def test_an_unchanged_service_that_is_left_alone_costs_two_calls() -> None:
    with Sandbox() as aws:
        first = update(aws)
        since = len(aws.calls)

        second = update(aws, force="False")

        assert second.outcome is Outcome.UNCHANGED
        assert calls(aws, since=since) == ["DescribeServices", "DescribeTaskDefinition"]
        assert second.outputs["TaskDefinitionArn"] == first.outputs["TaskDefinitionArn"]
        assert second.outputs["DeploymentId"] == first.outputs["DeploymentId"]


def test_an_unchanged_revision_still_gets_the_tags_of_this_release() -> None:
    with Sandbox() as aws:
        update(aws, deployment="Deployments-1")

        update(aws, deployment="Deployments-2", force="False")

        tags = aws.clients.ecs.describe_task_definition(taskDefinition="orders", include=["TAGS"])["tags"]
        assert {"key": "Octopus.Deployment.Id", "value": "Deployments-2"} in tags
        assert revisions(aws) == ["orders:1", "orders:2"]


def test_a_template_of_another_family_is_copied_into_the_target() -> None:
    with Sandbox() as aws:
        aws.clients.ecs.register_task_definition(
            family="orders-template",
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            containerDefinitions=[{"name": "web", "image": "old", "portMappings": [{"containerPort": 8080}]}],
        )

        update(aws, template="orders-template")

        assert revisions(aws) == ["orders:1", "orders:2"]
        assert images(aws, "orders:2") == {"web": "index.docker.io/acme/orders:2.0.0"}


# Look first, then touch


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"service": "missing"}, "Service missing was not found: cluster shop has none of that name"),
        ({"cluster": "nowhere"}, "Cluster nowhere was not found"),
        ({"target": "missing", "template": "orders"}, "Task definition missing was not found"),
        ({"template": "missing"}, "Task definition missing was not found"),
        ({"template": "orders:77"}, "Task definition orders:77 was not found"),
        (
            {"updates": json.dumps([{"containerName": "wbe", "packageReference": "web"}])},
            r"orders:1 has no container wbe: its containers are web, log-router",
        ),
    ],
)
def test_what_does_not_exist_is_named_and_leaves_no_orphan_revision(
    changes: dict[str, str], message: str
) -> None:
    with Sandbox() as aws:
        with pytest.raises(NotFoundError, match=message):
            update(aws, None, **changes)

        assert changing(aws) == []


def test_an_inactive_template_cannot_be_copied() -> None:
    with Sandbox() as aws:
        aws.clients.ecs.register_task_definition(
            family="old", containerDefinitions=[{"name": "web", "image": "old", "memory": 64}]
        )
        aws.clients.ecs.deregister_task_definition(taskDefinition="old:1")

        with pytest.raises(NotFoundError, match="old:1 cannot be used: it is INACTIVE"):
            update(aws, template="old:1")


def test_a_service_of_codedeploy_is_refused_with_what_to_use_instead() -> None:
    with Sandbox("code-deploy") as aws:
        with pytest.raises(DeploymentError) as error:
            update(aws)

        assert "its deployment controller is CODE_DEPLOY" in str(error.value)
        assert "AWS CodeDeploy" in error.value.next_step
        assert changing(aws) == []


def test_a_service_of_task_sets_without_a_primary_one_is_refused_with_what_to_do() -> None:
    with Sandbox("external-controller") as aws:
        with pytest.raises(DeploymentError) as error:
            update(aws)

        assert "has no PRIMARY task set" in str(error.value)
        assert "first task set" in error.value.next_step
        assert changing(aws) == []


def test_members_newer_than_botocore_are_refused_by_name_and_never_lost() -> None:
    with Sandbox("newer-members") as aws:
        with pytest.raises(DeploymentError) as error:
            update(aws)

        assert "cannot be copied without a loss" in str(error.value)
        assert "pip install --upgrade boto3 botocore" in str(error.value)
        assert changing(aws) == []


def test_a_denied_read_of_the_task_definition_is_not_a_missing_one() -> None:
    with Sandbox(Scenario(faults=(Fault("DescribeTaskDefinition", FaultKind.ACCESS_DENIED),))) as aws:
        with pytest.raises(AccessDeniedError, match="ecs:DescribeTaskDefinition"):
            update(aws)

        assert changing(aws) == []


def test_a_throttled_read_is_repeated() -> None:
    with Sandbox(Scenario(faults=(Fault("DescribeTaskDefinition", FaultKind.THROTTLED, range(7)),))) as aws:
        assert update(aws).outcome is Outcome.SUCCEEDED


# The verdict


def test_a_rollback_by_the_circuit_breaker_is_never_a_success() -> None:
    with Sandbox("breaker-rollback") as aws:
        with pytest.raises(RolledBackError) as error:
            update(aws)

        assert error.value.exit_code == 6
        assert "it was rolled back to orders:1" in error.value.what
        assert service(aws)["taskDefinition"].endswith("orders:1")


def test_a_breaker_without_rollback_fails_the_step() -> None:
    with Sandbox("breaker") as aws, pytest.raises(RolloutFailedError) as error:
        update(aws)

    assert "container web" in error.value.why
    assert "exited with code 1" in error.value.why


def test_a_failed_deployment_is_rolled_back_on_request() -> None:
    with Sandbox("breaker") as aws:
        with pytest.raises(RolledBackError) as error:
            update(aws, on_failure="Rollback")

        assert "the service runs" in error.value.what
        assert "exited with code 1" in error.value.why
        there = service(aws)
        assert there["taskDefinition"].endswith("orders:1")
        assert [d["rolloutState"] for d in there["deployments"] if d["status"] == "PRIMARY"] == ["COMPLETED"]
        assert revisions(aws) == ["orders:1", "orders:2"]


def test_a_newer_deployment_of_another_process_supersedes() -> None:
    with Sandbox("superseded") as aws, pytest.raises(SupersededError) as error:
        update(aws, on_failure="Rollback")

    assert error.value.exit_code == 8
    assert "RolledBack" not in type(error.value).__name__


def test_a_service_deleted_while_waiting_fails_the_step() -> None:
    with Sandbox("service-deleted") as aws, pytest.raises(RolloutFailedError) as error:
        update(aws)

    assert "orders" in str(error.value)


def test_a_deleted_service_is_not_rolled_back() -> None:
    with Sandbox("service-deleted") as aws:
        with pytest.raises(RolloutFailedError) as error:
            update(aws, on_failure="Rollback")

        assert calls(aws).count("UpdateService") == 1

    assert "Service orders does not run orders:2" in error.value.what
    assert "deleted the service during its deployment" in error.value.why


def test_a_rollback_that_is_denied_names_the_call_and_the_permission() -> None:
    denied = Fault("UpdateService", FaultKind.ACCESS_DENIED, range(1, 2))
    with Sandbox(evolve(SCENARIOS["breaker"], faults=(denied,))) as aws:
        with pytest.raises(RolloutFailedError) as error:
            update(aws, on_failure="Rollback")

        assert "exited with code 1" in error.value.why
        assert "task-definition/orders:1 failed: UpdateService was denied: User: " in error.value.why
        assert "Allow ecs:UpdateService on " in error.value.next_step
        assert service(aws)["taskDefinition"].endswith("orders:2")


def test_a_timeout_without_rollback_leaves_the_deployment_running() -> None:
    with Sandbox("slow-start") as aws:
        started = aws.clock.now()

        with pytest.raises(TimedOutError) as error:
            update(aws, wait='{"type": "WaitWithTimeout", "timeoutMinutes": "1"}')

        assert aws.clock.now() - started <= timedelta(minutes=1, seconds=2)
        assert "It continues in ECS" in str(error.value)
        assert service(aws)["taskDefinition"].endswith("orders:2")


def test_a_timeout_with_rollback_goes_back_to_the_revision_before() -> None:
    with Sandbox("slow-start") as aws:
        with pytest.raises(RolledBackError):
            update(aws, wait='{"type": "WaitWithTimeout", "timeoutMinutes": "1"}', on_failure="Rollback")

        assert "StopServiceDeployment" in calls(aws)
        assert service(aws)["taskDefinition"].endswith("orders:1")


def test_a_service_at_zero_is_stable_at_once() -> None:
    with Sandbox("at-zero") as aws:
        assert update(aws).outcome is Outcome.SUCCEEDED


def test_two_hundred_and_fifty_tasks_are_no_more_calls_than_two() -> None:
    with Sandbox("250-tasks") as aws:
        result = update(aws)

        assert result.outcome is Outcome.SUCCEEDED
        assert "ListTasks" not in calls(aws)


def test_a_denied_record_of_service_deployments_falls_back_and_says_so_at_verbose_level() -> None:
    denied = Fault("ListServiceDeployments", FaultKind.ACCESS_DENIED)
    with Sandbox(Scenario(faults=(denied,))) as aws:
        events: list[Reported] = []

        result = update(aws, events)

        assert result.outcome is Outcome.SUCCEEDED
        assert calls(aws).count("ListServiceDeployments") == 1
        [warning] = [m for m in events if isinstance(m, Message) and "DescribeServices alone" in m.text]
        assert warning.level is Level.VERBOSE


@pytest.mark.parametrize("name", ["breaker-rollback", "superseded", "breaker", "service-deleted"])
def test_without_records_the_verdict_is_the_same(name: str) -> None:
    denied = Fault("ListServiceDeployments", FaultKind.ACCESS_DENIED)
    with Sandbox(name) as aws, pytest.raises(DeploymentError) as with_records:
        update(aws)
    with Sandbox(scenario_and(name, denied)) as aws, pytest.raises(DeploymentError) as without:
        update(aws)

    assert type(without.value) is type(with_records.value)


# Once, and not twice


def test_a_throttled_registration_backs_off_on_the_steps_own_clock() -> None:
    with Sandbox(Scenario(faults=(Fault("RegisterTaskDefinition", FaultKind.THROTTLED, range(6)),))) as aws:
        result = update(aws)

        assert result.outcome is Outcome.SUCCEEDED
        assert revisions(aws) == ["orders:1", "orders:2"]


def test_a_throttled_registration_was_not_carried_out_and_is_not_searched_for() -> None:
    with Sandbox(Scenario(faults=(Fault("RegisterTaskDefinition", FaultKind.THROTTLED, range(3)),))) as aws:
        update(aws)

        assert calls(aws).count("RegisterTaskDefinition") == 4
        assert calls(aws).count("DescribeTaskDefinition") == 1


def test_a_registration_that_may_have_been_carried_out_is_searched_for_each_time() -> None:
    faults = (
        Fault("RegisterTaskDefinition", FaultKind.CONNECTION_REFUSED, range(1)),
        Fault("RegisterTaskDefinition", FaultKind.THROTTLED, range(1, 2)),
    )
    with Sandbox(Scenario(faults=faults)) as aws:
        update(aws)

        assert calls(aws).count("RegisterTaskDefinition") == 3
        assert calls(aws).count("DescribeTaskDefinition") == 3


@pytest.mark.parametrize(
    "kind", [FaultKind.CONNECTION_RESET, FaultKind.READ_TIMEOUT, FaultKind.TRUNCATED_BODY]
)
def test_a_registration_whose_reply_is_lost_leaves_one_revision(kind: FaultKind) -> None:
    with Sandbox(Scenario(faults=(Fault("RegisterTaskDefinition", kind, range(1)),))) as aws:
        result = update(aws)

        assert result.outputs["TaskDefinitionRevision"] == "2"
        assert revisions(aws) == ["orders:1", "orders:2"]


@pytest.mark.parametrize(
    "kind", [FaultKind.CONNECTION_RESET, FaultKind.READ_TIMEOUT, FaultKind.TRUNCATED_BODY]
)
def test_a_forced_update_whose_reply_is_lost_starts_one_deployment(kind: FaultKind) -> None:
    with Sandbox(Scenario(faults=(Fault("UpdateService", kind, range(1, 2)),))) as aws:
        update(aws)

        again = update(aws)

        assert deployments_since(aws) == 2
        assert again.outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize("operation", ["RegisterTaskDefinition", "UpdateService"])
@pytest.mark.parametrize(
    "kind", [FaultKind.CONNECTION_RESET, FaultKind.READ_TIMEOUT, FaultKind.TRUNCATED_BODY]
)
def test_a_change_whose_replies_are_all_lost_is_seen_in_aws(kind: FaultKind, operation: str) -> None:
    with Sandbox(Scenario(faults=(Fault(operation, kind),))) as aws:
        result = update(aws)

        assert result.outcome is Outcome.SUCCEEDED
        assert revisions(aws) == ["orders:1", "orders:2"]
        assert deployments_since(aws) == 1


def test_a_run_that_ended_between_registration_and_update_is_resumed_by_the_next() -> None:
    with Sandbox(Scenario(faults=(Fault("UpdateService", FaultKind.EXPIRED_TOKEN, range(1)),))) as aws:
        with pytest.raises(AwsCallError, match="UpdateService was refused"):
            update(aws)

        result = update(aws)

        assert result.outcome is Outcome.SUCCEEDED
        assert revisions(aws) == ["orders:1", "orders:2"]
        assert deployments_since(aws) == 1


def test_refused_tags_are_a_warning_and_do_not_fail_a_deployment_that_serves() -> None:
    with Sandbox(Scenario(faults=(Fault("TagResource", FaultKind.ACCESS_DENIED),))) as aws:
        events: list[Reported] = []

        result = update(aws, events, deployment="Deployments-1")

        assert result.outcome is Outcome.SUCCEEDED
        assert any("ecs:TagResource" in m.text for m in events if isinstance(m, Message))


# Taken up again


def watch(aws: Sandbox, deployment_id: str) -> Result:
    step = UpdateEcsServiceStep(dictionary())
    return step.watch(deployment_id, aws=aws.clients, clock=aws.clock, report=lambda _: None)


def test_a_deployment_that_was_left_is_watched_to_the_same_verdict() -> None:
    with Sandbox() as aws:
        started = update(aws, wait='{"type": "DontWait"}')

        result = watch(aws, started.outputs["DeploymentId"])

        assert result.outcome is Outcome.SUCCEEDED
        assert result.outputs["TaskDefinitionArn"] == started.outputs["TaskDefinitionArn"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("breaker-rollback", RolledBackError), ("breaker", RolloutFailedError), ("superseded", SupersededError)],
)
def test_watching_a_deployment_that_fails_gives_the_error_of_a_run(
    name: str, expected: type[DeploymentError]
) -> None:
    with Sandbox(name) as aws:
        started = update(aws, wait='{"type": "DontWait"}')

        with pytest.raises(expected):
            watch(aws, started.outputs["DeploymentId"])


@pytest.mark.parametrize(
    ("name", "expected"), [("breaker-rollback", RolledBackError), ("superseded", SupersededError)]
)
def test_a_deployment_that_is_long_over_is_judged_by_its_record(
    name: str, expected: type[DeploymentError]
) -> None:
    with Sandbox(name) as aws:
        started = update(aws, wait='{"type": "DontWait"}')
        aws.clock.sleep(3600)

        with pytest.raises(expected):
            watch(aws, started.outputs["DeploymentId"])


def test_credentials_that_expire_say_that_the_deployment_continues_and_how_to_resume() -> None:
    expired = tuple(
        Fault(operation, FaultKind.EXPIRED_TOKEN)
        for operation in ("ListServiceDeployments", "DescribeServiceDeployments")
    )
    later = Fault("DescribeServices", FaultKind.EXPIRED_TOKEN, range(1, 100))
    with Sandbox(Scenario(faults=(*expired, later))) as aws, pytest.raises(AwsCallError) as error:
        update(aws)

    assert "continues in ECS" in error.value.next_step
    assert "ecs-steps watch VARIABLES.json --deployment ecs-svc/" in error.value.resume


# Dry run


def test_a_dry_run_shows_what_would_change_and_changes_nothing() -> None:
    environment = {"action": "Append", "items": [{"type": "Plain", "key": "PASSWORD", "value": "hunter2"}]}
    with Sandbox() as aws:
        step = UpdateEcsServiceStep(
            dictionary(updates=json.dumps([WEB | {"environmentVariables": environment}]))
        )

        text = str(step.dry_run(aws=aws.clients, report=lambda _: None))

        assert "containerDefinitions[web].image: " in text
        assert "PASSWORD" in text
        assert "hunter2" not in text
        assert text.endswith(
            "calls that would be made:\n  RegisterTaskDefinition orders\n  UpdateService orders\n"
        )
        assert changing(aws) == []


def test_a_dry_run_waits_on_the_clock_that_it_is_given() -> None:
    busy = Fault("DescribeServices", FaultKind.CONNECTION_RESET, range(3 * 4))
    with Sandbox(Scenario(faults=(busy,))) as aws:
        started = aws.clock.now()
        step = UpdateEcsServiceStep(dictionary())

        text = str(step.dry_run(aws=aws.clients, report=lambda _: None, clock=aws.clock))

        # botocore itself waits for three seconds between the three requests of a call at most.
        assert aws.clock.now() - started > timedelta(seconds=4 * 3)
        assert "calls that would be made" in text
