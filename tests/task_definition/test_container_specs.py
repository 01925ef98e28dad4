"""The JSON of one container."""

import typing
from typing import Any

import attrs
import pytest

from ecs_steps.octopus.inputs.members import json_name
from ecs_steps.octopus.inputs.shared_inputs import KeyValue, Secrecy
from ecs_steps.task_definition.container_logging import (
    ConfigSource,
    ContainerLogging,
    CustomConfigSource,
    Enabled,
    FirelensConfiguration,
    FirelensType,
    LogDriver,
    Logging,
)
from ecs_steps.task_definition.container_specs import (
    Condition,
    ContainerSpec,
    ContainerStorage,
    Dependency,
    DockerLabel,
    ExtraHost,
    HealthCheck,
    ImageReference,
    MountPoint,
    NetworkSettings,
    PortMapping,
    Protocol,
    RegistryLogin,
    RepositoryAuthentication,
    Ulimit,
    VolumeFrom,
)
from steps.deploy_ecs_service.dictionaries import (
    container,
    dictionary,
    inputs_of,
    minimal,
)

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:registry-AbCdEf"

# The JSON of a container, as the runner's own shapes have it; None is a single value.
SHAPE: dict[str, Any] = {
    "containerName": None,
    "containerImageReference": {"referenceId": None, "imageName": None, "feedId": None},
    "repositoryAuthentication": {"type": None, "secretName": None},
    "memoryLimitSoft": None,
    "memoryLimitHard": None,
    "cpus": None,
    "gpus": None,
    "essential": None,
    "containerPortMappings": {"containerPort": None, "protocol": None},
    "entryPoint": None,
    "command": None,
    "workingDirectory": None,
    "user": None,
    "startTimeout": None,
    "stopTimeout": None,
    "environmentFiles": None,
    "environmentVariables": {"type": None, "key": None, "value": None},
    "networkSettings": {
        "disableNetworking": None,
        "dnsServers": None,
        "dnsSearchDomains": None,
        "extraHosts": {"hostname": None, "ipAddress": None},
    },
    "containerStorage": {
        "readOnlyRootFileSystem": None,
        "mountPoints": {"sourceVolume": None, "containerPath": None, "readonly": None},
        "volumeFrom": {"sourceContainer": None, "readonly": None},
    },
    "containerLogging": {
        "type": None,
        "logDriver": None,
        "logOptions": {"type": None, "key": None, "value": None},
    },
    "firelensConfiguration": {
        "type": None,
        "firelensType": None,
        "enableEcsLogMetadata": None,
        "customConfigSource": {"type": None, "filePath": None},
    },
    "dockerLabels": {"key": None, "value": None},
    "healthCheck": {
        "command": None,
        "interval": None,
        "retries": None,
        "startPeriod": None,
        "timeout": None,
    },
    "dependencies": {"containerName": None, "condition": None},
    "ulimits": {"limitName": None, "hardLimit": None, "softLimit": None},
}


def shape_of(cls: Any) -> dict[str, Any]:  # noqa: ANN401  an attrs class
    shape: dict[str, Any] = {}
    for field in attrs.fields(cls):
        kind = typing.get_args(field.type)[0] if typing.get_origin(field.type) is tuple else field.type
        shape[json_name(field.name)] = shape_of(kind) if attrs.has(kind) else None
    return shape


def test_a_container_has_the_members_of_octopus_own_shapes() -> None:
    assert shape_of(ContainerSpec) == SHAPE


