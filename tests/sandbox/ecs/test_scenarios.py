"""Every scenario does what its description says, and every reply in it is one that botocore knows."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import botocore.session
import pytest
from botocore.model import ServiceModel, Shape
from botocore.validate import ParamValidator

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.ecs.scenarios import SERVICE_SCENARIOS
from ecs_steps.sandbox.ecs.strategy_scenarios import STRATEGY_SCENARIOS
from ecs_steps.sandbox.timeline import Timeline

Begin = Callable[[EcsPlan], EcsBackend]
Deploy = Callable[..., str]
Later = Callable[[float], None]
Messages = Callable[..., list[str]]
Describe = Callable[..., dict[str, Any]]
Tasks = Callable[..., list[dict[str, Any]]]


ALL = {**SERVICE_SCENARIOS, **STRATEGY_SCENARIOS}


def service_of(name: str) -> str:
    """Return the fixture service that a scenario is about."""
    return "storefront" if name in STRATEGY_SCENARIOS else "orders"


UNDEPLOYABLE = {"code-deploy", "external-controller"}


@pytest.fixture
def enter(begin: Begin) -> Callable[[str], EcsBackend]:
    def enter(name: str) -> EcsBackend:
        return begin(ALL[name][1])

    return enter


Enter = Callable[[str], EcsBackend]


@pytest.mark.parametrize(
    ("name", "stop_code", "reason"),
    [
        ("image-not-found", "TaskFailedToStart", "not found"),
        ("image-denied", "TaskFailedToStart", "pull access denied"),
        ("image-rate-limited", "TaskFailedToStart", "toomanyrequests"),
        ("image-wrong-architecture", "TaskFailedToStart", "no matching manifest"),
        ("image-pull-timeout", "TaskFailedToStart", "i/o timeout"),
        ("secret-denied", "TaskFailedToStart", "secretsmanager:GetSecretValue"),
        ("secret-unreachable", "TaskFailedToStart", "unable to pull secrets or registry auth"),
        ("efs-unmountable", "TaskFailedToStart", "EFS utils"),
        ("log-group-denied", "TaskFailedToStart", "logs:CreateLogStream"),
        ("cannot-start-container", "TaskFailedToStart", "CannotStartContainerError"),
        ("role-not-assumable", "TaskFailedToStart", "unable to assume the role"),
        ("network-interface-timeout", "TaskFailedToStart", "network interface provisioning"),
        ("exec-format-error", "EssentialContainerExited", "Essential container in task exited"),
        ("crash", "EssentialContainerExited", "Essential container in task exited"),
        ("out-of-memory", "EssentialContainerExited", "Essential container in task exited"),
        ("killed", "EssentialContainerExited", "Essential container in task exited"),
        ("segmentation-fault", "EssentialContainerExited", "Essential container in task exited"),
        ("terminated", "EssentialContainerExited", "Essential container in task exited"),
        ("container-unhealthy", "ServiceSchedulerInitiated", "Task failed container health checks"),
        ("targets-wrong-code", "ServiceSchedulerInitiated", "Task failed ELB health checks in"),
        ("targets-time-out", "ServiceSchedulerInitiated", "Task failed ELB health checks in"),
        ("targets-fail", "ServiceSchedulerInitiated", "Task failed ELB health checks in"),
    ],
)
def test_tasks_fail_for_the_scenarios_reason(
    *,
    enter: Enter,
    deploy: Deploy,
    describe: Describe,
    tasks: Tasks,
    later: Later,
    name: str,
    stop_code: str,
    reason: str,
) -> None:
    ecs = enter(name)
    deployment_id = deploy(ecs)

    later(1200)

    stopped = tasks(ecs, deployment_id, "STOPPED")
    assert len(stopped) >= 4
    assert {task["stopCode"] for task in stopped} == {stop_code}
    assert all(reason in task["stoppedReason"] for task in stopped)
    assert describe(ecs)["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    assert describe(ecs)["deployments"][1]["runningCount"] == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("no-memory", "has insufficient memory available."),
        ("no-cpu", "has insufficient CPU units available."),
        ("no-network-interface", "RESOURCE:ENI"),
        ("no-gpu", "RESOURCE:GPU"),
        ("no-capacity", "Capacity is unavailable at this time."),
        ("percents-too-tight", "was unable to stop or start tasks"),
    ],
)
def test_the_events_have_the_reason_why_no_task_is_placed(
    *,
    enter: Enter,
    deploy: Deploy,
    describe: Describe,
    messages: Messages,
    later: Later,
    name: str,
    text: str,
) -> None:
    ecs = enter(name)
    deploy(ecs)

    later(600)

    assert any(text in message for message in messages(ecs))
    assert describe(ecs)["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    assert describe(ecs)["deployments"][0]["runningCount"] == 0


@pytest.mark.parametrize(
    "name",
    [
        "at-zero",
        "scaled-out",
        "scaled-to-zero",
        "flaky-start",
        "sidecar-exits",
        "stopped-by-user",
        "spot-interruption",
        "crash-after-completion",
        "earlier-failure",
        "slow-start",
        "slow-health-checks",
        "slow-draining",
        "250-tasks",
        "service-appears-late",
        "newer-members",
    ],
)
def test_the_deployment_itself_completes(
    enter: Enter, deploy: Deploy, describe: Describe, later: Later, name: str
) -> None:
    ecs = enter(name)
    deployment_id = deploy(ecs)

    later(1200)

    assert [d["id"] for d in describe(ecs)["deployments"]] == [deployment_id]
    assert describe(ecs)["deployments"][0]["rolloutState"] == "COMPLETED"


@pytest.mark.parametrize("name", ["breaker-rollback", "alarm-rollback", "superseded"])
def test_the_service_completes_another_deployment(
    enter: Enter, deploy: Deploy, describe: Describe, later: Later, name: str
) -> None:
    ecs = enter(name)
    deployment_id = deploy(ecs)

    later(600)

    primary = describe(ecs)["deployments"][0]
    assert primary["id"] != deployment_id
    assert (primary["rolloutState"], primary["taskDefinition"][-8:]) == ("COMPLETED", "orders:1")


def test_the_breaker_alone_leaves_a_failed_deployment(
    enter: Enter, deploy: Deploy, describe: Describe, later: Later
) -> None:
    ecs = enter("breaker")
    deployment_id = deploy(ecs)

    later(600)

    primary = describe(ecs)["deployments"][0]
    assert (primary["id"], primary["rolloutState"]) == (deployment_id, "FAILED")


@pytest.mark.parametrize(
    ("name", "seconds", "status"),
    [
        ("service-deleted", 35, "DRAINING"),
        ("service-deleted", 300, "INACTIVE"),
        ("all-draining", 300, "DRAINING"),
    ],
)
def test_the_service_ends_during_the_deployment(
    *,
    enter: Enter,
    deploy: Deploy,
    describe: Describe,
    later: Later,
    name: str,
    seconds: float,
    status: str,
) -> None:
    ecs = enter(name)
    deploy(ecs)

    later(seconds)

    assert describe(ecs)["status"] == status


def test_all_tasks_of_a_draining_service_are_on_their_way_out(
    enter: Enter, deploy: Deploy, describe: Describe, tasks: Tasks, later: Later
) -> None:
    ecs = enter("all-draining")
    deployment_id = deploy(ecs)

    later(120)

    assert {task["lastStatus"] for task in tasks(ecs, deployment_id, "STOPPED")} == {"DEACTIVATING"}
    assert describe(ecs)["runningCount"] == 0


def test_tasks_crash_within_a_poll_of_the_completion(
    enter: Enter, deploy: Deploy, describe: Describe, tasks: Tasks, later: Later
) -> None:
    ecs = enter("crash-after-completion")
    deployment_id = deploy(ecs)

    later(78)
    completed = describe(ecs)["deployments"][0]
    later(2)

    assert (completed["rolloutState"], completed["runningCount"]) == ("COMPLETED", 2)
    assert len(tasks(ecs, deployment_id, "STOPPED")) == 2


@pytest.mark.parametrize("name", sorted(UNDEPLOYABLE))
def test_the_service_belongs_to_another_controller(enter: Enter, describe: Describe, name: str) -> None:
    service = describe(enter(name))

    assert service["deploymentController"]["type"] in ("CODE_DEPLOY", "EXTERNAL")
    assert service["deployments"] == []


@pytest.fixture(scope="module")
def model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("ecs")


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_reply_fits_botocores_model(
    enter: Enter, deploy: Deploy, later: Later, model: ServiceModel, name: str
) -> None:
    ecs = enter(name)
    if name not in UNDEPLOYABLE:
        deploy(ecs, service_of(name))

    problems = []
    for seconds in (5, 20, 20, 40, 400):
        later(seconds)
        problems += [
            report.generate_report()
            for operation, reply in replies(ecs, service_of(name))
            if (report := ParamValidator().validate(reply, output_of(model, operation))).has_errors()
        ]

    assert problems == []


def output_of(model: ServiceModel, operation: str) -> Shape:
    shape = model.operation_model(operation).output_shape
    assert shape is not None
    return shape


def replies(ecs: EcsBackend, service: str) -> list[tuple[str, dict[str, Any]]]:
    """Describe everything about a service."""
    named = {"cluster": "shop", "service": service}
    arns = [
        arn
        for status in ("RUNNING", "STOPPED")
        for arn in ecs.list_tasks({"cluster": "shop", "desiredStatus": status, "maxResults": 50})["taskArns"]
    ]
    service_deployments = ecs.list_service_deployments(named)
    deployments = [brief["serviceDeploymentArn"] for brief in service_deployments["serviceDeployments"]]
    revisions = [brief["targetServiceRevisionArn"] for brief in service_deployments["serviceDeployments"]]
    tags = ["TAGS"]
    return [
        (
            "DescribeServices",
            ecs.describe_services({"cluster": "shop", "services": [service], "include": tags}),
        ),
        (
            "DescribeTasks",
            ecs.describe_tasks({"cluster": "shop", "tasks": arns or ["none"], "include": tags}),
        ),
        ("ListServiceDeployments", service_deployments),
        (
            "DescribeServiceDeployments",
            ecs.describe_service_deployments({"serviceDeploymentArns": deployments}),
        ),
        ("DescribeServiceRevisions", ecs.describe_service_revisions({"serviceRevisionArns": revisions})),
        ("DescribeClusters", ecs.describe_clusters({"clusters": ["shop"]})),
    ]


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_scenario_repeats_itself(deploy: Deploy, name: str) -> None:
    seen = []
    for _ in range(2):
        timeline = Timeline()
        plan = ALL[name][1]
        seeded = random.Random(3)  # noqa: S311  repeatable ids, not secrets
        ecs = EcsBackend(timeline, plan, region="eu-west-1", account="123456789012", random=seeded)
        if name not in UNDEPLOYABLE:
            deploy(ecs, service_of(name))
        timeline.advance_to(timeline.now + timedelta(seconds=150))
        seen.append(replies(ecs, service_of(name)))

    assert seen[0] == seen[1]


def test_every_scenario_has_a_description() -> None:
    descriptions = [description for description, _ in SERVICE_SCENARIOS.values()]

    assert all(descriptions)
    assert len(set(descriptions)) == len(descriptions)
