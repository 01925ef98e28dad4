import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.rollouts.strategies import (
    CircuitBreaker,
    Safeguards,
    Strategy,
    StrategyType,
    TimeoutAction,
    pause_points,
    requested_configuration,
    shares,
    steps_done,
)

LAMBDA = {
    "targetType": "AWS_LAMBDA",
    "hookTargetArn": "arn:aws:lambda:eu-west-1:123456789012:function:test",
    "roleArn": "arn:aws:iam::123456789012:role/hooks",
    "lifecycleStages": ["POST_SCALE_UP"],
}
UNTYPED_PAUSE = {"lifecycleStages": ["PRE_SCALE_UP"]}
EXISTING = {
    "strategy": "BLUE_GREEN",
    "bakeTimeInMinutes": 15,
    "maximumPercent": 150,
    "lifecycleHooks": [LAMBDA, UNTYPED_PAUSE],
}


def test_a_canary_is_sent_as_ecs_calls_it() -> None:
    canary = Strategy(
        type=StrategyType.CANARY,
        percent=12.5,
        step_bake_minutes=3,
        bake_minutes=7,
        pause_at=("PRE_PRODUCTION_TRAFFIC_SHIFT",),
        pause_timeout_minutes=90,
        pause_timeout_action=TimeoutAction.CONTINUE,
    )

    assert canary.configuration() == {
        "strategy": "CANARY",
        "bakeTimeInMinutes": 7,
        "canaryConfiguration": {"canaryPercent": 12.5, "canaryBakeTimeInMinutes": 3},
        "lifecycleHooks": [
            {
                "targetType": "PAUSE",
                "lifecycleStages": ["PRE_PRODUCTION_TRAFFIC_SHIFT"],
                "timeoutConfiguration": {"timeoutInMinutes": 90, "action": "CONTINUE"},
            }
        ],
    }


def test_foreign_lambda_hooks_stay_and_a_hook_without_a_target_is_a_pause() -> None:
    configuration = Strategy(type=StrategyType.BLUE_GREEN).configuration(EXISTING)

    assert configuration["lifecycleHooks"] == [LAMBDA]
    assert configuration["maximumPercent"] == 150


def test_rolling_has_neither_pauses_nor_numbers_of_a_shift() -> None:
    configuration = Strategy(type=StrategyType.ROLLING).configuration(EXISTING)

    assert configuration == {"strategy": "ROLLING", "maximumPercent": 150, "lifecycleHooks": [LAMBDA]}


def test_a_kept_strategy_without_safeguards_sends_no_configuration() -> None:
    assert requested_configuration(None, Safeguards(), EXISTING) is None


def test_safeguards_leave_the_strategy_and_name_the_type_of_each_hook() -> None:
    configuration = requested_configuration(
        None, Safeguards(circuit_breaker=CircuitBreaker.ROLLBACK, alarms=("5xx",)), EXISTING
    )

    assert configuration == {
        **EXISTING,
        "lifecycleHooks": [LAMBDA, {"targetType": "PAUSE", **UNTYPED_PAUSE}],
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        "alarms": {"alarmNames": ["5xx"], "enable": True, "rollback": True},
    }


@pytest.mark.parametrize(
    ("breaker", "members"),
    [
        (CircuitBreaker.OFF, {"enable": False, "rollback": False}),
        (CircuitBreaker.ON, {"enable": True, "rollback": False}),
        (CircuitBreaker.ROLLBACK, {"enable": True, "rollback": True}),
    ],
)
def test_a_circuit_breaker_is_off_on_or_rolls_back(breaker: CircuitBreaker, members: dict[str, bool]) -> None:
    assert Safeguards(circuit_breaker=breaker).configuration() == {"deploymentCircuitBreaker": members}


CHOSEN = st.builds(
    Strategy,
    type=st.sampled_from([StrategyType.BLUE_GREEN, StrategyType.CANARY, StrategyType.LINEAR]),
    percent=st.integers(30, 1000).map(lambda tenths: tenths / 10),
    step_bake_minutes=st.integers(0, 1440),
    bake_minutes=st.integers(0, 1440),
    pause_at=st.sets(st.sampled_from(["PRE_SCALE_UP", "POST_SCALE_UP"])).map(lambda s: tuple(sorted(s))),
    pause_timeout_minutes=st.integers(1, 20160),
    pause_timeout_action=st.sampled_from(TimeoutAction),
)


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        ({"strategy": "CANARY"}, (5.0, 100.0)),
        ({"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 100}}, (100.0,)),
        ({"strategy": "LINEAR"}, (10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0)),
        ({"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 33.3}}, (33.3, 66.6, 99.9, 100.0)),
        ({"strategy": "BLUE_GREEN"}, (100.0,)),
        ({}, (100.0,)),
    ],
)
def test_the_shares_are_those_of_the_configuration_or_of_ecs(
    configuration: dict[str, object], expected: tuple[float, ...]
) -> None:
    assert shares(configuration) == expected


@given(CHOSEN)
def test_shares_grow_to_all_of_the_traffic(strategy: Strategy) -> None:
    steps = shares(strategy.configuration())

    assert steps[-1] == 100
    assert list(steps) == sorted(set(steps))
    assert all(0 < share <= 100 for share in steps)
    assert [steps_done(strategy.configuration(), share) for share in (0, *steps)] == [*range(len(steps) + 1)]


@given(CHOSEN)
def test_a_strategy_is_in_force_where_it_was_sent(strategy: Strategy) -> None:
    assert strategy.is_in_force(strategy.configuration(EXISTING))


@given(CHOSEN, CHOSEN)
def test_another_configuration_is_not_in_force(one: Strategy, other: Strategy) -> None:
    assert one.is_in_force(other.configuration()) == (one.configuration() == other.configuration())


def test_each_stage_of_a_pause_counts() -> None:
    hook = {"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP", "POST_SCALE_UP"]}

    assert pause_points({"lifecycleHooks": [hook, LAMBDA]}) == {
        ("PRE_SCALE_UP", 1440, "ROLLBACK"),
        ("POST_SCALE_UP", 1440, "ROLLBACK"),
    }
