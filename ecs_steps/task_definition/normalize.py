"""When two revisions are the same; pure.

ECS writes defaults into what it is sent, and identifies the entries of most lists by a name. Both revisions
are normalized: what ECS reads like an absent member is absent, and named entries are a mapping by their
names, in the revision's own order.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import frozen

Normalized = dict[Any, Any]


@frozen
class EntryKey:
    """The members that identify the entries of a list, and the one that is all the rest of an entry."""

    members: tuple[str, ...]
    value: str = ""


# Other lists have an order that matters: a command's words, or environment files, read from the first on.
ENTRY_KEYS: Mapping[str, EntryKey] = {
    "containerDefinitions": EntryKey(("name",)),
    "dependsOn": EntryKey(("containerName",), "condition"),
    "environment": EntryKey(("name",), "value"),
    "mountPoints": EntryKey(("containerPath",)),
    "portMappings": EntryKey(("containerPort", "containerPortRange", "protocol")),
    "properties": EntryKey(("name",), "value"),
    "secretOptions": EntryKey(("name",), "valueFrom"),
    "secrets": EntryKey(("name",), "valueFrom"),
    "systemControls": EntryKey(("namespace",), "value"),
    "tags": EntryKey(("key",), "value"),
    "ulimits": EntryKey(("name",)),
    "volumes": EntryKey(("name",)),
}
UNORDERED = ("requiresCompatibilities",)

_CONTAINER = ("containerDefinitions",)
_HEALTH_CHECK = (*_CONTAINER, "healthCheck")
_EFS = ("volumes", "efsVolumeConfiguration")

# As the documentation of each member gives them; of all others an empty list or object and false.
DEFAULTS: Mapping[tuple[str, ...], object] = {
    ("executionRoleArn",): "",
    ("ipcMode",): "",
    ("networkMode",): "bridge",
    ("pidMode",): "",
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
    """What identifies an entry of a list; `occurrence` counts those that share it, from 1."""

    text: str
    occurrence: int = 1

    def __str__(self) -> str:
        return self.text if self.occurrence == 1 else f"{self.text} #{self.occurrence}"


def same_revision(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two requests to RegisterTaskDefinition register the same revision.

    Tags do not count: a revision takes new ones after it was registered.
    """
    return normalized({**one, "tags": []}) == normalized({**other, "tags": []})


def normalized(revision: Mapping[str, Any]) -> Normalized:
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
    """Add what the network mode implies for a port; a range has no port on the host."""
    if "containerPort" not in mapping:
        return {"protocol": "tcp", **mapping}
    shares_ports = network_mode in ("awsvpc", "host")
    host_port = mapping.get("hostPort") or (mapping["containerPort"] if shares_ports else 0)
    return {"protocol": "tcp", **mapping, "hostPort": host_port}


def _members(members: Mapping[str, Any], path: tuple[str, ...]) -> Normalized:
    members_normalized = {name: _normalized_value(value, (*path, name)) for name, value in members.items()}
    return {
        name: value for name, value in members_normalized.items() if not _is_default(value, (*path, name))
    }


def _is_default(value: object, path: tuple[str, ...]) -> bool:
    if path in DEFAULTS:
        return value == DEFAULTS[path]
    return value is False or value in ([], {})


def _normalized_value(value: Any, path: tuple[str, ...]) -> Any:  # noqa: ANN401  any JSON
    match value:
        case dict():
            return _members(value, path)
        case list() if key := ENTRY_KEYS.get(path[-1]):
            return dict(_entries(value, key, path))
        case list() if path[-1] in UNORDERED:
            return sorted(value)
        case list():
            return [_normalized_value(item, path) for item in value]
        case _:
            return value


def _entries(
    entries: Iterable[Mapping[str, Any]], key: EntryKey, path: tuple[str, ...]
) -> Iterator[tuple[EntryName, Any]]:
    seen: Counter[str] = Counter()
    for entry in entries:
        text = "/".join(str(entry[member]) for member in key.members if member in entry)
        rest = _members({name: entry[name] for name in entry if name not in key.members}, path)
        seen[text] += 1
        yield EntryName(text, seen[text]), _value(rest, key)


def _value(rest: Normalized, key: EntryKey) -> object:
    return rest.get(key.value, "") if key.value and rest.keys() <= {key.value} else rest
