"""Promotions from docker-registry into ministack's ECR, with skopeo as the judge of what is there."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.test_image_copy import promote as push
from ecs_steps import Outcome, PromoteEcrImageStep, Result
from ecs_steps.image_reference import parse_reference
from ecs_steps.registry.authentication import Credentials
from ecs_steps.registry.errors import TagConflictError
from ecs_steps.registry.layout import OciLayout
from ecs_steps.registry.repository import Repository
from peers import docker_registry
from peers.environments import NotInstalled, end_without
from peers.ministack import ACCOUNT, REGION, Ministack
from registry.images import ExampleImage, one_platform, two_platforms
from steps.promote_image.promotions import PROMOTE, variables

IMAGE = two_platforms(layer_bytes=200_000)
REPOSITORY = "production/web"
REAL_NAME = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{REPOSITORY}"
PACKAGE = "Octopus.Action.Package[EcsPromote.SourceImage]"
LOGIN = Credentials(username=docker_registry.USER, password=docker_registry.PASSWORD)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry that wants a login, with the image."""
    folder = tmp_path_factory.mktemp("source")
    try:
        with docker_registry.running(folder, login=True) as host:
            put(host, IMAGE, "1.4.0", folder)
            yield host
    except NotInstalled as error:
        end_without(error)


def put(host: str, image: ExampleImage, tag: str, folder: Path) -> None:
    repository = Repository(parse_reference(f"{host}/team/web"), LOGIN)
    push(OciLayout(image.write_layout(folder / image.digest[7:])), "", repository, tag)


def given(source: str, tag: str = "1.4.0", **changes: object) -> dict[str, object]:
    feed = {
        f"{PACKAGE}.Image": f"{source}/team/web:{tag}",
        f"{PACKAGE}.Registry": source,
        f"{PACKAGE}.Feed.UserName": docker_registry.USER,
        f"{PACKAGE}.Feed.Password": docker_registry.PASSWORD,
        "Octopus.Action.Aws.Region": REGION,
    }
    return variables("", **{**feed, "CreateRepository": "True", **changes})


def run(ministack: Ministack, variables: dict[str, object]) -> Result:
    return PromoteEcrImageStep(variables).run(aws=ministack.clients(), report=lambda _: None)


def images(ministack: Ministack) -> dict[str, str]:
    """Return the digest of each tag, as ECR's own API says it."""
    described = ministack.client("ecr").describe_images(repositoryName=REPOSITORY)["imageDetails"]
    return {tag: image["imageDigest"] for image in described for tag in image.get("imageTags", ())}


def test_skopeo_reads_the_promoted_image_byte_by_byte(source: str, ministack: Ministack) -> None:
    result = run(ministack, given(source))

    assert result.outcome is Outcome.SUCCEEDED
    assert result.outputs["Image"] == f"{REAL_NAME}:1.4.0"
    assert result.outputs["ImageByDigest"] == f"{REAL_NAME}@{IMAGE.digest}"
    assert images(ministack) == {"1.4.0": IMAGE.digest}
    skopeo = docker_registry.installed("skopeo")
    for digest, (_, raw) in IMAGE.manifests.items():
        name = f"docker://127.0.0.1:{ministack.port}/{REPOSITORY}@{digest}"
        command = [skopeo, "inspect", "--raw", "--tls-verify=false", "--creds", "AWS:any", name]
        assert subprocess.run(command, capture_output=True, check=True).stdout == raw  # noqa: S603  our own command


def test_a_rerun_is_unchanged(source: str, ministack: Ministack) -> None:
    first = run(ministack, given(source))

    again = run(ministack, given(source))

    assert again.outcome is Outcome.UNCHANGED
    assert {**again.outputs, "Outcome": ""} == {**first.outputs, "Outcome": ""}


def test_another_image_does_not_get_an_immutable_tag(
    source: str, ministack: Ministack, tmp_path: Path
) -> None:
    run(ministack, given(source))
    other = one_platform()
    put(source, other, "1.5.0", tmp_path)

    with pytest.raises(TagConflictError) as raised:
        run(ministack, given(source, "1.5.0", Tag="1.4.0"))

    assert (raised.value.existing, raised.value.wanted) == (IMAGE.digest, other.digest)
    assert images(ministack) == {"1.4.0": IMAGE.digest}


def test_stages_in_one_registry_hold_the_same_image(source: str, ministack: Ministack) -> None:
    staging = run(ministack, given(source, RepositoryName="staging/web"))
    again = {"CreateRepository": "True", "Octopus.Action.Aws.Region": REGION}

    production = run(ministack, variables(staging.outputs["ImageByDigest"], Tag="prod", **again))

    assert production.outputs["ImageDigest"] == staging.outputs["ImageDigest"] == IMAGE.digest
    assert images(ministack) == {"prod": IMAGE.digest}


def command(ministack: Ministack, file: Path) -> list[str]:
    return [sys.executable, "-m", "ecs_steps", "promote", str(file), "--endpoint-url", ministack.url]


def test_the_command_promotes_an_archive(ministack: Ministack, tmp_path: Path) -> None:
    file = tmp_path / "variables.json"
    layout = {f"{PROMOTE}.SourceLayout": str(IMAGE.write_archive(tmp_path, "1.4.0"))}
    settings = {f"{PROMOTE}.RepositoryName": REPOSITORY, f"{PROMOTE}.CreateRepository": "True"}
    file.write_text(json.dumps({**layout, **settings, "Octopus.Action.Aws.Region": REGION}))

    ran = subprocess.run(  # noqa: S603  our own command
        command(ministack, file), env=ministack.environment(), capture_output=True, text=True, check=True
    )

    assert f"ImageDigest = {IMAGE.digest}" in ran.stdout
    assert images(ministack) == {"1.4.0": IMAGE.digest}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "cancelled"])
def test_a_process_that_ends_in_a_copy_leaves_no_tag_and_the_next_one_ends_well(
    number: signal.Signals, source: str, ministack: Ministack, tmp_path: Path
) -> None:
    large = two_platforms(layer_bytes=60_000_000, seed=number)
    put(source, large, f"large-{number.value}", tmp_path)
    file = tmp_path / "variables.json"
    file.write_text(json.dumps(given(source, f"large-{number.value}", Tag="large")))
    process = subprocess.Popen(  # noqa: S603  our own command
        command(ministack, file),
        env={**os.environ, **ministack.environment()},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    # The copy has begun when its progress is reported.
    for line in process.stderr:
        if "%: " in line:
            break
    process.send_signal(number)
    printed = process.stderr.read()
    process.stderr.close()

    assert process.wait() == (-signal.SIGKILL if number is signal.SIGKILL else 143)
    assert images(ministack) == {}
    if number is signal.SIGTERM:
        assert "the next run uses what has been copied" in printed
    assert run(ministack, given(source, f"large-{number.value}", Tag="large")).outcome is Outcome.SUCCEEDED
    assert images(ministack) == {"large": large.digest}
