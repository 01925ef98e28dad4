import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ecs_steps.octopus.inputs.shared_inputs import image_variable
from ecs_steps.octopus.parameters import SMALL_WORDS, parameters
from ecs_steps.octostache import evaluate
from ecs_steps.script_step import read_parameters
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import StepRow
from ecs_steps.version import __version__
from step_templates import build

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
FOLDER = Path(build.__file__).parent
EACH = pytest.mark.parametrize("row", STEPS, ids=lambda row: row.name)
CONTROLS = {
    "SingleLineText",
    "MultiLineText",
    "Checkbox",
    "Select",
    "Sensitive",
    "Package",
    "AmazonWebServicesAccount",
    "StepName",
}
MEMBERS = {
    "Id",
    "Name",
    "Description",
    "ActionType",
    "Version",
    "CommunityActionTemplateId",
    "Packages",
    "GitDependencies",
    "Properties",
    "Parameters",
    "StepPackageId",
    "$Meta",
    "LastModifiedBy",
    "Category",
}


def control(parameter: Mapping[str, Any]) -> str:
    return str(parameter["DisplaySettings"]["Octopus.ControlType"])


def written(row: StepRow) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / build.file_name(row)).read_text(encoding="utf-8"))
    return document


def recorded() -> dict[str, Any]:
    records: dict[str, Any] = json.loads(build.VERSIONS.read_text(encoding="ascii"))
    return records


ON_TARGET = pytest.mark.parametrize(
    "row", [row for row in STEPS if build.runs_on_target(row)], ids=lambda row: row.name
)


@ON_TARGET
def test_a_template_for_a_target_leaves_cluster_region_and_account_to_it(row: StepRow) -> None:
    own, template = build.build(row), build.build_on_target(row)

    kept = {each["Name"] for each in template["Parameters"]}
    left_out = {each["Name"] for each in own["Parameters"]} - kept
    names = ("Account", "UseInstanceRole", "Region", "ClusterName")
    assert left_out == {f"{row.prefix}.{name}" for name in names}
    assert [name for name in template["Properties"] if ".Aws" in name] == []
    assert template["ActionType"] == template["StepPackageId"] == "Octopus.Script"
    assert "on_target=True" in template["Properties"]["Octopus.Action.Script.ScriptBody"]


@ON_TARGET
def test_a_template_for_a_target_is_another_template(row: StepRow) -> None:
    own, template = build.build(row), build.build_on_target(row)

    assert template["Id"] != own["Id"]
    assert template["Name"] != own["Name"]
    ids = [each["Id"] for built in (own, template) for each in built["Parameters"]]
    assert len(ids) == len(set(ids))
    file = FOLDER / build.file_of(template["Name"])
    written = json.loads(file.read_text(encoding="ascii"))
    assert {name: written[name] for name in template} == template


@EACH
def test_the_files_are_what_the_inputs_make_of_them(
    row: StepRow,
    update_goldens: bool,  # noqa: FBT001  a fixture
) -> None:
    if update_goldens:
        build.main()
    built = build.build(row)

    record = build.release(built, recorded()[build.file_name(row)], now=NOW)

    assert record == recorded()[build.file_name(row)], (
        "run python -m step_templates.build: the version has to rise"
    )
    assert (FOLDER / build.file_name(row)).read_text(encoding="ascii") == build.text_of(built, record)


def test_a_version_rises_with_each_change_and_stays_without_one() -> None:
    first = build.release({"Properties": {"body": "1"}}, {}, now=NOW)

    same = build.release({"Properties": {"body": "1"}}, first, now=datetime.now(UTC))
    next_one = build.release({"Properties": {"body": "2"}}, first, now=datetime.now(UTC))

    assert first["version"] == 1
    assert same == first
    assert next_one["version"] == 2


@EACH
def test_a_file_is_ascii_and_has_no_byte_order_mark(row: StepRow) -> None:
    raw = (FOLDER / build.file_name(row)).read_bytes()

    assert raw.isascii()
    assert raw.startswith(b"{")


