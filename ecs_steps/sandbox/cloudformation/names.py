"""What a template means in one stack: its names, its resources, its outputs."""

from collections.abc import Callable, Mapping
from typing import Any

from ecs_steps.sandbox.cloudformation.intrinsics import Scope, as_text
from ecs_steps.sandbox.cloudformation.resources.resource_type import Account, ResourceType
from ecs_steps.sandbox.cloudformation.stack import Resource, Revision, Stack, Wanted
from ecs_steps.sandbox.cloudformation.template import Declaration, Template, invalid, references
from ecs_steps.sandbox.service_error import ServiceError


def check_types(template: Template, types: Mapping[str, ResourceType]) -> None:
    """Refuse a template that holds what no resource type has.

    Raises:
        ServiceError: An unknown type, or an attribute that its type does not have.
    """
    if unknown := sorted({item.type for item in template.resources.values()} - types.keys()):
        raise invalid(f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]")
    blocks = [*(item.properties for item in template.resources.values()), *template.outputs.values()]
    for path in references(blocks):
        logical_id, _, name = path.partition(".")
        declaration = template.resources.get(logical_id)
        if declaration and name and name not in types[declaration.type].attributes:
            what = f"resource {logical_id} does not support attribute type {name} in Fn::GetAtt"
            raise invalid(f"Template error: {what}")


def scope_of(stack: Stack, account: Account, types: Mapping[str, ResourceType]) -> Scope:
    """Return what names mean in a stack; resources are those that it has now."""

    def attribute(logical_id: str, name: str) -> str:
        resource = stack.resources[logical_id]
        if not name:
            return resource.physical_id
        return types[resource.wanted.type].attribute(resource.physical_id, name)

    return _scope(stack.revision, stack, account, attribute)


def blueprint(revision: Revision, stack: Stack, account: Account) -> object:
    """Return the resolved content of a revision; two that are equal leave CloudFormation nothing to do."""
    scope = blueprint_scope(revision, stack, account)
    resources = {
        name: (item.type, scope.resolve(item.properties), item.deletion_policy, item.update_replace_policy)
        for name, item in revision.template.resources.items()
    }
    return resources, outputs_of(revision, scope), dict(revision.tags)


def blueprint_scope(revision: Revision, stack: Stack, account: Account) -> Scope:
    """Return what names mean where no resource is known yet."""
    return _scope(
        revision, stack, account, lambda logical_id, name: account.arn("sandbox", f"{logical_id}/{name}")
    )


def wanted_of(declaration: Declaration, stack: Stack, scope: Scope) -> Wanted:
    """Return what a stack wants of a resource; the tags of the resource go before those of the stack."""
    properties: dict[str, Any] = {}
    own: dict[str, str] = {}
    problem = ""
    try:
        properties = scope.resolve(declaration.properties)
        own = _own_tags(properties)
    except ServiceError as error:
        problem = error.message
    return Wanted(
        stack_name=stack.name,
        logical_id=declaration.logical_id,
        type=declaration.type,
        properties=properties,
        tags={**stack.revision.tags, **own},
        problem=problem,
    )


def _own_tags(properties: Mapping[str, Any]) -> dict[str, str]:
    own = {}
    for number, tag in enumerate(properties.get("Tags", [])):
        match tag:
            case {"Key": str(key), "Value": value}:
                own[key] = as_text(value)
            case _:
                raise invalid(
                    f"Model validation failed (#/Tags/{number}: required keys [Key, Value] not found)"
                )
    return own


def declared_resource(declaration: Declaration, wanted: Wanted) -> Resource:
    """Return a resource that is declared and not there yet."""
    return Resource(
        wanted=wanted,
        needs=declaration.needs,
        deletion_policy=declaration.deletion_policy,
        update_replace_policy=declaration.update_replace_policy,
    )


def outputs_of(revision: Revision, scope: Scope) -> list[dict[str, str]]:
    """Return the outputs of a stack as DescribeStacks has them."""
    return [
        {"OutputKey": name, "OutputValue": as_text(scope.resolve(declared["Value"]))}
        for name, declared in revision.template.outputs.items()
    ]


def _scope(revision: Revision, stack: Stack, account: Account, attribute: Callable[[str, str], Any]) -> Scope:
    pseudo = {
        "AWS::AccountId": account.number,
        "AWS::NotificationARNs": [],
        "AWS::Partition": account.partition,
        "AWS::Region": account.region,
        "AWS::StackId": stack.id,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": "amazonaws.com.cn" if account.partition == "aws-cn" else "amazonaws.com",
    }
    return Scope(values={**revision.parameters, **pseudo}, attribute=attribute)
