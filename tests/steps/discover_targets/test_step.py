import io
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ecs_steps import (
    DiscoverEcsTargetsStep,
    InvalidInputsError,
    Level,
    Message,
    Outcome,
    Reported,
    Result,
    TargetFound,
    WrongEnvironmentError,
)
from ecs_steps.aws.clusters import MAX_DESCRIBED
from ecs_steps.sandbox import Fault, FaultKind, Sandbox
from ecs_steps.script_step import ScriptHost, run_script_step
from script_host.service_messages import parse
from steps.discover_targets.targets import DISCOVERY, TAGS, VARIABLES, add_cluster


def discover(aws: Sandbox, events: list[Reported] | None = None, **settings: object) -> Result:
    named = {f"{DISCOVERY}.{name}": value for name, value in settings.items()}
    step = DiscoverEcsTargetsStep({**VARIABLES, **named})
    report = events.append if events is not None else (lambda _: None)
    return step.run(aws=aws.clients, clock=aws.clock, report=report)


def said(events: list[Reported], level: Level) -> list[str]:
    return [event.text for event in events if isinstance(event, Message) and event.level is level]


def test_a_cluster_with_the_tags_is_reported_as_a_target() -> None:
    events: list[Reported] = []
    with Sandbox() as aws:
        add_cluster(aws, "shop-test", {**TAGS, "octopus-tenantedDeploymentMode": "Tenanted"})
        result = discover(aws, events, AccountName="accounts-7", WorkerPool="WorkerPools-2")

    assert result.outcome is Outcome.SUCCEEDED
    assert result.outputs["TargetNames"] == "aws-ecs/eu-west-1/shop-test"
    assert [event for event in events if isinstance(event, TargetFound)] == [
        TargetFound(
            name="aws-ecs/eu-west-1/shop-test",
            cluster="shop-test",
            region="eu-west-1",
            roles=("ecs-orders",),
            tenanted_mode="Tenanted",
            account="accounts-7",
            worker_pool="WorkerPools-2",
        )
    ]


def test_of_a_cluster_that_is_no_target_the_reasons_are_said() -> None:
    events: list[Reported] = []
    with Sandbox.empty() as aws:
        add_cluster(aws, "billing", {"octopus-environment": "Production"})
        result = discover(aws, events)

    assert result.outputs["TargetNames"] == ""
    [reasons] = said(events, Level.INFO)
    assert reasons.splitlines() == [
        "Cluster billing in eu-west-1 is no target:",
        "it has no tag octopus-role; wanted is ecs-orders",
        "its tag octopus-environment is Production; wanted is Test",
    ]
    [warning] = said(events, Level.WARNING)
    assert warning == (
        "No target was found in eu-west-1. A target has the tags octopus-environment=Test and "
        "octopus-role=ecs-orders."
    )


def test_a_cluster_that_was_deleted_is_passed_over_in_silence() -> None:
    events: list[Reported] = []
    with Sandbox.empty() as aws:
        add_cluster(aws, "shop-test")
        add_cluster(aws, "shop-old")
        aws.ecs.delete_cluster({"cluster": "shop-old"})
        result = discover(aws, events)

    assert result.outputs["TargetNames"] == "aws-ecs/eu-west-1/shop-test"
    assert not any("shop-old" in text for text in said(events, Level.INFO))


def test_the_clusters_of_each_region_are_found_each_region_once() -> None:
    with Sandbox() as aws:
        add_cluster(aws, "shop-test")
        add_cluster(aws, "shop-test", region="eu-central-1")
        result = discover(aws, Regions="eu-west-1, eu-central-1\neu-west-1")

    assert result.outputs["TargetNames"] == "aws-ecs/eu-west-1/shop-test,aws-ecs/eu-central-1/shop-test"


