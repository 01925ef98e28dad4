"""What CreateService and UpdateService refuse of a strategy, its hooks and its load balancers, at once."""

import re
from collections import Counter
from typing import Any

from ecs_steps.sandbox.ecs.hooks import LAMBDA, PAUSE, timeout_minutes
from ecs_steps.sandbox.ecs.strategy import shifts_traffic
from ecs_steps.sandbox.elbv2.listeners import Listeners
from ecs_steps.sandbox.service_error import ServiceError

STAGES = (
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
)
"""The stages that may have hooks, in their order."""

_NO_PAUSE = {"TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"}
_MAX_HOOKS_OF_A_TYPE = 10
_MAX_TIMEOUT_MINUTES = 20_160
_MAX_BAKE_MINUTES = 1440
_ALL = 100
_RULE_ARN = re.compile(
    r"arn:[^:]+:elasticloadbalancing:[^:]+:\d+:(listener-rule/app/[^/]+/[^/]+/[^/]+/[^/]+"
    r"|listener/net/[^/]+/[^/]+/[^/]+)"
)


def _error(message: str) -> ServiceError:
    return ServiceError("InvalidParameterException", message)


def check_strategy(members: dict[str, Any], listeners: Listeners) -> None:
    """Refuse a strategy that cannot be.

    Raises:
        ServiceError: InvalidParameterException; the texts are those of `troubleshooting-blue-green`.
    """
    configuration, balancers = members["deploymentConfiguration"], members["loadBalancers"]
    _check_hooks(configuration)
    _check_numbers(configuration)
    advanced = [balancer for balancer in balancers if balancer.get("advancedConfiguration")]
    if any(balancer.get("loadBalancerName") for balancer in advanced):
        raise _error("advancedConfiguration field is not allowed with ELBv1 loadBalancers")
    if advanced and len(advanced) < len(balancers):
        raise _error(
            "Either all or none of the provided loadBalancers must have advancedConfiguration defined"
        )
    if shifts_traffic(configuration) and len(advanced) < len(balancers):
        raise _error(
            "advancedConfiguration field is required for all loadBalancers when using a non-ROLLING "
            "deployment strategy"
        )
    _check_groups(balancers)
    for balancer in advanced:
        _check_rules(balancer, listeners)
    has_traffic = balancers or (members.get("serviceConnectConfiguration") or {}).get("enabled")
    if configuration["strategy"] in ("LINEAR", "CANARY") and not has_traffic:
        # Believed: the text (the guide says only that one of the two is needed).
        raise _error("LINEAR and CANARY deployments need a load balancer or Service Connect")


def _check_groups(balancers: list[dict[str, Any]]) -> None:
    groups = Counter(
        group
        for balancer in balancers
        for group in (
            balancer.get("targetGroupArn"),
            (balancer.get("advancedConfiguration") or {}).get("alternateTargetGroupArn"),
        )
        if group and balancer.get("advancedConfiguration")
    )
    for group, times in groups.items():
        if times > 1:
            raise _error(f"Duplicate targetGroupArn found: {group}")


def _check_rules(balancer: dict[str, Any], listeners: Listeners) -> None:
    advanced = balancer["advancedConfiguration"]
    production, test = advanced.get("productionListenerRule", ""), advanced.get("testListenerRule", "")
    for name, arn in (("productionListenerRule", production), ("testListenerRule", test)):
        if arn and not _RULE_ARN.fullmatch(arn):
            raise _error(
                f"{name} has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. "
                f"Got: {arn}"
            )
    if production and production == test:
        raise _error(
            f"The following rules cannot be used as both production and test listener rules: {production}"
        )
    rule = listeners.find(production)
    both = {balancer.get("targetGroupArn"), advanced.get("alternateTargetGroupArn")}
    if rule and not test and ":listener-rule/app/" in production and not both <= rule.weights.keys():
        raise _error(
            "For Application LoadBalancer, testListenerRule is required when productionListenerRule is not "
            "associated with both targetGroup and alternateTargetGroup"
        )


def _check_hooks(configuration: dict[str, Any]) -> None:
    hooks = configuration.get("lifecycleHooks") or []
    for hook in hooks:
        kind = hook.get("targetType") or LAMBDA
        if kind not in (LAMBDA, PAUSE):
            raise _error("Invalid targetType. Valid values are: AWS_LAMBDA, PAUSE")
        stages = set(hook.get("lifecycleStages") or [])
        if kind == PAUSE and (stages & _NO_PAUSE or not stages <= set(STAGES)):
            raise _error("Invalid lifecycle stage provided for Pause Hook")
        # Believed: what follows is refused (botocore's documentation); the texts (no source).
        if not stages or not stages <= set(STAGES):
            raise _error("Invalid lifecycle stage provided for Hook")
        if kind == PAUSE and any(hook.get(name) for name in ("hookTargetArn", "roleArn", "hookDetails")):
            raise _error("A Pause Hook takes no hookTargetArn, roleArn or hookDetails")
        if kind == LAMBDA and not (hook.get("hookTargetArn") and hook.get("roleArn")):
            raise _error("A Lambda Hook needs hookTargetArn and roleArn")
        if not 1 <= timeout_minutes(hook) <= _MAX_TIMEOUT_MINUTES:
            raise _error(f"timeoutInMinutes must be between 1 and {_MAX_TIMEOUT_MINUTES}")
    kinds = Counter(hook.get("targetType") or LAMBDA for hook in hooks)
    if any(number > _MAX_HOOKS_OF_A_TYPE for number in kinds.values()):
        raise _error(f"At most {_MAX_HOOKS_OF_A_TYPE} lifecycle hooks of a type are allowed")


def _check_numbers(configuration: dict[str, Any]) -> None:
    canary = configuration.get("canaryConfiguration") or {}
    linear = configuration.get("linearConfiguration") or {}
    # Believed: the texts (the ranges are the schema's of AWS::ECS::Service).
    for name, value, least, most in (
        ("bakeTimeInMinutes", configuration.get("bakeTimeInMinutes"), 0, _MAX_BAKE_MINUTES),
        ("canaryPercent", canary.get("canaryPercent"), 0.1, _ALL),
        ("canaryBakeTimeInMinutes", canary.get("canaryBakeTimeInMinutes"), 0, _MAX_BAKE_MINUTES),
        ("stepPercent", linear.get("stepPercent"), 3, _ALL),
        ("stepBakeTimeInMinutes", linear.get("stepBakeTimeInMinutes"), 0, _MAX_BAKE_MINUTES),
    ):
        if value is not None and not least <= float(value) <= most:
            raise _error(f"{name} must be between {least} and {most}")
    if configuration["strategy"] not in ("ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"):
        raise _error(f"Invalid deployment strategy: {configuration['strategy']}")
