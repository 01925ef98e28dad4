"""What a running service says of its deployment: variables, and the settings that have no place in them."""

from collections.abc import Iterator, Mapping
from typing import Any

from ecs_steps.steps.deploy_ecs_service.inputs import DEPLOY
from ecs_steps.steps.strategy_inputs import DEPLOYMENT, STRATEGY

Members = Mapping[str, Any]

_STATE = {
    "clusterArn",
    "createdAt",
    "createdBy",
    "currentServiceDeployment",
    "currentServiceRevisions",
    "deployments",
    "events",
    "pendingCount",
    "platformFamily",
    "resourceManagementType",
    "roleArn",
    "runningCount",
    "serviceArn",
    "serviceName",
    "status",
    "tags",
    "taskDefinition",
    "taskSets",
}
"""What ECS reports and no one sets; the name and the tags are the next deployment's own."""
_PLACED = {
    "deploymentConfiguration",
    "desiredCount",
    "enableECSManagedTags",
    "loadBalancers",
    "networkConfiguration",
}
_PLACED_CONFIGURATION = {
    "alarms",
    "bakeTimeInMinutes",
    "canaryConfiguration",
    "deploymentCircuitBreaker",
    "linearConfiguration",
    "maximumPercent",
    "minimumHealthyPercent",
    "strategy",
}
_DEFAULTS: Mapping[str, object] = {
    "availabilityZoneRebalancing": "ENABLED",
    "deploymentController": {"type": "ECS"},
    "launchType": "FARGATE",
    "platformVersion": "LATEST",
    "propagateTags": "NONE",
    "schedulingStrategy": "REPLICA",
}
_OF_A_DEPLOYMENT = ("serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations")
"""Settings of a service that DescribeServices shows with its deployments."""
_TASK_SETS = {"type": "EXTERNAL"}
_STRATEGIES = {"ROLLING": "", "BLUE_GREEN": "BlueGreen", "CANARY": "Canary", "LINEAR": "Linear"}
_SHIFTING = {
    "alternateTargetGroupArn": "alternateTargetGroupArn",
    "productionListenerRule": "productionListenerRule",
    "testListenerRule": "testListenerRule",
    "roleArn": "infrastructureRole",
}


def service_variables(service: Members) -> dict[str, object]:
    """Return what the variables of a deployment say of its service, as DescribeServices returns it."""
    network = service.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    configuration: Members = service.get("deploymentConfiguration", {})
    return {
        "Octopus.Action.Aws.Ecs.ClusterName": service["clusterArn"].rpartition("/")[2],
        f"{DEPLOY}.DesiredCount": service.get("desiredCount", 1),
        f"{DEPLOY}.MinimumHealthPercent": configuration.get("minimumHealthyPercent", 100),
        f"{DEPLOY}.MaximumHealthPercent": configuration.get("maximumPercent", 200),
        f"{DEPLOY}.SubnetIds": network.get("subnets", []),
        f"{DEPLOY}.SecurityGroupIds": network.get("securityGroups", []),
        f"{DEPLOY}.AutoAssignPublicIp": str(network.get("assignPublicIp") == "ENABLED"),
        f"{DEPLOY}.EnableEcsManagedTags": str(service.get("enableECSManagedTags", False)),
        f"{DEPLOY}.LoadBalancerMappings": [
            _mapping(each) for each in service.get("loadBalancers", ()) if "targetGroupArn" in each
        ],
        **_deployment_type(service),
        f"{DEPLOYMENT}.CircuitBreaker": _circuit_breaker(configuration.get("deploymentCircuitBreaker", {})),
        f"{DEPLOYMENT}.Alarms": "\n".join(_alarms(configuration)),
    }


def service_without_place(service: Members) -> Iterator[str]:
    """Yield the settings of the service that a deployment has no variable for, or sets itself."""
    for name, value in service.items():
        if value and name not in _STATE | _PLACED and value not in (_DEFAULTS.get(name), _TASK_SETS):
            yield f"service.{name}"
    configuration: Members = service.get("deploymentConfiguration", {})
    yield from (
        f"service.deploymentConfiguration.{name}"
        for name, value in configuration.items()
        if value and name not in _PLACED_CONFIGURATION
    )
    breaker: Members = configuration.get("deploymentCircuitBreaker", {})
    yield from (
        f"service.deploymentConfiguration.deploymentCircuitBreaker.{name}"
        for name, value in breaker.items()
        if value and name not in ("enable", "rollback")
    )
    if configuration.get("alarms", {}).get("enable") and not configuration["alarms"].get("rollback"):
        yield "service.deploymentConfiguration.alarms.rollback"
    if any("loadBalancerName" in each for each in service.get("loadBalancers", ())):
        yield "service.loadBalancers (a Classic Load Balancer)"
    newest: Members = next(iter(service.get("deployments", ())), {})
    yield from (f"service.{name}" for name in _OF_A_DEPLOYMENT if newest.get(name))


def _mapping(balancer: Members) -> dict[str, object]:
    advanced: Members = balancer.get("advancedConfiguration", {})
    shifting = {ours: advanced[name] for name, ours in _SHIFTING.items() if name in advanced}
    return {name: balancer[name] for name in ("containerName", "containerPort", "targetGroupArn")} | shifting


def _deployment_type(service: Members) -> dict[str, object]:
    if service.get("deploymentController") == _TASK_SETS:
        return {f"{DEPLOY}.DeploymentType": "TaskSets"}
    configuration: Members = service.get("deploymentConfiguration", {})
    canary: Members = configuration.get("canaryConfiguration", {})
    linear: Members = configuration.get("linearConfiguration", {})
    kind = _STRATEGIES.get(configuration.get("strategy", ""), "")
    if not kind:
        return {}
    return {
        f"{STRATEGY}.Type": kind,
        f"{STRATEGY}.CanaryPercent": canary.get("canaryPercent"),
        f"{STRATEGY}.StepPercent": linear.get("stepPercent"),
        f"{STRATEGY}.StepBakeMinutes": canary.get(
            "canaryBakeTimeInMinutes", linear.get("stepBakeTimeInMinutes")
        ),
        f"{STRATEGY}.BakeMinutes": configuration.get("bakeTimeInMinutes"),
    }


def _circuit_breaker(breaker: Members) -> str:
    if not breaker.get("enable"):
        return ""
    return "Rollback" if breaker.get("rollback") else "On"


def _alarms(configuration: Members) -> list[str]:
    alarms: Members = configuration.get("alarms", {})
    return list(alarms.get("alarmNames", ())) if alarms.get("enable") else []
