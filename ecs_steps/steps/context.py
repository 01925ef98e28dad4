"""From a step's inputs to the context that it runs in."""

import sys
from collections.abc import Sequence

from ecs_steps.aws.clients import AwsClients, account_clients
from ecs_steps.clock import Clock, SystemClock
from ecs_steps.context import DeploymentContext, WatchOptions
from ecs_steps.errors import Problem
from ecs_steps.reporting.events import Level, Report
from ecs_steps.reporting.terminal import report_for
from ecs_steps.steps.common_inputs import CommonInputs


def deployment_context(
    inputs: CommonInputs,
    warnings: Sequence[Problem],
    *,
    aws: AwsClients | None,
    report: Report | None,
    clock: Clock | None,
) -> DeploymentContext:
    """Return what a step works in: what it was given, else its account's AWS, lines on stderr, real time.

    An account that the variables hold wins over credentials of the environment; in a script step, where
    Octopus has put the account into the environment, the clients are given. What is suspicious about the
    inputs is told first.
    """
    clock = clock or SystemClock()
    context = DeploymentContext(
        aws=aws or account_clients(inputs.account, region=inputs.region or None),
        clock=clock,
        report=report or report_for(sys.stderr, clock=clock),
        deadline=inputs.wait_option.deadline(clock.now()),
        may_wait=inputs.wait_option.may_wait,
        watch_options=WatchOptions(
            stopped_tasks=inputs.fail_fast_stopped_tasks, container_logs=inputs.container_logs
        ),
    )
    for warning in warnings:
        context.say(Level.WARNING, str(warning))
    return context
