"""The operations on task sets: what another deployment controller than ECS deploys with."""

from attrs import define

from ecs_steps.sandbox.ecs import service_rules
from ecs_steps.sandbox.ecs import task_set_rules as rules
from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.deployment import Deployment, ServiceRevision
from ecs_steps.sandbox.ecs.planned_events import PlannedEvents
from ecs_steps.sandbox.ecs.request import Reply, Request, short_name, tags_of
from ecs_steps.sandbox.ecs.service import Service
from ecs_steps.sandbox.ecs.services import Services
from ecs_steps.sandbox.ecs.task_set import TaskSet
from ecs_steps.sandbox.ecs.traffic import routes_of
from ecs_steps.sandbox.service_error import ServiceError


@define
class TaskSets:
    """The task sets of the account's EXTERNAL services."""

    account: Account
    services: Services
    events: PlannedEvents

    def create(self, request: Request) -> Reply:
        service = self._service_of(request)
        task_definition = self.services.task_definitions.deployable(request["taskDefinition"])
        members = rules.created_members(request, task_definition, self.services.listeners)
        scale = rules.scale_of(request)
        token = request.get("clientToken") or ""
        earlier = next((each for each in service.task_sets if token and each.client_token == token), None)
        if earlier:
            # Believed: the first set is returned whatever became of it (no source).
            return self._reply(service, earlier)
        rules.check_number(service.task_sets)
        digits = self.account.deployment_digits()
        revision = ServiceRevision(
            arn=self.account.arn(f"service-revision/{service.cluster_name}/{service.name}/{digits}"),
            task_definition=task_definition,
            launch_type=service_rules.launch_type(members),
            members=members,
            created_at=self.account.now,
            routes=routes_of(members["loadBalancers"], (), shifts=False),
        )
        deployment = Deployment(
            digits=digits, revision=revision, created_at=self.account.now, rollout_state_reason=""
        )
        task_set = TaskSet(
            arn=self.account.arn(f"task-set/{service.cluster_name}/{service.name}/{deployment.id}"),
            deployment=deployment,
            members=members,
            scale=scale,
            external_id=request.get("externalId") or "",
            client_token=token,
            tags=tags_of(request),
        )
        service.task_sets.append(task_set)
        self.services.scheduler.wake(service)
        self.events.follow(service, deployment)
        return self._reply(service, task_set)

    def update(self, request: Request) -> Reply:
        service, task_set = self._task_set_of(request, "taskSet")
        rules.check_change(task_set)
        task_set.scale, task_set.updated_at = rules.scale_of(request), self.account.now
        self.services.scheduler.wake(service)
        return self._reply(service, task_set)

    def delete(self, request: Request) -> Reply:
        """Let a set drain; it is deleted when its last task has stopped."""
        service, task_set = self._task_set_of(request, "taskSet")
        rules.check_deletion(task_set, force=bool(request.get("force")))
        task_set.status, task_set.updated_at = "DRAINING", self.account.now
        self.services.scheduler.wake(service)
        return self._reply(service, task_set)

    def describe(self, request: Request) -> Reply:
        service = self.services.named_in(request)
        rules.check_controller(service)
        with_tags = "TAGS" in (request.get("include") or [])
        known = {task_set.id: task_set for task_set in service.task_sets}
        wanted = [_id_in(reference) for reference in request.get("taskSets") or known]
        prefix = self.account.arn(f"task-set/{service.cluster_name}/{service.name}")
        return {
            "taskSets": [
                service.describe_set(known[each], with_tags=with_tags) for each in wanted if each in known
            ],
            "failures": [
                {"arn": f"{prefix}/{each}", "reason": "MISSING"} for each in wanted if each not in known
            ],
        }

    def make_primary(self, request: Request) -> Reply:
        """Make a set the PRIMARY one; the one before is ACTIVE from then on."""
        service, task_set = self._task_set_of(request, "primaryTaskSet")
        rules.check_change(task_set)
        for other in service.task_sets:
            if other.status == "PRIMARY":
                other.status, other.updated_at = "ACTIVE", self.account.now
        task_set.status, task_set.updated_at = "PRIMARY", self.account.now
        service.proven.add(task_set.task_definition.arn)
        self.services.scheduler.wake(service)
        return self._reply(service, task_set)

    @staticmethod
    def _reply(service: Service, task_set: TaskSet) -> Reply:
        return {"taskSet": service.describe_set(task_set, with_tags=True)}

    def _service_of(self, request: Request) -> Service:
        service = self.services.named_in(request)
        rules.check_controller(service)
        return service

    def _task_set_of(self, request: Request, member: str) -> tuple[Service, TaskSet]:
        service = self._service_of(request)
        wanted = _id_in(request[member])
        task_set = next((each for each in service.task_sets if each.id == wanted), None)
        if task_set is None:
            raise ServiceError("TaskSetNotFoundException", "TaskSet not found.")
        return service, task_set


def _id_in(reference: str) -> str:
    """Return the id of a set that is named by id or by ARN."""
    return f"ecs-svc/{short_name(reference)}"
