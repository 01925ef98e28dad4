"""CloudWatch Logs, as far as tasks write there through the awslogs driver."""

from typing import Any

from attrs import define, field

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.request import Reply, Request
from ecs_steps.sandbox.ecs.task import Container, Task
from ecs_steps.sandbox.service_error import ServiceError

_LIMIT = 10_000


@define
class LogStreams:
    """The streams that containers write to: ``prefix/container/task id`` in the group of their options."""

    account: Account
    _groups: dict[str, dict[str, list[dict[str, Any]]]] = field(factory=dict)

    def open(self, task: Task, container: Container) -> None:
        """Make the stream of a container that starts; other drivers than awslogs have none here."""
        options = _awslogs_options(container)
        if options is not None:
            group = self._groups.setdefault(options["awslogs-group"], {})
            group.setdefault(_stream_name(options, task, container), [])

    def write(self, task: Task, container: Container, lines: tuple[str, ...]) -> None:
        options = _awslogs_options(container)
        if options is None:
            return
        now = int(self.account.now.timestamp() * 1000)
        stream = self._groups[options["awslogs-group"]][_stream_name(options, task, container)]
        stream += [
            {"timestamp": now - len(lines) + number, "message": line, "ingestionTime": now}
            for number, line in enumerate(lines)
        ]

    def events(self, group: str, stream: str) -> list[dict[str, Any]]:
        """Give a stream's events, oldest first.

        Raises:
            ServiceError: ResourceNotFoundException: no container has started that writes there.
        """
        streams = self._groups.get(group)
        if streams is None:
            raise ServiceError("ResourceNotFoundException", "The specified log group does not exist.")
        if stream not in streams:
            raise ServiceError("ResourceNotFoundException", "The specified log stream does not exist.")
        return streams[stream]


def _awslogs_options(container: Container) -> dict[str, str] | None:
    configuration = container.definition.get("logConfiguration") or {}
    if configuration.get("logDriver") != "awslogs":
        return None
    options: dict[str, str] = configuration["options"]
    return options


def _stream_name(options: dict[str, str], task: Task, container: Container) -> str:
    prefix = options.get("awslogs-stream-prefix")
    return f"{prefix}/{container.name}/{task.id}" if prefix else container.runtime_id


@define
class LogsBackend:
    """What answers for CloudWatch Logs."""

    streams: LogStreams

    def get_log_events(self, request: Request) -> Reply:
        group = request.get("logGroupName") or request["logGroupIdentifier"].rsplit(":", 1)[-1]
        events = [
            event
            for event in self.streams.events(group, request["logStreamName"])
            if request.get("startTime", 0) <= event["timestamp"] < request.get("endTime", float("inf"))
        ]
        limit = min(request.get("limit") or _LIMIT, _LIMIT)
        match (request.get("nextToken") or "").partition("/"):
            case ["f", _, mark]:
                start = int(mark)
                stop = start + limit
            case ["b", _, mark]:
                stop = int(mark)
                start = stop - limit
            case _ if request.get("startFromHead"):
                start, stop = 0, limit
            case _:
                start, stop = len(events) - limit, len(events)
        start, stop = max(start, 0), min(stop, len(events))
        return {
            "events": [dict(event) for event in events[start:stop]],
            "nextForwardToken": f"f/{stop}",
            "nextBackwardToken": f"b/{start}",
        }
