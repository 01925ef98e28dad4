"""The contract's table: what Update, Continue and Abort do in each situation, with the calls that they make.

A row is a situation; an entry is how a step ends there and which changing calls it makes. Nothing is approved
that is not in the table.
"""

from collections.abc import Callable, Mapping

import pytest
from attrs import evolve, field, frozen

from ecs_steps import Outcome, Result
from ecs_steps.sandbox import Sandbox, Scenario
from ecs_steps.sandbox.ecs.plan import AlarmRaised, EcsPlan, FailingHook
from ecs_steps.sandbox.ecs.strategy_scenarios import pause, shifting
from steps.storefront import Storefront, deployment_pin, pins

TESTED, NEXT_SHARE, LAST = (
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
)
HOUR = 3600


@frozen
class Expected:
    """How a step ends, and the calls that change something, answers to hooks by their action."""

    outcome: str
    calls: Mapping[str, int] = field(factory=dict)


CONTINUED, REFUSED_BY = {"CONTINUE": 1}, {"ROLLBACK": 1}

Prepare = Callable[[Storefront], Result | None]


@frozen(kw_only=True)
class Situation:
    """A situation: how it comes about, and what each step does in it with these variables.

    Continue is pinned to the deployment and the hook that `prepare` returns, Abort to the deployment, unless
    it is `unpinned`.
    """

    name: str
    scenario: str | Scenario
    prepare: Prepare
    update: Expected | None = None
    proceed: Expected | None = None
    abort: Expected | None = None
    unpinned: bool = False
    settings: Mapping[str, object] = field(factory=dict)


def begun(shop: Storefront) -> Result:
    return shop.update()


def later(seconds: int) -> Prepare:
    """Let time pass at the pause: an event of the scenario happens, or the pause expires."""

    def prepare(shop: Storefront) -> Result:
        result = shop.update()
        shop.aws.clock.sleep(seconds)
        return result

    return prepare


def continued(shop: Storefront) -> Result:
    """Continue as a run that was killed right after the call."""
    result = shop.update()
    shop.proceed(minutes=0, **pins(result))
    shop.aws.clock.sleep(20)
    return result


def shifting_now(shop: Storefront) -> Result:
    """Continue as a run that was killed right after the call, and read before the shift is over."""
    result = shop.update()
    shop.proceed(minutes=0, **pins(result))
    shop.aws.clock.sleep(3)
    return result


def aborted(shop: Storefront) -> Result:
    result = shop.update()
    shop.abort(minutes=0, **deployment_pin(result))
    shop.aws.clock.sleep(5)
    return result


def aborted_to_the_end(shop: Storefront) -> Result:
    result = shop.update()
    shop.abort(**deployment_pin(result))
    return result


def finished(shop: Storefront) -> Result:
    result = shop.update()
    shop.proceed(**pins(result))
    return result


def begun_by_another_deployment(shop: Storefront) -> Result:
    return shop.update(**{"Octopus.Deployment.Id": "Deployments-6"})


def begun_by_hand(shop: Storefront) -> None:
    shop.aws.clients.ecs.update_service(cluster="shop", service="storefront", forceNewDeployment=True)
    shop.aws.clock.sleep(120)


def replaced_by_hand(shop: Storefront) -> Result:
    """Let another process force another revision: the tag on the service is still ours."""
    result = shop.update()
    shop.aws.clients.ecs.update_service(
        cluster="shop", service="storefront", taskDefinition="storefront:1", forceNewDeployment=True
    )
    shop.aws.clock.sleep(120)
    return result


def nothing(_: Storefront) -> None:
    """Leave the service as it is."""


def several(*stages: str) -> Scenario:
    """Pause at two hooks of each stage."""
    hooks = [pause(*stages), pause(*stages, minutes=90)]
    return Scenario(ecs=EcsPlan(services=shifting("BLUE_GREEN", *hooks)))


def paused_and(*, minutes: int = 60, stages: tuple[str, ...] = (TESTED,), **members: object) -> EcsPlan:
    configured = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    return evolve(
        EcsPlan(services=shifting("BLUE_GREEN", pause(*stages, minutes=minutes), **configured)),
        **members,  # type: ignore[arg-type]  # those of EcsPlan
    )


