"""What the preflight of a deployment reads from its inputs, for each feature that a template has."""

import pytest

from ecs_steps import DeployEcsServiceStep
from ecs_steps.preflight.plan import LogGroup
from ecs_steps.steps.deploy_ecs_service.preflight import task_plan
from steps.deploy_ecs_service.features import FEATURES


@pytest.mark.parametrize("feature", FEATURES)
def test_a_plan_names_what_exists_and_no_reference_of_the_template(feature: str) -> None:
    plan = task_plan(DeployEcsServiceStep(FEATURES[feature]).inputs, {})

    names = [*plan.images.values(), *plan.secrets, *(group.name for group in plan.log_groups)]
    assert names
    assert [name for name in names if not name or "{" in name] == []
    assert all(plan.maps(port) for _, port in plan.target_groups)


def test_a_plan_has_the_secrets_files_and_log_groups_of_its_containers() -> None:
    volumes = task_plan(DeployEcsServiceStep(FEATURES["volumes"]).inputs, {})
    secrets = task_plan(DeployEcsServiceStep(FEATURES["execution-role-given-secrets"]).inputs, {})
    logging = task_plan(DeployEcsServiceStep(FEATURES["logging-manual"]).inputs, {})

    assert [bool(each.access_point) for each in volumes.file_systems] == [True, False]
    assert [each.split(":")[6].rpartition("-")[0] for each in secrets.secrets] == [
        "shop/database",
        "registry",
    ]
    assert logging.log_groups == (LogGroup(name="/shop/api", region="eu-west-1"),)
