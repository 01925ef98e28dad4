"""The operations on service deployments."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.service_error import ServiceError
from ecs_steps.sandbox.timeline import Timeline

Deploy = Callable[..., str]
Later = Callable[[float], None]
Describe = Callable[..., dict[str, Any]]

ORDERS = {"cluster": "shop", "service": "orders"}
UNKNOWN = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/orders/unknown"


def newest(ecs: EcsBackend) -> dict[str, Any]:
    """Describe the newest service deployment of `orders`."""
    arn = ecs.list_service_deployments(ORDERS)["serviceDeployments"][0]["serviceDeploymentArn"]
    reply = ecs.describe_service_deployments({"serviceDeploymentArns": [arn]})
    described: dict[str, Any] = reply["serviceDeployments"][0]
    return described


def test_a_service_deployment_belongs_to_the_deployment_with_its_digits(
    ecs: EcsBackend, deploy: Deploy
) -> None:
    deployment_id = deploy(ecs)

    brief = ecs.list_service_deployments(ORDERS)["serviceDeployments"][0]

    digits = deployment_id.removeprefix("ecs-svc/")
    assert len(digits) == 19
    assert brief["targetServiceRevisionArn"] == (
        f"arn:aws:ecs:eu-west-1:123456789012:service-revision/shop/orders/{digits}"
    )


def test_a_service_deployment_counts_its_tasks_and_those_it_replaces(
    ecs: EcsBackend, deploy: Deploy, later: Later
) -> None:
    deploy(ecs)
    later(10)

    described = newest(ecs)

    target, source = described["targetServiceRevision"], described["sourceServiceRevisions"][0]
    counts = ("requestedTaskCount", "runningTaskCount", "pendingTaskCount")
    assert [target[name] for name in counts] == [2, 0, 2]
    assert [source[name] for name in counts] == [2, 2, 0]
    assert described["status"] == "IN_PROGRESS"


def test_a_successful_service_deployment_is_finished(
    ecs: EcsBackend, deploy: Deploy, describe: Describe, later: Later
) -> None:
    deploy(ecs)
    later(200)

    described = newest(ecs)

    assert described["status"] == "SUCCESSFUL"
    assert described["createdAt"] < described["finishedAt"] == describe(ecs)["deployments"][0]["updatedAt"]
    assert "stoppedAt" not in described


def test_service_deployments_are_listed_newest_first_by_status_and_time(
    ecs: EcsBackend, deploy: Deploy, timeline: Timeline
) -> None:
    # A moment is sent as seconds since 1970.
    before = (timeline.now - timedelta(seconds=1)).timestamp()
    deploy(ecs)

    everything = ecs.list_service_deployments(ORDERS)["serviceDeployments"]
    in_progress = ecs.list_service_deployments({**ORDERS, "status": ["IN_PROGRESS"]})["serviceDeployments"]
    recent = ecs.list_service_deployments({**ORDERS, "createdAt": {"after": before}})["serviceDeployments"]
    earlier = ecs.list_service_deployments({**ORDERS, "createdAt": {"before": before}})["serviceDeployments"]

    assert [brief["status"] for brief in everything] == ["IN_PROGRESS", "SUCCESSFUL"]
    assert in_progress == recent == everything[:1]
    assert earlier == everything[1:]


def test_a_service_revision_has_what_it_deploys(ecs: EcsBackend, deploy: Deploy) -> None:
    deploy(ecs)
    arn = newest(ecs)["targetServiceRevision"]["arn"]

    revision = ecs.describe_service_revisions({"serviceRevisionArns": [arn]})["serviceRevisions"][0]

    assert revision["taskDefinition"].endswith("orders:2")
    assert [image["containerName"] for image in revision["containerImages"]] == ["web", "log-router"]
    assert "networkConfiguration" in revision


def test_what_is_not_there_is_missing(ecs: EcsBackend) -> None:
    revision = UNKNOWN.replace("service-deployment", "service-revision")

    deployments = ecs.describe_service_deployments({"serviceDeploymentArns": [UNKNOWN]})
    revisions = ecs.describe_service_revisions({"serviceRevisionArns": [revision]})

    assert deployments["failures"] == [{"arn": UNKNOWN, "reason": "MISSING"}]
    assert revisions["failures"] == [{"arn": revision, "reason": "MISSING"}]


def test_an_arn_of_something_else_is_refused(ecs: EcsBackend) -> None:
    with pytest.raises(ServiceError, match="Invalid identifier"):
        ecs.describe_service_deployments({"serviceDeploymentArns": ["arn:aws:ecs:eu-west-1:1:service/x"]})


def test_a_stopped_service_deployment_is_rolled_back(
    ecs: EcsBackend, deploy: Deploy, describe: Describe, later: Later
) -> None:
    deploy(ecs)
    later(15)

    ecs.stop_service_deployment({"serviceDeploymentArn": newest(ecs)["serviceDeploymentArn"]})

    statuses = [newest(ecs)["status"]]
    for seconds in (2, 200):
        later(seconds)
        statuses.append(newest(ecs)["status"])
    assert statuses == ["ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL"]
    assert describe(ecs)["taskDefinition"].endswith("orders:1")


def test_an_aborted_service_deployment_stands_still(
    ecs: EcsBackend, deploy: Deploy, describe: Describe, later: Later
) -> None:
    deploy(ecs)
    later(15)

    arn = newest(ecs)["serviceDeploymentArn"]
    ecs.stop_service_deployment({"serviceDeploymentArn": arn, "stopType": "ABORT"})

    requested = newest(ecs)["status"]
    later(200)
    assert (requested, newest(ecs)["status"]) == ("STOP_REQUESTED", "STOPPED")
    assert describe(ecs)["deployments"][0]["rolloutState"] == "FAILED"
    assert describe(ecs)["deployments"][1]["runningCount"] == 2


def test_a_service_deployment_that_completes_before_it_is_stopped_stays_successful(
    ecs: EcsBackend, deploy: Deploy, later: Later
) -> None:
    deploy(ecs)
    later(77.5)
    ecs.stop_service_deployment({"serviceDeploymentArn": newest(ecs)["serviceDeploymentArn"]})

    later(200)

    assert newest(ecs)["status"] == "SUCCESSFUL"


def test_only_what_is_in_progress_can_be_stopped(ecs: EcsBackend) -> None:
    with pytest.raises(ServiceError) as refused:
        ecs.stop_service_deployment({"serviceDeploymentArn": newest(ecs)["serviceDeploymentArn"]})

    assert refused.value.code == "ConflictException"


@pytest.mark.parametrize("operation", ["stop_service_deployment", "continue_service_deployment"])
def test_an_unknown_service_deployment_is_not_found(ecs: EcsBackend, operation: str) -> None:
    with pytest.raises(ServiceError) as refused:
        getattr(ecs, operation)({"serviceDeploymentArn": UNKNOWN, "hookId": "ecs-pause-1"})

    assert refused.value.code == "ServiceDeploymentNotFoundException"


def test_a_rolling_deployment_has_no_stage_no_hooks_and_no_weights(ecs: EcsBackend, deploy: Deploy) -> None:
    deploy(ecs)

    described = newest(ecs)

    revisions = (described["targetServiceRevision"], *described["sourceServiceRevisions"])
    assert not {"lifecycleStage", "lifecycleHookDetails"} & described.keys()
    assert not [name for revision in revisions for name in revision if "Weight" in name]


def test_a_rolling_deployment_has_no_hook_to_continue(ecs: EcsBackend, deploy: Deploy) -> None:
    deploy(ecs)
    arn = newest(ecs)["serviceDeploymentArn"]

    with pytest.raises(ServiceError, match="Provided hookId is either completed, unavailable"):
        ecs.continue_service_deployment({"serviceDeploymentArn": arn, "hookId": "ecs-pause-1"})


def test_a_second_stop_changes_nothing(ecs: EcsBackend, deploy: Deploy, later: Later) -> None:
    deploy(ecs)
    later(15)
    request = {"serviceDeploymentArn": newest(ecs)["serviceDeploymentArn"]}

    statuses = []
    for seconds in (0, 2):
        later(seconds)
        ecs.stop_service_deployment(request)
        ecs.stop_service_deployment(request)
        statuses.append(newest(ecs)["status"])
    later(300)

    assert statuses == ["ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"]
    assert newest(ecs)["status"] == "ROLLBACK_SUCCESSFUL"


def test_a_pending_service_deployment_starts_no_task(
    begin: Callable[[EcsPlan], EcsBackend], deploy: Deploy, describe: Describe, later: Later
) -> None:
    ecs = begin(EcsPlan(pending=60))
    deploy(ecs)

    later(59)
    before = newest(ecs)["status"], describe(ecs)["pendingCount"]
    later(10)

    assert before == ("PENDING", 0)
    assert (newest(ecs)["status"], describe(ecs)["pendingCount"]) == ("IN_PROGRESS", 2)


@pytest.mark.parametrize("service", ["orders", "storefront"])
def test_a_pending_service_deployment_can_be_stopped(
    begin: Callable[[EcsPlan], EcsBackend], deploy: Deploy, describe: Describe, later: Later, service: str
) -> None:
    ecs = begin(EcsPlan(pending=60))
    deploy(ecs, service)
    listed = ecs.list_service_deployments({"cluster": "shop", "service": service})["serviceDeployments"]

    ecs.stop_service_deployment({"serviceDeploymentArn": listed[0]["serviceDeploymentArn"]})
    later(200)

    listed = ecs.list_service_deployments({"cluster": "shop", "service": service})["serviceDeployments"]
    assert listed[0]["status"] == "ROLLBACK_SUCCESSFUL"
    assert describe(ecs, service)["taskDefinition"].endswith(f"{service}:1")
    assert describe(ecs, service)["runningCount"] == 2


def test_service_deployments_of_a_service_that_is_not_there_are_not_found(ecs: EcsBackend) -> None:
    with pytest.raises(ServiceError) as refused:
        ecs.list_service_deployments({"cluster": "shop", "service": "unknown"})

    assert refused.value.code == "ServiceNotFoundException"


def test_a_deployment_that_is_stuck_can_be_rolled_back(
    begin: Callable[[EcsPlan], EcsBackend], deploy: Deploy, later: Later
) -> None:
    percents = {"minimumHealthyPercent": 100, "maximumPercent": 100}
    ecs = begin(EcsPlan(service={"deploymentConfiguration": percents, "desiredCount": 0}))
    ecs.update_service({**ORDERS, "desiredCount": 1})
    later(200)
    deploy(ecs)
    later(200)
    ecs.update_service({**ORDERS, "deploymentConfiguration": {"maximumPercent": 200}})

    ecs.stop_service_deployment({"serviceDeploymentArn": newest(ecs)["serviceDeploymentArn"]})

    later(200)
    assert newest(ecs)["status"] == "ROLLBACK_SUCCESSFUL"
