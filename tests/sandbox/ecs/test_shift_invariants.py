"""Whatever callers do to a service that shifts traffic: it is always served, and it comes to rest."""

import random
from contextlib import suppress
from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.ecs.strategy_scenarios import pause, shifting
from ecs_steps.sandbox.service_error import ServiceError
from ecs_steps.sandbox.timeline import Timeline
from sandbox.ecs.storefront import PAUSABLE, SERVICE, Storefront, hooks_of

HOOKS = st.lists(
    st.builds(
        pause,
        st.sampled_from(("RECONCILE_SERVICE", *PAUSABLE)),
        minutes=st.sampled_from([1, 30]),
        action=st.sampled_from(["CONTINUE", "ROLLBACK"]),
    ),
    max_size=3,
)
NUMBERS: dict[str, dict[str, Any]] = {
    "BLUE_GREEN": {},
    "CANARY": {"canaryConfiguration": {"canaryPercent": 7.5, "canaryBakeTimeInMinutes": 1}},
    "LINEAR": {"linearConfiguration": {"stepPercent": 40.0, "stepBakeTimeInMinutes": 1}},
}
ACTIONS = st.one_of(
    st.just(("deploy", 0)),
    st.just(("continue", 0)),
    st.just(("roll back", 0)),
    st.just(("stop", 0)),
    st.tuples(st.just("scale"), st.integers(1, 4)),
    st.tuples(st.just("wait"), st.sampled_from([1, 7, 40, 90, 400])),
)


def register(ecs: EcsBackend, family: str) -> str:
    container = {"name": "web", "image": "acme/storefront:3", "portMappings": [{"containerPort": 8080}]}
    request = {
        "family": family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [container],
    }
    return str(ecs.register_task_definition(request)["taskDefinition"]["taskDefinitionArn"])


def act(shop: Storefront, action: str, amount: int) -> None:
    match action:
        case "deploy":
            shop.deploy()
        case "stop":
            with suppress(ServiceError):
                shop.stop()
        case "scale":
            shop.ecs.update_service(SERVICE | {"desiredCount": amount})
        case "wait":
            pass
        case _:
            for hook in hooks_of(shop.record()):
                with suppress(ServiceError):
                    shop.answer(hook["hookId"], "CONTINUE" if action == "continue" else "ROLLBACK")


def is_served(shop: Storefront) -> bool:
    """Return whether every target group that gets production traffic has a healthy target."""
    weights = shop.live_weights()
    return sum(weights.values()) > 0 and all(
        shop.healthy_targets(group) > 0 for group, weight in weights.items() if weight
    )


@given(
    strategy=st.sampled_from(sorted(NUMBERS)), hooks=HOOKS, actions=st.lists(ACTIONS, min_size=1, max_size=8)
)
def test_a_service_is_always_served_and_comes_to_rest(
    strategy: str, hooks: list[dict[str, Any]], actions: list[tuple[str, int]]
) -> None:
    timeline = Timeline()
    plan = EcsPlan(services=shifting(strategy, *hooks, **NUMBERS[strategy]))
    seeded = random.Random(1)  # noqa: S311  repeatable ids, not secrets
    ecs = EcsBackend(timeline, plan, region="eu-west-1", account="123456789012", random=seeded)
    shop = Storefront(ecs, timeline, register)

    for action, amount in actions:
        act(shop, action, amount)
        for _ in range(max(amount // 5, 1) if action == "wait" else 1):
            shop.later(5 if amount > 5 else 1)
            assert is_served(shop)
            check_weights(shop.record())
    for _ in range(200):
        shop.later(60)
        assert is_served(shop)

    record, service = shop.record(), shop.service
    assert record["status"] in {"SUCCESSFUL", "ROLLBACK_SUCCESSFUL"}
    assert hooks_of(record) == []
    assert len(service["deployments"]) == 1
    assert service["runningCount"] == service["desiredCount"]
    [serving] = [group for group, weight in shop.live_weights().items() if weight]
    assert shop.healthy_targets(serving) == service["desiredCount"]


def check_weights(record: dict[str, Any]) -> None:
    """Each kind of traffic is shared among the revisions, and all of it."""
    revisions = (record["targetServiceRevision"], *record["sourceServiceRevisions"])
    shares = [revision["requestedProductionTrafficWeight"] for revision in revisions]
    assert len(shares) == 1 or sum(shares) == 100
    assert all(0 <= share <= 100 for share in shares)
