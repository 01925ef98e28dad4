"""The variable dictionary: flat text by name, and the two kinds of file that hold one."""

import json
from collections.abc import Iterator, Mapping

from ecs_steps.errors import InvalidInputsError, Problem
from ecs_steps.octopus import json_text


class Variables(Mapping[str, str]):
    """A dictionary of Octopus variables, their names without regard to case, their values all text.

    Raises:
        InvalidInputsError: A value is neither text nor anything that JSON could write.
    """

    def __init__(self, variables: Mapping[str, object]) -> None:
        self._values: dict[str, str] = {}
        problems: list[Problem] = []
        for name, value in variables.items():
            try:
                self._values[name] = _as_text(value)
            except (TypeError, ValueError, RecursionError):
                message = f"expected text, or what can be written as JSON; this {type(value).__name__} cannot"
                problems.append(Problem(path=name, message=message))
        if problems:
            raise InvalidInputsError(problems=tuple(problems))
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
        document = json_text.parse(text)
    except ValueError as error:
        raise unreadable(source, f"cannot be read as JSON: {error}") from None
    match document:
        case {"Variables": list(entries)}:
            return Variables(_exported(entries, source))
        case dict():
            return Variables(document)
        case _:
            raise unreadable(source, "expected an object of variables by name")


def _exported(entries: list[object], source: str) -> dict[str, object]:
    spelled: dict[str, str] = {}
    scoped: dict[str, list[tuple[Mapping[str, object], object]]] = {}
    for index, entry in enumerate(entries):
        match entry:
            case {"Name": str(name), **rest} if isinstance(scope := rest.get("Scope") or {}, dict):
                spelled.setdefault(name.casefold(), name)
                narrowed = {kind: ids for kind, ids in scope.items() if ids}
                scoped.setdefault(name.casefold(), []).append((narrowed, rest.get("Value")))
            case _:
                raise unreadable(f"{source}: Variables[{index}]", "expected {Name, Value, Scope}")
    plain = {name: value for name, values in scoped.items() for scope, value in values if not scope}
    chosen: dict[str, object] = {}
    for name, values in scoped.items():
        fitting = [(len(scope), value) for scope, value in values if _fits(scope, plain)]
        if fitting:
            chosen[spelled[name]] = max(fitting, key=lambda ranked: ranked[0])[1]
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


def unreadable(source: str, message: str) -> InvalidInputsError:
    """Return the error that says why no variables could be read from `source`."""
    return InvalidInputsError(
        what="The variables cannot be read", problems=(Problem(path=source, message=message),)
    )
