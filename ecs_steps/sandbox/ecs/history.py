"""What happened before the sandbox starts: replayed by the same rules, on a timeline of the past."""

from datetime import timedelta
from random import Random

import attrs

from ecs_steps.sandbox.ecs import checkout, fixtures, storefront
from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.clusters import Clusters
from ecs_steps.sandbox.ecs.plan import EcsPlan, FailurePlan
from ecs_steps.sandbox.ecs.request import Request
from ecs_steps.sandbox.ecs.services import Services
from ecs_steps.sandbox.ecs.task_definitions import TaskDefinitions
from ecs_steps.sandbox.ecs.task_sets import TaskSets
from ecs_steps.sandbox.elbv2.backend import Elbv2Backend
from ecs_steps.sandbox.timeline import Timeline

_AGE = timedelta(days=2)
_STOREFRONT_DEPLOYMENT = timedelta(minutes=30)
_CHECKOUT_DEPLOYMENT = timedelta(minutes=10)
_EARLIER_FAILURE = timedelta(minutes=40)
"""So long ago that it is over, and so short that ECS still shows its stopped tasks."""


def account_of_the_past(
    timeline: Timeline, plan: EcsPlan, *, region: str, number: str, random: Random
) -> Account:
    """Make the account as it was before `timeline` began, where nothing of the plan goes wrong yet."""
    uneventful = EcsPlan(
        service=plan.service,
        newer_members=plan.newer_members,
        newer_container_members=plan.newer_container_members,
        left_over_task_sets=plan.left_over_task_sets,
        rules_full=plan.rules_full,
    )
    past = Timeline(now=timeline.now - _AGE - _STOREFRONT_DEPLOYMENT - _CHECKOUT_DEPLOYMENT)
    return Account(timeline=past, plan=uneventful, region=region, number=number, random=random)


@attrs.define
class History:
    """Fills an account of the past with the fixtures, and brings it to the present."""

    account: Account
    clusters: Clusters
    task_definitions: TaskDefinitions
    services: Services
    task_sets: TaskSets
    elbv2: Elbv2Backend

    def replay(self, timeline: Timeline, plan: EcsPlan) -> None:
        """Create the fixtures, let the earlier failure happen, and hand over to `timeline` and `plan`."""
        if plan.fixtures:
            self._create_fixtures(timeline, plan)
        self.account.timeline.advance_to(timeline.now)
        self.account.timeline, self.account.plan = timeline, plan
        self.services.apply_plan()

    def _create_fixtures(self, timeline: Timeline, plan: EcsPlan) -> None:
        self.clusters.create({"clusterName": fixtures.CLUSTER})
        self._create_checkout(timeline)
        self._create_storefront(timeline)
        for task_definition in fixtures.task_definitions(self.account):
            self.task_definitions.register(task_definition)
        for service in fixtures.services(self.account):
            self.services.create(service)
        self.account.timeline.advance_to(timeline.now - _EARLIER_FAILURE)
        if plan.earlier_failure:
            self._fail(plan.earlier_failure)
        self._tag()
        self.account.timeline.advance_to(timeline.now)
        # The scheduler runs once more on the old timeline before that is replaced.
        self._set_breakers(on=False)

    def _create_storefront(self, timeline: Timeline) -> None:
        """Deploy `storefront` before the others, and with ids of its own: theirs do not depend on it."""
        ids, self.account.random = self.account.random, Random(storefront.NAME)
        rules = storefront.listener_rules(self.account, self.services.listeners)
        self.task_definitions.register(storefront.task_definition(self.account))
        self.services.create(storefront.service(self.account, *rules))
        self.account.timeline.advance_to(timeline.now - _AGE)
        self.account.random = ids

    def _create_checkout(self, timeline: Timeline) -> None:
        """Make `checkout` and its task sets before the others, with ids of its own too."""
        ids, self.account.random = self.account.random, Random(checkout.NAME)
        groups = [
            self.elbv2.create_target_group(checkout.target_group(colour))["TargetGroups"][0]["TargetGroupArn"]
            for colour in ("blue", "green")
        ]
        checkout.listener_rules(
            self.account, self.services.listeners, groups, full=self.account.plan.rules_full
        )
        self.task_definitions.register(checkout.task_definition(self.account))
        service = self.services.create(checkout.service())["service"]
        if service["deploymentController"]["type"] == "EXTERNAL":
            primary = self.task_sets.create(checkout.task_set(groups[0]))["taskSet"]["id"]
            named = {"cluster": fixtures.CLUSTER, "service": checkout.NAME}
            self.task_sets.make_primary(named | {"primaryTaskSet": primary})
            for _ in range(self.account.plan.left_over_task_sets):
                self.task_sets.create(checkout.task_set(groups[1], scale=0))
        self.account.timeline.advance_to(timeline.now - _AGE - _STOREFRONT_DEPLOYMENT)
        self.account.random = ids

    def _fail(self, failure_plan: FailurePlan) -> None:
        """Deploy to each service a revision with this failure plan; the circuit breaker rolls it back."""
        self.account.plan = attrs.evolve(self.account.plan, failure_plans=(failure_plan,))
        self._set_breakers(on=True)
        for task_definition, service in self._deployed():
            revision = self.task_definitions.register(task_definition)["taskDefinition"]["taskDefinitionArn"]
            self.services.update({**service, "taskDefinition": revision})
            self.task_definitions.deregister({"taskDefinition": revision})

    def _set_breakers(self, *, on: bool) -> None:
        breaker = {"deploymentCircuitBreaker": {"enable": on, "rollback": on}}
        for _, service in self._deployed():
            self.services.update({**service, "deploymentConfiguration": breaker})

    def _deployed(self) -> list[tuple[Request, Request]]:
        """Name the services that ECS itself deploys, each with the task definition that it was made of."""
        families = {request["family"]: request for request in fixtures.task_definitions(self.account)}
        return [
            (
                families[request["taskDefinition"]],
                {"cluster": fixtures.CLUSTER, "service": request["serviceName"]},
            )
            for request in fixtures.services(self.account)
            if self.services.named_in(
                {"cluster": fixtures.CLUSTER, "service": request["serviceName"]}
            ).primary
        ]

    def _tag(self) -> None:
        """Tag what AWS tagged; callers may not set such tags."""
        for reference in ("orders", "billing"):
            revision = self.task_definitions.find(reference)
            if revision:
                revision.tags += [dict(tag) for tag in fixtures.AWS_TAGS]
        for cluster in self.clusters.all():
            for service in cluster.services.values():
                service.tags += [dict(tag) for tag in fixtures.AWS_TAGS]
