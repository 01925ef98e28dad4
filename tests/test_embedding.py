"""What a program that embeds a step gives it: a clock, a logger, values of the right types, no moto."""

import json
import logging
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.resources import files
from threading import Event, Thread, Timer
from typing import Any

import boto3
import pytest
from moto import mock_aws

from ecs_steps import (
    AwsClients,
    InterruptedDeploymentError,
    InvalidInputsError,
    Outcome,
    UpdateEcsServiceStep,
    logger_presenter,
)
from ecs_steps.clock import CancellableClock, SystemClock
from ecs_steps.reporting.events import Reported, RolloutChanged
from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import StepRow


def example(name: str) -> dict[str, Any]:
    variables: dict[str, Any] = json.loads(
        (files("ecs_steps.sandbox") / "examples" / f"{name}.json").read_text()
    )
    return variables


VARIABLES = example("update")


def test_an_event_ends_a_step_with_what_continues_in_aws() -> None:
    cancel = Event()

    def cancel_when_started(reported: Reported) -> None:
        if isinstance(reported, RolloutChanged):
            cancel.set()

    with Sandbox() as aws, pytest.raises(InterruptedDeploymentError) as raised:
        UpdateEcsServiceStep(VARIABLES).run(
            aws=aws.clients, clock=aws.clock, cancel=cancel, report=cancel_when_started
        )

    assert "continues in ECS" in raised.value.why
    assert raised.value.outputs["DeploymentId"].startswith("ecs-svc/")


@pytest.mark.parametrize("row", STEPS, ids=lambda row: row.name)
def test_a_step_that_is_cancelled_before_it_begins_calls_nothing(row: StepRow) -> None:
    cancel = Event()
    cancel.set()

    with Sandbox() as aws:
        with pytest.raises(InterruptedDeploymentError, match="nothing had been started in AWS"):
            row.read(example(row.name)).run(
                aws=aws.clients, clock=CancellableClock(cancel, aws.clock), report=lambda _: None
            )

        assert aws.calls == []


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
        ({"clock": 3, "cancel": Event()}, "clock= expects a clock with now"),
        ({"cancel": "now"}, "cancel= expects a threading.Event, not str"),
    ],
)
def test_an_argument_of_a_wrong_type_is_a_type_error(arguments: dict[str, Any], message: str) -> None:
    with Sandbox() as aws:
        given: dict[str, Any] = {"aws": aws.clients, "clock": aws.clock} | arguments

        with pytest.raises(TypeError, match=message):
            UpdateEcsServiceStep(VARIABLES).run(**given)


@pytest.mark.parametrize("name", ["deploy", "update", "deploy-revision", "continue", "abort"])
@mock_aws
def test_on_plain_moto_a_deployment_is_refused_and_the_sandbox_is_named(name: str) -> None:
    session = boto3.Session(region_name="eu-west-1")
    session.client("ecs").create_cluster(clusterName="shop")

    with pytest.raises(InvalidInputsError, match="moto cannot carry a deployment") as raised:
        STEPS.named(name).read(example(name)).run(aws=AwsClients(session), report=lambda _: None)

    assert "ecs_steps.sandbox.Sandbox()" in str(raised.value)
    assert session.client("ecs").list_task_definitions()["taskDefinitionArns"] == []


@mock_aws
def test_a_step_finds_out_by_itself_that_moto_answers_it() -> None:
    variables = VARIABLES | {"Octopus.Action.Aws.Region": "eu-west-1"}

    with pytest.raises(InvalidInputsError, match="moto cannot carry a deployment"):
        UpdateEcsServiceStep(variables).run(report=lambda _: None)


class _MotoServer(BaseHTTPRequestHandler):
    """Answers as moto's server does."""

    server_version, sys_version = "Werkzeug/3.1.9", "Python/3.11.7, amazon.com"

    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")


def test_moto_s_server_is_refused_with_its_first_reply() -> None:
    keys: dict[str, Any] = dict.fromkeys(["aws_access_key_id", "aws_secret_access_key"], "moto")
    session: Any = boto3.Session(region_name="eu-west-1", **keys)
    with HTTPServer(("127.0.0.1", 0), _MotoServer) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        clients = AwsClients(session, endpoint_url=f"http://127.0.0.1:{server.server_port}")

        with pytest.raises(InvalidInputsError, match="moto cannot carry a deployment"):
            UpdateEcsServiceStep(VARIABLES).run(aws=clients, report=lambda _: None)
        thread.join()


@mock_aws
def test_what_moto_can_carry_and_a_sandbox_with_it_are_not_refused() -> None:
    session: Any = boto3.Session(region_name="eu-west-1")
    register = STEPS.named("register").read(example("register") | {"Octopus.Action.Aws.Region": "eu-west-1"})

    with Sandbox() as aws:
        updated = UpdateEcsServiceStep(VARIABLES).run(aws=aws.clients, clock=aws.clock, report=lambda _: None)

    assert updated.outcome is Outcome.SUCCEEDED
    template = {"family": "orders", "containerDefinitions": [{"name": "web", "image": "a:1", "memory": 128}]}
    session.client("ecs").register_task_definition(**template)
    assert register.run(aws=AwsClients(session), report=lambda _: None).outcome is Outcome.SUCCEEDED
