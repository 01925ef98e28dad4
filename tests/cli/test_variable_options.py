"""``--scope`` and ``--strict``, the options that every command with variables has."""

import json
from pathlib import Path

import pytest

from ecs_steps.cli.main import main

UPDATE = "Octopus.Action.Aws.Ecs.Update"
CLUSTER = "Octopus.Action.Aws.Ecs.ClusterName"


def entry(name: str, value: object, **scope: list[str]) -> dict[str, object]:
    return {"Name": name, "Value": value, "Scope": scope}


def export(tmp_path: Path, *entries: dict[str, object]) -> str:
    """Write an export of a variable set, as an Octopus server does, and return its path."""
    own = [
        entry(f"{UPDATE}.ServiceName", "app"),
        entry(f"{UPDATE}.TargetTaskDefinitionName", "app"),
        entry("Octopus.Action.Package[web].Image", "index.docker.io/acme/web:2"),
    ]
    given = {str(each["Name"]) for each in entries}
    if f"{UPDATE}.ContainerUpdates" not in given:
        updates = [{"containerName": "web", "packageReference": "web"}]
        own.append(entry(f"{UPDATE}.ContainerUpdates", json.dumps(updates)))
    environments = [{"Id": "Environments-130", "Name": "Dev"}, {"Id": "Environments-131", "Name": "Prod"}]
    path = tmp_path / "export.json"
    document = {"Variables": [*own, *entries], "ScopeValues": {"Environments": environments}}
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def scoped_export(tmp_path: Path) -> str:
    return export(
        tmp_path,
        entry(CLUSTER, "shop-dev", Environment=["Environments-130"]),
        entry(CLUSTER, "shop-prod", Environment=["Environments-131"]),
    )


def test_a_scoped_value_without_a_scope_is_an_error_with_the_candidates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", scoped_export(tmp_path)]) == 2

    assert (
        f"{CLUSTER}: has a value for Environment=Dev, Environment=Prod: choose with --scope Environment=Dev"
    ) in capsys.readouterr().err


def test_a_scope_chooses(tmp_path: Path) -> None:
    assert main(["check", scoped_export(tmp_path), "--scope", "Environment=Prod"]) == 0


@pytest.mark.parametrize("owner", ["", "Runbooks-1"])
def test_a_scope_of_a_runbook_that_is_advised_can_be_given(tmp_path: Path, owner: str) -> None:
    values = entry(CLUSTER, "shop"), entry(CLUSTER, "shop-blue", ProcessOwner=["Runbooks-1"])

    assert main(["check", export(tmp_path, *values)]) == 2
    assert main(["check", export(tmp_path, *values), "--scope", f"ProcessOwner={owner}"]) == 0


def test_a_sensitive_value_that_an_export_does_not_hold_is_an_error_that_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    items = [{"type": "Plain", "key": "DB_PASSWORD", "value": "#{Database.Password}"}]
    updates = [{"containerName": "web", "environmentVariables": {"action": "Append", "items": items}}]
    path = export(
        tmp_path,
        entry(CLUSTER, "shop"),
        entry(f"{UPDATE}.ContainerUpdates", json.dumps(updates)),
        {"Name": "Database.Password", "Value": None, "Scope": {}, "Type": "Sensitive", "IsSensitive": True},
    )

    assert main(["check", path]) == 2

    assert (
        f"{UPDATE}.ContainerUpdates[0].environmentVariables.items[0].value: Database.Password is sensitive, "
        "and Octopus exports no value of it"
    ) in capsys.readouterr().err


def test_with_strict_a_warning_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = export(tmp_path, entry(CLUSTER, "shop"), entry(f"{UPDATE}.OnFailur", "Rollback"))

    assert main(["check", path]) == 0
    assert main(["check", path, "--strict"]) == 2

    assert f"{UPDATE}.OnFailur: is no variable of this step; did you mean {UPDATE}.OnFailure" in (
        capsys.readouterr().err
    )