def test_every_member_of_a_container_is_read_whatever_its_case() -> None:
    spec = {
        "containerName": "web",
        "containerImageReference": {"referenceId": "web", "imageName": "acme/web", "feedId": "Feeds-1"},
        "repositoryAuthentication": {"type": "secretsmanager", "secretName": ARN},
        "memoryLimitSoft": "128",
        "memoryLimitHard": 256,
        "cpus": "128",
        "gpus": "0",
        "essential": "TRUE",
        "containerPortMappings": [{"containerPort": "80", "protocol": "udp"}],
        "entryPoint": "sh, -c",
        "command": "echo a, b",
        "workingDirectory": "/app",
        "user": "1000:1000",
        "startTimeout": "30",
        "stopTimeout": "60",
        "environmentFiles": ["arn:aws:s3:::settings/web.env"],
        "environmentVariables": [
            {"type": "PLAIN", "key": "A", "value": "1"},
            {"type": "secret", "key": "B", "value": "/b"},
            {"key": "C", "value": 5},
        ],
        "networkSettings": {
            "disableNetworking": "False",
            "dnsServers": ["10.0.0.2"],
            "dnsSearchDomains": ["shop.local"],
            "extraHosts": [{"hostname": "db", "ipAddress": "10.0.0.9"}],
        },
        "containerStorage": {
            "readOnlyRootFileSystem": "true",
            "mountPoints": [{"sourceVolume": "data", "containerPath": "/data", "readonly": "True"}],
            "volumeFrom": [{"sourceContainer": "sidecar", "readonly": True}],
        },
        "containerLogging": {
            "type": "manual",
            "logDriver": "SPLUNK",
            "logOptions": [{"type": "Secret", "key": "splunk-token", "value": "/splunk"}],
        },
        "firelensConfiguration": {
            "type": "enabled",
            "firelensType": "fluentd",
            "enableEcsLogMetadata": "True",
            "customConfigSource": {"type": "FILE", "filePath": "/fluent.conf"},
        },
        "dockerLabels": [{"key": "team", "value": "shop"}],
        "healthCheck": {
            "command": ["CMD", "true"],
            "interval": "30",
            "retries": "3",
            "startPeriod": "0",
            "timeout": "5",
        },
        "dependencies": [{"containerName": "sidecar", "condition": "START"}],
        "ulimits": [{"limitName": "nofile", "hardLimit": "2048", "softLimit": "1024"}],
    }
    assert set(spec) == set(SHAPE)

    [web, _] = inputs_of(
        dictionary(_swapped(spec), container("sidecar"), Volumes=[{"name": "data"}])
    ).containers

    assert web == ContainerSpec(
        container_name="web",
        container_image_reference=ImageReference(
            reference_id="web", image_name="acme/web", feed_id="Feeds-1"
        ),
        repository_authentication=RepositoryAuthentication(
            type=RegistryLogin.SECRETS_MANAGER, secret_name=ARN
        ),
        memory_limit_soft=128,
        memory_limit_hard=256,
        cpus=128,
        gpus=0,
        essential=True,
        container_port_mappings=(PortMapping(container_port=80, protocol=Protocol.UDP),),
        entry_point=("sh", "-c"),
        command=("echo a, b",),
        working_directory="/app",
        user="1000:1000",
        start_timeout=30,
        stop_timeout=60,
        environment_files=("arn:aws:s3:::settings/web.env",),
        environment_variables=(
            KeyValue(key="A", value="1"),
            KeyValue(type=Secrecy.SECRET, key="B", value="/b"),
            KeyValue(key="C", value="5"),
        ),
        network_settings=NetworkSettings(
            dns_servers=("10.0.0.2",),
            dns_search_domains=("shop.local",),
            extra_hosts=(ExtraHost(hostname="db", ip_address="10.0.0.9"),),
        ),
        container_storage=ContainerStorage(
            read_only_root_file_system=True,
            mount_points=(MountPoint(source_volume="data", container_path="/data", readonly=True),),
            volume_from=(VolumeFrom(source_container="sidecar", readonly=True),),
        ),
        container_logging=ContainerLogging(
            type=Logging.MANUAL,
            log_driver=LogDriver.SPLUNK,
            log_options=(KeyValue(type=Secrecy.SECRET, key="splunk-token", value="/splunk"),),
        ),
        firelens_configuration=FirelensConfiguration(
            type=Enabled.ENABLED,
            firelens_type=FirelensType.FLUENTD,
            enable_ecs_log_metadata=True,
            custom_config_source=CustomConfigSource(type=ConfigSource.FILE, file_path="/fluent.conf"),
        ),
        docker_labels=(DockerLabel(key="team", value="shop"),),
        health_check=HealthCheck(command=("CMD", "true"), interval=30, retries=3, start_period=0, timeout=5),
        dependencies=(Dependency(container_name="sidecar", condition=Condition.START),),
        ulimits=(Ulimit(limit_name="nofile", hard_limit=2048, soft_limit=1024),),
    )


def _swapped(document: object) -> Any:  # noqa: ANN401  as JSON
    match document:
        case dict():
            return {name.swapcase(): _swapped(member) for name, member in document.items()}
        case list():
            return [_swapped(item) for item in document]
        case _:
            return document


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_absent_null_or_empty_member_is_its_default(nothing: str | None) -> None:
    optional = [name for name in SHAPE if name not in ("containerName", "containerImageReference")]
    spec = container(**dict.fromkeys(optional, nothing))

    assert inputs_of(dictionary(spec)) == inputs_of(minimal())


def test_a_container_is_essential_and_logs_to_cloudwatch_by_default() -> None:
    [web] = inputs_of(minimal()).containers

    assert web.essential
    assert web.container_logging == ContainerLogging(type=Logging.AUTO)


def test_a_health_check_that_is_no_list_is_one_word() -> None:
    spec = container(healthCheck={"command": "NONE, really"})

    [web] = inputs_of(dictionary(spec)).containers

    assert web.health_check.command == ("NONE, really",)


def test_what_is_mounted_is_writable_by_default() -> None:
    storage = {
        "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}],
        "volumeFrom": [{"sourceContainer": "web"}],
    }

    [web] = inputs_of(dictionary(container(containerStorage=storage), Volumes=[{"name": "data"}])).containers

    assert web.container_storage == ContainerStorage(
        mount_points=(MountPoint(source_volume="data", container_path="/data", readonly=False),),
        volume_from=(VolumeFrom(source_container="web", readonly=False),),
    )
