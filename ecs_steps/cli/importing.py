"""``import``: a file of variables from what runs: a service, a task definition, or the service of a stack."""

import argparse
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecs_steps.cli.options import Commands
from ecs_steps.cli.output import CommandResult, invalid_argument
from ecs_steps.cli.process import print_error, read_text
from ecs_steps.cli.sandboxes import add_sandbox, opened_sandbox
from ecs_steps.errors import InvalidInputsError, NotFoundError, Problem

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients
    from ecs_steps.steps.deploy_ecs_service.importing import Imported, ImportedStack

_UNWRITABLE = re.compile(r"(?<!#)(?:##)+\{")
"""An even number of these marks before a brace: no escape of Octostache stands for it."""


def add_commands(commands: Commands) -> None:
    """Add ``import``."""
    text = "print a file of variables that deploys what runs; members without a place are named"
    sub = commands.add_parser("import", help=text, description=text)
    group = sub.add_mutually_exclusive_group(required=True)
    group.add_argument("--service", metavar="CLUSTER/NAME", help="a service")
    group.add_argument(
        "--task-definition",
        metavar="NAME|FILE.json",
        help="a family, family:revision or ARN; or a file as for aws ecs register-task-definition",
    )
    group.add_argument("--stack", metavar="NAME", help="the stack that holds a service")
    sub.add_argument("--region", help="the AWS region (default: the environment's)")
    sub.add_argument("--endpoint-url", help="another address for AWS, such as an emulator's")
    add_sandbox(sub)
    sub.add_argument("--output", choices=["yaml", "json"], default="yaml", help="the form of the file")
    sub.set_defaults(command=_import)


def _import(args: argparse.Namespace) -> CommandResult:
    imported = _imported(args)
    print_error("The file holds the values of environment variables as they are.")
    for path in imported.without_place:
        print_error(f"WARNING: {path} has no place in the variables and is not in the file")
    from ecs_steps.octopus import yaml_text

    variables = dict(imported.variables)
    for name, value in variables.items():
        if _UNWRITABLE.search(json.dumps(value)):
            print_error(f"WARNING: {name} holds ##{{, which Octopus reads as # and an expression")
    return CommandResult(yaml_text.dump(variables), _escaped(variables))


def _imported(args: argparse.Namespace) -> "Imported":
    from ecs_steps.steps.deploy_ecs_service.importing import import_deployment

    if args.task_definition and Path(args.task_definition).suffix == ".json":
        request = _from_file(args.task_definition)
        try:
            return import_deployment(request)
        except ValueError as error:  # a number that CloudFormation does not take
            raise invalid_argument("import", f"{args.task_definition}: {error}") from None
    with _clients(args) as aws:
        if args.task_definition:
            return import_deployment(_task_definition(aws, args.task_definition))
        stack = _stack(aws, args.stack) if args.stack else None
        service = _service_of(aws, stack) if stack else _service(aws, args.service)
        if not service.get("taskDefinition"):
            raise invalid_argument("import", f"service {service['serviceName']} runs no task definition")
        return import_deployment(_task_definition(aws, service["taskDefinition"]), service, stack)


@contextmanager
def _clients(args: argparse.Namespace) -> "Iterator[AwsClients]":
    with opened_sandbox(args, args.region or "") as sandbox:
        if sandbox:
            yield sandbox.clients
            return
        from ecs_steps.aws.clients import environment_clients

        yield environment_clients(region=args.region, endpoint_url=args.endpoint_url)


def _from_file(name: str) -> Mapping[str, Any]:
    try:
        document = json.loads(read_text(name)[1])
    except ValueError as error:
        raise invalid_argument("import", f"{name} is no JSON: {error}") from None
    request = document.get("taskDefinition", document) if isinstance(document, dict) else None
    if not isinstance(request, dict) or not request.get("family"):
        raise invalid_argument("import", f"{name} is no task definition: it has no family")
    from ecs_steps.task_definition.document import Document
    from ecs_steps.task_definition.document_rules import check_document

    checked = check_document(Document(members=request))
    if checked.findings:
        problems = [Problem(path=_path_text(each.path), message=each.message) for each in checked.findings]
        raise InvalidInputsError(what=f"{name} is no task definition", problems=tuple(problems))
    return checked.request


def _path_text(path: Iterable[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _task_definition(aws: "AwsClients", name: str) -> Mapping[str, Any]:
    from ecs_steps.aws.task_definitions import describe_task_definition, register_request

    found = describe_task_definition(aws, name)
    # Its tags name the release that registered it: the next one has its own.
    return register_request(found.raw, (), aws.ecs.meta.service_model)


def _service(aws: "AwsClients", place: str) -> Mapping[str, Any]:
    from ecs_steps.aws.ecs import raw_service

    cluster, _, name = (
        place.rpartition("/") if not place.startswith("arn:") else (place.split("/")[-2], "", place)
    )
    if not cluster:
        raise invalid_argument("import", f"--service: expected CLUSTER/NAME, not {place!a}")
    service = raw_service(aws, cluster, name)
    if service is None:
        raise NotFoundError(
            what=f"Service {name} was not found",
            why=f"ECS knows none of that name in cluster {cluster}",
            next_step="Check both names, the account and the region.",
        )
    return service


def _stack(aws: "AwsClients", name: str) -> "ImportedStack":
    from ecs_steps.aws.cloudformation import describe_stack, stack_resources
    from ecs_steps.steps.deploy_ecs_service.importing import ImportedStack

    if describe_stack(aws, name) is None:
        raise NotFoundError(
            what=f"Stack {name} was not found",
            why=f"CloudFormation knows none of that name in {aws.region}",
            next_step="Check the name or id, the account and the region.",
        )
    return ImportedStack(name, stack_resources(aws, name))


def _service_of(aws: "AwsClients", stack: "ImportedStack") -> Mapping[str, Any]:
    arns = [each for each in stack.resources.values() if ":service/" in each]
    if len(arns) != 1:
        raise NotFoundError(
            what=f"Stack {stack.name} cannot be imported",
            why=f"it holds {len(arns)} services of ECS",
            next_step="Name the service with --service CLUSTER/NAME.",
        )
    return _service(aws, arns[0])


def _escaped(value: Any) -> Any:  # noqa: ANN401  any JSON
    """Return JSON whose texts no one evaluates, though they may look like an expression."""
    match value:
        case str():
            return value.replace("#{", "##{")
        case dict():
            return {name: _escaped(member) for name, member in value.items()}
        case list():
            return [_escaped(each) for each in value]
        case _:
            return value
