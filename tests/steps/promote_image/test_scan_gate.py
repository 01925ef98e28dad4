"""The scan gate decides before the tag is set, and whatever is not a clean result is none."""

from collections.abc import Mapping

import pytest

from ecs_steps import DeploymentError, Outcome, PromoteEcrImageStep, ScanGateError, TimedOutError
from ecs_steps.aws.ecr import ImageScan
from ecs_steps.reporting.events import StillWaiting
from ecs_steps.sandbox import Fault, FaultKind
from ecs_steps.sandbox.ecr.plan import ScanPlan
from ecs_steps.steps.promote_image.inputs import PromoteInputs
from ecs_steps.steps.promote_image.scan_gate import judge_scan
from registry.images import INDEX, MANIFEST, descriptor, example, index_of, manifest_of, spelled
from steps.promote_image.promotions import IMAGE, REPOSITORY, promoting, variables

PLATFORMS = list(IMAGE.manifests)[:2]
CLEAN = ScanPlan(severities={"LOW": 7, "INFORMATIONAL": 1, "UNDEFINED": 2})
VULNERABLE = ScanPlan(severities={"CRITICAL": 1, "HIGH": 2})


def inputs(gate: str, **more: str) -> PromoteInputs:
    return PromoteEcrImageStep(variables("acme/web:1", ScanGate=gate, **more)).inputs


@pytest.mark.parametrize("on_push", [True, False], ids=["on push", "started by the step"])
def test_a_clean_image_gets_its_tag_after_the_scan_of_each_platform(on_push: bool) -> None:  # noqa: FBT001  a parameter
    with promoting(CLEAN) as promotions:
        promotions.create(scan_on_push=on_push)

        assert promotions.run(ScanGate="Medium").outcome is Outcome.SUCCEEDED

        assert promotions.tag() == IMAGE.digest
        started = [
            call.params["imageId"] for call in promotions.aws.calls if call.operation == "StartImageScan"
        ]
        assert [each["imageDigest"] for each in started] == ([] if on_push else PLATFORMS)
        scanned = {
            call.params["imageId"]["imageDigest"]
            for call in promotions.aws.calls
            if call.operation == "DescribeImageScanFindings"
        }
        assert scanned == set(PLATFORMS)


@pytest.mark.parametrize("plan", [VULNERABLE, ScanPlan(severities={"CRITICAL": 1}, enhanced=True)])
def test_a_vulnerable_image_is_there_without_a_tag(plan: ScanPlan) -> None:
    with promoting(plan) as promotions:
        promotions.create()

        error = promotions.fail(ScanGate="Critical")

        assert isinstance(error, ScanGateError)
        assert error.exit_code == 5
        assert error.severities == plan.severities
        assert "1 critical" in str(error)
        assert (REPOSITORY, IMAGE.digest) in promotions.destination.manifests
        assert promotions.tag() is None
        assert "Image" not in promotions.outputs()


def test_without_a_gate_nothing_is_scanned() -> None:
    with promoting(VULNERABLE) as promotions:
        promotions.create()

        promotions.run()

        assert not [name for name in promotions.operations() if "Scan" in name]


def test_an_image_that_is_there_already_is_not_scanned_again() -> None:
    with promoting(VULNERABLE) as promotions:
        promotions.create()
        promotions.run()

        assert promotions.run(ScanGate="Critical").outcome is Outcome.UNCHANGED


@pytest.mark.parametrize("plan", [ScanPlan(seconds=100_000), ScanPlan(seconds=100_000, enhanced=True)])
def test_a_scan_without_a_result_in_time_is_no_clean_one(plan: ScanPlan) -> None:
    with promoting(plan) as promotions:
        promotions.create()
        began = promotions.aws.clock.now()

        error = promotions.fail(ScanGate="High", ScanTimeoutMinutes="3")

        assert isinstance(error, TimedOutError)
        assert error.exit_code == 7
        assert "run the step again" in error.next_step
        assert 180 <= (promotions.aws.clock.now() - began).total_seconds() < 190
        assert promotions.tag() is None
        assert {e.text for e in promotions.events if isinstance(e, StillWaiting)} == {"2 scans"}


