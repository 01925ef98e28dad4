"""A fake AWS in this process, for tests and demonstrations.

`with Sandbox() as aws:` gives `aws.clients` and `aws.clock`; nothing leaves the process.
"""

try:
    import moto  # noqa: F401  fails early with a plain message
except ImportError as error:
    raise ImportError("The sandbox needs moto: pip install 'ecs-steps[sandbox]'") from error

from ecs_steps.sandbox.faults import Fault, FaultKind
from ecs_steps.sandbox.quotas import Quota
from ecs_steps.sandbox.sandbox import Sandbox
from ecs_steps.sandbox.scenario import ResourceFailurePlan, Scenario, StackPlan
from ecs_steps.sandbox.scenarios import SCENARIOS
from ecs_steps.sandbox.transport import Call

__all__ = [
    "SCENARIOS",
    "Call",
    "Fault",
    "FaultKind",
    "Quota",
    "ResourceFailurePlan",
    "Sandbox",
    "Scenario",
    "StackPlan",
]
