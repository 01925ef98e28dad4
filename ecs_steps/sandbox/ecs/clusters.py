"""Clusters: the names that services live under."""

from typing import Any

from attrs import define, field

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.request import Reply, Request, Tags, page, short_name, tags_of
from ecs_steps.sandbox.ecs.service import Service
from ecs_steps.sandbox.ecs.task import Task
from ecs_steps.sandbox.service_error import ServiceError


@define(eq=False)
class Cluster:
    """A cluster, the services in it by name, all of their tasks and its container instances by id."""

    name: str
    arn: str
    tags: Tags
    status: str = "ACTIVE"
    services: dict[str, Service] = field(factory=dict)
    tasks: dict[str, Task] = field(factory=dict)
    instances: dict[str, dict[str, Any]] = field(factory=dict)

    def describe(self) -> Reply:
        statuses = [task.last_status for task in self.tasks.values()]
        return {
            "clusterArn": self.arn,
            "clusterName": self.name,
            "status": self.status,
            "registeredContainerInstancesCount": len(self.instances),
            "runningTasksCount": statuses.count("RUNNING"),
            "pendingTasksCount": statuses.count("PROVISIONING") + statuses.count("PENDING"),
            "activeServicesCount": sum(service.status == "ACTIVE" for service in self.services.values()),
            "statistics": [],
            "tags": list(self.tags),
            "settings": [],
            "capacityProviders": [],
            "defaultCapacityProviderStrategy": [],
        }


@define
class Clusters:
    """The clusters of the account."""

    account: Account
    _clusters: dict[str, Cluster] = field(factory=dict)

    def create(self, request: Request) -> Reply:
        name = request.get("clusterName") or "default"
        if name not in self._clusters or self._clusters[name].status == "INACTIVE":
            arn = self.account.arn(f"cluster/{name}")
            self._clusters[name] = Cluster(name, arn, tags_of(request))
        return {"cluster": self._clusters[name].describe()}

    def delete(self, request: Request) -> Reply:
        """Make a cluster INACTIVE: ECS keeps it discoverable for a while."""
        cluster = self.named_in(request)
        if any(service.status == "ACTIVE" for service in cluster.services.values()):
            raise ServiceError(
                "ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active."
            )
        cluster.status = "INACTIVE"
        return {"cluster": cluster.describe()}

    def list(self, request: Request) -> Reply:
        return page([cluster.arn for cluster in self._clusters.values()], request, "clusterArns")

    def describe(self, request: Request) -> Reply:
        found, failures = [], []
        for name in request.get("clusters") or ["default"]:
            cluster = self._clusters.get(short_name(name))
            if cluster is None:
                arn = self.account.arn(f"cluster/{short_name(name)}")
                failures.append({"arn": arn, "reason": "MISSING"})
            else:
                found.append(cluster.describe())
        return {"clusters": found, "failures": failures}

    def named_in(self, request: Request) -> Cluster:
        """Find the cluster that a request names, by name or ARN; `default` where it names none."""
        cluster = self._clusters.get(short_name(request.get("cluster") or "default"))
        if cluster is None:
            raise ServiceError("ClusterNotFoundException", "Cluster not found.")
        return cluster

    def all(self) -> tuple[Cluster, ...]:
        return tuple(self._clusters.values())