@EACH
def test_a_template_has_the_members_of_the_library_s_format(row: StepRow) -> None:
    document = written(row)

    assert set(document) == MEMBERS
    assert str(UUID(document["Id"])) == document["Id"]
    assert 0 < len(document["Name"]) <= 200
    assert document["Description"]
    assert document["ActionType"] == document["StepPackageId"] == "Octopus.AwsRunScript"
    assert document["CommunityActionTemplateId"] is None
    assert document["Category"] == "aws"
    assert document["GitDependencies"] == []
    assert isinstance(document["Version"], int)
    assert set(document["$Meta"]) == {"ExportedAt", "OctopusVersion", "Type"}
    assert document["$Meta"]["Type"] == "ActionTemplate"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", document["$Meta"]["ExportedAt"])


@EACH
def test_the_action_logs_in_to_the_account_and_region_that_a_person_chose(row: StepRow) -> None:
    properties = written(row)["Properties"]

    chosen = {f"{row.prefix}.Account": "Shop", f"{row.prefix}.Region": "eu-west-1"}
    evaluated = {name: evaluate(value, chosen).text for name, value in properties.items()}
    assert evaluated["Octopus.Action.AwsAccount.Variable"] == "Shop"
    assert evaluated["Octopus.Action.Aws.Region"] == "eu-west-1"
    assert all(isinstance(value, str) for value in properties.values())


@EACH
def test_a_blank_parameter_leaves_nothing_in_the_action(row: StepRow) -> None:
    properties = written(row)["Properties"]
    defaults = {
        each["Name"]: each["DefaultValue"] for each in written(row)["Parameters"] if each["DefaultValue"]
    }

    for sent in ({}, defaults):
        evaluated = {name: evaluate(value, sent) for name, value in properties.items()}
        assert {name: each.unresolved for name, each in evaluated.items() if each.unresolved} == {}
        assert evaluated["Octopus.Action.AwsAccount.UseInstanceRole"].text == "False"


@EACH
def test_the_instance_role_can_be_chosen(row: StepRow) -> None:
    chosen = {f"{row.prefix}.UseInstanceRole": "True"}

    evaluated = evaluate(written(row)["Properties"]["Octopus.Action.AwsAccount.UseInstanceRole"], chosen)

    assert evaluated.text == "True"


@EACH
def test_the_description_has_the_worker_and_the_output_variables(row: StepRow) -> None:
    text = written(row)["Description"]

    assert text.startswith(row.description)
    assert "**Worker:** Python 3.11 or newer" in text
    assert re.findall(r"`([^`]+)`", text.partition("**Output variables:**")[2]) == list(row.outputs)


@EACH
def test_octopus_leaves_the_body_as_it_is(row: StepRow) -> None:
    body = written(row)["Properties"]["Octopus.Action.Script.ScriptBody"]

    assert "#{" not in body
    assert body.isascii()
    assert len(body) < 87_000
    assert f'launch("{row.prefix}", "{__version__}", octopusvariables)' in body
    compile(body, "Script.py", "exec")


@EACH
def test_parameters_are_complete(row: StepRow) -> None:
    document = written(row)

    names = [parameter["Name"] for parameter in document["Parameters"]]
    ids = [document["Id"], *(each["Id"] for each in (*document["Parameters"], *document["Packages"]))]
    assert {each.name for each in parameters(row.inputs_class(), row.prefix)} <= set(names)
    assert len(set(names)) == len(names)
    assert len(set(ids)) == len(ids)
    assert all(str(UUID(each)) == each for each in ids)
    for parameter in document["Parameters"]:
        assert set(parameter) == {"Id", "Name", "Label", "HelpText", "DefaultValue", "DisplaySettings"}
        assert parameter["Name"].startswith(f"{row.prefix}.")
        judge_control(parameter)


def judge_control(parameter: Mapping[str, Any]) -> None:
    settings, default = parameter["DisplaySettings"], parameter["DefaultValue"]
    assert control(parameter) in CONTROLS
    assert default is None or isinstance(default, str)
    assert re.fullmatch(r"(Required|Optional)\. [A-Z`].*\.", parameter["HelpText"], re.DOTALL)
    assert parameter["HelpText"].startswith("Required.") <= (default is None)
    words = parameter["Label"].split(" ")
    assert all(word[0].isupper() or word in SMALL_WORDS for word in words)
    match control(parameter):
        case "Select":
            values = [line.split("|") for line in settings["Octopus.SelectOptions"].split("\n")]
            assert all(len(value) == 2 and all(value) for value in values)
            assert default in [None, *(value for value, _ in values)]
        case "Checkbox":
            assert default in ("True", "False")
        case _:
            assert set(settings) == {"Octopus.ControlType"}


