"""The example of *Deploy Amazon ECS Service* by task sets, and the listener rule that it needs."""

from functools import cache
from typing import Any

from attrs import frozen

from ecs_steps.sandbox import Sandbox
from ecs_steps.sandbox.elbv2.targets import VPC
from explaining.runs import CLUSTERS, ECS, EXAMPLE

CLUSTER = CLUSTERS["deploy"]
HEADER = "X-Canary: k7-secret"


@frozen(kw_only=True)
class Room:
    """ARNs of what a service needs: the first of two target groups, and the rule that forwards to both."""

    target_group: str
    rule: str


def make_room(aws: Sandbox, *, groups: int = 2, weights: tuple[int, ...] = (100, 0)) -> Room:
    """Make the cluster, target groups, and a listener with their production rule."""
    aws.add_cluster(CLUSTER)
    elbv2 = aws.clients.elbv2
    arns = [
        elbv2.create_target_group(
            Name=f"octopetshop-{number}", Port=8080, Protocol="HTTP", VpcId=VPC, TargetType="ip"
        )["TargetGroups"][0]["TargetGroupArn"]
        for number in range(groups)
    ]
    [balancer] = elbv2.describe_load_balancers()["LoadBalancers"]
    listener = elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=9000,
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
    )["Listeners"][0]
    forward: Any = {
        "TargetGroups": [
            {"TargetGroupArn": arn, "Weight": weights[number]} for number, arn in enumerate(arns)
        ]
    }
    rule = elbv2.create_rule(
        ListenerArn=listener["ListenerArn"],
        Priority=77,
        Conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/pets/*"]}}],
        Actions=[{"Type": "forward", "ForwardConfig": forward}],
    )["Rules"][0]
    return Room(target_group=arns[0], rule=rule["RuleArn"])


@cache
def room() -> Room:
    """Return what `make_room` makes in every sandbox."""
    with Sandbox() as aws:
        return make_room(aws)


def variables(tag: str = "1.0.0", **changes: object) -> dict[str, Any]:
    """Return the example by task sets; `changes` are named below ``Octopus.Action.Aws.Ecs``."""
    mapping = {"containerName": "web", "containerPort": "8080", "targetGroupArn": room().target_group}
    named = {name if "." in name else f"{ECS}.{name.replace('_', '.')}": changes[name] for name in changes}
    return {
        **EXAMPLE,
        "Octopus.Action.Package[web].Image": f"index.docker.io/octopetshop/web:{tag}",
        f"{ECS}.Deploy.DeploymentType": "TaskSets",
        f"{ECS}.Deploy.LoadBalancerMappings": [mapping],
        f"{ECS}.TestTraffic.Header": HEADER,
        **named,
    }
