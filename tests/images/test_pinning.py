"""Images by digest: what is written, and what is refused before AWS is called."""

from collections.abc import Iterator, Mapping

import pytest
from attrs import frozen

from ecs_steps.context import DeploymentContext
from ecs_steps.errors import EcsStepsError, NotFoundError
from ecs_steps.image_reference import InvalidReferenceError, parse_reference
from ecs_steps.images.pinning import Pinning, platform_of_task, task_platform
from ecs_steps.images.registries import Registries, is_feed_of
from ecs_steps.octopus.inputs.shared_inputs import Feed
from ecs_steps.registry.errors import ImageNotFoundError
from ecs_steps.registry.manifest import Platform
from ecs_steps.sandbox import Sandbox
from ecs_steps.sandbox.registry import SandboxRegistry
from ecs_steps.sandbox.registry_server import serve_registry
from registry.images import MANIFEST, example, manifest_of, one_platform, two_platforms

IMAGE = two_platforms()
ARM64 = one_platform()
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


@frozen
class Fixture:
    aws: Sandbox
    registry: SandboxRegistry

    def pinning(self, platform: Platform | None = None, feeds: Mapping[str, Feed] | None = None) -> Pinning:
        context = DeploymentContext(
            aws=self.aws.clients, clock=self.aws.clock, report=lambda _: None, deadline=None
        )
        return Pinning(registries=Registries(context), platform=platform, feeds=feeds or {})

    def image(self, suffix: str = ":1.4.0") -> str:
        return f"{self.registry.host}/team/web{suffix}"


@pytest.fixture
def fixture() -> Iterator[Fixture]:
    registry = SandboxRegistry()
    with Sandbox() as aws, serve_registry(registry):
        IMAGE.put(registry, "team/web", "1.4.0", "latest")
        ARM64.put(registry, "team/web", "arm")
        yield Fixture(aws, registry)


@pytest.mark.parametrize("suffix", [":1.4.0", ""])
def test_a_tag_is_written_as_the_digest_that_it_has_now(fixture: Fixture, suffix: str) -> None:
    assert fixture.pinning().pin(fixture.image(suffix)) == fixture.image(f"@{IMAGE.digest}")
    assert fixture.aws.calls == []


@pytest.mark.parametrize("tag", ["", ":1.4.0"])
def test_a_digest_stays_as_it_is_where_the_image_exists(fixture: Fixture, tag: str) -> None:
    image = fixture.image(f"{tag}@{IMAGE.digest}")

    assert fixture.pinning().pin(image) == image


def test_an_image_of_several_containers_is_read_once(fixture: Fixture) -> None:
    pinning = fixture.pinning()
    pinning.pin(fixture.image())
    read = len(fixture.registry.requests)

    pinning.pin(fixture.image())

    assert len(fixture.registry.requests) == read


def test_an_image_in_ecr_is_read_with_a_token(fixture: Fixture) -> None:
    pinned = fixture.pinning().pin(f"{ECR}/staging/web:1.4.0")

    assert pinned == f"{ECR}/staging/web@{fixture.aws.images.tags['staging/web', '1.4.0']}"
    assert [call.operation for call in fixture.aws.calls] == ["GetAuthorizationToken"]


def test_an_image_of_a_feed_is_read_with_its_login(fixture: Fixture) -> None:
    fixture.registry.login = ("octopus", "hunter2")
    feed = Feed(registry=fixture.registry.host, username="octopus", password="hunter2")  # noqa: S106  no secret

    pinning = fixture.pinning(feeds={fixture.image(): feed})

    assert pinning.pin(fixture.image()).endswith(IMAGE.digest)


@pytest.mark.parametrize("suffix", [":9.9.9", f"@sha256:{'0' * 64}"])
def test_an_image_that_does_not_exist_is_refused(fixture: Fixture, suffix: str) -> None:
    with pytest.raises(ImageNotFoundError) as raised:
        fixture.pinning().pin(fixture.image(suffix))

    assert raised.value.exit_code == 3


@pytest.mark.parametrize(
    ("suffix", "wanted", "is_there"),
    [
        (":1.4.0", "X86_64", True),
        (":1.4.0", "ARM64", True),
        (":arm", "ARM64", True),
        (":arm", "X86_64", False),
    ],
)
def test_an_image_must_be_for_the_platform_of_the_task(
    fixture: Fixture,
    suffix: str,
    wanted: str,
    is_there: bool,  # noqa: FBT001  a parameter
) -> None:
    pinning = fixture.pinning(task_platform(wanted))

    if is_there:
        assert "@sha256:" in pinning.pin(fixture.image(suffix))
    else:
        with pytest.raises(NotFoundError, match=r"is not an image for linux/amd64.*linux/arm64/v8"):
            pinning.pin(fixture.image(suffix))


def test_an_image_that_says_nothing_of_its_platform_is_left_to_ecs(fixture: Fixture) -> None:
    example([b"{}"], [(MANIFEST, manifest_of(b"{}", ()))]).put(fixture.registry, "team/web", "bare")

    assert "@sha256:" in fixture.pinning(task_platform("ARM64")).pin(fixture.image(":bare"))


@pytest.mark.parametrize("image", ["", "Acme/web:1:2", "acme/web:"])
def test_what_is_no_reference_is_refused(fixture: Fixture, image: str) -> None:
    with pytest.raises(EcsStepsError) as raised:
        fixture.pinning().pin(image)

    assert isinstance(raised.value, InvalidReferenceError)


@pytest.mark.parametrize(
    ("task_definition", "platform"),
    [
        ({}, None),
        ({"requiresCompatibilities": ["EC2"]}, None),
        ({"requiresCompatibilities": ["FARGATE"]}, "linux/amd64"),
        ({"runtimePlatform": {"cpuArchitecture": "ARM64"}}, "linux/arm64"),
        (
            {
                "runtimePlatform": {
                    "cpuArchitecture": "X86_64",
                    "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE",
                }
            },
            "windows/amd64",
        ),
    ],
)
def test_the_platform_is_the_task_definition_s(
    task_definition: dict[str, object], platform: str | None
) -> None:
    found = platform_of_task(task_definition)

    assert (str(found) if found else None) == platform


@pytest.mark.parametrize(
    ("registry", "image", "agree"),
    [
        ("registry.example.com", "registry.example.com/team/web:1", True),
        ("https://registry.example.com/team", "registry.example.com/team/web:1", True),
        ("index.docker.io", "acme/web:1", True),
        ("docker.io", "index.docker.io/acme/web:1", True),
        ("registry.example.com:5000", "registry.example.com/team/web:1", False),
        ("example.com", "registry.example.com/team/web:1", False),
        ("registry.example.com.attacker.test", "registry.example.com/team/web:1", False),
        ("", "acme/web:1", False),
        ("user@registry.example.com", "registry.example.com/team/web:1", False),
    ],
)
def test_a_feed_s_login_is_for_its_own_registry(registry: str, image: str, agree: bool) -> None:  # noqa: FBT001  a parameter
    feed = Feed(registry=registry, username="octopus", password="hunter2")  # noqa: S106  no secret

    assert is_feed_of(feed, parse_reference(image)) == agree
