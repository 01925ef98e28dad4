"""What a program that embeds a step gives it: a clock that can be cancelled, a logger, the right types."""

import json
import logging
from importlib.resources import files
from threading import Event, Timer
from typing import Any

import pytest

from ecs_steps import (
    CancellableClock,
    InterruptedDeploymentError,
    SystemClock,
    UpdateEcsServiceStep,
    logger_presenter,
)
from ecs_steps.reporting.events import Reported, RolloutChanged
from ecs_steps.sandbox import Sandbox

VARIABLES: dict[str, Any] = json.loads((files("ecs_steps.sandbox") / "examples" / "update.json").read_text())


def test_an_event_ends_a_step_with_what_continues_in_aws() -> None:
    cancel = Event()

    def cancel_when_started(reported: Reported) -> None:
        if isinstance(reported, RolloutChanged):
            cancel.set()

    with Sandbox() as aws, pytest.raises(InterruptedDeploymentError) as raised:
        UpdateEcsServiceStep(VARIABLES).run(
            aws=aws.clients, clock=CancellableClock(cancel, aws.clock), report=cancel_when_started
        )

    assert "continues in ECS" in raised.value.why
    assert raised.value.outputs["DeploymentId"].startswith("ecs-svc/")


def test_a_sleep_of_real_time_ends_when_the_event_is_set() -> None:
    cancel = Event()
    timer = Timer(0.05, cancel.set)
    timer.start()

    with pytest.raises(KeyboardInterrupt):
        CancellableClock(cancel, SystemClock()).sleep(3600)

    timer.join()


def test_a_logger_gets_each_report_at_its_level_with_the_data(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "deployments")
    with Sandbox("slow-start") as aws:
        report = logger_presenter(logging.getLogger("deployments"))
        UpdateEcsServiceStep(VARIABLES).run(aws=aws.clients, clock=aws.clock, report=report)

    records = {record.levelno for record in caplog.records}
    assert {logging.INFO, logging.DEBUG} <= records
    assert any(isinstance(vars(record)["reported"], RolloutChanged) for record in caplog.records)
    assert any("SUCCEEDED: orders runs orders:2" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ("text", "expected a mapping of variables by name, not str"),
        ([("a", "b")], "expected a mapping of variables by name, not list"),
        (None, "expected a mapping of variables by name, not NoneType"),
        ({1: "x"}, "expected names of variables as text, not int"),
    ],
)
def test_variables_of_a_wrong_type_are_a_type_error(variables: Any, message: str) -> None:  # noqa: ANN401  what is wrong
    with pytest.raises(TypeError, match=message):
        UpdateEcsServiceStep(variables)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"aws": object()},
            "aws= expects AwsClients, such as AwsClients\\(boto3.Session\\(\\)\\), not object",
        ),
        ({"report": "log"}, "report= expects a callable that takes one report, not str"),
        ({"clock": 3}, "clock= expects a clock with now\\(\\) and sleep\\(\\), not int"),
    ],
)
def test_an_argument_of_a_wrong_type_is_a_type_error(arguments: dict[str, Any], message: str) -> None:
    with Sandbox() as aws:
        given: dict[str, Any] = {"aws": aws.clients, "clock": aws.clock} | arguments

        with pytest.raises(TypeError, match=message):
            UpdateEcsServiceStep(VARIABLES).run(**given)
