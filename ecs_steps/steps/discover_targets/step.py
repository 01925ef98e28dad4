"""The step *Discover Amazon ECS Targets*.

variables -> inputs -> clusters of each region -> matches -> targets, which the script step asks Octopus for
"""

from typing import TYPE_CHECKING, Any

from ecs_steps.reporting.events import Level, TargetFound
from ecs_steps.result import Outcome, Outputs, Result
from ecs_steps.steps.aws_step import AwsStep
from ecs_steps.steps.discover_targets.inputs import RULES, DiscoverInputs, MessageForm

if TYPE_CHECKING:
    from ecs_steps.context import DeploymentContext
    from ecs_steps.environments.discovery import FoundCluster


class DiscoverEcsTargetsStep(AwsStep[DiscoverInputs]):
    """Find the clusters whose tags say that they are targets of the deployment's environment.

    Each is reported (`TargetFound`), and AWS is only read. That nothing was found, or that a region could not
    be searched, is a warning.
    """

    _inputs_class, _rules = DiscoverInputs, RULES

    def iam_policy(self, *, diagnostics: bool = False) -> dict[str, Any]:  # noqa: ARG002  as every step's
        """Return the IAM policy that the step needs for these inputs, as JSON data; no AWS call."""
        from ecs_steps.steps.discover_targets.iam_policy import permissions

        return permissions(self.inputs)

    def _run(self, context: "DeploymentContext") -> Result:
        from ecs_steps.environments.discovery import find_targets
        from ecs_steps.environments.guard import check_environment

        inputs, outputs = self.inputs, Outputs(context.report)
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
