"""Whatever callers do to task sets: counts fit, five are enough, and it comes to rest."""

import math
import random
from contextlib import suppress
from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.service_error import ServiceError
from ecs_steps.sandbox.timeline import Timeline
from sandbox.ecs.checkout import SERVICE, Checkout

PERCENT = st.sampled_from([0, 1, 10, 50, 99.5, 100])
ACTIONS = st.one_of(
    st.tuples(st.just("create"), PERCENT),
    st.tuples(st.just("scale"), PERCENT),
    st.tuples(st.just("desire"), st.integers(0, 7)),
    st.tuples(st.sampled_from(["promote", "delete", "delete by force"]), st.just(0)),
    st.tuples(st.just("wait"), st.sampled_from([1, 20, 90, 400])),
)


def act(shop: Checkout, action: str, amount: float, place: int) -> None:
    chosen = shop.sets[place % len(shop.sets)]["id"] if shop.sets else ""
    match action:
        case "create":
            shop.create(scale=amount)
        case "scale":
            shop.scale(chosen, amount)
        case "desire":
            shop.ecs.update_service(SERVICE | {"desiredCount": int(amount)})
        case "promote":
            shop.promote(chosen)
        case "wait":
            shop.later(amount)
        case _:
            shop.delete(chosen, force=action.endswith("force"))


def check(described: dict[str, Any], desired: int) -> None:
    share = 0 if described["status"] == "DRAINING" else described["scale"]["value"]
    assert described["computedDesiredCount"] == math.ceil(desired * share / 100)
    if described["stabilityStatus"] == "STEADY_STATE":
        assert described["runningCount"] == described["computedDesiredCount"]
        assert described["pendingCount"] == 0


@given(actions=st.lists(st.tuples(ACTIONS, st.integers(0, 4)), max_size=12))
def test_sets_always_add_up_and_come_to_rest(actions: list[tuple[tuple[str, float], int]]) -> None:
    timeline = Timeline()
    seeded = random.Random(1)  # noqa: S311  repeatable ids, not secrets
    ecs = EcsBackend(timeline, EcsPlan(), region="eu-west-1", account="123456789012", random=seeded)
    shop = Checkout(ecs, timeline)

    for (action, amount), place in actions:
        with suppress(ServiceError):
            act(shop, action, amount, place)
        shop.later(1)
        service = shop.service
        assert len(shop.sets) <= 5
        assert [each["status"] for each in shop.sets].count("PRIMARY") <= 1
        assert sum(each["runningCount"] for each in shop.sets) == service["runningCount"]
        for each in shop.sets:
            check(each, service["desiredCount"])
    shop.later(600)

    assert {each["stabilityStatus"] for each in shop.sets} <= {"STEADY_STATE"}
    assert "DRAINING" not in {each["status"] for each in shop.sets}
