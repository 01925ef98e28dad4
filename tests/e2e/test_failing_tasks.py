"""Tasks that fail in an emulator that others wrote: they carry the service's name, and no deployment's id."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from attrs import field, frozen

from ecs_steps import RolloutFailedError
from ecs_steps.steps.registry import STEPS
from explaining.shop import DEFINITION, SERVICE, update_variables
from peers.environments import NotInstalled, end_without
from peers.ministack import Ministack, running


@frozen
class FastClock:
    """A clock that is twenty times as fast as the emulator's."""

    began: datetime = field(factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.began + 20 * (datetime.now(UTC) - self.began)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / 20)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ministack]:
    """An emulator with containers, and a service without a circuit breaker."""
    try:
        with running(tmp_path_factory.mktemp("ministack-with-containers"), containers=True) as emulator:
            ecs = emulator.client("ecs")
            ecs.create_cluster(clusterName=SERVICE["cluster"])
            emulator.client("logs").create_log_group(logGroupName="/ecs/app")
            ecs.register_task_definition(**DEFINITION)
            ecs.create_service(**SERVICE)
            yield emulator
    except NotInstalled as error:
        end_without(error)


def failed(emulator: Ministack, image: str) -> RolloutFailedError:
    variables = update_variables(more={"Octopus.Action.Package[web].Image": image})
    step = STEPS.named("update").read(variables)
    with pytest.raises(RolloutFailedError) as raised:
        step.run(aws=emulator.clients(), report=lambda _: None, clock=FastClock())
    return raised.value


def test_a_crash_loop_is_given_up_with_its_exit_code_and_log(service: Ministack) -> None:
    error = failed(service, "index.docker.io/acme/web:crashes")

    assert error.diagnosis
    assert error.diagnosis.root_cause
    assert error.diagnosis.root_cause.reason == "exit"
    assert "exited with code 3" in str(error)
    assert "FATAL: DATABASE_URL is not set" in str(error)


def test_an_image_that_cannot_be_pulled_is_given_up_with_its_cause(service: Ministack) -> None:
    error = failed(service, "index.docker.io/acme/web:missing")

    assert error.diagnosis
    assert error.diagnosis.root_cause
    assert error.diagnosis.root_cause.reason == "image-not-found"
    assert "manifest unknown" in str(error)
