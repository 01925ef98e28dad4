"""The fixture service `checkout`: an EXTERNAL one, whose task sets another controller makes and moves.

One rule forwards its whole production traffic to the first of two target groups, where the PRIMARY task set
is. No test rule is there.
"""

from collections.abc import Sequence

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.fixtures import CLUSTER, NETWORK, OWNER, fargate_task_definition
from ecs_steps.sandbox.ecs.request import Request
from ecs_steps.sandbox.ecs.storefront import load_balancer
from ecs_steps.sandbox.elbv2.listeners import Listeners

NAME = "checkout"
"""Of the service and of its task definition's family."""

PRODUCTION_PRIORITY = 50
_PORT = 8443
_MAX_RULES = 100


def listener_rules(account: Account, listeners: Listeners, groups: Sequence[str], *, full: bool) -> None:
    """Make the listener of `checkout` with its production rule; where it is `full`, no other rule fits."""
    listener = listeners.add_listener(
        load_balancer(account),
        protocol="HTTPS",
        port=_PORT,
        actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
    )
    weights = zip(groups, (100, 0), strict=True)
    forward = {"TargetGroups": [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights]}
    listeners.add_rule(
        listener,
        priority=PRODUCTION_PRIORITY,
        conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/checkout/*"]}}],
        actions=[{"Type": "forward", "ForwardConfig": forward}],
    )
    of_balancer = [rule for rule in listeners.rules.values() if not rule.is_default]
    for number in range(_MAX_RULES - len(of_balancer) if full else 0):
        listeners.add_rule(
            listener,
            priority=1000 + number,
            conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": [f"/shops/{number}/*"]}}],
            actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}],
        )


def target_group(colour: str) -> Request:
    """Describe one of the two target groups as it was created."""
    return {"Name": f"{NAME}-{colour}", "Port": 8080, "TargetType": "ip"}


def service() -> Request:
    """Describe the service `checkout` as it was created."""
    return {
        "cluster": CLUSTER,
        "serviceName": NAME,
        "desiredCount": 2,
        "deploymentController": {"type": "EXTERNAL"},
        "healthCheckGracePeriodSeconds": 30,
        "enableECSManagedTags": True,
        "tags": OWNER,
    }


def task_set(group: str, *, scale: float = 100) -> Request:
    """Describe a task set in a target group as it was created."""
    return {
        "cluster": CLUSTER,
        "service": NAME,
        "taskDefinition": NAME,
        "launchType": "FARGATE",
        "platformVersion": "1.4.0",
        "networkConfiguration": NETWORK,
        "loadBalancers": [{"targetGroupArn": group, "containerName": "web", "containerPort": 8080}],
        "scale": {"value": scale, "unit": "PERCENT"},
    }


def task_definition(account: Account) -> Request:
    """Describe the family `checkout` as it was registered."""
    return fargate_task_definition(account, NAME, "1.4.0")
