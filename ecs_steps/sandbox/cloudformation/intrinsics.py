"""CloudFormation's functions: a value of a template -> a plain one."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from ecs_steps.sandbox.cloudformation.template import SUBSTITUTION, invalid

Json = Any


@frozen(kw_only=True)
class Scope:
    """What names mean in one stack.

    `attribute` gives an attribute of a resource by its logical id; an empty name is what Ref gives.
    """

    values: Mapping[str, Json]
    attribute: Callable[[str, str], Json]

    def resolve(self, value: Json) -> Json:
        """Evaluate every function in a value."""
        match value:
            case {"Ref": str(name)} if len(value) == 1:
                return self._ref(name)
            case {"Fn::GetAtt": path} if len(value) == 1:
                return self._get_att(path if isinstance(path, str) else ".".join(path))
            case {"Fn::Sub": argument} if len(value) == 1:
                return self._sub(argument)
            case dict():
                return {name: self.resolve(member) for name, member in value.items()}
            case list():
                return [self.resolve(item) for item in value]
            case _:
                return value

    def _ref(self, name: str) -> Json:
        return self.values[name] if name in self.values else self.attribute(name, "")

    def _get_att(self, path: str) -> Json:
        logical_id, _, attribute = path.partition(".")
        return self.attribute(logical_id, attribute)

    def _sub(self, argument: Json) -> str:
        match argument:
            case str(text):
                values: Mapping[str, Json] = {}
            case [str(text), dict(given)]:
                values = self.resolve(given)
            case _:
                raise invalid(f"Template error: Fn::Sub cannot be evaluated with {argument}")

        def value(name: str) -> str:
            if name in values:
                return as_text(values[name])
            return as_text(self._get_att(name) if "." in name else self._ref(name))

        return SUBSTITUTION.sub(lambda found: value(found[1]), text).replace("${!", "${")


def as_text(value: Json) -> str:
    """Write a plain value as CloudFormation does inside a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
