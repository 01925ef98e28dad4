"""What is secret in a dictionary or a task definition stays out of everything that is said."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs_steps import DeploymentError, UpdateEcsServiceStep
from ecs_steps.cli.main import main
from ecs_steps.reporting.events import OutputVariable
from ecs_steps.reporting.text import message_text
from ecs_steps.sandbox import Sandbox
from explaining.runs import STEPS, Run, Step, let_a_deployment_succeed, run, take, variables

SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:"  # noqa: S105  the beginning of a name
# What would escape a mask that looks for one word, one line, or quotes.
SHAPES = ("{}", "line one\n{}", '"{}"', "{{{}}}", "p@ss {} w0rd", "https://user:{}@host/?q=1", "\t{}\u00e9")
# A task definition holds no NUL and no lone surrogate, and an expression would be evaluated.
NOISE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0#"), max_size=8)
SCENARIOS_TRIED = (
    "healthy",
    "crash",
    "image-denied",
    "secret-denied",
    "targets-wrong-code",
    "breaker-rollback",
    "superseded",
    "service-deleted",
)


class Markers:
    """Unique words, each planted in one place and looked for everywhere."""

    def __init__(self) -> None:
        self.planted: list[str] = []

    def value(self, shape: str = "{}") -> str:
        word = f"MARKER{len(self.planted):03d}XQ"
        self.planted.append(word)
        return shape.format(word)

    def environment(self) -> list[dict[str, str]]:
        plain = [{"type": "Plain", "key": f"VALUE_{i}", "value": self.value(s)} for i, s in enumerate(SHAPES)]
        return [*plain, {"type": "Secret", "key": "TOKEN", "value": SECRET_ARN + self.value()}]

    def found_in(self, texts: Iterator[str]) -> list[str]:
        return [text for text in texts for word in self.planted if word in text]


def of_the_account(markers: Markers) -> dict[str, str]:
    """Return what a dictionary holds besides the step's own variables."""
    return {
        "Octopus.Action.Amazon.AccessKey": markers.value(),
        "Octopus.Action.Amazon.SecretKey": markers.value(),
        "Octopus.OpenIdConnect.Jwt": markers.value(),
        "Octopus.Action.Package[web].Feed.Password": markers.value(),
        "Database.Password": markers.value(),
    }


def containers(markers: Markers) -> list[dict[str, object]]:
    """Return the containers of a deployment with markers wherever something may be secret."""
    splunk = [
        {"type": "Plain", "key": "splunk-url", "value": "https://splunk.internal"},
        {"type": "Plain", "key": "splunk-token", "value": markers.value()},
        {"type": "Secret", "key": "splunk-verify", "value": SECRET_ARN + markers.value()},
    ]
    return [
        {
            "containerName": "web",
            "containerImageReference": {"referenceId": "web"},
            "containerPortMappings": [{"containerPort": "8080"}],
            "repositoryAuthentication": {
                "type": "SecretsManager",
                "secretName": SECRET_ARN + markers.value(),
            },
            # A repeated key is worth a warning, which names the key.
            "environmentVariables": markers.environment() + markers.environment()[:1],
            "containerLogging": {"type": "Auto"},
        },
        {
            "containerName": "metrics",
            "containerImageReference": {"referenceId": "metrics"},
            "essential": "False",
            "environmentVariables": [{"type": "Plain", "key": "KEY", "value": markers.value()}],
            "containerLogging": {"type": "Manual", "logDriver": "Splunk", "logOptions": splunk},
        },
    ]


def updates(markers: Markers) -> list[dict[str, object]]:
    """Return the containers of an update with markers in their new environment."""
    environment = {"action": "Append", "items": markers.environment()}
    return [{"containerName": "web", "packageReference": "web", "environmentVariables": environment}]


def plant_in_the_service(aws: Sandbox, markers: Markers) -> None:
    """Let the service that *Update* changes run a task definition that holds markers itself."""
    there: Any = aws.clients.ecs.describe_task_definition(taskDefinition="orders")["taskDefinition"]
    web, router = there["containerDefinitions"]
    web["environment"] += [{"name": "OLD", "value": markers.value()}]
    web["secrets"] = [{"name": "OLD_TOKEN", "valueFrom": SECRET_ARN + markers.value()}]
    web["repositoryCredentials"] = {"credentialsParameter": SECRET_ARN + markers.value()}
    router["environment"] = [{"name": "KEY", "value": markers.value()}]
    router["logConfiguration"] = {"logDriver": "splunk", "options": {"splunk-token": markers.value()}}
    accepted = ("family", "executionRoleArn", "networkMode", "requiresCompatibilities", "cpu", "memory")
    members = {name: there[name] for name in (*accepted, "volumes", "containerDefinitions")}
    aws.clients.ecs.register_task_definition(**members)
    aws.clients.ecs.update_service(cluster="shop", service="orders", taskDefinition="orders:2")
    aws.clock.sleep(120)


def run_with(markers: Markers, step: Step, aws: Sandbox, scenario: str) -> Run:
    if step == "update":
        plant_in_the_service(aws, markers)
    let_a_deployment_succeed(step, aws)
    take(aws, scenario)
    secret = containers(markers) if step == "deploy" else updates(markers)
    changes = {"containers" if step == "deploy" else "updates": secret}
    return run(step, aws, others=of_the_account(markers), **changes)


