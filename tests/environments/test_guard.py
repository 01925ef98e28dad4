"""The guard's decisions, row by row."""

from collections.abc import Mapping

import attrs
import pytest

from ecs_steps import (
    AccessDeniedError,
    EcsStepsError,
    InvalidInputsError,
    Level,
    Message,
    NotFoundError,
    Reported,
    UpdateEcsServiceStep,
    WrongEnvironmentError,
)
from ecs_steps.aws.ecs import describe_service
from ecs_steps.context import DeploymentContext
from ecs_steps.environments.guard import check_environment
from ecs_steps.environments.scope import DeploymentScope, Guard, GuardMode
from ecs_steps.octopus.inputs.types import EcsName, Family
from ecs_steps.sandbox import Fault, FaultKind, Sandbox
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import StepRow
from explaining.runs import variables
from permissions.policies import example

ECS = "Octopus.Action.Aws.Ecs"
PRODUCTION = {"environment": "Production"}
ALL = {"environment": "Production", "tenant": "Acme", "project": "Orders", "space": "Default"}

# The deployment's scope, tags of the service and of the cluster, and what mode Refuse and mode Warn do.
DECISIONS = [
    (PRODUCTION, {}, {"octopus-environment": "production"}, "go", "go"),
    (PRODUCTION, {}, {"octopus-environment": " Production "}, "go", "go"),
    (PRODUCTION, {}, {"Octopus-Environment": "PRODUCTION"}, "go", "go"),
    (PRODUCTION, {}, {"octopus-environment": "Staging"}, "error", "warning"),
    (PRODUCTION, {"octopus-environment": "Staging"}, {}, "error", "warning"),
    (PRODUCTION, {"octopus-environment": "Production"}, {"octopus-environment": "Staging"}, "go", "go"),
    (
        PRODUCTION,
        {"octopus-environment": "Staging"},
        {"octopus-environment": "Production"},
        "error",
        "warning",
    ),
    (PRODUCTION, {"Octopus.Environment.Name": "Staging"}, {}, "warning", "warning"),
    (PRODUCTION, {"Octopus.Environment.Name": "Production"}, {}, "go", "go"),
    (PRODUCTION, {"Octopus.Environment.Name": "Staging"}, {"octopus-environment": "Production"}, "go", "go"),
    (PRODUCTION, {}, {"Octopus.Environment.Name": "Staging"}, "go", "go"),
    (PRODUCTION, {}, {}, "go", "go"),
    (PRODUCTION, {"octopus-environment": " "}, {"octopus-environment": "Production"}, "go", "go"),
    (PRODUCTION, {"octopus-environment": " "}, {"octopus-environment": "Staging"}, "error", "warning"),
    ({}, {"octopus-environment": "Staging"}, {"octopus-environment": "Test"}, "go", "go"),
    (ALL, {}, {"octopus-tenant": "Other"}, "error", "warning"),
    (ALL, {}, {"octopus-tenant": "acme"}, "go", "go"),
    (PRODUCTION, {}, {"octopus-tenant": "Acme"}, "error", "warning"),
    (ALL, {"Octopus.Deployment.Tenant.Name": "Other"}, {}, "warning", "warning"),
    (ALL, {}, {"octopus-project": "Billing"}, "error", "warning"),
    (ALL, {}, {"octopus-project": "orders"}, "go", "go"),
    (PRODUCTION, {}, {"octopus-project": "Billing"}, "go", "go"),
    (ALL, {}, {"octopus-space": "Other"}, "error", "warning"),
    (PRODUCTION, {}, {"octopus-space": "Other"}, "go", "go"),
    ({"environment": "Größe (1)"}, {}, {"octopus-environment": "Gre 1"}, "go", "go"),
    ({"environment": "Größe"}, {}, {"octopus-environment": "größe"}, "go", "go"),
    ({"environment": "生産"}, {}, {"octopus-environment": "Staging"}, "error", "warning"),
]


def tag(aws: Sandbox, resource: str, tags: Mapping[str, str]) -> None:
    arn = f"arn:aws:ecs:{aws.region}:123456789012:{resource}"
    if tags:
        aws.ecs.tag_resource(
            {"resourceArn": arn, "tags": [{"key": key, "value": value} for key, value in tags.items()]}
        )


def context_of(aws: Sandbox, events: list[Reported]) -> DeploymentContext:
    return DeploymentContext(aws=aws.clients, clock=aws.clock, report=events.append, deadline=None)


