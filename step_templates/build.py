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
from attrs import frozen

from ecs_steps import __version__
from ecs_steps.octopus.inputs.shared_inputs import Wait
from ecs_steps.octopus.parameters import TIMEOUT, Parameter, parameters
from ecs_steps.script_step import SCRIPT_STEPS
from ecs_steps.steps.common_inputs import ServiceInputs

HERE = Path(__file__).parent
VERSIONS = HERE / "versions.json"
Json = dict[str, Any]

WAITS = {
    Wait.UNTIL_COMPLETED: "Until the deployment is completed",
    Wait.WITH_TIMEOUT: "Until it is completed, but not for ever",
    Wait.DONT_WAIT: "Not at all",
}


@frozen(kw_only=True)
class Template:
    """What is said of a step beside its inputs."""

    prefix: str
    file: str
    name: str
    description: str
    image_help: str


TEMPLATES = (
    Template(
        prefix="EcsDeploy",
        file="aws-ecs-deploy-service.json",
        name="AWS - Deploy Amazon ECS Service (ecs-steps)",
        description="Deploys a Fargate task definition and its service through a CloudFormation stack, waits "
        "until this very deployment serves, and otherwise names the root cause.",
        image_help="The main container's image. In *Containers* it is the reference `EcsDeploy.Image`.",
    ),
    Template(
        prefix="EcsUpdate",
        file="aws-ecs-update-service.json",
        name="AWS - Update Amazon ECS Service (ecs-steps)",
        description="Registers a new revision of an existing task definition, points an existing service at "
        "it, waits until this very deployment serves, and otherwise names the root cause.",
        image_help="The image that a container gets. In *Containers* it is the reference `EcsUpdate.Image`; "
        "one that nothing refers to is not used.",
    ),
)


def build(template: Template) -> Json:
    """Return a template without what tells one build from another: `Version` and `$Meta`."""
    image = f"{template.prefix}.Image"
    return {
        "Id": _id(template.prefix),
        "Name": template.name,
        "Description": template.description,
        "ActionType": "Octopus.AwsRunScript",
        "CommunityActionTemplateId": None,
        "Packages": [
            {
                "Id": _id(f"package {image}"),
                "Name": image,
                "PackageId": None,
                "FeedId": None,
                "AcquisitionLocation": "NotAcquired",
                "Properties": {
                    "Extract": "False",
                    "SelectionMode": "deferred",
                    "PackageParameterName": image,
                    "Purpose": "",
                },
            }
        ],
        "Properties": {
            "Octopus.Action.Script.ScriptSource": "Inline",
            "Octopus.Action.Script.Syntax": "Python",
            "Octopus.Action.Script.ScriptBody": script_body(template.prefix),
            "Octopus.Action.Aws.AssumeRole": "False",
            "Octopus.Action.AwsAccount.UseInstanceRole": "False",
            "Octopus.Action.AwsAccount.Variable": f"#{{{template.prefix}.Account}}",
            "Octopus.Action.Aws.Region": f"#{{{template.prefix}.Region}}",
            "OctopusUseBundledTooling": "False",
        },
        "Parameters": list(_parameters(template)),
        "StepPackageId": "Octopus.AwsRunScript",
        "LastModifiedBy": "ecs-steps",
        "Category": "aws",
    }


def script_body(prefix: str) -> str:
    """Return the launcher with its call; Octopus evaluates the body, so it holds none of its marks."""
    launcher = (HERE / "launcher.py").read_text(encoding="ascii")
    return (
        f'{launcher}\n\ncode = launch("{prefix}", "{__version__}", octopusvariables)\n'
        "if code:\n    sys.exit(code)\n"
    )


def _parameters(template: Template) -> Iterator[Json]:
    prefix = template.prefix
    yield _parameter(
        f"{prefix}.Account",
        "AWS account",
        "The account whose credentials the step uses.",
        control="AmazonWebServicesAccount",
    )
    asked = parameters(SCRIPT_STEPS[prefix].inputs, prefix)
    # Where it deploys stands above what, and how it waits below.
    first = [each for each in asked if each.name in (f"{prefix}.Region", f"{prefix}.ClusterName")]
    common = attrs.fields_dict(ServiceInputs)
    own = [each for each in asked if each.field.name not in common]
    for each in (*first, *own, *(each for each in asked if each not in (*first, *own))):
        if each.variable.label == "Containers":
            yield _parameter(f"{prefix}.Image", "Image", template.image_help, control="Package")
        yield from _of_input(each, prefix)
    yield from _of_library(prefix)


def _of_input(parameter: Parameter, prefix: str) -> Iterator[Json]:
    asked = parameter.variable
    if parameter.is_wait_option:
        yield _parameter(
            parameter.name,
            asked.label,
            "Whether the step goes on before the deployment has come to its end; then a failure goes unseen.",
            default=Wait.UNTIL_COMPLETED,
            control="Select",
            options=[f"{wait}|{label}" for wait, label in WAITS.items()],
        )
        yield _parameter(
            f"{prefix}.{TIMEOUT}",
            "Minutes to wait",
            f"Required for *{WAITS[Wait.WITH_TIMEOUT]}*. What was started goes on in AWS when they are over.",
        )
        return
    text = asked.help
    if parameter.is_tags:
        text = "`key=value`, one a line. They are added to the tags that tell of the release."
    yield _parameter(
        parameter.name,
        asked.label,
        # The examples are of a deployment with a reference named web; here the image has a parameter.
        re.sub(r'("(?:referenceId|packageReference)": )"web"', rf'\1"{prefix}.Image"', text),
        default=_default(parameter.field.default),
        control=asked.control,
        options=asked.options,
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
    for template in TEMPLATES:
        built = build(template)
        records[template.file] = release(built, recorded.get(template.file, {}), now=datetime.now(UTC))
        (HERE / template.file).write_text(text_of(built, records[template.file]), encoding="ascii")
    VERSIONS.write_text(json.dumps(records, indent=2) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
