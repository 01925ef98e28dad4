"""Deployments that wait for a person at a PAUSE hook; pure.

ECS calls such a deployment IN_PROGRESS everywhere; only its hooks show it. The stage is the deployment's own,
since a hook has none, and the target's share of the traffic says before which step of a shift it waits.
"""

from collections.abc import Collection
from datetime import UTC, datetime

from attrs import evolve, frozen

from ecs_steps.aws.service_deployments import LifecycleHook, ServiceDeployment

STAGES = (
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
    "BAKE_TIME",
    "CLEAN_UP",
)
"""The stages of a deployment that shifts traffic, in their order; botocore's model lacks one of them."""

NEXT = {
    "RECONCILE_SERVICE": "before the service's revisions are reconciled",
    "PRE_SCALE_UP": "before the new tasks start",
    "POST_SCALE_UP": "before test traffic shifts to the new tasks",
    "POST_TEST_TRAFFIC_SHIFT": "with test traffic on the new tasks alone",
    "PRE_PRODUCTION_TRAFFIC_SHIFT": "before the next share of the production traffic",
    "POST_PRODUCTION_TRAFFIC_SHIFT": "before the old tasks stop",
}
"""What a person decides at a stage that can pause."""


@frozen(kw_only=True)
class Pause:
    """A hook that waits for a person. Weights are the new revision's percents of the traffic.

    `other_hook_ids` wait at the same stage: all of them must be continued. `missing` names tasks that do not
    run although the stage needs them; empty where nothing is missing.
    """

    service_deployment_arn: str
    hook_id: str
    stage: str
    expires_at: datetime | None
    timeout_action: str
    production_weight: float | None
    test_weight: float | None
    other_hook_ids: tuple[str, ...] = ()
    missing: str = ""

    @property
    def where(self) -> str:
        """What a person decides on, in words."""
        return NEXT.get(self.stage, f"at stage {self.stage}" if self.stage else "at a pause hook")

    @property
    def timeout_text(self) -> str:
        """What ECS does where no one answers, and when; empty where it shows no end."""
        if self.expires_at is None:
            return ""
        # By default it rolls back (API_LifecycleHookTimeoutConfiguration).
        actions = {"CONTINUE": "continues", "ROLLBACK": "rolls back", "": "rolls back"}
        action = actions.get(self.timeout_action, "decides")
        return f"ECS {action} by itself at {utc(self.expires_at)}"


def stage_index(stage: str) -> int | None:
    """Return the place of a stage in `STAGES`; none where it is unknown or empty."""
    return STAGES.index(stage) if stage in STAGES else None


def has_new_tasks(record: ServiceDeployment) -> bool:
    """Return whether a deployment's new tasks should be there by now."""
    stage = stage_index(record.lifecycle_stage)
    return stage is None or stage >= STAGES.index("SCALE_UP")


def waiting_hooks(record: ServiceDeployment) -> list[LifecycleHook]:
    """Return the hooks at which a deployment waits for a person, of whichever type ECS adds."""
    if record.status == "PENDING" or record.is_undone or not record.is_in_progress:
        return []
    return [
        hook for hook in record.hooks if hook.target_type != "AWS_LAMBDA" and hook.status == "AWAITING_ACTION"
    ]


def waits_at(record: ServiceDeployment, hook_id: str) -> bool:
    """Return whether a deployment waits for a person at a hook."""
    return any(hook.hook_id == hook_id for hook in waiting_hooks(record))


def without_hooks(record: ServiceDeployment, hook_ids: Collection[str]) -> ServiceDeployment:
    """Return a record without some hooks: one that was continued may still be listed for a moment."""
    return evolve(record, hooks=tuple(hook for hook in record.hooks if hook.hook_id not in hook_ids))


def pause_of(record: ServiceDeployment) -> Pause | None:
    """Return the pause that a deployment waits at, or none."""
    waiting = waiting_hooks(record)
    if not waiting:
        return None
    first, *others = waiting
    return Pause(
        service_deployment_arn=record.arn,
        hook_id=first.hook_id,
        stage=record.lifecycle_stage,
        expires_at=first.expires_at,
        timeout_action=first.timeout_action,
        production_weight=record.target.production_weight,
        test_weight=record.target.test_weight,
        other_hook_ids=tuple(hook.hook_id for hook in others),
        missing=_missing_tasks(record),
    )


def _missing_tasks(record: ServiceDeployment) -> str:
    target = record.target
    if not has_new_tasks(record) or target.running >= target.desired:
        return ""
    return f"{target.running} of {target.desired} new tasks run, {target.pending} are pending"


def describe_pause(pause: Pause) -> str:
    """Return one line on where a deployment waits, until when, and what happens then."""
    line = f"paused {pause.where}; hook {pause.hook_id} waits for a person"
    if pause.production_weight is not None:
        line += f"; the new tasks have {percent(pause.production_weight)} % of the production traffic"
    if pause.timeout_text:
        line += f"; {pause.timeout_text}"
    if pause.other_hook_ids:
        line += f"; {len(pause.other_hook_ids)} more hooks wait at this stage"
    return f"{line}; {pause.missing}" if pause.missing else line


def pause_outputs(pause: Pause) -> dict[str, str]:
    """Return a pause's output variables; what ECS does not show is left out."""
    expires_at = pause.expires_at.astimezone(UTC) if pause.expires_at else None
    values = {
        "ServiceDeploymentArn": pause.service_deployment_arn,
        "LifecycleStage": pause.stage,
        "HookId": pause.hook_id,
        "PauseExpiresAt": expires_at.isoformat(timespec="seconds") if expires_at else "",
        "PauseTimeoutAction": pause.timeout_action,
        "ProductionTrafficPercent": percent(pause.production_weight),
        "TestTrafficPercent": percent(pause.test_weight),
    }
    return {name: value for name, value in values.items() if value}


def utc(at: datetime) -> str:
    """Return a time for people: minutes, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def percent(weight: float | None) -> str:
    """Return a weight as plain digits without a trailing ``.0``; empty where there is none."""
    return "" if weight is None else f"{weight:g}"
