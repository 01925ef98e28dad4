"""What a deployment by task sets needs to be allowed; pure.

Task sets are resources below their service. Rules are named by the production rule where that is given: then
nothing of another listener can be touched.
"""

from collections.abc import Iterator

from ecs_steps.iam import Scope, Statement


def deploy_by_task_sets(scope: Scope, service: str, rule: str | None) -> Iterator[Statement]:
    """Allow a service (``cluster/service``) to get a new task set, in place of one that waits."""
    yield from read_task_sets()
    yield from begin_task_set(scope, service, rule)
    yield from end_task_set(scope, service, rule, scales=False)


def begin_task_set(scope: Scope, service: str, rule: str | None) -> Iterator[Statement]:
    yield Statement(
        sid="MakeTaskSets",
        actions=("ecs:CreateTaskSet", "ecs:TagResource"),
        resources=(scope.arn("ecs", f"task-set/{service}/*"),),
    )
    yield Statement(
        sid="MakeTestRules",
        actions=("elasticloadbalancing:CreateRule", "elasticloadbalancing:AddTags"),
        resources=(_listener(scope, rule), _rules(scope, rule)),
    )


def end_task_set(scope: Scope, service: str, rule: str | None, *, scales: bool) -> Iterator[Statement]:
    """Allow traffic to be shared between a service's task sets, and each of them to be made the only one."""
    yield Statement(
        sid="ChangeTaskSets",
        actions=(*(("ecs:UpdateTaskSet",) if scales else ()), "ecs:DeleteTaskSet"),
        resources=(scope.arn("ecs", f"task-set/{service}/*"),),
    )
    yield Statement(
        sid="MakeOnePrimary",
        actions=("ecs:UpdateServicePrimaryTaskSet",),
        resources=(scope.arn("ecs", f"service/{service}"),),
    )
    yield Statement(
        sid="ShareTraffic",
        actions=("elasticloadbalancing:ModifyRule",),
        resources=(rule or _rules(scope, rule),),
    )
    yield Statement(
        sid="ShareTrafficOfTheDefaultRule",
        actions=("elasticloadbalancing:ModifyListener",),
        resources=(_listener(scope, rule),),
    )
    yield Statement(
        sid="DeleteTestRules",
        actions=("elasticloadbalancing:DeleteRule",),
        resources=(_rules(scope, rule),),
    )


def read_task_sets() -> Iterator[Statement]:
    """Allow what is there to be read: rules, their tags, targets and how long they drain."""
    names = ("TargetGroups", "TargetGroupAttributes", "TargetHealth", "Listeners", "Rules", "Tags")
    yield Statement(
        sid="ReadRulesAndTargets",
        actions=tuple(f"elasticloadbalancing:Describe{name}" for name in names),
    )


def _listener(scope: Scope, rule: str | None) -> str:
    if rule is None:
        return scope.arn("elasticloadbalancing", "listener/app/*/*/*")
    return rule.replace(":listener-rule/", ":listener/").rpartition("/")[0]


def _rules(scope: Scope, rule: str | None) -> str:
    if rule is None:
        return scope.arn("elasticloadbalancing", "listener-rule/app/*/*/*/*")
    return f"{rule.rpartition('/')[0]}/*"
