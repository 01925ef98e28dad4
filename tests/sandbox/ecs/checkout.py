"""The fixture service with task sets, as a caller sees it."""

from datetime import timedelta
from typing import Any

from attrs import define

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.checkout import task_definition, task_set
from ecs_steps.sandbox.timeline import Timeline

SERVICE = {"cluster": "shop", "service": "checkout"}


@define
class Checkout:
    """Makes and changes task sets, lets time pass, and describes what there is."""

    ecs: EcsBackend
    timeline: Timeline

    def later(self, seconds: float) -> None:
        self.timeline.advance_to(self.timeline.now + timedelta(seconds=seconds))

    def register(self) -> str:
        """Register a revision that has not served yet."""
        request = task_definition(self.ecs._account)
        return str(self.ecs.register_task_definition(request)["taskDefinition"]["taskDefinitionArn"])

    def create(self, *, scale: float = 100, **members: object) -> dict[str, Any]:
        request = task_set(self.group("green"), scale=scale) | members
        return dict(self.ecs.create_task_set(request)["taskSet"])

    def scale(self, task_set_id: str, value: float) -> None:
        self.ecs.update_task_set(
            SERVICE | {"taskSet": task_set_id, "scale": {"value": value, "unit": "PERCENT"}}
        )

    def delete(self, task_set_id: str, *, force: bool = False) -> None:
        self.ecs.delete_task_set(SERVICE | {"taskSet": task_set_id, "force": force})

    def promote(self, task_set_id: str) -> None:
        self.ecs.update_service_primary_task_set(SERVICE | {"primaryTaskSet": task_set_id})

    @property
    def service(self) -> dict[str, Any]:
        described = self.ecs.describe_services({"cluster": "shop", "services": ["checkout"]})
        return dict(described["services"][0])

    @property
    def sets(self) -> list[dict[str, Any]]:
        return list(self.ecs.describe_task_sets(SERVICE)["taskSets"])

    def set(self, task_set_id: str) -> dict[str, Any]:
        return next(each for each in self.sets if each["id"] == task_set_id)

    @property
    def primary(self) -> str:
        return next(str(each["id"]) for each in self.sets if each["status"] == "PRIMARY")

    def group(self, colour: str) -> str:
        groups = self.ecs.elbv2.describe_target_groups({})["TargetGroups"]
        return next(
            str(each["TargetGroupArn"]) for each in groups if each["TargetGroupName"] == f"checkout-{colour}"
        )

    def healthy_targets(self, colour: str) -> int:
        targets = self.ecs.elbv2.describe_target_health({"TargetGroupArn": self.group(colour)})
        states = [each["TargetHealth"]["State"] for each in targets["TargetHealthDescriptions"]]
        return states.count("healthy")
