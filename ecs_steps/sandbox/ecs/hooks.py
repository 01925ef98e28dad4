"""Lifecycle hooks of one stage: pauses that wait for a person, and Lambda functions."""

from datetime import datetime, timedelta
from typing import Any

from attrs import define

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.lifecycle import StageFailed
from ecs_steps.sandbox.ecs.monitors import hook_failed, pause_rolled_back, pause_timed_out
from ecs_steps.sandbox.ecs.request import Reply

PAUSE, LAMBDA = "PAUSE", "AWS_LAMBDA"
DEFAULT_TIMEOUT_MINUTES = 1440

ANSWER_SHOWS_AFTER = 1.0
"""Seconds for which a hook that was continued is still listed as awaiting."""


@define(eq=False, kw_only=True)
class Hook:
    """One hook at one stop; every stop has hooks with new ids."""

    id: str
    stage: str
    target_type: str
    target: str = ""
    expires_at: datetime
    timeout_action: str
    status: str
    due: datetime
    """When it changes by itself: when it expires, is done, or shows its answer."""
    answer: str = ""
    failure: str = ""
    """Why a Lambda function is going to fail."""

    @property
    def finished(self) -> bool:
        return self.status in ("SUCCEEDED", "FAILED", "TIMED_OUT")

    @property
    def awaits_answer(self) -> bool:
        return self.status == "AWAITING_ACTION" and not self.answer

    def give(self, answer: str, now: datetime) -> None:
        """Continue or roll back; that shows a moment later."""
        self.answer, self.due = answer, now + timedelta(seconds=ANSWER_SHOWS_AFTER)

    def settle(self) -> None:
        """Take the status that is due.

        Raises:
            StageFailed: It failed, expired or was answered with ROLLBACK.
        """
        if self.answer == "ROLLBACK":
            self.status = "FAILED"
            raise StageFailed(pause_rolled_back(self.stage))
        if self.target_type == PAUSE and not self.answer:
            self.status = "TIMED_OUT"
            if self.timeout_action == "ROLLBACK":
                raise StageFailed(pause_timed_out(self.stage))
        elif self.failure:
            self.status = "FAILED"
            raise StageFailed(hook_failed(self.stage, self.target, self.failure))
        else:
            self.status = "SUCCEEDED"

    # Believed: the members of each type of hook (botocore's model; pause-lifecycle-hooks).
    def describe(self) -> Reply:
        described: Reply = {"hookId": self.id, "targetType": self.target_type, "status": self.status}
        if self.target:
            described["targetArn"] = self.target
        return described | {"expiresAt": self.expires_at, "timeoutAction": self.timeout_action}


def open_hooks(account: Account, configuration: dict[str, Any], stage: str) -> list[Hook]:
    """Make the hooks that a deployment configuration has for a stage."""
    return [
        _open(account, hook, stage)
        for hook in configuration.get("lifecycleHooks") or []
        if stage in hook["lifecycleStages"]
    ]


def is_pause(hook: dict[str, Any]) -> bool:
    return bool(hook.get("targetType") == PAUSE)


def timeout_minutes(hook: dict[str, Any]) -> int:
    return int((hook.get("timeoutConfiguration") or {}).get("timeoutInMinutes") or DEFAULT_TIMEOUT_MINUTES)


def _open(account: Account, hook: dict[str, Any], stage: str) -> Hook:
    expires_at = account.now + timedelta(minutes=timeout_minutes(hook))
    pauses = is_pause(hook)
    done_at = account.now + timedelta(seconds=account.plan.pace.lambda_hook)
    failure = next((each.reason for each in account.plan.failing_hooks if each.stage == stage), "")
    return Hook(
        id=f"ecs-{'pause' if pauses else 'lambda'}-{account.uuid()}",
        stage=stage,
        target_type=PAUSE if pauses else LAMBDA,
        target=hook.get("hookTargetArn", ""),
        expires_at=expires_at,
        timeout_action=(hook.get("timeoutConfiguration") or {}).get("action") or "ROLLBACK",
        status="AWAITING_ACTION" if pauses else "IN_PROGRESS",
        due=expires_at if pauses else done_at,
        failure="" if pauses else failure,
    )
