from enum import StrEnum
from typing import Annotated, Any

import pytest
from attrs import frozen

from ecs_steps.octopus.inputs.converter import (
    FieldError,
    PartialValueError,
    Path,
    UnresolvedText,
    convert,
    hidden,
)
from ecs_steps.octopus.inputs.members import json_name, member
from ecs_steps.octopus.inputs.shared_inputs import KeyValue
from ecs_steps.octopus.inputs.types import Bool, CommandWords, ContainerName, Count, Ids, Port
from ecs_steps.octopus.json_text import Unresolved
from ecs_steps.task_definition.container_logging import ContainerLogging
from ecs_steps.task_definition.container_specs import ContainerSpec, Ulimit
from ecs_steps.task_definition.container_updates import ContainerUpdate
from ecs_steps.task_definition.inputs import Volume

IdList = Annotated[tuple[str, ...], Ids("[a-z]+", "an id")]


class Size(StrEnum):
    SMALL = "Small"
    LARGE = "VeryLarge"


@frozen(kw_only=True)
class Lid:
    color: str = "red"
    is_locked: Bool = False


@frozen(kw_only=True)
class Box:
    box_name: ContainerName
    size: Size = Size.SMALL
    lid: Lid = Lid()
    ports: tuple[Port, ...] = ()
    weight: Count | None = None
    content: str = hidden(default="")


def box(**members: object) -> dict[str, object]:
    return {"boxName": "a"} | members


def read_with_errors(value: object, of: Any = Box) -> tuple[Any, list[tuple[Path, str]]]:  # noqa: ANN401  any type
    with pytest.raises(PartialValueError) as raised:
        convert(value, of)
    return raised.value.partial, [(error.path, str(error)) for error in raised.value.errors]


def test_members_are_camel_case_in_json() -> None:
    assert json_name("read_only_root_file_system") == "readOnlyRootFileSystem"
    assert json_name("name") == "name"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (box(), Box(box_name="a")),
        ({"BOXNAME": "a", "Size": "verylarge"}, Box(box_name="a", size=Size.LARGE)),
        (box(size=None, lid=None, ports=None, weight=None, content=None), Box(box_name="a")),
        (box(size="", lid="", ports="", weight="", content=""), Box(box_name="a")),
        (box(lid={"isLocked": "TRUE"}), Box(box_name="a", lid=Lid(is_locked=True))),
        (box(lid={"isLocked": True, "color": 5}), Box(box_name="a", lid=Lid(is_locked=True, color="5"))),
        (box(ports=["80", 81, 82.0]), Box(box_name="a", ports=(80, 81, 82))),
        (box(weight="0"), Box(box_name="a", weight=0)),
        (box(lid='{"color": "blue"}', ports="[80]"), Box(box_name="a", lid=Lid(color="blue"), ports=(80,))),
        ('{"boxName": "a"}', Box(box_name="a")),
        (box(content=True), Box(box_name="a", content="true")),
    ],
)
def test_numbers_flags_case_and_absence_are_read_as_octopus_writes_them(value: object, expected: Box) -> None:
    assert convert(value, Box) == expected


@pytest.mark.parametrize(
    ("value", "errors"),
    [
        ({}, [(("boxName",), "is required")]),
        (box(boxName=None), [(("boxName",), "is required")]),
        (box(boxName=""), [(("boxName",), "is required")]),
        (box(size="Huge"), [(("size",), 'expected one of Small, VeryLarge, not "Huge"')]),
        (box(size=5), [(("size",), "expected one of Small, VeryLarge, not 5")]),
        (box(size=["x"]), [(("size",), "expected one of Small, VeryLarge, not a list")]),
        (box(lid=[1]), [(("lid",), "expected an object, not a list")]),
        (box(lid=7), [(("lid",), "expected an object, not a single value")]),
        (box(ports='"80"'), [(("ports",), "expected a list, not a single value")]),
        (
            box(lid="red"),
            [(("lid",), "expected an object as JSON: it is a plain text")],
        ),
        (box(lid={"isLocked": "yes"}), [(("lid", "isLocked"), 'expected True or False, not "yes"')]),
        (box(lid={"color": ["x"]}), [(("lid", "color"), "expected a text, not a list")]),
        (box(ports={"a": 1}), [(("ports",), "expected a list, not an object")]),
        (box(ports=[80, None]), [(("ports", 1), "expected a whole number from 1 to 65535, not null")]),
        (box(weight="x"), [(("weight",), 'expected a whole number from 0 to 2147483647, not "x"')]),
        (
            box(content="\ud800"),
            [
                (
                    ("content",),
                    "expected a text without NUL and lone surrogates, not the value given (hidden)",
                )
            ],
        ),
        (
            box(colour="x"),
            [
                (
                    ("colour",),
                    "is no known member; known are boxName, size, lid, ports, weight, content",
                )
            ],
        ),
        (box(wieght="x"), [(("wieght",), "is no known member; did you mean weight")]),
        (box(lid={"colour": 1}), [(("lid", "colour"), "is no known member; did you mean color")]),
    ],
)
def test_each_error_has_its_path(value: object, errors: list[tuple[Path, str]]) -> None:
    assert read_with_errors(value)[1] == errors


