"""The step *Register Amazon ECS Task Definition*.

variables -> inputs -> template or document -> the next revision -> old revisions -> outputs
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ecs_steps.clock import Clock
from ecs_steps.reporting.events import Report
from ecs_steps.result import DryRun, Result
from ecs_steps.steps.aws_step import AwsStep
from ecs_steps.steps.register_task_definition.document import document_rule
from ecs_steps.steps.register_task_definition.inputs import RULES, RegisterInputs

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients
    from ecs_steps.context import DeploymentContext
    from ecs_steps.steps.register_task_definition.registration import Registration


class RegisterEcsTaskDefinitionStep(AwsStep[RegisterInputs]):
    """Register a revision that a later deployment chooses; no service is changed.

    Where it is as the latest one, nothing is registered (UNCHANGED). A document is checked by botocore's own
    model.

    Raises:
        NotFoundError, RegistryError: The template, a container or an image to pin does not exist; nothing
            was changed.
        DeploymentError: A revision holds a member that this botocore would lose; nothing was changed.
    """

    _inputs_class, _rules = RegisterInputs, (*RULES, document_rule)

    def iam_policy(self, *, diagnostics: bool = False, roles: Sequence[str] = ()) -> dict[str, Any]:
        """Return the IAM policy that the step needs for these inputs, as JSON data; no AWS call.

        A template does not name its `roles` (names or ARNs): without them every role may be passed to tasks.
        Nothing that this step does has to be explained, so `diagnostics` change nothing.
        """
        from ecs_steps.steps.register_task_definition.iam_policy import permissions

        return permissions(self.inputs, diagnostics=diagnostics, roles=roles)

    def dry_run(
        self, *, aws: "AwsClients | None" = None, report: Report | None = None, clock: Clock | None = None
    ) -> DryRun:
        """Return what would change and the calls that would be made; AWS is only read.

        Values of environment variables are masked. The difference is between the family's latest revision and
        the next one.

        Raises:
            NotFoundError, DeploymentError, AwsCallError: As `run`.
        """
        return self._registration(self._context(aws, report, clock)).dry_run()

    def _run(self, context: "DeploymentContext") -> Result:
        return self._registration(context).run()

    def _registration(self, context: "DeploymentContext") -> "Registration":
        from ecs_steps.steps.register_task_definition.registration import Registration

        return Registration(inputs=self.inputs, context=context)
