"""The table of reasons for which a deployment does not come up: data, no code.

A text is tried against the rows in their order, the special ones before the general ones.
"""

from ecs_steps.diagnosis.reasons.exits import EXIT, EXITS
from ecs_steps.diagnosis.reasons.health import HEALTH
from ecs_steps.diagnosis.reasons.images import IMAGES
from ecs_steps.diagnosis.reasons.initialization import INITIALIZATION
from ecs_steps.diagnosis.reasons.outside import ALARM, OUTSIDE, STOPPED
from ecs_steps.diagnosis.reasons.placement import PLACEMENT
from ecs_steps.diagnosis.reasons.reason import FailureReason, Rank
from ecs_steps.diagnosis.reasons.starts import STARTS

__all__ = ["ALARM", "EXIT", "FAILURE_REASONS", "STOPPED", "FailureReason", "Rank"]

FAILURE_REASONS: tuple[FailureReason, ...] = (
    *EXITS,
    *IMAGES,
    *INITIALIZATION,
    *STARTS,
    *HEALTH,
    *PLACEMENT,
    *OUTSIDE,
)
"""Every kind of failure, by rank."""
