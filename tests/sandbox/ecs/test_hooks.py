"""Pauses, and what people may answer."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from ecs_steps.sandbox.ecs.strategy_scenarios import pause, shifting
from ecs_steps.sandbox.service_error import ServiceError
from sandbox.ecs.storefront import TESTED, UNAVAILABLE, Storefront, hooks_of

Enter = Callable[..., Storefront]


def test_a_pause_says_when_it_expires_and_what_happens_then(enter_storefront: Enter) -> None:
    shop = enter_storefront(shifting("BLUE_GREEN", pause(TESTED, minutes=90, action="CONTINUE")))
    shop.deploy()
    shop.until_paused()

    [hook] = hooks_of(shop.record())

    assert hook["hookId"].startswith("ecs-pause-")
    assert (hook["targetType"], hook["timeoutAction"]) == ("PAUSE", "CONTINUE")
    assert hook["expiresAt"] - shop.timeline.now == pytest.approx(
        timedelta(minutes=90), abs=timedelta(seconds=5)
    )
    assert "targetArn" not in hook


def test_a_pause_without_a_timeout_waits_a_day(enter_storefront: Enter) -> None:
    shop = enter_storefront(shifting("BLUE_GREEN", {"targetType": "PAUSE", "lifecycleStages": [TESTED]}))
    shop.deploy()
    shop.until_paused()

    [hook] = hooks_of(shop.record())

    assert hook["timeoutAction"] == "ROLLBACK"
    assert hook["expiresAt"] - shop.timeline.now == pytest.approx(timedelta(days=1), abs=timedelta(seconds=5))


def test_a_continued_hook_is_listed_as_awaiting_for_a_moment(enter_storefront: Enter) -> None:
    shop = enter_storefront(shifting("BLUE_GREEN", pause(TESTED), pause(TESTED)))
    arn = shop.deploy()
    hook = shop.until_paused()
    request = {"serviceDeploymentArn": arn, "hookId": hook, "action": "CONTINUE"}

    shop.ecs.continue_service_deployment(request)
    at_once = [each["status"] for each in hooks_of(shop.record())]
    with pytest.raises(ServiceError, match=UNAVAILABLE):
        shop.ecs.continue_service_deployment(request)
    shop.later(2)

    assert at_once == ["AWAITING_ACTION", "AWAITING_ACTION"]
    assert [each["status"] for each in hooks_of(shop.record())] == ["SUCCEEDED", "AWAITING_ACTION"]


def test_all_pauses_of_a_stage_must_be_continued(enter_storefront: Enter) -> None:
    shop = enter_storefront(shifting("BLUE_GREEN", pause(TESTED), pause(TESTED)))
    shop.deploy()
    shop.until_paused()
    first, second = (hook["hookId"] for hook in hooks_of(shop.record()))

    shop.answer(first)
    shop.later(60)
    between = shop.record()["lifecycleStage"]
    shop.answer(second)

    assert between == TESTED
    assert shop.until_finished() == "SUCCESSFUL"


def test_one_rollback_of_several_pauses_rolls_everything_back(enter_storefront: Enter) -> None:
    shop = enter_storefront(shifting("BLUE_GREEN", pause(TESTED), pause(TESTED)))
    shop.deploy()
    hook = shop.until_paused()

    shop.answer(hook, "ROLLBACK")

    assert shop.record()["status"] == "ROLLBACK_IN_PROGRESS"
    assert shop.until_finished() == "ROLLBACK_SUCCESSFUL"


@pytest.mark.parametrize(
    ("hook_id", "message"),
    [
        ("somewhere", "Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}"),
        ("ecs-pause-1234", UNAVAILABLE),
    ],
)
def test_a_hook_that_is_not_there_cannot_be_continued(
    enter_storefront: Enter, hook_id: str, message: str
) -> None:
    shop = enter_storefront("blue-green-with-pause")
    shop.deploy()
    shop.until_paused()

    with pytest.raises(ServiceError) as refused:
        shop.answer(hook_id)

    assert (refused.value.code, refused.value.message) == ("InvalidParameterException", message)


def test_a_finished_deployment_cannot_be_continued(enter_storefront: Enter) -> None:
    shop = enter_storefront("blue-green-with-pause")
    shop.deploy()
    hook = shop.until_paused()
    shop.answer(hook)
    shop.until_finished()

    with pytest.raises(ServiceError, match="not allowed for service deployment in terminal states"):
        shop.answer(hook)


def test_a_hook_of_an_earlier_stop_cannot_be_continued(enter_storefront: Enter) -> None:
    shop = enter_storefront("canary-with-pauses")
    shop.deploy()
    first = shop.until_paused()
    shop.answer(first)
    second = shop.until_paused()

    with pytest.raises(ServiceError, match=UNAVAILABLE):
        shop.answer(first)

    assert first != second
