from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.task_definition.normalize import same_revision

WEB = {"name": "web", "image": "acme/web:1"}


def revision(members: Mapping[str, object] | None = None, /, **container: object) -> dict[str, Any]:
    return {"family": "web", "containerDefinitions": [{**WEB, **container}], **(members or {})}


DEFAULTS = {
    "cpu": 0,
    "essential": True,
    "versionConsistency": "enabled",
    "command": [],
    "environment": [],
    "mountPoints": [],
    "dockerLabels": {},
    "linuxParameters": {"initProcessEnabled": False, "capabilities": {"add": []}},
    "privileged": False,
    "readonlyRootFilesystem": False,
}


@pytest.mark.parametrize(("member", "value"), DEFAULTS.items(), ids=DEFAULTS)
def test_a_containers_default_is_the_same_as_nothing(member: str, value: object) -> None:
    assert same_revision(revision(), revision(**{member: value}))


@pytest.mark.parametrize(
    ("member", "value"),
    [("cpu", 1), ("essential", False), ("privileged", True), ("versionConsistency", "disabled")],
)
def test_anything_but_the_default_is_not(member: str, value: object) -> None:
    assert not same_revision(revision(), revision(**{member: value}))


@pytest.mark.parametrize(
    "members",
    [
        {"taskRoleArn": "", "executionRoleArn": ""},
        {"volumes": [], "placementConstraints": [], "requiresCompatibilities": []},
        {"enableFaultInjection": False},
        {"proxyConfiguration": {}},
    ],
    ids="-".join,
)
def test_a_task_definitions_default_is_the_same_as_nothing(members: dict[str, Any]) -> None:
    assert same_revision(revision(), revision(members))


def test_defaults_within_members_are_the_same_as_nothing() -> None:
    command = ["CMD-SHELL", "true"]
    plain = revision(
        {
            "volumes": [
                {"name": "data"},
                {"name": "shared", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}},
                {"name": "files", "s3filesVolumeConfiguration": {"fileSystemArn": "arn:aws:s3files:fs"}},
            ]
        },
        healthCheck={"command": command},
        mountPoints=[{"containerPath": "/data", "sourceVolume": "data"}],
        restartPolicy={"enabled": True},
    )
    written_out = revision(
        {
            "volumes": [
                {"name": "data", "host": {}},
                {
                    "name": "shared",
                    "efsVolumeConfiguration": {
                        "fileSystemId": "fs-1",
                        "rootDirectory": "/",
                        "transitEncryption": "DISABLED",
                        "authorizationConfig": {"iam": "DISABLED"},
                    },
                },
                {
                    "name": "files",
                    "s3filesVolumeConfiguration": {
                        "fileSystemArn": "arn:aws:s3files:fs",
                        "rootDirectory": "/",
                    },
                },
            ]
        },
        healthCheck={"command": command, "interval": 30, "timeout": 5, "retries": 3, "startPeriod": 0},
        mountPoints=[{"containerPath": "/data", "sourceVolume": "data", "readOnly": False}],
        restartPolicy={"enabled": True, "restartAttemptPeriod": 300, "ignoredExitCodes": []},
    )

    assert same_revision(plain, written_out)


@pytest.mark.parametrize(
    ("network_mode", "host_port", "is_default"),
    [
        ("awsvpc", 80, True),
        ("host", 80, True),
        ("awsvpc", 0, True),
        ("bridge", 0, True),
        (None, 0, True),
        ("bridge", 80, False),
        (None, 80, False),
    ],
)
def test_the_network_mode_decides_a_ports_default_on_the_host(
    network_mode: str | None, host_port: int, *, is_default: bool
) -> None:
    members = {"networkMode": network_mode} if network_mode else {}
    short = revision(members, portMappings=[{"containerPort": 80}])
    written_out = revision(
        members, portMappings=[{"containerPort": 80, "hostPort": host_port, "protocol": "tcp"}]
    )

    assert same_revision(short, written_out) is is_default


@pytest.mark.parametrize("network_mode", ["awsvpc", "bridge"])
def test_a_port_range_has_no_port_on_the_host(network_mode: str) -> None:
    members = {"networkMode": network_mode}
    one = revision(members, portMappings=[{"containerPortRange": "8000-8010"}])
    other = revision(members, portMappings=[{"containerPortRange": "8000-8010", "protocol": "tcp"}])

    assert same_revision(one, other)


