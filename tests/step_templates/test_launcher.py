"""The generated templates, run as Octopus runs them: each test starts at least one process."""

import ast
import json
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ecs_steps.sandbox import Fault, FaultKind, Scenario
from ecs_steps.sandbox.ecs.plan import EcsPlan, TargetGroupSettings
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import StepRow
from ecs_steps.version import __version__
from responding import Response, responding
from revisions import register_another
from script_host.host import SECRET, Ran, ScriptHost, ended
from script_host.service_messages import parse
from script_host.workers import BareWorker, Workers
from step_templates import build
from step_templates.launcher import fail, pip_settings

pytestmark = pytest.mark.host
TEMPLATES: dict[str, dict[str, Any]] = {
    row.name: json.loads((build.HERE / build.file_name(row)).read_text(encoding="ascii")) for row in STEPS
}
DEPLOY, UPDATE = TEMPLATES["deploy"], TEMPLATES["update"]
ODD = "\u041f\u0440\u0438\u0432\u0435\u0442 \U0001f600 \"quoted\" 'too'\n##octopus[stdout-none]] ]"
CONTAINERS = [
    {
        "containerName": "web",
        "containerImageReference": {"referenceId": "EcsDeploy.Image"},
        "containerPortMappings": [{"containerPort": "8080"}],
        "environmentVariables": [
            {"type": "Plain", "key": "GREETING", "value": "#{Octopus.Environment.Name | JsonEscape}"}
        ],
    }
]
DEPLOYMENT = {
    "EcsDeploy.Account": "Shop",
    "EcsDeploy.Region": "#{Home region}",
    "Home region": "eu-west-1",
    "Octopus.Environment.Id": "Environments-104",
    "Octopus.Environment.Name": ODD,
    "EcsDeploy.ClusterName": "shop-production",
    "EcsDeploy.ServiceTaskName": "web",
    "EcsDeploy.Cpu": "256",
    "EcsDeploy.Memory": "512",
    "EcsDeploy.SubnetIds": "subnet-0a1b2c3d4e5f60718\r\nsubnet-0b2c3d4e5f6071829",
    "EcsDeploy.SecurityGroupIds": "sg-0c3d4e5f607182930",
    "EcsDeploy.Containers": json.dumps(CONTAINERS),
    "EcsDeploy.Tags": "team=shop",
    "Octopus.Action.Package[EcsDeploy.Image].Image": "index.docker.io/octopetshop/web:1.4.0",
}
AN_UPDATE = {
    "EcsUpdate.Account": "Shop",
    "EcsUpdate.Region": "eu-west-1",
    "EcsUpdate.ClusterName": "shop",
    "EcsUpdate.ServiceName": "orders",
    "EcsUpdate.TargetTaskDefinitionName": "orders",
    "EcsUpdate.ContainerUpdates": '[{"containerName": "web", "packageReference": "EcsUpdate.Image"}]',
    "EcsUpdate.WaitOption": "WaitWithTimeout",
    "EcsUpdate.WaitTimeoutMinutes": "15",
    "Octopus.Action.Package[EcsUpdate.Image].Image": "index.docker.io/octopetshop/orders:2.1.0",
}
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
PROMOTION = {
    "EcsPromote.Account": "Shop",
    "EcsPromote.Region": "eu-west-1",
    "EcsPromote.SourceImage": '{"PackageId": "staging/web", "FeedId": "Feeds-1"}',
    "EcsPromote.RepositoryName": "production/web",
    "EcsPromote.CreateRepository": "True",
    "EcsPromote.ScanGate": "High",
    "EcsPromote.Tags": "team=shop",
    "Octopus.Action.Package[EcsPromote.SourceImage].Image": f"{ECR}/staging/web:1.4.0",
    "Octopus.Action.Package[EcsPromote.SourceImage].Registry": ECR,
}
REGISTRATION = {
    "EcsTaskDefinition.Account": "Shop",
    "EcsTaskDefinition.Region": "eu-west-1",
    "EcsTaskDefinition.Image": '{"PackageId": "staging/web", "FeedId": "Feeds-1"}',
    "EcsTaskDefinition.Family": "orders",
    "EcsTaskDefinition.ContainerUpdates": (
        '[{"containerName": "web", "packageReference": "EcsTaskDefinition.Image"}]'
    ),
    "EcsTaskDefinition.ResolveDigests": "True",
    "Octopus.Action.Package[EcsTaskDefinition.Image].Image": f"{ECR}/staging/web:1.4.0",
}
RELEASE = {
    "EcsRevision.Account": "Shop",
    "EcsRevision.Region": "eu-west-1",
    "EcsRevision.ClusterName": "shop",
    "EcsRevision.ServiceName": "orders",
    "EcsRevision.TaskDefinition": '{"PackageId": "orders", "FeedId": "Feeds-2"}',
    "EcsRevision.WaitOption": "WaitWithTimeout",
    "EcsRevision.WaitTimeoutMinutes": "15",
    "Octopus.Action.Package[EcsRevision.TaskDefinition].PackageId": "orders",
    "Octopus.Action.Package[EcsRevision.TaskDefinition].PackageVersion": "42-beta",
    "Octopus.Action.Package[EcsRevision.TaskDefinition].Image": "ecs-feed.example.com/orders:42-beta",
}
OF_CHECKOUT = {
    "Account": "Shop",
    "Region": "eu-west-1",
    "ClusterName": "shop",
    "ServiceName": "checkout",
    "TargetTaskDefinitionName": "checkout",
    "ContainerUpdates": '[{"containerName": "web", "packageReference": "EcsUpdate.Image"}]',
    "Header": "X-Canary: k7-of-testers",
    "WaitOption": "WaitWithTimeout",
    "WaitTimeoutMinutes": "15",
}
A_RELEASE_OF_CHECKOUT = {
    "Octopus.Deployment.Id": "Deployments-7",
    "Octopus.Action.Package[EcsUpdate.Image].Image": "index.docker.io/acme/checkout:1.5.0",
}
DENIED = Scenario(
    description="Nothing may be changed",
    faults=tuple(Fault(name, FaultKind.ACCESS_DENIED) for name in ("CreateStack", "UpdateService")),
)

