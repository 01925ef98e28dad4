"""Service deployments and service revisions in the shapes of the API's replies."""

import copy

from ecs_steps.sandbox.ecs.circuit_breaker import breaker_of, breaker_threshold
from ecs_steps.sandbox.ecs.deployment import ServiceDeployment, ServiceRevision
from ecs_steps.sandbox.ecs.request import Reply
from ecs_steps.sandbox.ecs.service import Service
from ecs_steps.sandbox.ecs.traffic import Route


def describe_briefly(service: Service, service_deployment: ServiceDeployment) -> Reply:
    brief: Reply = {
        "serviceDeploymentArn": service_deployment.arn,
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "createdAt": service_deployment.created_at,
        "startedAt": service_deployment.created_at,
        "targetServiceRevisionArn": service_deployment.target.revision.arn,
        "status": service_deployment.status,
    }
    if service_deployment.status_reason:
        brief["statusReason"] = service_deployment.status_reason
    if service_deployment.finished_at:
        brief["finishedAt"] = service_deployment.finished_at
    return brief


def describe(service: Service, service_deployment: ServiceDeployment) -> Reply:
    """Describe a service deployment; stage, hooks and weights are absent where it is a rolling one."""
    described = describe_briefly(service, service_deployment)
    del described["targetServiceRevisionArn"]
    described |= {
        "updatedAt": service_deployment.updated_at,
        "targetServiceRevision": service.summarise(service_deployment.target),
        "sourceServiceRevisions": [service.summarise(source) for source in service_deployment.sources],
        "deploymentConfiguration": copy.deepcopy(service_deployment.configuration),
        "deploymentCircuitBreaker": _breaker(service, service_deployment),
        "alarms": _alarms(service_deployment),
    }
    if service_deployment.stopped_at:
        described["stoppedAt"] = service_deployment.stopped_at
    if service_deployment.rollback:
        described["rollback"] = {
            "reason": service_deployment.rollback_reason,
            "startedAt": service_deployment.rollback_started_at,
            "serviceRevisionArn": service_deployment.rollback.revision.arn,
        }
    if service_deployment.shifts:
        _add_stage(described, service_deployment)
    return described


def _add_stage(described: Reply, service_deployment: ServiceDeployment) -> None:
    if service_deployment.stage:
        described["lifecycleStage"] = service_deployment.stage
    # Believed: the hooks of the stage are listed, finished ones too, and no earlier ones (no source).
    if service_deployment.hooks:
        described["lifecycleHookDetails"] = [hook.describe() for hook in service_deployment.hooks]
    revision = service_deployment.target.revision
    connected = (revision.members.get("serviceConnectConfiguration") or {}).get("enabled")
    weights = {}
    if connected or revision.routes:
        weights["requestedProductionTrafficWeight"] = service_deployment.production
    if connected or any(route.test_rule for route in revision.routes):
        weights["requestedTestTrafficWeight"] = service_deployment.test
    for name, share in weights.items():
        described["targetServiceRevision"][name] = float(share)
        for source, summary in zip(
            service_deployment.sources, described["sourceServiceRevisions"], strict=True
        ):
            summary[name] = 100.0 - share if source is service_deployment.blue else 0.0


# Believed: the breaker's statuses and counts, zero where it is off (API reference, enums alone).
def _breaker(service: Service, service_deployment: ServiceDeployment) -> Reply:
    if not breaker_of(service).get("enable"):
        return {"status": "DISABLED", "failureCount": 0, "threshold": 0}
    watching = "MONITORING" if service_deployment.open else "MONITORING_COMPLETE"
    return {
        "status": "TRIGGERED" if service_deployment.breaker_triggered else watching,
        "failureCount": service_deployment.breaker_failures,
        "threshold": breaker_threshold(service),
    }


# Believed: the alarms' statuses (API reference, enums alone).
def _alarms(service_deployment: ServiceDeployment) -> Reply:
    alarms = service_deployment.configuration.get("alarms") or {}
    if not alarms.get("enable"):
        return {"status": "DISABLED", "alarmNames": [], "triggeredAlarmNames": []}
    watching = "MONITORING" if service_deployment.open else "MONITORING_COMPLETE"
    return {
        "status": "TRIGGERED" if service_deployment.raised_alarms else watching,
        "alarmNames": list(alarms["alarmNames"]),
        "triggeredAlarmNames": list(service_deployment.raised_alarms),
    }


def describe_revision(service: Service, revision: ServiceRevision) -> Reply:
    return copy.deepcopy(revision.members) | {
        "serviceRevisionArn": revision.arn,
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "taskDefinition": revision.task_definition.arn,
        "launchType": revision.launch_type,
        "containerImages": [
            {"containerName": container["name"], "image": container["image"]}
            for container in revision.task_definition.containers
        ],
        "guardDutyEnabled": False,
        "createdAt": revision.created_at,
        "resolvedConfiguration": {"loadBalancers": [_resolve(route) for route in revision.routes]},
    }


def _resolve(route: Route) -> Reply:
    resolved = {"targetGroupArn": route.target_group}
    return resolved | ({"productionListenerRule": route.production_rule} if route.production_rule else {})
