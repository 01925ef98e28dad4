"""The scenarios of services with task sets."""

from collections.abc import Callable

import pytest

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.checkout import PRODUCTION_PRIORITY
from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.ecs.task_set_scenarios import TASK_SET_SCENARIOS
from ecs_steps.sandbox.service_error import ServiceError
from ecs_steps.sandbox.timeline import Timeline
from sandbox.ecs.checkout import Checkout

Enter = Callable[[str], Checkout]
HEADER = {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Test", "Values": ["1"]}}


@pytest.fixture
def enter(begin: Callable[[EcsPlan], EcsBackend], timeline: Timeline) -> Enter:
    return lambda name: Checkout(begin(TASK_SET_SCENARIOS[name][1]), timeline)


def listener(shop: Checkout) -> str:
    [balancer] = shop.ecs.elbv2.describe_load_balancers({})["LoadBalancers"]
    listeners = shop.ecs.elbv2.describe_listeners({"LoadBalancerArn": balancer["LoadBalancerArn"]})
    return next(str(each["ListenerArn"]) for each in listeners["Listeners"] if each["Port"] == 8443)


def create_rule(shop: Checkout, priority: int) -> None:
    request = {"ListenerArn": listener(shop), "Priority": priority, "Conditions": [HEADER]}
    shop.ecs.elbv2.create_rule(
        request | {"Actions": [{"Type": "forward", "TargetGroupArn": shop.group("green")}]}
    )


def test_a_set_that_is_never_stable_keeps_a_healthy_target(enter: Enter) -> None:
    shop = enter("set-never-stable")
    created = shop.create(taskDefinition=shop.register())

    shop.later(120)
    for _ in range(20):
        shop.later(60)
        assert shop.set(created["id"])["stabilityStatus"] == "STABILIZING"
        assert shop.healthy_targets("green") == 1
    assert shop.set(shop.primary)["stabilityStatus"] == "STEADY_STATE"


def test_a_set_loses_its_task_after_it_was_steady(enter: Enter) -> None:
    shop = enter("set-loses-its-task")
    created = shop.create(taskDefinition=shop.register(), scale=1)

    shop.later(200)
    assert shop.set(created["id"])["stabilityStatus"] == "STEADY_STATE"
    shop.later(200)

    assert shop.set(created["id"])["stabilityStatus"] == "STABILIZING"
    assert shop.healthy_targets("green") == 0


def test_sets_that_failed_runs_left_leave_no_room(enter: Enter) -> None:
    shop = enter("sixth-task-set")

    assert [each["status"] for each in shop.sets] == ["PRIMARY", *["ACTIVE"] * 4]
    with pytest.raises(ServiceError, match="exceeds the maximum limit"):
        shop.create()


def test_others_take_the_priorities_that_are_asked_for(enter: Enter) -> None:
    shop = enter("priority-taken")

    for priority in (49, 48):
        with pytest.raises(ServiceError, match="in use"):
            create_rule(shop, priority)
    create_rule(shop, 47)

    rules = shop.ecs.elbv2.describe_rules({"ListenerArn": listener(shop)})["Rules"]
    assert [rule["Priority"] for rule in rules] == ["47", "48", "49", str(PRODUCTION_PRIORITY), "default"]
    assert len({rule["RuleArn"] for rule in rules}) == 5


def test_no_rule_fits_on_a_full_load_balancer(enter: Enter) -> None:
    shop = enter("rules-full")

    with pytest.raises(ServiceError, match="maximum number of rules") as caught:
        create_rule(shop, 10)
    assert caught.value.code == "TooManyRules"
