"""What each container of a task must be by itself."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from ecs_steps.image_reference import InvalidReferenceError, parse_reference
from ecs_steps.octopus.inputs.converter import Path, UnresolvedText
from ecs_steps.octopus.inputs.rules import AnyRule, Finding, ItemRule, item_rule, repeated
from ecs_steps.octopus.inputs.shared_inputs import KeyValue, Secrecy, image_variable
from ecs_steps.octopus.json_text import shown
from ecs_steps.task_definition.container_logging import ConfigSource, Enabled
from ecs_steps.task_definition.container_specs import ContainerSpec, RegistryLogin
from ecs_steps.task_definition.inputs import TaskDefinitionInputs

MAX_IMAGE_LENGTH = 255
ENVIRONMENT_FILE = re.compile(r"arn:[\w-]+:s3:::[^/\s]+/\S+\.env")
HEALTH_CHECKS = ("CMD", "CMD-SHELL", "NONE")
SECRET_ARN = re.compile(r"arn:[a-z-]+:secretsmanager:[!-~]+")
GRANTED_SECRET = re.compile(r"arn:[^:]+:(secretsmanager|ssm):")
GRANTED_FILE = re.compile(r"arn:[^:]+:s3:::[^/]+/")
NOT_GRANTED = (
    "must be known, at least how the ARN begins, or a task execution role given: "
    "the role that the stack creates is granted this and no more"
)

_Check = Callable[[ContainerSpec], Iterator[Finding]]


def image_findings(at: Path, image: str) -> Iterator[Finding]:
    """Check an image: a task could not pull what is no reference, and ECS takes 255 characters at most."""
    why = ""
    try:
        parse_reference(image)
    except InvalidReferenceError as error:
        why = error.why
    if len(image) > MAX_IMAGE_LENGTH:
        why = f"it has more than {MAX_IMAGE_LENGTH} characters"
    if why:
        yield Finding(at, f"expected the full name of an image, not {shown(image)}: {why}")


def package_image_findings(at: Path, reference: str, images: Mapping[str, str]) -> Iterator[Finding]:
    """Check the image that a release has chosen for a package reference, if it has."""
    if image := images.get(reference.casefold(), ""):
        yield from image_findings(at, image)
    else:
        variable = image_variable(reference)
        yield Finding(at, f"no image is known for package reference {reference!a}: {variable} has no value")


def environment_findings(at: Path, items: Sequence[KeyValue]) -> Iterator[Finding]:
    """Check environment variables: secrets are references, and no key is plain and secret at once."""
    yield from secret_findings(at, items)
    secrecies = {item.key: item.type for item in reversed(items)}
    for index in repeated([item.key for item in items]):
        key = items[index].key
        if items[index].type is secrecies[key]:
            yield Finding((*at, index, "key"), f"repeats {key!a}; the last one is used", is_warning=True)
        else:
            yield Finding((*at, index, "key"), f"{key!a} is plain and secret at once, which ECS refuses")


def secret_findings(at: Path, items: Sequence[KeyValue]) -> Iterator[Finding]:
    """Check secrets: each needs the ARN or the parameter name that ECS reads it by."""
    for index, item in enumerate(items):
        if item.type is Secrecy.SECRET and not item.is_reference:
            yield Finding(
                (*at, index, "value"),
                "expected the ARN of a Secrets Manager secret, or the ARN or name of a Systems Manager "
                "parameter (the value given is hidden)",
            )


def environment_file_findings(at: Path, files: Sequence[str]) -> Iterator[Finding]:
    """Check environment files: ECS reads S3 objects whose name ends in .env."""
    for index, file in enumerate(files):
        if not ENVIRONMENT_FILE.fullmatch(file):
            yield Finding(
                (*at, index),
                f"{file!a} is not the ARN of an S3 object whose name ends in .env; ECS reads no other",
                is_warning=True,
            )


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
