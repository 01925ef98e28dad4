"""AWS::ECS::Service."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from attrs import frozen

from ecs_steps.sandbox.cloudformation.resources.naming_map import ecs_request, ecs_tags, members
from ecs_steps.sandbox.cloudformation.resources.resource_type import (
    Account,
    HandlerError,
    already_exists,
    changed_tags,
    generated_name,
)
from ecs_steps.sandbox.cloudformation.stack import Wanted
from ecs_steps.sandbox.coroutine import Coroutine
from ecs_steps.sandbox.ecs.strategy import shifts_traffic, total_bake_minutes

_POLL_INTERVAL = 5.0
_SHIFT_POLL_INTERVAL = 30.0
_HANDLER_TIMEOUT = timedelta(hours=36)
_MAX_BAKE_MINUTES = 33 * 60
_OPEN_STATUSES = {"PENDING", "IN_PROGRESS"}
_FAILED_STATUSES = {"STOPPED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"}
_DELETED_STATUSES = {"INACTIVE", "MISSING"}


@frozen
class Service:
    """Its physical id is its ARN. It is there when its deployment has completed, not when it was accepted."""

    account: Account
    attributes = frozenset({"Name", "ServiceArn"})
    create_only = frozenset({"Cluster", "LaunchType", "Role", "SchedulingStrategy", "ServiceName"})
    name_property = "ServiceName"

    def create(self, wanted: Wanted, announce: Callable[[str], None]) -> Coroutine:
        request = ecs_request("CreateService", _plain(wanted.properties))
        _check_bakes(request)
        yield 1
        if "serviceName" in request:
            self._check_name_is_free(wanted, request)
        else:
            request["serviceName"] = generated_name(wanted, self.account.ids, max_length=255)
        if wanted.tags:
            request["tags"] = ecs_tags(wanted.tags)
        service = self._change("CreateService", request)
        announce(service["serviceArn"])
        yield from self._stabilise(service)

    def update(self, physical_id: str, wanted: Wanted, former: Wanted) -> Coroutine:
        _check_bakes(ecs_request("CreateService", _plain(wanted.properties)))
        yield 1
        service = self._change("UpdateService", self._update_request(physical_id, wanted, former))
        to_set, to_remove = changed_tags(wanted.tags, former.tags)
        if to_set:
            self.account.call("ecs", "TagResource", resourceArn=physical_id, tags=ecs_tags(to_set))
        if to_remove:
            self.account.call("ecs", "UntagResource", resourceArn=physical_id, tagKeys=to_remove)
        yield from self._stabilise(service)

    def delete(self, physical_id: str) -> Coroutine:
        yield 1
        if self._describe(physical_id)["status"] == "ACTIVE":
            request = {"cluster": _cluster(physical_id), "service": physical_id, "force": True}
            self._change("DeleteService", request)
        while self._describe(physical_id)["status"] not in _DELETED_STATUSES:
            yield _POLL_INTERVAL

    def attribute(self, physical_id: str, name: str) -> str:
        return {"Name": physical_id.rpartition("/")[2], "ServiceArn": physical_id}[name]

    def _update_request(self, physical_id: str, wanted: Wanted, former: Wanted) -> dict[str, Any]:
        """Request what has changed; a list that is no longer declared becomes an empty one.

        The desired count is sent with every change, as CloudFormation does (aws-cdk #3919, #13130): what auto
        scaling has set since is lost.
        """
        accepted = members("UpdateService")
        now, before = _plain(wanted.properties), _plain(former.properties)
        changed = {name: value for name, value in now.items() if before.get(name) != value}
        changed |= {name: [] for name, value in before.items() if name not in now and isinstance(value, list)}
        if "DesiredCount" in now:
            changed["DesiredCount"] = now["DesiredCount"]
        if wanted.properties.get("ForceNewDeployment") != former.properties.get("ForceNewDeployment"):
            changed["ForceNewDeployment"] = True
        request = ecs_request("UpdateService", {name: changed[name] for name in changed if name in accepted})
        return request | {"cluster": _cluster(physical_id), "service": physical_id}

    def _check_name_is_free(self, wanted: Wanted, request: Mapping[str, Any]) -> None:
        cluster, name = request.get("cluster", "default"), request["serviceName"]
        services = self.account.call("ecs", "DescribeServices", cluster=cluster, services=[name])["services"]
        if any(service["status"] == "ACTIVE" for service in services):
            raise already_exists(wanted.type, name)

    def _change(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        service: dict[str, Any] = self.account.call("ecs", operation, **request)["service"]
        return service

    def _describe(self, arn: str) -> dict[str, Any]:
        """Return the service; one with the status MISSING where there is none."""
        services = self.account.call("ecs", "DescribeServices", cluster=_cluster(arn), services=[arn])[
            "services"
        ]
        return services[0] if services else {"status": "MISSING", "deployments": []}

    def _stabilise(self, service: Mapping[str, Any]) -> Coroutine:
        """Wait for the deployment that the service has now.

        Raises:
            HandlerError: It failed, or it took longer than CloudFormation waits.
        """
        if self._shift_status(service) in _OPEN_STATUSES:
            yield from self._await_shift(service)
            return
        if service["deploymentController"]["type"] == "EXTERNAL":
            # Believed: a service whose tasks are others' to start is waited for no longer (no source).
            return
        arn, awaited = service["serviceArn"], _primary(service).get("id")
        give_up = self.account.timeline.now + timedelta(seconds=self.account.plan.service_timeout)
        while self.account.timeline.now < give_up:
            yield _POLL_INTERVAL
            service = self._describe(arn)
            if service["status"] == "MISSING":
                continue
            # Believed: the wrapping of a deleted service (public issues).
            if service["status"] != "ACTIVE":
                raise HandlerError(f"Service {arn} did not stabilize.", "NotStabilized")
            primary = _primary(service)
            if _rollout_state(service, awaited) == "FAILED" and (
                primary.get("id") == awaited or not self.account.plan.ignores_rollbacks
            ):
                # Believed: the text, of a rollback by alarm or person too (public issues).
                raise HandlerError(
                    "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'.",
                    "GeneralServiceException",
                )
            steady = service["runningCount"] == service["desiredCount"]
            if steady and primary.get("rolloutState", "COMPLETED") == "COMPLETED":
                return
        # Believed: the text after the last attempt, wrapped as NotStabilized (public issues).
        raise HandlerError("Exceeded attempts to wait", "NotStabilized")

    def _await_shift(self, service: Mapping[str, Any]) -> Coroutine:
        """Wait for a deployment that shifts traffic, its pauses included.

        Raises:
            HandlerError: It was rolled back or stopped, or it took longer than the handler may.
        """
        give_up = self.account.timeline.now + _HANDLER_TIMEOUT
        while self.account.timeline.now < give_up:
            yield _SHIFT_POLL_INTERVAL
            deployment = self._shift(service)
            if deployment["status"] == "SUCCESSFUL":
                return
            if deployment["status"] in _FAILED_STATUSES:
                # Believed: that it fails (measured by non-97/ecs-native-blue-green); its text (no source).
                reason = deployment.get("statusReason", deployment["status"])
                raise HandlerError(f"Error occurred during operation '{reason}'.", "GeneralServiceException")
        raise HandlerError("Exceeded attempts to wait", "NotStabilized")

    def _shift(self, service: Mapping[str, Any]) -> dict[str, Any]:
        """Describe the service deployment that the service had at that time."""
        arns = [service["currentServiceDeployment"]]
        reply = self.account.call("ecs", "DescribeServiceDeployments", serviceDeploymentArns=arns)
        return dict(reply["serviceDeployments"][0]) if reply["serviceDeployments"] else {"status": "STOPPED"}

    def _shift_status(self, service: Mapping[str, Any]) -> str:
        """Return the status of a deployment that shifts traffic; empty where it is none."""
        shifts = shifts_traffic(service["deploymentConfiguration"])
        return self._shift(service)["status"] if shifts and "currentServiceDeployment" in service else ""


def _check_bakes(request: Mapping[str, Any]) -> None:
    """Refuse bakes and pauses that are longer than CloudFormation can wait."""
    configuration = request.get("deploymentConfiguration") or {}
    if not shifts_traffic(configuration):
        return
    total = total_bake_minutes(configuration)
    if total > _MAX_BAKE_MINUTES:
        raise HandlerError(
            f"Total bake time ({total:g} minutes) for progressive deployment exceeds the Cloudformation "
            "limit of 33 hours.",
            "InvalidRequest",
        )


def _plain(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is sent differently from the rest."""
    return {name: value for name, value in properties.items() if name not in {"Tags", "ForceNewDeployment"}}


def _rollout_state(service: Mapping[str, Any], deployment_id: str | None) -> str | None:
    found = (item.get("rolloutState") for item in service["deployments"] if item["id"] == deployment_id)
    return next(found, None)


def _primary(service: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((item for item in service["deployments"] if item["status"] == "PRIMARY"), {})


def _cluster(arn: str) -> str:
    return arn.split("/")[1]