def test_a_region_that_fails_is_a_warning_and_the_others_are_searched() -> None:
    events: list[Reported] = []
    with Sandbox() as aws:
        add_cluster(aws, "shop-test", region="eu-central-1")
        aws.faults.apply(Fault("ListClusters", FaultKind.ACCESS_DENIED, at=range(1)))
        result = discover(aws, events, Regions="eu-west-1, eu-central-1")

    assert result.outputs["TargetNames"] == "aws-ecs/eu-central-1/shop-test"
    [warning] = said(events, Level.WARNING)
    assert warning.startswith("Region eu-west-1 was not searched. ListClusters was denied")
    assert "Allow ecs:ListClusters" in warning


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        (FaultKind.EXPIRED_TOKEN, "The credentials have expired"),
        (FaultKind.CONNECTION_REFUSED, "Check the endpoint URL, the region"),
        (FaultKind.INTERNAL_ERROR, "ListClusters"),
    ],
)
def test_however_all_regions_fail_the_step_does_not(kind: FaultKind, advice: str) -> None:
    events: list[Reported] = []
    with Sandbox() as aws:
        aws.faults.apply(Fault("ListClusters", kind))
        result = discover(aws, events, Regions="eu-west-1, eu-central-1")

    *others, none = said(events, Level.WARNING)
    first, second = (text for text in others if text.startswith("Region "))
    assert result.outcome is Outcome.SUCCEEDED
    assert first.startswith("Region eu-west-1 was not searched. ")
    assert second.startswith("Region eu-central-1 was not searched. ")
    assert advice in first
    assert none.startswith("No target was found in eu-west-1, eu-central-1.")


def test_more_clusters_than_one_call_describes_are_all_found() -> None:
    count = MAX_DESCRIBED + 5
    with Sandbox.empty() as aws:
        for number in range(count):
            add_cluster(aws, f"shop-{number}")
        result = discover(aws)
        operations = [call.operation for call in aws.calls]

    assert len(result.outputs["TargetNames"].split(",")) == count
    assert operations.count("DescribeClusters") == 2


def test_nothing_is_changed() -> None:
    with Sandbox() as aws:
        add_cluster(aws, "shop-test")
        discover(aws)

        assert {call.operation for call in aws.calls} == {"ListClusters", "DescribeClusters"}


def test_credentials_of_another_account_than_the_expected_one_are_refused() -> None:
    step = DiscoverEcsTargetsStep({**VARIABLES, "Octopus.Action.Aws.ExpectedAccount": "111111111111"})

    with Sandbox() as aws, pytest.raises(WrongEnvironmentError):
        step.run(aws=aws.clients, clock=aws.clock, report=lambda _: None)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"Octopus.Environment.Name": ""}, "Octopus.Environment.Name: is required"),
        ({f"{DISCOVERY}.Roles": ""}, f"{DISCOVERY}.Roles: is required"),
        ({f"{DISCOVERY}.Roles": " , "}, f"{DISCOVERY}.Roles: expected at least one name"),
        ({f"{DISCOVERY}.Regions": "Ireland"}, "expected an AWS region, such as eu-west-1"),
        ({f"{DISCOVERY}.MessageForm": "Kubernetes"}, "MessageForm"),
    ],
)
def test_what_is_missing_or_wrong_is_named(settings: dict[str, str], problem: str) -> None:
    with pytest.raises(InvalidInputsError) as caught:
        DiscoverEcsTargetsStep({**VARIABLES, **settings})

    assert problem in str(caught.value)


