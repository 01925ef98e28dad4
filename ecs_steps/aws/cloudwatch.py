"""CloudWatch alarms: which of some are red."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ecs_steps.aws.errors import calling

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients

MAX_NAMES = 100


def alarms_in_alarm(aws: "AwsClients", names: Sequence[str]) -> tuple[str, ...]:
    """Return which of these alarms (at most `MAX_NAMES` are read) are in the state ALARM."""
    with calling("cloudwatch:DescribeAlarms", f"alarm {names[0]}"):
        reply = aws.cloudwatch.describe_alarms(
            AlarmNames=list(names[:MAX_NAMES]),
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
            StateValue="ALARM",
        )
    alarms = [*reply.get("MetricAlarms", []), *reply.get("CompositeAlarms", [])]
    return tuple(alarm["AlarmName"] for alarm in alarms)