# A script waits in real time until requests have drained.
WITHOUT_DRAINING = Scenario(ecs=EcsPlan(target_group=TargetGroupSettings(deregistration_delay=0)))


def operations(workers: Workers) -> list[str]:
    return [call.operation for call in workers.sandbox.calls]


def test_a_deployment_succeeds_and_the_next_one_is_unchanged(workers: Workers) -> None:
    first = workers.worker().run(DEPLOY, DEPLOYMENT)
    again = workers.worker().run(DEPLOY, DEPLOYMENT)

    assert (first.code, first.log.outputs["Outcome"].value) == (0, "SUCCEEDED"), first.stdout
    assert (again.code, again.log.outputs["Outcome"].value) == (0, "UNCHANGED"), again.stdout
    assert [artifact["name"] for artifact in first.log.artifacts] == [
        "cloudformation-template.json",
        "deployment.html",
    ]
    assert all(Path(artifact["path"]).is_absolute() for artifact in first.log.artifacts)
    assert first.stderr == again.stderr == ""


def test_an_update_succeeds_and_the_next_one_is_unchanged(workers: Workers) -> None:
    once = AN_UPDATE | {"EcsUpdate.ForceNewDeployment": "False"}

    first = workers.worker().run(UPDATE, once)
    again = workers.worker().run(UPDATE, once)

    assert (first.code, first.log.outputs["Outcome"].value) == (0, "SUCCEEDED"), first.stdout
    assert (again.code, again.log.outputs["Outcome"].value) == (0, "UNCHANGED"), again.stdout
    assert operations(workers).count("RegisterTaskDefinition") == 1


