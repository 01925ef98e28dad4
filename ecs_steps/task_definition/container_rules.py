"""What each container of a task must be by itself."""

import re
from collections.abc import Callable, Iterator

from ecs_steps.octopus.inputs.converter import UnresolvedText
from ecs_steps.octopus.inputs.rules import AnyRule, Finding, ItemRule, item_rule
from ecs_steps.octopus.inputs.shared_inputs import Secrecy
from ecs_steps.task_definition.container_findings import (
    environment_file_findings,
    environment_findings,
    image_findings,
    package_image_findings,
    secret_findings,
)
from ecs_steps.task_definition.container_logging import ConfigSource, Enabled
from ecs_steps.task_definition.container_specs import ContainerSpec, RegistryLogin
from ecs_steps.task_definition.inputs import TaskDefinitionInputs

HEALTH_CHECKS = ("CMD", "CMD-SHELL", "NONE")
SECRET_ARN = re.compile(r"arn:[a-z-]+:secretsmanager:[!-~]+")
GRANTED_SECRET = re.compile(r"arn:[^:]+:(secretsmanager|ssm):")
GRANTED_FILE = re.compile(r"arn:[^:]+:s3:::[^/]+/")
NOT_GRANTED = (
    "must be known, at least how the ARN begins, or a task execution role given: "
    "the role that the stack creates is granted this and no more"
)

_Check = Callable[[ContainerSpec], Iterator[Finding]]


def _each(*depends_on: str) -> Callable[[_Check], ItemRule[TaskDefinitionInputs, ContainerSpec]]:
    """Make a check of one container by itself an `ItemRule`."""
    return lambda check: item_rule("containers", *depends_on)(lambda _, spec: check(spec))


@item_rule("containers", "containerImageReference")
def images_known(inputs: TaskDefinitionInputs, spec: ContainerSpec) -> Iterator[Finding]:
    """Check the images that a release has chosen; an exported template needs none."""
    if reference := spec.container_image_reference.reference_id:
        yield from package_image_findings(("containerImageReference",), reference, inputs.images)


@_each("containerImageReference")
def _image_named(spec: ContainerSpec) -> Iterator[Finding]:
    reference = spec.container_image_reference
    at = ("containerImageReference",)
    if not reference.reference_id and not reference.image_name:
        yield Finding(at, "is required: a referenceId, or a full image name as imageName")
    elif not reference.reference_id:
        yield from image_findings((*at, "imageName"), reference.image_name)


@_each("repositoryAuthentication")
def _repository_secret(spec: ContainerSpec) -> Iterator[Finding]:
    login = spec.repository_authentication
    if login.type is RegistryLogin.SECRETS_MANAGER and not SECRET_ARN.fullmatch(login.secret_name):
        yield Finding(
            ("repositoryAuthentication", "secretName"), "expected the ARN of a Secrets Manager secret"
        )


@_each("memoryLimitHard", "memoryLimitSoft")
def _soft_limit(spec: ContainerSpec) -> Iterator[Finding]:
    soft, hard = spec.memory_limit_soft, spec.memory_limit_hard
    if soft is not None and hard is not None and soft >= hard:
        yield Finding(("memoryLimitSoft",), f"{soft} MiB must be below the hard limit of {hard}")


@_each("gpus")
def _gpus(spec: ContainerSpec) -> Iterator[Finding]:
    if spec.gpus:
        yield Finding(("gpus",), f"Fargate has no GPUs, and {spec.gpus} are requested; leave it empty")


@_each("environmentVariables")
def _environment(spec: ContainerSpec) -> Iterator[Finding]:
    yield from environment_findings(("environmentVariables",), spec.environment_variables)


@_each("containerLogging.logOptions")
def _log_options(spec: ContainerSpec) -> Iterator[Finding]:
    yield from secret_findings(("containerLogging", "logOptions"), spec.container_logging.options)


@_each("healthCheck.command")
def _health_check(spec: ContainerSpec) -> Iterator[Finding]:
    command = spec.health_check.command
    if command and command[0] not in HEALTH_CHECKS:
        yield Finding(
            ("healthCheck", "command"),
            f"begins with {command[0]!a} instead of {', '.join(HEALTH_CHECKS)}; ECS runs it unchanged",
            is_warning=True,
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
            (*at, "type"), "Fargate reads a log router's configuration only from a file", is_warning=True
        )


@item_rule("containers", "environmentVariables", "containerLogging", accepts_expressions=True)
def _secrets_granted(inputs: TaskDefinitionInputs, spec: ContainerSpec) -> Iterator[Finding]:
    if inputs.task_execution_role:
        return
    lists = (
        (("environmentVariables",), spec.environment_variables),
        (("containerLogging", "logOptions"), spec.container_logging.options),
    )
    for at, items in lists:
        for index, item in enumerate(items):
            if item.type is Secrecy.SECRET and item.is_open and not GRANTED_SECRET.match(item.value):
                yield Finding((*at, index, "value"), NOT_GRANTED)


@item_rule("containers", "environmentFiles", accepts_expressions=True)
def _files_granted(inputs: TaskDefinitionInputs, spec: ContainerSpec) -> Iterator[Finding]:
    if inputs.task_execution_role:
        return
    for index, file in enumerate(spec.environment_files):
        if isinstance(file, UnresolvedText) and not GRANTED_FILE.match(file):
            yield Finding(("environmentFiles", index), NOT_GRANTED)


CONTAINER_RULES: tuple[AnyRule[TaskDefinitionInputs], ...] = (
    images_known,
    _image_named,
    _repository_secret,
    _soft_limit,
    _gpus,
    _environment,
    _log_options,
    _health_check,
    _environment_files,
    _firelens,
)

FARGATE_CONTAINER_RULES: tuple[AnyRule[TaskDefinitionInputs], ...] = (_gpus, _firelens)
"""Those that hold on Fargate alone."""

# What an exported template must know although its expressions may stay open.
EXPORTED_CONTAINER_RULES: tuple[AnyRule[TaskDefinitionInputs], ...] = (_secrets_granted, _files_granted)
