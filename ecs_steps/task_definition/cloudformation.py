"""A task definition and its containers in CloudFormation's shape; their parameters are the template's."""

from collections.abc import Sequence
from typing import Any

from troposphere import AWSHelperFn, GetAtt, Ref, Tags, ecs

from ecs_steps.octopus.inputs.shared_inputs import KeyValue, Secrecy, last_of
from ecs_steps.tags import Tag
from ecs_steps.task_definition.container_logging import (
    ConfigSource,
    ContainerLogging,
    Enabled,
    FirelensConfiguration,
    Logging,
)
from ecs_steps.task_definition.container_specs import ContainerSpec, RegistryLogin
from ecs_steps.task_definition.inputs import TaskDefinitionInputs, Volume, VolumeType


class UnvalidatedValue(AWSHelperFn):  # type: ignore[misc]  # troposphere is not typed
    """A value that troposphere must not validate: an expression where a number belongs.

    The exported template keeps ``#{Port}`` for Octopus to replace, and troposphere accepts only its own
    functions there.
    """

    def __init__(self, value: object) -> None:
        self.data = value


def number(value: int | str | None) -> Any:  # noqa: ANN401  troposphere is not typed
    """Return a number, or the expression in its place."""
    return UnvalidatedValue(value) if isinstance(value, str) else value


def enabled(flag: bool) -> str:  # noqa: FBT001  CloudFormation's word for it
    """Return a flag as CloudFormation writes many of them."""
    return "ENABLED" if flag else "DISABLED"


def tags_property(tags: Sequence[Tag]) -> Tags:
    """Return tags in their order; troposphere's own constructor sorts them."""
    made = Tags()
    made.tags = [{"Key": tag.key, "Value": tag.value} for tag in tags]
    return made


def task_definition(
    title: str,
    inputs: TaskDefinitionInputs,
    *,
    execution_role: Ref | GetAtt,
    keep_images: bool,
    tags: Tags,
) -> ecs.TaskDefinition:
    """Build the task definition for Fargate; with `keep_images` each image is the expression for it."""
    definition = ecs.TaskDefinition(
        title,
        Family=Ref("TaskDefinitionName"),
        Cpu=Ref("TaskDefinitionCPU"),
        Memory=Ref("TaskDefinitionMemory"),
        ExecutionRoleArn=execution_role,
        RequiresCompatibilities=["FARGATE"],
        NetworkMode="awsvpc",
        RuntimePlatform=ecs.RuntimePlatform(
            OperatingSystemFamily="LINUX", CpuArchitecture=inputs.runtime_architecture_platform
        ),
        ContainerDefinitions=[
            container_definition(spec, inputs.image(spec.container_image_reference, keep=keep_images))
            for spec in inputs.containers
        ],
        # Octopus puts the bind volumes first.
        Volumes=[
            *(ecs.Volume(Name=volume.name) for volume in inputs.volumes if volume.type is VolumeType.BIND),
            *(efs_volume(volume) for volume in inputs.volumes if volume.type is VolumeType.EFS),
        ],
        Tags=tags,
    )
    if inputs.task_role:
        definition.TaskRoleArn = Ref("TaskRole")
    return definition


def efs_volume(volume: Volume) -> ecs.Volume:
    """Build a volume that is an EFS file system."""
    return ecs.Volume(
        Name=volume.name,
        EFSVolumeConfiguration=ecs.EFSVolumeConfiguration(
            FilesystemId=volume.file_system_id,
            TransitEncryption=enabled(volume.encryption_in_transit),
            AuthorizationConfig=ecs.AuthorizationConfig(
                IAM=enabled(volume.efs_iam_authorization), **_where_set(AccessPointId=volume.access_point_id)
            ),
            **_where_set(RootDirectory=volume.root_directory),
        ),
    )