def test_the_rest_of_a_document_is_converted_and_checked() -> None:
    value = [{"size": "Huge", "ports": [80, "x", 82]}, {"boxName": "b", "lid": {"isLocked": 3}}]

    partial, errors = read_with_errors(value, tuple[Box, ...])

    assert [path for path, _ in errors] == [
        (0, "boxName"),
        (0, "size"),
        (0, "ports", 1),
        (1, "lid", "isLocked"),
    ]
    assert partial[0].ports == (80, None, 82)
    assert partial[1] == Box(box_name="b", lid=Lid(is_locked=None))  # type: ignore[arg-type]  # an error


def test_what_may_be_a_secret_is_in_no_message_and_no_repr() -> None:
    with_list = read_with_errors([box(content=["hunter2"])], tuple[Box, ...])[1]
    in_the_wrong_place = read_with_errors(box(lid=[{"password": "hunter2"}], ports={"a": "hunter2"}))[1]

    assert with_list == [((0, "content"), "expected a text, not the value given (hidden)")]
    assert "hunter2" not in str(in_the_wrong_place)
    assert "hunter2" not in repr(convert(box(content="hunter2"), Box))


def open_value(text: str) -> Unresolved:
    return Unresolved(text, ("#{A}",))


@pytest.mark.parametrize(
    ("of", "text", "partial"),
    [
        (str, "x #{A}", "x #{A}"),
        (ContainerName, "web-#{A}", "web-#{A}"),
        (Port, "80#{A}", "80#{A}"),
        (Count | None, "#{A}", "#{A}"),
        (IdList, '#{A}, b\n#{A | Replace "x" "y,z"}', ("#{A}", "b", '#{A | Replace "x" "y,z"}')),
        (Annotated[tuple[str, ...], CommandWords(split_at_commas=True)], "sh,-c,#{A}", ("sh", "-c", "#{A}")),
        (Annotated[tuple[str, ...], CommandWords(split_at_commas=False)], "sh -c #{A}", ("sh -c #{A}",)),
        (Annotated[tuple[str, ...], CommandWords(split_at_commas=False)], '["sh", "#{A}"]', ("sh", "#{A}")),
    ],
)
def test_an_open_single_value_can_be_kept(of: Any, text: str, partial: object) -> None:  # noqa: ANN401  any type
    with pytest.raises(PartialValueError) as raised:
        convert(open_value(text), of)

    kept = raised.value.partial
    assert raised.value.errors == (FieldError(message="no variable gives #{A} a value", is_expression=True),)
    assert kept == partial
    assert all(isinstance(word, UnresolvedText) for word in (kept if isinstance(kept, tuple) else [kept]))


@pytest.mark.parametrize(
    "of", [Bool, Size, Size | None, tuple[str, ...], tuple[Box, ...], Box, Lid | None], ids=str
)
def test_an_open_choice_flag_or_document_must_be_known(of: Any) -> None:  # noqa: ANN401  any type
    with pytest.raises(PartialValueError) as raised:
        convert(open_value("#{A}"), of)

    assert raised.value.errors == (FieldError(message="no variable gives #{A} a value"),)


def test_an_expression_that_cannot_be_evaluated_is_never_kept() -> None:
    with pytest.raises(PartialValueError) as raised:
        convert(Unresolved("#{A}", error="The variables loop: A -> A"), str)

    assert raised.value.errors == (FieldError(message="The variables loop: A -> A"),)


