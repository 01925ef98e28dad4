"""Standard output as a strict Octopus reads it: one message a line, its values base64 of UTF-8."""

import re
from base64 import b64decode
from collections.abc import Mapping

from attrs import define, field, frozen

LEVELS = {"verbose", "highlight", "wait", "warning", "error", "default"}
MEMBERS = {
    "setVariable": ({"name", "value"}, {"sensitive"}),
    "progress": ({"percentage", "message"}, set()),
    "resultMessage": ({"message"}, set()),
    "createArtifact": ({"path", "name", "length"}, set()),
    "create-aws-ecs-target": (
        {
            *("name", "octopusRoles", "updateIfExisting", "isDynamic"),
            *("clusterName", "clusterRegion", "useInstanceRole", "assumeRole"),
        },
        {
            *("tenantedDeploymentParticipation", "octopusAccountIdOrName"),
            *("octopusDefaultWorkerPoolIdOrName", "assumeRoleArn", "assumeRoleSession"),
            *("assumeRoleSessionDurationSeconds", "assumeRoleExternalId"),
        },
    ),
    "createStepPackageTarget": (
        {"name", "targetId", "inputs", "octopusRoles", "updateIfExisting"},
        {"octopusDefaultWorkerPoolIdOrName"},
    ),
}
MESSAGE = re.compile(r"##octopus\[(?P<name>[A-Za-z-]+)(?P<attributes>( [A-Za-z]+='[A-Za-z0-9+/]*=*')*)\]")
ATTRIBUTE = re.compile(r" (?P<key>[A-Za-z]+)='(?P<value>[^']*)'")


@frozen(kw_only=True)
class OutputVariable:
    name: str
    value: str
    sensitive: bool


@define
class Log:
    """What Octopus made of a script's standard output."""

    lines: list[tuple[str, str]] = field(factory=list)
    outputs: dict[str, OutputVariable] = field(factory=dict)
    progress: list[tuple[int, str]] = field(factory=list)
    artifacts: list[Mapping[str, str]] = field(factory=list)
    results: list[str] = field(factory=list)
    targets: list[tuple[str, Mapping[str, str]]] = field(factory=list)

    def at(self, level: str) -> str:
        return "\n".join(text for at, text in self.lines if at == level)


def parse(output: bytes) -> Log:
    """Read all of standard output; whatever Octopus would pass over in silence is an error here."""
    log = Log()
    level = "default"
    for line in output.decode("ascii").splitlines():
        assert re.fullmatch(r"[ -~]*", line), f"not printable: {line!r}"
        if "##octopus" not in line.lower():
            log.lines.append((level, line))
            continue
        match = MESSAGE.fullmatch(line)
        assert match, f"no service message: {line!r}"
        if match["name"].startswith("stdout-"):
            level = match["name"].removeprefix("stdout-")
            assert level in LEVELS
            continue
        _take(log, match["name"], _attributes(match["attributes"]))
    assert level == "default", "the level was left switched"
    return log


def _attributes(text: str) -> dict[str, str]:
    pairs = [
        (match["key"], b64decode(match["value"], validate=True).decode())
        for match in ATTRIBUTE.finditer(text)
    ]
    assert len(dict(pairs)) == len(pairs), f"an attribute twice: {text}"
    return dict(pairs)


def _take(log: Log, name: str, attributes: dict[str, str]) -> None:
    needed, possible = MEMBERS[name]
    assert needed <= set(attributes) <= needed | possible, f"{name} with {sorted(attributes)}"
    match name:
        case "setVariable":
            sensitive = attributes.get("sensitive", "False") == "True"
            log.outputs[attributes["name"]] = OutputVariable(
                name=attributes["name"], value=attributes["value"], sensitive=sensitive
            )
        case "progress":
            assert 0 <= int(attributes["percentage"]) <= 100
            log.progress.append((int(attributes["percentage"]), attributes["message"]))
        case "resultMessage":
            assert "\n" not in attributes["message"]
            log.results.append(attributes["message"])
        case "createArtifact":
            log.artifacts.append(attributes)
        case "create-aws-ecs-target" | "createStepPackageTarget":
            log.targets.append((name, attributes))