class TestInAScriptStep:
    """The message that makes a target is written by the script step alone."""

    NATIVE = (
        "name octopusRoles updateIfExisting isDynamic clusterName clusterRegion useInstanceRole assumeRole"
    )

    def messages(
        self, tmp_path: Path, tags: Mapping[str, str] | None = None, /, **parameters: str
    ) -> list[tuple[str, dict[str, str]]]:
        stdout = io.StringIO()
        given = {str(name): str(value) for name, value in VARIABLES.items()}
        given |= {f"EcsDiscover.{name}": value for name, value in parameters.items()}
        with Sandbox() as aws:
            add_cluster(aws, "shop-test", tags or {**TAGS, "octopus-tenantedDeploymentMode": "Tenanted"})
            code = run_script_step(
                "EcsDiscover",
                given,
                aws=aws.clients,
                clock=aws.clock,
                host=ScriptHost(stdout=stdout, folder=tmp_path),
            )
        assert code == 0
        return [(name, dict(given)) for name, given in parse(stdout.getvalue().encode("ascii")).targets]

    def test_has_the_attributes_of_octopus_own_discovery_in_their_order(self, tmp_path: Path) -> None:
        [(name, attributes)] = self.messages(
            tmp_path,
            AccountName="accounts-7",
            WorkerPool="WorkerPools-2",
            AssumedRoleArn="arn:aws:iam::123456789012:role/deployer",
            AssumedRoleSession="orders",
            AssumedRoleSessionDurationSeconds="900",
            AssumedRoleExternalId="shop",
        )

        assert name == "create-aws-ecs-target"
        assert list(attributes.items()) == [
            ("name", "aws-ecs/eu-west-1/shop-test"),
            ("octopusRoles", "ecs-orders"),
            ("updateIfExisting", "True"),
            ("isDynamic", "True"),
            ("tenantedDeploymentParticipation", "Tenanted"),
            ("octopusAccountIdOrName", "accounts-7"),
            ("clusterName", "shop-test"),
            ("octopusDefaultWorkerPoolIdOrName", "WorkerPools-2"),
            ("clusterRegion", "eu-west-1"),
            ("useInstanceRole", "False"),
            ("assumeRole", "True"),
            ("assumeRoleArn", "arn:aws:iam::123456789012:role/deployer"),
            ("assumeRoleSession", "orders"),
            ("assumeRoleSessionDurationSeconds", "900"),
            ("assumeRoleExternalId", "shop"),
        ]

    def test_leaves_out_what_is_not_there(self, tmp_path: Path) -> None:
        [(_, attributes)] = self.messages(tmp_path, TAGS)

        assert list(attributes) == self.NATIVE.split()
        assert (attributes["useInstanceRole"], attributes["assumeRole"]) == ("True", "False")

    @pytest.mark.parametrize(
        ("parameters", "authentication"),
        [
            ({}, {"credentials": {"type": "worker"}, "role": {"type": "noAssumedRole"}}),
            (
                {
                    "AccountName": "accounts-7",
                    "AssumedRoleArn": "arn:aws:iam::123456789012:role/deployer",
                    "AssumedRoleSession": "orders",
                    "AssumedRoleSessionDurationSeconds": "900",
                    "AssumedRoleExternalId": "shop",
                },
                {
                    "credentials": {"type": "account", "account": "accounts-7"},
                    "role": {
                        "type": "assumeRole",
                        "arn": "arn:aws:iam::123456789012:role/deployer",
                        "sessionName": "orders",
                        "sessionDuration": 900,
                        "externalId": "shop",
                    },
                },
            ),
        ],
    )
    def test_is_that_of_a_step_package_for_older_servers(
        self, parameters: dict[str, str], authentication: dict[str, object], tmp_path: Path
    ) -> None:
        [(name, attributes)] = self.messages(
            tmp_path, MessageForm="StepPackage", WorkerPool="WorkerPools-2", **parameters
        )

        inputs = json.loads(attributes.pop("inputs"))
        assert name == "createStepPackageTarget"
        assert attributes == {
            "name": "aws-ecs/eu-west-1/shop-test",
            "targetId": "aws-ecs-target",
            "octopusRoles": "ecs-orders",
            "octopusDefaultWorkerPoolIdOrName": "WorkerPools-2",
            "updateIfExisting": "True",
        }
        assert inputs == {
            "clusterName": "shop-test",
            "region": "eu-west-1",
            "authentication": authentication,
        }
