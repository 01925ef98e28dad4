"""The fake ECS of one account and region, one callable an operation, named like boto's."""

from random import Random

from ecs_steps.sandbox.ecs.clusters import Clusters
from ecs_steps.sandbox.ecs.container_instances import ContainerInstances
from ecs_steps.sandbox.ecs.history import History, account_of_the_past
from ecs_steps.sandbox.ecs.logs import LogsBackend, LogStreams
from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.ecs.planned_events import PlannedEvents
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
    caller holds the timeline's lock. Operations raise `ServiceError` with AWS' codes and texts.
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
        self._clusters = clusters = Clusters(shared)
        self.create_cluster, self.delete_cluster = clusters.create, clusters.delete
        self.describe_clusters, self.list_clusters = clusters.describe, clusters.list

        instances = ContainerInstances(shared, clusters)
        self.register_container_instance = instances.register
        self.update_container_instances_state = instances.update_state
        self.list_container_instances = instances.list
        self.describe_container_instances = instances.describe

        definitions = TaskDefinitions(shared)
        self.register_task_definition = definitions.register
        self.describe_task_definition = definitions.describe
        self.deregister_task_definition = definitions.deregister
        self.list_task_definitions = definitions.list
        self.list_task_definition_families = definitions.list_families

        events = PlannedEvents(shared, definitions, scheduler)
        self._services = services = Services(shared, clusters, definitions, scheduler, events, listeners)
        self.create_service, self.update_service = services.create, services.update
        self.delete_service = services.delete
        self.describe_services, self.list_services = services.describe, services.list

        tasks = Tasks(shared, clusters, life)
        self.list_tasks, self.describe_tasks, self.stop_task = tasks.list, tasks.describe, tasks.stop

        deployments = ServiceDeployments(shared, clusters, scheduler)
        self.list_service_deployments = deployments.list
        self.describe_service_deployments = deployments.describe
        self.describe_service_revisions = deployments.describe_revisions
        self.stop_service_deployment = deployments.stop
        self.continue_service_deployment = deployments.answer_hook

        task_sets = TaskSets(shared, services, events)
        self.create_task_set, self.update_task_set = task_sets.create, task_sets.update
        self.delete_task_set, self.describe_task_sets = task_sets.delete, task_sets.describe
        self.update_service_primary_task_set = task_sets.make_primary

        tags = TaggedResources(clusters, definitions)
        self.tag_resource, self.untag_resource = tags.tag, tags.untag
        self.list_tags_for_resource = tags.list

        self.logs = LogsBackend(streams)
        self.elbv2 = Elbv2Backend(listeners, TargetGroups(shared, clusters, listeners))
        History(shared, clusters, definitions, services, task_sets, self.elbv2).replay(timeline, plan)

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
