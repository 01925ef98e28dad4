"""A document's rules: those of the other steps, by ECS' own paths, and Fargate's where it is required."""

from collections.abc import Mapping
from typing import Any

import pytest

from ecs_steps.octopus.inputs.rules import Finding
from ecs_steps.task_definition.document import Document
from ecs_steps.task_definition.document_rules import check_document, request_findings

WEB: Mapping[str, Any] = {"name": "web", "image": "acme/web:1", "memory": 128}
FARGATE: Mapping[str, Any] = {
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "256",
    "memory": "512",
    "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
}
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:web"  # noqa: S105  the ARN of one


def findings(
    container: Mapping[str, Any] | None = None, task: Mapping[str, Any] | None = None
) -> list[Finding]:
    request = {"family": "web", "containerDefinitions": [{**WEB, **(container or {})}], **(task or {})}
    checked = check_document(Document(members=request))
    assert checked.findings == ()
    return list(request_findings(checked.request))


def only(found: list[Finding]) -> tuple[object, str]:
    [finding] = found
    return finding.path, finding.message


def test_a_valid_document_has_no_finding_on_ec2_and_on_fargate() -> None:
    assert findings() == []
    assert findings(task=FARGATE) == []


def test_a_document_on_ec2_is_not_held_to_the_rules_of_fargate() -> None:
    gpu = {"resourceRequirements": [{"type": "GPU", "value": "1"}]}
    ports = {"portMappings": [{"containerPort": 80}, {"containerPort": 80}]}

    assert findings({**gpu, **ports}, {"cpu": "300", "memory": "700", "networkMode": "bridge"}) == []


@pytest.mark.parametrize(
    ("container", "path"),
    [
        ({"image": ""}, ("image",)),
        ({"image": "acme/web 1"}, ("image",)),
        (
            {"repositoryCredentials": {"credentialsParameter": "x"}},
            ("repositoryCredentials", "credentialsParameter"),
        ),
        ({"memoryReservation": 256}, ("memoryReservation",)),
        ({"secrets": [{"name": "A", "valueFrom": "no secret!"}]}, ("secrets", 0, "valueFrom")),
        (
            {
                "environment": [{"name": "B", "value": "x"}, {"name": "A", "value": "x"}],
                "secrets": [{"name": "A", "valueFrom": SECRET}],
            },
            ("secrets", 0, "name"),
        ),
        (
            {
                "logConfiguration": {
                    "logDriver": "splunk",
                    "secretOptions": [{"name": "splunk-token", "valueFrom": "no secret!"}],
                }
            },
            ("logConfiguration", "secretOptions", 0, "valueFrom"),
        ),
        ({"healthCheck": {"command": ["curl", "-f"]}}, ("healthCheck", "command")),
        (
            {"environmentFiles": [{"value": "arn:aws:s3:::bucket/x.txt", "type": "s3"}]},
            ("environmentFiles", 0),
        ),
        ({"dependsOn": [{"containerName": "api", "condition": "START"}]}, ("dependsOn", 0, "containerName")),
        (
            {"mountPoints": [{"sourceVolume": "data", "containerPath": "/x"}]},
            ("mountPoints", 0, "sourceVolume"),
        ),
        ({"volumesFrom": [{"sourceContainer": "api"}]}, ("volumesFrom", 0, "sourceContainer")),
        ({"logConfiguration": {"logDriver": "awsfirelens"}}, ("logConfiguration", "logDriver")),
    ],
)
def test_a_mistake_in_a_container_is_found_by_its_own_path(
    container: Mapping[str, Any], path: tuple[object, ...]
) -> None:
    assert only(findings(container))[0] == ("containerDefinitions", 0, *path)


@pytest.mark.parametrize(
    ("task", "path"),
    [
        ({"containerDefinitions": []}, ("containerDefinitions",)),
        ({"containerDefinitions": [WEB, WEB]}, ("containerDefinitions", 1, "name")),
        ({"containerDefinitions": [{**WEB, "essential": False}]}, ("containerDefinitions",)),
        ({"volumes": [{"name": "a"}, {"name": "a"}]}, ("volumes", 1, "name")),
        (
            {
                "volumes": [
                    {
                        "name": "a",
                        "efsVolumeConfiguration": {
                            "fileSystemId": "fs-1",
                            "authorizationConfig": {"iam": "ENABLED"},
                        },
                    }
                ]
            },
            ("volumes", 0, "efsVolumeConfiguration", "transitEncryption"),
        ),
        ({"cpu": "little"}, ("cpu",)),
        ({**FARGATE, "cpu": "300"}, ("cpu",)),
        ({**FARGATE, "memory": "700"}, ("memory",)),
        ({**FARGATE, "cpu": ""}, ("cpu",)),
        ({**FARGATE, "networkMode": "bridge"}, ("networkMode",)),
        (
            {
                **FARGATE,
                "executionRoleArn": "",
                "containerDefinitions": [{**WEB, "secrets": [{"name": "A", "valueFrom": SECRET}]}],
            },
            ("executionRoleArn",),
        ),
        (
            {**FARGATE, "containerDefinitions": [{**WEB, "memory": 1024}]},
            ("containerDefinitions", 0, "memory"),
        ),
        ({**FARGATE, "containerDefinitions": [{**WEB, "cpu": 512}]}, ("containerDefinitions",)),
    ],
)
def test_a_mistake_of_the_task_is_found_by_its_own_path(
    task: Mapping[str, Any], path: tuple[object, ...]
) -> None:
    assert path in [finding.path for finding in findings(task=task)]


def test_a_range_of_ports_repeats_no_port() -> None:
    ranges = {"portMappings": [{"containerPortRange": "80-90"}, {"containerPortRange": "100-110"}]}

    assert findings(ranges, FARGATE) == []


@pytest.mark.parametrize("name", [None, "", "a b"])
def test_a_container_needs_a_name_that_ecs_takes(name: str | None) -> None:
    document = Document(members={"containerDefinitions": [{"name": name, "image": "acme/web:1"}]})

    [finding] = check_document(document).findings

    assert finding.path == ("containerDefinitions", 0, "name")
