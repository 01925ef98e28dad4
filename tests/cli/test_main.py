import json
import sys
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

import pytest

from ecs_steps.cli.main import main
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import StepRow
from pseudo_terminal import PseudoTerminal

EXAMPLES = files("ecs_steps.sandbox") / "examples"
DEPLOY = str(EXAMPLES / "deploy.json")
UPDATE = str(EXAMPLES / "update.json")
Capture = pytest.CaptureFixture[str]
Write = Callable[[object], str]
FAST = ("--sandbox-speed", "100000")


def example(name: str, **changes: object) -> dict[str, object]:
    variables: dict[str, object] = json.loads((EXAMPLES / f"{name}.json").read_text())
    return variables | changes


@pytest.fixture
def file(tmp_path: Path) -> Write:
    def write(content: object) -> str:
        path = tmp_path / "variables.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    return write


def outputs(text: str) -> Mapping[str, str]:
    return dict(line.split(" = ", 1) for line in text.splitlines())


def test_deploy_reports_on_standard_error_and_gives_its_outputs_on_standard_output(capsys: Capture) -> None:
    code = main(["deploy", DEPLOY, "--sandbox", *FAST])

    printed = capsys.readouterr()
    assert code == 0
    assert outputs(printed.out)["Outcome"] == "SUCCEEDED"
    assert "ServiceoctopetshopWeb AWS::ECS::Service CREATE_COMPLETE" in printed.err
    assert "Outcome" not in printed.err


def test_a_second_run_on_the_same_journal_is_unchanged_and_a_new_image_updates(
    capsys: Capture, tmp_path: Path, file: Write
) -> None:
    journal = ["--sandbox", *FAST, "--sandbox-journal", str(tmp_path / "aws")]
    newer = file(example("deploy", **{"Octopus.Action.Package[web].Image": "octopetshop/web:1.5.0"}))

    codes = [main(["deploy", variables, *journal]) for variables in (DEPLOY, DEPLOY, newer)]

    printed = capsys.readouterr().out.splitlines()
    assert codes == [0, 0, 0]
    assert [line for line in printed if line.startswith(("Outcome", "TaskDefinitionRevision"))] == [
        "TaskDefinitionRevision = 1",
        "Outcome = SUCCEEDED",
        "TaskDefinitionRevision = 1",
        "Outcome = UNCHANGED",
        "TaskDefinitionRevision = 2",
        "Outcome = SUCCEEDED",
    ]


def test_json_output_holds_the_outcome_and_the_outputs(capsys: Capture) -> None:
    main(["deploy", DEPLOY, "--sandbox", *FAST, "--output", "json"])

    result = json.loads(capsys.readouterr().out)
    assert result["outcome"] == "SUCCEEDED"
    assert result["outputs"]["TaskDefinitionRevision"] == "1"


def test_a_failure_ends_with_its_exit_code_and_its_cause(capsys: Capture) -> None:
    code = main(["deploy", DEPLOY, "--sandbox", "service-name-taken", *FAST])

    printed = capsys.readouterr()
    assert code == 5
    assert "root cause: ServiceoctopetshopWeb (AWS::ECS::Service): " in printed.err
    assert "CloudFormationStackName = " in printed.out


def test_a_failure_as_json_holds_the_diagnosis_and_the_outputs(capsys: Capture) -> None:
    main(["deploy", DEPLOY, "--sandbox", "service-name-taken", *FAST, "--output", "json"])

    result = json.loads(capsys.readouterr().out)
    assert result["error"] == "StackFailedError"
    assert result["exitCode"] == 5
    assert result["outputs"]["ClusterName"] == "shop-production"
    assert "already exists" in json.dumps(result["diagnosis"])


