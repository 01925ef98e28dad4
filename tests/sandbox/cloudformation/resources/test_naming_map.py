"""CloudFormation's property names in ECS' requests."""

import json
from pathlib import Path
from typing import Any

import cfnlint
import pytest

from ecs_steps.sandbox.cloudformation.resources.naming_map import ecs_request, members
from ecs_steps.sandbox.cloudformation.resources.resource_type import HandlerError
from ecs_steps.sandbox.cloudformation.resources.service import Service

SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"
READ_ONLY = {"Name", "ServiceArn", "TaskDefinitionArn"}


def schema_of(resource_type: str) -> Any:  # noqa: ANN401  JSON
    """Return AWS' published schema of a resource type."""
    index = json.loads((SCHEMAS / "providers" / "eu-west-1.json").read_text())
    return json.loads((SCHEMAS / "resources" / f"{index[resource_type]}.json").read_text())


def sample(schema: Any, node: Any) -> Any:  # noqa: ANN401  JSON
    """Return a value that has every member that a schema allows."""
    while "$ref" in node:
        target = schema
        for part in node["$ref"].split("/")[1:]:
            target = target[part]
        node = target
    kind = node.get("type")
    match kind[0] if isinstance(kind, list) else kind:
        case "object":
            properties = node.get("properties")
            return {k: sample(schema, v) for k, v in properties.items()} if properties else {"key": "value"}
        case "array":
            return [sample(schema, node["items"])]
        case "integer" | "number":
            return 1
        case "boolean":
            return True
        case _:
            return "text"


def test_every_property_of_a_task_definition_is_known() -> None:
    schema = schema_of("AWS::ECS::TaskDefinition")
    properties = {name: sample(schema, node) for name, node in schema["properties"].items()}

    request = ecs_request(
        "RegisterTaskDefinition", {name: properties[name] for name in properties.keys() - READ_ONLY}
    )

    assert len(request) == len(properties.keys() - READ_ONLY)


def test_every_property_of_a_service_is_known() -> None:
    schema = schema_of("AWS::ECS::Service")
    properties = {name: sample(schema, node) for name, node in schema["properties"].items()}
    set_otherwise = {"ForceNewDeployment"}
    hook = properties["DeploymentConfiguration"]["LifecycleHooks"][0]
    hook["HookDetails"] = '{"a": 1}'

    request = ecs_request(
        "CreateService", {name: properties[name] for name in properties.keys() - READ_ONLY - set_otherwise}
    )

    assert request["deploymentConfiguration"]["lifecycleHooks"][0]["hookDetails"] == {"a": 1}
    assert len(request) == len(properties.keys() - READ_ONLY - set_otherwise)


def test_a_new_task_definition_is_made_for_the_schemas_create_only_properties() -> None:
    paths = schema_of("AWS::ECS::TaskDefinition")["createOnlyProperties"]

    # ECS may have members that the schema does not have yet.
    assert {path.rpartition("/")[2] for path in paths} <= members("RegisterTaskDefinition").keys() - {"Tags"}
    assert "/properties/Tags" not in paths


def test_a_new_service_is_made_for_the_schemas_create_only_properties() -> None:
    schema = schema_of("AWS::ECS::Service")
    paths = schema["createOnlyProperties"] + schema["conditionalCreateOnlyProperties"]

    assert Service.create_only == {path.rpartition("/")[2] for path in paths}


@pytest.mark.parametrize(
    ("properties", "request_"),
    [
        ({"Cpu": 256, "Memory": "512"}, {"cpu": "256", "memory": "512"}),
        (
            {"ContainerDefinitions": [{"Essential": "true", "Cpu": "10", "DockerLabels": {"A-b": 1}}]},
            {"containerDefinitions": [{"essential": True, "cpu": 10, "dockerLabels": {"A-b": "1"}}]},
        ),
        (
            {
                "Volumes": [
                    {
                        "Name": "data",
                        "EFSVolumeConfiguration": {
                            "FilesystemId": "fs-1",
                            "RootDirectory": "/",
                            "TransitEncryption": "ENABLED",
                            "AuthorizationConfig": {"IAM": "ENABLED", "AccessPointId": "fsap-1"},
                        },
                    }
                ]
            },
            {
                "volumes": [
                    {
                        "name": "data",
                        "efsVolumeConfiguration": {
                            "fileSystemId": "fs-1",
                            "rootDirectory": "/",
                            "transitEncryption": "ENABLED",
                            "authorizationConfig": {"iam": "ENABLED", "accessPointId": "fsap-1"},
                        },
                    }
                ]
            },
        ),
    ],
)
def test_values_get_the_type_of_ecs_model(properties: dict[str, Any], request_: dict[str, Any]) -> None:
    assert ecs_request("RegisterTaskDefinition", properties) == request_


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"Colour": "red"}, "Encountered unsupported property Colour"),
        (
            {"Volumes": [{"EFSVolumeConfiguration": {"FileSystemId": "fs-1"}}]},
            "Encountered unsupported property FileSystemId",
        ),
        (
            {"ContainerDefinitions": [{"Cpu": "much"}]},
            "Model validation failed (#/ContainerDefinitions/0/Cpu: expected type: Integer, found: String)",
        ),
        (
            {"ContainerDefinitions": {"Name": "web"}},
            "Model validation failed (#/ContainerDefinitions: expected type: JSONArray, found: JSONObject)",
        ),
        ({"Family": []}, "Model validation failed (#/Family: expected type: String, found: JSONArray)"),
    ],
)
def test_what_ecs_does_not_have_is_refused(properties: dict[str, Any], message: str) -> None:
    with pytest.raises(HandlerError) as caught:
        ecs_request("RegisterTaskDefinition", properties)

    assert caught.value.message == message
