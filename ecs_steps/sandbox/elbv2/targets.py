"""Elastic Load Balancing, as far as the targets of tasks are concerned."""

from attrs import define, field

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.clusters import Clusters
from ecs_steps.sandbox.ecs.request import Reply, Request
from ecs_steps.sandbox.ecs.task import Target, Task
from ecs_steps.sandbox.elbv2.listeners import Listeners, Tags
from ecs_steps.sandbox.service_error import ServiceError

VPC = "vpc-0a1b2c3d"
_GIVEN = ("VpcId", "TargetType", "HealthCheckPort")


@define
class TargetGroups:
    """The target groups that were created or that services name."""

    account: Account
    clusters: Clusters
    listeners: Listeners
    _tags: dict[str, Tags] = field(factory=dict)
    _created: dict[str, int] = field(factory=dict)
    _given: dict[str, Reply] = field(factory=dict)

    def create(self, request: Request) -> Reply:
        """Create a target group; what `_GIVEN` names is the request's, everything else is the plan's."""
        name = request["Name"]
        if any(arn.split("/")[-2] == name for arn in self._groups()):
            raise ServiceError("DuplicateTargetGroupName", "A target group with the same name already exists")
        balancing = f"arn:{self.account.partition}:elasticloadbalancing:{self.account.region}"
        identifier = f"{self.account.random.getrandbits(64):016x}"
        arn = f"{balancing}:{self.account.number}:targetgroup/{name}/{identifier}"
        self._created[arn] = int(request.get("Port") or 80)
        self._given[arn] = {member: request[member] for member in _GIVEN if member in request}
        self._tags[arn] = {tag["Key"]: tag.get("Value", "") for tag in request.get("Tags") or []}
        return self.describe({"TargetGroupArns": [arn]})

    def describe_health(self, request: Request) -> Reply:
        group = request["TargetGroupArn"]
        self._port_of(group)
        wanted = [target["Id"] for target in request.get("Targets") or []]
        return {
            "TargetHealthDescriptions": [
                self._describe(task, target)
                for cluster in self.clusters.all()
                for task in cluster.tasks.values()
                for target in task.targets
                if target.group == group and (not wanted or task.address in wanted)
            ]
        }

    def _describe(self, task: Task, target: Target) -> Reply:
        health = {"State": target.state}
        if target.reason:
            health |= {"Reason": target.reason, "Description": target.description}
        zone = f"{self.account.region}a"
        return {
            "Target": {"Id": task.address, "Port": target.port, "AvailabilityZone": zone},
            "HealthCheckPort": str(target.port),
            "TargetHealth": health,
        }

    def describe(self, request: Request) -> Reply:
        settings = self.account.plan.target_group
        names, balancer = request.get("Names"), request.get("LoadBalancerArn")
        arns = request.get("TargetGroupArns") or [
            arn
            for arn in sorted(self._groups())
            if (names is None or arn.split("/")[-2] in names)
            and (balancer is None or balancer in self.listeners.load_balancers_of(arn))
        ]
        if names and len(arns) < len(names):
            raise ServiceError("TargetGroupNotFound", "One or more target groups not found")
        return {
            "TargetGroups": [
                {
                    "TargetGroupArn": arn,
                    "TargetGroupName": arn.split("/")[-2],
                    "Protocol": "HTTP",
                    "Port": self._port_of(arn),
                    "VpcId": VPC,
                    "LoadBalancerArns": self.listeners.load_balancers_of(arn),
                    "HealthCheckProtocol": "HTTP",
                    "HealthCheckPort": "traffic-port",
                    "HealthCheckEnabled": True,
                    "HealthCheckIntervalSeconds": settings.health_check_interval,
                    "HealthCheckTimeoutSeconds": 5,
                    "HealthyThresholdCount": settings.healthy_threshold,
                    "UnhealthyThresholdCount": settings.unhealthy_threshold,
                    "HealthCheckPath": "/",
                    "Matcher": {"HttpCode": "200"},
                    "TargetType": "ip",
                    "ProtocolVersion": "HTTP1",
                    **self._given.get(arn, {}),
                }
                for arn in arns
            ]
        }

    def describe_attributes(self, request: Request) -> Reply:
        self._port_of(request["TargetGroupArn"])
        delay = self.account.plan.target_group.deregistration_delay
        return {
            "Attributes": [
                {"Key": "deregistration_delay.timeout_seconds", "Value": str(delay)},
                {"Key": "slow_start.duration_seconds", "Value": "0"},
                {"Key": "stickiness.enabled", "Value": "false"},
            ]
        }

    def tags_of(self, arn: str) -> Tags:
        self._port_of(arn)
        return self._tags.setdefault(arn, {})

    def _groups(self) -> dict[str, int]:
        """Map the ARNs of target groups to the ports of the containers behind them."""
        return self._created | {
            group: port
            for cluster in self.clusters.all()
            for service in cluster.services.values()
            for group, port in service.target_groups.items()
        }

    def _port_of(self, arn: str) -> int:
        port = self._groups().get(arn)
        if port is None:
            raise ServiceError("TargetGroupNotFound", "One or more target groups not found")
        return port