UNORDERED: dict[str, list[Any]] = {
    "environment": [{"name": name, "value": name.lower()} for name in "ABC"],
    "secrets": [{"name": name, "valueFrom": name.lower()} for name in "DEF"],
    "portMappings": [{"containerPort": 80}, {"containerPort": 80, "protocol": "udp"}, {"containerPort": 443}],
    "ulimits": [{"name": name, "softLimit": 1, "hardLimit": 2} for name in ("core", "cpu", "nofile")],
    "mountPoints": [{"sourceVolume": name, "containerPath": f"/{name}"} for name in "abc"],
    "dependsOn": [{"containerName": name, "condition": "START"} for name in "abc"],
    "systemControls": [{"namespace": f"net.{name}", "value": "1"} for name in "abc"],
}
SECRET_OPTIONS = [{"name": name, "valueFrom": name} for name in "abc"]
PROPERTIES = [{"name": name, "value": name} for name in "abc"]
UNORDERED_OF_THE_TASK: dict[str, list[Any]] = {
    "volumes": [{"name": name, "host": {"sourcePath": f"/{name}"}} for name in "abc"],
    "requiresCompatibilities": ["EC2", "FARGATE", "EXTERNAL"],
}


@given(st.data())
def test_order_is_ignored_where_ecs_ignores_it(data: st.DataObject) -> None:
    container = {member: data.draw(st.permutations(entries)) for member, entries in UNORDERED.items()}
    members = {
        member: data.draw(st.permutations(entries)) for member, entries in UNORDERED_OF_THE_TASK.items()
    }

    assert same_revision(revision(UNORDERED_OF_THE_TASK, **UNORDERED), revision(members, **container))


@given(st.permutations(SECRET_OPTIONS), st.permutations(PROPERTIES))
def test_order_is_ignored_within_members(secret_options: list[Any], properties: list[Any]) -> None:
    one = revision(
        {"proxyConfiguration": {"containerName": "envoy", "properties": PROPERTIES}},
        logConfiguration={"logDriver": "splunk", "secretOptions": SECRET_OPTIONS},
    )
    other = revision(
        {"proxyConfiguration": {"containerName": "envoy", "properties": properties}},
        logConfiguration={"logDriver": "splunk", "secretOptions": secret_options},
    )

    assert same_revision(one, other)


def test_a_member_of_an_entry_that_is_new_to_ecs_counts() -> None:
    one = revision(environment=[{"name": "A", "value": "1", "sealed": True}])
    other = revision(environment=[{"name": "A", "value": "1"}])

    assert not same_revision(one, other)


@pytest.mark.parametrize(
    ("member", "entries"),
    [
        ("command", ["run", "--fast"]),
        ("entryPoint", ["sh", "-c"]),
        ("dnsServers", ["10.0.0.2", "10.0.0.3"]),
        ("environmentFiles", [{"value": f"arn:aws:s3:::b/{n}.env", "type": "s3"} for n in "ab"]),
    ],
)
def test_order_counts_where_ecs_goes_by_it(member: str, entries: list[Any]) -> None:
    assert not same_revision(revision(**{member: entries}), revision(**{member: entries[::-1]}))


def test_the_order_of_containers_does_not_count() -> None:
    log = {"name": "log", "image": "acme/log:1"}

    assert same_revision({"containerDefinitions": [WEB, log]}, {"containerDefinitions": [log, WEB]})


def test_the_last_of_a_repeated_variable_is_not_the_first() -> None:
    entries = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]

    assert not same_revision(revision(environment=entries), revision(environment=entries[::-1]))
    assert not same_revision(revision(environment=entries), revision(environment=entries[1:]))


def test_an_empty_variable_is_not_an_absent_one() -> None:
    assert not same_revision(revision(environment=[{"name": "A", "value": ""}]), revision())
    assert not same_revision(revision(dockerLabels={"a": ""}), revision())


def test_a_plain_variable_is_not_a_secret_of_the_same_value() -> None:
    plain = revision(environment=[{"name": "A", "value": "/shop/a"}])
    secret = revision(secrets=[{"name": "A", "valueFrom": "/shop/a"}])

    assert not same_revision(plain, secret)


def test_tags_are_no_part_of_a_revision() -> None:
    tagged = revision({"tags": [{"key": "Octopus.Deployment.Id", "value": "Deployments-2"}]})

    assert same_revision(revision(), tagged)


def test_another_family_is_another_revision() -> None:
    assert not same_revision(revision(), {**revision(), "family": "other"})