_LAMBDA = {
    "targetType": "AWS_LAMBDA",
    "hookTargetArn": "arn:aws:lambda:eu-west-1:123456789012:function:smoke-test",
    "roleArn": "arn:aws:iam::123456789012:role/ecs-hooks",
    "lifecycleStages": [LAST],
}
HOOK_FAILS = Scenario(
    ecs=EcsPlan(
        services=shifting("BLUE_GREEN", pause(TESTED), _LAMBDA), failing_hooks=(FailingHook(stage=LAST),)
    )
)
ALARM = Scenario(
    ecs=EcsPlan(
        services=shifting(
            "BLUE_GREEN",
            pause(TESTED),
            alarms={"alarmNames": ["storefront-5xx"], "enable": True, "rollback": True},
        ),
        events=(AlarmRaised(stage="BAKE_TIME", after=60, alarm="storefront-5xx"),),
    )
)

PAUSED, SUCCEEDED, UNCHANGED, ROLLED_BACK = (
    Expected(str(outcome))
    for outcome in (Outcome.PAUSED, Outcome.SUCCEEDED, Outcome.UNCHANGED, Outcome.ROLLED_BACK)
)
SUPERSEDED, FAILED_ROLLED_BACK, NOT_FOUND = Expected("exit 8"), Expected("exit 6"), Expected("exit 3")
CONTINUES, ABORTS = Expected("SUCCEEDED", CONTINUED), Expected("ROLLED_BACK", REFUSED_BY)

