"""What a green result claims, compared with AWS at the moment when the step ends.

SUCCEEDED and UNCHANGED claim that the service's PRIMARY deployment is the one that the outputs name, that it
is complete, and that all of its tasks run the revision that the outputs name, and no other task runs. STARTED
claims that the deployment, or the operation on the stack, is in progress or done, and so does PAUSED.
ROLLED_BACK claims that the revision that served before serves again. Whatever the outcome, a
revision in the outputs is active and holds the images of the variables, a stack in the outputs exists, and
the tag of an image in the outputs has the digest in the outputs.
"""

import re
from collections.abc import Iterator, Mapping

from ecs_steps import Outcome, Result
from faults.inventory import Inventory, ServiceState

COMPLETE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
IN_PROGRESS = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS")
IMAGE = re.compile(r"Octopus\.Action\.Package\[.+\]\.Image")


def false_claims(result: Result, variables: Mapping[str, object], aws: Inventory) -> Iterator[str]:
    """Yield each claim of a green result that AWS does not confirm."""
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
    if result.outcome == Outcome.ROLLED_BACK:
        yield from _false_rollback(result, aws)
    elif deployment_id := outputs.get("DeploymentId"):
        services = {each.deployment_id: each for each in aws.services.values()}
        is_rolling_back = outputs.get("LifecycleStage") is None and "ServiceDeploymentArn" in outputs
        if deployment_id not in services and result.outcome == Outcome.STARTED and is_rolling_back:
            return
        if deployment_id not in services:
            yield f"{result.outcome}, and {deployment_id} is no service's PRIMARY deployment"
        else:
            yield from _false_deployment(result, services[deployment_id], is_done=is_done)


def _false_rollback(result: Result, aws: Inventory) -> Iterator[str]:
    previous = result.outputs["PreviousTaskDefinitionArn"]
    service = aws.services[result.outputs["ServiceArn"]]
    if service.revision != previous or service.rollout_state != "COMPLETED":
        yield f"ROLLED_BACK to {previous}, and the PRIMARY deployment is {service}"
    if set(service.running_tasks) != {previous}:
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
    if is_done and service.rollout_state != "COMPLETED":
        yield f"{result.outcome}, and the rollout is {service.rollout_state}"
    expected = {revision: service.desired_count} if service.desired_count else {}
    if is_done and dict(service.running_tasks) != expected:
        yield f"{result.outcome}, and {dict(service.running_tasks)} run instead of {expected}"