def test_a_step_on_a_target_takes_cluster_region_and_account_from_it(workers: Workers) -> None:
    name = build.build_on_target(STEPS.named("update"))["Name"]
    template = json.loads((build.HERE / build.file_of(name)).read_text(encoding="ascii"))
    target = {
        "Octopus.Action.Aws.Ecs.ClusterName": "shop",
        "Octopus.Action.Aws.Region": "eu-west-1",
        "Octopus.Action.Amazon.AccessKey": "AKIAIOSFODNN7EXAMPLE",
        "Octopus.Action.Amazon.SecretKey": SECRET,
    }
    target_variables = ("EcsUpdate.Account", "EcsUpdate.Region", "EcsUpdate.ClusterName")
    given = {key: value for key, value in AN_UPDATE.items() if key not in target_variables}
    worker = workers.worker(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")

    ran = worker.run(template, {**given, **target})

    assert (ran.code, ran.log.outputs["Outcome"].value) == (0, "SUCCEEDED"), ran.stdout
    assert ran.log.outputs["ClusterName"].value == "shop"


def test_a_promotion_succeeds_and_the_next_one_is_unchanged(workers: Workers) -> None:
    first = workers.worker().run(TEMPLATES["promote"], PROMOTION)
    again = workers.worker().run(TEMPLATES["promote"], PROMOTION)

    assert (first.code, first.log.outputs["Outcome"].value) == (0, "SUCCEEDED"), first.stdout
    assert (again.code, again.log.outputs["Outcome"].value) == (0, "UNCHANGED"), again.stdout
    digest = workers.sandbox.images.tags["production/web", "1.4.0"]
    assert first.log.outputs["Image"].value == f"{ECR}/production/web:1.4.0"
    assert first.log.outputs["ImageByDigest"].value == f"{ECR}/production/web@{digest}"
    assert {name: each.value for name, each in again.log.outputs.items()} == {
        **{name: each.value for name, each in first.log.outputs.items()},
        "Outcome": "UNCHANGED",
    }


def test_a_revision_is_registered_with_the_release_s_image_by_digest_once(workers: Workers) -> None:
    first = workers.worker().run(TEMPLATES["register"], REGISTRATION)
    again = workers.worker().run(TEMPLATES["register"], REGISTRATION)

    assert (first.code, first.log.outputs["Outcome"].value) == (0, "SUCCEEDED"), first.stdout
    assert (again.code, again.log.outputs["Outcome"].value) == (0, "UNCHANGED"), again.stdout
    [call] = [each for each in workers.sandbox.calls if each.operation == "RegisterTaskDefinition"]
    images = {each["name"]: each["image"] for each in call.params["containerDefinitions"]}
    assert images["web"] == f"{ECR}/staging/web@{workers.sandbox.images.tags['staging/web', '1.4.0']}"
    assert again.log.outputs["TaskDefinitionRevision"].value == "2"


def test_a_release_deploys_the_revision_that_its_package_names(workers: Workers) -> None:
    for _ in range(41):
        register_another(workers.sandbox)

    ran = workers.worker().run(TEMPLATES["deploy-revision"], RELEASE)

    assert (ran.code, ran.log.outputs["Outcome"].value) == (0, "SUCCEEDED"), ran.stdout
    assert ran.log.outputs["TaskDefinitionRevision"].value == "42"
    [call] = [each for each in workers.sandbox.calls if each.operation == "UpdateService"]
    assert call.params["taskDefinition"].endswith(":task-definition/orders:42")


@pytest.mark.parametrize("workers", [WITHOUT_DRAINING], indirect=True, ids=["without draining"])
def test_a_share_of_a_task_set_is_verified_given_and_taken_back(workers: Workers) -> None:
    def ran(step: str, expected: tuple[int, str | None], **given: str) -> Ran:
        prefix = STEPS.named(step).prefix
        taken = {each["Name"] for each in TEMPLATES[step]["Parameters"]}
        named = {f"{prefix}.{name}": value for name, value in (OF_CHECKOUT | given).items()}
        variables = {name: value for name, value in named.items() if name in taken}
        done = workers.worker().run(TEMPLATES[step], A_RELEASE_OF_CHECKOUT | variables)
        outcome = done.log.outputs.get("Outcome")
        assert (done.code, outcome.value if outcome else None) == expected, done.stdout
        assert b"k7-of-testers" not in done.stdout
        return done

    with responding(Response(status=503), Response()) as site:
        verified = {"Url": site.url, "Tries": "1"}
        ran("update", (0, "PAUSED"))
        refused = ran("continue", (5, None), TrafficPercent="50", **verified)
        half = ran("continue", (0, "PAUSED"), TrafficPercent="50", **verified)
    ran("abort", (0, "ROLLED_BACK"))

    assert "did not pass the verification" in refused.log.results[0]
    assert half.log.outputs["ProductionTrafficPercent"].value == "50"
    assert [headers["X-Canary"] for _, headers in site.requests] == ["k7-of-testers"] * 2
    changes = [name for name in operations(workers) if "TaskSet" in name or name == "ModifyRule"]
    assert changes == ["CreateTaskSet", "UpdateTaskSet", "ModifyRule", "ModifyRule", "DeleteTaskSet"]


def test_a_release_whose_revision_was_deleted_says_so_and_changes_nothing(workers: Workers) -> None:
    ran = workers.worker().run(TEMPLATES["deploy-revision"], RELEASE)

    assert ran.code == 3, ran.stdout
    assert "orders:42" in ran.log.results[0]
    assert "UpdateService" not in operations(workers)


@pytest.mark.parametrize("workers", ["vulnerable-image"], indirect=True)
def test_a_promotion_of_a_vulnerable_image_says_what_was_found(workers: Workers) -> None:
    ran = workers.worker().run(TEMPLATES["promote"], PROMOTION)

    assert ran.code == 5, ran.stdout
    assert "its scan found 1 critical" in ran.log.results[0]
    assert ("production/web", "1.4.0") not in workers.sandbox.images.tags


@pytest.mark.parametrize(
    ("workers", "template", "given", "code", "cause"),
    [
        ("service-name-taken", DEPLOY, DEPLOYMENT, 5, "already exists"),
        ("breaker-rollback", UPDATE, AN_UPDATE, 6, "rolled back"),
    ],
    indirect=["workers"],
    ids=["deploy", "update"],
)
def test_a_failure_is_explained(
    workers: Workers, template: dict[str, Any], given: dict[str, str], code: int, cause: str
) -> None:
    ran = workers.worker().run(template, given)

    assert ran.code == code, ran.stdout
    [reason] = ran.log.results
    assert cause in reason
    assert "root cause: " in ran.log.at("error")
    assert "diagnosis.json" in {artifact["name"] for artifact in ran.log.artifacts}
    assert ran.log.outputs["Region"].value == "eu-west-1"


@pytest.mark.parametrize("workers", [DENIED], indirect=True, ids=["denied"])
@pytest.mark.parametrize(
    ("template", "given", "action"),
    [(DEPLOY, DEPLOYMENT, "cloudformation:CreateStack"), (UPDATE, AN_UPDATE, "ecs:UpdateService")],
    ids=["deploy", "update"],
)
def test_a_denied_call_is_named(
    workers: Workers, template: dict[str, Any], given: dict[str, str], action: str
) -> None:
    ran = workers.worker().run(template, given)

    assert ran.code == 4, ran.stdout
    assert action in ran.log.results[0]


@pytest.mark.parametrize("row", STEPS, ids=lambda row: row.name)
def test_inputs_that_are_not_valid_never_reach_aws(workers: Workers, row: StepRow) -> None:
    before = len(workers.sandbox.calls)

    ran = workers.worker().run(TEMPLATES[row.name], {f"{row.prefix}.Account": "Shop"})

    assert ran.code == 2
    assert ": is required" in ran.log.results[0]
    assert len(workers.sandbox.calls) == before


def test_a_windows_worker_s_code_page_loses_nothing_and_no_secret_is_logged(workers: Workers) -> None:
    worker = workers.worker(PYTHONIOENCODING="cp437")
    tagged = DEPLOYMENT | {"EcsDeploy.Tags": f"greeting={ODD.splitlines()[0]}"}

    ran = worker.run(DEPLOY, tagged | {"EcsDeploy.DesiredCount": ODD})
    well = workers.worker(PYTHONIOENCODING="cp437").run(DEPLOY, tagged)

    assert ran.code == 2
    assert "(EcsDeploy.DesiredCount): expected a whole number" in ran.log.results[0]
    assert well.code == 0, well.stdout
    [definition] = [
        call.params["TemplateBody"] for call in workers.sandbox.calls if call.operation == "CreateStack"
    ]
    [container] = next(
        resource["Properties"]["ContainerDefinitions"]
        for resource in json.loads(definition)["Resources"].values()
        if resource["Type"] == "AWS::ECS::TaskDefinition"
    )
    assert container["Environment"] == [{"Name": "GREETING", "Value": ODD}]
    assert SECRET.encode() not in ran.stdout + well.stdout


def test_a_worker_without_the_library_gets_instructions(workers: Workers, bare_worker: BareWorker) -> None:
    worker = workers.worker(bare_worker.python, PYTHONPATH=str(bare_worker.packages))

    ran = worker.run(DEPLOY, DEPLOYMENT | {"EcsDeploy.InstallIfMissing": "False"})

    assert ran.code == 2
    [reason] = ran.log.results
    assert "No module named 'ecs_steps'" in reason
    assert "pip install ecs-steps==" in reason
    assert "'Install if Missing'" in reason


@pytest.mark.parametrize("row", STEPS, ids=lambda row: row.name)
def test_the_body_parses_on_python_3_7(row: StepRow) -> None:
    body = TEMPLATES[row.name]["Properties"]["Octopus.Action.Script.ScriptBody"]

    ast.parse(body, feature_version=(3, 7))


def old_pythons() -> list[str]:
    """Return this machine's interpreters that are older than the library's, and this one as if it were."""
    there = [shutil.which(f"python3.{minor}") for minor in range(7, 11)]
    versions = Path.home() / ".pyenv" / "versions"
    installed = [str(path) for minor in range(7, 11) for path in versions.glob(f"3.{minor}.*/bin/python")]
    return [sys.executable, *(path for path in there if path and "shims" not in path), *installed]


@pytest.mark.parametrize("python", old_pythons())
def test_an_old_python_says_in_one_line_that_a_newer_one_is_needed(python: str, tmp_path: Path) -> None:
    body = DEPLOY["Properties"]["Octopus.Action.Script.ScriptBody"]
    as_old = "import sys\nsys.version_info = min(sys.version_info, (3, 10, 12))\noctopusvariables = {}\n"
    (tmp_path / "Script.py").write_text(body, encoding="ascii")
    start = f"{as_old}exec(compile(open('Script.py').read(), 'Script.py', 'exec'))"

    done = subprocess.run([python, "-c", start], cwd=tmp_path, capture_output=True, check=False)  # noqa: S603  a worker's

    log = parse(done.stdout)
    assert (done.returncode, done.stderr) == (2, b"")
    assert log.at("error").startswith("ecs-steps needs Python 3.11 or newer, and ")
    assert log.results == [log.at("error")]
    assert not (tmp_path / ".ecs-steps").exists()


@pytest.mark.parametrize("extracted", [True, False], ids=["extracted", "as a wheel"])
def test_the_library_may_come_as_a_package(
    extracted: bool,  # noqa: FBT001  a parameter
    workers: Workers,
    bare_worker: BareWorker,
    tmp_path: Path,
) -> None:
    folder = bare_worker.wheels
    if extracted:
        folder = tmp_path / "package"
        with zipfile.ZipFile(next(bare_worker.wheels.glob("*.whl"))) as wheel:
            wheel.extractall(folder)
    worker = workers.worker(bare_worker.python, PYTHONPATH=str(bare_worker.packages))
    package = {
        "EcsDeploy.LibraryPackage": "ecs-steps",
        "Octopus.Action.Package[ecs-steps].ExtractedPath": str(folder),
    }

    ran = worker.run(DEPLOY, DEPLOYMENT | package)

    assert ran.code == 0, ran.stdout


def leave_half_an_installation(environment: Path) -> None:
    """Leave what a deployment leaves behind that was ended while pip was at work."""
    library = "lib/python{}.{}/site-packages".format(*sys.version_info)
    half = environment / library / f"ecs_steps-{__version__}.dist-info"
    half.mkdir(parents=True)
    (half / "METADATA").write_text(f"Name: ecs-steps\nVersion: {__version__}\n", encoding="ascii")


def test_the_library_is_installed_once_by_two_deployments_at_once(
    workers: Workers, bare_worker: BareWorker
) -> None:
    log = workers.folder / "pip.log"
    home = workers.folder / "home" / ".ecs-steps"
    leave_half_an_installation(home / "{}-py{}{}".format(__version__, *sys.version_info))
    install = {"EcsUpdate.InstallIfMissing": "True", "EcsUpdate.InstallFrom": str(bare_worker.wheels)}

    def worker() -> ScriptHost:
        return workers.worker(bare_worker.python, PYTHONPATH=str(bare_worker.packages), PIP_LOG=str(log))

    both = [worker().start(UPDATE, AN_UPDATE | install) for _ in range(2)]
    first = [ended(process) for process in both]
    again = worker().run(UPDATE, AN_UPDATE | install | {"EcsUpdate.InstallFrom": "/nowhere"})

    # Where both deploy the service, the one that comes second supersedes the other.
    assert {ran.code for ran in first} <= {0, 8}, [ran.stdout for ran in first]
    assert again.code == 0, again.stdout
    assert log.read_text(encoding="utf-8").count("Successfully installed ecs-steps") == 1
    assert [each.name for each in home.glob("*-py*/complete")] == ["complete"]


def test_an_installation_that_fails_says_why(
    workers: Workers, bare_worker: BareWorker, tmp_path: Path
) -> None:
    worker = workers.worker(bare_worker.python, PYTHONPATH=str(bare_worker.packages))
    (tmp_path / "empty").mkdir()
    install = {"EcsDeploy.InstallIfMissing": "True", "EcsDeploy.InstallFrom": str(tmp_path / "empty")}

    ran = worker.run(DEPLOY, DEPLOYMENT | install)

    assert ran.code == 2
    assert "No matching distribution found for ecs-steps==" in ran.log.results[0]


@pytest.mark.parametrize("pace", [0.0], ids=["nothing changes"])
def test_a_cancelled_task_ends_a_step_in_an_environment_of_its_own_too(
    workers: Workers, bare_worker: BareWorker
) -> None:
    worker = workers.worker(bare_worker.python, PYTHONPATH=str(bare_worker.packages))
    install = {"EcsUpdate.InstallIfMissing": "True", "EcsUpdate.InstallFrom": str(bare_worker.wheels)}
    process = worker.start(UPDATE, AN_UPDATE | install)
    said = [process.stdout.readline()]  # type: ignore[union-attr]  # it is a pipe
    while said[-1] and b"pending" not in said[-1]:
        said.append(process.stdout.readline())  # type: ignore[union-attr]  # it is a pipe

    process.send_signal(signal.SIGTERM)
    ran = ended(process)

    assert ran.code == 143, said
    assert ran.log.results[0].startswith("The step was cancelled: Deployment ecs-svc/")


def test_an_index_s_password_is_on_no_command_line() -> None:
    index = "https://octopus:secret@pypi.shop.example/simple"

    assert pip_settings(index) == {"PIP_INDEX_URL": index}
    assert pip_settings("") == {}


def test_what_pip_says_is_no_service_message(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    code = fail("\u041d\u0435\u0442\n##octopus[setVariable name='eA==']")

    log = parse(capsysbinary.readouterr().out)
    assert code == 2
    assert "setVariable" in log.at("error")
    assert log.outputs == {}
    assert len(log.results) == 1
