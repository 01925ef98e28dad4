"""The sandbox's ECR by its own clients, and its registry by plain requests."""

import base64
import json
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError

import pytest
from botocore.exceptions import ClientError

from ecs_steps.sandbox import Sandbox, Scenario
from ecs_steps.sandbox.ecr.fixtures import put_image
from ecs_steps.sandbox.ecr.plan import ScanPlan
from ecs_steps.sandbox.registry import basic


@pytest.fixture
def aws() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


def ecr(aws: Sandbox) -> Any:  # noqa: ANN401  the untyped client
    return aws.session.client("ecr")


def read(aws: Sandbox, path: str) -> Any:  # noqa: ANN401  urllib's own
    [login] = ecr(aws).get_authorization_token()["authorizationData"]
    user, _, password = base64.b64decode(login["authorizationToken"]).decode().partition(":")
    request = urllib.request.Request(  # noqa: S310  loopback
        f"{login['proxyEndpoint']}/v2/{path}", headers={"Authorization": basic((user, password))}
    )
    return urllib.request.urlopen(request)  # noqa: S310  the same


def digest_for_amd64(aws: Sandbox, repository: str) -> str:
    with read(aws, f"{repository}/manifests/1.4.0") as reply:
        return str(json.load(reply)["manifests"][0]["digest"])


def error_of(aws: Sandbox, operation: str, **params: object) -> str:
    with pytest.raises(ClientError) as raised:
        getattr(ecr(aws), operation)(**params)
    return raised.value.response["Error"]["Code"]


def test_the_registry_has_the_image_of_the_fixtures_under_its_own_digest(aws: Sandbox) -> None:
    with read(aws, "staging/web/manifests/1.4.0") as reply:
        digest = reply.headers["Docker-Content-Digest"]

    [image] = ecr(aws).describe_images(repositoryName="staging/web", imageIds=[{"imageTag": "1.4.0"}])[
        "imageDetails"
    ]
    assert image["imageDigest"] == digest
    assert image["imageTags"] == ["1.4.0"]


def test_a_manifest_is_given_as_it_was_pushed(aws: Sandbox) -> None:
    reply = ecr(aws).batch_get_image(repositoryName="staging/web", imageIds=[{"imageTag": "1.4.0"}])

    with read(aws, "staging/web/manifests/1.4.0") as pushed:
        assert reply["images"][0]["imageManifest"].encode() == pushed.read()


def test_the_registry_has_the_repositories_of_the_api_alone(aws: Sandbox) -> None:
    with pytest.raises(HTTPError) as raised:
        read(aws, "production/web/manifests/1")
    assert b"NAME_UNKNOWN" in raised.value.read()
    raised.value.close()

    ecr(aws).create_repository(repositoryName="production/web")
    put_image(aws.images, "production/web", "1")

    with read(aws, "production/web/manifests/1") as reply:
        assert reply.status == 200


def test_a_repository_that_is_deleted_is_gone_from_the_registry(aws: Sandbox) -> None:
    ecr(aws).create_repository(repositoryName="production/web")
    ecr(aws).delete_repository(repositoryName="production/web")

    with pytest.raises(HTTPError) as raised:
        read(aws, "production/web/manifests/1")
    raised.value.close()


def test_an_empty_sandbox_has_no_repository() -> None:
    with Sandbox.empty() as aws:
        assert ecr(aws).describe_repositories()["repositories"] == []


def test_repositories_outlive_the_process_with_a_journal(tmp_path: Any) -> None:  # noqa: ANN401  a path
    journal = tmp_path / "aws.journal"
    with Sandbox(journal=journal) as aws:
        ecr(aws).create_repository(repositoryName="production/web", imageTagMutability="IMMUTABLE")

    with Sandbox(journal=journal) as aws:
        names = {each["repositoryName"] for each in ecr(aws).describe_repositories()["repositories"]}

    assert names == {"staging/web", "production/web"}


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("describe_images", "RepositoryNotFoundException"),
        ("batch_get_image", "RepositoryNotFoundException"),
        ("start_image_scan", "RepositoryNotFoundException"),
        ("describe_image_scan_findings", "RepositoryNotFoundException"),
    ],
)
def test_an_unknown_repository_is_refused_as_ecr_does(aws: Sandbox, operation: str, code: str) -> None:
    image = {"imageTag": "1"}
    ids: dict[str, object] = {"imageId": image} if "scan" in operation else {"imageIds": [image]}

    assert error_of(aws, operation, repositoryName="un/known", **ids) == code


def test_an_unknown_image_is_refused_as_ecr_does(aws: Sandbox) -> None:
    image = {"imageDigest": f"sha256:{'0' * 64}"}

    assert (
        error_of(aws, "start_image_scan", repositoryName="staging/web", imageId=image)
        == "ImageNotFoundException"
    )


def test_an_index_is_not_scanned(aws: Sandbox) -> None:
    image = {"imageTag": "1.4.0"}

    assert (
        error_of(aws, "start_image_scan", repositoryName="staging/web", imageId=image)
        == "UnsupportedImageTypeException"
    )


def test_a_plan_of_scans_may_be_for_one_repository() -> None:
    plan = ScanPlan(severities={"CRITICAL": 1}, repositories=("production/web",))
    with Sandbox(Scenario.of(plan)) as aws:
        found = {}
        for name in ("staging/web", "production/web"):
            if name != "staging/web":
                ecr(aws).create_repository(repositoryName=name)
                put_image(aws.images, name)
            child = digest_for_amd64(aws, name)
            ecr(aws).start_image_scan(repositoryName=name, imageId={"imageDigest": child})
            aws.clock.sleep(60)
            reply = ecr(aws).describe_image_scan_findings(repositoryName=name, imageId={"imageDigest": child})
            found[name] = reply["imageScanFindings"]["findingSeverityCounts"]

    assert found == {"staging/web": {}, "production/web": {"CRITICAL": 1}}


def test_immutability_can_be_switched(aws: Sandbox) -> None:
    ecr(aws).describe_images(repositoryName="staging/web")
    assert not aws.images.rules("staging/web").immutable_tags  # type: ignore[union-attr]  # it is there

    ecr(aws).put_image_tag_mutability(repositoryName="staging/web", imageTagMutability="IMMUTABLE")

    assert aws.images.rules("staging/web").immutable_tags  # type: ignore[union-attr]  # as above