def container_definition(spec: ContainerSpec, image: str) -> ecs.ContainerDefinition:
    """Build the definition of one container that runs `image`."""
    network = spec.network_settings
    storage = spec.container_storage
    return ecs.ContainerDefinition(
        Name=spec.container_name,
        Image=image,
        Essential=spec.essential,
        DisableNetworking=network.disable_networking,
        ReadonlyRootFilesystem=storage.read_only_root_file_system,
        DnsServers=list(network.dns_servers),
        DnsSearchDomains=list(network.dns_search_domains),
        ResourceRequirements=[ecs.ResourceRequirement(Type="GPU", Value=str(spec.gpus))] if spec.gpus else [],
        PortMappings=[
            ecs.PortMapping(
                ContainerPort=number(mapping.container_port),
                HostPort=number(mapping.container_port),
                Protocol=mapping.protocol.lower(),
            )
            for mapping in spec.container_port_mappings
        ],
        ExtraHosts=[
            ecs.HostEntry(Hostname=host.hostname, IpAddress=host.ip_address) for host in network.extra_hosts
        ],
        EnvironmentFiles=[ecs.EnvironmentFile(Type="s3", Value=file) for file in spec.environment_files],
        **_where_set(
            RepositoryCredentials=ecs.RepositoryCredentials(
                CredentialsParameter=spec.repository_authentication.secret_name
            )
            if spec.repository_authentication.type is RegistryLogin.SECRETS_MANAGER
            else None,
            Memory=number(spec.memory_limit_hard),
            MemoryReservation=number(spec.memory_limit_soft),
            Cpu=number(spec.cpus),
            EntryPoint=list(spec.entry_point),
            Command=list(spec.command),
            WorkingDirectory=spec.working_directory,
            User=spec.user,
            StartTimeout=number(spec.start_timeout),
            StopTimeout=number(spec.stop_timeout),
            Environment=[
                ecs.Environment(Name=name, Value=value)
                for name, value in last_of(spec.environment_variables, Secrecy.PLAIN).items()
            ],
            Secrets=_secrets(spec.environment_variables),
            MountPoints=[
                ecs.MountPoint(
                    SourceVolume=mount.source_volume,
                    ContainerPath=mount.container_path,
                    ReadOnly=mount.readonly,
                )
                for mount in storage.mount_points
            ],
            VolumesFrom=[
                ecs.VolumesFrom(SourceContainer=other.source_container, ReadOnly=other.readonly)
                for other in storage.volume_from
            ],
            LogConfiguration=_log_configuration(spec.container_logging),
            FirelensConfiguration=_firelens_configuration(spec.firelens_configuration),
            DockerLabels={label.key: label.value for label in spec.docker_labels},
            HealthCheck=_health_check(spec),
            DependsOn=[
                ecs.ContainerDependency(
                    ContainerName=dependency.container_name, Condition=dependency.condition.upper()
                )
                for dependency in spec.dependencies
            ],
            Ulimits=[
                ecs.Ulimit(
                    Name=limit.limit_name,
                    HardLimit=number(limit.hard_limit),
                    SoftLimit=number(limit.soft_limit),
                )
                for limit in spec.ulimits
            ],
        ),
    )


def _where_set(**properties: object) -> dict[str, object]:
    return {name: value for name, value in properties.items() if value not in (None, "", [], {})}


def _secrets(items: Sequence[KeyValue]) -> list[ecs.Secret]:
    return [ecs.Secret(Name=name, ValueFrom=value) for name, value in last_of(items, Secrecy.SECRET).items()]


def _log_configuration(logging: ContainerLogging) -> ecs.LogConfiguration | None:
    if logging.type is Logging.AUTO:
        return ecs.LogConfiguration(
            LogDriver="awslogs",
            Options={
                "awslogs-group": Ref("LogGroupName"),
                "awslogs-region": Ref("AWS::Region"),
                "awslogs-stream-prefix": "ecs",
            },
        )
    if not logging.has_driver:
        return None
    return ecs.LogConfiguration(
        LogDriver=logging.log_driver.lower(),
        Options=last_of(logging.options, Secrecy.PLAIN),
        SecretOptions=_secrets(logging.options),
    )


def _firelens_configuration(firelens: FirelensConfiguration) -> ecs.FirelensConfiguration | None:
    if firelens.type is Enabled.DISABLED:
        return None
    options = {"enable-ecs-log-metadata": str(firelens.enable_ecs_log_metadata).lower()}
    source = firelens.custom_config_source
    if source.type is not ConfigSource.NONE:
        options |= {"config-file-type": source.type.lower(), "config-file-value": source.file_path}
    return ecs.FirelensConfiguration(Type=firelens.firelens_type.lower(), Options=options)


def _health_check(spec: ContainerSpec) -> ecs.HealthCheck | None:
    check = spec.health_check
    if not check.command:
        return None
    return ecs.HealthCheck(
        Command=list(check.command),
        **_where_set(
            Interval=number(check.interval),
            Retries=number(check.retries),
            StartPeriod=number(check.start_period),
            Timeout=number(check.timeout),
        ),
    )
