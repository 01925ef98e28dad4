"""What Elastic Load Balancing refuses of a rule: priorities, conditions, weights, numbers."""

from collections.abc import Iterable
from typing import Any

from ecs_steps.sandbox.elbv2.listeners import Listeners, Rule
from ecs_steps.sandbox.service_error import ServiceError

_MAX_PRIORITY = 50_000
_MAX_RULES = 100
_MAX_TARGET_GROUPS = 5
_MAX_VALUES = 5
_MAX_WEIGHT = 999
_MAX_HEADER_NAME = 40
_MAX_VALUE = 128
_ONCE = {"host-header", "path-pattern", "http-request-method", "source-ip"}
_CONFIGURATIONS = {
    "http-header": "HttpHeaderConfig",
    "query-string": "QueryStringConfig",
    "host-header": "HostHeaderConfig",
    "path-pattern": "PathPatternConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "source-ip": "SourceIpConfig",
}


# Believed: the texts of all refusals but RuleNotFound, PriorityInUse and OperationNotPermitted (no source).
def _invalid(message: str) -> ServiceError:
    return ServiceError("ValidationError", message)


def check_priorities(listeners: Listeners, wanted: Iterable[tuple[Rule | None, str, int]]) -> None:
    """Refuse priorities that are out of range, taken by another rule, or given twice.

    `wanted` has the rule (None for a new one), its listener and its new priority.

    Raises:
        ServiceError: PriorityInUse or ValidationError.
    """
    moves = list(wanted)
    moved = {rule.arn for rule, _, _ in moves if rule}
    taken = {(rule.listener_arn, rule.priority) for rule in listeners.rules.values() if rule.arn not in moved}
    for _, listener_arn, priority in moves:
        if not 1 <= priority <= _MAX_PRIORITY:
            raise _invalid(f"Priority '{priority}' must be between 1 and {_MAX_PRIORITY}")
        if (listener_arn, str(priority)) in taken:
            raise ServiceError("PriorityInUse", "The specified priority is in use.")
        taken.add((listener_arn, str(priority)))


def check_number(listeners: Listeners, load_balancer_arn: str) -> None:
    """Refuse the 101st rule of a load balancer; default rules do not count."""
    of_balancer = {
        arn for arn, each in listeners.listeners.items() if each.load_balancer_arn == load_balancer_arn
    }
    rules = [r for r in listeners.rules.values() if r.listener_arn in of_balancer and not r.is_default]
    if len(rules) >= _MAX_RULES:
        raise ServiceError("TooManyRules", "The maximum number of rules has been reached")


def check_not_default(rule: Rule) -> None:
    """Refuse to change a default rule: ModifyListener does that."""
    if rule.is_default:
        raise ServiceError("OperationNotPermitted", "Default rule cannot be modified or deleted")


def check_actions(actions: list[dict[str, Any]]) -> None:
    """Refuse more than five target groups, and weights that are out of range."""
    if not actions:
        raise _invalid("Actions must not be empty")
    for action in actions:
        groups = action.get("ForwardConfig", {}).get("TargetGroups", [])
        if len(groups) > _MAX_TARGET_GROUPS:
            raise ServiceError("TooManyTargets", f"At most {_MAX_TARGET_GROUPS} target groups an action")
        for group in groups:
            if not 0 <= group.get("Weight", 1) <= _MAX_WEIGHT:
                raise _invalid(f"Weight '{group['Weight']}' must be between 0 and {_MAX_WEIGHT}")


def check_conditions(conditions: list[dict[str, Any]]) -> None:
    """Refuse unknown fields, doubled ones that may stand once, and too many or too long values."""
    fields = [condition.get("Field", "") for condition in conditions]
    for name in fields:
        if name not in _CONFIGURATIONS:
            raise _invalid(f"Condition field '{name}' must be one of '[{', '.join(_CONFIGURATIONS)}]'")
        if name in _ONCE and fields.count(name) > 1:
            raise _invalid(f"A rule can only have one '{name}' condition")
    values = [value for condition in conditions for value in _values(condition)]
    if not conditions or not all(_values(condition) for condition in conditions):
        raise _invalid("A rule must have at least one condition with a value")
    if len(values) > _MAX_VALUES:
        raise ServiceError("TooManyConditionValues", f"At most {_MAX_VALUES} condition values a rule")
    if any(len(value) > _MAX_VALUE for value in values):
        raise _invalid(f"Condition value must be at most {_MAX_VALUE} characters")
    for condition in conditions:
        header = condition.get("HttpHeaderConfig", {}).get("HttpHeaderName", "header")
        if not 0 < len(header) <= _MAX_HEADER_NAME or set("*?") & set(header) or header.lower() == "host":
            raise _invalid(f"Invalid header name '{header}'")


def _values(condition: dict[str, Any]) -> list[str]:
    configuration = condition.get(_CONFIGURATIONS[condition["Field"]], {})
    values = configuration.get("Values") or configuration.get("RegexValues") or condition.get("Values", [])
    return [value["Value"] if isinstance(value, dict) else value for value in values]
