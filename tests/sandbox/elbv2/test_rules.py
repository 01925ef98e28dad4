"""Listeners and rules, through a real client."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ecs_steps.sandbox import Sandbox

GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"
OTHER = GROUP.replace("web", "other")
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/0011223344556677"
FORWARD = [{"Type": "forward", "TargetGroupArn": GROUP}]
PATH = [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}]
HEADER = {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Test", "Values": ["1"]}}


@pytest.fixture
def elbv2() -> Iterator[Any]:
    with Sandbox() as aws:
        yield aws.session.client("elbv2")


@pytest.fixture
def listener(elbv2: Any) -> str:  # noqa: ANN401  an untyped client
    reply = elbv2.create_listener(LoadBalancerArn=BALANCER, Protocol="HTTP", Port=80, DefaultActions=FORWARD)
    return str(reply["Listeners"][0]["ListenerArn"])


def create(elbv2: Any, listener: str, priority: int, **members: Any) -> dict[str, Any]:  # noqa: ANN401
    request = {"Conditions": PATH, "Actions": FORWARD} | members
    return dict(elbv2.create_rule(ListenerArn=listener, Priority=priority, **request)["Rules"][0])


def code(call: Any) -> str:  # noqa: ANN401  a call that fails
    with pytest.raises(ClientError) as caught:
        call()
    return str(caught.value.response["Error"]["Code"])


def test_a_listener_has_a_default_rule_of_its_default_actions(elbv2: Any, listener: str) -> None:  # noqa: ANN401
    rules = elbv2.describe_rules(ListenerArn=listener)["Rules"]

    assert [(rule["Priority"], rule["IsDefault"], rule["Actions"]) for rule in rules] == [
        ("default", True, FORWARD)
    ]
    described = elbv2.describe_listeners(LoadBalancerArn=BALANCER)["Listeners"]
    assert [each["ListenerArn"] for each in described] == [listener]
    assert elbv2.describe_listeners(ListenerArns=[listener])["Listeners"] == described


def test_rules_are_listed_by_priority_and_the_default_rule_last(elbv2: Any, listener: str) -> None:  # noqa: ANN401
    for priority in (20, 3, 100):
        create(elbv2, listener, priority)

    pages = elbv2.get_paginator("describe_rules").paginate(
        ListenerArn=listener, PaginationConfig={"PageSize": 2}
    )

    found = [[rule["Priority"] for rule in page["Rules"]] for page in pages]
    assert found == [["3", "20"], ["100", "default"]]


def test_a_priority_is_taken_once_a_listener(elbv2: Any, listener: str) -> None:  # noqa: ANN401
    create(elbv2, listener, 10)

    assert code(lambda: create(elbv2, listener, 10)) == "PriorityInUse"


def test_a_priority_is_at_most_50000(elbv2: Any, listener: str) -> None:  # noqa: ANN401
    assert create(elbv2, listener, 50_000)["Priority"] == "50000"
    assert code(lambda: create(elbv2, listener, 50_001)) == "ValidationError"


def test_priorities_may_change_places_in_one_call(elbv2: Any, listener: str) -> None:  # noqa: ANN401
    first, second = (create(elbv2, listener, priority)["RuleArn"] for priority in (1, 2))
    wanted = [{"RuleArn": first, "Priority": 2}, {"RuleArn": second, "Priority": 1}]

    elbv2.set_rule_priorities(RulePriorities=wanted)

    rules = elbv2.describe_rules(ListenerArn=listener)["Rules"]
    assert [rule["RuleArn"] for rule in rules[:2]] == [second, first]
    taken = [{"RuleArn": first, "Priority": 1}]
    assert code(lambda: elbv2.set_rule_priorities(RulePriorities=taken)) == "PriorityInUse"


def test_a_rule_keeps_what_a_change_does_not_send(elbv2: Any, listener: str) -> None:  # noqa: ANN401
    rule = create(elbv2, listener, 10, Conditions=[HEADER])
    groups = [{"TargetGroupArn": GROUP, "Weight": 90}, {"TargetGroupArn": OTHER, "Weight": 10}]
    actions = [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]

    elbv2.modify_rule(RuleArn=rule["RuleArn"], Actions=actions)

    [changed] = elbv2.describe_rules(RuleArns=[rule["RuleArn"]])["Rules"]
    assert (changed["Conditions"], changed["Actions"]) == ([HEADER], actions)


def test_a_deleted_rule_is_not_found(elbv2: Any, listener: str) -> None:  # noqa: ANN401
    arn = create(elbv2, listener, 10)["RuleArn"]

    elbv2.delete_rule(RuleArn=arn)

    assert code(lambda: elbv2.describe_rules(RuleArns=[arn])) == "RuleNotFound"


def test_a_default_rule_is_changed_by_its_listener_alone(elbv2: Any, listener: str) -> None:  # noqa: ANN401
    [default] = elbv2.describe_rules(ListenerArn=listener)["Rules"]
    arn, other = default["RuleArn"], [{"Type": "forward", "TargetGroupArn": OTHER}]

    elbv2.modify_listener(ListenerArn=listener, DefaultActions=other)

    assert elbv2.describe_rules(RuleArns=[arn])["Rules"][0]["Actions"] == other
    assert code(lambda: elbv2.modify_rule(RuleArn=arn, Actions=FORWARD)) == "OperationNotPermitted"
    assert code(lambda: elbv2.delete_rule(RuleArn=arn)) == "OperationNotPermitted"


def test_tags_are_added_removed_and_described(elbv2: Any, listener: str) -> None:  # noqa: ANN401
    rule = create(elbv2, listener, 10, Tags=[{"Key": "a", "Value": "1"}])["RuleArn"]

    elbv2.add_tags(ResourceArns=[rule, listener], Tags=[{"Key": "b", "Value": "2"}])
    elbv2.remove_tags(ResourceArns=[rule], TagKeys=["a"])

    described = elbv2.describe_tags(ResourceArns=[rule, listener])["TagDescriptions"]
    tags = [{each["Key"]: each["Value"] for each in resource["Tags"]} for resource in described]
    assert tags == [{"b": "2"}, {"b": "2"}]


def test_a_load_balancer_has_100_rules_beside_the_default_one(elbv2: Any, listener: str) -> None:  # noqa: ANN401
    for priority in range(1, 101):
        create(elbv2, listener, priority)

    assert code(lambda: create(elbv2, listener, 101)) == "TooManyRules"


@pytest.mark.parametrize(
    ("condition", "refused"),
    [
        ({"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-*", "Values": ["1"]}}, True),
        ({"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "Host", "Values": ["1"]}}, True),
        ({"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X" * 41, "Values": ["1"]}}, True),
        ({"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X", "Values": ["y" * 129]}}, True),
        ({"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X", "Values": []}}, True),
        (
            {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X", "Values": list("abcdef")}},
            True,
        ),
        ({"Field": "unheard-of", "Values": ["1"]}, True),
        ({"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "test", "Value": "1"}]}}, False),
        ({"Field": "path-pattern", "Values": ["/old"]}, False),
    ],
)
def test_a_condition_has_its_limits(elbv2: Any, listener: str, *, condition: Any, refused: bool) -> None:  # noqa: ANN401
    if refused:
        assert code(lambda: create(elbv2, listener, 10, Conditions=[condition])) != ""
    else:
        assert create(elbv2, listener, 10, Conditions=[condition])["Conditions"] == [condition]


@pytest.mark.parametrize("weight", [-1, 1000])
def test_a_weight_is_between_0_and_999(elbv2: Any, listener: str, weight: int) -> None:  # noqa: ANN401
    groups = [{"TargetGroupArn": GROUP, "Weight": weight}]
    actions = [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]

    assert code(lambda: create(elbv2, listener, 10, Actions=actions)) == "ValidationError"


def test_a_port_has_one_listener_of_a_load_balancer(elbv2: Any, listener: str) -> None:  # noqa: ANN401
    again = {"LoadBalancerArn": BALANCER, "Protocol": "HTTP", "Port": 80, "DefaultActions": FORWARD}

    assert code(lambda: elbv2.create_listener(**again)) == "DuplicateListener"
    assert listener


def test_what_is_not_there_is_not_found(elbv2: Any) -> None:  # noqa: ANN401
    assert code(lambda: elbv2.describe_rules(ListenerArn="arn:none")) == "ListenerNotFound"
    assert code(lambda: elbv2.describe_listeners(ListenerArns=["arn:none"])) == "ListenerNotFound"
    assert code(lambda: elbv2.delete_rule(RuleArn="arn:none")) == "RuleNotFound"
    assert code(lambda: elbv2.describe_tags(ResourceArns=["arn:none"])) == "RuleNotFound"
    assert code(lambda: elbv2.describe_tags(ResourceArns=["arn:none"] * 21)) == "ValidationError"


def test_the_load_balancer_of_a_listener_is_described(elbv2: Any, listener: str) -> None:  # noqa: ANN401
    everything = elbv2.describe_load_balancers()["LoadBalancers"]
    [named] = elbv2.describe_load_balancers(Names=["web"])["LoadBalancers"]

    assert [each["LoadBalancerName"] for each in everything] == ["shop", "web"]
    assert (named["LoadBalancerArn"], named["Type"]) == (BALANCER, "application")
    assert code(lambda: elbv2.describe_load_balancers(Names=["none"])) == "LoadBalancerNotFound"
    assert listener


def test_a_target_group_is_created_under_a_name_of_its_own(elbv2: Any) -> None:  # noqa: ANN401
    request = {"Name": "web", "Port": 8080, "Protocol": "HTTP", "Tags": [{"Key": "a", "Value": "1"}]}

    arn = elbv2.create_target_group(**request)["TargetGroups"][0]["TargetGroupArn"]

    [described] = elbv2.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
    assert (described["TargetGroupName"], described["Port"]) == ("web", 8080)
    assert elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"] == []
    assert elbv2.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"] == request["Tags"]
    assert code(lambda: elbv2.create_target_group(**request)) == "DuplicateTargetGroupName"