def decision(guard: Guard, service_tags: Mapping[str, str], cluster_tags: Mapping[str, str]) -> str:
    events: list[Reported] = []
    with Sandbox() as aws:
        tag(aws, "cluster/shop", cluster_tags)
        tag(aws, "service/shop/orders", service_tags)
        service = describe_service(aws.clients, "shop", "orders", with_tags=True)
        try:
            check_environment(guard, context_of(aws, events), service=service)
        except WrongEnvironmentError:
            return "error"
        reads = [call.operation for call in aws.calls]
    assert reads.count("DescribeClusters") <= 1
    return "warning" if warnings(events) else "go"


def warnings(events: list[Reported]) -> list[str]:
    return [each.text for each in events if isinstance(each, Message) and each.level is Level.WARNING]


@pytest.mark.parametrize(("scope", "service", "cluster", "refuse", "warn"), DECISIONS)
def test_the_decision_is_that_of_its_row(
    scope: dict[str, str], service: dict[str, str], cluster: dict[str, str], refuse: str, warn: str
) -> None:
    modes = {GuardMode.REFUSE: refuse, GuardMode.WARN: warn, GuardMode.OFF: "go"}
    for mode, expected in modes.items():
        guard = Guard(mode=mode, scope=DeploymentScope(**scope), cluster="shop")
        assert decision(guard, service, cluster) == expected, mode


@pytest.mark.parametrize(
    ("mode", "account", "expected"),
    [
        (GuardMode.REFUSE, "123456789012", "go"),
        (GuardMode.REFUSE, "111111111111", "error"),
        (GuardMode.WARN, "111111111111", "error"),
        (GuardMode.OFF, "111111111111", "go"),
    ],
)
def test_another_account_is_an_error_in_every_mode_but_off(
    mode: GuardMode, account: str, expected: str
) -> None:
    assert decision(Guard(mode=mode, expected_account=account, cluster="shop"), {}, {}) == expected


@pytest.mark.parametrize("mode", [GuardMode.REFUSE, GuardMode.WARN])
def test_a_cluster_of_another_region_is_an_input_error(mode: GuardMode) -> None:
    cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/shop"

    with pytest.raises(InvalidInputsError, match=r"is in us-east-1, and this step runs in eu-west-1"):
        decision(Guard(mode=mode, cluster=cluster), {}, {})


def test_the_error_gives_both_sides_and_three_ways_out() -> None:
    with Sandbox() as aws:
        aws.add_cluster("shop-test")
        tag(aws, "cluster/shop-test", {"octopus-environment": "Test"})
        guard = Guard(scope=DeploymentScope(environment="Production"), cluster="shop-test")

        with pytest.raises(WrongEnvironmentError) as caught:
            check_environment(guard, context_of(aws, []))

    assert str(caught.value) == (
        "This deployment is for Production, but the cluster shop-test is tagged octopus-environment=Test. "
        "Nothing was changed. Deploy to a cluster of Production, correct the tag, or set "
        "Octopus.Action.Aws.Ecs.EnvironmentGuard to Warn."
    )
    assert (caught.value.expected, caught.value.found) == ("Production", "octopus-environment=Test")
    assert caught.value.exit_code == 2


def test_a_service_last_deployed_for_another_environment_is_named() -> None:
    events: list[Reported] = []
    with Sandbox() as aws:
        tag(aws, "service/shop/orders", {"Octopus.Environment.Name": "Staging"})
        service = describe_service(aws.clients, "shop", "orders", with_tags=True)
        guard = Guard(scope=DeploymentScope(**PRODUCTION), cluster="shop")
        check_environment(guard, context_of(aws, events), service=service)

    assert warnings(events) == [
        "This deployment is for Production, and the service orders was last deployed for Staging."
    ]


@pytest.mark.parametrize("operation", ["DescribeClusters", "GetCallerIdentity"])
def test_a_read_that_is_denied_is_refused_with_its_action_or_warned_of(operation: str) -> None:
    for mode in (GuardMode.REFUSE, GuardMode.WARN):
        events: list[Reported] = []
        guard = Guard(
            mode=mode,
            scope=DeploymentScope(**PRODUCTION),
            cluster="shop",
            expected_account="123456789012",
        )
        with Sandbox() as aws:
            aws.faults.apply(Fault(operation, FaultKind.ACCESS_DENIED))
            error: EcsStepsError | None = None
            try:
                check_environment(guard, context_of(aws, events))
            except AccessDeniedError as denied:
                error = denied

        text = str(error) if mode is GuardMode.REFUSE else "\n".join(warnings(events))
        assert f":{operation}" in text
        assert (error is not None) == (mode is GuardMode.REFUSE)


