import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import define, field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs_steps.clock import Clock
from ecs_steps.octostache import evaluate
from ecs_steps.reporting.text import MASK
from ecs_steps.sandbox import Fault, FaultKind, Sandbox, Scenario
from ecs_steps.script_step import ScriptHost, forget_blank_region, main, run_script_step
from ecs_steps.steps.registry import STEPS
from ecs_steps.version import __version__
from script_host.service_messages import Log, parse

EXAMPLES = files("ecs_steps.sandbox") / "examples"
PREFIXES = {row.name: row.prefix for row in STEPS}
ODD = "\u041f\u0440\u0438\u0432\u0435\u0442 \U0001f600 \"quoted\" 'too'\n##octopus[stdout-none]] ]"


def example(name: str, **changes: str) -> dict[str, str]:
    """Return an example as Octopus hands it to a script, evaluated."""
    document = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in document.items()}
    return {key: evaluate(value, texts).text for key, value in texts.items()} | changes


@define
class Worker:
    """A script host in this process, in front of a sandbox."""

    folder: Path
    stdout: io.TextIOWrapper = field(
        factory=lambda: io.TextIOWrapper(io.BytesIO(), encoding="cp437", errors="strict", newline="\n")
    )

    def run(
        self,
        name: str,
        variables: Mapping[str, str],
        *,
        scenario: str | Scenario = "healthy",
        clock: Clock | None = None,
    ) -> int:
        with Sandbox(scenario) as aws:
            aws.add_cluster("shop-production")
            host = ScriptHost(stdout=self.stdout, folder=self.folder)
            return run_script_step(
                PREFIXES[name], variables, aws=aws.clients, clock=clock or aws.clock, host=host
            )

    @property
    def log(self) -> Log:
        self.stdout.flush()
        assert isinstance(self.stdout.buffer, io.BytesIO)
        return parse(self.stdout.buffer.getvalue())


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    return Worker(tmp_path)


@pytest.mark.parametrize("name", ["deploy", "update"])
def test_outputs_are_output_variables_and_the_deployment_shows_its_progress(
    name: str, worker: Worker
) -> None:
    code = worker.run(name, example(name))

    log = worker.log
    assert code == 0
    assert log.at("verbose").startswith(f"ecs-steps {__version__}")
    assert log.outputs["Outcome"].value == "SUCCEEDED"
    assert log.outputs["ServiceName"].value
    assert log.progress[0][0] == 0
    assert log.progress[-1][0] == 100
    changes = [text for _, text in log.lines if text.startswith("deployment ecs-svc/")]
    assert len(log.progress) == len(changes)
    assert log.results == []


def test_parameters_stand_for_variables(worker: Worker) -> None:
    variables = example("deploy")
    for parameter, variable in (("Cpu", "Cpu"), ("SubnetIds", "SubnetIds")):
        variables[f"EcsDeploy.{parameter}"] = variables.pop(f"Octopus.Action.Aws.Ecs.Deploy.{variable}")

    code = worker.run("deploy", variables)

    assert code == 0


def test_a_value_that_looks_like_an_expression_arrives_as_it_is(worker: Worker) -> None:
    odd = "pa#{ss}w##{or}d#{if x}"
    containers = [
        {
            "containerName": "web",
            "containerImageReference": {"referenceId": "web"},
            "environmentVariables": [{"type": "Plain", "key": "PASSWORD", "value": odd}],
            "containerPortMappings": [{"containerPort": "8080"}],
        }
    ]
    variables = example(
        "deploy", **{"EcsDeploy.Containers": json.dumps(containers), "EcsDeploy.Volumes": "[]"}
    )
    with Sandbox() as aws:
        aws.add_cluster("shop-production")
        host = ScriptHost(stdout=worker.stdout, folder=worker.folder)

        code = run_script_step("EcsDeploy", variables, aws=aws.clients, clock=aws.clock, host=host)

        [arn] = aws.clients.ecs.list_task_definitions(familyPrefix="octopetshop-web")["taskDefinitionArns"]
        definition = aws.clients.ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
    assert code == 0
    assert definition["containerDefinitions"][0]["environment"] == [{"name": "PASSWORD", "value": odd}]


@pytest.mark.parametrize("reference", ["#{EcsUpdate.Region}", " #{ ecsupdate.region | Trim } ", ""])
def test_a_blank_parameter_is_absent_wherever_it_is_referred_to(reference: str, worker: Worker) -> None:
    blank = {"Octopus.Action.Aws.Region": reference, "EcsUpdate.OnFailure": "#{EcsUpdate.Other}"}
    environment = {"AWS_REGION": reference, "AWS_DEFAULT_REGION": reference, "PATH": "#{EcsUpdate.Region}"}

    code = worker.run("update", example("update", **blank))
    forget_blank_region(environment, "EcsUpdate")

    assert code == 0
    assert environment == {"PATH": "#{EcsUpdate.Region}"}


