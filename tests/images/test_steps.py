"""Deploy and Update write what the tags of their images mean now, or change nothing."""

from collections.abc import Iterator, Mapping

import pytest

from ecs_steps import DeployEcsServiceStep, EcsStepsError, NotFoundError, Outcome, UpdateEcsServiceStep
from ecs_steps.registry import ImageNotFoundError
from ecs_steps.sandbox import Sandbox
from ecs_steps.sandbox.registry import SandboxRegistry
from ecs_steps.sandbox.registry_server import serve_registry
from ecs_steps.steps.registry import STEPS
from explaining.runs import CLUSTERS, ECS, Step, variables
from registry.images import one_platform, two_platforms

IMAGE = two_platforms()
RESOLVE = {f"{ECS}.ResolveDigests": "True"}
READS = ("Describe", "List", "Get", "Validate")


@pytest.fixture
def registry() -> Iterator[SandboxRegistry]:
    registry = SandboxRegistry()
    with serve_registry(registry):
        yield registry


def made(step: Step, image: str, **others: object) -> DeployEcsServiceStep | UpdateEcsServiceStep:
    given = variables(step, others={**RESOLVE, **others})
    given |= {name: image for name in given if name.startswith("Octopus.Action.Package[")}
    loaded: DeployEcsServiceStep | UpdateEcsServiceStep = STEPS.named(step).step_class()(given)
    return loaded


def registered(aws: Sandbox) -> Mapping[str, str]:
    """Return the images of the latest revision, by container."""
    arns = aws.ecs.list_task_definitions({"sort": "ASC"})["taskDefinitionArns"]
    revisions = [aws.ecs.describe_task_definition({"taskDefinition": arn})["taskDefinition"] for arn in arns]
    latest = max(revisions, key=lambda each: each["registeredAt"])
    return {each["name"]: each["image"] for each in latest["containerDefinitions"]}


@pytest.mark.parametrize("step", ["deploy", "update"])
def test_the_image_is_registered_by_its_digest(step: Step, registry: SandboxRegistry) -> None:
    IMAGE.put(registry, "team/web", "2.0.0")
    with Sandbox() as aws:
        aws.add_cluster(CLUSTERS[step])

        result = made(step, f"{registry.host}/team/web:2.0.0").run(
            aws=aws.clients, clock=aws.clock, report=lambda _: None
        )

        assert result.outcome is Outcome.SUCCEEDED
        assert registered(aws)["web"] == f"{registry.host}/team/web@{IMAGE.digest}"


@pytest.mark.parametrize(
    ("tag", "error"),
    [("9.9.9", ImageNotFoundError), ("arm", NotFoundError)],
    ids=["no such image", "another platform"],
)
@pytest.mark.parametrize("step", ["deploy", "update"])
def test_an_image_that_could_not_run_is_refused_before_anything_is_changed(
    step: Step, tag: str, error: type[EcsStepsError], registry: SandboxRegistry
) -> None:
    one_platform().put(registry, "team/web", "arm")
    with Sandbox() as aws:
        aws.add_cluster(CLUSTERS[step])

        with pytest.raises(error) as raised:
            made(step, f"{registry.host}/team/web:{tag}").run(
                aws=aws.clients, clock=aws.clock, report=lambda _: None
            )

        assert raised.value.exit_code == 3
        assert [call.operation for call in aws.calls if not call.operation.startswith(READS)] == []


def test_a_dry_run_of_an_update_shows_the_digest(registry: SandboxRegistry) -> None:
    IMAGE.put(registry, "team/web", "2.0.0")
    step = made("update", f"{registry.host}/team/web:2.0.0")
    assert isinstance(step, UpdateEcsServiceStep)
    with Sandbox() as aws:
        shown = str(step.dry_run(aws=aws.clients, clock=aws.clock, report=lambda _: None))

    assert f"@{IMAGE.digest}" in shown


@pytest.mark.parametrize("step", ["deploy", "update"])
def test_the_policy_allows_an_image_in_ecr_to_be_read(step: Step) -> None:
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web:1"
    policies = [
        made(step, image).iam_policy(),
        made(step, image, **{f"{ECS}.ResolveDigests": "False"}).iam_policy(),
    ]

    sids = [{statement["Sid"] for statement in policy["Statement"]} for policy in policies]
    assert sids[0] - sids[1] == {"LogInToEcr", "ReadImages"}
