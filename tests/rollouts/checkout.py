"""The fixture service with task sets, and a deployment of it by the library's own moves."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from attrs import define, field

from ecs_steps.context import DeploymentContext, WatchOptions
from ecs_steps.reporting.events import Reported
from ecs_steps.rollouts.task_set_reader import TaskSetReader
from ecs_steps.rollouts.task_set_rollout import TaskSetRollout
from ecs_steps.rollouts.task_sets import TaskSetState
from ecs_steps.sandbox import Sandbox
from ecs_steps.sandbox.ecs.checkout import task_definition
from ecs_steps.tags import Tag

SERVICE = {"cluster": "shop", "service": "checkout"}
READS = ("Describe", "List", "Get")


@define
class Checkout:
    """One Octopus deployment of `checkout`; each `rollout` is a process that knows nothing of the others."""

    aws: Sandbox
    deployment: str = "Deployments-1"
    revision: str = ""
    reports: list[Reported] = field(factory=list)
    minutes: float = 30

    def register(self) -> str:
        request = task_definition(self.aws.ecs._account)
        self.revision = self.aws.ecs.register_task_definition(request)["taskDefinition"]["taskDefinitionArn"]
        return self.revision

    def context(self, **options: Any) -> DeploymentContext:  # noqa: ANN401  those of a context
        given: dict[str, Any] = {
            "aws": self.aws.clients,
            "clock": self.aws.clock,
            "report": self.reports.append,
            "deadline": self.aws.clock.now() + timedelta(minutes=self.minutes),
            "watch_options": WatchOptions(),
        }
        return DeploymentContext(**(given | options))

    def rollout(self, *, production_rule: str = "", **options: Any) -> TaskSetRollout:  # noqa: ANN401  as above
        context = self.context(**options)
        reader = TaskSetReader(
            context=context,
            cluster="shop",
            name_or_arn="checkout",
            external_id=self.deployment,
            task_definition=self.revision,
            production_rule=production_rule,
        )
        tags = (Tag("Octopus.Deployment.Id", self.deployment),)
        return TaskSetRollout(reader=reader, context=context, tags=tags)

    def state(self) -> TaskSetState:
        return self.rollout().reader.read()

    @property
    def changes(self) -> list[str]:
        """The calls that changed something, in order."""
        return [call.operation for call in self.aws.calls if not call.operation.startswith(READS)]

    @property
    def sets(self) -> list[dict[str, Any]]:
        return list(self.aws.ecs.describe_task_sets(SERVICE)["taskSets"])

    @property
    def live_sets(self) -> list[dict[str, Any]]:
        return [each for each in self.sets if each["status"] != "DRAINING"]

    @property
    def rules(self) -> list[dict[str, Any]]:
        """The rules of its listener."""
        elbv2 = self.aws.ecs.elbv2
        [balancer] = elbv2.describe_load_balancers({})["LoadBalancers"]
        listeners = elbv2.describe_listeners({"LoadBalancerArn": balancer["LoadBalancerArn"]})["Listeners"]
        arn = next(each["ListenerArn"] for each in listeners if each["Port"] == 8443)
        return list(elbv2.describe_rules({"ListenerArn": arn})["Rules"])

    @property
    def production(self) -> dict[str, Any]:
        return next(rule for rule in self.rules if rule["Priority"] == "50")

    @property
    def weights(self) -> dict[str, int]:
        """The live weights by the colours of the groups."""
        return weights_of(self.production)

    @property
    def test_rules(self) -> list[dict[str, Any]]:
        return [rule for rule in self.rules if rule["Conditions"] and rule["Priority"] != "50"]

    def group(self, colour: str) -> str:
        groups = self.aws.ecs.elbv2.describe_target_groups({"Names": [f"checkout-{colour}"]})
        return str(groups["TargetGroups"][0]["TargetGroupArn"])

    def healthy(self, colour: str) -> int:
        targets = self.aws.ecs.elbv2.describe_target_health({"TargetGroupArn": self.group(colour)})
        states = [each["TargetHealth"]["State"] for each in targets["TargetHealthDescriptions"]]
        return states.count("healthy")

    def check_served(self) -> None:
        """All production and test traffic goes to groups with healthy tasks."""
        for rule in (self.production, *self.test_rules):
            serving = [colour for colour, weight in weights_of(rule).items() if weight]
            if rule["Actions"][0]["Type"] == "fixed-response":
                continue
            assert serving
            assert all(self.healthy(colour) > 0 for colour in serving)


def weights_of(rule: Mapping[str, Any]) -> dict[str, int]:
    """Read a rule's weights by the colours of its groups."""
    return {
        group["TargetGroupArn"].split("/")[1].removeprefix("checkout-"): group["Weight"]
        for action in rule["Actions"]
        for group in action.get("ForwardConfig", {}).get("TargetGroups", [])
    }
