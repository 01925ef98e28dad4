"""Write the step templates, in the format of Octopus' community library, from the inputs' own fields.

Run as ``python -m step_templates.build``. A template's `Version` rises when anything else in it changes:
`versions.json` holds the version and a digest of what it stood for.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ecs_steps.octopus.parameters import parameters
from ecs_steps.steps.common_inputs import ServiceInputs
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import StepRow
from ecs_steps.version import __version__
from step_templates.form import form, unique_id

HERE = Path(__file__).parent
VERSIONS = HERE / "versions.json"
Json = dict[str, Any]

WORKER = (
    "**Worker:** Python 3.11 or newer as Octopus finds it (`python3`, on Windows `python`), a route to the "
    "AWS APIs, and ecs-steps: installed, as a package (*Library Package*), or from an index that pip reaches "
    "(*Install if Missing*)."
)


TARGET_GIVES = ("Account", "UseInstanceRole", "Region", "ClusterName")
"""The parameters whose values an ECS target has itself."""
ON_TARGET = (
    "For a step that runs *on a worker on behalf of each deployment target*: the cluster, its region and the "
    "account are those of the Amazon ECS target."
)


def file_name(row: StepRow) -> str:
    """Return the name of a step's template file, which is the template's own name."""
    return file_of(row.template_name)


def file_of(name: str) -> str:
    """Return the name of the file of a template with this name."""
    return f"{re.sub('[^a-z0-9]+', '-', name.lower()).strip('-')}.json"


def build(row: StepRow) -> Json:
    """Return a step's template without what distinguishes one build from another: `Version` and `$Meta`."""
    return {
        "Id": unique_id(row.prefix),
        "Name": row.template_name,
        "Description": description(row),
        "ActionType": "Octopus.AwsRunScript",
        "CommunityActionTemplateId": None,
        "Packages": [_package(name) for name in _package_names(row)],
        "GitDependencies": [],
        "Properties": {
            "Octopus.Action.Script.ScriptSource": "Inline",
            "Octopus.Action.Script.Syntax": "Python",
            "Octopus.Action.Script.ScriptBody": script_body(row.prefix),
            "Octopus.Action.Aws.AssumeRole": "False",
            "Octopus.Action.AwsAccount.UseInstanceRole": (
                f"#{{if {row.prefix}.UseInstanceRole}}True#{{else}}False#{{/if}}"
            ),
            "Octopus.Action.AwsAccount.Variable": if_given(f"{row.prefix}.Account"),
            "Octopus.Action.Aws.Region": if_given(f"{row.prefix}.Region"),
            "OctopusUseBundledTooling": "False",
        },
        "Parameters": list(form(row)),
        "StepPackageId": "Octopus.AwsRunScript",
        "LastModifiedBy": "ecs-steps",
        "Category": "aws",
    }


def _package_names(row: StepRow) -> Iterator[str]:
    if row.image_help:
        yield f"{row.prefix}.Image"
    yield from (each.name for each in parameters(row.inputs_class(), row.prefix) if each.is_package)


def if_given(parameter: str) -> str:
    """Refer to a parameter that may be blank: Octopus does not send it then, and leaves a bare reference."""
    return f"#{{if {parameter}}}#{{{parameter}}}#{{/if}}"


def description(row: StepRow) -> str:
    """Return a template's description, in Markdown: what it does, what a worker needs, what it gives."""
    outputs = ", ".join(f"`{name}`" for name in row.outputs)
    return f"{row.description}\n\n{WORKER}\n\n**Output variables:** {outputs}."


def _package(name: str) -> Json:
    return {
        "Id": unique_id(f"package {name}"),
        "Name": name,
        "PackageId": None,
        "FeedId": None,
        "AcquisitionLocation": "NotAcquired",
        "Properties": {
            "Extract": "False",
            "SelectionMode": "deferred",
            "PackageParameterName": name,
            "Purpose": "",
        },
    }


def runs_on_target(row: StepRow) -> bool:
    """Return whether a step is about a cluster, which a deployment target can be."""
    return issubclass(row.inputs_class(), ServiceInputs)


def build_on_target(row: StepRow) -> Json:
    """Return the flavour of a template for a step that runs on an ECS target.

    The target gives the cluster, its region and its account, as variables of the names that a template of
    Octopus.AwsRunScript sets itself. This one is a plain script, which leaves them; the library logs in.
    """
    template, prefix = build(row), row.prefix
    given = {f"{prefix}.{name}" for name in TARGET_GIVES}
    properties = {
        name: value
        for name, value in template["Properties"].items()
        if not name.startswith("Octopus.Action.Aws")
    }
    return template | {
        "Id": unique_id(f"{prefix} on a target"),
        "Name": f"{row.template_name} on Target",
        "Description": f"{ON_TARGET}\n\n{template['Description']}",
        "ActionType": "Octopus.Script",
        "StepPackageId": "Octopus.Script",
        "Properties": properties | {"Octopus.Action.Script.ScriptBody": script_body(prefix, on_target=True)},
        "Parameters": [
            parameter | {"Id": unique_id(f"{parameter['Name']} on a target")}
            for parameter in template["Parameters"]
            if parameter["Name"] not in given
        ],
    }


def templates(row: StepRow) -> Iterator[Json]:
    """Yield the templates of a step: its own, and the flavour for a target where it has a cluster."""
    yield build(row)
    if runs_on_target(row):
        yield build_on_target(row)


def script_body(prefix: str, *, on_target: bool = False) -> str:
    """Return the launcher with its call; Octopus evaluates the body, so it holds none of its marks."""
    launcher = (HERE / "launcher.py").read_text(encoding="ascii")
    flavour = ", on_target=True" if on_target else ""
    return (
        f'{launcher}\n\ncode = launch("{prefix}", "{__version__}", octopusvariables{flavour})\n'
        "if code:\n    sys.exit(code)\n"
    )


def release(built: Json, recorded: Mapping[str, Any], *, now: datetime) -> Json:
    """Return the record of a built template: as it was, or one version up where its digest is another one."""
    digest = hashlib.sha256(json.dumps(built, sort_keys=True).encode()).hexdigest()
    if digest == recorded.get("digest"):
        return dict(recorded)
    version = recorded.get("version", 0) + 1
    return {"version": version, "digest": digest, "exportedAt": now.strftime("%Y-%m-%dT%H:%M:%S.000Z")}


def text_of(built: Json, record: Mapping[str, Any]) -> str:
    """Return a template as the file that is imported into Octopus."""
    meta = {"ExportedAt": record["exportedAt"], "OctopusVersion": "2025.4.0", "Type": "ActionTemplate"}
    return json.dumps(built | {"Version": record["version"], "$Meta": meta}, indent=2) + "\n"


def main() -> None:
    recorded = json.loads(VERSIONS.read_text(encoding="ascii")) if VERSIONS.exists() else {}
    records = {}
    for built in (template for row in STEPS for template in templates(row)):
        file = file_of(built["Name"])
        records[file] = release(built, recorded.get(file, {}), now=datetime.now(UTC))
        (HERE / file).write_text(text_of(built, records[file]), encoding="ascii")
    VERSIONS.write_text(json.dumps(records, indent=2) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
