"""Plans with names for the service `checkout`, whose task sets another controller than ECS deploys."""

from collections.abc import Mapping
from types import MappingProxyType

from attrs import evolve

from ecs_steps.sandbox.ecs.failing_tasks import CRASH
from ecs_steps.sandbox.ecs.plan import EcsPlan, TasksStopped

TASK_SET_SCENARIOS: Mapping[str, tuple[str, EcsPlan]] = MappingProxyType(
    {
        "set-never-stable": (
            "one task of a new task set of checkout is healthy, all others crash",
            EcsPlan(failure_plans=(evolve(CRASH, skip=1),)),
        ),
        "set-loses-its-task": (
            "the first task of a new task set of checkout is stopped after a while, and all others crash",
            EcsPlan(failure_plans=(evolve(CRASH, skip=1),), events=(TasksStopped(after=300),)),
        ),
        "sixth-task-set": (
            "checkout has four task sets besides its PRIMARY one, left over by failed runs",
            EcsPlan(left_over_task_sets=4),
        ),
        "priority-taken": (
            "others make rules with the very priorities that the first two requests ask for",
            EcsPlan(priority_races=2),
        ),
        "rules-full": (
            "the load balancer of checkout has its 100 rules",
            EcsPlan(rules_full=True),
        ),
    }
)
"""Each plan with what it is about, by its name."""
