"""What a deployment of a revision would do, planned from what exists; AWS is only read.

Everything that can refuse it is checked here, so that a refused one has changed nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ecs_steps.aws.ecs import BalancedContainer, Service
from ecs_steps.aws.task_definitions import TaskDefinition, describe_task_definition
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import NotFoundError
from ecs_steps.rollouts.in_progress import find_own_deployment
from ecs_steps.rollouts.strategies import requested_configuration
from ecs_steps.steps.deploy_revision.inputs import REVISION, ChosenRevision, DeployRevisionInputs
from ecs_steps.steps.revision_deployment import ServicePlan, find_service
from ecs_steps.steps.strategy_inputs import WhenPaused
from ecs_steps.tags import Tag, same_deployment
from ecs_steps.task_definition.revision import TagChanges

STACK_TAG = "aws:cloudformation:stack-name"
RETAIN = "Octopus.Action.Aws.Ecs.Deploy.RetainTaskDefinitions"


def plan_deployment(inputs: DeployRevisionInputs, context: DeploymentContext) -> ServicePlan:
    """Read the service and the revision, and check that they fit.

    Raises:
        WrongEnvironmentError: The service or its cluster belongs to another environment.
        NotFoundError: The service or the revision does not exist, the revision is not active or of another
            account or region, or the service cannot run it.
        DeploymentError: The service cannot be updated by this step, or with this strategy.
        SupersededError: Another deployment of the service waits for a person.
    """
    service = find_service(inputs, context)
    assert inputs.revision  # noqa: S101  valid inputs have one
    _check_place(inputs.revision, service, context)
    found = _describe(inputs.revision, service, context)
    if reasons := list(misfits(found.raw, service)):
        raise NotFoundError(
            what=f"Service {service.name} cannot run {found.arn}",
            why="; ".join(reasons),
            next_step="Choose a revision that was made for this service.",
        )
    changes = TagChanges(
        default_tags=inputs.default_tags, user_tags=(), tags_variable=f"The tags of service {service.name}"
    )
    _, dropped = changes.merged_tags(service.tags)
    begun = find_own_deployment(
        service,
        context,
        is_ours=service.task_definition == found.arn and same_deployment(inputs.default_tags, service.tags),
        strategy=inputs.strategy,
        may_replace=inputs.when_paused is WhenPaused.REPLACE,
        variable=f"{REVISION}.WhenPaused",
    )
    problems = dropped + (begun.warnings if begun else ())
    return ServicePlan(
        service=service,
        revision=found.arn,
        family=found.family,
        service_tags=changes.missing_tags(service.tags),
        warnings=(*map(str, problems), *_other_family(found, service)),
        configuration=requested_configuration(
            inputs.strategy, inputs.safeguards, service.deployment_configuration
        ),
        in_progress=begun,
    )


def misfits(revision: Mapping[str, Any], service: Service) -> Iterator[str]:
    """Yield why a service cannot run a revision, which is as DescribeTaskDefinition shows it."""
    compatible = revision.get("compatibilities")
    if service.launch_type and compatible and service.launch_type not in compatible:
        yield (
            f"the service starts its tasks on {service.launch_type}, and the revision is for "
            f"{' and '.join(compatible)}"
        )
    containers = {each["name"]: each for each in revision["containerDefinitions"]}
    for balanced in service.balanced_containers:
        if balanced.name not in containers:
            yield (
                f"a load balancer of the service sends requests to container {balanced.name}, and the "
                f"revision has {', '.join(containers)}"
            )
        elif not _listens(containers[balanced.name], balanced):
            yield (
                f"a load balancer of the service sends requests to port {balanced.port} of container "
                f"{balanced.name}, which the revision does not map"
            )


def _listens(container: Mapping[str, Any], balanced: BalancedContainer) -> bool:
    for mapping in container.get("portMappings", []):
        first, _, last = str(mapping.get("containerPortRange", "")).partition("-")
        if mapping.get("containerPort") == balanced.port:
            return True
        if first.isdecimal() and last.isdecimal() and int(first) <= balanced.port <= int(last):
            return True
    return False


def _check_place(revision: ChosenRevision, service: Service, context: DeploymentContext) -> None:
    """Refuse a revision of another account or region: its number means another revision here."""
    if not revision.prefix:
        return
    ours, theirs = service.arn.split(":")[1:5], revision.prefix.split(":")[1:5]
    if ours != theirs:
        raise NotFoundError(
            what=f"Task definition {revision.reference} is not where the service is",
            why=f"service {service.name} is in account {ours[3]} and region {context.aws.region}",
            next_step="Register the revision there first, and deploy that one.",
        )


def _describe(revision: ChosenRevision, service: Service, context: DeploymentContext) -> TaskDefinition:
    found = context.call_with_retries(
        "the revision", lambda: describe_task_definition(context.aws, revision.reference)
    )
    if found.is_active:
        return found
    why, next_step = f"it is {found.raw.get('status')}", "Choose an active revision in a new release."
    if stack := _stack(found.tags):
        why += f": the CloudFormation stack {stack}, which registered it, has replaced it since"
        next_step += f" {_how_to_retain(stack)}"
    elif stack := _stack(service.tags):
        why += f": it was deregistered, probably by the CloudFormation stack {stack}, which owns the service"
        next_step += f" {_how_to_retain(stack)}"
    else:
        why += ": it was deregistered"
        next_step += " Where old revisions are deregistered by a rule, let it keep more of them."
    raise NotFoundError(what=f"Task definition {found.arn} cannot be deployed", why=why, next_step=next_step)


def _stack(tags: Iterable[Tag]) -> str:
    return next((tag.value for tag in tags if tag.key == STACK_TAG), "")


def _how_to_retain(stack: str) -> str:
    return f"So that {stack} deregisters none any more, set {RETAIN} to True in the step that deploys it."


def _other_family(found: TaskDefinition, service: Service) -> Iterable[str]:
    running = service.task_definition.rpartition("/")[2].partition(":")[0]
    if running and running != found.family:
        yield f"Service {service.name} ran the family {running} so far, and is moved to {found.family}"
