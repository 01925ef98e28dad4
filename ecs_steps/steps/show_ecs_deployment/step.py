"""The command ``status``: what the deployment of a service is like; AWS is only read."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ecs_steps.clock import Clock
from ecs_steps.octopus.inputs.reader import read
from ecs_steps.octopus.variables import Variables
from ecs_steps.reporting.events import Report
from ecs_steps.steps.show_ecs_deployment.inputs import RULES, StatusInputs

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients
    from ecs_steps.rollouts.status import DeploymentProgress
    from ecs_steps.rollouts.task_set_progress import TaskSetProgress

    Progress = DeploymentProgress | TaskSetProgress


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
        from ecs_steps.steps.task_set_policy import read_task_sets

        inputs = self.inputs
        arns = [*inputs.arns_of_account, inputs.service_name, inputs.service_deployment_arn or ""]
        scope = Scope.from_arns(inputs.region, arns)
        found = find_deployment(scope, f"{inputs.cluster}/{inputs.service}")
        read = (each for each in found if each.sid != "ReadTaskDefinitions")
        return policy_document([*read, *review_deployment(scope), *read_task_sets()])

    def run(
        self,
        show: "Callable[[Progress], None] | None" = None,
        *,
        aws: "AwsClients",
        report: Report,
        clock: Clock,
    ) -> "Progress":
        """Return what the deployment is like; with `show`, call it at each change until it is over.

        Raises:
            NotFoundError: There is no such service or deployment.
            AwsCallError: A call was denied or refused, or did not get through.
        """
        from ecs_steps.polling import PollResult, poll
        from ecs_steps.rollouts.start import describe_service_of, has_task_sets
        from ecs_steps.rollouts.status import ProgressWatch, read_progress
        from ecs_steps.rollouts.task_set_progress import TaskSetProgressWatch, read_task_set_progress
        from ecs_steps.steps.context import deployment_context
        from ecs_steps.tags import deployment_of

        inputs = self.inputs
        context = deployment_context(inputs, (), aws=aws, report=report, clock=clock)
        service = describe_service_of(inputs.cluster_name, inputs.service_name, context)
        watch: ProgressWatch | TaskSetProgressWatch
        if has_task_sets(service):
            read = partial(
                read_task_set_progress,
                service.cluster_arn,
                service.name,
                context,
                deployment=deployment_of(inputs.default_tags),
                task_set_id=inputs.task_set_id or "",
                production_rule=inputs.production_rule or "",
            )
            watch = TaskSetProgressWatch(read(), read)
        else:
            watch = ProgressWatch(read_progress(service, inputs.pins, context), context)
        if show is None or watch.progress.is_over:
            return watch.progress
        show(watch.progress)

        def observe() -> "PollResult[Progress]":
            polled: PollResult[Any] = watch.observe()
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
