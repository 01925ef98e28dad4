"""The fake Elastic Load Balancing of one account and region, one method an operation, named like boto's."""

from typing import Any

from attrs import define, field

from ecs_steps.sandbox.elbv2 import rule_checks
from ecs_steps.sandbox.elbv2.listeners import Listener, Listeners, Rule, Tags
from ecs_steps.sandbox.elbv2.targets import VPC, TargetGroups
from ecs_steps.sandbox.service_error import ServiceError

Request = dict[str, Any]
Reply = dict[str, Any]

_MAX_TAGGED = 20
_PAGE = 400


@define
class Elbv2Backend:
    """Listeners, rules, tags, and the target groups that services name; requests are in botocore's shapes."""

    listeners: Listeners
    targets: TargetGroups
    _races_lost: int = field(default=0, init=False)

    def describe_target_health(self, request: Request) -> Reply:
        return self.targets.describe_health(request)

    def describe_target_groups(self, request: Request) -> Reply:
        return self.targets.describe(request)

    def describe_target_group_attributes(self, request: Request) -> Reply:
        return self.targets.describe_attributes(request)

    def create_target_group(self, request: Request) -> Reply:
        return self.targets.create(request)

    def describe_load_balancers(self, request: Request) -> Reply:
        """Describe the load balancers that have a listener; others are not known."""
        known = dict.fromkeys(each.load_balancer_arn for each in self.listeners.listeners.values())
        arns, names = request.get("LoadBalancerArns"), request.get("Names")
        found = [
            arn
            for arn in known
            if (arns is None or arn in arns) and (names is None or arn.split("/")[-2] in names)
        ]
        if len(found) < len(arns or names or ()):
            raise ServiceError("LoadBalancerNotFound", "One or more load balancers not found")
        return _page([_describe_load_balancer(arn) for arn in found], request, "LoadBalancers")

    def create_listener(self, request: Request) -> Reply:
        balancer, port = request["LoadBalancerArn"], int(request["Port"])
        if any(
            (each.load_balancer_arn, each.port) == (balancer, port)
            for each in self.listeners.listeners.values()
        ):
            raise ServiceError("DuplicateListener", "A listener already exists on this port")
        rule_checks.check_actions(request["DefaultActions"])
        listener = self.listeners.add_listener(
            balancer,
            protocol=request.get("Protocol", "HTTP"),
            port=port,
            actions=request["DefaultActions"],
        )
        listener.tags = _tags(request)
        return {"Listeners": [listener.describe()]}

    def modify_listener(self, request: Request) -> Reply:
        listener = self.listeners.listener(request["ListenerArn"])
        if "DefaultActions" in request:
            rule_checks.check_actions(request["DefaultActions"])
            listener.default.actions = request["DefaultActions"]
        return {"Listeners": [listener.describe()]}

    def describe_listeners(self, request: Request) -> Reply:
        if "ListenerArns" in request:
            found = [self.listeners.listener(arn) for arn in request["ListenerArns"]]
        else:
            balancer = request.get("LoadBalancerArn")
            found = [each for each in self.listeners.listeners.values() if each.load_balancer_arn == balancer]
        return _page([each.describe() for each in found], request, "Listeners")

    def create_rule(self, request: Request) -> Reply:
        listener = self.listeners.listener(request["ListenerArn"])
        priority = int(request["Priority"])
        self._lose_race(listener, priority)
        rule_checks.check_priorities(self.listeners, [(None, listener.arn, priority)])
        rule_checks.check_number(self.listeners, listener.load_balancer_arn)
        rule_checks.check_conditions(request["Conditions"])
        rule_checks.check_actions(request["Actions"])
        rule = self.listeners.add_rule(
            listener, priority=priority, conditions=request["Conditions"], actions=request["Actions"]
        )
        rule.tags = _tags(request)
        return {"Rules": [rule.describe()]}

    def _lose_race(self, listener: Listener, priority: int) -> None:
        """Let someone else take a priority first, as often as the plan has it."""
        taken = {rule.priority for rule in self.listeners.rules_of(listener.arn)}
        if self._races_lost < self.targets.account.plan.priority_races and str(priority) not in taken:
            self._races_lost += 1
            someone = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/someone-else/*"]}}
            # The request is refused, and ids that it draws are drawn again.
            self.listeners.add_rule(
                listener,
                priority=priority,
                conditions=[someone],
                actions=listener.default.actions,
                identifier=f"{priority:016x}",
            )

    def describe_rules(self, request: Request) -> Reply:
        if "RuleArns" in request:
            rules = [self.listeners.rule(arn) for arn in request["RuleArns"]]
        else:
            rules = self.listeners.rules_of(self.listeners.listener(request.get("ListenerArn", "")).arn)
        return _page([rule.describe() for rule in rules], request, "Rules")

    def modify_rule(self, request: Request) -> Reply:
        """Replace what is sent: conditions or actions, each as a whole."""
        rule = self._own_rule(request)
        if "Conditions" in request:
            rule_checks.check_conditions(request["Conditions"])
        if "Actions" in request:
            rule_checks.check_actions(request["Actions"])
        rule.conditions = request.get("Conditions", rule.conditions)
        rule.actions = request.get("Actions", rule.actions)
        return {"Rules": [rule.describe()]}

    def delete_rule(self, request: Request) -> Reply:
        del self.listeners.rules[self._own_rule(request).arn]
        return {}

    def set_rule_priorities(self, request: Request) -> Reply:
        moves = [(self._own_rule(each), int(each["Priority"])) for each in request["RulePriorities"]]
        rule_checks.check_priorities(
            self.listeners, [(rule, rule.listener_arn, priority) for rule, priority in moves]
        )
        for rule, priority in moves:
            rule.priority = str(priority)
        return {"Rules": [rule.describe() for rule, _ in moves]}

    def add_tags(self, request: Request) -> Reply:
        for arn in request["ResourceArns"]:
            self._tags_of(arn).update(_tags(request))
        return {}

    def remove_tags(self, request: Request) -> Reply:
        for arn in request["ResourceArns"]:
            for key in request["TagKeys"]:
                self._tags_of(arn).pop(key, None)
        return {}

    def describe_tags(self, request: Request) -> Reply:
        arns = request["ResourceArns"]
        # Believed: the code and the text (API reference: the limit alone).
        if len(arns) > _MAX_TAGGED:
            raise ServiceError("ValidationError", f"At most {_MAX_TAGGED} resources a request")
        return {
            "TagDescriptions": [
                {
                    "ResourceArn": arn,
                    "Tags": [{"Key": key, "Value": value} for key, value in self._tags_of(arn).items()],
                }
                for arn in arns
            ]
        }

    def _own_rule(self, request: Request) -> Rule:
        rule = self.listeners.rule(request["RuleArn"])
        rule_checks.check_not_default(rule)
        return rule

    def _tags_of(self, arn: str) -> Tags:
        if arn in self.listeners.listeners:
            return self.listeners.listeners[arn].tags
        if ":targetgroup/" in arn:
            return self.targets.tags_of(arn)
        return self.listeners.rule(arn).tags


def _describe_load_balancer(arn: str) -> Reply:
    kind, name, identifier = arn.split("/")[-3:]
    region = arn.split(":")[3]
    return {
        "LoadBalancerArn": arn,
        "LoadBalancerName": name,
        "DNSName": f"{name}-{int(identifier, 16) % 10**9}.{region}.elb.amazonaws.com",
        "Scheme": "internet-facing",
        "VpcId": VPC,
        "State": {"Code": "active"},
        "Type": {"app": "application", "net": "network"}.get(kind, "gateway"),
    }


def _tags(request: Request) -> Tags:
    return {tag["Key"]: tag.get("Value", "") for tag in request.get("Tags") or []}


def _page(items: list[Reply], request: Request, member: str) -> Reply:
    start, size = int(request.get("Marker") or 0), int(request.get("PageSize") or _PAGE)
    more = {"NextMarker": str(start + size)} if start + size < len(items) else {}
    return {member: items[start : start + size], **more}
