"""The step *Update Amazon ECS Service*.

variables -> inputs -> what is there -> the next revision -> the service runs it -> outputs
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve

from ecs_steps.clock import Clock
from ecs_steps.environments.scope import GuardMode
from ecs_steps.reporting.events import Report
from ecs_steps.result import DryRun
from ecs_steps.steps.aws_step import RevisionStep
from ecs_steps.steps.update_ecs_service.inputs import RULES, UpdateInputs

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients
    from ecs_steps.context import DeploymentContext
    from ecs_steps.steps.revision_deployment import ServicePlan


class UpdateEcsServiceStep(RevisionStep[UpdateInputs]):
    """Point a service at a new revision of its task definition; neither is owned by this step.

    Raises:
        NotFoundError: The service, a task definition or a container does not exist; nothing was changed.
        DeploymentError: The service does not run the revision; with the cause.
    """

    _inputs_class, _rules = UpdateInputs, RULES

    def iam_policy(
        self, *, diagnostics: bool = False, roles: Sequence[str] = (), log_groups: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Return the IAM policy that the step needs for these inputs, as JSON data; no AWS call.

        With `diagnostics` it also allows what only explains a failure. The inputs do not name the `roles` of
        the task definition and the `log_groups` of its containers (names or ARNs): without them every role
        may be passed to tasks, and every log be read.
        """
        from ecs_steps.steps.update_ecs_service.iam_policy import permissions

        return permissions(self.inputs, diagnostics=diagnostics, roles=roles, log_groups=log_groups)

    def dry_run(
        self, *, aws: "AwsClients | None" = None, report: Report | None = None, clock: Clock | None = None
    ) -> DryRun:
        """Return what would change and the calls that would be made; AWS is only read.

        Values of environment variables are masked. The difference is between the revision that the service
        runs and the next one.

        Raises:
            NotFoundError, DeploymentError, AwsCallError: As `run`.
        """
        from ecs_steps.steps.update_ecs_service.plan import dry_run

        return dry_run(self.inputs, self._context(aws, report, clock))

    def _plan(self, inputs: UpdateInputs, context: "DeploymentContext") -> "ServicePlan":
        from ecs_steps.steps.update_ecs_service.plan import plan_update

        return plan_update(inputs, context)

    @property
    def _unchecked(self) -> UpdateInputs:
        return evolve(self.inputs, environment_guard=GuardMode.OFF, resolve_digests=False)

    def _other_needs(self) -> dict[str, Any]:
        from ecs_steps.images.pinning import feeds_by_image

        return {"feeds": feeds_by_image(self.inputs)}
