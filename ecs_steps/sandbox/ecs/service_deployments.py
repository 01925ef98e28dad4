"""The operations on service deployments and service revisions."""

import math
import re

from attrs import define

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.clusters import Clusters
from ecs_steps.sandbox.ecs.deployment import ServiceDeployment
from ecs_steps.sandbox.ecs.deployment_views import describe, describe_briefly, describe_revision
from ecs_steps.sandbox.ecs.monitors import USER
from ecs_steps.sandbox.ecs.request import Reply, Request, page, short_name
from ecs_steps.sandbox.ecs.scheduler import Scheduler
from ecs_steps.sandbox.ecs.service import Service
from ecs_steps.sandbox.service_error import ServiceError

_REQUESTED_FOR = 1.0
"""Seconds from a stop request to the stop."""
_HOOK_ID = re.compile(r"ecs-[a-z]+-[0-9A-Za-z-]+")


def _error(message: str) -> ServiceError:
    return ServiceError("InvalidParameterException", message)


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
            describe_briefly(service, service_deployment)
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
                found.append(describe(service, service_deployment))
        return {"serviceDeployments": found, "failures": failures}

    def describe_revisions(self, request: Request) -> Reply:
        found, failures = [], []
        for arn in request["serviceRevisionArns"]:
            service = self._service_in(arn)
            revision = service.revisions.get(arn) if service else None
            if service is None or revision is None:
                failures.append({"arn": arn, "reason": "MISSING"})
            else:
                found.append(describe_revision(service, revision))
        return {"serviceRevisions": found, "failures": failures}

    def stop(self, request: Request) -> Reply:
        """Stop one that is PENDING or in progress, after a moment: by a rollback, or (ABORT) as it stands.

        One that is being stopped or rolled back already stays as it is.
        """
        arn = request["serviceDeploymentArn"]
        service, service_deployment = self._existing(arn)
        if not service_deployment.open:
            # Believed: the code and the text of a terminal one (no source).
            raise ServiceError(
                "ConflictException",
                f"The service deployment cannot be stopped: it is {service_deployment.status}.",
            )
        if service_deployment.status not in ("PENDING", "IN_PROGRESS"):
            return {"serviceDeploymentArn": arn}
        roll_back = (request.get("stopType") or "ROLLBACK") == "ROLLBACK"
        service_deployment.moved(self.account.now, "ROLLBACK_REQUESTED" if roll_back else "STOP_REQUESTED")

        def stop() -> None:
            if service_deployment is service.open_service_deployment:
                self.scheduler.rollouts.fail(service, USER, roll_back=roll_back)
                self.scheduler.wake(service)

        self.account.after(_REQUESTED_FOR, stop)
        return {"serviceDeploymentArn": arn}

    def answer_hook(self, request: Request) -> Reply:
        """Continue or roll back at a pause; the texts are those of `troubleshooting-blue-green`."""
        arn, hook_id = request["serviceDeploymentArn"], request["hookId"]
        service, service_deployment = self._existing(arn)
        if not _HOOK_ID.fullmatch(hook_id):
            raise _error("Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}")
        if not service_deployment.open:
            raise _error(
                "Continuing a service deployment is not allowed for service deployment in terminal states."
            )
        hook = next((each for each in service_deployment.hooks if each.id == hook_id), None)
        if service_deployment.status != "IN_PROGRESS" or hook is None or not hook.awaits_answer:
            raise _error(
                "Provided hookId is either completed, unavailable, or not associated with the given Resource "
                "ARN"
            )
        self.scheduler.rollouts.answer(service, hook, request.get("action") or "CONTINUE")
        return {"serviceDeploymentArn": arn}

    def _existing(self, arn: str) -> tuple[Service, ServiceDeployment]:
        service, service_deployment = self._find(arn)
        if service is None or service_deployment is None:
            raise ServiceError("ServiceDeploymentNotFoundException", "The service deployment does not exist.")
        return service, service_deployment

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