@EACH
def test_each_package_has_a_parameter_that_chooses_it_and_is_not_downloaded(row: StepRow) -> None:
    document = written(row)

    choosers = {each["Name"] for each in document["Parameters"] if control(each) == "Package"}
    assert {package["Name"] for package in document["Packages"]} == choosers
    for package in document["Packages"]:
        assert package["AcquisitionLocation"] == "NotAcquired"
        assert package["FeedId"] is package["PackageId"] is None
        assert package["Properties"] == {
            "Extract": "False",
            "SelectionMode": "deferred",
            "PackageParameterName": package["Name"],
            "Purpose": "",
        }


@EACH
def test_the_examples_in_the_help_are_inputs_that_the_step_takes(row: StepRow) -> None:
    required = {
        "ClusterName": "shop",
        "ServiceName": "orders",
        "TargetTaskDefinitionName": "orders",
        "ServiceTaskName": "web",
        "Cpu": "256",
        "Memory": "512",
        "SubnetIds": "subnet-00000001",
        "SecurityGroupIds": "sg-00000001",
        "RepositoryName": "production/web",
        "Roles": "ecs-orders",
        "Family": "orders",
        "TaskDefinition": "orders:7",
        "Name": "orders",
        "Listener": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shop/1/2",
        **({"Header": "X-Canary: 5f0c2a"} if row.name == "prepare-traffic" else {}),
    }
    given = {f"{row.prefix}.{name}": value for name, value in required.items()}
    given |= {"Octopus.Environment.Id": "Environments-1", "Octopus.Environment.Name": "Test"}
    for package in written(row)["Packages"]:
        given[image_variable(package["Name"])] = "octopetshop/web:1.4.0"
    for parameter in written(row)["Parameters"]:
        for example in re.findall(r"`([\[{].*?[\]}])`", parameter["HelpText"]):
            given[parameter["Name"]] = example.replace("arn:aws:...", "arn:aws:elasticloadbalancing:x")

    step = read_parameters(row, given)

    assert step.warnings == ()


def picture(row: StepRow) -> str:
    """Draw a step template's parameters, each with its control and what stands in it."""
    document = written(row)
    rows = [
        f"{parameter['Label'] + ' ':32}{drawn(parameter)}".rstrip() for parameter in document["Parameters"]
    ]
    return "\n".join([document["Name"], "", *rows, ""])


def drawn(parameter: Mapping[str, Any]) -> str:
    default = parameter["DefaultValue"] or ""
    match control(parameter):
        case "Checkbox":
            return "[x]" if default == "True" else "[ ]"
        case "Select":
            lines = parameter["DisplaySettings"]["Octopus.SelectOptions"].split("\n")
            labels = dict(line.split("|") for line in lines)
            return f"[ {labels.get(default, ''):38} v ]"
        case "AmazonWebServicesAccount":
            return f"[ {'an account':38} v ]"
        case "Package":
            return f"[ {'a container image of a feed':36} ... ]"
        case "MultiLineText":
            return f"[ {default:38} = ]"
        case _:
            return f"[ {default:40} ]"


def section(row: StepRow) -> str:
    """Return what the page says of a step."""
    outputs = ", ".join(f"`{name}`" for name in row.outputs)
    return (
        f"\n### {row.title}\n\n"
        f"[{build.file_name(row)}]({build.file_name(row)}). {row.description}\n\n"
        f"Output variables: {outputs}.\n\n<!-- form -->\n```text\n{picture(row)}```\n"
    )


def test_the_page_shows_each_step_with_its_form(
    update_goldens: bool,  # noqa: FBT001  a fixture
) -> None:
    page = FOLDER / "README.md"
    text = page.read_text(encoding="utf-8")
    shown = re.compile(r"(<!-- the steps -->\n).*?(?=\n## )", re.DOTALL)

    expected, count = shown.subn(lambda match: match[1] + "".join(map(section, STEPS)), text)

    if update_goldens:
        page.write_text(expected, encoding="utf-8")
    assert count == 1
    assert update_goldens or text == expected