@pytest.mark.parametrize(
    "status",
    [
        "FAILED",
        "UNSUPPORTED_IMAGE",
        "SCAN_ELIGIBILITY_EXPIRED",
        "FINDINGS_UNAVAILABLE",
        "LIMIT_EXCEEDED",
        "IMAGE_ARCHIVED",
        "IMAGE_SIZE_EXCEEDED",
        "A_STATUS_TO_COME",
    ],
)
def test_a_scan_that_ends_without_a_result_is_no_clean_one(status: str) -> None:
    with promoting(ScanPlan(status=status)) as promotions:
        promotions.create()

        error = promotions.fail(ScanGate="Critical")

        assert isinstance(error, ScanGateError)
        assert status in str(error)
        is_allowed_otherwise = "AllowUnsupportedImages" in error.next_step
        assert is_allowed_otherwise is (status == "UNSUPPORTED_IMAGE")
        assert is_allowed_otherwise or "not promoted" in error.next_step
        assert promotions.tag() is None


@pytest.mark.parametrize("on_push", [True, False])
def test_an_image_that_cannot_be_scanned_passes_where_that_is_allowed(on_push: bool) -> None:  # noqa: FBT001  a parameter
    with promoting(ScanPlan(status="UNSUPPORTED_IMAGE")) as promotions:
        promotions.create(scan_on_push=on_push)

        promotions.run(ScanGate="Critical", AllowUnsupportedImages="True")

        assert promotions.tag() == IMAGE.digest


def test_an_image_without_a_platform_cannot_pass() -> None:
    with promoting() as promotions:
        promotions.create()
        config = spelled({"os": "unknown", "architecture": "unknown"})
        attestation = manifest_of(config, ())
        notes = {"vnd.docker.reference.type": "attestation-manifest"}
        index = index_of(descriptor(MANIFEST, attestation, annotations=notes))
        example([config], [(MANIFEST, attestation), (INDEX, index)]).put(
            promotions.source, "team/web", "1.4.0"
        )

        error = promotions.fail(ScanGate="Critical")

        assert isinstance(error, ScanGateError)
        assert "no platform" in str(error)


def test_findings_that_may_not_be_read_keep_the_tag_from_being_set() -> None:
    with promoting(CLEAN) as promotions:
        promotions.create()
        promotions.aws.faults.apply(Fault("DescribeImageScanFindings", FaultKind.ACCESS_DENIED))

        assert promotions.fail(ScanGate="Critical").exit_code == 4
        assert promotions.tag() is None


@pytest.mark.parametrize(
    ("gate", "severities", "passes"),
    [
        ("Critical", {}, True),
        ("Critical", {"HIGH": 9, "MEDIUM": 9}, True),
        ("Critical", {"CRITICAL": 1}, False),
        ("High", {"MEDIUM": 9, "LOW": 9}, True),
        ("High", {"HIGH": 1}, False),
        ("High", {"CRITICAL": 1}, False),
        ("Medium", {"LOW": 9, "INFORMATIONAL": 9, "UNDEFINED": 9}, True),
        ("Medium", {"MEDIUM": 1}, False),
        ("Medium", {"CRITICAL": 1}, False),
    ],
)
@pytest.mark.parametrize("status", ["COMPLETE", "ACTIVE"])
def test_a_finding_of_the_gate_s_severity_or_above_keeps_an_image_back(
    gate: str,
    severities: Mapping[str, int],
    passes: bool,  # noqa: FBT001  a parameter
    status: str,
) -> None:
    failure = judge_scan(ImageScan(status=status, severities=severities), "sha256:0", inputs(gate))

    assert (failure is None) == passes


@pytest.mark.parametrize(
    "scan", [None, *(ImageScan(status=each) for each in ("PENDING", "ACTIVE", "COMPLETE"))]
)
def test_what_has_no_findings_yet_is_not_judged_clean(scan: ImageScan | None) -> None:
    assert isinstance(judge_scan(scan, "sha256:0", inputs("Critical")), DeploymentError)
