"""The two kinds of file that hold variables: values by name, and Octopus' export of a variable set.

export -> the values that fit the deployment's scope -> of each name the most specific one -> variables

Where the scope does not determine one value, and where the export holds none because it is sensitive, the
variable is `missing` in the dictionary: using it is an error that says why.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from ecs_steps.errors import InvalidInputsError
from ecs_steps.octopus import json_text
from ecs_steps.octopus.variables import MissingValue, Variables, unreadable

PRECEDENCE = ("Action", "Machine", "Role", "Tenant", "TenantTag", "Environment", "Channel", "ProcessOwner")
"""Kinds of scope, the most specific first, in Octopus' order (its documentation of variables)."""

SCOPE_OPTIONS = ("Environment", "Role", "Tenant", "TenantTag", "Channel", "Machine", "Action", "ProcessOwner")

SYSTEM_VARIABLES: Mapping[str, tuple[str, str]] = {
    "Action": ("octopus.action.id", "octopus.action.name"),
    "Channel": ("octopus.release.channel.id", "octopus.release.channel.name"),
    "Environment": ("octopus.environment.id", "octopus.environment.name"),
    "Machine": ("octopus.machine.id", "octopus.machine.name"),
    "Tenant": ("octopus.deployment.tenant.id", "octopus.deployment.tenant.name"),
}
SENSITIVE = (
    "is sensitive, and Octopus exports no value of it: write the value into the file, or run the step in "
    "Octopus, which has it"
)

Scope = Mapping[str, Sequence[str]]


def parse_scope(options: Iterable[str]) -> dict[str, list[str]]:
    """Parse options of the form ``Environment=Dev``, by name or id; ``Role=`` says that there is none.

    Raises:
        InvalidInputsError: An option has another form or an unknown kind.
    """
    scope: defaultdict[str, list[str]] = defaultdict(list)
    kinds = {kind.casefold(): kind for kind in SCOPE_OPTIONS}
    for option in options:
        kind, equals, value = map(str.strip, option.partition("="))
        if not equals or kind.casefold() not in kinds:
            expected = f"KIND=NAME, such as Environment=Dev; KIND is one of {', '.join(SCOPE_OPTIONS)}"
            raise InvalidInputsError.of("--scope", f"expected {expected}, not {json_text.shown(option)}")
        scope[kinds[kind.casefold()]] += [value] if value else []
    return dict(scope)


def parse_variables(text: str, *, source: str, scope: Scope | None = None) -> Variables:
    """Read a JSON file of variables, as `variables_of` its document.

    Raises:
        InvalidInputsError: The text is no JSON, or as `variables_of`.
    """
    try:
        document = json_text.parse(text)
    except ValueError as error:
        raise unreadable(source, f"cannot be read as JSON: {error}") from None
    return variables_of(document, source=source, scope=scope)


def variables_of(document: object, *, source: str, scope: Scope | None = None) -> Variables:
    """Return the variables of a parsed file.

    Either a flat object of values by name, or an Octopus variable set as the server exports it
    (`{"Variables": [{"Name", "Value", "Scope"}]}`). Of several values of one name the most specific one that
    fits `scope` counts; what `scope` does not say is taken from the set's own `Octopus.Environment.Id` and
    its like.

    Raises:
        InvalidInputsError: The document has another shape, or the scope names what the export does not have;
            `source` names the file.
    """
    match document:
        case {"Variables": list(entries), **rest}:
            export = _Export(source, _values_by_name(entries, source), _scope_names(rest.get("ScopeValues")))
            return export.variables(scope or {})
        case dict():
            return Variables(document)
        case _:
            raise unreadable(source, "expected an object of variables by name")


@frozen
class _Value:
    """A value of one name, and the case-folded ids that it is scoped to, by kind."""

    name: str
    value: object
    scope: Mapping[str, frozenset[str]]
    is_sensitive: bool

    @property
    def rank(self) -> tuple[bool, ...]:
        return tuple(kind in self.scope for kind in PRECEDENCE)

    def fits(self, deployment: Mapping[str, frozenset[str]]) -> bool | None:
        """Return whether a deployment has this scope; None where it is not known of it."""
        if any(kind in deployment and not ids & deployment[kind] for kind, ids in self.scope.items()):
            return False
        return True if self.scope.keys() <= deployment.keys() else None


