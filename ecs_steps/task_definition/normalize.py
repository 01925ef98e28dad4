"""When two revisions are the same; pure.

ECS writes defaults into what it is sent, and finds the entries of most lists by a name. Both revisions are
brought into one plain form: what ECS reads like an absent member is absent, and what has a name stands under
it, in the revision's own order.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import frozen

PlainForm = dict[Any, Any]


@frozen
class Naming:
    """The members that tell the entries of a list apart, and the one that is all the rest of an entry."""

    members: tuple[str, ...]
    value: str = ""


# Other lists have an order that matters: a command's words, or environment files, read from the first on.
NAMINGS: Mapping[str, Naming] = {
    "containerDefinitions": Naming(("name",)),
    "dependsOn": Naming(("containerName",), "condition"),
    "environment": Naming(("name",), "value"),
    "mountPoints": Naming(("containerPath",)),
    "portMappings": Naming(("containerPort", "containerPortRange", "protocol")),
    "properties": Naming(("name",), "value"),
    "secretOptions": Naming(("name",), "valueFrom"),
    "secrets": Naming(("name",), "valueFrom"),
    "systemControls": Naming(("namespace",), "value"),
    "tags": Naming(("key",), "value"),
    "ulimits": Naming(("name",)),
    "volumes": Naming(("name",)),
}
UNORDERED = ("requiresCompatibilities",)

_CONTAINER = ("containerDefinitions",)
_HEALTH_CHECK = (*_CONTAINER, "healthCheck")
_EFS = ("volumes", "efsVolumeConfiguration")

# As the documentation of each member tells them. Of all others an empty list or object and false are.
DEFAULTS: Mapping[tuple[str, ...], object] = {
    ("executionRoleArn",): "",
    ("taskRoleArn",): "",
    (*_CONTAINER, "cpu"): 0,
    (*_CONTAINER, "essential"): True,
    (*_CONTAINER, "restartPolicy", "restartAttemptPeriod"): 300,
    (*_CONTAINER, "versionConsistency"): "enabled",
    (*_HEALTH_CHECK, "interval"): 30,
    (*_HEALTH_CHECK, "retries"): 3,
    (*_HEALTH_CHECK, "startPeriod"): 0,
    (*_HEALTH_CHECK, "timeout"): 5,
    (*_EFS, "authorizationConfig", "iam"): "DISABLED",
    (*_EFS, "rootDirectory"): "/",
    (*_EFS, "transitEncryption"): "DISABLED",
    ("volumes", "s3filesVolumeConfiguration", "rootDirectory"): "/",
}


@frozen
class EntryName:
    """What an entry of a list is found by; `occurrence` tells apart those that share it, from 1."""

    text: str
    occurrence: int = 1

    def __str__(self) -> str:
        return self.text if self.occurrence == 1 else f"{self.text} #{self.occurrence}"


def same_revision(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two requests to RegisterTaskDefinition ask for the same revision.

    Tags do not count: a revision takes new ones after it was registered.
    """
    return normalized({**one, "tags": []}) == normalized({**other, "tags": []})


def normalized(revision: Mapping[str, Any]) -> PlainForm:
    """Return a request to RegisterTaskDefinition without defaults, each named entry under its `EntryName`."""
    definitions = [
        {
            **definition,
            "portMappings": [
                _with_defaults(mapping, revision.get("networkMode"))
                for mapping in definition.get("portMappings", [])
            ],
        }
        for definition in revision["containerDefinitions"]
    ]
    return _members({**revision, "containerDefinitions": definitions}, ())


def _with_defaults(mapping: Mapping[str, Any], network_mode: str | None) -> dict[str, Any]:
    """Write out what the network mode makes of a port; a range has no port on the host."""
    if "containerPort" not in mapping:
        return {"protocol": "tcp", **mapping}
    shares_ports = network_mode in ("awsvpc", "host")
    host_port = mapping.get("hostPort") or (mapping["containerPort"] if shares_ports else 0)
    return {"protocol": "tcp", **mapping, "hostPort": host_port}


def _members(members: Mapping[str, Any], path: tuple[str, ...]) -> PlainForm:
    plain = {name: _plain(value, (*path, name)) for name, value in members.items()}
    return {name: value for name, value in plain.items() if not _is_default(value, (*path, name))}


def _is_default(value: object, path: tuple[str, ...]) -> bool:
    if path in DEFAULTS:
        return value == DEFAULTS[path]
    return value is False or value in ([], {})


def _plain(value: Any, path: tuple[str, ...]) -> Any:  # noqa: ANN401  any JSON
    match value:
        case dict():
            return _members(value, path)
        case list() if naming := NAMINGS.get(path[-1]):
            return dict(_entries(value, naming, path))
        case list() if path[-1] in UNORDERED:
            return sorted(value)
        case list():
            return [_plain(item, path) for item in value]
        case _:
            return value


def _entries(
    entries: Iterable[Mapping[str, Any]], naming: Naming, path: tuple[str, ...]
) -> Iterator[tuple[EntryName, Any]]:
    seen: Counter[str] = Counter()
    for entry in entries:
        text = "/".join(str(entry[member]) for member in naming.members if member in entry)
        rest = _members({name: entry[name] for name in entry if name not in naming.members}, path)
        seen[text] += 1
        yield EntryName(text, seen[text]), _value(rest, naming)


def _value(rest: PlainForm, naming: Naming) -> object:
    return rest.get(naming.value, "") if naming.value and rest.keys() <= {naming.value} else rest
