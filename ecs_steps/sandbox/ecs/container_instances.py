"""Container instances: machines that agents register with a cluster; no task is placed on one here."""

from typing import Any

from attrs import define

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.clusters import Clusters
from ecs_steps.sandbox.ecs.request import Reply, Request, page, short_name

Instances = list[dict[str, Any]]


@define
class ContainerInstances:
    """The container instances of the clusters."""

    account: Account
    clusters: Clusters

    def register(self, request: Request) -> Reply:
        cluster = self.clusters.named_in(request)
        name = self.account.hex_id()
        cluster.instances[name] = {
            "containerInstanceArn": self.account.arn(f"container-instance/{cluster.name}/{name}"),
            "status": "ACTIVE",
            "agentConnected": True,
        }
        return {"containerInstance": cluster.instances[name]}

    def update_state(self, request: Request) -> Reply:
        found = self._found(request)
        for instance in found:
            instance["status"] = request["status"]
        return {"containerInstances": found, "failures": []}

    def list(self, request: Request) -> Reply:
        instances = self.clusters.named_in(request).instances.values()
        return page([each["containerInstanceArn"] for each in instances], request, "containerInstanceArns")

    def describe(self, request: Request) -> Reply:
        return {"containerInstances": self._found(request), "failures": []}

    def _found(self, request: Request) -> Instances:
        known = self.clusters.named_in(request).instances
        names = map(short_name, request["containerInstances"])
        return [known[name] for name in names if name in known]