def test_a_denied_read_of_the_cluster_stops_no_deployment_without_an_environment() -> None:
    with Sandbox() as aws:
        aws.faults.apply(Fault("DescribeClusters", FaultKind.ACCESS_DENIED))

        check_environment(Guard(cluster="shop"), context_of(aws, []))

    assert [call.operation for call in aws.calls] == ["DescribeClusters"]


def test_a_cluster_that_was_deleted_is_named_with_its_status() -> None:
    with Sandbox() as aws:
        aws.add_cluster("old")
        aws.ecs.delete_cluster({"cluster": "old"})
        with pytest.raises(NotFoundError, match="it is INACTIVE in account 123456789012"):
            check_environment(Guard(cluster="old"), context_of(aws, []))


@pytest.mark.parametrize("name", ["nowhere", "sho", "arn:aws:ecs:eu-west-1:123456789012:cluster/nowhere"])
def test_a_cluster_that_does_not_exist_is_named_with_its_account_and_region(name: str) -> None:
    with (
        Sandbox() as aws,
        pytest.raises(
            NotFoundError, match="no cluster of that name in account 123456789012, region eu-west-1"
        ),
    ):
        check_environment(Guard(cluster=name), context_of(aws, []))


@pytest.mark.parametrize("name", ["-web", "web-", "production--web"])
@pytest.mark.parametrize("field", ["ServiceName", "TargetTaskDefinitionName"])
def test_a_name_with_an_empty_part_is_an_input_error_by_mode(name: str, field: str) -> None:
    named = {f"{ECS}.Update.{field}": name, "Octopus.Environment.Name": "Production"}

    with pytest.raises(InvalidInputsError, match=f"{field}: has an empty part: .* no value in Production"):
        UpdateEcsServiceStep(variables("update", others=named))

    warned = UpdateEcsServiceStep(variables("update", others={**named, f"{ECS}.EnvironmentGuard": "Warn"}))
    assert [problem.path.rpartition(".")[2] for problem in warned.warnings] == [field]
    off = UpdateEcsServiceStep(variables("update", others={**named, f"{ECS}.EnvironmentGuard": "Off"}))
    assert off.warnings == ()


NAMES = [
    pytest.param(row, field.metadata["variable"].name, id=f"{row.name} {field.name}")
    for row in STEPS
    for field in attrs.fields(row.inputs_class())
    if field.type in (EcsName, Family)
]


@pytest.mark.parametrize(("row", "name"), NAMES)
def test_every_name_in_ecs_is_checked_for_empty_parts(row: StepRow, name: str) -> None:
    with pytest.raises(InvalidInputsError) as caught:
        row.read({**example(row.name), name: "web-"})

    assert any(line.startswith(f"{name}: has an empty part: 'web-'") for line in caught.value.lines)


def test_nothing_that_contradicts_is_said_once_where_debug_messages_are_shown() -> None:
    events: list[Reported] = []
    with Sandbox() as aws:
        check_environment(Guard(scope=DeploymentScope(**PRODUCTION), cluster="shop"), context_of(aws, events))

    assert [(each.level, each.text) for each in events if isinstance(each, Message)] == [
        (Level.VERBOSE, "No tag contradicts a deployment for Production.")
    ]


def test_a_name_that_still_holds_an_expression_is_an_input_error_that_names_the_environment() -> None:
    others = {
        f"{ECS}.Update.ServiceName": "#{ServiceName}",
        "Octopus.Environment.Name": "Production",
    }

    with pytest.raises(InvalidInputsError) as caught:
        UpdateEcsServiceStep(variables("update", others=others))

    assert caught.value.lines == [
        f"{ECS}.Update.ServiceName: no variable gives #{{ServiceName}} a value; is it scoped to Production?"
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"Octopus.Action.Aws.Region": "eu-west-1"},
            "ClusterName: is in us-east-1, and this step runs in eu-west-1",
        ),
        (
            {"Octopus.Action.Aws.ExpectedAccount": "111111111111"},
            "ClusterName: is in account 123456789012, not in 111111111111",
        ),
    ],
)
def test_an_arn_of_another_place_is_an_input_error(settings: dict[str, str], message: str) -> None:
    cluster = {f"{ECS}.ClusterName": "arn:aws:ecs:us-east-1:123456789012:cluster/shop"}

    with pytest.raises(InvalidInputsError, match=message):
        UpdateEcsServiceStep(variables("update", others={**cluster, **settings}))
