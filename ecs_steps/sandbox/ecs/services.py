"""The operations on services."""

from datetime import timedelta

from attrs import define

from ecs_steps.sandbox.ecs import service_rules as rules
from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.clusters import Cluster, Clusters
from ecs_steps.sandbox.ecs.deployment import DEPLOYED_MEMBERS
from ecs_steps.sandbox.ecs.planned_events import PlannedEvents
from ecs_steps.sandbox.ecs.request import Reply, Request, page, short_name, tags_of
from ecs_steps.sandbox.ecs.scheduler import Scheduler
from ecs_steps.sandbox.ecs.service import Service
from ecs_steps.sandbox.ecs.strategy_rules import check_strategy
from ecs_steps.sandbox.ecs.task_definitions import Revision, TaskDefinitions
from ecs_steps.sandbox.elbv2.listeners import Listeners
from ecs_steps.sandbox.service_error import ServiceError

_MAX_ITEMS = 10
_INACTIVE_RETENTION = timedelta(hours=1)


@define
class Services:
    """The services of the account's clusters."""

    account: Account
    clusters: Clusters
    task_definitions: TaskDefinitions
    scheduler: Scheduler
    events: PlannedEvents
    listeners: Listeners

    def create(self, request: Request) -> Reply:
        cluster = self.clusters.named_in(request)
        members = rules.created_members(request)
        task_definition = None
        if not rules.is_external(members):
            # Believed: the text without a task definition (no source).
            task_definition = self.task_definitions.deployable(rules.required(request, "taskDefinition"))
            rules.check(members, task_definition)
            check_strategy(members, self.listeners)
        self._check_name(cluster, request["serviceName"])
        members = rules.updated_members(members, self.account.plan.members_of(request["serviceName"]))
        hidden = timedelta(seconds=self.account.plan.hidden_after_create)
        service = Service(
            account=self.account,
            name=request["serviceName"],
            arn=self.account.arn(f"service/{cluster.name}/{request['serviceName']}"),
            cluster_arn=cluster.arn,
            cluster_name=cluster.name,
            tasks=cluster.tasks,
            members=members,
            tags=tags_of(request),
            created_at=self.account.now,
            visible_at=self.account.now + hidden,
        )
        cluster.services[service.name] = service
        if task_definition and members["deploymentController"]["type"] == "ECS":
            self._deploy(service, task_definition)
        return {"service": service.describe(with_tags=True)}

    def _check_name(self, cluster: Cluster, name: str) -> None:
        known = cluster.services.get(name)
        match known and known.status:
            case "ACTIVE":
                raise ServiceError("InvalidParameterException", "Creation of service was not idempotent.")
            case "DRAINING":
                raise ServiceError(
                    "InvalidParameterException", "Unable to Start a service that is still Draining."
                )

    def _deploy(self, service: Service, task_definition: Revision) -> None:
        kind = rules.launch_type(service.members)
        deployment = self.scheduler.rollouts.start(service, task_definition, launch_type=kind)
        self.scheduler.wake(service)
        self.events.follow(service, deployment)

    def update(self, request: Request) -> Reply:
        service = self.named_in(request)
        if service.status != "ACTIVE":
            raise ServiceError("ServiceNotActiveException", "Service was not ACTIVE.")
        rules.check_controller(service.members, request)
        members = rules.updated_members(service.members, request)
        if service.primary is None:
            service.members = members
            self.scheduler.wake(service)
            return {"service": service.describe(with_tags=True)}
        task_definition = service.primary.revision.task_definition
        if request.get("taskDefinition"):
            task_definition = self.task_definitions.deployable(request["taskDefinition"])
        rules.check(members, task_definition)
        check_strategy(members, self.listeners)
        changed = task_definition is not service.primary.revision.task_definition or any(
            members.get(name) != service.members.get(name) for name in DEPLOYED_MEMBERS
        )
        service.members = members
        if changed or request.get("forceNewDeployment"):
            self._deploy(service, task_definition)
        self.scheduler.wake(service)
        return {"service": service.describe(with_tags=True)}

    def apply_plan(self) -> None:
        """Lay the plan's members over all services, and count their deployments from now on."""
        for cluster in self.clusters.all():
            for service in cluster.services.values():
                service.requested_deployments = 0
                members = rules.updated_members(service.members, self.account.plan.members_of(service.name))
                if service.status == "ACTIVE" and members != service.members:
                    service.members = members
                    self.scheduler.wake(service)

    def delete(self, request: Request) -> Reply:
        service = self.named_in(request)
        if service.status == "INACTIVE":
            raise ServiceError("ServiceNotActiveException", "Service was not ACTIVE.")
        if service.desired and not request.get("force"):
            raise ServiceError(
                "InvalidParameterException",
                "The service cannot be stopped while it is scaled above 0.",
            )
        self.scheduler.remove(service)
        return {"service": service.describe(with_tags=True)}

    def describe(self, request: Request) -> Reply:
        cluster = self.clusters.named_in(request)
        references = request["services"]
        if not references:
            raise ServiceError("InvalidParameterException", "Services cannot be empty.")
        if len(references) > _MAX_ITEMS:
            raise ServiceError("InvalidParameterException", f"Services cannot be more than {_MAX_ITEMS}.")
        with_tags = "TAGS" in (request.get("include") or [])
        found, failures = [], []
        for reference in references:
            service = cluster.services.get(short_name(reference))
            if service is None or not self._visible(service):
                arn = self.account.arn(f"service/{cluster.name}/{short_name(reference)}")
                failures.append({"arn": arn, "reason": "MISSING"})
            else:
                found.append(service.describe(with_tags=with_tags))
        return {"services": found, "failures": failures}

    def _visible(self, service: Service) -> bool:
        forgotten = service.inactive_at and service.inactive_at + _INACTIVE_RETENTION < self.account.now
        return not forgotten and self.account.now >= service.visible_at

    def list(self, request: Request) -> Reply:
        cluster = self.clusters.named_in(request)
        arns = [
            service.arn
            for service in cluster.services.values()
            if service.status != "INACTIVE"
            and request.get("launchType") in (None, self._launch_type(service))
            and request.get("schedulingStrategy") in (None, service.members["schedulingStrategy"])
        ]
        return page(arns, {"maxResults": _MAX_ITEMS, **request}, "serviceArns")

    def _launch_type(self, service: Service) -> str:
        return "" if rules.is_external(service.members) else rules.launch_type(service.members)

    def named_in(self, request: Request) -> Service:
        service = self.clusters.named_in(request).services.get(short_name(request["service"]))
        if service is None or (service.status == "INACTIVE" and not self._visible(service)):
            raise ServiceError("ServiceNotFoundException", "Service not found.")
        return service
