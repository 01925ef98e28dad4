"""Which revision the inputs of *Deploy Amazon ECS Revision* mean; no AWS."""

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps import DeployEcsRevisionStep, InvalidInputsError
from ecs_steps.steps.deploy_revision.inputs import revision_number

REVISION = "Octopus.Action.Aws.Ecs.Revision"
PACKAGE = "Octopus.Action.Package[EcsRevision.TaskDefinition]"
ARN = "arn:aws:ecs:eu-west-1:123456789012:task-definition/orders"


def variables(**others: object) -> dict[str, object]:
    names = {"package_id": f"{PACKAGE}.PackageId", "version": f"{PACKAGE}.PackageVersion"}
    return {
        "Octopus.Action.Aws.Ecs.ClusterName": "shop",
        f"{REVISION}.ServiceName": "orders",
        **{names.get(name, f"{REVISION}.{name}"): value for name, value in others.items()},
    }


def reference(**others: object) -> str:
    revision = DeployEcsRevisionStep(variables(**others)).inputs.revision
    assert revision
    return revision.reference


def problems(**others: object) -> list[str]:
    with pytest.raises(InvalidInputsError) as error:
        DeployEcsRevisionStep(variables(**others))
    assert error.value.exit_code == 2
    return [str(problem) for problem in error.value.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("orders:39", "orders:39"),
        ("orders:39-beta", "orders:39"),
        (" orders:v39 ", "orders:39"),
        (f"{ARN}:39", f"{ARN}:39"),
    ],
)
def test_a_revision_is_given_by_name_or_arn(text: str, expected: str) -> None:
    assert reference(TaskDefinition=text) == expected


@pytest.mark.parametrize("version", ["42", "42-beta", "42.0.0", "42.0", "v42", "42+x", "42-beta.1+build.7"])
def test_the_version_of_a_package_is_a_revision(version: str) -> None:
    assert reference(package_id="orders", version=version) == "orders:42"


@pytest.mark.parametrize(
    "version", ["42.5", "42.0.1", "0", "-42", "042", "latest", "4 2", "42beta", "4" * 11]
)
def test_a_version_that_is_no_revision_is_refused(version: str) -> None:
    [problem] = problems(package_id="orders", version=version)

    assert problem.startswith(f"{PACKAGE}.PackageVersion: expected a revision's number")


def test_a_package_that_is_no_family_is_refused() -> None:
    [problem] = problems(package_id="acme/orders", version="42")

    assert problem.startswith(f"{PACKAGE}.PackageId: expected a task definition's family")


def test_a_revision_is_required() -> None:
    [problem] = problems()

    assert problem.startswith(
        f"{REVISION}.TaskDefinition: is required, or a release that chooses the package"
    )


@pytest.mark.parametrize(
    "text", ["orders", "orders:0", "orders:42.5", "arn:aws:ecs:eu-west-1:1:service/x", ":3"]
)
def test_a_text_that_names_no_revision_is_refused(text: str) -> None:
    [problem] = problems(TaskDefinition=text)

    assert "expected a revision as family:revision or ARN, such as orders:42" in problem


def test_text_and_package_must_mean_the_same_revision() -> None:
    same: Mapping[str, object] = {"package_id": "orders", "version": "42.0.0"}

    assert reference(TaskDefinition=f"{ARN}:42", **same) == f"{ARN}:42"
    assert problems(TaskDefinition="orders:39", **same) == [
        f"{REVISION}.TaskDefinition: is orders:39, and the release has chosen orders:42: which one is meant?"
    ]


@pytest.mark.parametrize(
    "chosen", [{"TaskDefinition": "invoices:3"}, {"package_id": "invoices", "version": "3"}]
)
def test_the_family_must_be_the_expected_one(chosen: Mapping[str, object]) -> None:
    assert problems(Family="orders", **chosen) == [
        f"{REVISION}.Family: must be orders, and the chosen revision is invoices:3"
    ]


def test_a_package_is_no_revision_where_only_half_of_it_is_known() -> None:
    assert reference(TaskDefinition="orders:39", package_id="orders") == "orders:39"


@given(st.text(max_size=20))
def test_a_version_is_a_number_or_nothing(version: str) -> None:
    number = revision_number(version)

    assert number is None or re.match(f"[vV]?{number}([^0-9]|$)", version)