def test_a_region_in_the_environment_is_kept() -> None:
    environment = {"AWS_REGION": "eu-west-1"}

    forget_blank_region(environment, "EcsUpdate")

    assert environment == {"AWS_REGION": "eu-west-1"}


def test_the_identity_is_in_the_verbose_log(worker: Worker) -> None:
    worker.run("update", example("update"))

    assert "The step acts as arn:aws:sts::123456789012:" in worker.log.at("verbose")


def test_an_identity_that_is_not_known_does_not_end_the_step(worker: Worker) -> None:
    scenario = Scenario(faults=(Fault("GetCallerIdentity", FaultKind.ACCESS_DENIED),))

    code = worker.run("update", example("update"), scenario=scenario)

    assert code == 0
    assert "AWS did not say who the step acts as. GetCallerIdentity was denied" in worker.log.at("verbose")


@pytest.mark.parametrize(
    ("wait", "duration", "level"),
    [
        ({"type": "WaitWithTimeout", "timeoutMinutes": "61"}, "", "warning"),
        ({"type": "WaitWithTimeout", "timeoutMinutes": "60"}, "", None),
        ({"type": "WaitWithTimeout", "timeoutMinutes": "61"}, "7200", None),
        ({"type": "WaitUntilCompleted"}, "", "verbose"),
        ({"type": "DontWait"}, "", None),
    ],
)
def test_a_wait_beyond_the_session_of_an_openid_connect_account_is_pointed_out(
    wait: dict[str, str], duration: str, level: str | None, worker: Worker
) -> None:
    account = {
        "Octopus.Action.AwsAccount.Variable": "Shop",
        "Shop.OpenIdConnect.Jwt": "eyJhbGciOiJSUzI1NiJ9",
        "Shop.SessionDuration": duration,
        "Octopus.Action.Aws.Ecs.WaitOption": json.dumps(wait),
    }

    worker.run("update", example("update", **account))

    levels = [at for at, text in worker.log.lines if text.startswith("The session of the OpenID Connect")]
    assert levels == ([level] if level else [])


def test_the_end_is_one_highlighted_sentence_with_links(worker: Worker) -> None:
    worker.run("update", example("update"))

    first, *links = worker.log.at("highlight").splitlines()
    assert first.startswith("SUCCEEDED: orders runs orders:2, since ")
    page = "https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/shop/services/orders/deployments"
    assert links == [f"ECS: {page}?region=eu-west-1"]


def test_advice_on_what_continues_is_octopus_way(worker: Worker) -> None:
    worker.run("update", example("update"), clock=CancelledClock())

    error = worker.log.at("error")
    assert "deploy this release again" in error
    assert "https://eu-west-1.console.aws.amazon.com/ecs/" in error
    assert "ecs-steps watch" not in error


def test_warnings_name_the_form(worker: Worker) -> None:
    worker.run("update", example("update", **{"EcsUpdate.Tags": "te*am=shop"}))

    assert worker.log.at("warning").startswith("Tags (EcsUpdate.Tags)[0]: ")


def test_the_account_comes_from_the_host(worker: Worker) -> None:
    account = {
        "Octopus.Action.AwsAccount.Variable": "Shop",
        "Shop.AccessKey": "AKIAIOSFODNN7EXAMPLE",
        "Octopus.Action.Aws.AssumeRole": "True",
    }

    code = worker.run("update", example("update", **account))

    assert code == 0


def test_the_template_of_a_deployment_is_an_artifact(worker: Worker) -> None:
    worker.run("deploy", example("deploy"))

    artifact, page = worker.log.artifacts
    path = Path(artifact["path"])
    assert artifact["name"] == path.name == "cloudformation-template.json"
    assert int(artifact["length"]) == len(path.read_bytes())
    assert page["name"] == "deployment.html"
    assert int(page["length"]) == len(Path(page["path"]).read_bytes())
    assert "ServiceoctopetshopWeb" in json.loads(path.read_text(encoding="ascii"))["Resources"]


def test_an_artifact_shows_no_value_of_an_environment_variable(worker: Worker) -> None:
    containers = [
        {
            "containerName": "web",
            "containerImageReference": {"referenceId": "web"},
            "environmentVariables": [{"type": "Plain", "key": "PASSWORD", "value": "Tr0ub4dor"}],
            "containerLogging": {
                "type": "Manual",
                "logDriver": "Splunk",
                "logOptions": [{"type": "Plain", "key": "splunk-token", "value": "Tr0ub4dor"}],
            },
            "containerPortMappings": [{"containerPort": "8080"}],
        }
    ]
    variables = example(
        "deploy", **{"EcsDeploy.Containers": json.dumps(containers), "EcsDeploy.Volumes": "[]"}
    )

    code = worker.run("deploy", variables)

    text = (worker.folder / "cloudformation-template.json").read_text(encoding="ascii")
    assert code == 0
    assert "PASSWORD" in text
    assert text.count(MASK) == 2
    assert "Tr0ub4dor" not in text
    assert "Tr0ub4dor" not in str(worker.log)


