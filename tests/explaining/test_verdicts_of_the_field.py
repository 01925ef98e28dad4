"""Services that people reported: whatever ECS leaves out or says late, the verdict is right and in time."""

import copy
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import frozen

from ecs_steps import (
    DeployEcsServiceStep,
    Outcome,
    RolledBackError,
    RolloutFailedError,
    TimedOutError,
    UpdateEcsServiceStep,
)
from ecs_steps.clock import Clock
from ecs_steps.errors import AwsCallError, DeploymentError, NotFoundError
from ecs_steps.reporting.events import Level, Message
from ecs_steps.sandbox import Sandbox, Scenario, crashes, unhealthy_targets
from ecs_steps.sandbox.ecs.plan import EcsPlan, Pace, TargetGroupSettings
from explaining.runs import take
from explaining.shop import (
    BALANCED,
    DEFINITION,
    DEPLOY,
    SERVICE,
    TARGET_GROUP,
    UPDATE,
    Ended,
    deploy_variables,
    make_service,
    on_ec2,
    refuse,
    rewrite,
    run,
    services_of,
    update_variables,
)

CRASH = crashes(after=8, log=("FATAL: DATABASE_URL is not set",))


@frozen
class ClockAhead:
    """The clock of a machine that is some seconds ahead of AWS'."""

    clock: Clock
    seconds: float

    def now(self) -> datetime:
        return self.clock.now() + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)


def cause_of(ended: Ended) -> str:
    assert isinstance(ended.error, DeploymentError)
    assert ended.error.diagnosis
    assert ended.error.diagnosis.root_cause
    return ended.error.diagnosis.root_cause.reason


def warnings_of(ended: Ended) -> list[str]:
    return [m.text for m in ended.reported if isinstance(m, Message) and m.level is Level.WARNING]


def without_rollout_state(parsed: dict[str, Any]) -> None:
    for service in services_of(parsed):
        for deployment in service["deployments"]:
            deployment.pop("rolloutState", None)
            deployment.pop("rolloutStateReason", None)


@pytest.mark.parametrize("on_failure", ["Leave", "Rollback"])
@pytest.mark.parametrize("has_record", [True, False])
def test_a_service_without_a_rollout_state_succeeds(on_failure: str, *, has_record: bool) -> None:
    definition, service = on_ec2()
    service["loadBalancers"] = [
        {"loadBalancerName": "classic", "containerName": "web", "containerPort": 8080}
    ]
    with Sandbox() as aws:
        make_service(aws, definition, service)
        for operation in ("DescribeServices", "UpdateService"):
            rewrite(aws, operation, without_rollout_state)
        if not has_record:
            rewrite(aws, "ListServiceDeployments", lambda parsed: parsed.update(serviceDeployments=[]))

        ended = run(UpdateEcsServiceStep(update_variables(more={f"{UPDATE}OnFailure": on_failure})), aws)

    assert ended.result
    assert ended.result.outcome is Outcome.SUCCEEDED


def breaker_is_on(parsed: dict[str, Any]) -> None:
    for service in services_of(parsed):
        service["deploymentConfiguration"]["deploymentCircuitBreaker"] = {"enable": True, "rollback": True}
        for deployment in service["deployments"]:
            deployment["failedTasks"] = 0


def breaker_counts_none(parsed: dict[str, Any]) -> None:
    for record in parsed.get("serviceDeployments", []):
        record["deploymentCircuitBreaker"] = {"status": "MONITORING", "failureCount": 0, "threshold": 3}


def test_a_breaker_that_counts_no_crash_does_not_keep_a_deployment_from_being_given_up() -> None:
    with Sandbox(Scenario.of(CRASH)) as aws:
        make_service(aws)
        for operation in ("DescribeServices", "UpdateService"):
            rewrite(aws, operation, breaker_is_on)
        rewrite(aws, "DescribeServiceDeployments", breaker_counts_none)

        ended = run(UpdateEcsServiceStep(update_variables(minutes=120)), aws)

    assert isinstance(ended.error, RolloutFailedError)
    assert ended.seconds < 15 * 60
    assert cause_of(ended) == "exit-1"
    assert "DATABASE_URL" in str(ended.error)


def without_deployment_ids(parsed: dict[str, Any]) -> None:
    for task in parsed.get("tasks", []):
        task["startedBy"] = "app"


