"""Weights, conditions and priorities of listener rules."""

from collections.abc import Mapping
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from ecs_steps import DeploymentError
from ecs_steps.aws.listener_rules import ListenerRule
from ecs_steps.rollouts.request_marker import RequestMarker
from ecs_steps.rollouts.traffic import (
    actions_for_testers,
    conditions_for_testers,
    free_priority,
    matches_test_rule,
    other_group,
    precedes,
    share_of,
    shared_actions,
)

PREFIX = "arn:aws:elasticloadbalancing:eu-west-1:123456789012"
BLUE, GREEN, RED = (f"{PREFIX}:targetgroup/{name}/1" for name in ("blue", "green", "red"))
RULE = f"{PREFIX}:listener-rule/app/shop/1/2/3"
PATH = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}
MARKER = RequestMarker(name="X-Canary", value="k7")


def forward(weights: Mapping[str, int], **members: Any) -> dict[str, Any]:  # noqa: ANN401  ELB's own
    groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights.items()]
    return {"Type": "forward", "ForwardConfig": {"TargetGroups": groups, **members}}


def rule(*actions: dict[str, Any], priority: int | None = 50, **members: Any) -> ListenerRule:  # noqa: ANN401  a rule's
    given_members: dict[str, Any] = {"arn": RULE, "conditions": (PATH,)} | members
    return ListenerRule(priority=priority, actions=actions, **given_members)


def test_a_rule_knows_its_listener() -> None:
    assert rule().listener == f"{PREFIX}:listener/app/shop/1/2"


@pytest.mark.parametrize(
    ("weights", "share"),
    [
        ({BLUE: 100, GREEN: 0}, 0),
        ({BLUE: 1, GREEN: 1}, 50),
        ({BLUE: 0, GREEN: 999}, 100),
        ({BLUE: 0, GREEN: 0}, 0),
    ],
)
def test_a_share_is_relative(weights: dict[str, int], share: float) -> None:
    assert share_of(rule(forward(weights)), GREEN) == share


def test_a_single_group_has_everything() -> None:
    single = rule({"Type": "forward", "TargetGroupArn": BLUE})

    assert (share_of(single, BLUE), share_of(single, GREEN)) == (100, 0)


def test_the_other_of_two_groups() -> None:
    assert other_group(rule(forward({BLUE: 100, GREEN: 0})), GREEN) == BLUE


@pytest.mark.parametrize("weights", [{BLUE: 100}, {BLUE: 100, GREEN: 0, RED: 0}])
def test_a_rule_must_have_two_groups(weights: dict[str, int]) -> None:
    with pytest.raises(DeploymentError, match=f"{len(weights)} target groups"):
        other_group(rule(forward(weights)), BLUE)


