"""The operations on service deployments and service revisions."""

import copy
import math

from attrs import define

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.clusters import Clusters
from ecs_steps.sandbox.ecs.deployment import Deployment, ServiceDeployment, ServiceRevision
from ecs_steps.sandbox.ecs.request import Reply, Request, page, short_name
from ecs_steps.sandbox.ecs.rollouts import USER, breaker_of, breaker_threshold
from ecs_steps.sandbox.ecs.scheduler import Scheduler
from ecs_steps.sandbox.ecs.service import Service
from ecs_steps.sandbox.service_error import ServiceError

_REQUESTED_FOR = 1.0
"""Seconds from a stop request to the stop."""


@define
class ServiceDeployments:
    """The service deployments of the account's services."""

    account: Account
    clusters: Clusters
    scheduler: Scheduler

    def list(self, request: Request) -> Reply:
        service = self.clusters.named_in(request).services.get(short_name(request["service"]))
        if service is None:
            raise ServiceError("ServiceNotFoundException", "Service not found.")
        statuses = request.get("status") or []
        created = request.get("createdAt") or {}
        briefs = [
            _brief(service, service_deployment)
            for service_deployment in service.service_deployments
            if (not statuses or service_deployment.status in statuses)
            and created.get("after", 0)
            < service_deployment.created_at.timestamp()
            < created.get("before", math.inf)
        ]
        return page(briefs, request, "serviceDeployments")

    def describe(self, request: Request) -> Reply:
        found, failures = [], []
        for arn in request["serviceDeploymentArns"]:
            service, service_deployment = self._find(arn)
            if service is None or service_deployment is None:
                failures.append({"arn": arn, "reason": "MISSING"})
            else:
                found.append(_describe(service, service_deployment))
        return {"serviceDeployments": found, "failures": failures}

    def describe_revisions(self, request: Request) -> Reply:
        found, failures = [], []
        for arn in request["serviceRevisionArns"]:
            service = self._service_in(arn)
            revision = service.revisions.get(arn) if service else None
            if service is None or revision is None:
                failures.append({"arn": arn, "reason": "MISSING"})
            else:
                found.append(_describe_revision(service, revision))
        return {"serviceRevisions": found, "failures": failures}

    def stop(self, request: Request) -> Reply:
        """Stop one in progress, after a moment: by a rollback, or (ABORT) as it stands."""
        arn = request["serviceDeploymentArn"]
        service, service_deployment = self._find(arn)
        if service is None or service_deployment is None:
            raise ServiceError("ServiceDeploymentNotFoundException", "Service deployment not found.")
        if service_deployment.status != "IN_PROGRESS":
            raise ServiceError(
                "ConflictException",
                f"The service deployment cannot be stopped: it is {service_deployment.status}.",
            )
        roll_back = (request.get("stopType") or "ROLLBACK") == "ROLLBACK"
        service_deployment.moved(self.account.now, "ROLLBACK_REQUESTED" if roll_back else "STOP_REQUESTED")

        def stop() -> None:
            if service_deployment.open:
                self.scheduler.rollouts.fail(service, USER, roll_back=roll_back)
                self.scheduler.wake(service)

        self.account.after(_REQUESTED_FOR, stop)
        return {"serviceDeploymentArn": arn}

    def proceed(self, request: Request) -> Reply:
        """Refuse ContinueServiceDeployment: no deployment here has a hook to wait at."""
        if self._find(request["serviceDeploymentArn"])[1] is None:
            raise ServiceError("ServiceDeploymentNotFoundException", "Service deployment not found.")
        raise ServiceError(
            "InvalidParameterException", "The service deployment is not waiting at a lifecycle hook."
        )

    def _service_in(self, arn: str) -> Service | None:
        """Find the service of a ``.../cluster/service/id`` ARN."""
        match arn.split("/"):
            case [_, cluster, service, _]:
                return self.clusters.named_in({"cluster": cluster}).services.get(service)
            case _:
                raise ServiceError("InvalidParameterException", f"Invalid identifier: {arn}")

    def _find(self, arn: str) -> tuple[Service | None, ServiceDeployment | None]:
        service = self._service_in(arn)
        service_deployments = service.service_deployments if service else []
        return service, next(
            (
                service_deployment
                for service_deployment in service_deployments
                if service_deployment.arn == arn
            ),
            None,
        )


def _brief(service: Service, service_deployment: ServiceDeployment) -> Reply:
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


def _describe(service: Service, service_deployment: ServiceDeployment) -> Reply:
    described = _brief(service, service_deployment)
    del described["targetServiceRevisionArn"]
    serves_target = service_deployment.rollback is None
    described |= {
        "updatedAt": service_deployment.updated_at,
        "targetServiceRevision": _summarise(service, service_deployment.target, weight=100.0 * serves_target),
        "sourceServiceRevisions": [
            _summarise(
                service,
                source,
                weight=100.0 * (source is service_deployment.sources[0] and not serves_target),
            )
            for source in service_deployment.sources
        ],
        "lifecycleStage": "SCALE_UP" if service_deployment.open else "CLEAN_UP",
        "deploymentConfiguration": copy.deepcopy(service_deployment.configuration),
        "deploymentCircuitBreaker": _breaker(service, service_deployment),
        "alarms": _alarms(service_deployment),
    }
    if service_deployment.stopped_at:
        described["stoppedAt"] = service_deployment.stopped_at
    if service_deployment.rollback:
        described["rollback"] = {
            "reason": service_deployment.rollback_reason,
            "startedAt": service_deployment.rollback.created_at,
            "serviceRevisionArn": service_deployment.rollback.revision.arn,
        }
    return described


def _summarise(service: Service, deployment: Deployment, *, weight: float) -> Reply:
    return service.summarise(deployment) | {"requestedProductionTrafficWeight": weight}


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


def _describe_revision(service: Service, revision: ServiceRevision) -> Reply:
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
    }
