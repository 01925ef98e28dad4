"""The stacks and revisions of a fake AWS account.

They are read from its backends, so that no client has signed in when a step begins.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from ecs_steps.sandbox import Sandbox
from explaining.runs import CLUSTERS, FAMILIES, Step


@frozen(kw_only=True)
class Inventory:
    """The ids of the stacks, and the content of the family's active revisions by ARN."""

    stacks: frozenset[str]
    revisions: Mapping[str, object]


def take_inventory(step: Step, aws: Sandbox) -> Inventory:
    """Return the stacks that are not deleted and the active revisions."""
    listed = aws.ecs.list_task_definitions({"familyPrefix": FAMILIES[step], "status": "ACTIVE"})
    stacks = (stack for stack in aws.cloudformation.stacks if stack.status != "DELETE_COMPLETE")
    return Inventory(
        stacks=frozenset(stack.id for stack in stacks),
        revisions={
            arn: _content(aws.ecs.describe_task_definition({"taskDefinition": arn}))
            for arn in listed["taskDefinitionArns"]
        },
    )


def _content(described: Mapping[str, Any]) -> object:
    own = ("taskDefinitionArn", "revision", "registeredAt")
    return {name: value for name, value in described["taskDefinition"].items() if name not in own}


def deployed_since(time: datetime, step: Step, aws: Sandbox) -> Iterator[str]:
    """Yield the revision of each deployment of the cluster's services that was started after a time."""
    cluster = CLUSTERS[step]
    since = {"after": time.timestamp()}
    for service in aws.ecs.list_services({"cluster": cluster})["serviceArns"]:
        request = {"cluster": cluster, "service": service, "createdAt": since}
        for deployment in aws.ecs.list_service_deployments(request)["serviceDeployments"]:
            targets = {"serviceRevisionArns": [deployment["targetServiceRevisionArn"]]}
            [revision] = aws.ecs.describe_service_revisions(targets)["serviceRevisions"]
            yield revision["taskDefinition"]
