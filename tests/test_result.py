"""How a step ends when it ends well: its outputs, and one last report."""

import pytest

from ecs_steps import Outcome, OutputVariable, Reported, StepFinished
from ecs_steps.errors import AwsCallError, InterruptedDeploymentError, TimedOutError
from ecs_steps.result import Outputs, StillRunning

STACK = "arn:aws:cloudformation:eu-west-1:123456789012:stack/web/1"


def finished(**values: str) -> StepFinished:
    events: list[Reported] = []
    outputs = Outputs(events.append)
    outputs.set(**values)

    result = outputs.result(Outcome.SUCCEEDED)

    assert result.outputs == {**values, "Outcome": "SUCCEEDED"}
    assert isinstance(events[-1], StepFinished)
    return events[-1]


def test_an_output_is_reported_when_it_is_new_or_changes() -> None:
    events: list[Reported] = []
    outputs = Outputs(events.append)

    for value in ("a", "a", "b"):
        outputs.set(Name=value)

    assert events == [OutputVariable("Name", "a"), OutputVariable("Name", "b")]


def test_the_end_names_what_serves_and_links_to_the_console() -> None:
    values = {"AwsOutputs[StackId]": STACK, "TaskDefinitionArn": "arn:aws:ecs:x:1:task-definition/web:4"}

    end = finished(Region="eu-west-1", ClusterName="shop", ServiceName="web", **values)

    assert (end.outcome, end.service_name, end.task_definition) == ("SUCCEEDED", "web", "web:4")
    console = "https://eu-west-1.console.aws.amazon.com"
    assert dict(end.links) == {
        "ECS": f"{console}/ecs/v2/clusters/shop/services/web/deployments?region=eu-west-1",
        "CloudFormation": f"{console}/cloudformation/home?region=eu-west-1#/stacks/stackinfo"
        "?stackId=arn%3Aaws%3Acloudformation%3Aeu-west-1%3A123456789012%3Astack%2Fweb%2F1",
    }


@pytest.mark.parametrize(
    ("region", "host"),
    [("cn-north-1", "cn-north-1.console.amazonaws.cn"), ("us-gov-west-1", None), ("", None)],
)
def test_links_are_of_the_partition_s_console(region: str, host: str | None) -> None:
    links = finished(Region=region, ClusterName="arn:aws:ecs:x:1:cluster/shop", ServiceName="web").links

    assert [url.split("/")[2] for _, url in links] == ([host] if host else [])


REFUSED = AwsCallError(what="X was refused", why="y", next_step="Do z.", operation="X", code="C")
LATE = TimedOutError(what="X is not finished", why="y", next_step="Do z.")
RUNNING = StillRunning(what="X continues", watch="watch it", undo="undo it")


def ended_by(cause: BaseException, running: StillRunning | None) -> BaseException:
    with (
        pytest.raises((AwsCallError, TimedOutError, InterruptedDeploymentError)) as error,
        Outputs(lambda _: None).attach_to_errors(lambda _: running),
    ):
        raise cause
    return error.value


@pytest.mark.parametrize("cause", [REFUSED, LATE, KeyboardInterrupt()])
def test_an_error_says_what_continues_and_only_where_something_does(cause: BaseException) -> None:
    resume = "To resume waiting: watch it; to undo it: undo it"

    assert resume in str(ended_by(cause, RUNNING))
    assert "continue" not in str(ended_by(cause, None))
    assert "To resume" not in str(ended_by(cause, None))
