"""The fixture service `storefront`, which shifts traffic between two target groups.

Its listener has a production rule for every path; requests with the header `X-Storefront-Test` match the
test rule before it. The first deployment landed in the alternate group, green.
"""

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.fixtures import CLUSTER, NETWORK, OWNER, fargate_task_definition
from ecs_steps.sandbox.ecs.request import Request
from ecs_steps.sandbox.elbv2.listeners import Listeners, Rule

NAME = "storefront"
"""Of the service and of its task definition's family."""

TEST_HEADER, TEST_VALUE = "X-Storefront-Test", "green-7f3a"


def load_balancer(account: Account) -> str:
    """Name the load balancer of the cluster `shop`."""
    balancing = f"arn:{account.partition}:elasticloadbalancing:{account.region}:{account.number}"
    return f"{balancing}:loadbalancer/app/shop/50dc6c495c0c9188"


def listener_rules(account: Account, listeners: Listeners) -> tuple[Rule, Rule]:
    """Make the listener of `storefront` with its production rule and its test rule."""
    listener = listeners.add_listener(
        load_balancer(account),
        protocol="HTTPS",
        port=443,
        actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
    )
    blue, green = target_groups(account)
    groups = [{"TargetGroupArn": blue, "Weight": 1}, {"TargetGroupArn": green, "Weight": 0}]
    forward = {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}
    header = {"HttpHeaderName": TEST_HEADER, "Values": [TEST_VALUE]}
    test = listeners.add_rule(
        listener,
        priority=10,
        conditions=[{"Field": "http-header", "HttpHeaderConfig": header}],
        actions=[{"Type": "forward", "TargetGroupArn": blue}],
    )
    production = listeners.add_rule(
        listener,
        priority=20,
        conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}],
        actions=[forward],
    )
    return production, test


def service(account: Account, production: Rule, test: Rule) -> Request:
    """Describe the service `storefront` as it was created."""
    blue, green = target_groups(account)
    return {
        "cluster": CLUSTER,
        "serviceName": NAME,
        "taskDefinition": NAME,
        "desiredCount": 2,
        "launchType": "FARGATE",
        "networkConfiguration": NETWORK,
        "loadBalancers": [
            {
                "targetGroupArn": blue,
                "containerName": "web",
                "containerPort": 8080,
                "advancedConfiguration": {
                    "alternateTargetGroupArn": green,
                    "productionListenerRule": production.arn,
                    "testListenerRule": test.arn,
                    "roleArn": account.role("ecs-infrastructure"),
                },
            }
        ],
        "deploymentConfiguration": {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5},
        "enableECSManagedTags": True,
        "tags": OWNER,
    }


def task_definition(account: Account) -> Request:
    """Describe the family `storefront` as it was registered."""
    return fargate_task_definition(account, NAME, "2.7.0")


def target_groups(account: Account) -> tuple[str, str]:
    """Name the two target groups of `storefront`, blue first; green serves at the start."""
    balancing = f"arn:{account.partition}:elasticloadbalancing:{account.region}:{account.number}"
    return (
        f"{balancing}:targetgroup/storefront-blue/1111111111111111",
        f"{balancing}:targetgroup/storefront-green/2222222222222222",
    )
