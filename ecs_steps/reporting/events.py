"""What a step reports while it runs, as data.

A step is given one `Report`, a callable that receives frozen values; how they look is up to the presenter
(lines, a live view, service messages, a list in a test).
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from attrs import frozen


class Level(StrEnum):
    """Octopus' log levels."""

    VERBOSE = "verbose"
    INFO = "info"
    HIGHLIGHT = "highlight"
    WAIT = "wait"
    WARNING = "warning"
    ERROR = "error"


@frozen
class Message:
    """A sentence for the log."""

    level: Level
    text: str


@frozen
class Progress:
    """How far the step is: `percent` from 0 to 100."""

    percent: int
    text: str


@frozen
class OutputVariable:
    """A value that later steps read."""

    name: str
    value: str
    sensitive: bool = False


@frozen(kw_only=True)
class StackChanged:
    """One resource of a stack, or the stack itself, has a new status."""

    stack_name: str
    logical_id: str
    resource_type: str
    status: str
    reason: str = ""


@frozen(kw_only=True)
class RolloutChanged:
    """The counts or the state of one deployment of a service are new."""

    service_name: str
    deployment_id: str
    task_definition: str
    state: str
    desired: int
    running: int
    pending: int
    failed: int
    is_this_deployment: bool
    traffic_weight: float | None = None
    """Percent of the production traffic, where ECS reports it."""
    stage: str = ""
    """The lifecycle stage of a deployment that shifts traffic."""


@frozen(kw_only=True)
class DeploymentPaused:
    """A deployment waits for a person: a line on where, and lines that help to decide."""

    service_name: str
    hook_id: str
    text: str
    details: tuple[str, ...] = ()


@frozen(kw_only=True)
class ServiceEvent:
    """What ECS wrote into the service's own event list."""

    service_name: str
    text: str


@frozen(kw_only=True)
class StillWaiting:
    """Nothing has changed for a while: what is awaited, and for how many seconds so far."""

    text: str
    seconds: float


@frozen(kw_only=True)
class PhasesTook:
    """How many seconds a deployment that succeeded took, and each of its phases in their order.

    `advice` names the setting that most of them went to, and is empty where none did.
    """

    seconds: float
    phases: tuple[tuple[str, float], ...]
    advice: str = ""


@frozen(kw_only=True)
class TargetFound:
    """A cluster that is to be a deployment target; texts are empty where there is nothing.

    `account` is an Octopus account by id or name (empty: the worker's credentials). A target that is not
    `is_native` is one of a step package, as Octopus had them before 2026.
    """

    name: str
    cluster: str
    region: str
    roles: tuple[str, ...]
    tenanted_mode: str = ""
    account: str = ""
    worker_pool: str = ""
    assumed_role_arn: str = ""
    assumed_role_session: str = ""
    assumed_role_session_seconds: int | None = None
    assumed_role_external_id: str = ""
    is_native: bool = True


@frozen(kw_only=True)
class StepFinished:
    """A step ended well: `outcome` as in `Outcome`, what serves now, and pages of the AWS console on it.

    `service_name` and `task_definition` (family:revision) are empty where a step is about none; `since` is
    when the deployment of that revision was started, where it is known. With `is_registration` the revision
    was registered, or was there already, and no service runs it yet.
    """

    outcome: str
    service_name: str = ""
    task_definition: str = ""
    is_registration: bool = False
    since: datetime | None = None
    links: tuple[tuple[str, str], ...] = ()


Reported = (
    Message
    | Progress
    | OutputVariable
    | StackChanged
    | RolloutChanged
    | DeploymentPaused
    | ServiceEvent
    | StillWaiting
    | PhasesTook
    | TargetFound
    | StepFinished
)
Report = Callable[[Reported], None]
