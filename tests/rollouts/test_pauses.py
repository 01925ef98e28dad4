from datetime import UTC, datetime

import pytest
from attrs import evolve

from ecs_steps.aws.service_deployments import LifecycleHook, RevisionShare, ServiceDeployment
from ecs_steps.rollouts.pauses import STAGES, describe_pause, pause_of, pause_outputs, percent, stage_index

EXPIRES = datetime(2026, 1, 6, 9, 14, tzinfo=UTC)
HOOK = LifecycleHook(
    hook_id="ecs-pause-1",
    target_type="PAUSE",
    status="AWAITING_ACTION",
    expires_at=EXPIRES,
    timeout_action="ROLLBACK",
)
PAUSED = ServiceDeployment(
    arn="arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/web/x",
    status="IN_PROGRESS",
    status_reason="",
    strategy="CANARY",
    lifecycle_stage="PRE_PRODUCTION_TRAFFIC_SHIFT",
    hooks=(HOOK,),
    target=RevisionShare(desired=2, running=2, production_weight=10.0, test_weight=100.0),
    failures=0,
    threshold=0,
    rollback_reason="",
    alarms=(),
    created_at=datetime(2026, 1, 5, 9, 0, tzinfo=UTC),
)


def test_a_hook_that_awaits_an_action_is_a_pause() -> None:
    pause = pause_of(PAUSED)

    assert pause
    assert (pause.hook_id, pause.stage, pause.production_weight) == (
        "ecs-pause-1",
        "PRE_PRODUCTION_TRAFFIC_SHIFT",
        10.0,
    )
    assert pause.missing == ""


@pytest.mark.parametrize(
    "record",
    [
        evolve(PAUSED, hooks=(evolve(HOOK, target_type="FORM_OF_NEXT_YEAR"),)),
        evolve(PAUSED, status="A_STATUS_OF_NEXT_YEAR"),
    ],
    ids=["hook", "status"],
)
def test_what_awaits_an_action_is_a_pause_though_ecs_has_added_its_kind_since(
    record: ServiceDeployment,
) -> None:
    assert pause_of(record)


@pytest.mark.parametrize(
    "record",
    [
        evolve(PAUSED, hooks=()),
        evolve(PAUSED, hooks=(evolve(HOOK, status="SUCCEEDED"),)),
        evolve(PAUSED, hooks=(evolve(HOOK, status="TIMED_OUT"),)),
        evolve(PAUSED, hooks=(evolve(HOOK, target_type="AWS_LAMBDA"),)),
        evolve(PAUSED, status="PENDING"),
        evolve(PAUSED, status="ROLLBACK_IN_PROGRESS"),
        evolve(PAUSED, status="STOPPED"),
    ],
    ids=["no hook", "answered", "expired", "a function", "pending", "rolling back", "stopped"],
)
def test_nothing_else_is_a_pause(record: ServiceDeployment) -> None:
    assert pause_of(record) is None


@pytest.mark.parametrize(
    ("action", "text"),
    [("ROLLBACK", "rolls back"), ("", "rolls back"), ("CONTINUE", "continues"), ("OF_NEXT_YEAR", "decides")],
)
def test_what_ecs_does_by_itself_is_said_as_far_as_it_is_known(action: str, text: str) -> None:
    pause = pause_of(evolve(PAUSED, hooks=(evolve(HOOK, timeout_action=action),)))

    assert pause
    assert f"ECS {text} by itself at 2026-01-06 09:14 UTC" in describe_pause(pause)


def test_all_hooks_of_a_stage_are_named() -> None:
    other = evolve(HOOK, hook_id="ecs-pause-2")

    pause = pause_of(evolve(PAUSED, hooks=(HOOK, other)))

    assert pause
    assert pause.other_hook_ids == ("ecs-pause-2",)
    assert "1 more hooks wait" in describe_pause(pause)


@pytest.mark.parametrize(
    ("stage", "missing"),
    [
        ("PRE_SCALE_UP", ""),
        ("POST_SCALE_UP", "1 of 2 new tasks run, 1 are pending"),
        ("A_STAGE_OF_NEXT_YEAR", "1 of 2 new tasks run, 1 are pending"),
        ("", "1 of 2 new tasks run, 1 are pending"),
    ],
)
def test_tasks_are_missing_only_where_the_stage_has_any(stage: str, missing: str) -> None:
    target = evolve(PAUSED.target, running=1, pending=1)

    pause = pause_of(evolve(PAUSED, lifecycle_stage=stage, target=target))

    assert pause
    assert pause.missing == missing


def test_a_pause_is_described_with_its_share_its_hook_and_what_ecs_does_by_itself() -> None:
    pause = pause_of(PAUSED)

    assert pause
    assert describe_pause(pause) == (
        "paused before the next share of the production traffic; hook ecs-pause-1 waits for a person; "
        "the new tasks have 10 % of the production traffic; "
        "ECS rolls back by itself at 2026-01-06 09:14 UTC"
    )


def test_a_pause_that_continues_by_itself_says_so() -> None:
    pause = pause_of(evolve(PAUSED, hooks=(evolve(HOOK, timeout_action="CONTINUE"),)))

    assert pause
    assert "ECS continues by itself at" in describe_pause(pause)


def test_a_pause_at_an_unknown_stage_names_the_stage() -> None:
    pause = pause_of(evolve(PAUSED, lifecycle_stage="A_STAGE_OF_NEXT_YEAR"))

    assert pause
    assert describe_pause(pause).startswith("paused at stage A_STAGE_OF_NEXT_YEAR; ")


def test_the_outputs_of_a_pause_are_text_and_leave_out_what_is_not_known() -> None:
    pause = pause_of(PAUSED)
    rolling = evolve(PAUSED, target=RevisionShare(desired=2, running=2), lifecycle_stage="")
    bare = pause_of(evolve(rolling, hooks=(evolve(HOOK, expires_at=None, timeout_action=""),)))

    assert pause
    assert bare
    assert pause_outputs(pause) == {
        "ServiceDeploymentArn": PAUSED.arn,
        "LifecycleStage": "PRE_PRODUCTION_TRAFFIC_SHIFT",
        "HookId": "ecs-pause-1",
        "PauseExpiresAt": "2026-01-06T09:14:00+00:00",
        "PauseTimeoutAction": "ROLLBACK",
        "ProductionTrafficPercent": "10",
        "TestTrafficPercent": "100",
    }
    assert pause_outputs(bare) == {"ServiceDeploymentArn": PAUSED.arn, "HookId": "ecs-pause-1"}


@pytest.mark.parametrize(("weight", "text"), [(None, ""), (0.0, "0"), (12.5, "12.5"), (100.0, "100")])
def test_a_percent_is_plain_digits(weight: float | None, text: str) -> None:
    assert percent(weight) == text


def test_the_stages_are_in_their_order() -> None:
    assert [stage_index(stage) for stage in STAGES] == list(range(11))
    assert stage_index("") is None
