"""CloudFormation's functions: a value of a template -> a plain one."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from ecs_steps.sandbox.cloudformation.template import SUBSTITUTION, invalid

Json = Any
NO_VALUE = object()


@frozen(kw_only=True)
class Scope:
    """What names mean in one stack.

    `attribute` gives an attribute of a resource by its logical id; an empty name is what Ref gives.
    """

    values: Mapping[str, Json]
    mappings: Mapping[str, Mapping[str, Mapping[str, Json]]]
    conditions: Mapping[str, Json]
    attribute: Callable[[str, str], Json]

    def resolve(self, value: Json) -> Json:
        """Evaluate every function in a value; what is AWS::NoValue is left out."""
        match value:
            case dict():
                if len(value) == 1:
                    name, argument = next(iter(value.items()))
                    if name in _FUNCTIONS:
                        return self._call(name, argument)
                members = {name: self.resolve(member) for name, member in value.items()}
                return {name: member for name, member in members.items() if member is not NO_VALUE}
            case list():
                return [item for item in map(self.resolve, value) if item is not NO_VALUE]
            case _:
                return value

    def holds(self, condition: Json) -> bool:
        """Evaluate a condition, by its name or as it is written."""
        match condition:
            case str() if condition in self.conditions:
                return self.holds(self.conditions[condition])
            case {"Condition": str(name)}:
                return self.holds(name)
            case {"Fn::Equals": [left, right]}:
                return as_text(self.resolve(left)) == as_text(self.resolve(right))
            case {"Fn::And": [*all_of]}:
                return all(map(self.holds, all_of))
            case {"Fn::Or": [*any_of]}:
                return any(map(self.holds, any_of))
            case {"Fn::Not": [negated]}:
                return not self.holds(negated)
            case _:
                raise invalid(f"Template format error: Unresolved condition {condition}")

    def _call(self, name: str, argument: Json) -> Json:
        try:
            return _FUNCTIONS[name](self, argument)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            raise invalid(f"Template error: {name} cannot be evaluated with {argument}") from error


def as_text(value: Json) -> str:
    """Write a plain value as CloudFormation does inside a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _ref(scope: Scope, name: str) -> Json:
    if name == "AWS::NoValue":
        return NO_VALUE
    return scope.values[name] if name in scope.values else scope.attribute(name, "")


def _get_att(scope: Scope, path: str | list[str]) -> Json:
    logical_id, attribute = path.split(".", 1) if isinstance(path, str) else path
    return scope.attribute(logical_id, attribute)


def _sub(scope: Scope, argument: Json) -> str:
    text, given = (argument, {}) if isinstance(argument, str) else argument
    values = scope.resolve(given)

    def value(name: str) -> str:
        if name in values:
            return as_text(values[name])
        return as_text(_get_att(scope, name) if "." in name else _ref(scope, name))

    return SUBSTITUTION.sub(lambda found: value(found[1]), text).replace("${!", "${")


def _join(scope: Scope, argument: Json) -> str:
    separator, parts = argument
    return str(separator.join(as_text(part) for part in scope.resolve(parts)))


def _split(scope: Scope, argument: Json) -> list[str]:
    separator, text = argument
    return as_text(scope.resolve(text)).split(separator)


def _select(scope: Scope, argument: Json) -> Json:
    index, choices = argument
    return scope.resolve(choices)[int(scope.resolve(index))]


def _if(scope: Scope, argument: Json) -> Json:
    condition, then, otherwise = argument
    return scope.resolve(then if scope.holds(condition) else otherwise)


def _find_in_map(scope: Scope, argument: Json) -> Json:
    name, first, second = (scope.resolve(part) for part in argument)
    return scope.mappings[name][first][second]


_FUNCTIONS: Mapping[str, Callable[[Scope, Json], Json]] = {
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Ref": _ref,
}
