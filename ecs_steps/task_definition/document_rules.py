"""What a document must be before AWS sees it: botocore's own model, then the rules of the other steps.

document -> request by the model -> the same task definition in Octopus' words -> rules -> ECS' own paths

The rules are those of `task_rules` and `container_rules`, so that a mistake has one message in every step.
Those of Fargate count where the document requires it. The model is loaded when a document is checked.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from ecs_steps.octopus.inputs.converter import FieldError, PartialValueError, convert
from ecs_steps.octopus.inputs.rules import AnyRule, Finding
from ecs_steps.octopus.inputs.types import ContainerName
from ecs_steps.task_definition.container_rules import CONTAINER_RULES, FARGATE_CONTAINER_RULES
from ecs_steps.task_definition.document import Document
from ecs_steps.task_definition.inputs import Cpu, Memory, TaskDefinitionInputs
from ecs_steps.task_definition.octopus_shape import ecs_path, task_definition_inputs
from ecs_steps.task_definition.task_rules import FARGATE_TASK_RULES, SIZE_RULES, TASK_RULES

FARGATE = "FARGATE"
Members = Mapping[str, Any]


@frozen
class CheckedDocument:
    """The request that registers a document, and what is wrong with it (paths begin in the document)."""

    request: Members
    findings: tuple[Finding, ...]


def check_document(document: Document) -> CheckedDocument:
    """Hold a document to botocore's model and, where it fits, to the rules of names; no AWS call."""
    from ecs_steps.aws.document_model import ecs_model, request_of

    request, errors = request_of(document.members, ecs_model())
    findings = [Finding(document.path(error.path), error.message) for error in errors]
    if not errors:
        findings += [evolve(each, path=document.path(each.path)) for each in _name_findings(request)]
    return CheckedDocument(request, tuple(findings))


def _name_findings(request: Members) -> Iterator[Finding]:
    """Check the names that botocore's model does not require and ECS does."""
    for index, definition in enumerate(request["containerDefinitions"]):
        at = ("containerDefinitions", index)
        name = definition.get("name")
        if message := _error(name, ContainerName) if name else "is required":
            yield Finding((*at, "name"), message)
        for position, entry in enumerate(definition.get("environment", ())):
            if not entry.get("name"):
                yield Finding((*at, "environment", position, "name"), "is required")
    for position, tag in enumerate(request.get("tags", ())):
        if not tag.get("key"):
            yield Finding(("tags", position, "key"), "is required")


def _error(value: object, kind: object) -> str:
    """Return why a value is none of a kind; empty where it is."""
    try:
        convert(value, kind)
    except PartialValueError as failure:
        return str(failure.errors[0])
    return ""


def request_findings(request: Members) -> Iterator[Finding]:
    """Check a request to RegisterTaskDefinition that botocore's model takes; paths are ECS' own."""
    is_fargate = FARGATE in request.get("requiresCompatibilities", ())
    sizes = list(_size_findings(request, is_fargate=is_fargate))
    yield from sizes
    if is_fargate:
        yield from _fargate_findings(request)
    inputs = task_definition_inputs(request)
    invalid = tuple(FieldError(path=finding.path, message=finding.message) for finding in sizes)
    for rule in _rules(request, is_fargate=is_fargate):
        for finding in rule.findings(inputs, invalid):
            yield Finding(ecs_path(finding.path, inputs), finding.message, finding.is_warning)


def _rules(request: Members, *, is_fargate: bool) -> Iterator[AnyRule[TaskDefinitionInputs]]:
    has_size = request.get("cpu") and request.get("memory")
    left_out = (
        *(() if is_fargate else (*FARGATE_TASK_RULES, *FARGATE_CONTAINER_RULES)),
        *(() if has_size else (*SIZE_RULES, *FARGATE_TASK_RULES)),
    )
    return (rule for rule in (*TASK_RULES, *CONTAINER_RULES) if rule not in left_out)


def _size_findings(request: Members, *, is_fargate: bool) -> Iterator[Finding]:
    for name, kind in (("cpu", Cpu), ("memory", Memory)):
        if not request.get(name):
            message = "is required on Fargate" if is_fargate else ""
        else:
            message = _error(request[name], kind)
        if message:
            yield Finding((name,), message)


def _fargate_findings(request: Members) -> Iterator[Finding]:
    if request.get("networkMode") != "awsvpc":
        yield Finding(("networkMode",), "must be awsvpc: Fargate has no other")
    if request.get("executionRoleArn"):
        return
    for index, definition in enumerate(request.get("containerDefinitions", ())):
        logs = definition.get("logConfiguration", {})
        needs = {
            "secrets": definition.get("secrets") or logs.get("secretOptions"),
            "the log driver awslogs": logs.get("logDriver") == "awslogs",
            "the registry's credentials": definition.get("repositoryCredentials"),
        }
        for need in (need for need, is_needed in needs.items() if is_needed):
            yield Finding(
                ("executionRoleArn",),
                f"is required on Fargate for {need} of container {definition['name']!a} ({index})",
            )
            return