ACTIONS = st.lists(
    st.sampled_from(
        [
            {"Type": "authenticate-cognito", "Order": 1, "AuthenticateCognitoConfig": {"UserPoolArn": "a"}},
            {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": {"ClientId": "a"}},
            {"Type": "jwt-validation", "Order": 1},
        ]
    ),
    max_size=1,
)


@given(before=ACTIONS, percent=st.integers(0, 100), sticky=st.booleans(), order=st.integers(1, 9))
def test_other_weights_change_nothing_else(
    *, before: list[dict[str, Any]], percent: int, sticky: bool, order: int
) -> None:
    stickiness = {"Enabled": sticky, "DurationSeconds": 60}
    old = forward({BLUE: 100, GREEN: 0}, TargetGroupStickinessConfig=stickiness) | {"Order": order}
    production = rule(*before, old)

    *kept, new = shared_actions(production, {BLUE: 100 - percent, GREEN: percent})

    assert new == forward({BLUE: 100 - percent, GREEN: percent}, TargetGroupStickinessConfig=stickiness) | {
        "Order": order
    }
    assert [_as_read(action) for action in kept] == before
    assert share_of(rule(dict(new)), GREEN) == percent
    assert production.actions[-1] == old


def _as_read(action: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the reference to the secret, which DescribeRules does not show."""
    config = {**action.get("AuthenticateOidcConfig", {})}
    config.pop("UseExistingClientSecret", None)
    return {**action, "AuthenticateOidcConfig": config} if config else dict(action)


def test_a_secret_that_cannot_be_read_is_kept_by_reference() -> None:
    oidc = {"Type": "authenticate-oidc", "AuthenticateOidcConfig": {"ClientId": "a"}}

    [sent, _] = shared_actions(rule(oidc, forward({BLUE: 1, GREEN: 0})), {BLUE: 0, GREEN: 1})

    assert sent["AuthenticateOidcConfig"]["UseExistingClientSecret"] is True


def test_a_single_group_becomes_a_share() -> None:
    [sent] = shared_actions(rule({"Type": "forward", "TargetGroupArn": BLUE}), {BLUE: 90, GREEN: 10})

    assert sent == forward({BLUE: 90, GREEN: 10})


def test_testers_log_in_as_everyone_does() -> None:
    login = {"Type": "authenticate-cognito", "AuthenticateCognitoConfig": {"UserPoolArn": "a"}}

    actions = actions_for_testers(rule(login, forward({BLUE: 100, GREEN: 0})), GREEN)

    assert actions == (login, forward({GREEN: 1}))


def test_no_test_rule_without_a_login_that_cannot_be_copied() -> None:
    oidc = {"Type": "authenticate-oidc", "AuthenticateOidcConfig": {"ClientId": "a"}}

    with pytest.raises(DeploymentError, match="OpenID Connect"):
        actions_for_testers(rule(oidc, forward({BLUE: 100, GREEN: 0})), GREEN)


def test_testers_ask_for_what_everyone_asks_for() -> None:
    repeated = PATH | {"Values": ["/*"]}

    conditions = conditions_for_testers(rule(conditions=(repeated,)), MARKER)

    assert conditions == (PATH, MARKER.condition)


def test_a_network_load_balancer_has_no_rule_for_testers() -> None:
    production = rule(forward({BLUE: 100, GREEN: 0}), arn=RULE.replace("/app/", "/net/"), priority=None)

    with pytest.raises(DeploymentError, match="which sees no headers"):
        conditions_for_testers(production, MARKER)


def test_a_rule_takes_five_values_of_conditions() -> None:
    full = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a", "/b", "/c", "/d", "/e"]}}

    with pytest.raises(DeploymentError, match="5 condition values"):
        conditions_for_testers(rule(conditions=(full,)), MARKER)


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({}, True),
        ({"priority": 51}, False),
        ({"conditions": (PATH,)}, False),
        ({"actions": (forward({BLUE: 1}),)}, False),
    ],
)
def test_a_test_rule_is_recognised(*, change: dict[str, Any], fits: bool) -> None:
    production = rule(forward({BLUE: 100, GREEN: 0}))
    members: dict[str, Any] = {
        "arn": "test",
        "priority": 49,
        "conditions": (PATH, MARKER.condition),
        "actions": (forward({GREEN: 1}),),
    }

    assert matches_test_rule(ListenerRule(**members | change), production, GREEN, MARKER) is fits


@given(taken=st.sets(st.integers(40, 60)), production=st.one_of(st.none(), st.integers(45, 61)))
def test_a_free_priority_is_the_highest_before_the_production_rules(
    taken: set[int], production: int | None
) -> None:
    rules = [rule(priority=number) for number in taken]
    last = rule(priority=production)

    free = free_priority([*rules, last], last)

    assert free not in taken
    assert precedes(rule(priority=free), last)
    assert all(number in taken for number in range(free + 1, production or 50_001))


def test_there_may_be_no_free_priority() -> None:
    rules = [rule(priority=number) for number in (1, 2)]

    with pytest.raises(DeploymentError, match="every priority before"):
        free_priority(rules, rule(priority=3))


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [("X-Canary: k7", "X-Canary", "k7"), (" x:y ", "x", "y"), ("A: b: c", "A", "b: c"), ("A: *", "A", "*")],
)
def test_a_header_is_read(text: str, name: str, value: str) -> None:
    assert RequestMarker.from_header(text) == RequestMarker(name=name, value=value)


@pytest.mark.parametrize(
    "text", ["", "X-Canary", "Host: a", "X-*: a", f"{'x' * 41}: a", f"x: {'a' * 129}", "x: ä", "a b: c"]
)
def test_what_no_rule_can_match_is_no_header(text: str) -> None:
    assert RequestMarker.from_header(text) is None


def test_a_query_parameter_is_read() -> None:
    assert RequestMarker.from_query("test=true") == RequestMarker(name="test", value="true", is_query=True)


@pytest.mark.parametrize("text", ["", "test", "=true", "a=b&c=d", f"a={'b' * 129}"])
def test_what_no_rule_can_match_is_no_query_parameter(text: str) -> None:
    assert RequestMarker.from_query(text) is None


@given(text=st.text(max_size=200))
def test_any_text_is_a_marker_or_none(text: str) -> None:
    for marker in (RequestMarker.from_header(text), RequestMarker.from_query(text)):
        assert marker is None or 0 < len(marker.name) <= 128


@pytest.mark.parametrize("is_query", [False, True])
def test_a_marker_matches_only_itself(*, is_query: bool) -> None:
    condition = RequestMarker(name="a", value="b*?\\", is_query=is_query).condition

    assert "b\\*\\?\\\\" in repr(condition).replace("\\\\", "\\")