def _values_by_name(entries: list[object], source: str) -> dict[str, list[_Value]]:
    by_name: defaultdict[str, list[_Value]] = defaultdict(list)
    for index, entry in enumerate(entries):
        match entry:
            case {"Name": str(name), **rest} if isinstance(scope := rest.get("Scope") or {}, dict):
                ids = {
                    kind: frozenset(str(each).casefold() for each in ids)
                    for kind, ids in scope.items()
                    if ids and isinstance(ids, list)
                }
                is_sensitive = rest.get("IsSensitive") is True or rest.get("Type") == "Sensitive"
                by_name[name.casefold()].append(_Value(name, rest.get("Value"), ids, is_sensitive))
            case _:
                raise unreadable(f"{source}: Variables[{index}]", "expected {Name, Value, Scope}")
    return by_name


def _scope_names(scope_values: object) -> dict[str, dict[str, str]]:
    """Return the names of the export's environments and so on, by kind and case-folded id."""
    names: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for plural, entries in scope_values.items() if isinstance(scope_values, dict) else ():
        for entry in entries if isinstance(entries, list) else ():
            match entry:
                case {"Id": str(id_), "Name": str(name)}:
                    kind = "ProcessOwner" if plural == "Processes" else plural.removesuffix("s")
                    names[kind][id_.casefold()] = name
    return names


@frozen
class _Export:
    source: str
    values: Mapping[str, list[_Value]]
    scope_names: Mapping[str, Mapping[str, str]]

    def variables(self, scope: Scope) -> Variables:
        deployment = self._deployment(scope)
        chosen: dict[str, object] = {}
        missing: list[MissingValue] = []
        for values in self.values.values():
            best, reason = self._best(values, deployment)
            if best and not reason:
                chosen[values[0].name] = best.value
            else:
                missing.append(MissingValue(values[0].name, reason))
        return Variables(chosen, missing)

    def _best(
        self, values: Sequence[_Value], deployment: Mapping[str, frozenset[str]]
    ) -> tuple[_Value | None, str]:
        """Return the value that counts, or why there is none."""
        fitting = [value for value in values if value.fits(deployment)]
        best = max(fitting, key=lambda value: value.rank, default=None)
        undecided = [value for value in values if value.fits(deployment) is None]
        if any(best is None or value.rank > best.rank for value in undecided):
            example = " --scope ".join(pair.partition("|")[0] for pair in self._pairs(undecided[0]))
            return None, f"has a value for {self._listed(undecided)}: choose with --scope {example}"
        if best is None:
            return None, f"has no value for this scope, but for {self._listed(values)}"
        rivals = [value for value in fitting if value.rank == best.rank]
        if any(value.value != best.value for value in rivals):
            return None, f"has several values that fit equally: for {self._listed(rivals)}"
        # Its value is null, or an object that only says whether there is one.
        is_withheld = best.is_sensitive and (not best.value or isinstance(best.value, dict))
        return best, SENSITIVE if is_withheld else ""

    def _deployment(self, scope: Scope) -> dict[str, frozenset[str]]:
        """Return the ids of the deployment by kind: as given, else from the export's unscoped variables."""
        ids = {kind: self._ids(kind, names) for kind, names in scope.items()}
        for kind, variables in SYSTEM_VARIABLES.items():
            known = [
                str(value.value)
                for variable in variables
                for value in self.values.get(variable, ())
                if not value.scope and value.value
            ]
            if kind not in ids and known:
                names = self.scope_names.get(kind, {})
                ids[kind] = frozenset(
                    id_ for each in known for id_ in (each.casefold(), *_ids_named(each, names))
                )
        return ids

    def _ids(self, kind: str, names: Sequence[str]) -> frozenset[str]:
        known = self.scope_names.get(kind, {})
        ids: set[str] = set()
        for name in names:
            found = {name.casefold()} & known.keys() or set(_ids_named(name, known))
            if known and not found:
                message = (
                    f"{json_text.shown(name)} is no {kind} of this export; it has {', '.join(known.values())}"
                )
                raise unreadable(self.source, f"--scope: {message}")
            ids |= found or {name.casefold()}
        return frozenset(ids)

    def _listed(self, values: Sequence[_Value]) -> str:
        labels = (" with ".join(self._pairs(value)) or "every scope" for value in values)
        return ", ".join(dict.fromkeys(labels))

    def _pairs(self, value: _Value) -> list[str]:
        return [
            f"{kind}={'|'.join(sorted(self.scope_names.get(kind, {}).get(id_, id_) for id_ in ids))}"
            for kind, ids in value.scope.items()
        ]


def _ids_named(name: str, names: Mapping[str, str]) -> list[str]:
    return [id_ for id_, known in names.items() if known.casefold() == name.casefold()]
