"""Register a task definition: from a template, from a document, again, and with old revisions let go."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from attrs import define, evolve
from botocore.awsrequest import AWSResponse

from ecs_steps import (
    AccessDeniedError,
    AwsCallError,
    DeploymentError,
    NotFoundError,
    Outcome,
    RegisterEcsTaskDefinitionStep,
    Result,
)
from ecs_steps.reporting.events import Level, Message, Reported
from ecs_steps.sandbox import SCENARIOS, Fault, FaultKind, Sandbox
from explaining import runs
from revisions import register_another

REGISTER = "Octopus.Action.Aws.Ecs.TaskDefinition"
ARN = "arn:aws:ecs:eu-west-1:123456789012:task-definition"
IMAGE = "index.docker.io/acme/orders:2.0.0"
UPDATES = [{"containerName": "web", "packageReference": "web"}]
DOCUMENT: Mapping[str, Any] = {
    "family": "invoices",
    "containerDefinitions": [{"name": "web", "image": "acme/invoices:1", "memory": 128}],
}
READS = ("Describe", "List")
REGISTRATION = "before-call.ecs.RegisterTaskDefinition"


def dictionary(**changes: object) -> dict[str, object]:
    variables: dict[str, object] = {
        "Octopus.Action.Package[web].Image": IMAGE,
        f"{REGISTER}.Family": "orders",
        f"{REGISTER}.ContainerUpdates": UPDATES,
    }
    names = {
        "family": f"{REGISTER}.Family",
        "template": f"{REGISTER}.Template",
        "document": f"{REGISTER}.Document",
        "updates": f"{REGISTER}.ContainerUpdates",
        "keep": f"{REGISTER}.KeepRevisions",
        "tags": "Octopus.Action.Aws.Ecs.Tags",
        "image": "Octopus.Action.Package[web].Image",
        "release": "Octopus.Release.Number",
        "project": "Octopus.Project.Name",
        "environment": "Octopus.Environment.Name",
        "tenant": "Octopus.Deployment.Tenant.Name",
        "machine": "Octopus.Machine.Name",
        "deployment": "Octopus.Deployment.Id",
        "deployment_name": "Octopus.Deployment.Name",
    }
    return variables | {names[name]: value for name, value in changes.items()}


def register(aws: Sandbox, events: list[Reported] | None = None, **changes: object) -> Result:
    step = RegisterEcsTaskDefinitionStep(dictionary(**changes))
    report = events.append if events is not None else (lambda _: None)
    return step.run(aws=aws.clients, clock=aws.clock, report=report)


def dry_run(aws: Sandbox, **changes: object) -> str:
    step = RegisterEcsTaskDefinitionStep(dictionary(**changes))
    return str(step.dry_run(aws=aws.clients, clock=aws.clock, report=lambda _: None))


def described(aws: Sandbox, revision: str) -> Any:  # noqa: ANN401  boto's untyped reply
    return aws.clients.ecs.describe_task_definition(taskDefinition=revision, include=["TAGS"])


def tags(aws: Sandbox, revision: str) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in described(aws, revision).get("tags", [])}


def active(aws: Sandbox, family: str = "orders") -> list[str]:
    listed = aws.clients.ecs.list_task_definitions(familyPrefix=family, status="ACTIVE")
    return [arn.rpartition("/")[2] for arn in listed["taskDefinitionArns"]]


def operations(aws: Sandbox) -> list[str]:
    return [call.operation for call in aws.calls]


def changing(aws: Sandbox) -> list[str]:
    return [name for name in operations(aws) if not name.startswith(READS)]


def warnings(events: list[Reported]) -> list[str]:
    return [each.text for each in events if isinstance(each, Message) and each.level is Level.WARNING]


@define
class Contention:
    """ECS' refusals of the first `times` registrations, where others register at the same time.

    What is done `before` the first refusal is the others' work.
    """

    times: int
    before: Callable[[], object] = lambda: None
    refusals: int = 0
    is_quiet: bool = False

    def answer(self, **_: object) -> Any:  # noqa: ANN401  botocore's types forget replies
        """Refuse a registration before it is sent."""
        if self.is_quiet or self.refusals == self.times:
            return None
        if not self.refusals:
            self.is_quiet = True
            self.before()
            self.is_quiet = False
        self.refusals += 1
        message = "Too many concurrent attempts to create a new revision of the specified family."
        reply = AWSResponse("https://ecs", 400, {}, None)  # type: ignore[arg-type]  # it is not read
        return reply, {"Error": {"Code": "ClientException", "Message": message}, "ResponseMetadata": {}}


class TestFromATemplate:
    def test_the_next_revision_is_the_latest_one_with_the_image_of_the_release(self) -> None:
        with Sandbox() as aws:
            result = register(aws)

            assert result.outcome is Outcome.SUCCEEDED
            assert result.outputs == {
                "TaskDefinitionFamily": "orders",
                "TaskDefinitionRevision": "2",
                "TaskDefinitionArn": f"{ARN}/orders:2",
                "PreviousTaskDefinitionArn": f"{ARN}/orders:1",
                "Region": "eu-west-1",
                "Outcome": "SUCCEEDED",
            }
            images = {
                c["name"]: c["image"]
                for c in described(aws, "orders:2")["taskDefinition"]["containerDefinitions"]
            }
            assert images["web"] == IMAGE

    def test_no_service_is_read_or_changed(self) -> None:
        with Sandbox() as aws:
            register(aws)

            assert operations(aws) == ["DescribeTaskDefinition", "RegisterTaskDefinition"]

    def test_an_equal_revision_is_registered_once(self) -> None:
        with Sandbox() as aws:
            register(aws)

            again = register(aws)

            assert again.outcome is Outcome.UNCHANGED
            assert again.outputs["TaskDefinitionRevision"] == "2"
            assert active(aws) == ["orders:1", "orders:2"]

    def test_another_family_is_created_from_a_template(self) -> None:
        with Sandbox() as aws:
            result = register(aws, family="orders-canary", template=f"{ARN}/orders:1")

            assert result.outputs["TaskDefinitionArn"] == f"{ARN}/orders-canary:1"
            assert "PreviousTaskDefinitionArn" not in result.outputs

    def test_without_updates_a_copy_of_the_template_is_registered(self) -> None:
        with Sandbox() as aws:
            register_another(aws)

            result = register(aws, template="orders:1", updates="")

            assert result.outputs["TaskDefinitionRevision"] == "3"

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"family": "none"}, "Task definition none was not found.*\n.*TaskDefinition.Document"),
            ({"template": "orders:9"}, "Task definition orders:9 was not found"),
            ({"updates": [{"containerName": "api"}]}, "has no container api: its containers are web, "),
        ],
    )
    def test_what_does_not_exist_is_an_error_before_anything_changes(
        self, changes: dict[str, Any], message: str
    ) -> None:
        with Sandbox() as aws:
            with pytest.raises(NotFoundError, match=message) as error:
                register(aws, **changes)

            assert error.value.exit_code == 3
            assert changing(aws) == []

    def test_a_template_that_was_deregistered_is_refused(self) -> None:
        with Sandbox() as aws:
            register_another(aws)
            aws.clients.ecs.deregister_task_definition(taskDefinition="orders:1")

            with pytest.raises(NotFoundError, match="it is INACTIVE"):
                register(aws, template="orders:1")


class TestTags:
    def test_say_where_a_revision_comes_from_and_name_no_environment(self) -> None:
        with Sandbox() as aws:
            register(
                aws,
                project="Shop",
                release="2.1.0",
                deployment="Deployments-1",
                deployment_name="Deploy to Production",
                environment="Production",
                tenant="Acme",
                machine="worker-1",
                tags=[{"key": "team", "value": "orders"}],
            )

            found = tags(aws, "orders:2")
            assert (
                found.items()
                >= {
                    "Octopus.Project.Name": "Shop",
                    "Octopus.Release.Number": "2.1.0",
                    "Octopus.Deployment.Id": "Deployments-1",
                    "team": "orders",
                }.items()
            )
            assert not {"Production", "Deploy to Production", "Acme", "worker-1"} & set(found.values())

    def test_an_environment_that_the_template_names_is_left_out(self) -> None:
        with Sandbox() as aws:
            runs.run("update", aws, tag="1.9.0", others={"Octopus.Environment.Name": "Test"})
            assert tags(aws, "orders:2")["Octopus.Environment.Name"] == "Test"

            register(aws)

            assert "Octopus.Environment.Name" not in tags(aws, "orders:3")

    def test_missing_ones_are_added_to_an_equal_revision_whose_provenance_stays(self) -> None:
        with Sandbox() as aws:
            register(aws, release="2.1.0", tags=[{"key": "team", "value": "orders"}])

            again = register(aws, release="2.2.0", project="Shop", tags=[{"key": "team", "value": "shop"}])

            assert again.outcome is Outcome.UNCHANGED
            found = tags(aws, "orders:2")
            assert found["Octopus.Release.Number"] == "2.1.0"
            assert found["Octopus.Project.Name"] == "Shop"
            assert found["team"] == "shop"


class TestFromADocument:
    def test_a_new_family_is_created(self) -> None:
        with Sandbox() as aws:
            result = register(aws, family="", updates="", document=json.dumps(DOCUMENT))

            assert result.outputs["TaskDefinitionArn"] == f"{ARN}/invoices:1"

    def test_the_given_family_precedes_that_of_the_document(self) -> None:
        with Sandbox() as aws:
            result = register(aws, family="bills", updates="", document=json.dumps(DOCUMENT))

            assert result.outputs["TaskDefinitionFamily"] == "bills"

    def test_the_same_document_again_changes_nothing(self) -> None:
        with Sandbox() as aws:
            register(aws, family="", updates="", document=json.dumps(DOCUMENT))

            again = register(aws, family="", updates="", document=json.dumps(DOCUMENT))

            assert again.outcome is Outcome.UNCHANGED
            assert active(aws, "invoices") == ["invoices:1"]

    def test_what_describe_task_definition_prints_is_registered_as_it_is(self) -> None:
        with Sandbox() as aws:
            printed = described(aws, "orders:1")
            for moment in ("registeredAt", "deregisteredAt"):
                printed["taskDefinition"].pop(moment, None)
            wrapped = {name: printed[name] for name in ("taskDefinition", "tags")}

            result = register(aws, family="", updates="", document=json.dumps(wrapped))

            assert result.outcome is Outcome.UNCHANGED

    def test_its_tags_are_registered(self) -> None:
        wrapped = {
            "taskDefinition": DOCUMENT,
            "tags": [
                {"key": "owner", "value": "billing"},
                {"key": "Octopus.Environment.Name", "value": "Test"},
                {"key": "aws:cloudformation:stack-name", "value": "shop"},
            ],
        }
        with Sandbox() as aws:
            register(aws, family="", updates="", document=json.dumps(wrapped), project="Shop")

            assert tags(aws, "invoices:1") == {"owner": "billing", "Octopus.Project.Name": "Shop"}

    def test_yaml_with_expressions_and_an_update_is_registered(self) -> None:
        document = """
            # the invoices
            family: invoices
            requiresCompatibilities: [FARGATE]
            networkMode: awsvpc
            cpu: 256
            memory: 0.5 GB
            containerDefinitions:
              - name: web
                image: #{Octopus.Action.Package[web].Image}
                essential: yes-it-is
                environment:
                  - {name: VERSION, value: 1.10}
        """.replace("yes-it-is", "true")
        with Sandbox() as aws:
            register(aws, family="", document=document)

            [definition] = described(aws, "invoices:1")["taskDefinition"]["containerDefinitions"]
            assert definition["image"] == IMAGE
            assert definition["environment"] == [{"name": "VERSION", "value": "1.10"}]


class TestKeepRevisions:
    def test_old_revisions_that_no_service_uses_become_inactive(self) -> None:
        with Sandbox() as aws:
            for _ in range(4):
                register_another(aws)

            register(aws, keep="2")

            # orders:1 is what the service runs.
            assert active(aws) == ["orders:1", "orders:5", "orders:6"]
            assert described(aws, "orders:2")["taskDefinition"]["status"] == "INACTIVE"

    def test_a_revision_that_a_service_ran_before_can_still_be_gone_back_to(self) -> None:
        with Sandbox() as aws:
            runs.run("update", aws, tag="1.8.0")
            runs.run("update", aws, tag="1.9.0")

            register(aws, keep="1")

            assert active(aws) == ["orders:1", "orders:2", "orders:3", "orders:4"]

    def test_services_of_every_cluster_on_every_page_count(self) -> None:
        with Sandbox() as aws:
            register_another(aws)
            ecs: Any = aws.clients.ecs
            network = ecs.describe_services(cluster="shop", services=["orders"])["services"][0][
                "networkConfiguration"
            ]
            for number in range(120):
                aws.add_cluster(f"cluster-{number}")
            for number in range(12):
                ecs.create_service(
                    cluster="cluster-119",
                    serviceName=f"service-{number}",
                    taskDefinition="orders:2" if number == 11 else "orders:1",
                    desiredCount=0,
                    launchType="FARGATE",
                    networkConfiguration=network,
                )
            register_another(aws)

            register(aws, keep="1")

            assert active(aws) == ["orders:1", "orders:2", "orders:4"]

    def test_nothing_is_read_where_there_are_few_revisions(self) -> None:
        with Sandbox() as aws:
            register(aws, keep="10")

            assert operations(aws) == [
                "DescribeTaskDefinition",
                "RegisterTaskDefinition",
                "ListTaskDefinitions",
            ]

    def test_nothing_is_deregistered_by_default_or_where_nothing_changed(self) -> None:
        with Sandbox() as aws:
            register_another(aws)
            register(aws)
            unchanged = register(aws, keep="1")

            assert unchanged.outcome is Outcome.UNCHANGED
            assert active(aws) == ["orders:1", "orders:2", "orders:3"]

    @pytest.mark.parametrize(
        "operation",
        [
            "ListTaskDefinitions",
            "ListClusters",
            "ListServices",
            "DescribeServices",
            "ListServiceDeployments",
            "DescribeServiceRevisions",
        ],
    )
    def test_nothing_is_deregistered_with_a_warning_where_the_use_cannot_be_read(
        self, operation: str
    ) -> None:
        denied = evolve(SCENARIOS["healthy"], faults=(Fault(operation, FaultKind.ACCESS_DENIED),))
        events: list[Reported] = []
        with Sandbox(denied) as aws:
            register_another(aws)

            result = register(aws, events, keep="1")

            assert result.outcome is Outcome.SUCCEEDED
            assert "DeregisterTaskDefinition" not in operations(aws)
        [warning] = warnings(events)
        assert f"ecs:{operation}" in warning
        assert "No old revision of orders is deregistered" in warning

    def test_a_revision_that_may_not_be_deregistered_is_named_in_a_warning(self) -> None:
        denied = Fault("DeregisterTaskDefinition", FaultKind.ACCESS_DENIED)
        events: list[Reported] = []
        with Sandbox(evolve(SCENARIOS["healthy"], faults=(denied,))) as aws:
            register_another(aws)

            result = register(aws, events, keep="1")

            assert result.outcome is Outcome.SUCCEEDED
        assert "Not deregistered: orders:2. " in warnings(events)[0]


class TestADryRun:
    def test_shows_the_difference_and_the_calls_and_makes_none(self) -> None:
        with Sandbox() as aws:
            register_another(aws)
            calls = len(changing(aws))

            text = dry_run(aws, keep="1")

            assert len(changing(aws)) == calls
        assert text == (
            f"{ARN}/orders:2 -> the next revision of orders\n"
            f"  ~ containerDefinitions[web].image: index.docker.io/acme/orders:1.4.0 -> {IMAGE}\n"
            "calls that would be made:\n"
            "  RegisterTaskDefinition orders\n"
            f"  DeregisterTaskDefinition {ARN}/orders:2\n"
        )

    def test_of_an_equal_revision_shows_no_call(self) -> None:
        with Sandbox() as aws:
            text = dry_run(aws, updates="")

        assert text.splitlines()[1:] == ["  nothing changes", "calls that would be made:", "  none"]

    def test_of_a_new_family_masks_its_environment(self) -> None:
        definition = DOCUMENT["containerDefinitions"][0] | {
            "environment": [{"name": "A", "value": "hunter2"}]
        }
        with Sandbox() as aws:
            text = dry_run(
                aws,
                family="",
                updates="",
                document=json.dumps({**DOCUMENT, "containerDefinitions": [definition]}),
            )

        assert text.startswith("no revision -> the next revision of invoices\n")
        assert "acme/invoices:1" in text
        assert "hunter2" not in text


class TestWhenOthersRegisterAtTheSameTime:
    """ECS refuses with a ClientException: "Too many concurrent attempts to create a new revision ..."."""

    def test_the_registration_is_tried_again(self) -> None:
        with Sandbox() as aws:
            contention = Contention(times=2)
            aws.session.register(REGISTRATION, contention.answer)

            result = register(aws)

            assert result.outcome is Outcome.SUCCEEDED
            assert active(aws) == ["orders:1", "orders:2"]
            assert contention.refusals == 2

    def test_the_equal_revision_of_another_process_is_used(self) -> None:
        with Sandbox() as aws:
            contention = Contention(times=1, before=lambda: register(aws))
            aws.session.register(REGISTRATION, contention.answer)

            result = register(aws)

            assert result.outputs["TaskDefinitionRevision"] == "2"
            assert active(aws) == ["orders:1", "orders:2"]


def test_a_member_that_this_botocore_does_not_know_is_refused_by_name() -> None:
    with Sandbox() as aws:
        request: Any = described(aws, "orders:1")["taskDefinition"]
        aws.ecs.register_task_definition({**request, "family": "orders", "newThing": {"a": 1}})

        with pytest.raises(DeploymentError, match="is older than its newThing") as error:
            register(aws)

    assert error.value.exit_code == 5


def test_a_denied_registration_names_the_action() -> None:
    denied = Fault("RegisterTaskDefinition", FaultKind.ACCESS_DENIED)
    with (
        Sandbox(evolve(SCENARIOS["healthy"], faults=(denied,))) as aws,
        pytest.raises(AccessDeniedError, match="Allow ecs:RegisterTaskDefinition on") as error,
    ):
        register(aws)

    assert error.value.exit_code == 4
    assert isinstance(error.value, AwsCallError)
