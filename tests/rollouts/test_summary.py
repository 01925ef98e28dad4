from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from attrs import evolve

from ecs_steps.aws.ecs import Deployment, DeploymentRef, Service, describe_service, update_service
from ecs_steps.context import DeploymentContext
from ecs_steps.reporting.events import Level, Message, PhasesTook, Reported
from ecs_steps.rollouts.summary import report_timing
from ecs_steps.rollouts.watch import ServiceWatch, wait_for_verdict
from ecs_steps.sandbox import SCENARIOS, Fault, FaultKind, Sandbox, Scenario


@contextmanager
def deployed(
    scenario: str, *faults: Fault, service: str = "orders"
) -> Iterator[tuple[Sandbox, Service, Deployment]]:
    """Deploy a service of the sandbox again."""
    with Sandbox(Scenario(ecs=SCENARIOS[scenario].ecs, faults=faults)) as aws:
        there = describe_service(aws.clients, "shop", service)
        assert there
        begun = update_service(aws.clients, there, there.task_definition, force=True).primary
        assert begun
        target = DeploymentRef(
            task_definition=begun.task_definition,
            deployment_id=begun.deployment_id,
            since=begun.created_at,
        )
        context = deployment_context(aws, [])
        wait_for_verdict(ServiceWatch("shop", service, target, context), with_timing=False)
        now = describe_service(aws.clients, "shop", service)
        assert now
        assert now.primary
        yield aws, now, now.primary


def deployment_context(aws: Sandbox, reported: list[Reported]) -> DeploymentContext:
    return DeploymentContext(aws=aws.clients, clock=aws.clock, report=reported.append, deadline=None)


@pytest.mark.parametrize(
    ("scenario", "reads", "advice"),
    [
        ("healthy", ["ListTasks", "DescribeTasks"], ""),
        ("slow-start", ["ListTasks", "DescribeTasks"], ""),
        (
            "slow-health-checks",
            ["ListTasks", "DescribeTasks", "DescribeTargetGroups"],
            "health took 2:31 of 3:28: the target group asks for 5 good health checks, 30 s apart",
        ),
        (
            "slow-draining",
            ["ListTasks", "DescribeTasks", "DescribeTargetGroupAttributes"],
            "draining took 5:05 of 5:48: the target group's deregistration delay is 300 s",
        ),
    ],
)
def test_where_the_time_went_takes_three_reads_at_most(scenario: str, reads: list[str], advice: str) -> None:
    with deployed(scenario) as (aws, service, deployment):
        since, reported = len(aws.calls), list[Reported]()

        report_timing(service, deployment, deployment_context(aws, reported), began=deployment.created_at)

        [shown] = reported
        assert isinstance(shown, PhasesTook)
        assert shown.advice.partition("; lower")[0] == advice
        assert [call.operation for call in aws.calls[since:]] == reads


def test_a_long_health_phase_without_a_target_group_is_read_from_the_task_definition() -> None:
    with deployed("slow-health-checks") as (aws, service, deployment):
        since, reported = len(aws.calls), list[Reported]()
        alone = evolve(service, target_groups=())

        report_timing(alone, deployment, deployment_context(aws, reported), began=deployment.created_at)

        assert aws.calls[since:][-1].operation == "DescribeTaskDefinition"
        assert len(aws.calls) == since + 3


@pytest.mark.parametrize("operation", ["ListTasks", "DescribeTasks"])
def test_without_the_tasks_there_is_no_summary_and_one_verbose_message(operation: str) -> None:
    with deployed("healthy", Fault(operation, FaultKind.ACCESS_DENIED)) as (aws, service, deployment):
        reported: list[Reported] = []

        report_timing(service, deployment, deployment_context(aws, reported), began=deployment.created_at)

        [shown] = reported
        assert isinstance(shown, Message)
        assert shown.level is Level.VERBOSE
        assert f"{operation} was denied" in shown.text


def test_without_the_setting_the_phases_are_reported_all_the_same() -> None:
    denied = Fault("DescribeTargetGroupAttributes", FaultKind.ACCESS_DENIED)
    with deployed("slow-draining", denied) as (aws, service, deployment):
        reported: list[Reported] = []

        report_timing(service, deployment, deployment_context(aws, reported), began=deployment.created_at)

        said, shown = reported
        assert isinstance(said, Message)
        assert said.level is Level.VERBOSE
        assert isinstance(shown, PhasesTook)
        assert dict(shown.phases)["draining"] == 305
        assert shown.advice == ""


def test_nothing_is_read_where_nothing_was_deployed() -> None:
    with deployed("healthy") as (aws, service, deployment):
        since, reported = len(aws.calls), list[Reported]()
        later = deployment.created_at + timedelta(seconds=1)

        report_timing(service, deployment, deployment_context(aws, reported), began=later)

        assert (reported, aws.calls[since:]) == ([], [])


@pytest.mark.parametrize("running", [0, 101])
def test_no_tasks_or_more_than_one_call_describes_have_no_summary(running: int) -> None:
    with deployed("healthy") as (aws, service, deployment):
        since, reported = len(aws.calls), list[Reported]()
        scaled = evolve(deployment, running=running)

        report_timing(service, scaled, deployment_context(aws, reported), began=deployment.created_at)

        assert (reported, aws.calls[since:]) == ([], [])


def test_the_tasks_of_other_deployments_do_not_count() -> None:
    with deployed("healthy") as (aws, service, deployment):
        reported: list[Reported] = []
        other = evolve(deployment, deployment_id="ecs-svc/1")

        report_timing(service, other, deployment_context(aws, reported), began=deployment.created_at)

        assert reported == []
