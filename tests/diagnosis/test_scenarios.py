"""The diagnosis of every failure of a service of the fake ECS, by what it says itself."""

import re
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from ecs_steps.diagnosis.candidates import match_reason
from ecs_steps.diagnosis.evidence import Evidence, StoppedContainer, StoppedTask
from ecs_steps.diagnosis.report import diagnose
from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.scenarios import SERVICE_SCENARIOS
from ecs_steps.sandbox.service_error import ServiceError
from ecs_steps.sandbox.timeline import Timeline

Expected = dict[str, Any]

ROOT_CAUSES = {
    "image-not-found": ("image-not-found", "tag was pushed"),
    "image-denied": ("image-private", "repositoryCredentials"),
    "image-rate-limited": ("image-rate-limited", "pull through cache"),
    "image-wrong-architecture": ("image-architecture", "linux/amd64"),
    "exec-format-error": ("exec-format-error", "linux/amd64"),
    "image-pull-timeout": ("image-unreachable", "NAT gateway"),
    "secret-denied": ("secret-denied", "secretsmanager:GetSecretValue"),
    "secret-unreachable": ("secret-unreachable", "VPC endpoints"),
    "efs-unmountable": ("efs-not-resolved", "mount target"),
    "log-group-denied": ("log-stream-denied", "logs:CreateLogStream"),
    "cannot-start-container": ("command-not-found", "entryPoint"),
    "role-not-assumable": ("role-not-assumable", "ecs-tasks.amazonaws.com"),
    "network-interface-timeout": ("network-interface-timeout", "Deploy again"),
    "crash": ("exit-1", "last log lines"),
    "out-of-memory": ("out-of-memory", "Raise memory"),
    "killed": ("exit-137", "Container Insights"),
    "segmentation-fault": ("exit-139", "native library"),
    "terminated": ("exit-143", "supervisor"),
    "container-unhealthy": ("container-unhealthy", "startPeriod"),
    "targets-wrong-code": ("target-wrong-code", "matcher"),
    "targets-time-out": ("target-timed-out", "security group"),
    "targets-fail": ("target-failed", "container port"),
    "no-memory": ("no-memory", "Add instances"),
    "no-cpu": ("no-cpu", "Add instances"),
    "no-network-interface": ("no-network-interface", "awsvpcTrunking"),
    "no-gpu": ("no-gpu", "GPU instances"),
    "no-capacity": ("no-capacity", "availability zones"),
    "percents-too-tight": ("percents-too-tight", "maximumPercent"),
    "breaker-rollback": ("exit-1", "last log lines"),
    "breaker": ("exit-1", "last log lines"),
    "alarm-rollback": ("alarm", "describe-alarm-history"),
    "superseded": ("superseded", "UpdateService"),
    "service-deleted": ("service-deleted", "DeleteService"),
    "all-draining": ("service-deleted", "DeleteService"),
    "flaky-start": ("exit-1", "last log lines"),
    "stopped-by-user": ("stopped-by-person", "StopTask"),
    "spot-interruption": ("spot-interruption", "FARGATE"),
    "crash-after-completion": ("exit-1", "last log lines"),
}
"""The reason of the root cause in each scenario that has one, and a part of the remedy."""

ROUTINE = re.compile(
    r"has (started|stopped|begun draining|reached a steady state)|(de)?registered \d+ targets"
    r"|stopped \d+ pending tasks|deployment completed|rolling back to|tasks failed to start"
    r"|Essential container in task exited|circuit breaker threshold was exceeded"
)


REFUSED = ("code-deploy", "external-controller")
"""Scenarios in which ECS itself refuses the deployment."""

SHOP = {"cluster": "shop", "service": "orders"}
WRITTEN_BY_ECS = (
    "taskDefinitionArn",
    "revision",
    "status",
    "registeredAt",
    "registeredBy",
    "compatibilities",
    "requiresAttributes",
)


