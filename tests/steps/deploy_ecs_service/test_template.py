import json
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session

from ecs_steps import DeployEcsServiceStep
from ecs_steps.iam import execution_policy_arn
from ecs_steps.steps.deploy_ecs_service.template import build_template, stack_parameters
from linting import lint_findings
from steps.deploy_ecs_service.dictionaries import dictionary, everything, inputs_of
from steps.deploy_ecs_service.features import FEATURES
from steps.deploy_ecs_service.golden_facts import EVERY_GOLDEN, FACTS, value_at

GOLDENS = Path(__file__).parent / "goldens"


def template(variables: dict[str, Any]) -> Any:  # noqa: ANN401  as JSON
    return DeployEcsServiceStep(variables).template().to_dict()


def in_golden(name: str) -> Any:  # noqa: ANN401  as JSON
    return json.loads((GOLDENS / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_gives_its_golden(feature: str, *, update_goldens: bool) -> None:
    made = template(FEATURES[feature])

    if update_goldens:
        text = json.dumps(made, indent=2) + "\n"
        (GOLDENS / f"{feature}.json").write_text(text, encoding="utf-8")
    assert made == in_golden(feature)


def test_there_is_no_golden_without_its_feature() -> None:
    assert {path.stem for path in GOLDENS.iterdir()} == set(FEATURES)


def test_every_golden_has_facts_of_its_own() -> None:
    assert FACTS.keys() == FEATURES.keys()
    assert all(FACTS.values())


@pytest.mark.parametrize("feature", FEATURES)
def test_a_golden_holds_what_the_contract_says(feature: str) -> None:
    golden = in_golden(feature)
    facts = EVERY_GOLDEN | FACTS[feature]

    assert {path: value_at(golden, path) for path in facts} == facts


@pytest.mark.parametrize("feature", FEATURES)
def test_each_golden_is_clean_under_cfn_lint(feature: str) -> None:
    region = FEATURES[feature].get("Octopus.Action.Aws.Region", "eu-west-1")

    assert lint_findings(json.dumps(in_golden(feature)), region=region) == []


def test_resources_come_in_the_order_in_which_they_are_made() -> None:
    assert list(template(FEATURES["minimal"])["Resources"]) == [
        "TaskExecutionRoleoctopetshopWeb",
        "AwsLogGroupoctopetshopWeb",
        "TaskDefinitionoctopetshopWeb",
        "ServiceoctopetshopWeb",
    ]


def test_the_stack_is_given_every_parameter_as_text() -> None:
    made = DeployEcsServiceStep(FEATURES["counts"]).template()

    assert stack_parameters(made) == {
        "ClusterName": "samples-target-containers-development",
        "TaskDefinitionName": "octopetshop-web",
        "TaskDefinitionCPU": "1 vCPU",
        "TaskDefinitionMemory": "2 GB",
        "LogGroupName": "/ecs/octopetshop-web",
        "AmazonECSTaskExecutionRolePolicyArn": (
            "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
        ),
        "DesiredCount": "4",
        "MinimumHealthPercent": "50",
        "MaximumHealthPercent": "150",
    }


@pytest.mark.parametrize(
    ("running", "expected"),
    [(None, 1), (1, 1), (8, {"Ref": "DesiredCount"}), (0, {"Ref": "DesiredCount"})],
)
def test_a_kept_count_is_the_running_services_or_one(running: int | None, expected: object) -> None:
    inputs = inputs_of(dictionary(DesiredCount="Keep"))

    made = build_template(inputs, desired_count=running)

    assert made.to_dict()["Resources"]["ServiceoctopetshopWeb"]["Properties"]["DesiredCount"] == expected
    assert stack_parameters(made).get("DesiredCount", "1") == str(1 if running is None else running)


def test_a_given_count_is_not_that_of_the_running_service() -> None:
    made = build_template(inputs_of(dictionary(DesiredCount="2")), desired_count=8)

    assert stack_parameters(made)["DesiredCount"] == "2"


def test_everything_at_once_is_clean_under_cfn_lint() -> None:
    assert lint_findings(json.dumps(template(everything()))) == []


def test_the_linter_finds_what_is_wrong() -> None:
    wrong = template(FEATURES["minimal"])
    wrong["Resources"]["TaskDefinitionoctopetshopWeb"]["Properties"]["ExecutionRoleArn"] = {
        "Ref": "TaskExecutionRoleoctopetshopWeb"
    }

    assert [finding.split()[0] for finding in lint_findings(json.dumps(wrong))] == ["E1041"]


def test_the_managed_policy_is_of_the_partition_that_botocore_puts_the_region_in() -> None:
    session = Session()
    partitions = {
        region: partition
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("ecs", partition)
    }

    assert {region: execution_policy_arn(region).split(":")[1] for region in partitions} == partitions


def test_without_a_region_the_managed_policy_is_the_commercial_partitions() -> None:
    assert execution_policy_arn("").startswith("arn:aws:iam::aws:")
