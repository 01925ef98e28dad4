"""A template's text -> what it declares, refused as CloudFormation refuses it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from attrs import frozen

from ecs_steps.sandbox.service_error import ServiceError

PSEUDO_PARAMETERS = frozenset(
    {
        "AWS::AccountId",
        "AWS::NotificationARNs",
        "AWS::Partition",
        "AWS::Region",
        "AWS::StackId",
        "AWS::StackName",
        "AWS::URLSuffix",
    }
)
SUBSTITUTION = re.compile(r"\$\{([^!}][^}]*)\}")

_SECTIONS = frozenset(
    {
        "AWSTemplateFormatVersion",
        "Description",
        "Metadata",
        "Outputs",
        "Parameters",
        "Resources",
    }
)
_FUNCTIONS = frozenset({"Fn::GetAtt", "Fn::Sub"})
_NOT_SUPPORTED = frozenset({"Conditions", "Mappings", "Rules", "Transform"})


@frozen(kw_only=True)
class Declaration:
    """One resource as a template declares it; `needs` are the logical ids that must be there before it."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    needs: frozenset[str]
    deletion_policy: str = "Delete"
    update_replace_policy: str = "Delete"


@frozen(kw_only=True)
class Template:
    """What a template declares."""

    text: str
    description: str
    parameters: Mapping[str, Mapping[str, Any]]
    resources: Mapping[str, Declaration]
    outputs: Mapping[str, Mapping[str, Any]]


def read_template(text: str) -> Template:
    """Read a template, JSON or YAML.

    Raises:
        ServiceError: It is none, or something in it refers to what is not there.
        NotImplementedError: It has what a template of the steps has not: a condition, another function.
    """
    body = _parsed(text)
    if lacking := sorted({*_NOT_SUPPORTED & body.keys(), *_functions(body) - _FUNCTIONS}):
        raise NotImplementedError(f"The sandbox has no {', '.join(lacking)} in a template.")
    if unknown := sorted(body.keys() - _SECTIONS):
        raise invalid(f"Invalid template property or properties [{', '.join(unknown)}]")
    resources = body.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise invalid("Template format error: At least one Resources member must be defined.")
    parameters = body.get("Parameters") or {}
    known = {*parameters, *resources, *PSEUDO_PARAMETERS}
    _check_references(resources, known, "Resources")
    _check_references(body.get("Outputs") or {}, known, "Outputs")
    declared = {name: _declaration(name, resource, resources) for name, resource in resources.items()}
    _check_order({name: declaration.needs for name, declaration in declared.items()})
    return Template(
        text=text,
        description=body.get("Description") or "",
        parameters=parameters,
        resources=declared,
        outputs=body.get("Outputs") or {},
    )


def invalid(message: str) -> ServiceError:
    """Make the error that CloudFormation has for nearly everything."""
    return ServiceError("ValidationError", message)


def references(value: object) -> Iterator[str]:
    """Name everything that a value refers to: ``X`` by Ref, ``X.Arn`` by Fn::GetAtt, either by Fn::Sub."""
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            yield f"{name}.{attribute}"
        case {"Fn::GetAtt": str(path)}:
            yield path
        case {"Fn::Sub": str(text)}:
            yield from SUBSTITUTION.findall(text)
        case {"Fn::Sub": [str(text), dict(given)]}:
            yield from (name for name in SUBSTITUTION.findall(text) if name not in given)
            yield from references(given)
        case dict():
            for member in value.values():
                yield from references(member)
        case list():
            for item in value:
                yield from references(item)


def _functions(value: object) -> set[str]:
    match value:
        case dict():
            own = {name for name in value if isinstance(name, str) and name.startswith("Fn::")}
            return own.union(*map(_functions, value.values()))
        case list():
            return set().union(*map(_functions, value))
        case _:
            return set()


def _parsed(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, _ShortForms)  # noqa: S506  a safe loader
    except json.JSONDecodeError as error:
        raise invalid(
            f"Template format error: JSON not well-formed. (line {error.lineno}, column {error.colno})"
        ) from error
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark
        where = f"(line {at.line + 1}, column {at.column + 1})" if at else ""
        raise invalid(f"Template format error: YAML not well-formed. {where}".rstrip()) from error
    if not isinstance(body, dict):
        raise invalid("Template format error: unsupported structure.")
    return body


def _declaration(name: str, resource: Any, resources: Mapping[str, Any]) -> Declaration:  # noqa: ANN401  a template's own
    if not re.fullmatch(r"[A-Za-z0-9]+", name):
        raise invalid(f"Template format error: Resource name {name} is non alphanumeric.")
    if not isinstance(resource, dict):
        raise invalid("Template format error: Any Resources member must be an object.")
    if not isinstance(resource.get("Type"), str):
        raise invalid(
            f"Template format error: [/Resources/{name}] Every Resources object must contain a Type member."
        )
    properties = resource.get("Properties", {})
    if not isinstance(properties, dict):
        raise invalid("Template format error: Any Properties member must be an object.")
    explicit = resource.get("DependsOn") or []
    explicit = [explicit] if isinstance(explicit, str) else explicit
    if missing := [other for other in explicit if other not in resources]:
        raise _unresolved(missing, "Resources")
    return Declaration(
        logical_id=name,
        type=resource["Type"],
        properties=properties,
        needs=frozenset({*explicit, *(_names(properties) & resources.keys())}),
        deletion_policy=resource.get("DeletionPolicy") or "Delete",
        update_replace_policy=resource.get("UpdateReplacePolicy") or "Delete",
    )


def _check_references(block: object, known: set[str], name: str) -> None:
    if missing := sorted(_names(block) - known):
        raise _unresolved(missing, name)


def _names(block: object) -> set[str]:
    return {path.partition(".")[0] for path in references(block)}


def _unresolved(names: list[str], block: str) -> ServiceError:
    details = f"[{', '.join(names)}] in the {block} block of the template"
    return invalid(f"Template format error: Unresolved resource dependencies {details}")


def _check_order(needs: Mapping[str, frozenset[str]]) -> None:
    waiting = dict(needs)
    while waiting:
        free = [name for name, before in waiting.items() if not before & waiting.keys()]
        if not free:
            raise invalid(f"Circular dependency between resources: [{', '.join(waiting)}]")
        for name in free:
            del waiting[name]


class _ShortForms(yaml.SafeLoader):
    """YAML with CloudFormation's tags: ``!Ref X`` is ``{Ref: X}``, ``!Sub x`` is ``{Fn::Sub: x}``."""


def _short_form(loader: _ShortForms, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    match node:
        case yaml.ScalarNode():
            value = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case _:
            value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]  # the kind that is left
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix == "Ref" else f"Fn::{suffix}": value}


_ShortForms.add_multi_constructor("!", _short_form)


def _as_written(loader: _ShortForms, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


# A date stays text (AWSTemplateFormatVersion: 2010-09-09), and so does everything else that looks like one.
_ShortForms.add_constructor("tag:yaml.org,2002:timestamp", _as_written)
