"""The command ``status``: what the deployment of a service is like; AWS is only read."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ecs_steps.clock import Clock
from ecs_steps.octopus.inputs.reader import read
from ecs_steps.octopus.variables import Variables
from ecs_steps.reporting.events import Report
from ecs_steps.steps.show_ecs_deployment.inputs import RULES, StatusInputs

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients
    from ecs_steps.rollouts.status import DeploymentProgress


class ShowEcsDeployment:
    """Show a deployment once, or until it is over."""

    def __init__(self, variables: Mapping[str, object]) -> None:
        """Read and validate the variables; no AWS call.

        Raises:
            InvalidInputsError: With every problem there is.
        """
        self.inputs, _ = read(StatusInputs, Variables(variables), RULES)

    def iam_policy(self) -> dict[str, Any]:
        """Return the IAM policy that the command needs, as JSON data; no AWS call."""
        from ecs_steps.iam import Scope, policy_document
        from ecs_steps.steps.deployment_policy import find_deployment, review_deployment

        inputs = self.inputs
        arns = [*inputs.arns_of_account, inputs.service_name, inputs.service_deployment_arn or ""]
        scope = Scope.from_arns(inputs.region, arns)
        found = find_deployment(inputs, scope)
        return policy_document(
            [*(each for each in found if each.sid != "ReadTaskDefinitions"), *review_deployment(scope)]
        )

    def run(
        self,
        show: "Callable[[DeploymentProgress], None] | None" = None,
        *,
        aws: "AwsClients",
        report: Report,
        clock: Clock,
    ) -> "DeploymentProgress":
        """Return what the deployment is like; with `show`, call it at each change until it is over.

        Raises:
            NotFoundError: There is no such service or deployment.
            AwsCallError: A call was denied or refused, or did not get through.
        """
        from ecs_steps.polling import PollResult, poll
        from ecs_steps.rollouts.start import describe_service_of
        from ecs_steps.rollouts.status import ProgressWatch, read_progress
        from ecs_steps.steps.context import deployment_context

        context = deployment_context(self.inputs, (), aws=aws, report=report, clock=clock)
        service = describe_service_of(self.inputs.cluster_name, self.inputs.service_name, context)
        progress = read_progress(service, self.inputs.pins, context)
        if show is None or progress.is_over:
            return progress
        show(progress)
        watch = ProgressWatch(progress, context)

        def observe() -> "PollResult[DeploymentProgress]":
            polled = watch.observe()
            if polled.changed:
                show(polled.value)
            return polled

        return poll(
            observe,
            clock=clock,
            deadline=None,
            report=lambda _: None,
            waiting_for=f"the deployment of {service.name}",
        ).value
