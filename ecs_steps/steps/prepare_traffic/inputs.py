"""The inputs of *Prepare Amazon ECS Traffic*, and the rules on them."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from attrs import frozen

from ecs_steps.octopus.inputs.reader import variable
from ecs_steps.octopus.inputs.rules import AnyRule, Finding, rule
from ecs_steps.octopus.inputs.types import Lines, Port, Text, WholeNumber
from ecs_steps.rollouts.request_marker import MAX_CONDITION_VALUES, RequestMarker
from ecs_steps.steps.common_inputs import AWS_RULES, AwsInputs
from ecs_steps.steps.task_set_inputs import (
    TEST_TRAFFIC,
    TEST_TRAFFIC_RULES,
    Header,
    Query,
    header_variable,
    marker_of,
    test_query_variable,
)

TRAFFIC = "Octopus.Action.Aws.Ecs.Traffic"
BALANCING = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application"

Name = Annotated[
    str,
    Text(
        r"(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]{0,24}[A-Za-z0-9])?",
        "1 to 26 letters, digits and hyphens, with no hyphen at an end and not `internal-` at the beginning",
    ),
]
ListenerArn = Annotated[
    str,
    Text(
        r"arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:listener/app/[\w.-]+/[\w-]+/[\w-]+",
        "the ARN of a listener of an Application Load Balancer",
    ),
]
Priority = Annotated[int, WholeNumber(2, 50_000)]
Hosts = Annotated[
    tuple[str, ...],
    Lines(pattern=r"[A-Za-z0-9.*?-]{1,128}", expected="a host name, in which * and ? are wildcards"),
]
Paths = Annotated[
    tuple[str, ...],
    Lines(
        pattern=r"/[A-Za-z0-9_.$/~\"'@:+&()!,;=*?-]{0,127}",
        expected="a path such as /orders/*, up to 128 characters",
    ),
]
Path = Annotated[str, Text(r"/[!-~]{0,1023}", "a path, such as /health")]


class Protocol(StrEnum):
    """How the load balancer talks to the tasks."""

    HTTP = "HTTP"
    HTTPS = "HTTPS"


@frozen(kw_only=True)
class PrepareTrafficInputs(AwsInputs):
    """The inputs of *Prepare Amazon ECS Traffic*."""

    name: Name = variable(
        f"{TRAFFIC}.Name",
        label="Name",
        help="What the target groups are named after (`NAME-blue`, `NAME-green`), and the value of the tags "
        "by which they and the rules are found again. One name for each service.",
    )
    listener: ListenerArn = variable(
        f"{TRAFFIC}.Listener",
        label="Listener",
        docs=f"{BALANCING}/load-balancer-listeners.html",
        help="The ARN of the listener that gets the rules, of an Application Load Balancer; it must exist.",
    )
    hosts: Hosts = variable(
        f"{TRAFFIC}.Hosts",
        label="Hosts",
        docs=f"{BALANCING}/rule-condition-types.html",
        help="Host names of the production traffic, one a line. Empty means any.",
        default=(),
    )
    paths: Paths = variable(
        f"{TRAFFIC}.Paths",
        label="Paths",
        docs=f"{BALANCING}/rule-condition-types.html",
        help="Paths of the production traffic, one a line, such as `/orders/*`. Empty means every path.",
        default=(),
    )
    priority: Priority | None = variable(
        f"{TRAFFIC}.Priority",
        label="Priority",
        docs=f"{BALANCING}/listener-rules.html",
        help="Of a production rule that is made, 2 to 50000; lower numbers come first. The test rule gets "
        "the highest free number before it. Empty means after all rules that there are.",
        default=None,
    )
    port: Port = variable(
        f"{TRAFFIC}.Port",
        label="Port",
        docs=f"{BALANCING}/load-balancer-target-groups.html",
        help="The port of a target group that is made; tasks are registered with their own.",
        default=80,
    )
    protocol: Protocol = variable(
        f"{TRAFFIC}.Protocol",
        label="Protocol",
        docs=f"{BALANCING}/load-balancer-target-groups.html",
        help="How the load balancer talks to the tasks, in a target group that is made.",
        default=Protocol.HTTP,
        options=["HTTP|HTTP", "HTTPS|HTTPS"],
    )
    health_check_path: Path = variable(
        f"{TRAFFIC}.HealthCheckPath",
        label="Health check path",
        docs=f"{BALANCING}/target-group-health-checks.html",
        help="What the load balancer requests to know whether a task is healthy, in a target group that is "
        "made.",
        default="/",
    )
    test_header: Header | None = header_variable("What the test rule matches: ")
    test_query: Query | None = test_query_variable()

    @property
    def marker(self) -> RequestMarker:
        """What testers send."""
        marker = marker_of(self)
        assert marker  # noqa: S101  valid inputs have one
        return marker

    @property
    def load_balancer(self) -> str:
        """The ARN of the listener's load balancer."""
        return self.listener.replace(":listener/", ":loadbalancer/").rpartition("/")[0]


MAX_WILDCARDS = 6


@rule("test_header", "test_query")
def _some_marker(inputs: PrepareTrafficInputs) -> Iterator[Finding]:
    if not inputs.test_header and not inputs.test_query:
        yield Finding(("test_header",), f"is required, or {TEST_TRAFFIC}.Query: the test rule matches it")


@rule("hosts", "paths")
def _conditions_that_fit(inputs: PrepareTrafficInputs) -> Iterator[Finding]:
    # One value of the test rule is what testers send.
    values, most = [*inputs.hosts, *inputs.paths], MAX_CONDITION_VALUES - 1
    wildcards = sum(text.count("*") + text.count("?") for text in values)
    if len(values) > most:
        yield Finding(("paths",), f"are {len(values)} with the hosts, and a rule takes {most} and a test's")
    elif wildcards > MAX_WILDCARDS:
        yield Finding(("paths",), f"have {wildcards} wildcards with the hosts; ELB takes {MAX_WILDCARDS}")


@rule("listener", "region", "expected_account")
def _place_of_listener(inputs: PrepareTrafficInputs) -> Iterator[Finding]:
    region, account = inputs.listener.split(":")[3:5]
    if inputs.region and region != inputs.region:
        yield Finding(("listener",), f"is in {region}, and this step runs in {inputs.region}")
    if inputs.expected_account and account != inputs.expected_account:
        yield Finding(("listener",), f"is in account {account}, not in {inputs.expected_account}")


RULES: tuple[AnyRule[PrepareTrafficInputs], ...] = (
    _some_marker,
    _conditions_that_fit,
    _place_of_listener,
    *TEST_TRAFFIC_RULES,
    *AWS_RULES,
)
