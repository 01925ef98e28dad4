"""The step *Discover Amazon ECS Targets*.

variables -> inputs -> clusters of each region -> matches -> targets, which the script step asks Octopus for
"""

from collections.abc import Mapping
from threading import Event
from typing import TYPE_CHECKING, Any

from ecs_steps.clock import Clock, cancellable
from ecs_steps.octopus.inputs.reader import read
from ecs_steps.octopus.variables import Variables
from ecs_steps.reporting.events import Level, Report, TargetFound
from ecs_steps.result import Outcome, Outputs, Result
from ecs_steps.steps.discover_targets.inputs import DiscoverInputs, MessageForm
from ecs_steps.steps.discover_targets.rules import RULES

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients
    from ecs_steps.environments.discovery import FoundCluster


class DiscoverEcsTargetsStep:
    """Find the clusters whose tags say that they are targets of the deployment's environment."""

    def __init__(self, variables: Mapping[str, object], *, evaluate: bool = True) -> None:
        """Read and validate the variables; no AWS call.

        Without `evaluate` the values are evaluated already, as inside Octopus: ``#{x}`` is text.

        Raises:
            InvalidInputsError: With every problem there is.
        """
        self.inputs, self.warnings = read(DiscoverInputs, Variables(variables), RULES, evaluate=evaluate)

    def iam_policy(self, *, diagnostics: bool = False) -> dict[str, Any]:  # noqa: ARG002  as every step's
        """Return the IAM policy that the step needs for these inputs, as JSON data; no AWS call."""
        from ecs_steps.steps.discover_targets.iam_policy import permissions

        return permissions(self.inputs)

    def run(
        self,
        *,
        aws: "AwsClients | None" = None,
        report: Report | None = None,
        clock: Clock | None = None,
        cancel: Event | None = None,
    ) -> Result:
        """Search the regions and report each target (`TargetFound`); AWS is only read.

        That nothing was found, or that a region could not be searched, is a warning. By default AWS is
        reached with the variables' account, else with the environment's credentials.

        Raises:
            WrongEnvironmentError: The credentials belong to another account than the expected one.
            AwsCallError: No region is known, or the account could not be read.
        """
        from ecs_steps.environments.discovery import find_targets
        from ecs_steps.environments.guard import check_environment
        from ecs_steps.steps.context import aws_context

        inputs = self.inputs
        context = aws_context(inputs, self.warnings, aws=aws, report=report, clock=cancellable(clock, cancel))
        outputs = Outputs(context.report)
        check_environment(inputs.guard, context)
        regions = tuple(dict.fromkeys(inputs.regions or (context.aws.region,)))
        names = []
        for cluster in find_targets(regions, inputs.scope, inputs.roles, context):
            target = _target(cluster, inputs)
            context.report(target)
            names.append(target.name)
        outputs.set(TargetNames=",".join(names))
        searched = ", ".join(regions)
        if names:
            context.say(
                Level.INFO,
                f"{len(names)} {'target' if len(names) == 1 else 'targets'} found in {searched}. Octopus "
                "makes them where the environment allows dynamic targets: Infrastructure, Environments, "
                f"{inputs.scope.environment}, Dynamic infrastructure.",
            )
        else:
            context.say(
                Level.WARNING,
                f"No target was found in {searched}. A target has the tags octopus-environment="
                f"{inputs.scope.environment} and octopus-role={' or '.join(inputs.roles)}.",
            )
        return outputs.result(Outcome.SUCCEEDED)


def _target(cluster: "FoundCluster", inputs: DiscoverInputs) -> TargetFound:
    return TargetFound(
        name=f"aws-ecs/{cluster.region}/{cluster.name}",
        cluster=cluster.name,
        region=cluster.region,
        roles=(cluster.match.role,),
        tenanted_mode=cluster.match.tenanted_mode,
        account=inputs.account_name,
        worker_pool=inputs.worker_pool,
        assumed_role_arn=inputs.assumed_role_arn or "",
        assumed_role_session=inputs.assumed_role_session or "",
        assumed_role_session_seconds=inputs.assumed_role_session_seconds,
        assumed_role_external_id=inputs.assumed_role_external_id,
        is_native=inputs.message_form is MessageForm.NATIVE,
    )
