"""The inputs of the command ``status``, which a dictionary of any step on a service holds."""

from collections.abc import Iterator

from attrs import frozen

from ecs_steps.octopus.inputs.reader import variable
from ecs_steps.octopus.inputs.rules import AnyRule, Finding, rule
from ecs_steps.octopus.inputs.types import EcsName
from ecs_steps.rollouts.pins import Pins
from ecs_steps.steps.common_inputs import SERVICE_RULES, ServiceInputs
from ecs_steps.steps.deployment_inputs import SERVICE_DEPLOYMENT_ARN, ServiceDeploymentArn
from ecs_steps.steps.strategy_inputs import DEPLOYMENT
from ecs_steps.steps.task_set_inputs import (
    ListenerRuleArn,
    TaskSetId,
    production_rule_variable,
    task_set_variable,
)


@frozen(kw_only=True)
class StatusInputs(ServiceInputs):
    """The inputs of the command ``status``."""

    deployment_service_name: EcsName | None = variable(
        f"{DEPLOYMENT}.ServiceName",
        label="Service name",
        help="The service whose deployment is shown.",
        default=None,
    )
    update_service_name: EcsName | None = variable(
        "Octopus.Action.Aws.Ecs.Update.ServiceName",
        label="Service name of an update",
        help="The service, where the dictionary is that of an update.",
        default=None,
    )
    service_deployment_arn: ServiceDeploymentArn | None = variable(
        SERVICE_DEPLOYMENT_ARN,
        label="Service deployment",
        help="The deployment; empty means the newest one.",
        default=None,
    )

    revision_service_name: EcsName | None = variable(
        "Octopus.Action.Aws.Ecs.Revision.ServiceName",
        label="Service name of a deployed revision",
        help="The service, where the dictionary is that of a deployment of a revision.",
        default=None,
    )
    task_set_id: TaskSetId | None = task_set_variable()
    production_rule: ListenerRuleArn | None = production_rule_variable()

    @property
    def service_name(self) -> str:
        return self.deployment_service_name or self.update_service_name or self.revision_service_name or ""

    @property
    def service(self) -> str:
        """The service's name, where it was given by its ARN as well."""
        return self.service_name.rpartition("/")[2]

    @property
    def pins(self) -> Pins:
        return Pins(service_deployment_arn=self.service_deployment_arn or "")


@rule("deployment_service_name", "update_service_name", "revision_service_name")
def _some_service(inputs: StatusInputs) -> Iterator[Finding]:
    if not inputs.service_name:
        yield Finding(("deployment_service_name",), "is required")


RULES: tuple[AnyRule[StatusInputs], ...] = (_some_service, *SERVICE_RULES)
