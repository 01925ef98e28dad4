"""A scenario: what goes wrong in a fake AWS, and when. Data, nothing else."""

from typing import Literal, Self

from attrs import field, frozen

from ecs_steps.sandbox.ecr.plan import ScanPlan
from ecs_steps.sandbox.ecs.plan import EcsPlan, Event, FailurePlan
from ecs_steps.sandbox.faults import Fault
from ecs_steps.sandbox.quotas import Quota

Action = Literal["create", "update", "delete", "rollback"]


@frozen(kw_only=True)
class ResourceFailurePlan:
    """Makes a resource of a stack fail.

    `resource` is a type (``AWS::IAM::Role``) or a logical id. It fails `after` seconds of its creation, its
    update, its deletion, or its way back while an update is rolled back; `times` times, then it succeeds.
    With a `handler_error_code` (``InvalidRequest``) the reason is wrapped as resource handlers do it.
    """

    resource: str
    on: Action
    reason: str
    handler_error_code: str = ""
    after: float = 3
    times: int | None = None


Part = ScanPlan | FailurePlan | Event | ResourceFailurePlan | Fault | Quota


@frozen(kw_only=True)
class StackPlan:
    """How CloudFormation does its work in one fake account.

    It waits `service_timeout` seconds for a service. `ignores_rollbacks`: a service that ECS rolled back
    counts as stable, as it does at times in the real one. `page` is how many events a call returns.
    """

    service_timeout: float = 3 * 60 * 60
    ignores_rollbacks: bool = False
    page: int = 100


@frozen(kw_only=True)
class Scenario:
    """A fake AWS; with no arguments it is healthy."""

    description: str = ""
    ecs: EcsPlan = field(factory=EcsPlan)
    resources: tuple[ResourceFailurePlan, ...] = ()
    stack: StackPlan = field(factory=StackPlan)
    scans: ScanPlan = field(factory=ScanPlan)
    faults: tuple[Fault, ...] = ()
    quotas: tuple[Quota, ...] = ()

    @classmethod
    def of(cls, *parts: Part, description: str = "") -> Self:
        """Make a scenario of failure plans, events, faults, quotas and what scans find, in any order.

        Of several failure plans for tasks the first that applies to a task wins.

        Raises:
            TypeError: A part is none of these.
        """
        failure_plans: list[FailurePlan] = []
        events: list[Event] = []
        resources: list[ResourceFailurePlan] = []
        faults: list[Fault] = []
        quotas: list[Quota] = []
        scans = ScanPlan()
        for part in parts:
            match part:
                case FailurePlan():
                    failure_plans.append(part)
                case Event():
                    events.append(part)
                case ResourceFailurePlan():
                    resources.append(part)
                case Fault():
                    faults.append(part)
                case Quota():
                    quotas.append(part)
                case ScanPlan():
                    scans = part
                case _:
                    raise TypeError(f"{part!r} is no failure plan, event, fault or quota")
        return cls(
            description=description,
            ecs=EcsPlan(failure_plans=tuple(failure_plans), events=tuple(events)),
            resources=tuple(resources),
            scans=scans,
            faults=tuple(faults),
            quotas=tuple(quotas),
        )
