"""The inputs of the steps on a deployment that another step has started, and the rules on them."""

from collections.abc import Iterator
from typing import Annotated

from attrs import frozen

from ecs_steps.octopus.inputs.reader import variable
from ecs_steps.octopus.inputs.rules import AnyRule, Finding, rule
from ecs_steps.octopus.inputs.types import EcsName, Text
from ecs_steps.rollouts.pins import Pins
from ecs_steps.steps.common_inputs import SERVICE_RULES, ServiceInputs
from ecs_steps.steps.strategy_inputs import DEPLOYMENT
from ecs_steps.steps.task_set_inputs import (
    ListenerRuleArn,
    TaskSetId,
    production_rule_variable,
    task_set_variable,
)
from ecs_steps.tags import deployment_of

SERVICE_DEPLOYMENT_ARN = f"{DEPLOYMENT}.ServiceDeploymentArn"

ServiceDeploymentArn = Annotated[
    str,
    Text(
        r"arn:[a-z-]+:ecs:[a-z0-9-]+:[0-9]{12}:service-deployment/[\w-]+/[\w-]+/[\w-]+",
        "the ARN of a service deployment, such as the output ServiceDeploymentArn of the step that began it",
    ),
]
HookId = Annotated[
    str,
    Text(r"ecs-[a-z]+-[A-Za-z0-9-]+", "a hook's id, such as the output HookId of the step that paused"),
]


@frozen(kw_only=True, init=False, repr=False, eq=False)
class StartedDeploymentInputs(ServiceInputs):
    """The inputs of a step on a deployment that was started before."""

    service_name: EcsName = variable(
        f"{DEPLOYMENT}.ServiceName",
        label="Service name",
        help="The service whose deployment is meant.",
    )
    service_deployment_arn: ServiceDeploymentArn | None = variable(
        SERVICE_DEPLOYMENT_ARN,
        label="Service deployment",
        help="The deployment, by the output of the step that began it: "
        "`#{Octopus.Action[Update].Output.ServiceDeploymentArn}`. Empty means the one that this Octopus "
        "deployment began.",
        default=None,
    )
    task_set_id: TaskSetId | None = task_set_variable()
    production_rule: ListenerRuleArn | None = production_rule_variable()

    @property
    def names_task_sets(self) -> bool:
        """Whether the inputs show that the service is deployed by task sets."""
        return self.task_set_id is not None or self.production_rule is not None

    @property
    def service(self) -> str:
        """The service's name, where it was given by its ARN as well."""
        return self.service_name.rpartition("/")[2]

    @property
    def pins(self) -> Pins:
        """What says which deployment is meant."""
        return Pins(
            service_deployment_arn=self.service_deployment_arn or "",
            octopus_deployment=deployment_of(self.default_tags),
        )


@rule("service_deployment_arn", "service_name", "cluster_name")
def _of_this_service(inputs: StartedDeploymentInputs) -> Iterator[Finding]:
    if inputs.service_deployment_arn:
        _, cluster, service, _ = inputs.service_deployment_arn.split("/")
        if (cluster, service) != (inputs.cluster, inputs.service):
            yield Finding(
                ("service_deployment_arn",),
                f"is of service {service} in cluster {cluster}, not of {inputs.service} in {inputs.cluster}",
            )


STARTED_DEPLOYMENT_RULES: tuple[AnyRule[StartedDeploymentInputs], ...] = (_of_this_service, *SERVICE_RULES)
