"""What a green result claims, compared with AWS at the moment when the step ends.

SUCCEEDED and UNCHANGED claim that the service's PRIMARY deployment is the one that the outputs name, that it
is complete, and that all of its tasks run the revision that the outputs name, and no other task runs. STARTED
claims that the deployment, the operation on the stack, or the rollback, is in progress or done. PAUSED claims
that the deployment waits at the hook that the outputs name. ROLLED_BACK claims that the revision that served
before serves again. Whatever the outcome, a revision in the outputs is active and holds the images of the
variables, a stack in the outputs exists, the tag of an image in the outputs has the digest in the outputs,
and the target group of a task set has its share of the traffic.
"""

import re
from collections.abc import Iterator, Mapping

from ecs_steps import Outcome, Result
from faults.inventory import Inventory, ServiceState

COMPLETE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
IN_PROGRESS = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS")
ROLLING_BACK = ("STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL")
IMAGE = re.compile(r"Octopus\.Action\.Package\[.+\]\.Image")


def false_claims(
    result: Result, variables: Mapping[str, object], aws: Inventory, *, is_abort: bool
) -> Iterator[str]:
    """Yield each claim of a green result that AWS does not confirm; an abort has STARTED a rollback."""
    outputs = result.outputs
    is_done = result.outcome not in (Outcome.STARTED, Outcome.PAUSED)
    if stack := outputs.get("AwsOutputs[StackId]"):
        status = aws.stacks.get(stack, "deleted")
        if status not in (COMPLETE if is_done else COMPLETE + IN_PROGRESS):
            yield f"{result.outcome}, and the stack is {status}"
    if image := outputs.get("Image"):
        found = aws.images.get(image.partition("/")[2])
        if found != outputs.get("ImageDigest"):
            yield f"{result.outcome} of {outputs.get('ImageDigest')}, and {image} is {found}"
    if revision := outputs.get("TaskDefinitionArn"):
        yield from _false_content(revision, variables, aws)
    if {"TaskSetId", "ProductionTrafficPercent"} <= outputs.keys():
        yield from _false_share(result, aws)
    if is_abort and result.outcome == Outcome.STARTED:
        yield from _false_start_of_a_rollback(result, aws)
    else:
        yield from _false_state(result, aws, is_done=is_done)


def _false_state(result: Result, aws: Inventory, *, is_done: bool) -> Iterator[str]:
    outputs = result.outputs
    if result.outcome == Outcome.ROLLED_BACK:
        yield from _false_rollback(result, aws)
    elif deployment_id := outputs.get("DeploymentId"):
        services = {each.deployment_id: each for each in aws.services.values()}
        if deployment_id not in services:
            yield f"{result.outcome}, and {deployment_id} is no service's PRIMARY deployment"
        else:
            yield from _false_deployment(result, services[deployment_id], is_done=is_done)
            yield from _false_pause(result, aws)


def _false_pause(result: Result, aws: Inventory) -> Iterator[str]:
    if result.outcome != Outcome.PAUSED:
        return
    hook = result.outputs["HookId"]
    awaiting = aws.deployments[result.outputs["ServiceDeploymentArn"]].awaiting
    if hook not in awaiting:
        yield f"PAUSED at {hook}, and the deployment waits at {sorted(awaiting)}"


def _false_start_of_a_rollback(result: Result, aws: Inventory) -> Iterator[str]:
    status = aws.deployments[result.outputs["ServiceDeploymentArn"]].status
    if status not in ROLLING_BACK:
        yield f"STARTED to roll back, and the deployment is {status}"


def _false_share(result: Result, aws: Inventory) -> Iterator[str]:
    percent = aws.shares.get(result.outputs["TargetGroupArn"])
    if str(percent) != result.outputs["ProductionTrafficPercent"]:
        yield f"{result.outcome} at {result.outputs['ProductionTrafficPercent']} %, and {percent} % get there"


def _false_rollback(result: Result, aws: Inventory) -> Iterator[str]:
    previous = result.outputs["PreviousTaskDefinitionArn"]
    service = aws.services[result.outputs["ServiceArn"]]
    if service.revision != previous or service.rollout_state != "COMPLETED":
        yield f"ROLLED_BACK to {previous}, and the PRIMARY deployment is {service}"
    if dict(service.running_tasks) != {previous: service.desired_count}:
        yield f"ROLLED_BACK to {previous}, and {dict(service.running_tasks)} run"


def _false_content(revision: str, variables: Mapping[str, object], aws: Inventory) -> Iterator[str]:
    if revision not in aws.revisions:
        yield f"{revision} is no active revision"
        return
    images = {container["image"] for container in aws.revisions[revision]["containerDefinitions"]}
    for name, image in variables.items():
        if IMAGE.fullmatch(name) and not images & {image, _by_digest(str(image), aws)}:
            yield f"{revision} runs {images} without {image}"


def _by_digest(image: str, aws: Inventory) -> str:
    """Return an image of ECR by the digest that its tag has."""
    return f"{image.rpartition(':')[0]}@{aws.images.get(image.partition('/')[2])}"


def _false_deployment(result: Result, service: ServiceState, *, is_done: bool) -> Iterator[str]:
    revision = result.outputs.get("TaskDefinitionArn")
    if service.revision != revision:
        yield f"{result.outcome} of {revision}, and the PRIMARY deployment is of {service.revision}"
    if is_done and service.status != "ACTIVE":
        yield f"{result.outcome}, and the service is {service.status}"
    if not is_done and service.rollout_state == "FAILED":
        yield f"{result.outcome}, and the rollout is FAILED"
    if is_done and service.rollout_state != "COMPLETED":
        yield f"{result.outcome}, and the rollout is {service.rollout_state}"
    expected = {revision: service.desired_count} if service.desired_count else {}
    if is_done and dict(service.running_tasks) != expected:
        yield f"{result.outcome}, and {dict(service.running_tasks)} run instead of {expected}"
