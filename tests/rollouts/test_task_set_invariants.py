"""Whatever is wanted of a deployment by task sets, and wherever it is killed: it is always served."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import hypothesis.strategies as st
from attrs import define, field
from hypothesis import example, given, settings

from ecs_steps.rollouts.request_marker import RequestMarker
from ecs_steps.rollouts.task_sets import Abandon, Goal, Promote, Share, Start
from ecs_steps.sandbox import Sandbox
from rollouts.checkout import SERVICE, Checkout

START = Start(marker=RequestMarker(name="X-Canary", value="k7"))
PROMOTE = Promote(bake=20, deregistration_delay=30)
ABANDON = Abandon(deregistration_delay=30)
GOALS = st.one_of(
    st.just(START), st.builds(Share, percent=st.integers(0, 99)), st.just(PROMOTE), st.just(ABANDON)
)
# A run with a goal is killed after so many calls; a deployment makes 60 to 110.
RUNS = st.lists(st.tuples(GOALS, st.one_of(st.none(), st.integers(1, 80))), min_size=1, max_size=5)
DESIRED = st.integers(1, 5)


class KilledError(BaseException):
    """The process ended here."""


@define
class CheckedClock:
    """The sandbox's clock, in small steps; after each of them the traffic is checked."""

    aws: Sandbox
    check: Callable[[], None]

    def now(self) -> datetime:
        return self.aws.clock.now()

    def sleep(self, seconds: float) -> None:
        while seconds > 0:
            self.aws.clock.sleep(min(seconds, 4))
            self.check()
            seconds -= 4


@define
class Killer:
    """Ends the process that waits for a reply, after so many of them."""

    left: int | None = None
    check: Callable[[], None] = field(default=lambda: None)

    def replied(self, **_: object) -> None:
        self.check()
        if self.left is None:
            return
        self.left -= 1
        if self.left <= 0:
            raise KilledError


def run(shop: Checkout, killer: Killer, goal: Goal, kill_after: int | None) -> None:
    """Reach a goal in a process of its own, or be killed on the way."""
    killer.left = kill_after
    clock: Any = CheckedClock(shop.aws, shop.check_served)
    try:
        shop.rollout(clock=clock).reach(goal)
    except KilledError:
        pass
    finally:
        killer.left = None


@settings(max_examples=20)
@example(runs=[(START, None), (PROMOTE, None), (Share(percent=0), None)], desired=1, ends_with="promote")
@example(runs=[(START, None), (PROMOTE, None), (START, None)], desired=1, ends_with="abandon")
@example(runs=[(START, None), (PROMOTE, 72)], desired=2, ends_with="abandon")
@given(runs=RUNS, desired=DESIRED, ends_with=st.sampled_from(["promote", "abandon"]))
def test_traffic_is_always_on_healthy_tasks_and_nothing_is_left_over(
    runs: list[tuple[Goal, int | None]], desired: int, ends_with: str
) -> None:
    with Sandbox() as aws:
        aws.ecs.update_service(SERVICE | {"desiredCount": desired})
        aws.clock.sleep(120)
        shop = Checkout(aws)
        shop.register()
        killer = Killer(check=shop.check_served)
        aws.session.register("response-received.*", killer.replied)

        for goal, kill_after in runs:
            run(shop, killer, goal, kill_after)
        run(shop, killer, PROMOTE if ends_with == "promote" else ABANDON, None)
        if ends_with == "promote" and len(shop.live_sets) == 1:
            run(shop, killer, ABANDON, None)
        aws.clock.sleep(300)

        [primary] = shop.sets
        assert (primary["status"], primary["stabilityStatus"]) == ("PRIMARY", "STEADY_STATE")
        assert primary["runningCount"] == desired
        assert shop.test_rules == []
        serving = [colour for colour, weight in shop.weights.items() if weight]
        assert [shop.group(colour) for colour in serving] == [primary["loadBalancers"][0]["targetGroupArn"]]
        shop.check_served()
