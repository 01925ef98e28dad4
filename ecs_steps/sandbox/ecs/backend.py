"""The fake ECS of one account and region, one method an operation, named like boto's."""

from random import Random

from ecs_steps.sandbox.ecs.clusters import Clusters
from ecs_steps.sandbox.ecs.container_instances import ContainerInstances
from ecs_steps.sandbox.ecs.history import History, account_of_the_past
from ecs_steps.sandbox.ecs.logs import LogsBackend, LogStreams
from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.ecs.planned_events import PlannedEvents
from ecs_steps.sandbox.ecs.request import Reply, Request
from ecs_steps.sandbox.ecs.rollouts import Rollouts
from ecs_steps.sandbox.ecs.scheduler import Scheduler
from ecs_steps.sandbox.ecs.service_deployments import ServiceDeployments
from ecs_steps.sandbox.ecs.services import Services
from ecs_steps.sandbox.ecs.stages import Stages
from ecs_steps.sandbox.ecs.tags import TaggedResources
from ecs_steps.sandbox.ecs.task_definitions import TaskDefinitions
from ecs_steps.sandbox.ecs.task_life import TaskLife
from ecs_steps.sandbox.ecs.task_sets import TaskSets
from ecs_steps.sandbox.ecs.tasks import Tasks
from ecs_steps.sandbox.ecs.traffic import Traffic
from ecs_steps.sandbox.elbv2.backend import Elbv2Backend
from ecs_steps.sandbox.elbv2.listeners import Listeners
from ecs_steps.sandbox.elbv2.targets import TargetGroups
from ecs_steps.sandbox.timeline import Timeline


class EcsBackend:
    """The operations of ECS; a request comes in botocore's input shape, a reply goes in its output shape.

    `logs` and `elbv2` are the operations of CloudWatch Logs and Elastic Load Balancing. The
    caller holds the timeline's lock. Methods raise `ServiceError` with AWS' codes and texts.
    """

    def __init__(
        self, timeline: Timeline, plan: EcsPlan, *, region: str, account: str, random: Random
    ) -> None:
        shared = self._account = account_of_the_past(
            timeline, plan, region=region, number=account, random=random
        )
        streams = LogStreams(shared)
        life = TaskLife(shared, streams)
        listeners = Listeners(ids=lambda: shared.random)
        scheduler = Scheduler(shared, Rollouts(shared, Stages(shared, Traffic(shared, listeners))), life)
        self._clusters = Clusters(shared)
        self._container_instances = ContainerInstances(shared, self._clusters)
        self._task_definitions = TaskDefinitions(shared)
        events = PlannedEvents(shared, self._task_definitions, scheduler)
        self._services = Services(
            shared, self._clusters, self._task_definitions, scheduler, events, listeners
        )
        self._tasks = Tasks(shared, self._clusters, life)
        self._service_deployments = ServiceDeployments(shared, self._clusters, scheduler)
        self._task_sets = TaskSets(shared, self._services, events)
        self._tags = TaggedResources(self._clusters, self._task_definitions)
        self.logs = LogsBackend(streams)
        self.elbv2 = Elbv2Backend(listeners, TargetGroups(shared, self._clusters, listeners))
        History(
            shared, self._clusters, self._task_definitions, self._services, self._task_sets, self.elbv2
        ).replay(timeline, plan)

    @property
    def plan(self) -> EcsPlan:
        """What becomes of tasks and services from now on.

        Another plan may be set at any time: its `service` members are laid over the services that are there,
        and its events apply to the next deployments. Its `earlier_failure` and newer members have no effect.
        """
        return self._account.plan

    @plan.setter
    def plan(self, plan: EcsPlan) -> None:
        self._account.plan = plan
        self._services.apply_plan()

    def add_cluster(self, name: str) -> None:
        """Create a cluster with nothing in it."""
        self._clusters.create({"clusterName": name})

    def create_cluster(self, request: Request) -> Reply:
        return self._clusters.create(request)

    def delete_cluster(self, request: Request) -> Reply:
        return self._clusters.delete(request)

    def describe_clusters(self, request: Request) -> Reply:
        return self._clusters.describe(request)

    def list_clusters(self, request: Request) -> Reply:
        return self._clusters.list(request)

    def register_container_instance(self, request: Request) -> Reply:
        return self._container_instances.register(request)

    def update_container_instances_state(self, request: Request) -> Reply:
        return self._container_instances.update_state(request)

    def list_container_instances(self, request: Request) -> Reply:
        return self._container_instances.list(request)

    def describe_container_instances(self, request: Request) -> Reply:
        return self._container_instances.describe(request)

    def register_task_definition(self, request: Request) -> Reply:
        return self._task_definitions.register(request)

    def describe_task_definition(self, request: Request) -> Reply:
        return self._task_definitions.describe(request)

    def deregister_task_definition(self, request: Request) -> Reply:
        return self._task_definitions.deregister(request)

    def list_task_definitions(self, request: Request) -> Reply:
        return self._task_definitions.list(request)

    def list_task_definition_families(self, request: Request) -> Reply:
        return self._task_definitions.list_families(request)

    def create_service(self, request: Request) -> Reply:
        return self._services.create(request)

    def update_service(self, request: Request) -> Reply:
        return self._services.update(request)

    def delete_service(self, request: Request) -> Reply:
        return self._services.delete(request)

    def describe_services(self, request: Request) -> Reply:
        return self._services.describe(request)

    def list_services(self, request: Request) -> Reply:
        return self._services.list(request)

    def list_tasks(self, request: Request) -> Reply:
        return self._tasks.list(request)

    def describe_tasks(self, request: Request) -> Reply:
        return self._tasks.describe(request)

    def stop_task(self, request: Request) -> Reply:
        return self._tasks.stop(request)

    def list_service_deployments(self, request: Request) -> Reply:
        return self._service_deployments.list(request)

    def describe_service_deployments(self, request: Request) -> Reply:
        return self._service_deployments.describe(request)

    def describe_service_revisions(self, request: Request) -> Reply:
        return self._service_deployments.describe_revisions(request)

    def stop_service_deployment(self, request: Request) -> Reply:
        return self._service_deployments.stop(request)

    def continue_service_deployment(self, request: Request) -> Reply:
        return self._service_deployments.answer_hook(request)

    def create_task_set(self, request: Request) -> Reply:
        return self._task_sets.create(request)

    def update_task_set(self, request: Request) -> Reply:
        return self._task_sets.update(request)

    def delete_task_set(self, request: Request) -> Reply:
        return self._task_sets.delete(request)

    def describe_task_sets(self, request: Request) -> Reply:
        return self._task_sets.describe(request)

    def update_service_primary_task_set(self, request: Request) -> Reply:
        return self._task_sets.make_primary(request)

    def tag_resource(self, request: Request) -> Reply:
        return self._tags.tag(request)

    def untag_resource(self, request: Request) -> Reply:
        return self._tags.untag(request)

    def list_tags_for_resource(self, request: Request) -> Reply:
        return self._tags.list(request)
