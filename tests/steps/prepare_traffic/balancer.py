"""Preparations of traffic at one listener of the sandbox, and what others have made there."""

import json
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from attrs import define, field

from ecs_steps import PrepareEcsTrafficStep, Result
from ecs_steps.reporting.events import Message, Reported
from ecs_steps.sandbox import Sandbox
from ecs_steps.sandbox.elbv2.targets import VPC
from ecs_steps.steps.prepare_traffic.plan import PRODUCTION_RULE_TAG

ECS = "Octopus.Action.Aws.Ecs"
EXAMPLE: dict[str, Any] = json.loads(
    (files("ecs_steps.sandbox") / "examples" / "prepare-traffic.json").read_text()
)
LISTENER = EXAMPLE[f"{ECS}.Traffic.Listener"]
READS = ("Describe", "List", "Get")


def variables(**changes: object) -> dict[str, Any]:
    """Return the example; `changes` are named below ``Octopus.Action.Aws.Ecs``."""
    return {**EXAMPLE, **{f"{ECS}.{name.replace('_', '.')}": changes[name] for name in changes}}


@define
class Balancer:
    """What the step does with the listener in one sandbox, and what it reports."""

    aws: Sandbox
    events: list[Reported] = field(factory=list)

    def prepare(self, **changes: object) -> Result:
        self.aws.calls.clear()
        step = PrepareEcsTrafficStep(variables(**changes))
        return step.run(aws=self.aws.clients, clock=self.aws.clock, report=self.events.append)

    @property
    def changes(self) -> list[str]:
        """The calls of the last step that changed something, in order."""
        return [call.operation for call in self.aws.calls if not call.operation.startswith(READS)]

    @property
    def rules(self) -> dict[str, dict[str, Any]]:
        """The rules of the listener by their ARNs, in the order in which they match."""
        described = self.aws.ecs.elbv2.describe_rules({"ListenerArn": LISTENER})["Rules"]
        return {rule["RuleArn"]: rule for rule in described}

    @property
    def text(self) -> str:
        return "\n".join([repr(self.events), *(e.text for e in self.events if isinstance(e, Message))])

    def make_group(self, name: str, **tags: str) -> str:
        """Make a target group as another tool does; return its ARN."""
        request = {"Name": name, "Port": 8080, "VpcId": VPC, "TargetType": "ip", "Tags": _tags(tags.items())}
        return str(self.aws.ecs.elbv2.create_target_group(request)["TargetGroups"][0]["TargetGroupArn"])

    def make_rule(self, *actions: dict[str, Any]) -> str:
        """Make a rule as another tool does, which is to be the production rule of `pets`; return its ARN."""
        condition = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/pets/*"]}}
        request = {
            "ListenerArn": LISTENER,
            "Priority": 60,
            "Conditions": [condition],
            "Actions": list(actions),
            "Tags": _tags([(PRODUCTION_RULE_TAG, "pets")]),
        }
        return str(self.aws.ecs.elbv2.create_rule(request)["Rules"][0]["RuleArn"])


def _tags(tags: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags]


def forward(*groups: tuple[str, int]) -> dict[str, Any]:
    """Return an action that forwards to groups by weights, and keeps a client with its group."""
    return {
        "Type": "forward",
        "ForwardConfig": {
            "TargetGroups": [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in groups],
            "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 600},
        },
    }
