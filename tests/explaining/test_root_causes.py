"""What makes a deployment fail is named first, with a remedy, and nothing of an earlier deployment."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import evolve, frozen

from ecs_steps import DeploymentError
from ecs_steps.diagnosis.reasons import FAILURE_REASONS
from ecs_steps.reporting.text import message_text
from ecs_steps.sandbox import SCENARIOS, Sandbox
from ecs_steps.sandbox.ecs.scenarios import EARLIER_FAILURE
from explaining.runs import (
    CLUSTERS,
    STEPS,
    Run,
    Step,
    let_a_deployment_fail,
    let_a_deployment_succeed,
    run,
    service,
    take,
)
from explaining.timing import observed


@frozen
class Expected:
    """The reason of a root cause, a part of its line, and a part of the remedy."""

    reason: str
    cause: str
    remedy: str


ROOT_CAUSES = {
    "image-not-found": Expected(
        "image-not-found", "9.9.9: not found (and 3 more like it)", "Check that the tag was pushed"
    ),
    "image-denied": Expected("image-private", "403 Forbidden: pull access denied", "repositoryCredentials"),
    "image-rate-limited": Expected("image-rate-limited", "toomanyrequests", "Amazon ECR pull through cache"),
    "image-wrong-architecture": Expected(
        "image-architecture", "since the task runs on X86_64", "Push the image for linux/amd64"
    ),
    "exec-format-error": Expected(
        "exec-format-error", "for another CPU architecture than X86_64", "docker build --platform linux/amd64"
    ),
    "image-pull-timeout": Expected("image-unreachable", "52.1.121.53:443: i/o timeout", "NAT gateway"),
    "secret-denied": Expected(
        "secret-denied", "unable to retrieve secret from asm", "secretsmanager:GetSecretValue"
    ),
    "secret-unreachable": Expected("secret-unreachable", "The task cannot pull secrets", "VPC endpoints"),
    "efs-unmountable": Expected("efs-not-resolved", 'Failed to resolve "fs-0a1b2c3d', "mount target"),
    "log-group-denied": Expected(
        "log-stream-denied", "failed to create Cloudwatch log stream", "logs:CreateLogStream"
    ),
    "cannot-start-container": Expected(
        "command-not-found", '"serve": executable file not found', "Check command and entryPoint"
    ),
    "role-not-assumable": Expected(
        "role-not-assumable", "ECS was unable to assume the role", "ecs-tasks.amazonaws.com"
    ),
    "network-interface-timeout": Expected(
        "network-interface-timeout", "network interface provisioning", "subnets' free addresses"
    ),
    "crash": Expected("exit-1", "exited with code 1", "Read the container's last log lines"),
    "out-of-memory": Expected("out-of-memory", "OutOfMemoryError", "Raise memory"),
    "killed": Expected("exit-137", "exited with code 137", "Container Insights"),
    "segmentation-fault": Expected("exit-139", "exited with code 139", "native library"),
    "terminated": Expected("exit-143", "exited with code 143", "a supervisor or entry script"),
    "container-unhealthy": Expected(
        "container-unhealthy", "Task failed container health checks", "raise startPeriod"
    ),
    "targets-wrong-code": Expected(
        "target-wrong-code", "Health checks failed with these codes: [502]", "matcher (success codes)"
    ),
    "targets-time-out": Expected("target-timed-out", "Request timed out", "security group"),
    "targets-fail": Expected("target-failed", "could not connect to the task", "listen on 0.0.0.0"),
    "no-memory": Expected("no-memory", "has insufficient memory available", "lower the task's memory"),
    "no-cpu": Expected("no-cpu", "has insufficient CPU units available", "lower the task's cpu"),
    "no-network-interface": Expected("no-network-interface", "RESOURCE:ENI", "awsvpcTrunking"),
    "no-gpu": Expected("no-gpu", "RESOURCE:GPU", "Add GPU instances"),
    "no-capacity": Expected("no-capacity", "Capacity is unavailable at this time", "availability zone"),
    "percents-too-tight": Expected(
        "percents-too-tight", "was unable to stop or start tasks", "Raise maximumPercent above 100"
    ),
    "breaker-rollback": Expected("exit-1", "exited with code 1", "Read the container's last log lines"),
    "breaker": Expected("exit-1", "exited with code 1", "Read the container's last log lines"),
    "alarm-rollback": Expected("alarm", "a CloudWatch alarm that watches over the service", "alarm-history"),
    "superseded": Expected(
        "superseded", "a newer deployment of the same service", "CloudTrail, UpdateService"
    ),
    "service-deleted": Expected(
        "service-deleted", "is DRAINING: a person or a program deleted", "DeleteService"
    ),
    "all-draining": Expected(
        "service-deleted", "is DRAINING: a person or a program deleted", "DeleteService"
    ),
}
OF_THE_STACK = {
    "service-name-taken": ("create", "(AWS::ECS::Service): Resource of type 'AWS::ECS::Service' with"),
    "security-group-wrong": ("create", "The security group 'sg-0123456789abcdef0' does not exist"),
    "delete-fails": ("create", "ServiceoctopetshopWeb (AWS::ECS::Service): Rate exceeded"),
    "update-refused": ("update", "ServiceoctopetshopWeb (AWS::ECS::Service): Service was not ACTIVE."),
    "rollback-fails-once": ("update", "ServiceoctopetshopWeb (AWS::ECS::Service): Service was not ACTIVE."),
}
BAD_MESSAGE = re.compile("unable to place a task|is unhealthy in")
OF_AN_EARLIER_DEPLOYMENT = ("earlier deployment", "exited with code 3")


@pytest.fixture(params=STEPS)
def step(request: pytest.FixtureRequest) -> Step:
    chosen: Step = request.param
    return chosen


def failed_after_another(step: Step, scenario: str) -> Run:
    return observed(step, scenario).run


def all_reported(failed: Run) -> Iterator[str]:
    error = failed.error
    assert isinstance(error, DeploymentError)
    yield str(error)
    yield json.dumps(error.diagnosis.to_dict() if error.diagnosis else {})
    yield from failed.tasks.lines()
    yield from (message_text(reported) for reported in failed.reports)


def test_the_table_has_every_plan_that_makes_a_deployment_fail() -> None:
    reasons = {shown.reason for shown in ROOT_CAUSES.values()}

    assert len(reasons) >= 20
    assert reasons <= {reason.name for reason in FAILURE_REASONS}


def test_an_earlier_deployment_of_the_same_service_has_left_its_failures_there(step: Step) -> None:
    with Sandbox() as aws:
        let_a_deployment_fail(step, aws)

        there = service(step, aws)
        stopped = aws.clients.ecs.list_tasks(
            cluster=CLUSTERS[step], serviceName=there["serviceName"], desiredStatus="STOPPED"
        )["taskArns"]
        tasks: Any = aws.clients.ecs.describe_tasks(cluster=CLUSTERS[step], tasks=stopped)["tasks"]
        codes = [container.get("exitCode") for task in tasks for container in task["containers"]]
        assert 3 in codes
        assert there["deployments"][0]["rolloutState"] == "COMPLETED"


@pytest.mark.parametrize("scenario", ROOT_CAUSES)
def test_the_root_cause_comes_first_with_a_remedy_and_without_an_earlier_failure(
    scenario: str, step: Step
) -> None:
    shown = ROOT_CAUSES[scenario]

    failed = failed_after_another(step, scenario)

    cause, lines = failed.tasks.root_cause, failed.lines
    assert cause
    assert cause.reason == shown.reason
    assert lines[0].startswith("root cause: ")
    assert shown.cause in lines[0]
    assert [line for line in lines if line.startswith("next: ") and shown.remedy in line]
    assert not [text for text in all_reported(failed) for old in OF_AN_EARLIER_DEPLOYMENT if old in text]


@pytest.mark.parametrize("scenario", ["crash", "image-not-found", "targets-fail", "superseded", "no-memory"])
def test_a_failure_is_reported_in_one_line_in_lines_and_as_json(scenario: str, step: Step) -> None:
    failed = failed_after_another(step, scenario)

    error = failed.error
    assert isinstance(error, DeploymentError)
    assert error.diagnosis
    shown = error.diagnosis.to_dict()
    assert json.loads(json.dumps(shown)) == shown
    assert not [line for line in failed.lines if line.splitlines() != [line]]
    assert failed.tasks.root_cause
    assert failed.tasks.summary == str(failed.tasks.root_cause)
    assert len(failed.tasks.summary.splitlines()) == 1
    assert str(error).splitlines()[-1].removeprefix("  ") == failed.lines[-1]


@pytest.mark.parametrize("scenario", ["crash", "image-not-found", "targets-fail", "breaker"])
def test_why_names_the_root_cause(scenario: str, step: Step) -> None:
    failed = failed_after_another(step, scenario)

    assert failed.error
    assert failed.error.why == failed.tasks.summary
    assert failed.lines[0] == f"root cause: {failed.error.why}"


def test_the_end_of_the_log_of_the_failed_container_follow_its_cause(step: Step) -> None:
    failed = failed_after_another(step, "crash")

    assert failed.lines[1:3] == [
        "log of container web: Listening on 8080",
        "log of container web: ERROR: no route to the database",
    ]
    assert failed.lines[3].startswith("log of container web is in log stream /ecs/")


def test_a_task_that_fails_its_health_check_shows_its_log_too(step: Step) -> None:
    failed = failed_after_another(step, "container-unhealthy")

    assert failed.lines[1] == "log of container web: GET /health 500"


def test_no_log_is_named_of_a_container_that_never_ran(step: Step) -> None:
    failed = failed_after_another(step, "image-not-found")

    assert not [line for line in failed.lines if line.startswith("log of")]


def test_the_first_failure_is_reported_while_the_deployment_is_in_progress(step: Step) -> None:
    failed = failed_after_another(step, "crash")

    [warning] = [text for text in failed.warnings if "exited with code 1" in text and text.startswith("cont")]
    at = [message_text(reported) for reported in failed.reports].index(warning)
    rest = [message_text(reported) for reported in failed.reports[at + 1 :]]
    assert len([text for text in rest if "deployment" in text]) >= 3


@pytest.mark.parametrize(
    ("earlier", "reason"), [("no-memory", "no-memory"), ("targets-fail", "target-failed")]
)
def test_what_ecs_wrote_of_an_earlier_deployment_is_in_no_later_report(
    earlier: str, reason: str, step: Step
) -> None:
    with Sandbox() as aws:
        let_a_deployment_fail(step, aws, SCENARIOS[earlier].ecs)
        written = [event["message"] for event in service(step, aws)["events"]]
        take(aws, "crash")

        failed = run(step, aws)

    shown = failed.tasks.to_dict()
    assert any(BAD_MESSAGE.search(message) for message in written)
    assert failed.tasks.root_cause
    assert failed.tasks.root_cause.reason == "exit-1"
    assert reason not in json.dumps(shown)


def test_a_failure_that_ecs_rolled_back_by_itself_is_no_part_of_a_later_report() -> None:
    crash = SCENARIOS["crash"]
    history = evolve(crash, ecs=evolve(crash.ecs, earlier_failure=EARLIER_FAILURE))
    with Sandbox(history) as aws:
        failed = run("update", aws)

    assert "exited with code 1" in failed.lines[0]
    assert not [text for text in all_reported(failed) for old in OF_AN_EARLIER_DEPLOYMENT if old in text]


@pytest.mark.parametrize("scenario", OF_THE_STACK)
def test_a_resource_that_fails_for_another_reason_than_its_tasks_is_the_root_cause(scenario: str) -> None:
    operation, cause = OF_THE_STACK[scenario]
    with Sandbox() as aws:
        if operation == "update":
            let_a_deployment_succeed("deploy", aws)
        take(aws, scenario)

        failed = run("deploy", aws)

    assert failed.error
    assert failed.lines[0].startswith("root cause: ServiceoctopetshopWeb (AWS::ECS::Service): ")
    assert cause in failed.lines[0]
    assert failed.lines[0] == f"root cause: {failed.error.why}"
    assert not [line for line in failed.lines if line.startswith("also")]


def test_a_role_that_may_not_be_made_is_the_root_cause_and_not_what_was_cancelled_with_it() -> None:
    with Sandbox("role-denied") as aws:
        failed = run("deploy", aws, execution_role="")

    assert failed.error
    assert "TaskExecutionRoleoctopetshopWeb (AWS::IAM::Role)" in failed.error.why
    assert "iam:CreateRole" in failed.error.why
    assert [line.partition(": ")[0] for line in failed.lines] == ["root cause", "next"]
