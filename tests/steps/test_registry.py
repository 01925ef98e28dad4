"""The table of steps: what each row promises, and a step of the tests' own in every place that reads it."""

import inspect
import io
import json
from pathlib import Path

import pytest

from ecs_steps import InvalidInputsError
from ecs_steps.cli.main import main
from ecs_steps.sandbox import Sandbox
from ecs_steps.script_step import ScriptHost, run_script_step
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import StepRow, Verb
from faults import matrix
from faults.fault_patterns import FAULT_PATTERNS
from faults.journeys import Journey
from faults.matrix_cases import run_case, violations
from script_host.service_messages import parse
from step_templates import build
from steps.tag_service import ROW, VARIABLES

WITH_TAG = STEPS.with_row(ROW)
ON_A_DEPLOYMENT = ("continue", "abort")
"""Steps on a deployment that another step has begun."""
ALL = ", ".join(row.name for row in WITH_TAG)
EACH = pytest.mark.parametrize("row", WITH_TAG, ids=lambda row: row.name)
EXAMPLES = build.HERE.parent / "ecs_steps" / "sandbox" / "examples"
METHODS = {
    Verb.RUN: "run",
    Verb.WATCH: "watch",
    Verb.DRY_RUN: "dry_run",
    Verb.PREFLIGHT: "preflight",
    Verb.EXPORT: "export",
    Verb.IAM_POLICY: "iam_policy",
}


@EACH
def test_a_step_has_a_method_for_each_of_its_verbs_that_takes_the_verb_s_options(row: StepRow) -> None:
    step = row.step_class()

    for verb, method in METHODS.items():
        assert hasattr(step, method) == (verb in row.verbs)
        if verb in row.verbs:
            keywords = {option.keyword for option in row.verbs[verb]}
            assert keywords <= set(inspect.signature(getattr(step, method)).parameters)


def test_a_second_step_of_one_name_is_refused() -> None:
    with pytest.raises(ValueError, match="the table has a step 'tag' already"):
        WITH_TAG.with_row(ROW)


def test_names_and_prefixes_are_unique() -> None:
    for names in ([row.name for row in STEPS], [row.prefix for row in STEPS], [*map(build.file_name, STEPS)]):
        assert len(set(names)) == len(STEPS)


@EACH
def test_a_step_takes_values_that_are_evaluated_already(row: StepRow) -> None:
    with pytest.raises(InvalidInputsError) as error:
        row.read({"Octopus.Action.Aws.Region": "#{Missing}"}, evaluate=False)

    [region] = [each for each in error.value.problems if each.path == "Octopus.Action.Aws.Region"]
    assert "no variable gives" not in region.message


@pytest.mark.parametrize("row", STEPS, ids=lambda row: row.name)
def test_the_example_of_a_step_is_recognized_as_its_own(row: StepRow) -> None:
    example = (EXAMPLES / f"{row.name}.json").read_text(encoding="utf-8")

    assert WITH_TAG.matching(json.loads(example)) == row


