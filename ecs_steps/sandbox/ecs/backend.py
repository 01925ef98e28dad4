"""The pretend ECS of one account and region, one method an operation, named like boto's."""

from random import Random

from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.timeline import Timeline


class EcsBackend:
    """What answers for ECS; a request comes in botocore's input shape, a reply goes in its output shape.

    `logs` and `elbv2` answer for what belongs to tasks in those services.
    """

    def __init__(
        self, timeline: Timeline, plan: EcsPlan, *, region: str, account: str, random: Random
    ) -> None:
        self.timeline = timeline
        self.plan = plan
        self.logs = object()
        self.elbv2 = object()
