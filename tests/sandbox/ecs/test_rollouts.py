"""How deployments end: completed, failed, rolled back, replaced."""

from collections.abc import Callable
from typing import Any

import pytest

from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.ecs.plan import EcsPlan, Exits, FailurePlan

Begin = Callable[[EcsPlan], EcsBackend]
Deploy = Callable[..., str]
Later = Callable[[float], None]
Messages = Callable[..., list[str]]
Describe = Callable[..., dict[str, Any]]

ORDERS = {"cluster": "shop", "service": "orders"}
CRASH = FailurePlan(ending=Exits(code=1))


def breaker(*, rollback: bool, **more: object) -> dict[str, Any]:
    circuit_breaker = {"enable": True, "rollback": rollback, **more}
    return {"deploymentConfiguration": {"deploymentCircuitBreaker": circuit_breaker}}


def service_deployment(ecs: EcsBackend) -> dict[str, Any]:
    """Describe the newest service deployment of `orders`."""
    newest = ecs.list_service_deployments(ORDERS)["serviceDeployments"][0]["serviceDeploymentArn"]
    described: dict[str, Any] = ecs.describe_service_deployments({"serviceDeploymentArns": [newest]})[
        "serviceDeployments"
    ][0]
    return described


def test_the_breaker_goes_back_to_the_revision_that_served(
    begin: Begin, deploy: Deploy, describe: Describe, later: Later
) -> None:
    ecs = begin(EcsPlan(failure_plans=(CRASH,), service=breaker(rollback=True)))
    failed_id = deploy(ecs)

    later(100)
    rolling_back = describe(ecs)
    later(200)
    rolled_back = describe(ecs)

    back, failed, _ = rolling_back["deployments"]
    assert back["id"] != failed_id
    assert back["rolloutState"] == "IN_PROGRESS"
    assert back["rolloutStateReason"] == (
        f"ECS deployment circuit breaker: rolling back to deploymentId {back['id']}."
    )
    assert (failed["id"], failed["status"], failed["rolloutState"], failed["failedTasks"]) == (
        failed_id,
        "ACTIVE",
        "FAILED",
        3,
    )
    assert failed["rolloutStateReason"] == "ECS deployment circuit breaker: tasks failed to start."
    assert rolled_back["taskDefinition"].endswith("orders:1")
    assert [(d["id"], d["rolloutState"]) for d in rolled_back["deployments"]] == [(back["id"], "COMPLETED")]


def test_a_rollback_is_among_the_events(
    begin: Begin, deploy: Deploy, describe: Describe, messages: Messages, later: Later
) -> None:
    ecs = begin(EcsPlan(failure_plans=(CRASH,), service=breaker(rollback=True)))
    failed_id = deploy(ecs)

    later(300)

    details = [text for text in messages(ecs) if "deployment" in text][-3:]
    back = describe(ecs)["deployments"][0]["id"]
    assert details == [
        f"(service orders) (deployment {failed_id}) deployment failed: tasks failed to start.",
        f"(service orders) rolling back to deployment {back}.",
        f"(service orders) (deployment {back}) deployment completed.",
    ]


def test_a_service_deployment_describes_its_rollback(begin: Begin, deploy: Deploy, later: Later) -> None:
    ecs = begin(EcsPlan(failure_plans=(CRASH,), service=breaker(rollback=True)))
    failed_id = deploy(ecs)

    later(100)
    rolling_back = service_deployment(ecs)
    later(200)
    rolled_back = service_deployment(ecs)

    digits = failed_id.removeprefix("ecs-svc/")
    assert rolling_back["status"] == "ROLLBACK_IN_PROGRESS"
    assert rolling_back["targetServiceRevision"]["arn"].endswith(f"service-revision/shop/orders/{digits}")
    assert rolling_back["deploymentCircuitBreaker"] == {
        "status": "TRIGGERED",
        "failureCount": 3,
        "threshold": 3,
    }
    assert rolled_back["status"] == "ROLLBACK_SUCCESSFUL"
    assert rolled_back["statusReason"] == (
        "Service deployment rolled back because the circuit breaker threshold was exceeded."
    )
    assert rolled_back["finishedAt"] > rolled_back["rollback"]["startedAt"]
    former = ecs.describe_service_revisions(
        {"serviceRevisionArns": [rolled_back["rollback"]["serviceRevisionArn"]]}
    )["serviceRevisions"][0]
    assert former["taskDefinition"].endswith("orders:1")


def test_without_rollback_the_failed_deployment_stays_and_the_old_tasks_serve(
    begin: Begin, deploy: Deploy, describe: Describe, later: Later
) -> None:
    ecs = begin(EcsPlan(failure_plans=(CRASH,), service=breaker(rollback=False)))
    failed_id = deploy(ecs)

    later(3600)

    failed, serving = describe(ecs)["deployments"]
    assert (failed["id"], failed["status"], failed["rolloutState"]) == (failed_id, "PRIMARY", "FAILED")
    assert (failed["runningCount"], failed["failedTasks"], serving["runningCount"]) == (0, 3, 2)
    assert (service_deployment(ecs)["status"], "stoppedAt" in service_deployment(ecs)) == ("STOPPED", True)


