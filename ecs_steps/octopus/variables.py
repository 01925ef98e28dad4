"""The variable dictionary: flat text by name, and the names that have no value where they should have one."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from attrs import frozen

from ecs_steps.errors import InvalidInputsError, Problem

_EXPRESSION = re.compile(r"#\{\s*(?:if\s|unless\s|each\s+\S+\s+in\s|calc\s)?([^{}#|]*)")
_OPERATORS = re.compile(r"==|!=|[\[\]+*%]")


@frozen
class MissingValue:
    """A variable that is known and has no value, and why, such as a sensitive one in an export."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name} {self.reason}"


class Variables(Mapping[str, str]):
    """A dictionary of Octopus variables, their names without regard to case, their values all text.

    `missing` holds those without a value by their case-folded names. They are not in the mapping: using one
    is an error that gives the reason.

    Raises:
        InvalidInputsError: A value is neither text nor anything that JSON could write.
        TypeError: It is no mapping, or a name is no text.
    """

    def __init__(self, variables: Mapping[str, object], missing: Iterable[MissingValue] = ()) -> None:
        if not isinstance(cast("object", variables), Mapping):
            found = type(variables).__name__
            raise TypeError(f"expected a mapping of variables by name, not {found}")
        if wrong := next((name for name in variables if not isinstance(name, str)), None):
            raise TypeError(f"expected names of variables as text, not {type(wrong).__name__}")
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
        known = tuple(variables.missing.values()) if isinstance(variables, Variables) else ()
        self.missing: dict[str, MissingValue] = {value.name.casefold(): value for value in (*known, *missing)}

    def __getitem__(self, name: str) -> str:
        return self._values[self._names[name.casefold()]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names.values())

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        """Show how many there are and no value: the dictionary holds secrets."""
        return f"<{len(self)} Octopus variables>"

    def missing_in(self, text: str) -> MissingValue | None:
        """Return a variable without a value that the expressions of `text` use, if there is one.

        Values are followed: an expression may name a variable whose own value names the missing one.
        """
        if not self.missing:
            return None
        followed: set[str] = set()
        names = _names_in(text)
        while names:
            name = names.pop()
            if name in self.missing:
                return self.missing[name]
            if name in self._names and name not in followed:
                followed.add(name)
                names |= _names_in(self[name])
        return None


def merged(parts: Iterable[Variables]) -> Variables:
    """Return variables from several files: of a name the last value counts.

    A value counts against a missing one whatever the order: another file gives what an export must not hold.
    """
    values: dict[str, tuple[str, str]] = {}
    missing: dict[str, MissingValue] = {}
    for part in parts:
        values |= {name.casefold(): (name, value) for name, value in part.items()}
        missing |= part.missing
    without = [value for name, value in missing.items() if name not in values]
    return Variables(dict(values.values()), without)


def _names_in(text: str) -> set[str]:
    """Return the case-folded names that the expressions of a text use; indexes count as names."""
    expressions = _EXPRESSION.findall(text) if "#{" in text else []
    return {name.strip().casefold() for each in expressions for name in _OPERATORS.split(each)}


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


def unreadable(source: str, message: str) -> InvalidInputsError:
    """Return the error that says why no variables could be read from `source`."""
    return InvalidInputsError.of(source, message, what="The variables cannot be read")