def evidence_on(scenario: str) -> Evidence:
    """Deploy to the service and read it every ten seconds, for a quarter of an hour."""
    timeline = Timeline()
    _, plan = SERVICE_SCENARIOS[scenario]
    ecs = EcsBackend(timeline, plan, region="eu-west-1", account="123456789012", random=Random(7))  # noqa: S311  repeatable
    definition = ecs.describe_task_definition({"taskDefinition": "orders"})["taskDefinition"]
    members = {name: value for name, value in definition.items() if name not in WRITTEN_BY_ECS}
    revision = ecs.register_task_definition(members)["taskDefinition"]["taskDefinitionArn"]
    begun = timeline.now
    service = ecs.update_service(SHOP | {"taskDefinition": revision})["service"]
    deployment_id = service["deployments"][0]["id"]
    record = ecs.list_service_deployments(SHOP)["serviceDeployments"][0]["serviceDeploymentArn"]
    tasks: dict[str, Expected] = {}
    verdict = ""
    for _ in range(90):
        timeline.advance_to(timeline.now + timedelta(seconds=10))
        tasks |= {task["taskArn"]: task for task in stopped_tasks(ecs, deployment_id)}
        for service in ecs.describe_services({"cluster": "shop", "services": ["orders"]})["services"]:
            messages = [event["message"] for event in service["events"] if event["createdAt"] >= begun]
            [attempt] = ecs.describe_service_deployments({"serviceDeploymentArns": [record]})[
                "serviceDeployments"
            ]
            verdict = attempt.get("statusReason", "")
    return Evidence(
        tasks=tuple(stopped(ecs, task, definition["containerDefinitions"]) for task in tasks.values()),
        service_messages=tuple(reversed(messages)),
        verdict=verdict,
    )


def stopped_tasks(ecs: EcsBackend, started_by: str) -> Iterator[Expected]:
    arns = ecs.list_tasks({"cluster": "shop", "startedBy": started_by, "desiredStatus": "STOPPED"})[
        "taskArns"
    ]
    described = ecs.describe_tasks({"cluster": "shop", "tasks": arns[:100]})["tasks"] if arns else []
    return (task for task in described if task["lastStatus"] == "STOPPED")


def stopped(ecs: EcsBackend, task: Expected, definitions: list[Expected]) -> StoppedTask:
    task_id = task["taskArn"].rpartition("/")[2]
    return StoppedTask(
        task_id=task_id,
        stop_code=task["stopCode"],
        stopped_reason=task["stoppedReason"],
        stopped_at=task["stoppedAt"],
        containers=tuple(
            StoppedContainer(
                name=container["name"],
                image=container["image"],
                exit_code=container.get("exitCode"),
                reason=container.get("reason", ""),
                health=container["healthStatus"],
                is_essential=definition["essential"],
                log_lines=log_of(ecs, definition, task_id),
            )
            for container, definition in zip(task["containers"], definitions, strict=True)
        ),
    )


def log_of(ecs: EcsBackend, definition: Expected, task_id: str) -> tuple[str, ...]:
    options = definition["logConfiguration"]["options"]
    stream = f"{options['awslogs-stream-prefix']}/{definition['name']}/{task_id}"
    try:
        request = {"logGroupName": options["awslogs-group"], "logStreamName": stream}
        return tuple(event["message"] for event in ecs.logs.get_log_events(request)["events"])
    except ServiceError:
        return ()


@pytest.fixture(scope="module", params=[name for name in SERVICE_SCENARIOS if name not in REFUSED])
def scenario(request: pytest.FixtureRequest) -> tuple[str, Evidence]:
    return request.param, evidence_on(request.param)


def test_what_befell_the_service_is_its_root_cause(scenario: tuple[str, Evidence]) -> None:
    name, evidence = scenario
    reason, remedy = ROOT_CAUSES.get(name, (None, "list-tasks"))

    diagnosis = diagnose(evidence)

    assert (diagnosis.root_cause and diagnosis.root_cause.reason) == reason
    assert diagnosis.also == ()
    assert any(remedy in line for line in diagnosis.lines() if line.startswith("next: "))


def test_all_that_ecs_says_is_matched_or_routine(scenario: tuple[str, Evidence]) -> None:
    _, evidence = scenario

    said = {
        *evidence.service_messages,
        evidence.verdict,
        *(task.stopped_reason for task in evidence.tasks),
        *(container.reason for task in evidence.tasks for container in task.containers),
    }

    assert {text for text in said if text and not match_reason(text) and not ROUTINE.search(text)} == set()


def test_a_failure_of_an_earlier_deployment_is_not_in_the_report() -> None:
    evidence = evidence_on("earlier-failure")

    assert diagnose(evidence).lines() == diagnose(Evidence()).lines()


def test_the_end_of_the_log_of_the_container_at_fault_are_shown() -> None:
    lines = diagnose(evidence_on("crash")).lines()

    assert "log of container web: ERROR: no route to the database" in lines
