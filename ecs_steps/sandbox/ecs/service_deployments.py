"""What callers may ask of service deployments and service revisions."""

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
from ecs_steps.sandbox.refusal import Refusal

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
            raise Refusal("ServiceNotFoundException", "Service not found.")
        statuses = request.get("status") or []
        created = request.get("createdAt") or {}
        briefs = [
            _brief(service, attempt)
            for attempt in service.service_deployments
            if (not statuses or attempt.status in statuses)
            and created.get("after", 0) < attempt.created_at.timestamp() < created.get("before", math.inf)
        ]
        return page(briefs, request, "serviceDeployments")

    def describe(self, request: Request) -> Reply:
        found, failures = [], []
        for arn in request["serviceDeploymentArns"]:
            service, attempt = self._find(arn)
            if service is None or attempt is None:
                failures.append({"arn": arn, "reason": "MISSING"})
            else:
                found.append(_describe(service, attempt))
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
        """Stop one that is under way, after a moment: by a rollback, or (ABORT) as it stands."""
        arn = request["serviceDeploymentArn"]
        service, attempt = self._find(arn)
        if service is None or attempt is None:
            raise Refusal("ServiceDeploymentNotFoundException", "Service deployment not found.")
        if attempt.status != "IN_PROGRESS":
            raise Refusal(
                "ConflictException", f"The service deployment cannot be stopped: it is {attempt.status}."
            )
        roll_back = (request.get("stopType") or "ROLLBACK") == "ROLLBACK"
        attempt.moved(self.account.now, "ROLLBACK_REQUESTED" if roll_back else "STOP_REQUESTED")

        def stop() -> None:
            if attempt.open:
                self.scheduler.rollouts.fail(service, USER, roll_back=roll_back)
                self.scheduler.wake(service)

        self.account.after(_REQUESTED_FOR, stop)
        return {"serviceDeploymentArn": arn}

    def proceed(self, request: Request) -> Reply:
        """Refuse ContinueServiceDeployment: no deployment here has a hook to wait at."""
        if self._find(request["serviceDeploymentArn"])[1] is None:
            raise Refusal("ServiceDeploymentNotFoundException", "Service deployment not found.")
        raise Refusal(
            "InvalidParameterException", "The service deployment is not waiting at a lifecycle hook."
        )

    def _service_in(self, arn: str) -> Service | None:
        """Find the service of a ``.../cluster/service/id`` ARN."""
        match arn.split("/"):
            case [_, cluster, service, _]:
                return self.clusters.named_in({"cluster": cluster}).services.get(service)
            case _:
                raise Refusal("InvalidParameterException", f"Invalid identifier: {arn}")

    def _find(self, arn: str) -> tuple[Service | None, ServiceDeployment | None]:
        service = self._service_in(arn)
        attempts = service.service_deployments if service else []
        return service, next((attempt for attempt in attempts if attempt.arn == arn), None)


def _brief(service: Service, attempt: ServiceDeployment) -> Reply:
    brief: Reply = {
        "serviceDeploymentArn": attempt.arn,
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "createdAt": attempt.created_at,
        "startedAt": attempt.created_at,
        "targetServiceRevisionArn": attempt.target.revision.arn,
        "status": attempt.status,
    }
    if attempt.status_reason:
        brief["statusReason"] = attempt.status_reason
    if attempt.finished_at:
        brief["finishedAt"] = attempt.finished_at
    return brief


def _describe(service: Service, attempt: ServiceDeployment) -> Reply:
    described = _brief(service, attempt)
    del described["targetServiceRevisionArn"]
    serves_target = attempt.rollback is None
    described |= {
        "updatedAt": attempt.updated_at,
        "targetServiceRevision": _summarise(service, attempt.target, weight=100.0 * serves_target),
        "sourceServiceRevisions": [
            _summarise(service, source, weight=100.0 * (source is attempt.sources[0] and not serves_target))
            for source in attempt.sources
        ],
        "lifecycleStage": "SCALE_UP" if attempt.open else "CLEAN_UP",
        "deploymentConfiguration": copy.deepcopy(attempt.configuration),
        "deploymentCircuitBreaker": _breaker(service, attempt),
        "alarms": _alarms(attempt),
    }
    if attempt.stopped_at:
        described["stoppedAt"] = attempt.stopped_at
    if attempt.rollback:
        described["rollback"] = {
            "reason": attempt.rollback_reason,
            "startedAt": attempt.rollback.created_at,
            "serviceRevisionArn": attempt.rollback.revision.arn,
        }
    return described


def _summarise(service: Service, deployment: Deployment, *, weight: float) -> Reply:
    return service.summarise(deployment) | {"requestedProductionTrafficWeight": weight}


def _breaker(service: Service, attempt: ServiceDeployment) -> Reply:
    if not breaker_of(service).get("enable"):
        return {"status": "DISABLED", "failureCount": 0, "threshold": 0}
    watching = "MONITORING" if attempt.open else "MONITORING_COMPLETE"
    return {
        "status": "TRIGGERED" if attempt.breaker_triggered else watching,
        "failureCount": attempt.breaker_failures,
        "threshold": breaker_threshold(service),
    }


def _alarms(attempt: ServiceDeployment) -> Reply:
    alarms = attempt.configuration.get("alarms") or {}
    if not alarms.get("enable"):
        return {"status": "DISABLED", "alarmNames": [], "triggeredAlarmNames": []}
    watching = "MONITORING" if attempt.open else "MONITORING_COMPLETE"
    return {
        "status": "TRIGGERED" if attempt.raised_alarms else watching,
        "alarmNames": list(alarms["alarmNames"]),
        "triggeredAlarmNames": list(attempt.raised_alarms),
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
