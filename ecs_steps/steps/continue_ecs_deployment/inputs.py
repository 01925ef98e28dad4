"""The inputs of *Continue Amazon ECS Deployment*."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from attrs import evolve, frozen

from ecs_steps.octopus.inputs.reader import variable
from ecs_steps.octopus.inputs.rules import AnyRule, Finding, rule
from ecs_steps.octopus.inputs.types import Text, WholeNumber
from ecs_steps.rollouts.pins import Pins
from ecs_steps.rollouts.request_marker import RequestMarker
from ecs_steps.steps.deployment_inputs import STARTED_DEPLOYMENT_RULES, HookId, StartedDeploymentInputs
from ecs_steps.steps.strategy_inputs import BakeMinutes
from ecs_steps.steps.task_set_inputs import (
    TEST_TRAFFIC_RULES,
    Header,
    Query,
    TrafficPercent,
    header_variable,
    marker_of,
    test_query_variable,
)

FULL = 100
CONTINUE = "Octopus.Action.Aws.Ecs.Continue"
VERIFY = "Octopus.Action.Aws.Ecs.Verify"

VerifyUrl = Annotated[
    str,
    Text(
        r"(?=.{1,2000}$)https?://([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/?][!\"$-~]*)?",
        "a URL that begins with https:// or http://, without a login and a fragment",
    ),
]
VerifyText = Annotated[str, Text(r"[^\ud800-\udfff]{0,1000}", "a text of at most 1000 characters")]
HttpStatus = Annotated[int, WholeNumber(200, 599)]
Tries = Annotated[int, WholeNumber(1, 100)]
IntervalSeconds = Annotated[int, WholeNumber(1, 600)]


def _is_verified(inputs: "ContinueInputs") -> bool:
    return inputs.verify_url is not None


class WhenUnhealthy(StrEnum):
    """What to do where the deployment is not as healthy as it was when a person approved it."""

    FAIL = "Fail"
    CONTINUE = "Continue"


@frozen(kw_only=True)
class ContinueInputs(StartedDeploymentInputs):
    """The inputs of *Continue Amazon ECS Deployment*."""

    hook_id: HookId | None = variable(
        f"{CONTINUE}.HookId",
        label="Hook",
        help="The pause that was approved, by the output of the step that ended at it: "
        "`#{Octopus.Action[Update].Output.HookId}`. With it a step that runs again never approves the next "
        "pause; without it the only pause that waits is continued.",
        default=None,
    )
    when_unhealthy: WhenUnhealthy = variable(
        f"{CONTINUE}.WhenUnhealthy",
        label="When it is not healthy",
        help="Minutes to days pass between an approval and this step: missing tasks, unhealthy targets, "
        "alarms that are red, and listener weights that something else has written are looked for again.",
        default=WhenUnhealthy.FAIL,
        options=["Fail|Fail, and do not continue", "Continue|Continue with a warning"],
    )

    traffic_percent: TrafficPercent | None = variable(
        f"{CONTINUE}.TrafficPercent",
        label="Next share of the traffic",
        help="Only of a service that is deployed by task sets, and required there: the share of the "
        "production traffic that the new tasks get next, 0 to 100, up or down. 100 ends the deployment: the "
        "old tasks go.",
        default=None,
    )
    bake_minutes: BakeMinutes = variable(
        f"{CONTINUE}.BakeMinutes",
        label="Minutes before the old tasks stop",
        help="With a share of 100: how long the old tasks stay after it, 0 to 1440. The step waits for it, "
        "and the deployment can still be aborted.",
        default=5,
        used_if=lambda inputs: inputs.traffic_percent == FULL,
    )

    verify_url: VerifyUrl | None = variable(
        f"{VERIFY}.Url",
        label="Verify URL",
        help="A URL of the load balancer that is requested before the deployment is continued: unless it is "
        "answered as expected nothing is changed. The worker must reach it. Redirects are not followed.",
        default=None,
        is_secret=True,
    )
    test_header: Header | None = header_variable()
    test_query: Query | None = test_query_variable()
    verify_status: HttpStatus = variable(
        f"{VERIFY}.Status",
        label="Expected status",
        help="The status of the expected response, 200 to 599.",
        default=200,
        used_if=_is_verified,
    )
    verify_text: VerifyText = variable(
        f"{VERIFY}.Text",
        label="Expected text",
        help="What the expected response contains, within its first MiB. Empty means anything.",
        default="",
        used_if=_is_verified,
    )
    verify_tries: Tries = variable(
        f"{VERIFY}.Tries",
        label="Tries",
        help="How often the URL is requested until it is answered as expected, 1 to 100.",
        default=5,
        used_if=_is_verified,
    )
    verify_interval: IntervalSeconds = variable(
        f"{VERIFY}.IntervalSeconds",
        label="Seconds between tries",
        help="How long to wait between two requests, 1 to 600. Each is given up after 10 seconds.",
        default=10,
        used_if=_is_verified,
    )

    @property
    def marker(self) -> RequestMarker | None:
        """What testers send to reach new tasks."""
        return marker_of(self)

    @property
    def names_task_sets(self) -> bool:
        """Whether the inputs show that the service is deployed by task sets."""
        return self.traffic_percent is not None or super().names_task_sets

    @property
    def pins(self) -> Pins:
        """What says which deployment is meant, and which of its pauses."""
        return evolve(super().pins, hook_id=self.hook_id or "")


@rule("verify_url", "verify_text")
def _verified_by_a_request(inputs: ContinueInputs) -> Iterator[Finding]:
    if inputs.verify_text and inputs.verify_url is None:
        yield Finding(("verify_text",), f"has no effect without {VERIFY}.Url", is_warning=True)


RULES: tuple[AnyRule[ContinueInputs], ...] = (
    _verified_by_a_request,
    *STARTED_DEPLOYMENT_RULES,
    *TEST_TRAFFIC_RULES,
)
