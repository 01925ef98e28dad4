"""What CloudFormation checks in a request before an operation begins."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from ecs_steps.sandbox.cloudformation.stack import Stack
from ecs_steps.sandbox.cloudformation.template import Template, invalid
from ecs_steps.sandbox.service_error import ServiceError

CarryOut = Callable[[str, str, dict[str, Any]], dict[str, Any]]
Request = Mapping[str, Any]

MAX_BODY_BYTES = 51_200
"""Bytes of a template that is sent with the request."""
MAX_OBJECT_BYTES = 1_048_576
"""Bytes of a template that is read from S3."""
_MAX_NAME_LENGTH = 128
_MAX_TAGS = 50


def template_text(request: Request, carry_out: CarryOut) -> str:
    """Return the template that a request sends, or points at in S3.

    Raises:
        ServiceError: It is too long, or there is none.
    """
    if "TemplateURL" in request:
        return _from_s3(request["TemplateURL"], carry_out)
    body: str = request.get("TemplateBody", "")
    if not body:
        raise invalid("Either Template URL or Template Body must be specified.")
    if len(body.encode()) > MAX_BODY_BYTES:
        raise _constraint(body, "templateBody", f"length less than or equal to {MAX_BODY_BYTES}")
    return body


def check_name(name: str) -> None:
    """Refuse what cannot be the name of a stack."""
    if not re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]*", name):
        pattern = "[a-zA-Z][-a-zA-Z0-9]*"
        raise _constraint(name, "stackName", f"satisfy regular expression pattern: {pattern}", have=False)
    if len(name) > _MAX_NAME_LENGTH:
        raise _constraint(name, "stackName", f"length less than or equal to {_MAX_NAME_LENGTH}")


def stack_tags(request: Request, previous: Mapping[str, str]) -> dict[str, str]:
    """Return the tags of the stack: those of the request, or the previous ones where it has no list."""
    if "Tags" not in request:
        return dict(previous)
    tags = {tag["Key"]: tag["Value"] for tag in request["Tags"]}
    if any(key.lower().startswith("aws:") for key in tags):
        raise invalid("aws: prefixed tag key names are not allowed for external use.")
    if len(tags) > _MAX_TAGS:
        raise invalid(f"The number of tags exceeds the limit of {_MAX_TAGS}.")
    return tags


def needed_capabilities(template: Template) -> list[str]:
    """Return the capabilities without which CloudFormation does not touch a template's roles."""
    roles = [item for item in template.resources.values() if item.type == "AWS::IAM::Role"]
    if not roles:
        return []
    named = any("RoleName" in role.properties for role in roles)
    return ["CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"]


def check_capabilities(template: Template, given: list[str]) -> None:
    """Refuse a template with roles for which the caller did not answer."""
    missing = [name for name in needed_capabilities(template) if name not in {*given, *_implied(given)}]
    if missing:
        text = f"Requires capabilities : [{', '.join(missing)}]"
        raise ServiceError("InsufficientCapabilitiesException", text)


def check_updatable(stack: Stack) -> None:
    """Refuse to update a stack that is busy or that only a delete can help."""
    if stack.status not in {
        "CREATE_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_FAILED",
        "UPDATE_ROLLBACK_COMPLETE",
    }:
        raise invalid(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")


def check_deletable(stack: Stack) -> None:
    """Refuse to delete a stack that is protected, or busy with an update or an import."""
    if stack.termination_protection:
        raise invalid(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
    if stack.status.startswith(("UPDATE_", "IMPORT_")) and stack.status.endswith("_IN_PROGRESS"):
        raise invalid(f"Stack [{stack.id}] cannot be deleted while in status {stack.status}")


def _implied(given: list[str]) -> list[str]:
    return ["CAPABILITY_IAM"] if "CAPABILITY_NAMED_IAM" in given else []


def _constraint(value: str, member: str, rule: str, *, have: bool = True) -> ServiceError:
    rule = f"have {rule}" if have else rule
    return invalid(
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: "
        f"Member must {rule}"
    )


def _from_s3(url: str, carry_out: CarryOut) -> str:
    parts = urlsplit(url)
    host, path = parts.netloc, parts.path.lstrip("/")
    if host.startswith(("s3.", "s3-")):
        bucket, _, key = path.partition("/")
    else:
        bucket, key = host.split(".s3", 1)[0], path
    try:
        body: bytes = carry_out("s3", "GetObject", {"Bucket": bucket, "Key": key})["Body"].read()
    except ServiceError as error:
        raise invalid(f"S3 error: {error.message}") from error
    if len(body) > MAX_OBJECT_BYTES:
        raise invalid(f"Template may not exceed {MAX_OBJECT_BYTES} bytes in size.")
    return body.decode()