def test_a_first_deployment_has_nothing_to_go_back_to(begin: Begin, describe: Describe, later: Later) -> None:
    ecs = begin(EcsPlan(failure_plans=(CRASH,), service=breaker(rollback=True)))
    request = {"cluster": "shop", "serviceName": "mail", "taskDefinition": "billing", "desiredCount": 1}
    ecs.create_service(request | {"launchType": "EC2"})

    later(600)

    briefs = ecs.list_service_deployments({"cluster": "shop", "service": "mail"})["serviceDeployments"]
    assert describe(ecs, "mail")["deployments"][0]["rolloutState"] == "FAILED"
    assert (briefs[0]["status"], briefs[0]["statusReason"]) == (
        "ROLLBACK_FAILED",
        "No rollback candidate was found to run the rollback.",
    )


def test_a_rollback_that_fails_is_not_rolled_back_again(
    begin: Begin, deploy: Deploy, describe: Describe, later: Later
) -> None:
    always_crashes = FailurePlan(ending=Exits(code=1), proven_too=True)
    ecs = begin(EcsPlan(failure_plans=(always_crashes,), service=breaker(rollback=True)))
    deploy(ecs)

    later(3600)

    assert service_deployment(ecs)["status"] == "ROLLBACK_FAILED"
    assert describe(ecs)["deployments"][0]["rolloutState"] == "FAILED"


@pytest.mark.parametrize(
    ("desired", "rule", "threshold"),
    [
        (1, {}, 3),
        (10, {}, 5),
        (25, {}, 13),
        (1000, {}, 200),
        (10, {"thresholdConfiguration": {"type": "COUNT", "value": 7}}, 7),
        (10, {"thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 20}}, 3),
        (10, {"thresholdConfiguration": {"type": "UNBOUNDED_PERCENT", "value": 20}}, 2),
    ],
)
def test_the_threshold_follows_the_desired_count(
    begin: Begin, deploy: Deploy, desired: int, rule: dict[str, Any], threshold: int
) -> None:
    ecs = begin(EcsPlan(service={"desiredCount": desired, **breaker(rollback=True, **rule)}))
    deploy(ecs)

    watching = service_deployment(ecs)["deploymentCircuitBreaker"]

    assert watching == {"status": "MONITORING", "failureCount": 0, "threshold": threshold}


def test_a_healthy_task_resets_the_breakers_count(
    begin: Begin, deploy: Deploy, describe: Describe, later: Later
) -> None:
    twice = FailurePlan(ending=Exits(code=1), first=2)
    ecs = begin(EcsPlan(failure_plans=(twice,), service={"desiredCount": 3, **breaker(rollback=True)}))
    deploy(ecs)

    later(30)
    failed = describe(ecs)["deployments"][0]["failedTasks"]
    counted = service_deployment(ecs)["deploymentCircuitBreaker"]["failureCount"]
    later(20)
    healthy = describe(ecs)["deployments"][0]["failedTasks"]

    assert (failed, counted) == (2, 2)
    assert (healthy, service_deployment(ecs)["deploymentCircuitBreaker"]["failureCount"]) == (0, 0)


def test_without_a_breaker_a_deployment_keeps_failing(
    begin: Begin, deploy: Deploy, describe: Describe, later: Later
) -> None:
    ecs = begin(EcsPlan(failure_plans=(CRASH,)))
    deployment_id = deploy(ecs)

    later(6 * 3600)

    primary = describe(ecs)["deployments"][0]
    assert (primary["id"], primary["rolloutState"]) == (deployment_id, "IN_PROGRESS")
    assert primary["failedTasks"] > 10
    assert service_deployment(ecs)["deploymentCircuitBreaker"]["status"] == "DISABLED"


def test_a_newer_deployment_replaces_the_one_in_progress(
    ecs: EcsBackend, deploy: Deploy, describe: Describe, later: Later
) -> None:
    deploy(ecs)
    later(15)
    newer_id = deploy(ecs)

    later(200)

    newer, replaced, *_ = ecs.list_service_deployments(ORDERS)["serviceDeployments"]
    assert (newer["status"], replaced["status"]) == ("SUCCESSFUL", "STOPPED")
    assert replaced["statusReason"] == "Replaced by a new service deployment."
    assert [d["id"] for d in describe(ecs)["deployments"]] == [newer_id]


def test_a_deployment_of_the_revision_that_served_undoes_a_failing_one(
    begin: Begin, deploy: Deploy, describe: Describe, later: Later
) -> None:
    ecs = begin(EcsPlan(failure_plans=(CRASH,)))
    deploy(ecs)
    later(60)
    ecs.update_service({**ORDERS, "taskDefinition": "orders:1"})

    later(200)

    deployments = describe(ecs)["deployments"]
    assert [(d["taskDefinition"][-8:], d["rolloutState"]) for d in deployments] == [("orders:1", "COMPLETED")]