def test_where_tasks_carry_no_deployment_id_a_crash_loop_is_given_up_with_its_cause() -> None:
    with Sandbox(Scenario.of(CRASH)) as aws:
        make_service(aws)
        rewrite(aws, "DescribeTasks", without_deployment_ids)
        rewrite(aws, "ListServiceDeployments", lambda parsed: parsed.update(serviceDeployments=[]))

        ended = run(UpdateEcsServiceStep(update_variables()), aws)

    assert isinstance(ended.error, RolloutFailedError)
    assert cause_of(ended) == "exit-1"
    assert "DATABASE_URL" in str(ended.error)


def all_seem_to_run(parsed: dict[str, Any]) -> None:
    """Rewrite services as an emulator shows a crash loop: each task is replaced before it is counted."""
    for service in services_of(parsed):
        service["events"] = []
        for deployment in service["deployments"]:
            deployment |= {"runningCount": 2, "pendingCount": 0, "failedTasks": 0}


def test_a_crash_loop_that_no_count_and_no_message_shows_is_given_up() -> None:
    with Sandbox(Scenario.of(CRASH)) as aws:
        make_service(aws)
        rewrite(aws, "DescribeServices", all_seem_to_run)
        rewrite(aws, "DescribeTasks", without_deployment_ids)
        rewrite(aws, "ListServiceDeployments", lambda parsed: parsed.update(serviceDeployments=[]))

        ended = run(UpdateEcsServiceStep(update_variables()), aws)

    assert isinstance(ended.error, RolloutFailedError)
    assert ended.seconds < 5 * 60
    assert cause_of(ended) == "exit-1"


def test_where_tasks_carry_no_deployment_id_a_good_deployment_still_succeeds() -> None:
    with Sandbox() as aws:
        make_service(aws)
        rewrite(aws, "DescribeTasks", without_deployment_ids)

        ended = run(UpdateEcsServiceStep(update_variables()), aws)

    assert ended.result


def timed_out(service: Any, plan: EcsPlan, more: Mapping[str, object] | None = None) -> Ended:  # noqa: ANN401  ECS' own
    with Sandbox() as aws:
        make_service(aws, DEFINITION, service)
        take(aws, Scenario(ecs=plan))
        return run(UpdateEcsServiceStep(update_variables(minutes=15, more=more)), aws)


def test_a_wait_for_targets_within_the_grace_period_names_their_reason() -> None:
    unhealthy = unhealthy_targets("Request timed out", reason="Target.Timeout")
    service = {**BALANCED, "healthCheckGracePeriodSeconds": 3600}

    ended = timed_out(service, EcsPlan(failure_plans=(unhealthy,)))

    assert isinstance(ended.error, TimedOutError)
    assert cause_of(ended) == "target-timed-out"
    assert "healthCheckGracePeriodSeconds" in ended.error.why


def test_a_wait_for_tasks_that_hang_says_in_which_status_and_since_when() -> None:
    ended = timed_out(SERVICE, EcsPlan(pace=Pace(pull=36_000)))

    assert isinstance(ended.error, TimedOutError)
    assert cause_of(ended) == "task-pending"
    assert "2 tasks have been PENDING since 09:0" in ended.error.why


def test_a_wait_for_old_tasks_that_drain_says_so_and_undoes_nothing() -> None:
    plan = EcsPlan(target_group=TargetGroupSettings(deregistration_delay=3600))

    ended = timed_out(BALANCED, plan, more={f"{UPDATE}OnFailure": "Rollback"})

    assert isinstance(ended.error, TimedOutError)
    assert "all 2 new tasks are healthy, and 2 old tasks have not stopped yet" in ended.error.why
    assert "deregistration_delay" in ended.error.next_step
    assert ended.error.diagnosis is None
    assert "StopServiceDeployment" not in ended.operations
    assert ended.operations.count("UpdateService") == 1
    assert "It is not rolled back: its new tasks are healthy." in warnings_of(ended)


def test_a_stack_that_waits_for_old_tasks_to_drain_has_no_failure_to_explain() -> None:
    mapping = {"containerName": "web", "containerPort": "8080", "targetGroupArn": TARGET_GROUP}
    container = {
        "containerName": "web",
        "containerImageReference": {"referenceId": "web"},
        "containerPortMappings": [{"containerPort": "8080"}],
    }
    more = {f"{DEPLOY}Containers": [container], f"{DEPLOY}LoadBalancerMappings": [mapping]}
    with Sandbox() as aws:
        assert run(DeployEcsServiceStep(deploy_variables(more=more)), aws).result
        plan = EcsPlan(target_group=TargetGroupSettings(deregistration_delay=3600))
        take(aws, Scenario(ecs=plan))

        ended = run(DeployEcsServiceStep(deploy_variables(image="acme/web:2", minutes=5, more=more)), aws)

    assert isinstance(ended.error, TimedOutError)
    assert "old tasks have not stopped yet" in ended.error.why
    assert "deregistration_delay" in ended.error.next_step
    assert ended.error.diagnosis is None


