"""What each container of a task must be by itself."""

import re
from collections.abc import Callable, Iterator

from ecs_steps.octopus.inputs.converter import UnresolvedText
from ecs_steps.octopus.inputs.reader import AnyRule, Finding, ItemRule, item_rule
from ecs_steps.octopus.inputs.rules import (
    environment_file_findings,
    image_findings,
    repeated,
    secret_findings,
    unknown_image,
)
from ecs_steps.octopus.inputs.shared_inputs import Secrecy
from ecs_steps.steps.deploy_ecs_service.inputs import DeployInputs
from ecs_steps.task_definition.container_specs import ConfigSource, ContainerSpec, Enabled, RegistryLogin

HEALTH_CHECKS = ("CMD", "CMD-SHELL", "NONE")


SECRET_ARN = re.compile(r"arn:[a-z-]+:secretsmanager:[!-~]+")
GRANTED_SECRET = re.compile(r"arn:[^:]+:(secretsmanager|ssm):")
GRANTED_FILE = re.compile(r"arn:[^:]+:s3:::[^/]+/")
NOT_GRANTED = (
    "must be known, at least how the ARN begins, or a task execution role given: "
    "the role that the stack makes is granted this and no more"
)

_Judge = Callable[[ContainerSpec], Iterator[Finding]]


def _each(*reads: str) -> Callable[[_Judge], ItemRule[DeployInputs, ContainerSpec]]:
    """Make a judgement of one container by itself a rule."""
    return lambda judge: item_rule("containers", *reads)(lambda _, spec: judge(spec))


@item_rule("containers", "containerImageReference")
def images_known(inputs: DeployInputs, spec: ContainerSpec) -> Iterator[Finding]:
    reference = spec.container_image_reference.reference_id
    image = inputs.image(spec.container_image_reference)
    if reference and not image:
        yield unknown_image(("containerImageReference",), reference)
    elif reference:
        yield from image_findings(("containerImageReference",), image)


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
        yield Finding(("gpus",), f"Fargate has no GPUs, and {spec.gpus} are asked for; leave it empty")


@_each("environmentVariables", "containerLogging.logOptions")
def _secrets(spec: ContainerSpec) -> Iterator[Finding]:
    yield from secret_findings(("environmentVariables",), spec.environment_variables)
    yield from secret_findings(("containerLogging", "logOptions"), spec.container_logging.options)


@_each("environmentVariables")
def _environment(spec: ContainerSpec) -> Iterator[Finding]:
    items = spec.environment_variables
    kinds = {item.key: item.type for item in reversed(items)}
    for index in repeated([item.key for item in items]):
        key, at = items[index].key, ("environmentVariables", index, "key")
        if items[index].type is kinds[key]:
            yield Finding(at, f"repeats {key!a}; the last one is used", is_warning=True)
        else:
            yield Finding(at, f"{key!a} is plain and secret at once, which ECS refuses")


@_each("healthCheck.command")
def _health_check(spec: ContainerSpec) -> Iterator[Finding]:
    command = spec.health_check.command
    if command and command[0] not in HEALTH_CHECKS:
        yield Finding(
            ("healthCheck", "command"),
            f"begins with {command[0]!a} instead of {', '.join(HEALTH_CHECKS)}; ECS runs it as it stands",
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


@item_rule("containers", "environmentVariables", "containerLogging", sees_expressions=True)
def _secrets_granted(inputs: DeployInputs, spec: ContainerSpec) -> Iterator[Finding]:
    if inputs.task_execution_role:
        return
    places = (
        (("environmentVariables",), spec.environment_variables),
        (("containerLogging", "logOptions"), spec.container_logging.options),
    )
    for at, items in places:
        for index, item in enumerate(items):
            if item.type is Secrecy.SECRET and item.is_open and not GRANTED_SECRET.match(item.value):
                yield Finding((*at, index, "value"), NOT_GRANTED)


@item_rule("containers", "environmentFiles", sees_expressions=True)
def _files_granted(inputs: DeployInputs, spec: ContainerSpec) -> Iterator[Finding]:
    if inputs.task_execution_role:
        return
    for index, file in enumerate(spec.environment_files):
        if isinstance(file, UnresolvedText) and not GRANTED_FILE.match(file):
            yield Finding(("environmentFiles", index), NOT_GRANTED)


CONTAINER_RULES: tuple[AnyRule[DeployInputs], ...] = (
    images_known,
    _image_named,
    _repository_secret,
    _soft_limit,
    _gpus,
    _secrets,
    _environment,
    _health_check,
    _environment_files,
    _firelens,
)

# What an exported template must know although its expressions may stay open.
EXPORTED_CONTAINER_RULES: tuple[AnyRule[DeployInputs], ...] = (_secrets_granted, _files_granted)