def test_of_an_open_document_and_of_a_hidden_text_only_plain_names_are_shown() -> None:
    tokens = ("#{A}", '#{ssw0rd"}]')
    document = Unresolved('[{"content": "#{ssw0rd"}]', tokens)

    whole = read_with_errors(document, tuple[Box, ...])[1]
    optional = read_with_errors(document, Box | None)[1]
    leaf = read_with_errors(box(content=Unresolved('p#{ssw0rd"}]', tokens)))[1]

    message = "no variable gives #{A}, an expression (hidden) a value"
    assert whole == [((), message)]
    assert optional == [((), message)]
    assert leaf == [(("content",), message)]


def test_an_item_of_a_list_may_be_open_by_itself() -> None:
    partial, errors = read_with_errors(["a", open_value("#{A}")], IdList)

    assert errors == [((1,), "no variable gives #{A} a value")]
    assert partial == ("a", "#{A}")


@frozen(kw_only=True)
class Parcel:
    is_gift: Bool = False
    card: str = member("", used_if=lambda parcel: parcel.is_gift, default="none")
    weight: Count = member("", used_if=lambda parcel: parcel.is_gift, default=1)  # noqa: RUF009  attrs' own field


def test_what_is_not_used_is_no_error_and_has_its_default() -> None:
    parcel = convert({"isGift": "False", "card": open_value("#{Card}"), "weight": "heavy"}, Parcel)

    assert parcel == Parcel(is_gift=False)


def test_what_is_used_must_be_valid() -> None:
    _, errors = read_with_errors({"isGift": "True", "card": open_value("#{A}"), "weight": "heavy"}, Parcel)

    assert [path for path, _ in errors] == [("card",), ("weight",)]


def test_members_that_are_unknown_stay_errors() -> None:
    _, errors = read_with_errors({"colour": "red", "weight": "heavy"}, Parcel)

    assert [path for path, _ in errors] == [("colour",)]


@pytest.mark.parametrize(
    ("of", "ecs_name", "octopus_name"),
    [
        (ContainerSpec, "name", "containerName"),
        (ContainerSpec, "image", "containerImageReference"),
        (ContainerSpec, "environment", "environmentVariables"),
        (ContainerSpec, "secrets", "environmentVariables, of type Secret"),
        (ContainerSpec, "logConfiguration", "containerLogging"),
        (ContainerSpec, "portMappings", "containerPortMappings"),
        (ContainerSpec, "mountPoints", "containerStorage.mountPoints"),
        (ContainerSpec, "volumesFrom", "containerStorage.volumeFrom"),
        (ContainerSpec, "dependsOn", "dependencies"),
        (ContainerSpec, "memory", "memoryLimitHard"),
        (ContainerSpec, "memoryReservation", "memoryLimitSoft"),
        (ContainerSpec, "cpu", "cpus"),
        (ContainerSpec, "repositoryCredentials", "repositoryAuthentication"),
        (ContainerSpec, "readonlyRootFilesystem", "containerStorage.readOnlyRootFileSystem"),
        (ContainerSpec, "extraHosts", "networkSettings.extraHosts"),
        (ContainerSpec, "dnsServers", "networkSettings.dnsServers"),
        (ContainerSpec, "dnsSearchDomains", "networkSettings.dnsSearchDomains"),
        (ContainerLogging, "options", "logOptions"),
        (ContainerLogging, "secretOptions", "logOptions, of type Secret"),
        (KeyValue, "name", "key"),
        (KeyValue, "valueFrom", "value, of type Secret"),
        (Ulimit, "name", "limitName"),
        (Volume, "efsVolumeConfiguration", "fileSystemId"),
        (ContainerUpdate, "name", "containerName"),
        (ContainerUpdate, "image", "packageReference"),
        (ContainerUpdate, "environment", "environmentVariables"),
    ],
)
def test_ecs_name_of_a_member_is_answered_with_octopus_name(
    of: Any,  # noqa: ANN401  any type
    ecs_name: str,
    octopus_name: str,
) -> None:
    _, errors = read_with_errors({ecs_name: "x"}, of)

    assert ((ecs_name,), f"is ECS' name; in Octopus' JSON it is {octopus_name}") in errors
