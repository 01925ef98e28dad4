"""Deployments of the sandbox's service `checkout` by task sets: begun, continued and aborted."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from attrs import define, field

from ecs_steps import (
    AbortEcsDeploymentStep,
    ContinueEcsDeploymentStep,
    DeployEcsRevisionStep,
    Result,
    UpdateEcsServiceStep,
)
from ecs_steps.reporting.events import Level, Message, Reported
from ecs_steps.reporting.text import message_text
from ecs_steps.rollouts.traffic import TEST_RULE_TAG
from ecs_steps.sandbox import Sandbox
from ecs_steps.sandbox.ecs.checkout import task_set
from ecs_steps.steps.row import Step

ECS = "Octopus.Action.Aws.Ecs"
OURS = "Deployments-7"
HEADER = "X-Canary: k7-secret"
PORT = 8443
SERVICE_ARN = "arn:aws:ecs:eu-west-1:123456789012:service/shop/checkout"
READS = ("Describe", "List", "Get")


def update_variables(tag: str = "1.5.0", **changes: object) -> dict[str, object]:
    """Return an update of the service; `changes` are named below ``Octopus.Action.Aws.Ecs``."""
    container = {"containerName": "web", "packageReference": "web"}
    return {
        "Octopus.Deployment.Id": OURS,
        "Octopus.Action.Package[web].Image": f"index.docker.io/acme/checkout:{tag}",
        f"{ECS}.ClusterName": "shop",
        f"{ECS}.Update.ServiceName": "checkout",
        f"{ECS}.Update.TargetTaskDefinitionName": "checkout",
        f"{ECS}.Update.ContainerUpdates": json.dumps([container]),
        f"{ECS}.TestTraffic.Header": HEADER,
        **named(changes),
    }


def revision_variables(revision: str = "checkout:2", **changes: object) -> dict[str, object]:
    """Return a deployment of a revision to the service; `changes` as above."""
    return {
        "Octopus.Deployment.Id": OURS,
        f"{ECS}.ClusterName": "shop",
        f"{ECS}.Revision.ServiceName": "checkout",
        f"{ECS}.Revision.TaskDefinition": revision,
        f"{ECS}.TestTraffic.Header": HEADER,
        **named(changes),
    }


def deployment_variables(**changes: object) -> dict[str, object]:
    """Return the variables of a step on the deployment of the service."""
    return {
        "Octopus.Deployment.Id": OURS,
        f"{ECS}.ClusterName": "shop",
        f"{ECS}.Deployment.ServiceName": "checkout",
        **named(changes),
    }


def named(changes: Mapping[str, object]) -> dict[str, object]:
    """Return variables by their full names: `Continue_HookId` is that of the input ``Continue.HookId``."""
    full = {name: name if "." in name else f"{ECS}.{name.replace('_', '.')}" for name in changes}
    return {full[name]: value for name, value in changes.items()}


@cache
def production_rule() -> str:
    """Return the ARN of the rule that shares the production traffic of the service."""
    with Sandbox() as aws:
        return str(Checkout(aws).production["RuleArn"])


@define
class Checkout:
    """What the steps do with the service in one sandbox, and what they report."""

    aws: Sandbox
    events: list[Reported] = field(factory=list)

    def update(self, tag: str = "1.5.0", **changes: Any) -> Result:  # noqa: ANN401  passed on
        return self.run(UpdateEcsServiceStep(update_variables(tag, **changes)))

    def deploy_revision(self, revision: str = "checkout:2", **changes: Any) -> Result:  # noqa: ANN401  passed on
        return self.run(DeployEcsRevisionStep(revision_variables(revision, **changes)))

    def share(self, percent: int, **changes: Any) -> Result:  # noqa: ANN401  passed on
        variables = deployment_variables(Continue_TrafficPercent=percent, **changes)
        return self.run(ContinueEcsDeploymentStep(variables))

    def abort(self, **changes: Any) -> Result:  # noqa: ANN401  passed on
        return self.run(AbortEcsDeploymentStep(deployment_variables(**changes)))

    def run(self, step: Step) -> Result:
        self.aws.calls.clear()
        return step.run(aws=self.aws.clients, clock=self.aws.clock, report=self.events.append)

    @property
    def changes(self) -> list[str]:
        """The calls of the last step that changed something, in order."""
        return [call.operation for call in self.aws.calls if not call.operation.startswith(READS)]

    @property
    def sets(self) -> list[dict[str, Any]]:
        described = self.aws.ecs.describe_task_sets({"cluster": "shop", "service": "checkout"})
        return [each for each in described["taskSets"] if each["status"] != "DRAINING"]

    def has_shared(self, percent: int, deployment: str = OURS) -> None:
        """Let a deployment have begun a task set, and given it a share of the traffic."""
        elbv2: Any = self.aws.clients.elbv2
        blue, green = (
            elbv2.describe_target_groups(Names=[f"checkout-{colour}"])["TargetGroups"][0]
            for colour in ("blue", "green")
        )
        green_set: Any = task_set(green["TargetGroupArn"], scale=max(percent, 1))
        self.aws.clients.ecs.create_task_set(**green_set, externalId=deployment)
        self.aws.clock.sleep(90)
        weights = ((blue["TargetGroupArn"], 100 - percent), (green["TargetGroupArn"], percent))
        groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights]
        action = {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}
        elbv2.modify_rule(RuleArn=self.production["RuleArn"], Actions=[action])
        header = {"HttpHeaderName": "X-Canary", "Values": ["another-key"]}
        elbv2.create_rule(
            ListenerArn=self.listener,
            Priority=49,
            Conditions=[{"Field": "http-header", "HttpHeaderConfig": header}],
            Actions=[{"Type": "forward", "TargetGroupArn": green["TargetGroupArn"]}],
            Tags=[{"Key": TEST_RULE_TAG, "Value": SERVICE_ARN}],
        )

    @property
    def production(self) -> dict[str, Any]:
        return next(rule for rule in self.rules if rule["Priority"] == "50")

    def share_by_default_rule(self) -> None:
        """Let the default rule of its listener share the production traffic."""
        production = self.production
        elbv2: Any = self.aws.clients.elbv2
        elbv2.modify_listener(ListenerArn=self.listener, DefaultActions=production["Actions"])
        elbv2.delete_rule(RuleArn=production["RuleArn"])

    @property
    def listener(self) -> str:
        elbv2 = self.aws.ecs.elbv2
        [balancer] = elbv2.describe_load_balancers({})["LoadBalancers"]
        listeners = elbv2.describe_listeners({"LoadBalancerArn": balancer["LoadBalancerArn"]})["Listeners"]
        return next(str(each["ListenerArn"]) for each in listeners if each["Port"] == PORT)

    @property
    def rules(self) -> list[dict[str, Any]]:
        """The rules of its listener."""
        return list(self.aws.ecs.elbv2.describe_rules({"ListenerArn": self.listener})["Rules"])

    @property
    def warnings(self) -> list[str]:
        return [m.text for m in self.events if isinstance(m, Message) and m.level is Level.WARNING]

    @property
    def text(self) -> str:
        """What was reported, as lines."""
        return "\n".join(map(message_text, self.events))
