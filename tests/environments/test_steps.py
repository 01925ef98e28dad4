"""The guard in every step, run and dry run: what is refused is refused before the first change."""

from collections.abc import Iterator, Mapping

import pytest
from attrs import evolve

from ecs_steps import EcsStepsError, InvalidInputsError, Level, Message, WrongEnvironmentError
from ecs_steps.environments.scope import ACCOUNT_VARIABLE, CLUSTER_VARIABLE, GUARD_VARIABLE
from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import Verb
from faults.journeys import Journey, prepare_sandbox, run_journey
from faults.matrix import journeys_of

READS = ("Describe", "Get", "List", "AssumeRole")
ACCOUNT = "123456789012"
SCOPE = {
    "Octopus.Environment.Name": "Production",
    "Octopus.Deployment.Tenant.Name": "Acme",
    "Octopus.Project.Name": "Orders",
    "Octopus.Space.Name": "Default",
}
OTHERS = {"environment": "Test", "tenant": "Other", "project": "Billing", "space": "Platform"}


def _guarded() -> Iterator[Journey]:
    """Yield the first journey of each step that changes something, and of its dry run."""
    for row in STEPS:
        for verb in (Verb.RUN, Verb.DRY_RUN):
            of_verb = [each for each in journeys_of(row) if each.verb is verb]
            yield from of_verb[:1]


GUARDED = tuple(_guarded())
ON_A_CLUSTER = tuple(each for each in GUARDED if CLUSTER_VARIABLE in each.settings)


def service_of(journey: Journey) -> str:
    """Return the service that a step is about; empty for one that makes its service."""
    names = (value for name, value in journey.settings.items() if name.endswith(".ServiceName"))
    return str(next(names, ""))


def each_of(journeys: tuple[Journey, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("journey", journeys, ids=lambda each: f"{each.row.name} {each.verb}")


@pytest.fixture
def aws() -> Iterator[Sandbox]:
    with Sandbox() as aws:
        yield aws


def tag(aws: Sandbox, resource: str, **tags: str) -> None:
    """Set the tags of discovery on a cluster or a service."""
    items = [{"key": f"octopus-{key}", "value": value} for key, value in tags.items()]
    arn = f"arn:aws:ecs:{aws.region}:{ACCOUNT}:{resource}"
    aws.clients.ecs.tag_resource(resourceArn=arn, tags=items)  # type: ignore[arg-type]  # keys are literals


def error_of(journey: Journey, aws: Sandbox, settings: Mapping[str, object]) -> EcsStepsError:
    """Return the error of a journey that changes nothing."""
    try:
        run = run_journey(evolve(journey, settings={**journey.settings, **SCOPE, **settings}), aws)
    except EcsStepsError as invalid:
        return invalid
    operations = [call.operation for call in run.calls]
    assert [each for each in operations if not each.startswith(READS)] == []
    assert operations.count("DescribeClusters") <= 1
    assert run.error, run.result
    return run.error


def cluster_of(journey: Journey) -> str:
    return str(journey.settings[CLUSTER_VARIABLE])


@each_of(GUARDED)
def test_credentials_of_another_account_are_refused(journey: Journey, aws: Sandbox) -> None:
    prepare_sandbox(journey, aws)

    error = error_of(journey, aws, {ACCOUNT_VARIABLE: "111111111111"})

    # A step whose inputs name the account, in an ARN, needs no call for it.
    assert isinstance(error, (WrongEnvironmentError, InvalidInputsError))
    assert error.exit_code == 2
    assert "111111111111" in str(error)
    assert ACCOUNT in str(error)


@each_of(ON_A_CLUSTER)
def test_a_cluster_of_something_else_is_refused(journey: Journey, aws: Sandbox) -> None:
    prepare_sandbox(journey, aws)
    arn = f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/{cluster_of(journey)}"

    for kind, other in OTHERS.items():
        every = {"environment": "Production", "tenant": "Acme", "project": "Orders", "space": "Default"}
        tag(aws, f"cluster/{cluster_of(journey)}", **{**every, kind: other})

        error = error_of(journey, aws, {})

        assert isinstance(error, WrongEnvironmentError), kind
        assert f"is tagged octopus-{kind}={other}. Nothing was changed." in str(error)
    tag(aws, f"cluster/{cluster_of(journey)}", space="Default")
    assert "octopus-tenant=Acme" in str(error_of(journey, aws, {"Octopus.Deployment.Tenant.Name": ""}))
    assert isinstance(error_of(journey, aws, {CLUSTER_VARIABLE: arn}), InvalidInputsError)


@each_of(tuple(each for each in ON_A_CLUSTER if service_of(each)))
def test_a_service_of_another_environment_is_refused_in_a_cluster_of_the_right_one(
    journey: Journey, aws: Sandbox
) -> None:
    prepare_sandbox(journey, aws)
    tag(aws, f"cluster/{cluster_of(journey)}", environment="Production")
    tag(aws, f"service/{cluster_of(journey)}/{service_of(journey)}", environment="Test")

    error = error_of(journey, aws, {})

    assert f"the service {service_of(journey)} is tagged octopus-environment=Test" in str(error)


@each_of(ON_A_CLUSTER)
def test_a_cluster_of_another_environment_is_a_warning_in_mode_warn(journey: Journey, aws: Sandbox) -> None:
    prepare_sandbox(journey, aws)
    tag(aws, f"cluster/{cluster_of(journey)}", environment="Test")

    settings = {**journey.settings, **SCOPE, GUARD_VARIABLE: "Warn"}
    run = run_journey(evolve(journey, settings=settings), aws)

    assert run.error is None
    warnings = [each.text for each in run.events if isinstance(each, Message) and each.level is Level.WARNING]
    assert any("is tagged octopus-environment=Test" in text for text in warnings)


def test_every_step_with_a_cluster_or_an_account_is_among_these() -> None:
    assert {each.row.name for each in GUARDED} == {row.name for row in STEPS}
    on_a_cluster = {"deploy", "update", "deploy-revision", "continue", "abort"}
    assert {each.row.name for each in ON_A_CLUSTER} == on_a_cluster
    dry_runs = {each.row.name for each in GUARDED if each.verb is Verb.DRY_RUN}
    assert dry_runs == {row.name for row in STEPS.having(Verb.DRY_RUN)}
