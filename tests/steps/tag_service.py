"""A step that only the tests have: it tags a service. A row makes it known to whatever lists steps."""

from collections.abc import Mapping

from attrs import frozen

from ecs_steps import AwsClients, Clock, Outcome, Report, Result
from ecs_steps.aws.ecs import tag_resource
from ecs_steps.octopus.inputs.reader import read, variable
from ecs_steps.octopus.variables import Variables
from ecs_steps.result import Outputs
from ecs_steps.rollouts.start import describe_updatable_service
from ecs_steps.steps.common_inputs import ServiceInputs
from ecs_steps.steps.context import deployment_context
from ecs_steps.steps.row import Option, StepRow, Verb
from ecs_steps.tags import Tag


@frozen(kw_only=True)
class TagServiceInputs(ServiceInputs):
    service: str = variable("Octopus.Action.Aws.Ecs.Tag.ServiceName", label="Service", help="The service.")
    team: str = variable("Octopus.Action.Aws.Ecs.Tag.Team", label="Team", help="Who owns it.", default="shop")


class TagServiceStep:
    """Tag a service with the team that owns it."""

    def __init__(self, variables: Mapping[str, object], *, evaluate: bool = True) -> None:
        self.inputs, self.warnings = read(TagServiceInputs, Variables(variables), (), evaluate=evaluate)

    def run(
        self,
        *,
        aws: AwsClients | None = None,
        report: Report | None = None,
        clock: Clock | None = None,
        contact: str = "",
    ) -> Result:
        context = deployment_context(self.inputs, self.warnings, aws=aws, report=report, clock=clock)
        outputs = Outputs(context.report)
        tags = [Tag(key="team", value=self.inputs.team), *([Tag("contact", contact)] if contact else [])]
        with outputs.attach_to_errors(lambda _: None):
            service = describe_updatable_service(self.inputs.cluster_name, self.inputs.service, context)
            context.call_with_retries("the tags", lambda: tag_resource(context.aws, service.arn, tags))
            outputs.set(ServiceArn=service.arn)
            return outputs.result(Outcome.SUCCEEDED)


ROW = StepRow(
    name="tag",
    title="Tag Amazon ECS Service",
    summary="tag a service with the team that owns it",
    step=f"{__name__}:TagServiceStep",
    inputs=f"{__name__}:TagServiceInputs",
    prefix="EcsTag",
    description="Tags a service with the team that owns it.",
    outputs=("ServiceArn", "Outcome"),
    verbs={Verb.RUN: (Option(flag="--contact", keyword="contact", help="whom to call at night"),)},
)

VARIABLES = {
    "Octopus.Action.Aws.Ecs.ClusterName": "shop",
    "Octopus.Action.Aws.Ecs.Tag.ServiceName": "orders",
}
