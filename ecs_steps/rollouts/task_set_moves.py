"""The moves that lead to the goal of a deployment by task sets, as data."""

from attrs import frozen

from ecs_steps.aws.listener_rules import ListenerRule
from ecs_steps.aws.task_sets import TaskSet
from ecs_steps.rollouts.request_marker import RequestMarker


@frozen(kw_only=True)
class CreateSet:
    """Make the new set, in the group that does not serve."""

    def __str__(self) -> str:
        return "a new task set"


@frozen(kw_only=True)
class Scale:
    """Give the new set so many percent of the service's tasks."""

    task_set: TaskSet
    percent: int

    def __str__(self) -> str:
        return f"{self.percent} % of the tasks for task set {self.task_set.task_set_id}"


@frozen(kw_only=True)
class Shift:
    """Give the new set's group so many percent of the production traffic."""

    percent: int

    def __str__(self) -> str:
        return f"{self.percent} % of the traffic for the new task set"


@frozen(kw_only=True)
class MakeTestRule:
    """Let testers reach the new set, by a rule that is there already or by another one."""

    marker: RequestMarker
    rule: ListenerRule | None

    def __str__(self) -> str:
        return "a listener rule for testers"


@frozen(kw_only=True)
class DeleteTestRule:
    """Delete a test rule."""

    rule: ListenerRule

    def __str__(self) -> str:
        return f"the end of the listener rule for testers {self.rule.arn}"


@frozen(kw_only=True)
class MakePrimary:
    """Make a set the service's PRIMARY one."""

    task_set: TaskSet

    def __str__(self) -> str:
        return f"task set {self.task_set.task_set_id} as the PRIMARY one"


@frozen(kw_only=True)
class DeleteSet:
    """Delete a set that has no traffic any more."""

    task_set: TaskSet

    def __str__(self) -> str:
        return f"the end of task set {self.task_set.task_set_id}"


@frozen(kw_only=True)
class WaitFor:
    """Wait; `for_new_tasks` says that it is for tasks of the new set, which may never come up.

    `seconds` is how long, where that is known.
    """

    what: str
    for_new_tasks: bool = False
    seconds: float = 0.0

    def __str__(self) -> str:
        return self.what


Change = CreateSet | Scale | Shift | MakeTestRule | DeleteTestRule | MakePrimary | DeleteSet
Move = Change | WaitFor
