"""Inputs of the steps on services that are deployed by task sets (deployment controller EXTERNAL)."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Protocol

import attrs
from attrs import frozen

from ecs_steps.octopus.inputs.converter import unexpected
from ecs_steps.octopus.inputs.reader import variable
from ecs_steps.octopus.inputs.rules import AnyRule, Finding, rule
from ecs_steps.octopus.inputs.types import Text, WholeNumber
from ecs_steps.rollouts.request_marker import RequestMarker
from ecs_steps.steps.strategy_inputs import StrategyInputs

TASK_SETS = "Octopus.Action.Aws.Ecs.TaskSets"
TEST_TRAFFIC = "Octopus.Action.Aws.Ecs.TestTraffic"
OF_TASK_SETS = f"{TEST_TRAFFIC} and {TASK_SETS}"
"""The variables that only services with task sets take."""

TaskSetId = Annotated[
    str,
    Text(r"ecs-svc/[0-9]{1,32}", "a task set's id, such as the output TaskSetId of the step that made it"),
]
ListenerRuleArn = Annotated[
    str,
    Text(
        r"arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:listener-rule/app/[\w./-]+",
        "the ARN of a listener rule of an Application Load Balancer",
    ),
]
TrafficPercent = Annotated[int, WholeNumber(0, 100)]


@frozen
class _Marker:
    parse: Callable[[str], RequestMarker | None]
    expected: str

    def __call__(self, value: object) -> RequestMarker:
        marker = self.parse(value) if isinstance(value, str) else None
        if marker is None:
            raise unexpected(value, self.expected)
        return marker


Header = Annotated[
    RequestMarker,
    _Marker(
        RequestMarker.from_header,
        "a header as `Name: value`; at most 40 characters, and 128 of ASCII, and not Host",
    ),
]
Query = Annotated[
    RequestMarker,
    _Marker(RequestMarker.from_query, "a query parameter as `name=value`, of at most 128 characters each"),
]


def production_rule_variable() -> Any:  # noqa: ANN401  as `variable`
    """Declare the rule whose weights are shared."""
    return variable(
        f"{TASK_SETS}.ProductionListenerRule",
        label="Production listener rule",
        help="Of a service that is deployed by task sets: the ARN of the rule whose weights share the "
        "production traffic. Empty means the only rule that forwards to the service's two target groups. "
        "The IAM policy allows this rule alone to be changed.",
        default=None,
    )


def task_set_variable() -> Any:  # noqa: ANN401  as `variable`
    """Declare the task set that an earlier step has made."""
    return variable(
        "Octopus.Action.Aws.Ecs.Deployment.TaskSetId",
        label="Task set",
        help="Of a service that is deployed by task sets: the new one, by the output of the step that made "
        "it: `#{Octopus.Action[Update].Output.TaskSetId}`. Empty means the one that this Octopus deployment "
        "made.",
        default=None,
    )


def header_variable(of: str = "Of a service that is deployed by task sets: ") -> Any:  # noqa: ANN401  as `variable`
    """Declare the header that testers send; `of` begins its help."""
    return variable(
        f"{TEST_TRAFFIC}.Header",
        label="Header of testers",
        help=f"{of}requests with this header reach the new tasks alone, `X-Canary: value`. It is a key and "
        "no lock: choose a value that no one guesses.",
        default=None,
        control="Sensitive",
        is_secret=True,
    )


def test_query_variable() -> Any:  # noqa: ANN401  as `variable`
    """Declare the query parameter that testers send."""
    return variable(
        f"{TEST_TRAFFIC}.Query",
        label="Query parameter of testers",
        help="In place of a header: `test=value`. Access logs and referrers show it.",
        default=None,
        control="Sensitive",
        is_secret=True,
    )


class TestedInputs(attrs.AttrsInstance, Protocol):
    """Inputs that say how testers reach new tasks."""

    @property
    def test_header(self) -> RequestMarker | None: ...
    @property
    def test_query(self) -> RequestMarker | None: ...


def marker_of(inputs: TestedInputs) -> RequestMarker | None:
    """Return what testers send to reach new tasks."""
    return inputs.test_header or inputs.test_query


def task_sets_last(_: type, fields: "list[attrs.Attribute[Any]]") -> "list[attrs.Attribute[Any]]":
    """Put what few deployments need below a step's own fields, and the strategy last."""
    own, strategy = TaskSetInputs.__annotations__, StrategyInputs.__annotations__
    return sorted(fields, key=lambda each: (each.name in strategy, each.name in own))


@frozen(kw_only=True, init=False, repr=False, eq=False)
class TaskSetInputs(StrategyInputs):
    """The inputs of a step that starts a deployment, where it may be one by task sets."""

    test_header: Header | None = header_variable()
    test_query: Query | None = test_query_variable()
    production_rule: ListenerRuleArn | None = production_rule_variable()

    @property
    def marker(self) -> RequestMarker | None:
        """What testers send to reach new tasks."""
        return marker_of(self)

    @property
    def names_task_sets(self) -> bool:
        """Whether the inputs show that the service is deployed by task sets."""
        return self.marker is not None or self.production_rule is not None


@rule("test_header", "test_query")
def _one_marker(inputs: TestedInputs) -> Iterator[Finding]:
    if inputs.test_header and inputs.test_query:
        yield Finding(("test_query",), f"is given as well as {TEST_TRAFFIC}.Header; give one of them")


TEST_TRAFFIC_RULES: tuple[AnyRule[TestedInputs], ...] = (_one_marker,)
