from collections.abc import Mapping
from typing import Any

import pytest

from ecs_steps.task_definition.diff import Change, difference

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db"  # noqa: S105  the ARN of one
MARKER = "hunter2"


def revision(members: Mapping[str, object] | None = None, /, **container: object) -> dict[str, Any]:
    web = {"name": "web", "image": "acme/web:1", **container}
    return {"family": "web", "containerDefinitions": [web], **(members or {})}


def changes_of(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [str(change) for change in difference(old, new)]


def test_a_new_image_is_one_change() -> None:
    assert difference(revision(), revision(image="acme/web:2")) == (
        Change(path="containerDefinitions[web].image", old="acme/web:1", new="acme/web:2"),
    )


def test_changes_come_in_the_order_of_the_revision() -> None:
    old = revision({"cpu": "256", "memory": "512"}, cpu=128, command=["run"], hostname="web")
    new = revision({"memory": "1024", "pidMode": "task"}, cpu=256, command=["run", "-v"], user="app")

    assert changes_of(old, new) == [
        "~ containerDefinitions[web].cpu: 128 -> 256",
        '~ containerDefinitions[web].command: ["run"] -> ["run", "-v"]',
        "- containerDefinitions[web].hostname: web",
        "+ containerDefinitions[web].user: app",
        "- cpu: 256",
        "~ memory: 512 -> 1024",
        "+ pidMode: task",
    ]


def test_variables_are_shown_by_name_and_their_values_are_not() -> None:
    old = revision(environment=[{"name": "A", "value": MARKER}, {"name": "B", "value": "same"}])
    new = revision(
        environment=[
            {"name": "B", "value": "same"},
            {"name": "A", "value": "new"},
            {"name": "C", "value": ""},
        ]
    )

    assert changes_of(old, new) == [
        "~ containerDefinitions[web].environment[A]: ******** -> ********",
        "+ containerDefinitions[web].environment[C]: ********",
    ]
    assert changes_of(new, revision()) == [
        "- containerDefinitions[web].environment[B]: ********",
        "- containerDefinitions[web].environment[A]: ********",
        "- containerDefinitions[web].environment[C]: ********",
    ]


def test_secrets_are_shown_by_their_arns() -> None:
    old = revision(environment=[{"name": "DB", "value": MARKER}])
    new = revision(secrets=[{"name": "DB", "valueFrom": SECRET}])

    assert changes_of(old, new) == [
        "- containerDefinitions[web].environment[DB]: ********",
        f"+ containerDefinitions[web].secrets[DB]: {SECRET}",
    ]


@pytest.mark.parametrize(
    ("with_marker", "shown"),
    [
        (
            revision(logConfiguration={"logDriver": "splunk", "options": {"splunk-token": MARKER}}),
            (
                '+ containerDefinitions[web].logConfiguration: {"logDriver": "splunk", '
                '"options": {"splunk-token": "********"}}'
            ),
        ),
        (
            revision(
                {
                    "volumes": [
                        {"name": "nas", "dockerVolumeConfiguration": {"driverOpts": {"o": f"pw={MARKER}"}}}
                    ]
                }
            ),
            '+ volumes[nas]: {"dockerVolumeConfiguration": {"driverOpts": {"o": "********"}}}',
        ),
    ],
)
def test_options_that_hold_passwords_are_not_shown(with_marker: dict[str, Any], shown: str) -> None:
    assert changes_of(revision(), with_marker) == [shown]


def test_a_new_container_is_shown_without_the_values_of_its_variables() -> None:
    log = {"name": "log", "image": "acme/log:1", "environment": [{"name": "TOKEN", "value": MARKER}]}
    new = revision()
    new["containerDefinitions"].append(log)

    assert changes_of(revision(), new) == [
        '+ containerDefinitions[log]: {"image": "acme/log:1", "environment": {"TOKEN": "********"}}'
    ]


def test_entries_are_shown_by_what_ecs_identifies_them_by() -> None:
    new = revision(
        {"volumes": [{"name": "data"}]},
        portMappings=[{"containerPort": 80}, {"containerPort": 53, "protocol": "udp", "hostPort": 5353}],
        mountPoints=[{"containerPath": "/data", "sourceVolume": "data", "readOnly": True}],
    )

    assert changes_of(revision(), new) == [
        '+ containerDefinitions[web].portMappings[80/tcp]: {"hostPort": 0}',
        '+ containerDefinitions[web].portMappings[53/udp]: {"hostPort": 5353}',
        '+ containerDefinitions[web].mountPoints[/data]: {"sourceVolume": "data", "readOnly": true}',
        "+ volumes[data]: {}",
    ]


def test_a_repeated_entry_is_shown_with_its_number() -> None:
    old = revision(environment=[{"name": "A", "value": "1"}, {"name": "A", "value": "2"}])
    new = revision(environment=[{"name": "A", "value": "1"}])

    assert changes_of(old, new) == ["- containerDefinitions[web].environment[A #2]: ********"]


def test_tags_are_shown() -> None:
    old = revision({"tags": [{"key": "team", "value": "shop"}, {"key": "gone", "value": "1"}]})
    new = revision({"tags": [{"key": "team", "value": "web"}, {"key": "Octopus.Step.Id", "value": "2"}]})

    assert changes_of(old, new) == [
        "~ tags[team]: shop -> web",
        "- tags[gone]: 1",
        "+ tags[Octopus.Step.Id]: 2",
    ]


def test_what_ecs_reads_as_the_same_is_no_change() -> None:
    written_out = revision({"volumes": [], "taskRoleArn": ""}, cpu=0, essential=True, mountPoints=[])

    assert changes_of(revision(), written_out) == []
