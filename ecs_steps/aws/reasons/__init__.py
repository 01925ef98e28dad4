"""The table of reasons for which a deployment does not come up: data, no code.

A text is tried against the rows in their order, the special ones before the general ones.
"""

from ecs_steps.aws.reasons.exits import EXIT, EXITS
from ecs_steps.aws.reasons.family import Family, Rank
from ecs_steps.aws.reasons.health import HEALTH
from ecs_steps.aws.reasons.images import IMAGES
from ecs_steps.aws.reasons.initialization import INITIALIZATION
from ecs_steps.aws.reasons.outside import ALARM, OUTSIDE, STOPPED
from ecs_steps.aws.reasons.placement import PLACEMENT
from ecs_steps.aws.reasons.starts import STARTS

__all__ = ["ALARM", "EXIT", "FAMILIES", "STOPPED", "Family", "Rank"]

FAMILIES: tuple[Family, ...] = (
    *EXITS,
    *IMAGES,
    *INITIALIZATION,
    *STARTS,
    *HEALTH,
    *PLACEMENT,
    *OUTSIDE,
)
"""Every family, by rank."""
