"""The fixture service that shifts traffic, as a caller sees it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from attrs import define

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.storefront import target_groups
from ecs_steps.sandbox.timeline import Timeline

TESTED, NEXT_SHARE = "POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT"
PAUSABLE = ("PRE_SCALE_UP", "POST_SCALE_UP", TESTED, NEXT_SHARE, "POST_PRODUCTION_TRAFFIC_SHIFT")
SERVICE = {"cluster": "shop", "service": "storefront"}
UNAVAILABLE = (
    "Provided hookId is either completed, unavailable, or not associated with the given Resource ARN"
)

Register = Callable[..., str]


@define
class Storefront:
    """Deploys to the service, lets time pass, and describes what there is."""

    ecs: EcsBackend
    timeline: Timeline
    register: Register

    def deploy(self, **update: object) -> str:
        """Deploy another revision; return the ARN of its service deployment."""
        revision = self.register(self.ecs, "storefront")
        self.ecs.update_service(SERVICE | {"taskDefinition": revision} | update)
        return str(self.service["currentServiceDeployment"])

    def later(self, seconds: float) -> None:
        self.timeline.advance_to(self.timeline.now + timedelta(seconds=seconds))

    @property
    def service(self) -> dict[str, Any]:
        described = self.ecs.describe_services({"cluster": "shop", "services": ["storefront"]})
        return dict(described["services"][0])

    def record(self, arn: str = "") -> dict[str, Any]:
        arns = [arn or self.service["currentServiceDeployment"]]
        return dict(
            self.ecs.describe_service_deployments({"serviceDeploymentArns": arns})["serviceDeployments"][0]
        )

    def until(
        self, condition: Callable[[dict[str, Any]], bool], *, step: float = 1, limit: int = 3000
    ) -> None:
        for _ in range(limit):
            if condition(self.record()):
                return
            self.later(step)
        raise AssertionError(f"not within {limit} steps: {self.record()}")

    def until_stage(self, stage: str) -> None:
        self.until(lambda record: record.get("lifecycleStage") == stage)

    def until_paused(self) -> str:
        """Wait for the next pause; return its hook's id."""
        self.until(lambda record: any(hook["status"] == "AWAITING_ACTION" for hook in hooks_of(record)))
        return str(hooks_of(self.record())[0]["hookId"])

    def until_finished(self) -> str:
        """Wait for the end; return the status."""
        self.until(lambda record: "finishedAt" in record, step=30)
        return str(self.record()["status"])

    def answer(self, hook_id: str, action: str = "CONTINUE") -> None:
        arn = self.service["currentServiceDeployment"]
        self.ecs.continue_service_deployment(
            {"serviceDeploymentArn": arn, "hookId": hook_id, "action": action}
        )
        self.later(2)

    def stop(self) -> None:
        self.ecs.stop_service_deployment({"serviceDeploymentArn": self.service["currentServiceDeployment"]})

    def live_weights(self, rule: str = "productionListenerRule") -> dict[str, int]:
        """Read the weights of a rule, by the short names of its groups."""
        advanced = self.service["loadBalancers"][0]["advancedConfiguration"]
        [described] = self.ecs.elbv2.describe_rules({"RuleArns": [advanced[rule]]})["Rules"]
        groups = described["Actions"][0]["ForwardConfig"]["TargetGroups"]
        return {short_name(group["TargetGroupArn"]): group["Weight"] for group in groups}

    def healthy_targets(self, group: str) -> int:
        arn = next(arn for arn in target_groups(self.ecs._account) if short_name(arn) == group)
        targets = self.ecs.elbv2.describe_target_health({"TargetGroupArn": arn})["TargetHealthDescriptions"]
        return sum(target["TargetHealth"]["State"] == "healthy" for target in targets)


def short_name(arn: str) -> str:
    return arn.split("/")[1].removeprefix("storefront-")


def hooks_of(record: dict[str, Any]) -> list[dict[str, Any]]:
    return list(record.get("lifecycleHookDetails", []))
