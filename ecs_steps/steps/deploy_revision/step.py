"""The step *Deploy Amazon ECS Revision*.

variables -> inputs -> service and revision, which fit -> the service runs the revision -> outputs
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve

from ecs_steps.environments.scope import GuardMode
from ecs_steps.steps.aws_step import RevisionStep
from ecs_steps.steps.deploy_revision.inputs import RULES, DeployRevisionInputs

if TYPE_CHECKING:
    from ecs_steps.context import DeploymentContext
    from ecs_steps.steps.revision_deployment import ServicePlan


class DeployEcsRevisionStep(RevisionStep[DeployRevisionInputs]):
    """Point a service at a revision that exists, which the release has chosen; nothing is registered.

    Raises:
        NotFoundError: The service or the revision does not exist, the revision is not active, or the service
            cannot run it; nothing was changed.
        DeploymentError: The service does not run the revision; with the cause.
    """

    _inputs_class, _rules = DeployRevisionInputs, RULES

    def iam_policy(self, *, diagnostics: bool = False, log_groups: Sequence[str] = ()) -> dict[str, Any]:
        """Return the IAM policy that the step needs for these inputs, as JSON data; no AWS call.

        With `diagnostics` it also allows what only explains a failure. The inputs do not name the
        `log_groups` of the containers (names or ARNs): without them every log may be read.
        """
        from ecs_steps.steps.deploy_revision.iam_policy import permissions

        return permissions(self.inputs, diagnostics=diagnostics, log_groups=log_groups)

    def _plan(self, inputs: DeployRevisionInputs, context: "DeploymentContext") -> "ServicePlan":
        from ecs_steps.steps.deploy_revision.plan import plan_deployment

        return plan_deployment(inputs, context)

    @property
    def _unchecked(self) -> DeployRevisionInputs:
        return evolve(self.inputs, environment_guard=GuardMode.OFF)

    def _other_needs(self) -> dict[str, Any]:
        return {"passes_roles": False}