SITUATIONS = (
    Situation(
        name="paused",
        scenario="blue-green-with-pause",
        prepare=begun,
        update=PAUSED,
        proceed=CONTINUES,
        abort=ABORTS,
    ),
    Situation(
        name="run again after the answer",
        scenario="blue-green-with-pause",
        prepare=continued,
        proceed=SUCCEEDED,
        abort=Expected("ROLLED_BACK", {"StopServiceDeployment": 1}),
    ),
    Situation(
        name="run again while it is rolled back",
        scenario="blue-green-with-pause",
        prepare=aborted,
        proceed=FAILED_ROLLED_BACK,
        abort=ROLLED_BACK,
    ),
    Situation(
        name="run again after it was rolled back",
        scenario="blue-green-with-pause",
        prepare=aborted_to_the_end,
        proceed=FAILED_ROLLED_BACK,
        abort=ROLLED_BACK,
    ),
    Situation(
        name="at the next pause",
        scenario="canary-with-pauses",
        prepare=continued,
        update=PAUSED,
        proceed=PAUSED,
        abort=ABORTS,
    ),
    Situation(
        name="between two pauses",
        scenario="linear-with-pauses",
        prepare=shifting_now,
        update=PAUSED,
        proceed=PAUSED,
        abort=Expected("ROLLED_BACK", {"StopServiceDeployment": 1}),
    ),
    Situation(
        name="no pin, ours",
        scenario="blue-green-with-pause",
        prepare=begun,
        unpinned=True,
        proceed=CONTINUES,
        abort=ABORTS,
    ),
    Situation(
        name="no pin, several hooks",
        scenario=several(TESTED),
        prepare=begun,
        unpinned=True,
        update=PAUSED,
        proceed=Expected("exit 2"),
        abort=ABORTS,
    ),
    Situation(
        name="a pin, several hooks",
        scenario=several(TESTED),
        prepare=begun,
        proceed=Expected("PAUSED", CONTINUED),
        abort=ABORTS,
    ),
    Situation(
        name="no pin, of another Octopus deployment",
        scenario="blue-green-with-pause",
        prepare=begun_by_another_deployment,
        unpinned=True,
        update=SUPERSEDED,
        proceed=SUPERSEDED,
        abort=SUPERSEDED,
    ),
    Situation(
        name="no pin, replaced by another process",
        scenario="blue-green-with-pause",
        prepare=replaced_by_hand,
        unpinned=True,
        update=SUPERSEDED,
        proceed=SUPERSEDED,
        abort=SUPERSEDED,
    ),
    Situation(
        name="no pin, a service without tags",
        scenario="blue-green-with-pause",
        prepare=begun_by_hand,
        unpinned=True,
        proceed=CONTINUES,
        abort=ABORTS,
    ),
    Situation(
        name="superseded meanwhile",
        scenario="superseded-while-paused",
        prepare=later(240),
        proceed=SUPERSEDED,
        abort=UNCHANGED,
    ),
    Situation(
        name="the pause expired and rolled back",
        scenario="pause-expires-and-rolls-back",
        prepare=later(HOUR),
        proceed=FAILED_ROLLED_BACK,
        abort=ROLLED_BACK,
    ),
    Situation(
        name="the pause expired and continued",
        scenario="pause-expires-and-continues",
        prepare=later(610),
        proceed=SUCCEEDED,
        abort=Expected("ROLLED_BACK", {"StopServiceDeployment": 1}),
    ),
    Situation(
        name="continued by a person",
        scenario="continued-by-someone-else",
        prepare=later(150),
        proceed=SUCCEEDED,
        abort=Expected("ROLLED_BACK", {"StopServiceDeployment": 1}),
    ),
    Situation(
        name="rolled back by a person",
        scenario="rolled-back-by-someone-else",
        prepare=later(150),
        proceed=FAILED_ROLLED_BACK,
        abort=ROLLED_BACK,
    ),
    Situation(
        name="rolled back by a hook after the approval",
        scenario=HOOK_FAILS,
        prepare=begun,
        proceed=Expected("exit 6", CONTINUED),
    ),
    Situation(
        name="rolled back by an alarm after the approval",
        scenario=ALARM,
        prepare=begun,
        proceed=Expected("exit 6", CONTINUED),
    ),
    Situation(
        name="nothing in progress, nothing pinned",
        scenario="blue-green-with-pause",
        prepare=nothing,
        unpinned=True,
        proceed=NOT_FOUND,
        abort=UNCHANGED,
    ),
    Situation(
        name="the pinned deployment has succeeded",
        scenario="blue-green-with-pause",
        prepare=finished,
        proceed=UNCHANGED,
        abort=UNCHANGED,
    ),
    Situation(
        name="ours has succeeded, nothing pinned",
        scenario="blue-green-with-pause",
        prepare=finished,
        unpinned=True,
        proceed=NOT_FOUND,
        abort=UNCHANGED,
    ),
    Situation(
        name="its tasks died, and the wait is over",
        scenario="green-dies-while-paused",
        prepare=later(60),
        settings={"minutes": 1},
        update=PAUSED,
        proceed=Expected("exit 5"),
        abort=ABORTS,
    ),
)

MATRIX_CASES = [
    pytest.param(situation, step, id=f"{step}: {situation.name}")
    for situation in SITUATIONS
    for step in ("update", "proceed", "abort")
    if getattr(situation, step)
]


@pytest.mark.parametrize(("situation", "step"), MATRIX_CASES)
def test_a_step_ends_as_the_table_says_and_makes_no_call_beside(situation: Situation, step: str) -> None:
    with Sandbox(situation.scenario) as aws:
        shop = Storefront(aws)
        started = situation.prepare(shop)
        settings = {} if step == "abort" else dict(situation.settings)
        if started and not situation.unpinned and step != "update":
            settings |= pins(started) if step == "proceed" else deployment_pin(started)
        since = len(aws.calls)

        ended = shop.outcome(getattr(shop, step), **settings)

        expected: Expected = getattr(situation, step)
        assert (ended, dict(shop.changes(since))) == (expected.outcome, dict(expected.calls))


def test_every_step_has_an_entry_for_every_kind_of_end() -> None:
    ends = {
        step: {getattr(each, step).outcome for each in SITUATIONS if getattr(each, step)}
        for step in ("proceed", "abort")
    }

    assert ends["proceed"] >= {
        "PAUSED",
        "SUCCEEDED",
        "UNCHANGED",
        "exit 2",
        "exit 3",
        "exit 5",
        "exit 6",
        "exit 8",
    }
    assert ends["abort"] >= {"ROLLED_BACK", "UNCHANGED", "exit 8"}
