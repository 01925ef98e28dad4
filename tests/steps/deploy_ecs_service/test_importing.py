"""Whatever is imported: the variables make an equal task definition, or each member that differs is named."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from troposphere import GetAtt, Tags

from ecs_steps.octopus.inputs.reader import read
from ecs_steps.octopus.variables import Variables
from ecs_steps.sandbox.cloudformation.resources.naming_map import ecs_request
from ecs_steps.steps.deploy_ecs_service.importing import import_deployment
from ecs_steps.steps.deploy_ecs_service.inputs import DEPLOY, DeployInputs
from ecs_steps.task_definition.cloudformation import task_definition
from ecs_steps.task_definition.diff import difference
from task_definitions import PAIRS

ROLE = "arn:aws:iam::123456789012:role/web"
VALID = {
    "cpu": "256",
    "memory": "512",
    "taskRoleArn": ROLE,
    "executionRoleArn": ROLE,
}
"""What is one of a few texts, in place of any text."""
OUTSIDE = {
    "Octopus.Action.Aws.Ecs.ClusterName": "shop",
    f"{DEPLOY}.SubnetIds": "subnet-0a1b2c3d",
    f"{DEPLOY}.SecurityGroupIds": "sg-0a1b2c3d",
}
"""What a task definition does not say."""


def made_of(variables: Mapping[str, object], definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request that the template of these variables leads to."""
    inputs, _ = read(DeployInputs, Variables({**OUTSIDE, **variables}), (), evaluate=False)
    resource = task_definition(
        "Web", inputs, execution_role=GetAtt("Role", "Arn"), keep_images=False, tags=Tags()
    )
    by_reference = {name: definition[name] for name in ("family", *VALID) if name in definition}
    names = {"Family", "Cpu", "Memory", "ExecutionRoleArn", "TaskRoleArn"}
    properties = {
        name: value for name, value in resource.to_dict()["Properties"].items() if name not in names
    }
    return ecs_request("RegisterTaskDefinition", properties) | by_reference


PARTS: dict[str, dict[str, str]] = {
    "environment": {"name": "A"},
    "mountPoints": {"sourceVolume": "data", "containerPath": "/data"},
    "volumesFrom": {"sourceContainer": "web"},
}
"""What ECS demands beyond its model."""


def completed(definition: dict[str, Any]) -> dict[str, Any]:
    """Add what ECS demands, and replace texts that are no ids of what they name."""
    [container] = definition["containerDefinitions"]
    parts = {name: [PARTS[name] | each for each in container[name]] for name in PARTS if name in container}
    volumes = [{"name": "data"} | each for each in definition.get("volumes", ())]
    for volume in volumes:
        if efs := volume.get("efsVolumeConfiguration"):
            given = efs.get("authorizationConfig", {})
            access_point = {"accessPointId": "fsap-0a1b2c3d"} if "accessPointId" in given else {}
            authorization = {"authorizationConfig": given | access_point} if given else {}
            volume["efsVolumeConfiguration"] = efs | {"fileSystemId": "fs-0a1b2c3d"} | authorization
    return {**definition, **VALID, "containerDefinitions": [container | parts], "volumes": volumes}


EACH_MEMBER = [completed(definition) for _, one, other in PAIRS for definition in (one, other)]


def unnamed(definition: dict[str, Any]) -> set[str]:
    """Return what is neither the same after an import nor named by it; a deployment adds more to it."""
    imported = import_deployment(definition)
    made = made_of(imported.variables, definition)
    differing = {each.path for each in difference(definition, made) if each.old is not None}
    return differing - set(imported.without_place)


def test_each_member_comes_back_or_is_named() -> None:
    assert [(each, lost) for each in EACH_MEMBER if (lost := unnamed(each))] == []


@given(st.lists(st.sampled_from(EACH_MEMBER), min_size=2, max_size=8))
def test_members_together_come_back_or_are_named(drawn: list[dict[str, Any]]) -> None:
    container: dict[str, Any] = {}
    together: dict[str, Any] = {}
    for each in drawn:
        container |= each["containerDefinitions"][0]
        together |= {name: value for name, value in each.items() if value}

    assert unnamed(together | {"containerDefinitions": [container]}) == set()
