"""What the containers of one task must be, by themselves and together."""

from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter

from ecs_steps.octopus.fargate import units
from ecs_steps.octopus.reading import Finding, Rule, rule
from ecs_steps.octopus.rules import (
    environment_file_findings,
    repeated,
    secret_findings,
    unknown_image,
)
from ecs_steps.steps.deploy_ecs_service.containers import (
    Condition,
    ConfigSource,
    ContainerSpec,
    Enabled,
    LogDriver,
    Logging,
    RegistryLogin,
)
from ecs_steps.steps.deploy_ecs_service.inputs import DeployInputs

HEALTH_CHECKS = ("CMD", "CMD-SHELL", "NONE")


def _each(
    *reads: str,
) -> Callable[[Callable[[ContainerSpec], Iterator[Finding]]], Rule[DeployInputs]]:
    """Make a rule about one container a rule that judges each; paths are within the container."""

    def of(judge: Callable[[ContainerSpec], Iterator[Finding]]) -> Rule[DeployInputs]:
        def judge_all(inputs: DeployInputs) -> Iterator[Finding]:
            for index, spec in enumerate(inputs.containers):
                for found in judge(spec):
                    yield Finding(("containers", index, *found.path), found.message, found.only_suspicious)

        return Rule(tuple(f"containers.{read}" for read in reads), judge_all)

    return of


@rule("containers")
def _some_container(inputs: DeployInputs) -> Iterator[Finding]:
    if not inputs.containers:
        yield Finding(("containers",), "expected at least one container")


@rule("containers.containerName")
def _names(inputs: DeployInputs) -> Iterator[Finding]:
    for index in repeated([spec.container_name for spec in inputs.containers]):
        name = inputs.containers[index].container_name
        yield Finding(("containers", index, "containerName"), f"repeats the container {name!a}")


@rule("containers.essential")
def _some_essential(inputs: DeployInputs) -> Iterator[Finding]:
    if inputs.containers and not any(spec.essential for spec in inputs.containers):
        yield Finding(("containers",), "expected at least one essential container: a task stops with it")


@rule("containers.containerImageReference")
def images_known(inputs: DeployInputs) -> Iterator[Finding]:
    for index, spec in enumerate(inputs.containers):
        reference = spec.container_image_reference
        if inputs.image(reference):
            continue
        at = ("containers", index, "containerImageReference")
        if reference.reference_id:
            yield unknown_image(at, reference.reference_id)
        else:
            yield Finding(at, "is required: a referenceId, or a full image name as imageName")


@_each("repositoryAuthentication")
def _repository_secret(spec: ContainerSpec) -> Iterator[Finding]:
    login = spec.repository_authentication
    if login.type is RegistryLogin.SECRETS_MANAGER and not login.secret_name.startswith("arn:"):
        yield Finding(
            ("repositoryAuthentication", "secretName"), "expected the ARN of a Secrets Manager secret"
        )


@rule("containers.containerPortMappings")
def _ports(inputs: DeployInputs) -> Iterator[Finding]:
    places = [
        (index, position, mapping.container_port, mapping.protocol)
        for index, spec in enumerate(inputs.containers)
        for position, mapping in enumerate(spec.container_port_mappings)
    ]
    for again in repeated([(port, protocol) for _, _, port, protocol in places]):
        index, position, port, protocol = places[again]
        yield Finding(
            ("containers", index, "containerPortMappings", position, "containerPort"),
            f"{port}/{protocol.lower()} is mapped twice; the containers of a Fargate task share one network",
            only_suspicious=True,
        )


@rule("containers.dependencies", "containers.containerName", "containers.essential", "containers.healthCheck")
def _dependencies(inputs: DeployInputs) -> Iterator[Finding]:
    specs = {spec.container_name: spec for spec in inputs.containers}
    for index, spec in enumerate(inputs.containers):
        for position, dependency in enumerate(spec.dependencies):
            at = ("containers", index, "dependencies", position)
            other = specs.get(dependency.container_name)
            if other is None:
                there = ", ".join(specs)
                yield Finding(
                    (*at, "containerName"),
                    f"names no container of this task: {dependency.container_name!a}; there are {there}",
                )
            elif dependency.condition is Condition.HEALTHY and not other.health_check.command:
                yield Finding(
                    (*at, "condition"), f"Healthy needs a health check on container {other.container_name}"
                )
            elif dependency.condition in (Condition.COMPLETE, Condition.SUCCESS) and other.essential:
                yield Finding(
                    (*at, "condition"),
                    f"{dependency.condition} cannot be: container {other.container_name} is essential, and "
                    "the task stops when it ends",
                )


