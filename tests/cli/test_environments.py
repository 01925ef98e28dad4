"""`check --environments`, `preflight` and `check-target` on the command line."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from ecs_steps.cli.main import main
from ecs_steps.sandbox import Fault, FaultKind, Sandbox
from ecs_steps.sandbox.server import serve

ECS = "Octopus.Action.Aws.Ecs"
Write = Callable[[Mapping[str, object]], str]
UPDATE: Mapping[str, object] = {
    "Octopus.Environment.Name": "Dev",
    "Octopus.Action.Package[web].Image": "acme/web:1",
    f"{ECS}.ClusterName": "shop",
    f"{ECS}.Update.ServiceName": '#{Octopus.Environment.Name | ToLower | Replace " " "-"}-orders',
    f"{ECS}.Update.TargetTaskDefinitionName": "orders",
    f"{ECS}.Update.ContainerUpdates": [{"containerName": "web", "packageReference": "web"}],
}
EXAMPLES = Path(__file__).parent.parent.parent / "ecs_steps" / "sandbox" / "examples"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(variables: Mapping[str, object]) -> str:
        path = tmp_path / "variables.json"
        path.write_text(json.dumps(variables), encoding="utf-8")
        return str(path)

    return write


def names(write: Write, capsys: pytest.CaptureFixture[str], environments: str, **changes: object) -> str:
    main(["check", write({**UPDATE, **changes}), "--environments", environments])
    return capsys.readouterr().out


def test_each_environment_is_shown_with_its_names(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    lines = names(write, capsys, "Dev, Pre Production").splitlines()

    assert lines[1].split() == ["Dev", "shop", "dev-orders", "orders"]
    assert lines[2].split("  ")[0] == "Pre Production"
    assert "pre-production-orders" in lines[2]
    assert "longest service name: 21 of 255 characters, Pre Production" in lines


@pytest.mark.parametrize("given", ["", " , "])
def test_no_environment_is_an_input_error(
    given: str, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["check", write(UPDATE), "--environments", given])

    assert code == 2
    assert "--environments: expected names, such as Dev,Test,Production" in capsys.readouterr().err


def test_an_environment_that_is_named_twice_is_shown_once(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = names(write, capsys, "Dev,Test,dev").splitlines()

    assert [line.split()[0] for line in shown[1:3]] == ["dev", "Test"]
    assert "WARNING" not in "".join(shown)


def test_environments_that_share_all_names_are_warned_of(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = names(write, capsys, "Dev,Test", **{f"{ECS}.Update.ServiceName": "orders"})

    assert "WARNING: Dev and Test have the same names" in shown


def test_a_name_that_is_too_long_in_one_environment_fails_the_command(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    long = "#{Octopus.Environment.Name | ToLower}-" + "x" * 250
    variables = write({**UPDATE, f"{ECS}.Update.ServiceName": long})

    code = main(["check", variables, "--environments", "Dev,Production"])

    assert code == 2
    assert (
        "Production: Octopus.Action.Aws.Ecs.Update.ServiceName: expected 1 to 255" in capsys.readouterr().out
    )


def test_a_target_group_name_beyond_its_limit_fails_the_command(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    variables = json.loads((EXAMPLES / "deploy.json").read_text(encoding="utf-8"))
    [mapping] = variables[f"{ECS}.Deploy.LoadBalancerMappings"]
    mapping["targetGroupArn"] = (
        "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/"
        "#{Octopus.Environment.Name | ToLower}-octopetshop-web-blue/0f1e2d3c4b5a6978"
    )

    code = main(["check", write(variables), "--environments", "Dev,Pre-Production"])

    assert code == 2
    assert "Pre-Production: Target group: pre-production-octopetshop-web-blue" in capsys.readouterr().out


def test_scoped_values_of_an_export_are_those_of_each_environment(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    scoped = [
        {"Name": f"{ECS}.Update.ServiceName", "Value": value, "Scope": {"Environment": [environment]}}
        for environment, value in (("Environments-1", "orders-dev"), ("Environments-2", "orders"))
    ]
    others = [
        {"Name": name, "Value": value if isinstance(value, str) else json.dumps(value)}
        for name, value in UPDATE.items()
        if name not in (f"{ECS}.Update.ServiceName", "Octopus.Environment.Name")
    ]
    environments = [{"Id": "Environments-1", "Name": "Dev"}, {"Id": "Environments-2", "Name": "Production"}]
    export = {"Variables": [*others, *scoped], "ScopeValues": {"Environments": environments}}

    code = main(["check", write(export), "--environments", "Dev,Production", "--output", "json"])

    shown = json.loads(capsys.readouterr().out)["environments"]
    assert code == 0
    assert {name: each["names"]["Service name"] for name, each in shown.items()} == {
        "Dev": "orders-dev",
        "Production": "orders",
    }


class TestPreflight:
    @pytest.mark.parametrize("name", ["deploy", "update", "deploy-revision"])
    def test_a_table_is_printed_and_the_command_fails_where_a_check_does(
        self, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        code = main(["preflight", str(EXAMPLES / f"{name}.json"), "--sandbox"])

        lines = capsys.readouterr().out.splitlines()
        assert code == 5
        assert lines[0].startswith("passed   cluster ")
        assert {line.split()[0] for line in lines if line[:1] in "pfs"} >= {"passed", "failed", "skipped"}

    @pytest.mark.parametrize("name", ["update", "deploy-revision"])
    def test_without_the_service_the_table_says_so_and_has_what_is_known(
        self, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        service = f"{ECS}.{'Update' if name == 'update' else 'Revision'}.ServiceName=nowhere"

        code = main(["preflight", str(EXAMPLES / f"{name}.json"), "--sandbox", "--set", service])

        lines = capsys.readouterr().out.splitlines()
        assert code == 3
        assert (
            "failed   service      Service nowhere was not found: cluster shop has none of that name" in lines
        )
        assert [line.split()[1] for line in lines if line[:1] in "pfs"] == [
            *("cluster", "environment", "service", "permissions")
        ]

    def test_variables_of_a_step_without_it_are_said_to_be_so(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        code = main(["preflight", str(EXAMPLES / "register.json"), "--sandbox"])

        assert code == 2
        assert (
            "--step: the variables are for register; preflight takes deploy, update, deploy-revision"
            in capsys.readouterr().err
        )


class TestCheckTarget:
    """Its exit code is for a machine policy or a runbook: what is wrong, or that nothing is known."""

    TARGET: Mapping[str, object] = {
        "Octopus.Environment.Name": "Test",
        "Octopus.Action.Aws.Region": "eu-west-1",
        f"{ECS}.ClusterName": "shop",
    }
    ROLES: Mapping[str, object] = {f"{ECS}.Discovery.Roles": "ecs-orders"}

    @pytest.fixture
    def aws(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
        with Sandbox() as aws, serve(aws) as url:
            for name, value in (
                ("AWS_ENDPOINT_URL", url),
                ("AWS_ACCESS_KEY_ID", "sandbox"),
                ("AWS_SECRET_ACCESS_KEY", "sandbox"),
            ):
                monkeypatch.setenv(name, value)
            yield aws

    @pytest.mark.parametrize(
        ("settings", "tags", "exit_code", "failing"),
        [
            ({}, {}, 0, set()),
            ({f"{ECS}.ClusterName": "nowhere"}, {}, 3, {"cluster"}),
            ({}, {"octopus-environment": "Production"}, 2, {"environment"}),
            (ROLES, {"octopus-environment": "Test", "octopus-role": "ECS-orders"}, 0, set()),
            (ROLES, {"octopus-environment": "Test"}, 5, {"tags"}),
            ({"Octopus.Action.Aws.ExpectedAccount": "111111111111"}, {}, 2, {"environment"}),
        ],
    )
    def test_says_what_is_wrong(
        self,
        settings: Mapping[str, object],
        tags: Mapping[str, str],
        exit_code: int,
        failing: set[str],
        *,
        aws: Sandbox,
        write: Write,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        arn = f"arn:aws:ecs:{aws.region}:123456789012:cluster/shop"
        items = [{"key": key, "value": value} for key, value in tags.items()]
        aws.ecs.tag_resource({"resourceArn": arn, "tags": items})

        code = main(["check-target", write({**self.TARGET, **settings}), "--output", "json"])

        result = json.loads(capsys.readouterr().out)
        assert (code, result["exitCode"]) == (exit_code, exit_code)
        assert {each["check"] for each in result["checks"] if each["status"] == "failed"} == failing
        assert {each["check"] for each in result["checks"]} == {
            *("cluster", "environment", "tags", "capacity", "permissions")
        }

    @pytest.mark.parametrize(
        ("kind", "exit_code"), [(FaultKind.ACCESS_DENIED, 4), (FaultKind.EXPIRED_TOKEN, 5)]
    )
    def test_of_a_target_of_which_nothing_is_known_is_no_success(
        self,
        kind: FaultKind,
        exit_code: int,
        aws: Sandbox,
        write: Write,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        aws.faults.apply(Fault("DescribeClusters", kind))

        code = main(["check-target", write(self.TARGET)])

        assert code == exit_code
        assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 0 failed, 5 skipped"
