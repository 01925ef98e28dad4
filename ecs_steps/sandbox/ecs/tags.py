"""Tags of whatever has an ARN."""

from typing import Protocol

from attrs import define

from ecs_steps.sandbox.ecs.clusters import Clusters
from ecs_steps.sandbox.ecs.request import Reply, Request, Tags, check_number, merge_tags, tags_of
from ecs_steps.sandbox.ecs.task_definitions import TaskDefinitions
from ecs_steps.sandbox.service_error import ServiceError


class _Tagged(Protocol):
    tags: Tags


@define
class TaggedResources:
    """The tags of clusters, services, task definitions and tasks."""

    clusters: Clusters
    task_definitions: TaskDefinitions

    def tag(self, request: Request) -> Reply:
        tags = self._tags_of(request["resourceArn"])
        merged = merge_tags(tags, tags_of(request))
        check_number([tag for tag in merged if not tag["key"].startswith("aws:")])
        tags[:] = merged
        return {}

    def untag(self, request: Request) -> Reply:
        tags = self._tags_of(request["resourceArn"])
        tags[:] = [tag for tag in tags if tag["key"] not in request["tagKeys"]]
        return {}

    def list(self, request: Request) -> Reply:
        return {"tags": [dict(tag) for tag in self._tags_of(request["resourceArn"])]}

    def _tags_of(self, arn: str) -> Tags:
        holder: _Tagged | None
        match arn.split(":", 5)[-1].split("/"):
            case ["task-definition", name]:
                holder = self.task_definitions.find(name)
            case ["cluster", name]:
                holder = self.clusters.named_in({"cluster": name})
            case ["service", cluster, name]:
                holder = self.clusters.named_in({"cluster": cluster}).services.get(name)
            case ["task-set", cluster, name, *id_parts]:
                holder = self._task_set(cluster, name, "/".join(id_parts))
            case ["task", cluster, task_id]:
                holder = self.clusters.named_in({"cluster": cluster}).tasks.get(task_id)
            case _:
                raise ServiceError("InvalidParameterException", f"Invalid identifier: {arn}")
        if holder is None:
            raise ServiceError("ResourceNotFoundException", "The specified resource cannot be found.")
        return holder.tags

    def _task_set(self, cluster: str, service: str, set_id: str) -> _Tagged | None:
        known = self.clusters.named_in({"cluster": cluster}).services.get(service)
        return next((each for each in known.task_sets if each.id == set_id), None) if known else None