@pytest.mark.parametrize("row", STEPS, ids=lambda row: row.name)
def test_a_run_gives_the_outputs_of_its_row(
    row: StepRow, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sandbox = ["--sandbox", "--sandbox-speed", "1e6", "--sandbox-journal", str(tmp_path / "journal")]
    if row.name in ON_A_DEPLOYMENT:
        main(["update", str(EXAMPLES / "canary.json"), *sandbox])
        capsys.readouterr()

    main([row.name, str(EXAMPLES / f"{row.name}.json"), *sandbox])

    lines = capsys.readouterr().out.splitlines()
    assert {line.partition(" = ")[0] for line in lines} == set(row.outputs)


@pytest.mark.parametrize(
    "variable", ["", "Other", "Octopus.Action.Aws.Region", "Octopus.Action.Aws.Ecs.ClusterName"]
)
def test_a_variable_that_several_steps_have_or_none_has_determines_no_step(variable: str) -> None:
    having = [row.name for row in WITH_TAG if variable.casefold() in row.variable_names()]
    names = ", ".join(having or [row.name for row in WITH_TAG])

    with pytest.raises(InvalidInputsError, match=rf"--step: is required; .*: {names}$"):
        WITH_TAG.matching({variable: "shop"} if variable else {})


def test_a_name_of_a_variable_in_another_case_is_the_same_variable() -> None:
    assert WITH_TAG.matching({name.upper(): value for name, value in VARIABLES.items()}) == ROW


class TestARegisteredStep:
    @pytest.fixture
    def variables(self, tmp_path: Path) -> str:
        path = tmp_path / "variables.json"
        path.write_text(json.dumps(VARIABLES), encoding="utf-8")
        return str(path)

    def test_is_a_command_with_its_own_options(
        self, variables: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        code = main(["tag", variables, "--sandbox", "--contact", "anna", "--output", "json"], steps=WITH_TAG)

        result = json.loads(capsys.readouterr().out)
        assert code == 0
        assert result["outputs"]["ServiceArn"].endswith("service/shop/orders")

    def test_is_checked_without_being_named(self, variables: str, capsys: pytest.CaptureFixture[str]) -> None:
        code = main(["check", variables], steps=WITH_TAG)

        assert code == 0
        assert capsys.readouterr().out == "The inputs of 'Tag Amazon ECS Service' are valid.\n"

    @pytest.mark.parametrize("command", [["iam-policy", "tag"], ["export", "--step", "tag"], ["watch"]])
    def test_is_no_part_of_commands_whose_verb_it_does_not_have(
        self, command: list[str], variables: str
    ) -> None:
        with pytest.raises(SystemExit) as error:
            main([*command, variables, *(["--step", "tag"] if command == ["watch"] else [])], steps=WITH_TAG)

        assert error.value.code == 2

    def test_runs_in_a_script_step_with_its_parameters(self, tmp_path: Path) -> None:
        stdout = io.StringIO()
        parameters = {"EcsTag.ClusterName": "shop", "EcsTag.ServiceName": "orders", "EcsTag.Team": "orders"}
        with Sandbox() as aws:
            code = run_script_step(
                "EcsTag",
                parameters,
                aws=aws.clients,
                clock=aws.clock,
                host=ScriptHost(stdout=stdout, folder=tmp_path),
                steps=WITH_TAG,
            )
            [tagged] = [call for call in aws.calls if call.operation == "TagResource"]

        log = parse(stdout.getvalue().encode("ascii"))
        assert code == 0
        assert log.outputs["Outcome"].value == "SUCCEEDED"
        assert tagged.params["tags"] == [{"key": "team", "value": "orders"}]
        assert log.artifacts == []

    def test_has_a_step_template_with_its_inputs_and_no_image(self) -> None:
        template = build.build(ROW)

        names = [parameter["Name"] for parameter in template["Parameters"]]
        assert build.file_name(ROW) == "aws-tag-amazon-ecs-service.json"
        assert names[2:5] == ["EcsTag.Region", "EcsTag.ClusterName", "EcsTag.ServiceName"]
        assert template["Packages"] == []
        assert not [name for name in names if name.endswith(".Image")]
        assert 'launch("EcsTag", ' in template["Properties"]["Octopus.Action.Script.ScriptBody"]

    def test_holds_the_invariants_of_the_fault_matrix(self) -> None:
        journey = Journey(row=ROW, name="tag", settings=VARIABLES)

        rows = list(matrix.rows([journey]))
        cases = [
            run_case(journey, each.fault_of(row.operation, row.first))
            for row in rows
            for each in FAULT_PATTERNS
        ]

        assert [row.operation for row in rows] == ["DescribeServices", "TagResource"]
        assert [(str(case.fault), found) for case in cases for found in violations(case)] == []