def everything_said(ended: Run) -> Iterator[str]:
    for reported in ended.reports:
        yield message_text(reported)
        yield repr(reported)
    if ended.result:
        yield repr(ended.result)
    if ended.error:
        yield str(ended.error)
        yield repr(ended.error)
        yield ended.error.next_step
    if isinstance(ended.error, DeploymentError) and ended.error.diagnosis:
        yield json.dumps(ended.error.diagnosis.to_dict())
        yield from ended.tasks.lines()
        yield json.dumps(dict(ended.error.outputs))


def dictionary_file(folder: Path, step: Step, markers: Markers) -> str:
    secret = containers(markers) if step == "deploy" else updates(markers)
    changes: dict[str, Any] = {"containers" if step == "deploy" else "updates": secret}
    path = folder / "variables.json"
    path.write_text(json.dumps(variables(step, others=of_the_account(markers), **changes)))
    return str(path)


@pytest.fixture(params=STEPS)
def step(request: pytest.FixtureRequest) -> Step:
    chosen: Step = request.param
    return chosen


@pytest.mark.parametrize("scenario", SCENARIOS_TRIED)
def test_no_report_error_or_log_of_ours_holds_a_secret(
    scenario: str, step: Step, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="ecs_steps")
    markers = Markers()
    with Sandbox() as aws:
        ended = run_with(markers, step, aws, scenario)

    assert ended.result if scenario == "healthy" else isinstance(ended.error, DeploymentError)
    assert markers.found_in(everything_said(ended)) == []
    ours = (record.getMessage() for record in caplog.records if record.name.startswith("ecs_steps"))
    assert markers.found_in(ours) == []


def test_the_markers_do_reach_aws(step: Step) -> None:
    markers = Markers()
    with Sandbox() as aws:
        run_with(markers, step, aws, "healthy")

        sent = json.dumps([dict(call.params) for call in aws.calls], default=str)
        account = set(markers.planted[-5:])
        reached = {word for word in markers.planted if word in sent}
        assert len(reached) >= 12
        assert not reached & account


@pytest.mark.parametrize("scenario", ["healthy", "crash"])
@pytest.mark.parametrize("output", ["text", "json"])
def test_no_output_of_the_command_line_holds_a_secret(
    scenario: str, output: str, step: Step, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    markers = Markers()
    file = dictionary_file(tmp_path, step, markers)

    main([step, file, "--sandbox", scenario, "--sandbox-speed", "100000", "--verbose", "--output", output])

    said = capsys.readouterr()
    assert "TaskDefinitionFamily" in said.out
    assert markers.found_in(iter([said.out, said.err])) == []


def test_a_dry_run_shows_where_secrets_are_kept_and_no_value() -> None:
    markers = Markers()
    with Sandbox() as aws:
        plant_in_the_service(aws, markers)
        step = UpdateEcsServiceStep(variables("update", updates=updates(markers)))

        shown = str(step.dry_run(aws=aws.clients, report=lambda _: None))

    found = markers.found_in(iter(shown.splitlines()))
    assert "environment[VALUE_1]" in shown
    assert [line for line in found if "secrets[TOKEN]" not in line] == []
    assert found


@settings(max_examples=8, deadline=None)
@given(before=NOISE, after=NOISE, scenario=st.sampled_from(["crash", "healthy"]))
def test_whatever_surrounds_a_value_it_is_not_said(before: str, after: str, scenario: str) -> None:
    value = f"{before}MARKER-of-its-own{after}"
    items = [{"type": "Plain", "key": "VALUE", "value": value}]
    secret = {"containerName": "web", "environmentVariables": {"action": "Replace", "items": items}}
    with Sandbox(scenario) as aws:
        step = UpdateEcsServiceStep(variables("update", updates=[secret]))
        shown = str(step.dry_run(aws=aws.clients, report=lambda _: None))
        ended = run("update", aws, updates=[secret])

    assert "environment[VALUE]" in shown
    assert "MARKER-of-its-own" not in shown
    assert not [text for text in everything_said(ended) if "MARKER-of-its-own" in text]


def test_no_output_variable_holds_more_than_names_and_ids(step: Step) -> None:
    with Sandbox("crash") as aws:
        ended = run(step, aws)

    outputs = {each.name for each in ended.reports if isinstance(each, OutputVariable)}
    assert outputs <= {
        "AwsOutputs[StackId]",
        "CloudFormationStackName",
        "ClusterName",
        "DeploymentId",
        "PreviousTaskDefinitionArn",
        "Region",
        "ServiceArn",
        "ServiceName",
        "TaskDefinitionArn",
        "TaskDefinitionFamily",
        "TaskDefinitionRevision",
    }


def test_container_logs_are_shown_as_they_are(step: Step) -> None:
    with Sandbox("crash") as aws:
        ended = run(step, aws)

    assert "log of container web: ERROR: no route to the database" in ended.lines


def test_container_logs_that_are_switched_off_are_neither_read_nor_shown(step: Step) -> None:
    with Sandbox("crash") as aws:
        ended = run(step, aws, logs="False")

    assert "GetLogEvents" not in ended.operations
    assert "exited with code 1" in ended.lines[0]
    assert not [text for text in everything_said(ended) if "no route to the database" in text]
