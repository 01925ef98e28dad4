"""What the containers, volumes and size of one task must be together, by ECS' and Fargate's rules."""

from collections.abc import Collection, Iterator
from graphlib import CycleError, TopologicalSorter

from ecs_steps.octopus.inputs.rules import AnyRule, Finding, item_rule, listed, repeated, rule
from ecs_steps.task_definition.container_logging import Enabled, LogDriver, Logging
from ecs_steps.task_definition.container_specs import Condition, ContainerSpec
from ecs_steps.task_definition.inputs import SIZES, TaskDefinitionInputs, Volume, VolumeType, units


@rule("containers")
def _some_container(inputs: TaskDefinitionInputs) -> Iterator[Finding]:
    if not inputs.containers:
        yield Finding(("containers",), "expected at least one container")


@rule("containers.containerName")
def _names(inputs: TaskDefinitionInputs) -> Iterator[Finding]:
    for index in repeated([spec.container_name for spec in inputs.containers]):
        name = inputs.containers[index].container_name
        yield Finding(("containers", index, "containerName"), f"repeats the container {name!a}")


@rule("containers.essential")
def _some_essential(inputs: TaskDefinitionInputs) -> Iterator[Finding]:
    if inputs.containers and not any(spec.essential for spec in inputs.containers):
        yield Finding(("containers",), "expected at least one essential container: a task stops with it")


@rule("containers.containerPortMappings")
def _ports(inputs: TaskDefinitionInputs) -> Iterator[Finding]:
    ports = [
        (index, position, mapping.container_port, mapping.protocol)
        for index, spec in enumerate(inputs.containers)
        for position, mapping in enumerate(spec.container_port_mappings)
    ]
    for again in repeated([(port, protocol) for _, _, port, protocol in ports]):
        index, position, port, protocol = ports[again]
        yield Finding(
            ("containers", index, "containerPortMappings", position, "containerPort"),
            f"{port}/{protocol.lower()} is mapped twice; the containers of a Fargate task share one network",
            is_warning=True,
        )


@item_rule("containers", "dependencies", also_depends_on=("containers.containerName",))
def _known_dependencies(inputs: TaskDefinitionInputs, spec: ContainerSpec) -> Iterator[Finding]:
    known = inputs.containers_by_name
    for position, dependency in enumerate(spec.dependencies):
        if dependency.container_name not in known:
            yield Finding(
                ("dependencies", position, "containerName"), _no_container(dependency.container_name, known)
            )


@item_rule(
    "containers",
    "dependencies",
    also_depends_on=("containers.containerName", "containers.essential", "containers.healthCheck"),
)
def _conditions(inputs: TaskDefinitionInputs, spec: ContainerSpec) -> Iterator[Finding]:
    specs = inputs.containers_by_name
    for position, dependency in enumerate(spec.dependencies):
        at = ("dependencies", position, "condition")
        condition, other = dependency.condition, specs.get(dependency.container_name)
        if other is None:
            continue
        if condition is Condition.HEALTHY and not other.health_check.command:
            yield Finding(at, f"Healthy needs a health check on container {other.container_name}")
        if condition in (Condition.COMPLETE, Condition.SUCCESS) and other.essential:
            yield Finding(
                at,
                f"{condition} cannot be: container {other.container_name} is essential, and the task stops "
                "when it ends",
            )


def _no_container(name: str, known: Collection[str]) -> str:
    return f"names no container of this task: {name!a}; there are {listed(known)}"


