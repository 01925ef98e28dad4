"""From a step's inputs to the context that it runs in."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import evolve

from ecs_steps.aws.clients import AwsClients, account_clients
from ecs_steps.clock import CancellableClock, Clock, SystemClock, is_cancelled
from ecs_steps.context import DeploymentContext, WatchOptions
from ecs_steps.errors import InterruptedDeploymentError, InvalidInputsError, Problem
from ecs_steps.reporting.events import Level, Report
from ecs_steps.reporting.terminal import line_presenter
from ecs_steps.steps.common_inputs import AwsInputs, ServiceInputs

if TYPE_CHECKING:
    from botocore.awsrequest import AWSResponse

_MOTO = Problem(
    path="aws",
    message="moto answers these clients; it starts no tasks and knows no service deployments. Use the "
    "sandbox instead: with ecs_steps.sandbox.Sandbox() as aws: step.run(aws=aws.clients, clock=aws.clock), "
    "in pytest the fixture ecs_sandbox, for other processes ecs-steps sandbox",
)


def aws_context(
    inputs: AwsInputs,
    warnings: Sequence[Problem],
    *,
    aws: AwsClients | None,
    report: Report | None,
    clock: Clock | None,
) -> DeploymentContext:
    """Return the context of a step without a wait; by default its account's AWS, stderr and real time.

    An account in the variables precedes the environment's credentials; in a script step, where Octopus has
    put the account into the environment, the clients are given. Warnings about the inputs are reported first.

    Raises:
        InterruptedDeploymentError: The step was cancelled before it began.
    """
    _check_types(aws, report, clock.clock if isinstance(clock, CancellableClock) else clock)
    clock = clock or SystemClock()
    if is_cancelled(clock):
        raise InterruptedDeploymentError(what="The step was cancelled", why="nothing had been started in AWS")
    context = DeploymentContext(
        aws=aws or account_clients(inputs.account, region=inputs.region or None),
        clock=clock,
        report=report or line_presenter(sys.stderr, clock=clock),
        deadline=None,
    )
    for warning in warnings:
        context.say(Level.WARNING, str(warning))
    return context


def _check_types(aws: object, report: object, clock: object) -> None:
    """Refuse what would fail much later, far from where it was given.

    Raises:
        TypeError: An argument of `run` is of another type.
    """
    for name, value, is_right, expected in (
        ("aws", aws, isinstance(aws, AwsClients), "AwsClients, such as AwsClients(boto3.Session())"),
        ("report", report, callable(report), "a callable that takes one report"),
        ("clock", clock, hasattr(clock, "now") and hasattr(clock, "sleep"), "a clock with now() and sleep()"),
    ):
        if value is not None and not is_right:
            raise TypeError(f"{name}= expects {expected}, not {type(value).__name__}")


def deployment_context(
    inputs: ServiceInputs,
    warnings: Sequence[Problem],
    *,
    aws: AwsClients | None,
    report: Report | None,
    clock: Clock | None,
) -> DeploymentContext:
    """Return the context of a deployment: as `aws_context`, with the wait and the watch of the inputs.

    Where moto answers, no deployment could end: the first reply of ECS, which is a read, is an
    InvalidInputsError then.
    """
    context = aws_context(inputs, warnings, aws=aws, report=report, clock=clock)
    context.aws.on_ecs_reply(_refuse_moto)
    return evolve(
        context,
        deadline=inputs.wait_option.deadline(context.clock.now()),
        may_wait=inputs.wait_option.may_wait,
        watch_options=WatchOptions(
            stopped_tasks=inputs.fail_fast_stopped_tasks, container_logs=inputs.container_logs
        ),
    )


def _refuse_moto(*, http_response: "AWSResponse", **_: object) -> None:
    """Refuse a reply of moto, in this process or from its server: it names itself as AWS never does."""
    if "amazon.com" in http_response.headers.get("server", ""):
        raise InvalidInputsError(what="moto cannot carry a deployment", problems=(_MOTO,))