@rule("containers.dependencies", "containers.containerName")
def _dependency_circle(inputs: DeployInputs) -> Iterator[Finding]:
    graph = {
        spec.container_name: [dependency.container_name for dependency in spec.dependencies]
        for spec in inputs.containers
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        yield Finding(("containers",), f"containers depend on each other in a circle: {circle}")


@rule("containers.containerStorage", "containers.containerName", "volumes.name")
def _storage(inputs: DeployInputs) -> Iterator[Finding]:
    volumes = [volume.name for volume in inputs.volumes]
    containers = [spec.container_name for spec in inputs.containers]
    for index, spec in enumerate(inputs.containers):
        at = ("containers", index, "containerStorage")
        for position, mount in enumerate(spec.container_storage.mount_points):
            if mount.source_volume not in volumes:
                yield Finding(
                    (*at, "mountPoints", position, "sourceVolume"),
                    f"names no volume of this task: {mount.source_volume!a}; "
                    f"there {'are ' + ', '.join(volumes) if volumes else 'is none'}",
                )
        for position, volume_from in enumerate(spec.container_storage.volume_from):
            if volume_from.source_container not in containers:
                yield Finding(
                    (*at, "volumeFrom", position, "sourceContainer"),
                    f"names no container of this task: {volume_from.source_container!a}; "
                    f"there are {', '.join(containers)}",
                )


@rule("cpu", "containers.cpus")
def _cpu_sum(inputs: DeployInputs) -> Iterator[Finding]:
    total = sum(spec.cpus or 0 for spec in inputs.containers)
    if total > units(inputs.cpu):
        yield Finding(
            ("containers",), f"ask for {total} CPU units together; the task has {units(inputs.cpu)}"
        )


@rule("memory", "containers.memoryLimitHard", "containers.memoryLimitSoft")
def _memory(inputs: DeployInputs) -> Iterator[Finding]:
    for index, spec in enumerate(inputs.containers):
        soft, hard = spec.memory_limit_soft, spec.memory_limit_hard
        if soft is not None and hard is not None and soft >= hard:
            yield Finding(
                ("containers", index, "memoryLimitSoft"), f"{soft} MiB must be below the hard limit of {hard}"
            )
    total = sum(spec.memory_limit_soft or spec.memory_limit_hard or 0 for spec in inputs.containers)
    if total > units(inputs.memory):
        yield Finding(
            ("containers",), f"reserve {total} MiB together; the task has {units(inputs.memory)} MiB"
        )
    for index, spec in enumerate(inputs.containers):
        if spec.memory_limit_hard is not None and units(inputs.memory) < spec.memory_limit_hard:
            yield Finding(
                ("containers", index, "memoryLimitHard"),
                f"{spec.memory_limit_hard} MiB is more than the task's {units(inputs.memory)} MiB",
            )


@_each("gpus")
def _gpus(spec: ContainerSpec) -> Iterator[Finding]:
    if spec.gpus:
        yield Finding(("gpus",), f"Fargate has no GPUs, and {spec.gpus} are asked for; leave it empty")


@_each("environmentVariables", "containerLogging.logOptions")
def _secrets(spec: ContainerSpec) -> Iterator[Finding]:
    yield from secret_findings(("environmentVariables",), spec.environment_variables)
    yield from secret_findings(("containerLogging", "logOptions"), spec.container_logging.log_options)


@_each("environmentVariables")
def _environment(spec: ContainerSpec) -> Iterator[Finding]:
    for index in repeated([item.key for item in spec.environment_variables]):
        yield Finding(
            ("environmentVariables", index, "key"),
            f"repeats {spec.environment_variables[index].key!a}; the last one is used",
            only_suspicious=True,
        )


@_each("healthCheck.command")
def _health_check(spec: ContainerSpec) -> Iterator[Finding]:
    command = spec.health_check.command
    if command and command[0] not in HEALTH_CHECKS:
        yield Finding(
            ("healthCheck", "command"),
            f"begins with {command[0]!a} instead of {', '.join(HEALTH_CHECKS)}; ECS runs it as it stands",
            only_suspicious=True,
        )


@_each("environmentFiles")
def _environment_files(spec: ContainerSpec) -> Iterator[Finding]:
    yield from environment_file_findings(("environmentFiles",), spec.environment_files)


@_each("firelensConfiguration")
def _firelens(spec: ContainerSpec) -> Iterator[Finding]:
    firelens = spec.firelens_configuration
    source = firelens.custom_config_source
    if firelens.type is Enabled.DISABLED or source.type is ConfigSource.NONE:
        return
    at = ("firelensConfiguration", "customConfigSource")
    if not source.file_path:
        yield Finding((*at, "filePath"), f"is required for a custom configuration from {source.type}")
    if source.type is ConfigSource.S3:
        yield Finding(
            (*at, "type"), "Fargate reads a log router's configuration only from a file", only_suspicious=True
        )


@rule("containers.containerLogging", "containers.firelensConfiguration")
def _firelens_router(inputs: DeployInputs) -> Iterator[Finding]:
    if any(spec.firelens_configuration.type is Enabled.ENABLED for spec in inputs.containers):
        return
    for index, spec in enumerate(inputs.containers):
        logging = spec.container_logging
        if logging.type is Logging.MANUAL and logging.log_driver is LogDriver.AWS_FIRELENS:
            yield Finding(
                ("containers", index, "containerLogging", "logDriver"),
                "AwsFirelens needs a container of this task with FireLens enabled, the log router",
            )


CONTAINER_RULES: tuple[Rule[DeployInputs], ...] = (
    _some_container,
    _names,
    _some_essential,
    images_known,
    _repository_secret,
    _ports,
    _dependencies,
    _dependency_circle,
    _storage,
    _cpu_sum,
    _memory,
    _gpus,
    _secrets,
    _environment,
    _health_check,
    _environment_files,
    _firelens,
    _firelens_router,
)