@rule("containers.dependencies", "containers.containerName")
def _dependency_circle(inputs: TaskDefinitionInputs) -> Iterator[Finding]:
    graph = {
        spec.container_name: [dependency.container_name for dependency in spec.dependencies]
        for spec in inputs.containers
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        yield Finding(("containers",), f"containers depend on each other in a circle: {circle}")


@item_rule("containers", "containerStorage", also_depends_on=("containers.containerName", "volumes.name"))
def _storage(inputs: TaskDefinitionInputs, spec: ContainerSpec) -> Iterator[Finding]:
    volumes, containers = inputs.volume_names, inputs.containers_by_name
    for position, mount in enumerate(spec.container_storage.mount_points):
        if mount.source_volume not in volumes:
            yield Finding(
                ("containerStorage", "mountPoints", position, "sourceVolume"),
                f"names no volume of this task: {mount.source_volume!a}; "
                f"there {'are ' + listed(volumes) if volumes else 'is none'}",
            )
    for position, volume_from in enumerate(spec.container_storage.volume_from):
        if volume_from.source_container not in containers:
            yield Finding(
                ("containerStorage", "volumeFrom", position, "sourceContainer"),
                _no_container(volume_from.source_container, containers),
            )


@rule("cpu", "containers.cpus")
def _cpu_sum(inputs: TaskDefinitionInputs) -> Iterator[Finding]:
    total = sum(spec.cpus or 0 for spec in inputs.containers)
    if total > units(inputs.cpu):
        yield Finding(
            ("containers",), f"ask for {total} CPU units together; the task has {units(inputs.cpu)}"
        )


@rule("memory", "containers.memoryLimitHard", "containers.memoryLimitSoft")
def _memory_sum(inputs: TaskDefinitionInputs) -> Iterator[Finding]:
    total = sum(spec.memory_limit_soft or spec.memory_limit_hard or 0 for spec in inputs.containers)
    if total > units(inputs.memory):
        yield Finding(
            ("containers",), f"reserve {total} MiB together; the task has {units(inputs.memory)} MiB"
        )


@item_rule("containers", "memoryLimitHard", also_depends_on=("memory",))
def _hard_limit(inputs: TaskDefinitionInputs, spec: ContainerSpec) -> Iterator[Finding]:
    hard = spec.memory_limit_hard
    if hard is not None and hard > units(inputs.memory):
        yield Finding(("memoryLimitHard",), f"{hard} MiB is more than the task's {units(inputs.memory)} MiB")


@rule("containers.containerLogging", "containers.firelensConfiguration")
def _firelens_router(inputs: TaskDefinitionInputs) -> Iterator[Finding]:
    if any(spec.firelens_configuration.type is Enabled.ENABLED for spec in inputs.containers):
        return
    for index, spec in enumerate(inputs.containers):
        logging = spec.container_logging
        if logging.type is Logging.MANUAL and logging.log_driver is LogDriver.AWS_FIRELENS:
            yield Finding(
                ("containers", index, "containerLogging", "logDriver"),
                "AwsFirelens needs a container of this task with FireLens enabled, the log router",
            )


@rule("cpu", "memory")
def _fargate_size(inputs: TaskDefinitionInputs) -> Iterator[Finding]:
    memories = SIZES.get(units(inputs.cpu))
    if memories is None:
        sizes = ", ".join(map(str, SIZES))
        yield Finding(("cpu",), f"Fargate has no tasks of {inputs.cpu!a} CPU; expected one of {sizes}")
    elif units(inputs.memory) not in memories:
        yield Finding(
            ("memory",),
            f"Fargate pairs {units(inputs.cpu)} CPU units with {', '.join(map(str, memories))} MiB, "
            f"not with {inputs.memory!a}",
        )


@rule("volumes.name")
def _volume_names(inputs: TaskDefinitionInputs) -> Iterator[Finding]:
    for index in repeated([volume.name for volume in inputs.volumes]):
        yield Finding(("volumes", index, "name"), f"repeats the volume {inputs.volumes[index].name!a}")


@item_rule(
    "volumes",
    "type",
    "fileSystemId",
    "encryptionInTransit",
    "efsIamAuthorization",
    "accessPointId",
    "rootDirectory",
)
def _efs_volumes(_: TaskDefinitionInputs, volume: Volume) -> Iterator[Finding]:
    if volume.type is not VolumeType.EFS:
        return
    if not volume.file_system_id:
        yield Finding(("fileSystemId",), "is required for an EFS volume")
    if not volume.encryption_in_transit and (volume.efs_iam_authorization or volume.access_point_id):
        why = "IAM authorization" if volume.efs_iam_authorization else "an access point"
        yield Finding(("encryptionInTransit",), f"must be True: EFS requires it with {why}")
    if volume.access_point_id and volume.root_directory not in ("", "/"):
        yield Finding(
            ("rootDirectory",),
            f"must be empty or / with an access point, which brings its own, not {volume.root_directory!a}",
        )


TASK_RULES: tuple[AnyRule[TaskDefinitionInputs], ...] = (
    _fargate_size,
    _volume_names,
    _efs_volumes,
    _some_container,
    _names,
    _some_essential,
    _ports,
    _known_dependencies,
    _conditions,
    _dependency_circle,
    _storage,
    _cpu_sum,
    _memory_sum,
    _hard_limit,
    _firelens_router,
)

FARGATE_TASK_RULES: tuple[AnyRule[TaskDefinitionInputs], ...] = (_fargate_size, _ports)
"""Those that hold on Fargate alone."""

SIZE_RULES: tuple[AnyRule[TaskDefinitionInputs], ...] = (_cpu_sum, _memory_sum, _hard_limit)
"""Those that compare with the CPU and the memory of the task, which elsewhere it need not have."""