def test_on_a_terminal_a_live_view_ends_before_the_results(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "CI"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm-256color", "COLUMNS": "200", "LINES": "40"}.items():
        monkeypatch.setenv(name, value)
    with PseudoTerminal() as terminal:
        monkeypatch.setattr(sys, "stderr", terminal.stream)

        main(["deploy", DEPLOY, "--sandbox", *FAST])

        terminal.close()
        tree = [line for line in terminal.screen if not line.startswith("[")]
        assert tree[0].startswith("stack ")
        assert "CREATE_COMPLETE" in tree[0]
        assert "Outcome" not in terminal.text
        assert outputs(capsys.readouterr().out)["Outcome"] == "SUCCEEDED"


def test_update_points_the_sandboxs_service_at_a_new_revision(capsys: Capture) -> None:
    code = main(["update", UPDATE, "--sandbox", *FAST])

    assert code == 0
    assert outputs(capsys.readouterr().out)["TaskDefinitionRevision"] == "2"


def test_a_rolled_back_update_ends_with_six(capsys: Capture) -> None:
    code = main(["update", UPDATE, "--sandbox", "breaker-rollback", *FAST])

    assert code == 6
    assert "it was rolled back to orders:1" in capsys.readouterr().err


def test_a_dry_run_prints_the_difference_and_the_calls(capsys: Capture) -> None:
    code = main(["update", UPDATE, "--sandbox", *FAST, "--dry-run"])

    printed = capsys.readouterr().out
    assert code == 0
    assert "~ containerDefinitions[web].image: " in printed
    assert "  RegisterTaskDefinition orders\n" in printed


@pytest.mark.parametrize("row", STEPS, ids=lambda row: row.name)
@pytest.mark.parametrize("is_named", [True, False])
def test_check_takes_a_step_by_name_or_by_its_variables(
    capsys: Capture,
    row: StepRow,
    is_named: bool,  # noqa: FBT001  a parameter
) -> None:
    code = main(["check", str(EXAMPLES / f"{row.name}.json"), *(["--step", row.name] if is_named else [])])

    assert code == 0
    assert capsys.readouterr().out == f"The inputs of '{row.title}' are valid.\n"


def test_variables_that_fit_several_steps_need_a_named_step(capsys: Capture, file: Write) -> None:
    variables = file({"Octopus.Action.Aws.Ecs.ClusterName": "shop"})

    codes = [main(["check", variables]), main(["check", variables, "--step", "update"])]

    errors = capsys.readouterr().err
    assert codes == [2, 2]
    assert "--step: is required; the variables fit these steps: deploy, update" in errors
    assert "Octopus.Action.Aws.Ecs.Update.ServiceName: is required" in errors


def test_check_names_every_problem_and_ends_with_two(capsys: Capture, file: Write) -> None:
    wrong = {
        "Octopus.Action.Aws.Ecs.Deploy.Cpu": "300",
        "Octopus.Action.Aws.Ecs.Deploy.DesiredCount": "many",
        "Octopus.Action.Aws.Ecs.Deploy.SubnetIds": "",
    }

    code = main(["check", file(example("deploy", **wrong))])

    deploy = "  Octopus.Action.Aws.Ecs.Deploy"
    sizes = "256, 512, 1024, 2048, 4096, 8192, 16384, 32768"
    assert code == 2
    assert capsys.readouterr().err.splitlines() == [
        "The inputs are not valid (3 problems):",
        f'{deploy}.DesiredCount: expected a whole number from 0 to 2147483647, or Keep, not "many"',
        f"{deploy}.SubnetIds: is required",
        f"{deploy}.Cpu: Fargate has no tasks of '300' CPU; expected one of {sizes}",
    ]


def test_check_as_json_lists_problems_by_path(capsys: Capture, file: Write) -> None:
    unnamed = {"Octopus.Environment.Id": "", "Octopus.Action.Aws.Ecs.Deploy.CFStackName": ""}

    main(["check", file(example("deploy", **unnamed)), "--output", "json"])

    [problem] = json.loads(capsys.readouterr().out)["problems"]
    assert problem["path"] == "Octopus.Environment.Id"


def test_check_prints_warnings_and_still_succeeds(capsys: Capture, file: Write) -> None:
    suspicious = {"Octopus.Action.Aws.Ecs.Tags": '[{"key": "te*am", "value": "shop"}]'}

    code = main(["check", file(example("deploy", **suspicious))])

    assert code == 0
    assert "WARNING: Octopus.Action.Aws.Ecs.Tags[0]: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [([], "no variable gives #{Missing} a value"), (["--resolved"], 'not "#{Missing}"')],
)
def test_values_that_are_evaluated_already_are_text(
    capsys: Capture, file: Write, options: list[str], message: str
) -> None:
    code = main(["check", file(example("update", **{"Octopus.Action.Aws.Region": "#{Missing}"})), *options])

    assert code == 2
    assert message in capsys.readouterr().err


def test_export_prints_the_template_with_images_left_open(capsys: Capture) -> None:
    code = main(["export", DEPLOY])

    printed = capsys.readouterr().out
    assert code == 0
    assert "Image: '#{Octopus.Action.Package[web].Image}'" in printed


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (
            "{",
            "cannot be read as JSON: it ends too early: a closing bracket, brace or quote is missing",
        ),
        ("[1]", "expected an object of variables by name"),
        ("null", "expected an object of variables by name"),
        ('{"Variables": [{"Value": "x"}]}', "expected {Name, Value, Scope}"),
    ],
)
def test_a_bad_file_is_one_clear_line_and_exit_two(
    capsys: Capture, file: Write, content: str, line: str
) -> None:
    code = main(["deploy", file(content)])

    printed = capsys.readouterr().err.splitlines()
    assert code == 2
    assert printed[0] == "The variables cannot be read (1 problem):"
    assert printed[1].endswith(line)
    assert len(printed) == 2


def test_a_file_that_is_not_there_is_named(capsys: Capture) -> None:
    code = main(["check", "nowhere.json"])

    assert code == 2
    assert "nowhere.json: No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["\0", "a\0b", "x" * 10_000, "/", "\ud800"])
def test_a_name_that_no_file_could_have_is_one_clear_line(capsys: Capture, name: str) -> None:
    code = main(["check", name])

    printed = capsys.readouterr().err.splitlines()
    assert code == 2
    assert printed[0] == "The variables cannot be read (1 problem):"
    assert len(printed) == 2
    assert printed[1].isascii()


def test_an_unknown_scenario_is_answered_with_the_command_that_lists_them(capsys: Capture) -> None:
    code = main(["deploy", DEPLOY, "--sandbox", "no-such-thing", *FAST])

    assert code == 2
    assert "`ecs-steps scenarios`" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["fly"]])
def test_a_missing_or_unknown_command_is_exit_two(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)

    assert end.value.code == 2


def test_an_octopus_export_is_read_as_well(file: Write) -> None:
    exported = {
        "Variables": [
            {"Name": name, "Value": value if isinstance(value, str) else json.dumps(value), "Scope": {}}
            for name, value in example("deploy").items()
        ]
    }

    assert main(["check", file(exported)]) == 0


def test_what_is_printed_is_ascii(capsys: Capture, file: Write) -> None:
    name = {"Octopus.Action.Aws.Ecs.Deploy.ServiceTaskName": "магазин"}

    main(["check", file(example("deploy", **name))])

    assert capsys.readouterr().err.isascii()


def test_watching_a_step_by_another_one_s_option_names_its_own(capsys: Capture) -> None:
    code = main(["watch", DEPLOY, "--step", "deploy", "--deployment", "ecs-svc/1", "--sandbox"])

    assert code == 2
    assert "--step: deploy is watched by --stack" in capsys.readouterr().err
