import pytest
from attrs import evolve

from ecs_steps.aws.service_deployments import RevisionShare, ServiceDeployment
from ecs_steps.reporting.events import Reported, RolloutChanged
from ecs_steps.rollouts.changes import ChangeReporter
from rollouts import examples
from rollouts.examples import DEPLOYMENT, RECORD, TARGET

BEFORE = evolve(DEPLOYMENT, deployment_id="ecs-svc/1", is_primary=False)
SERVICE = evolve(examples.SERVICE, deployments=(DEPLOYMENT, BEFORE))


def record(weight: float | None) -> ServiceDeployment:
    return evolve(RECORD, target=RevisionShare(desired=2, running=1, pending=1, production_weight=weight))


def weights(reported: list[Reported]) -> dict[str, float | None]:
    return {each.deployment_id: each.traffic_weight for each in reported if isinstance(each, RolloutChanged)}


@pytest.mark.parametrize("weight", [None, 0.0, 20.0])
def test_this_deployment_is_reported_with_its_weight_and_no_other(weight: float | None) -> None:
    reported: list[Reported] = []

    ChangeReporter(TARGET, reported.append).report(SERVICE, record(weight))

    assert weights(reported) == {"ecs-svc/2": weight, "ecs-svc/1": None}


def test_traffic_that_shifts_is_a_change() -> None:
    reported: list[Reported] = []
    reporter = ChangeReporter(TARGET, reported.append)
    reporter.report(SERVICE, record(20.0))
    reported.clear()

    changes = reporter.report(SERVICE, record(50.0))

    assert changes.any
    assert weights(reported) == {"ecs-svc/2": 50.0}


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        ({"running": 2, "pending": 0}, False),
        ({"running": 1, "pending": 0}, True),
        ({"failed": 1}, True),
        ({"rollout_state": "FAILED"}, True),
    ],
)
def test_fewer_tasks_failed_tasks_and_another_state_are_trouble_and_more_tasks_are_not(
    change: dict[str, object], *, trouble: bool
) -> None:
    before = evolve(DEPLOYMENT, desired=2, running=1, pending=1, failed=0)
    reporter = ChangeReporter(TARGET, lambda _: None)
    first = reporter.report(evolve(SERVICE, deployments=(before,)), None)

    changes = reporter.report(evolve(SERVICE, deployments=(evolve(before, **change),)), None)  # type: ignore[arg-type]  # by name

    assert (first.any, first.trouble) == (True, False)
    assert (changes.any, changes.trouble) == (True, trouble)
