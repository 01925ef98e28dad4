"""Why a deployment is called failed: the monitors, in ECS' words."""

from attrs import frozen


@frozen
class Monitor:
    """What watches over a deployment and may call it failed.

    `reason` ends ECS' sentence "Service deployment rolled back because ...".
    """

    name: str
    finding: str
    reason: str


# Believed: the reason of the circuit breaker (acceptance tests of terraform-provider-aws).
# Believed: the reasons of alarms and of a stop by a user are worded like it (no source).
CIRCUIT_BREAKER = Monitor(
    "ECS deployment circuit breaker",
    "tasks failed to start.",
    "the circuit breaker threshold was exceeded.",
)
ALARMS = Monitor("ECS deployment alarms", "alarm detected.", "one or more alarms were in the ALARM state.")
USER = Monitor("ECS deployment", "stopped by a user.", "a user stopped it.")


def pause_timed_out(stage: str) -> Monitor:
    return _hook(f"{stage} pause hook timed out.")


# Believed: that the reason names the stage (no source).
def pause_rolled_back(stage: str) -> Monitor:
    return _hook(f"{stage} pause hook was answered with ROLLBACK.")


def hook_failed(stage: str, target: str, reason: str) -> Monitor:
    return _hook(f"{stage} lifecycle hook(s) failed. {target}: {reason}")


def invalid_network(detail: str) -> Monitor:
    """Name what is wrong with target groups, rules or the infrastructure role."""
    reason = f"of invalid networking configuration. {detail}"
    return Monitor("ECS deployment", "invalid networking configuration.", reason)


def _hook(reason: str) -> Monitor:
    return Monitor("ECS deployment lifecycle hooks", "lifecycle hook failed.", reason)
