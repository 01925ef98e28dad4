"""Each step that writes images writes what their tags mean now, or changes nothing."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ecs_steps import (
    DeployEcsServiceStep,
    EcsStepsError,
    InvalidInputsError,
    NotFoundError,
    Outcome,
    RegisterEcsTaskDefinitionStep,
    Result,
    UpdateEcsServiceStep,
)
from ecs_steps.registry.errors import ImageNotFoundError, RegistryUnauthorizedError
from ecs_steps.sandbox import Sandbox
from ecs_steps.sandbox.registry import SandboxRegistry
from ecs_steps.sandbox.registry_server import serve_registry
from ecs_steps.steps.registry import STEPS
from explaining.runs import CLUSTERS, ECS, variables
from registry.images import one_platform, two_platforms

IMAGE = two_platforms()
RESOLVE = {f"{ECS}.ResolveDigests": "True"}
READS = ("Describe", "List", "Get", "Validate")
NAMES = ("deploy", "update", "register")
UPDATES = [{"containerName": "web", "packageReference": "web"}]
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"

ImageStep = DeployEcsServiceStep | UpdateEcsServiceStep | RegisterEcsTaskDefinitionStep


@pytest.fixture
def registry() -> Iterator[SandboxRegistry]:
    registry = SandboxRegistry()
    with serve_registry(registry):
        yield registry


def made(name: str, image: str, **others: object) -> ImageStep:
    given: dict[str, object]
    match name:
        case "deploy" | "update":
            given = variables(name)
        case _:
            updates = f"{ECS}.TaskDefinition.ContainerUpdates"
            given = {f"{ECS}.TaskDefinition.Family": "orders", updates: UPDATES}
    given |= {"Octopus.Action.Package[web].Image": image, **RESOLVE, **others}
    given |= {each: image for each in given if re.fullmatch(r"Octopus\.Action\.Package\[.*\]\.Image", each)}
    step: ImageStep = STEPS.named(name).step_class()(given)
    return step


def run(step: ImageStep, aws: Sandbox) -> Result:
    aws.add_cluster(CLUSTERS["deploy"])
    return step.run(aws=aws.clients, clock=aws.clock, report=lambda _: None)


def registered(aws: Sandbox) -> Mapping[str, str]:
    """Return the images of the latest revision, by container."""
    arns = aws.ecs.list_task_definitions({"sort": "ASC"})["taskDefinitionArns"]
    revisions = [aws.ecs.describe_task_definition({"taskDefinition": arn})["taskDefinition"] for arn in arns]
    latest = max(revisions, key=lambda each: each["registeredAt"])
    return {each["name"]: each["image"] for each in latest["containerDefinitions"]}


def document(**images: str) -> dict[str, Any]:
    definitions = [{"name": name, "image": image, "memory": 128} for name, image in images.items()]
    return {"family": "invoices", "containerDefinitions": definitions}


@pytest.mark.parametrize("name", NAMES)
def test_the_image_is_registered_by_its_digest(name: str, registry: SandboxRegistry) -> None:
    IMAGE.put(registry, "team/web", "2.0.0")
    with Sandbox() as aws:
        result = run(made(name, f"{registry.host}/team/web:2.0.0"), aws)

        assert result.outcome is Outcome.SUCCEEDED
        assert registered(aws)["web"] == f"{registry.host}/team/web@{IMAGE.digest}"


@pytest.mark.parametrize("name", NAMES)
def test_an_image_of_a_closed_registry_is_read_with_the_login_of_its_feed(
    name: str, registry: SandboxRegistry
) -> None:
    IMAGE.put(registry, "team/web", "2.0.0")
    registry.login = ("octopus", "hunter2")
    image = f"{registry.host}/team/web:2.0.0"
    parts = {"Registry": registry.host, "Feed.UserName": "octopus", "Feed.Password": "hunter2"}
    with Sandbox() as aws:
        with pytest.raises(RegistryUnauthorizedError):
            run(made(name, image), aws)

        run(made(name, image, **{f"Octopus.Action.Package[web].{part}": parts[part] for part in parts}), aws)

        assert registered(aws)["web"] == f"{registry.host}/team/web@{IMAGE.digest}"


@pytest.mark.parametrize(
    ("tag", "error"),
    [("9.9.9", ImageNotFoundError), ("arm", NotFoundError)],
    ids=["no such image", "another platform"],
)
@pytest.mark.parametrize("name", NAMES)
def test_an_image_that_could_not_run_is_refused_before_anything_is_changed(
    name: str, tag: str, error: type[EcsStepsError], registry: SandboxRegistry
) -> None:
    one_platform().put(registry, "team/web", "arm")
    with Sandbox() as aws:
        with pytest.raises(error) as raised:
            run(made(name, f"{registry.host}/team/web:{tag}"), aws)

        assert raised.value.exit_code == 3
        assert [call.operation for call in aws.calls if not call.operation.startswith(READS)] == []


@pytest.mark.parametrize("image", ["acme/web:", "acme/web@sha256:abc", "@sha256:abc", "acme/Web:1"])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_image_is_an_input_error(name: str, image: str) -> None:
    with pytest.raises(InvalidInputsError, match="expected the full name of an image"):
        made(name, image)


def test_a_tag_that_means_another_image_by_now_is_registered_again(registry: SandboxRegistry) -> None:
    step = made("register", f"{registry.host}/team/web:2.0.0")
    with Sandbox() as aws:
        IMAGE.put(registry, "team/web", "2.0.0")
        outcomes = [run(step, aws).outcome, run(step, aws).outcome]
        two_platforms(seed=1).put(registry, "team/web", "2.0.0")
        outcomes.append(run(step, aws).outcome)

    assert outcomes == [Outcome.SUCCEEDED, Outcome.UNCHANGED, Outcome.SUCCEEDED]


def test_the_images_of_a_document_are_pinned_but_for_those_that_the_release_replaces(
    registry: SandboxRegistry,
) -> None:
    IMAGE.put(registry, "team/web", "2.0.0")
    image = f"{registry.host}/team/web:2.0.0"
    given = {
        f"{ECS}.TaskDefinition.Family": "",
        f"{ECS}.TaskDefinition.Document": document(web="acme/replaced:0", proxy=image),
    }
    with Sandbox() as aws:
        run(made("register", image, **given), aws)

        pinned = f"{registry.host}/team/web@{IMAGE.digest}"
        assert registered(aws) == {"web": pinned, "proxy": pinned}


@pytest.mark.parametrize("name", ["update", "register"])
def test_a_dry_run_shows_the_digest(name: str, registry: SandboxRegistry) -> None:
    IMAGE.put(registry, "team/web", "2.0.0")
    step = made(name, f"{registry.host}/team/web:2.0.0")
    with Sandbox() as aws:
        shown = str(step.dry_run(aws=aws.clients, clock=aws.clock, report=lambda _: None))

    assert f"@{IMAGE.digest}" in shown


@pytest.mark.parametrize("name", NAMES)
def test_the_policy_allows_an_image_in_ecr_to_be_read(name: str) -> None:
    image = f"{ECR}/team/web:1"
    policies = [
        made(name, image).iam_policy(),
        made(name, image, **{f"{ECS}.ResolveDigests": "False"}).iam_policy(),
    ]

    sids = [{statement["Sid"] for statement in policy["Statement"]} for policy in policies]
    assert sids[0] - sids[1] == {"LogInToEcr", "ReadImages"}


def test_the_policy_names_the_repositories_of_a_document_that_are_read() -> None:
    images = {"web": f"{ECR}/replaced:0", "proxy": f"{ECR}/proxy:1", "log": "acme/log:1"}
    given = {f"{ECS}.TaskDefinition.Document": document(**images)}

    policy = made("register", f"{ECR}/team/web:1", **given).iam_policy()

    [read] = [each for each in policy["Statement"] if each["Sid"] == "ReadImages"]
    assert {arn.partition(":repository/")[2] for arn in read["Resource"]} == {"team/web", "proxy"}