def test_a_release_that_bakes_is_not_undone_when_the_time_is_over() -> None:
    with Sandbox("slow-draining") as aws:
        make_service(aws, DEFINITION, BALANCED)

        def bake(parsed: dict[str, Any]) -> None:
            for record in parsed.get("serviceDeployments", []):
                if record["status"] == "IN_PROGRESS":
                    record["lifecycleStage"] = "BAKE_TIME"

        rewrite(aws, "DescribeServiceDeployments", bake)
        variables = update_variables(minutes=4, more={f"{UPDATE}OnFailure": "Rollback"})

        ended = run(UpdateEcsServiceStep(variables), aws)

    assert isinstance(ended.error, TimedOutError)
    assert "BAKE_TIME" in ended.error.why
    assert "StopServiceDeployment" not in ended.operations


@pytest.mark.parametrize("seconds", [0, 240, -240])
def test_a_rollback_is_seen_whatever_the_clock_of_this_machine_says(seconds: int) -> None:
    with Sandbox() as aws:
        assert run(DeployEcsServiceStep(deploy_variables()), aws).result
        take(aws, "rollback-overlooked")
        release = DeployEcsServiceStep(deploy_variables(image="index.docker.io/acme/web:2"))

        ended = run(release, aws, clock=ClockAhead(aws.clock, seconds))

    assert isinstance(ended.error, RolledBackError)


@pytest.mark.parametrize("seconds", [0, 240, -240])
def test_a_cause_in_the_services_messages_is_found_whatever_the_clock_says(seconds: int) -> None:
    with Sandbox("no-capacity") as aws:
        ended = run(
            DeployEcsServiceStep(deploy_variables(minutes=10)), aws, clock=ClockAhead(aws.clock, seconds)
        )

    assert isinstance(ended.error, TimedOutError)
    assert cause_of(ended) == "no-capacity"


def test_a_registration_that_is_refused_for_a_moment_is_made_again() -> None:
    text = "Too many concurrent attempts to create a new revision of the specified family."
    with Sandbox() as aws:
        make_service(aws)
        refuse(aws, "register_task_definition", "ClientException", text)

        ended = run(UpdateEcsServiceStep(update_variables()), aws)

    assert ended.result
    assert ended.operations.count("RegisterTaskDefinition") == 2


def failed_dependency(parsed: dict[str, Any]) -> None:
    """Rewrite stopped tasks as the container agent describes a dependency that failed."""
    for task in parsed.get("tasks", []):
        if not task["taskDefinitionArn"].endswith(":2") or task["desiredStatus"] != "STOPPED":
            continue
        task |= {
            "stopCode": "EssentialContainerExited",
            "stoppedReason": "Essential container in task exited",
        }
        for container in task["containers"]:
            if container["name"] == "init":
                container |= {"exitCode": 1, "runtimeId": "a" * 32}
                container.pop("reason", None)
            else:
                container |= {
                    "exitCode": 143,
                    "reason": "CannotStartContainerError: dependency graph: failed to resolve container "
                    "ordering dependency [init(acme/migrate:1) (STOPPED->RUNNING) - Exit: 1] for target "
                    "[web(acme/web:2) (NONE->RUNNING)] as dependency did not exit successfully.",
                }


def test_a_container_that_waited_for_one_that_failed_is_not_the_cause() -> None:
    definition = copy.deepcopy(dict(DEFINITION))
    web = definition["containerDefinitions"][0]
    web["dependsOn"] = [{"containerName": "init", "condition": "SUCCESS"}]
    init = {
        "name": "init",
        "image": "acme/migrate:1",
        "essential": False,
        "logConfiguration": web["logConfiguration"],
    }
    definition["containerDefinitions"].insert(0, init)
    with Sandbox(Scenario.of(crashes())) as aws:
        make_service(aws, definition)
        rewrite(aws, "DescribeTasks", failed_dependency)

        ended = run(UpdateEcsServiceStep(update_variables()), aws)

    assert isinstance(ended.error, RolloutFailedError)
    assert "container init" in ended.error.why
    assert "exited with code 1" in ended.error.why


