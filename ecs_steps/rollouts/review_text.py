"""A review as text: the pause, what serves which share of the traffic, and what to decide."""

from ecs_steps.aws.service_deployments import ServiceDeployment
from ecs_steps.reporting.events import DeploymentPaused
from ecs_steps.rollouts.pauses import Pause, has_new_tasks, percent
from ecs_steps.rollouts.review import GroupHealth, Review, alarm_names, short_name
from ecs_steps.rollouts.strategies import ALL_TRAFFIC, shares, steps_done, strategy_name


def describe_review(review: Review, pause: Pause, service_name: str) -> DeploymentPaused:
    """Return what a person decides on: a line on the pause, and a few on what it is like now."""
    details = [_state_line(review), _decision_line(pause)]
    if pause.other_hook_ids:
        details.append(f"{len(pause.other_hook_ids)} more hooks wait at this stage; each is continued alone")
    return DeploymentPaused(
        service_name=service_name,
        hook_id=pause.hook_id,
        text=f"paused {pause.where}: {_shares_text(review)}",
        details=tuple(details),
    )


def _shares_text(review: Review) -> str:
    record = review.record
    new, old = short_name(review.task_definition) or "the new revision", short_name(review.previous)
    weight = record.target.production_weight
    step = _step_text(record)
    if weight is None:
        return f"{new} beside {old} ({step})" if old else f"{new} ({step})"
    shown = f"{new} has {percent(weight)} % ({step})"
    return f"{shown}; {old} has {percent(ALL_TRAFFIC - weight)} %" if old else shown


def _step_text(record: ServiceDeployment) -> str:
    name, steps = strategy_name(record.configuration), len(shares(record.configuration))
    if steps == 1 or record.target.production_weight is None:
        return name
    done = steps_done(record.configuration, record.target.production_weight)
    return f"{name}, step {done} of {steps}" if done else f"{name}, before step 1 of {steps}"


def _state_line(review: Review) -> str:
    target = review.record.target
    parts = []
    if has_new_tasks(review.record):
        health = ", ".join(f"{_count(group)} healthy in {group.name}" for group in review.groups)
        tasks = f"{target.running} of {target.desired} tasks run"
        parts.append(f"{tasks}, {health}" if health else tasks)
    parts.append(f"in ALARM: {', '.join(review.alarms)}" if review.alarms else _no_alarm(review))
    total = target.running + sum(source.running for source in review.record.sources)
    parts.append(f"{total} tasks run until this is decided")
    return "; ".join(parts)


def _no_alarm(review: Review) -> str:
    return "no alarm" if alarm_names(review.record.configuration) else "no alarms are configured"


def _count(group: GroupHealth) -> str:
    if group.healthy < group.desired:
        return f"{group.healthy} of {group.desired}"
    return {1: "it is", 2: "both"}.get(group.healthy, f"all {group.healthy}")


def _decision_line(pause: Pause) -> str:
    line = f"continue with hook {pause.hook_id}"
    return f"{pause.timeout_text}; {line}" if pause.timeout_text else line
