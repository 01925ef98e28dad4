"""Whatever is imported: the variables make an equal task definition, or each member that differs is named."""

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.model import StructureShape
from hypothesis import given
from hypothesis import strategies as st
from troposphere import GetAtt, Tags

from ecs_steps.octopus.inputs.reader import read
from ecs_steps.octopus.variables import Variables
from ecs_steps.sandbox.cloudformation.resources.naming_map import ecs_request
from ecs_steps.steps.deploy_ecs_service.importing import import_deployment
from ecs_steps.steps.deploy_ecs_service.inputs import DEPLOY, DeployInputs
from ecs_steps.steps.deploy_ecs_service.template import build_template
from ecs_steps.task_definition.cloudformation import task_definition
from ecs_steps.task_definition.diff import difference
from task_definitions import MODEL, PAIRS, pairs

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


SERVICE, CREATE = MODEL.shape_for("Service"), MODEL.shape_for("CreateServiceRequest")
assert isinstance(SERVICE, StructureShape)
assert isinstance(CREATE, StructureShape)
OWN = {"serviceName", "tags", "taskDefinition"}
SETTINGS = [
    (path, one, other)
    for path, one, other in pairs(SERVICE)
    if one != other and path[1:].partition(".")[0].removesuffix("[]") in CREATE.members.keys() - OWN
]
"""What can be set of a service and is shown of it, two values each; but for what is a deployment's own."""
BALANCER = {"targetGroupArn": "arn", "containerName": "web", "containerPort": 80}
WEB: dict[str, Any] = {"family": "web", "containerDefinitions": [{"name": "web", "image": "nginx:1"}]}


def imported_service(service: dict[str, Any]) -> tuple[object, ...]:
    """Return what an import makes of a service, and what it names."""
    balancers = [BALANCER | each for each in service.get("loadBalancers", ())]
    configuration = {"strategy": "CANARY"} | service.get("deploymentConfiguration", {})
    if "alarms" in configuration:
        alarms = configuration["alarms"]
        configuration["alarms"] = alarms | {"alarmNames": alarms["alarmNames"] or ["red"]}
    found = import_deployment(
        WEB,
        {
            **service,
            "clusterArn": "cluster/shop",
            "loadBalancers": balancers,
            "deploymentConfiguration": configuration,
        },
    )
    return found.variables, found.without_place


def test_each_setting_of_a_service_has_a_place_or_is_named() -> None:
    equal = {path for path, one, other in SETTINGS if imported_service(one) == imported_service(other)}
    named = {path for path, one, other in SETTINGS if any(imported_service(each)[1] for each in (one, other))}

    assert equal - named == set()


LB = "arn:aws:elasticloadbalancing:eu-west-1:123456789012"
SHIFTING = {
    "containerName": "web",
    "containerPort": 80,
    "targetGroupArn": f"{LB}:targetgroup/blue/1111111111111111",
    "advancedConfiguration": {
        "alternateTargetGroupArn": f"{LB}:targetgroup/green/2222222222222222",
        "productionListenerRule": f"{LB}:listener-rule/app/shop/1/2/3",
        "testListenerRule": f"{LB}:listener-rule/app/shop/1/2/4",
        "roleArn": ROLE,
    },
}


@pytest.mark.parametrize(
    "strategy",
    [
        {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 7},
        {
            "strategy": "CANARY",
            "bakeTimeInMinutes": 5,
            "canaryConfiguration": {"canaryPercent": 12.5, "canaryBakeTimeInMinutes": 3},
        },
        {
            "strategy": "LINEAR",
            "bakeTimeInMinutes": 5,
            "linearConfiguration": {"stepPercent": 25.0, "stepBakeTimeInMinutes": 4},
        },
    ],
    ids=lambda strategy: strategy["strategy"],
)
def test_a_service_that_shifts_traffic_comes_back(strategy: dict[str, Any]) -> None:
    configuration = {
        **strategy,
        "minimumHealthyPercent": 100,
        "maximumPercent": 150,
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        "alarms": {"alarmNames": ["red", "hot"], "enable": True, "rollback": True},
    }
    service = {
        "clusterArn": "cluster/shop",
        "deploymentConfiguration": configuration,
        "loadBalancers": [SHIFTING],
    }

    imported = import_deployment(WEB | {"cpu": "256", "memory": "512"}, service)

    inputs, _ = read(DeployInputs, Variables({**OUTSIDE, **imported.variables}), (), evaluate=False)
    resources = build_template(inputs).to_dict()["Resources"]
    [properties] = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::ECS::Service"]
    made = {name: properties[name] for name in ("DeploymentConfiguration", "LoadBalancers")}
    made["DeploymentConfiguration"] = made["DeploymentConfiguration"] | {"MaximumPercent": 150}
    assert ecs_request("CreateService", made) == {
        "deploymentConfiguration": configuration,
        "loadBalancers": [SHIFTING],
    }
    assert imported.without_place == ()