def test_a_log_that_was_deleted_with_its_stack_is_not_pointed_at() -> None:
    crash = crashes(log=tuple(f"line {number}" for number in range(40)))
    with Sandbox(Scenario.of(crash)) as aws:
        ended = run(DeployEcsServiceStep(deploy_variables()), aws)

    assert isinstance(ended.error, DeploymentError)
    assert ended.error.diagnosis
    assert ended.error.diagnosis.root_cause
    assert len(ended.error.diagnosis.root_cause.log_lines) == 40
    text = str(ended.error)
    assert "log of container web was deleted with its stack" in text
    assert "is in log stream" not in text
    assert "line 39" in text
    assert "line 19\n" not in text


@pytest.mark.parametrize(
    "step", [DeployEcsServiceStep(deploy_variables()), UpdateEcsServiceStep(update_variables())]
)
def test_where_every_connection_is_refused_a_step_fails_within_ten_seconds(
    step: DeployEcsServiceStep | UpdateEcsServiceStep,
) -> None:
    with Sandbox("unreachable") as aws:
        ended = run(step, aws)

    assert isinstance(ended.error, AwsCallError)
    assert "endpoint URL" in ended.error.next_step
    assert ended.seconds <= 10


def test_a_cluster_that_does_not_exist_is_named_before_anything_is_made() -> None:
    variables = deploy_variables(more={"Octopus.Action.Aws.Ecs.ClusterName": "shop-porduction"})
    with Sandbox() as aws:
        ended = run(DeployEcsServiceStep(variables), aws)

    assert isinstance(ended.error, NotFoundError)
    assert ended.error.exit_code == 3
    assert "shop-porduction" in ended.error.what
    assert "account 123456789012, region eu-west-1" in ended.error.why
    assert "CreateStack" not in ended.operations


def test_a_service_is_not_taken_over_by_another_one_with_the_same_stack_name() -> None:
    with Sandbox() as aws:
        assert run(DeployEcsServiceStep(deploy_variables("web-1")), aws).result

        ended = run(DeployEcsServiceStep(deploy_variables("web1", "acme/other:7")), aws)

    assert isinstance(ended.error, DeploymentError)
    assert "deploys web-1, not web1" in ended.error.what
    assert "UpdateStack" not in ended.operations


def test_a_log_group_of_somewhere_else_is_named_before_anything_is_made() -> None:
    with Sandbox() as aws:
        aws.clients.logs_in("").create_log_group(logGroupName="/ecs/app")

        ended = run(DeployEcsServiceStep(deploy_variables()), aws)

    assert isinstance(ended.error, DeploymentError)
    assert "Log group /ecs/app exists already" in ended.error.what
    assert "CreateStack" not in ended.operations


def test_auto_scaling_that_a_release_overrides_is_warned_of() -> None:
    step = DeployEcsServiceStep(deploy_variables(more={f"{DEPLOY}DesiredCount": "2"}))
    with Sandbox() as aws:
        first = run(step, aws)
        assert first.result
        name = first.result.outputs["ServiceName"]
        aws.clients.autoscaling.meta.events.register(
            "after-call.application-auto-scaling.DescribeScalableTargets",
            lambda parsed, **_: parsed.update(ScalableTargets=[{"ResourceId": f"service/shop/{name}"}]),
        )

        release = deploy_variables(image="index.docker.io/acme/web:2", more={f"{DEPLOY}DesiredCount": "2"})
        ended = run(DeployEcsServiceStep(release), aws)

    assert not [text for text in warnings_of(first) if "Auto scaling" in text]
    assert [text for text in warnings_of(ended) if f"Auto scaling is registered for service {name}" in text]


def test_a_deployment_that_does_not_exist_is_not_found() -> None:
    with Sandbox() as aws:
        make_service(aws)
        step = UpdateEcsServiceStep(update_variables())

        with pytest.raises(NotFoundError) as error:
            step.watch("ecs-svc/42", aws=aws.clients, report=lambda _: None, clock=aws.clock)

    assert error.value.exit_code == 3
    assert "Service app has no deployment ecs-svc/42" in str(error.value)
    assert str(error.value).count("ecs-svc/42") == 1


def test_a_deployment_that_was_replaced_long_ago_is_still_known_by_its_record() -> None:
    with Sandbox() as aws:
        make_service(aws)
        first = run(UpdateEcsServiceStep(update_variables()), aws)
        assert first.result
        variables = update_variables(more={"Octopus.Action.Package[web].Image": "index.docker.io/acme/web:3"})
        assert run(UpdateEcsServiceStep(variables), aws).result
        step = UpdateEcsServiceStep(update_variables())

        with pytest.raises(DeploymentError) as error:
            step.watch(
                first.result.outputs["DeploymentId"],
                aws=aws.clients,
                report=lambda _: None,
                clock=aws.clock,
            )

    assert error.value.exit_code == 8
