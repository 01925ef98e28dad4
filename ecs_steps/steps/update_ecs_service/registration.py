"""Register the next revision, once, and bring tags up to date."""

from functools import partial

from ecs_steps.aws.ecs import tag_resource
from ecs_steps.aws.task_definitions import register_task_definition
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError
from ecs_steps.reporting.events import Level
from ecs_steps.steps.update_ecs_service.plan import Plan, look_at_revision
from ecs_steps.task_definition.normalize import same_revision


def register(plan: Plan, context: DeploymentContext) -> str:
    """Register what the plan has to register, and return the ARN of the revision to deploy.

    RegisterTaskDefinition takes no client token: where a fault may have hidden that it was carried out, the
    family's latest revision is looked at before it is asked again.
    """
    for warning in plan.warnings:
        context.say(Level.WARNING, str(warning))
    if not plan.registers:
        context.say(Level.INFO, f"{plan.latest.arn} is as requested; no revision is registered")
        return plan.latest.arn

    def registered() -> str | None:
        latest = look_at_revision(plan.following["family"], context)
        is_ours = latest.arn != plan.latest.arn and same_revision(latest.request, plan.following)
        return latest.arn if is_ours else None

    arn = context.call_at_most_once(
        "the new revision", lambda: register_task_definition(context.aws, plan.following), registered
    )
    context.say(Level.INFO, f"Registered {arn}")
    return arn


def add_tags(plan: Plan, context: DeploymentContext) -> None:
    """Add the tags that the service, or a revision that was there before, lacks.

    By then the deployment is under way: a refusal is told and does not fail it.
    """
    for arn, tags in ((plan.latest.arn, plan.revision_tags), (plan.service.arn, plan.service_tags)):
        if not tags or (arn == plan.latest.arn and plan.registers):
            continue
        try:
            context.call_with_retries("the tags", partial(tag_resource, context.aws, arn, tags))
        except AwsCallError as error:
            context.say(Level.WARNING, f"{arn} keeps its old tags. {error}")
