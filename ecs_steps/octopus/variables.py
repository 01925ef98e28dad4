"""The variable dictionary: flat text by name, and the two kinds of file that hold one."""

import json
from collections.abc import Iterator, Mapping

from ecs_steps.errors import InvalidInputsError, Problem


class Variables(Mapping[str, str]):
    """A dictionary of Octopus variables: names without regard to case, absent and empty the same to `get`."""

    def __init__(self, variables: Mapping[str, object]) -> None:
        self._values = {name: _as_text(value) for name, value in variables.items()}
        self._names = {name.casefold(): name for name in self._values}

    def __getitem__(self, name: str) -> str:
        return self._values[self._names[name.casefold()]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names.values())

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        """Show how many there are and no value: the dictionary holds secrets."""
        return f"<{len(self)} Octopus variables>"


def _as_text(value: object) -> str:
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return str(value)
        case _:
            return json.dumps(value)


def parse_variables(text: str, *, source: str) -> Variables:
    """Read a JSON file of variables.

    Either a flat object of values by name, or an Octopus variable set as the server exports it
    (`{"Variables": [{"Name", "Value", "Scope"}]}`). Of several values of one name the one whose scope fits
    the set's own `Octopus.Environment.Id` and its like wins over one without a scope; a scope that cannot
    be judged from the set is passed over.

    Raises:
        InvalidInputsError: The text is no JSON or has another shape; `source` names the file.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unreadable(source, f"is not JSON: {error}") from None
    match document:
        case {"Variables": list(entries)}:
            return Variables(_exported(entries, source))
        case dict():
            return Variables(document)
        case _:
            raise _unreadable(source, f"expected an object of variables by name, not {_kind(document)}")


def _exported(entries: list[object], source: str) -> dict[str, object]:
    named: dict[str, list[tuple[object, dict[str, object]]]] = {}
    for index, entry in enumerate(entries):
        match entry:
            case {"Name": str(name), **rest} if isinstance(scope := rest.get("Scope") or {}, dict):
                named.setdefault(name, []).append((rest.get("Value"), scope))
            case _:
                raise _unreadable(f"{source}: Variables[{index}]", "expected {Name, Value, Scope}")
    plain = {name.casefold(): value for name, values in named.items() for value, scope in values if not scope}
    chosen: dict[str, object] = {}
    for name, values in named.items():
        fitting = [(len(scope), value) for value, scope in values if _fits(scope, plain)]
        if fitting:
            chosen[name] = max(fitting, key=lambda ranked: ranked[0])[1]
    return chosen


SCOPES = {
    "Environment": "octopus.environment.id",
    "Channel": "octopus.release.channel.id",
    "Action": "octopus.action.id",
    "Machine": "octopus.machine.id",
    "Tenant": "octopus.deployment.tenant.id",
}


def _fits(scope: Mapping[str, object], plain: Mapping[str, object]) -> bool:
    return all(
        isinstance(ids, list) and kind in SCOPES and plain.get(SCOPES[kind]) in ids
        for kind, ids in scope.items()
    )


def _kind(document: object) -> str:
    kinds = {list: "a list", str: "a text", bool: "a flag", int: "a number", float: "a number"}
    return kinds.get(type(document), "null")


def _unreadable(source: str, message: str) -> InvalidInputsError:
    return InvalidInputsError(
        what="The variables cannot be read", problems=(Problem(path=source, message=message),)
    )