def test_an_artifact_that_cannot_be_written_is_a_warning(tmp_path: Path) -> None:
    worker = Worker(tmp_path / "gone")

    code = worker.run("deploy", example("deploy"))

    assert code == 0
    assert worker.log.at("warning").startswith("cloudformation-template.json cannot be attached: ")


@pytest.mark.parametrize("name", ["deploy", "update"])
def test_a_failure_is_one_line_for_octopus_and_a_diagnosis_in_log_and_artifact(
    name: str, worker: Worker
) -> None:
    code = worker.run(name, example(name), scenario="image-not-found")

    log = worker.log
    assert code in (5, 6)
    [result] = log.results
    assert "CannotPullContainerError" in result
    assert "root cause: " in log.at("error")
    assert "next: " in log.at("error")
    [diagnosis] = [artifact for artifact in log.artifacts if artifact["name"] == "diagnosis.json"]
    assert "CannotPullContainerError" in Path(diagnosis["path"]).read_text(encoding="ascii")
    assert log.outputs["ClusterName"].value


def test_all_that_is_wrong_with_the_inputs_is_reported_before_any_call_to_aws(worker: Worker) -> None:
    variables = example("deploy", **{"EcsDeploy.Cpu": "300", "EcsDeploy.Tags": "web"})

    code = worker.run("deploy", variables, scenario="unreachable")

    log = worker.log
    assert code == 2
    [result] = log.results
    assert "Task CPU (EcsDeploy.Cpu): " in result
    assert "Tags (EcsDeploy.Tags): line 1: expected key=value" in result
    assert "The inputs are not valid (2 problems):" in log.at("error")


def test_the_reason_of_very_many_problems_is_as_long_as_the_first_hundred_of_them(worker: Worker) -> None:
    code = worker.run("update", example("update", **{"EcsUpdate.Tags": "web\n" * 300}))

    [result] = worker.log.results
    assert code == 2
    assert result.count("expected key=value") == 100
    assert result.endswith("; ... and 200 more")


def test_a_wrong_tag_alone_stops_a_step(worker: Worker) -> None:
    code = worker.run("update", example("update", **{"EcsUpdate.Tags": "web"}))

    assert code == 2
    assert worker.log.results == [
        'The inputs are not valid: Tags (EcsUpdate.Tags): line 1: expected key=value, not "web"'
    ]


def test_odd_characters_are_written_in_ascii_on_lines_of_their_own(worker: Worker) -> None:
    variables = example("deploy", **{"EcsDeploy.Cpu": ODD, "EcsDeploy.ClusterName": ODD})

    code = worker.run("deploy", variables)

    log = worker.log
    assert code == 2
    [result] = log.results
    assert "(EcsDeploy.Cpu): " in result


@settings(max_examples=25)
@given(
    name=st.sampled_from(["deploy", "update"]),
    changes=st.dictionaries(
        st.sampled_from(["ClusterName", "Tags", "Region", "OnFailure", "Containers", "Octopus.Project.Name"]),
        st.text() | st.text("##octopus[]'=\r\n\t"),
    ),
)
def test_whatever_the_values_hold_octopus_can_read_the_output(name: str, changes: dict[str, str]) -> None:
    prefixed = {key if "." in key else f"{PREFIXES[name]}.{key}": value for key, value in changes.items()}
    with TemporaryDirectory() as folder:
        worker = Worker(Path(folder))

        code = worker.run(name, example(name) | prefixed)

    assert (code == 0) == (not worker.log.results)
    assert code != 1, "that would be a bug"


def test_an_unforeseen_error_is_reported_as_a_bug_with_its_traceback(worker: Worker) -> None:
    variables = example("deploy") | {5: "a name that is no text"}

    code = worker.run("deploy", variables)  # type: ignore[arg-type]  # no host has such a dictionary

    log = worker.log
    assert code == 1
    assert log.results[0].startswith("A bug in ecs-steps: ")
    assert "Traceback" in log.at("error")


@frozen
class CancelledClock:
    """A clock during whose first sleep the task is cancelled."""

    started: datetime = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.started

    def sleep(self, seconds: float) -> None:
        raise KeyboardInterrupt(f"after {seconds} s")


def test_a_cancelled_step_says_what_continues(worker: Worker) -> None:
    code = worker.run("update", example("update"), clock=CancelledClock())

    log = worker.log
    assert code == 130
    assert log.results[0].startswith("The step was cancelled: Deployment ecs-svc/")
    assert log.outputs["DeploymentId"].value in log.results[0]


def test_a_file_of_variables_replaces_the_host(
    capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    path = tmp_path / "variables.json"
    path.write_text(json.dumps({"EcsDeploy.Cpu": "300"}), encoding="utf-8")

    codes = [main(["EcsDeploy", str(path)]), main(["EcsUpdate", str(tmp_path / "missing.json")])]

    log = parse(capsysbinary.readouterr().out)
    assert codes == [2, 2]
    assert "Cluster Name (EcsDeploy.ClusterName): is required" in log.results[0]
    assert "missing.json: No such file" in log.results[1]
