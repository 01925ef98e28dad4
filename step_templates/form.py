"""The parameters of a step template: a control, a label and a help for each input of the step."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import attrs

from ecs_steps.octopus.inputs.shared_inputs import Wait
from ecs_steps.octopus.parameters import TIMEOUT, TIMEOUT_LABEL, Parameter, parameters
from ecs_steps.steps.common_inputs import ServiceInputs
from ecs_steps.steps.row import StepRow
from ecs_steps.version import __version__

Json = dict[str, Any]

WAITS = {
    Wait.UNTIL_COMPLETED: "Until the deployment is completed",
    Wait.WITH_TIMEOUT: "Until it is completed, up to a time limit",
    Wait.DONT_WAIT: "Not at all",
}

REGIONS = {
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-west-1": "US West (N. California)",
    "us-west-2": "US West (Oregon)",
    "ca-central-1": "Canada (Central)",
    "ca-west-1": "Canada West (Calgary)",
    "mx-central-1": "Mexico (Central)",
    "sa-east-1": "South America (Sao Paulo)",
    "eu-central-1": "Europe (Frankfurt)",
    "eu-central-2": "Europe (Zurich)",
    "eu-north-1": "Europe (Stockholm)",
    "eu-south-1": "Europe (Milan)",
    "eu-south-2": "Europe (Spain)",
    "eu-west-1": "Europe (Ireland)",
    "eu-west-2": "Europe (London)",
    "eu-west-3": "Europe (Paris)",
    "af-south-1": "Africa (Cape Town)",
    "il-central-1": "Israel (Tel Aviv)",
    "me-central-1": "Middle East (UAE)",
    "me-south-1": "Middle East (Bahrain)",
    "ap-east-1": "Asia Pacific (Hong Kong)",
    "ap-northeast-1": "Asia Pacific (Tokyo)",
    "ap-northeast-2": "Asia Pacific (Seoul)",
    "ap-northeast-3": "Asia Pacific (Osaka)",
    "ap-south-1": "Asia Pacific (Mumbai)",
    "ap-south-2": "Asia Pacific (Hyderabad)",
    "ap-southeast-1": "Asia Pacific (Singapore)",
    "ap-southeast-2": "Asia Pacific (Sydney)",
    "ap-southeast-3": "Asia Pacific (Jakarta)",
    "ap-southeast-4": "Asia Pacific (Melbourne)",
    "ap-southeast-5": "Asia Pacific (Malaysia)",
}


def form(row: StepRow) -> Iterator[Json]:
    """Yield the parameters of a step's template in their order."""
    prefix = row.prefix
    yield from _login(prefix)
    inputs = parameters(row.inputs_class(), prefix)
    # Where it deploys stands above what, and how it waits below.
    first = [each for each in inputs if each.name in (f"{prefix}.Region", f"{prefix}.ClusterName")]
    common = attrs.fields_dict(ServiceInputs)
    own = [each for each in inputs if each.field.name not in common]
    for each in first:
        yield from _of_input(each, prefix)
    for each in own:
        if each.label == "Containers" and row.image_help:
            yield _image(row)
        yield from _of_input(each, prefix)
    if row.image_help and not any(each.label == "Containers" for each in own):
        yield _image(row)
    for each in inputs:
        if each not in (*first, *own):
            yield from _of_input(each, prefix)
    yield from _of_library(prefix)


def unique_id(name: str) -> str:
    """Return an id that is the same in every build."""
    return str(uuid5(NAMESPACE_OID, f"ecs-steps {name}"))


def _login(prefix: str) -> Iterator[Json]:
    yield _parameter(
        f"{prefix}.Account",
        "AWS Account",
        "Required. The account whose credentials the step uses. Leave it blank only with *Use the Instance "
        "Role*.",
        control="AmazonWebServicesAccount",
    )
    yield _parameter(
        f"{prefix}.UseInstanceRole",
        "Use the Instance Role",
        "Optional. Use the role of the worker itself: of its EC2 instance, ECS task or EKS pod. See [AWS' "
        "page](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2.html).",
        default="False",
        control="Checkbox",
    )


def _image(row: StepRow) -> Json:
    return _parameter(f"{row.prefix}.Image", "Image", f"Required. {row.image_help}", control="Package")


def _of_input(parameter: Parameter, prefix: str) -> Iterator[Json]:
    variable = parameter.variable
    if parameter.is_wait_option:
        yield _parameter(
            parameter.name,
            parameter.label,
            "Optional. Whether the step ends before the deployment does; then a failure is not noticed.",
            default=Wait.UNTIL_COMPLETED,
            control="Select",
            options=[f"{wait}|{label}" for wait, label in WAITS.items()],
        )
        yield _parameter(
            f"{prefix}.{TIMEOUT}",
            TIMEOUT_LABEL,
            f"Optional. Needed for *{WAITS[Wait.WITH_TIMEOUT]}*. What was started continues in AWS then.",
        )
        return
    control, options = variable.control, variable.options
    if parameter.name == f"{prefix}.Region":
        control, options = "Select", tuple(f"{region}|{label} {region}" for region, label in REGIONS.items())
    yield _parameter(
        parameter.name,
        parameter.label,
        _help(parameter, prefix),
        default=_default(parameter.field.default),
        control=control,
        options=options,
    )


def _help(parameter: Parameter, prefix: str) -> str:
    variable = parameter.variable
    text = variable.help
    if parameter.is_tags:
        text = "`key=value`, one a line. They are added to the tags that name the release."
    if parameter.name == f"{prefix}.Region":
        text = f"{text} One that is not in the list is given as an expression (the link beside the field)."
    # The examples are of a deployment with a reference named web; here the image has a parameter.
    text = re.sub(r'("(?:referenceId|packageReference)": )"web"', rf'\1"{prefix}.Image"', text)
    end = "" if text.endswith(".") else "."
    page = f" See [AWS' page]({variable.docs})." if variable.docs else ""
    needed = "Required" if parameter.field.default is attrs.NOTHING else "Optional"
    return f"{needed}. {text}{end}{page}"


def _of_library(prefix: str) -> Iterator[Json]:
    yield _parameter(
        f"{prefix}.LibraryPackage",
        "Library Package",
        "Optional. For a worker without ecs-steps: the name of a package reference of this step, extracted, "
        "that holds it.",
    )
    yield _parameter(
        f"{prefix}.InstallIfMissing",
        "Install if Missing",
        f"Optional. For a worker without ecs-steps: installs exactly version {__version__} (60 MB) into "
        "a virtual environment in the home folder of the worker's user, once for each worker. An ephemeral "
        "worker, such as an execution container, installs in every deployment: there an image that has "
        "ecs-steps, or *Library Package*, saves the time.",
        default="True",
        control="Checkbox",
    )
    yield _parameter(
        f"{prefix}.InstallFrom",
        "Install From",
        "Optional. The URL of a package index, or a folder of wheels on the worker. Blank means what pip is "
        "configured for.",
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
        "Id": unique_id(name),
        "Name": name,
        "Label": label,
        "HelpText": text,
        "DefaultValue": default,
        "DisplaySettings": settings,
    }
