from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ecs_steps.account import AssumedRole
from ecs_steps.aws.ecr import (
    EcrRepository,
    ImageScan,
    NewRepository,
    create_repository,
    describe_repository,
    describe_scan,
    get_registry_token,
    start_scan,
)
from ecs_steps.errors import AwsCallError
from ecs_steps.sandbox import Sandbox, Scenario
from ecs_steps.sandbox.ecr.backend import PASSWORD
from ecs_steps.sandbox.ecr.plan import ScanPlan
from ecs_steps.sandbox.registry import SandboxRegistry

NEW = NewRepository(name="production/web", scan_on_push=True, immutable_tags=True)


@pytest.fixture
def aws() -> Iterator[Sandbox]:
    with Sandbox(Scenario.of(ScanPlan(severities={"HIGH": 1}))) as opened:
        yield opened


def image_of(registry: SandboxRegistry) -> str:
    return next(digest for _, digest in registry.manifests)


def test_a_token_is_a_user_and_a_password_that_is_not_shown(aws: Sandbox) -> None:
    token = get_registry_token(aws.clients)

    assert (token.username, token.password) == ("AWS", PASSWORD)
    assert token.address == aws.images.host
    assert token.api == "api.ecr.eu-west-1.amazonaws.com"
    assert PASSWORD not in repr(token)


def test_a_token_is_of_the_region_that_is_named(aws: Sandbox) -> None:
    assert get_registry_token(aws.clients, "us-east-1").api == "api.ecr.us-east-1.amazonaws.com"


def test_a_role_is_assumed_for_its_own_clients_alone(aws: Sandbox) -> None:
    role = AssumedRole(role_arn="arn:aws:iam::123456789012:role/reader")

    acting = aws.clients.assume(role)

    assert get_registry_token(acting).username == "AWS"
    assert acting.region == aws.clients.region
    assert [call.operation for call in aws.calls] == ["AssumeRole", "GetAuthorizationToken"]


def test_a_repository_is_found_once_it_is_created(aws: Sandbox) -> None:
    assert describe_repository(aws.clients, NEW.name) is None

    created = create_repository(aws.clients, NEW)

    assert created == describe_repository(aws.clients, NEW.name)
    assert created
    assert created.uri == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/production/web"
    assert created.is_immutable("1.4.0")


def test_a_repository_that_exists_is_not_created(aws: Sandbox) -> None:
    create_repository(aws.clients, NEW)

    assert create_repository(aws.clients, NEW) is None


@pytest.mark.parametrize(
    ("mutability", "exclusions", "immutable"),
    [
        ("MUTABLE", (), set()),
        ("IMMUTABLE", (), {"latest", "latest-arm", "1.4.0"}),
        ("IMMUTABLE_WITH_EXCLUSION", ("latest*",), {"1.4.0"}),
        ("MUTABLE_WITH_EXCLUSION", ("latest*", "edge"), {"latest", "latest-arm"}),
    ],
)
def test_a_tag_is_immutable_by_the_repository_and_its_exclusions(
    mutability: str, exclusions: tuple[str, ...], immutable: set[str]
) -> None:
    repository = EcrRepository(arn="", uri="", mutability=mutability, exclusions=exclusions)

    assert {tag for tag in ("latest", "latest-arm", "1.4.0") if repository.is_immutable(tag)} == immutable


def test_an_image_that_was_not_scanned_has_no_scan(aws: Sandbox) -> None:
    get_registry_token(aws.clients)

    assert describe_scan(aws.clients, "staging/web", image_of(aws.images)) is None


def test_a_scan_has_a_result_when_it_is_over(aws: Sandbox) -> None:
    get_registry_token(aws.clients)
    digest = image_of(aws.images)

    start_scan(aws.clients, "staging/web", digest)
    during = describe_scan(aws.clients, "staging/web", digest)
    aws.clock.sleep(60)

    assert during == ImageScan(status="IN_PROGRESS")
    assert describe_scan(aws.clients, "staging/web", digest) == ImageScan(
        status="COMPLETE", description="As planned.", severities={"HIGH": 1}
    )


def test_a_second_scan_within_a_day_is_refused(aws: Sandbox) -> None:
    get_registry_token(aws.clients)
    digest = image_of(aws.images)
    start_scan(aws.clients, "staging/web", digest)

    with pytest.raises(AwsCallError) as raised:
        start_scan(aws.clients, "staging/web", digest)

    assert raised.value.code == "LimitExceededException"


@pytest.mark.parametrize(
    ("status", "found", "severities"),
    [
        ("ACTIVE", {"imageScanCompletedAt": 1, "findings": [], "findingSeverityCounts": {}}, {}),
        ("ACTIVE", {"imageScanCompletedAt": 1, "findingSeverityCounts": {"LOW": 2}}, {"LOW": 2}),
        ("ACTIVE", {"enhancedFindings": []}, None),
        ("ACTIVE", {"enhancedFindings": [], "findingSeverityCounts": {}}, None),
        ("ACTIVE", {"enhancedFindings": [{"severity": "CRITICAL"}]}, {"CRITICAL": 1}),
        (
            "ACTIVE",
            {"findings": [{"severity": "LOW"}], "findingSeverityCounts": {"LOW": 5, "HIGH": 1}},
            {"LOW": 5, "HIGH": 1},
        ),
        ("ACTIVE", {"enhancedFindings": [{}]}, {"UNDEFINED": 1}),
        ("ACTIVE", None, None),
        ("COMPLETE", {"findings": [], "findingSeverityCounts": {}}, {}),
        ("COMPLETE", {"findings": []}, None),
        ("COMPLETE", None, None),
    ],
)
def test_findings_are_counted_by_severity_once_there_is_a_result(
    aws: Sandbox, status: str, found: Mapping[str, Any] | None, severities: Mapping[str, int] | None
) -> None:
    reply = {"imageScanStatus": {"status": status}, **({"imageScanFindings": found} if found else {})}

    def answer(*, parsed: dict[str, Any], **_: object) -> None:
        parsed.clear()
        parsed.update(reply)

    aws.session.register("after-call.ecr.DescribeImageScanFindings", answer)  # type: ignore[arg-type]  # asks for too little
    get_registry_token(aws.clients)
    digest = image_of(aws.images)
    start_scan(aws.clients, "staging/web", digest)

    assert describe_scan(aws.clients, "staging/web", digest) == ImageScan(
        status=status, severities=severities
    )
