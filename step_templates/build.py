"""Write the step templates, in the format of Octopus' community library, from the inputs' own fields.

Run as ``python step_templates/build.py``. A template's `Version` rises when anything else in it changes:
`versions.json` holds the version and a digest of what it stood for.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import attrs

from ecs_steps.octopus.inputs.shared_inputs import Wait
from ecs_steps.octopus.parameters import TIMEOUT, Parameter, parameters
from ecs_steps.steps.common_inputs import ServiceInputs
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import StepRow
from ecs_steps.version import __version__

HERE = Path(__file__).parent
VERSIONS = HERE / "versions.json"
Json = dict[str, Any]

WAITS = {
    Wait.UNTIL_COMPLETED: "Until the deployment is completed",
    Wait.WITH_TIMEOUT: "Until it is completed, up to a time limit",
    Wait.DONT_WAIT: "Not at all",
}


def file_name(row: StepRow) -> str:
    """Return the name of a step's template file, which is the template's own name."""
    return f"{re.sub('[^a-z0-9]+', '-', row.template.name.lower()).strip('-')}.json"


def build(row: StepRow) -> Json:
    """Return a step's template without what distinguishes one build from another: `Version` and `$Meta`."""
    package = row.template.package
    return {
        "Id": _id(row.prefix),
        "Name": row.template.name,
        "Description": row.template.description,
        "ActionType": "Octopus.AwsRunScript",
        "CommunityActionTemplateId": None,
        "Packages": [_package(f"{row.prefix}.{package.name}")] if package else [],
        "Properties": {
            "Octopus.Action.Script.ScriptSource": "Inline",
            "Octopus.Action.Script.Syntax": "Python",
            "Octopus.Action.Script.ScriptBody": script_body(row.prefix),
            "Octopus.Action.Aws.AssumeRole": "False",
            "Octopus.Action.AwsAccount.UseInstanceRole": "False",
            "Octopus.Action.AwsAccount.Variable": f"#{{{row.prefix}.Account}}",
            "Octopus.Action.Aws.Region": f"#{{{row.prefix}.Region}}",
            "OctopusUseBundledTooling": "False",
        },
        "Parameters": list(_parameters(row)),
        "StepPackageId": "Octopus.AwsRunScript",
        "LastModifiedBy": "ecs-steps",
        "Category": "aws",
    }


def _package(name: str) -> Json:
    return {
        "Id": _id(f"package {name}"),
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


def script_body(prefix: str) -> str:
    """Return the launcher with its call; Octopus evaluates the body, so it holds none of its marks."""
    launcher = (HERE / "launcher.py").read_text(encoding="ascii")
    return (
        f'{launcher}\n\ncode = launch("{prefix}", "{__version__}", octopusvariables)\n'
        "if code:\n    sys.exit(code)\n"
    )


def _parameters(row: StepRow) -> Iterator[Json]:
    prefix = row.prefix
    yield _parameter(
        f"{prefix}.Account",
        "AWS account",
        "The account whose credentials the step uses.",
        control="AmazonWebServicesAccount",
    )
    all_of_step = parameters(row.inputs_class(), prefix)
    # Where it deploys stands above what, and how it waits below.
    first = [each for each in all_of_step if each.name in (f"{prefix}.Region", f"{prefix}.ClusterName")]
    common = attrs.fields_dict(ServiceInputs)
    own = [each for each in all_of_step if each.field.name not in common]
    for each in (*first, *own, *(each for each in all_of_step if each not in (*first, *own))):
        if (package := row.template.package) and each.variable.label == package.before:
            yield _parameter(f"{prefix}.{package.name}", package.label, package.help, control="Package")
        yield from _of_input(each, prefix)
    yield from _of_library(prefix)


def _of_input(parameter: Parameter, prefix: str) -> Iterator[Json]:
    variable = parameter.variable
    if parameter.is_wait_option:
        yield _parameter(
            parameter.name,
            variable.label,
            "Whether the step ends before the deployment does; then a failure is not noticed.",
            default=Wait.UNTIL_COMPLETED,
            control="Select",
            options=[f"{wait}|{label}" for wait, label in WAITS.items()],
        )
        yield _parameter(
            f"{prefix}.{TIMEOUT}",
            "Minutes to wait",
            f"Required for *{WAITS[Wait.WITH_TIMEOUT]}*. What was started continues in AWS after that.",
        )
        return
    text = variable.help
    if parameter.is_tags:
        text = "`key=value`, one a line. They are added to the tags that name the release."
    yield _parameter(
        parameter.name,
        variable.label,
        # The examples are of a deployment with a reference named web; here the image has a parameter.
        re.sub(r'("(?:referenceId|packageReference)": )"web"', rf'\1"{prefix}.Image"', text),
        default=_default(parameter.field.default),
        control=variable.control,
        options=variable.options,
    )


def _of_library(prefix: str) -> Iterator[Json]:
    yield _parameter(
        f"{prefix}.LibraryPackage",
        "Library package",
        "For a worker without ecs-steps: the name of an extracted package reference that holds it.",
    )
    yield _parameter(
        f"{prefix}.InstallIfMissing",
        "Install if missing",
        f"For a worker without ecs-steps: installs version {__version__}, once, into a virtual environment "
        "of its own in the home folder of the worker's user. That needs Python 3.11 or newer with pip.",
        default="False",
        control="Checkbox",
    )
    yield _parameter(
        f"{prefix}.InstallFrom",
        "Install from",
        "The URL of a package index, or a folder of wheels on the worker. Empty is what pip is set up for.",
    )


def _default(value: object) -> str | None:
    return str(value) if isinstance(value, str | int) and value != "" else None


def _parameter(
    name: str,
    label: str,
    text: str,
    *,
    default: str | None = None,
    control: str = "SingleLineText",
    options: Iterable[str] = (),
) -> Json:
    settings = {"Octopus.ControlType": control}
    if control == "Select":
        settings["Octopus.SelectOptions"] = "\n".join(options)
    return {
        "Id": _id(name),
        "Name": name,
        "Label": label,
        "HelpText": text,
        "DefaultValue": default,
        "DisplaySettings": settings,
    }


def _id(name: str) -> str:
    return str(uuid5(NAMESPACE_OID, f"ecs-steps {name}"))


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
    for row in STEPS:
        built, file = build(row), file_name(row)
        records[file] = release(built, recorded.get(file, {}), now=datetime.now(UTC))
        (HERE / file).write_text(text_of(built, records[file]), encoding="ascii")
    VERSIONS.write_text(json.dumps(records, indent=2) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
