"""The scan gate: an image gets its tag only where ECR's scan of each of its platforms lets it.

ECR scans images and not indexes, so that what is scanned are the children of an index. Whatever is not a
clean result is none: the gate fails closed.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from attrs import define, field

from ecs_steps.aws.ecr import ImageScan, describe_scan, start_scan
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import AwsCallError, EcsStepsError, ScanGateError, TimedOutError
from ecs_steps.polling import PollResult
from ecs_steps.registry.image import Image
from ecs_steps.registry.manifest import Manifest
from ecs_steps.reporting.events import Level
from ecs_steps.steps.promote_image.inputs import PROMOTE, PromoteInputs, ScanGate

SEVERITIES: Final = ("CRITICAL", "HIGH", "MEDIUM")
_WAITING: Final = ("IN_PROGRESS", "PENDING")
_WITH_RESULT: Final = ("COMPLETE", "ACTIVE")
"""A basic scan ends; an enhanced one stays active, since new vulnerabilities become known."""
_UNSUPPORTED: Final = "UNSUPPORTED_IMAGE"
_NOT_STARTED: Final = ("ValidationException", "LimitExceededException")
"""The registry scans by itself, or there was a scan within 24 hours: one will be found."""


def pass_gate(image: Image, inputs: PromoteInputs, context: DeploymentContext) -> None:
    """Wait for the scan of each platform, and return where all of them are clean.

    Raises:
        ScanGateError: One is not, or has no result that could be.
        TimedOutError: One had none in time.
        AwsCallError: A call was denied or refused.
    """
    if inputs.scan_gate is ScanGate.OFF:
        return
    digests = scanned_digests(image)
    if not digests:
        raise ScanGateError(
            what=f"{image.digest} was not promoted",
            why="it has no platform whose image could be scanned",
            next_step="Promote an image, or turn the scan gate off.",
            image_digest=image.digest,
        )
    watch = _ScanWatch(inputs.repository_name, digests, context)
    what = f"{len(digests)} scans" if len(digests) > 1 else "the scan"
    scans = context.wait_for(
        what, watch.observe, timeout=timedelta(minutes=inputs.scan_timeout_minutes)
    ).value
    failures = [failure for digest in digests if (failure := judge_scan(scans.get(digest), digest, inputs))]
    # What was found says more than what is missing.
    for failure in sorted(failures, key=lambda each: isinstance(each, TimedOutError)):
        raise failure
    for digest in digests:
        context.say(Level.INFO, f"the scan of {digest}: {result_text(scans[digest])}")


def scanned_digests(image: Image) -> tuple[str, ...]:
    """Return the digests of an image's platforms, each once; attestations are none."""
    manifests = {manifest.digest: manifest for manifest in image.manifests}
    return tuple(dict.fromkeys(_platform_digests(image.root, manifests)))


def _platform_digests(manifest: Manifest, manifests: Mapping[str, Manifest]) -> Iterator[str]:
    if not manifest.is_index:
        yield manifest.digest
    for child in manifest.children:
        if not child.is_attestation:
            yield from _platform_digests(manifests[child.digest], manifests)


def is_settled(scan: ImageScan | None) -> bool:
    """Return whether a scan has come to an end, good or bad."""
    if scan is None or scan.status in _WAITING:
        return False
    return scan.status not in _WITH_RESULT or scan.severities is not None


def judge_scan(scan: ImageScan | None, digest: str, inputs: PromoteInputs) -> EcsStepsError | None:
    """Return why an image may not be promoted; none where it may."""
    what = f"{digest} was not promoted to {inputs.repository_name}"
    if scan is None or not is_settled(scan):
        return TimedOutError(
            what=what,
            why=f"its scan had no result after {inputs.scan_timeout_minutes} minutes "
            f"({scan.status if scan else 'it was not scanned'})",
            next_step="Check that the registry scans this repository, then run the step again: nothing is "
            "copied twice.",
        )
    if scan.status not in _WITH_RESULT:
        is_unsupported = scan.status == _UNSUPPORTED
        if is_unsupported and inputs.allow_unsupported:
            return None
        return ScanGateError(
            what=what,
            why=f"its scan ended with {scan.status or 'no status'} ({scan.description or 'no reason given'})",
            next_step=f"To promote what ECR cannot scan, set {PROMOTE}.AllowUnsupportedImages."
            if is_unsupported
            else "Without a result an image is not promoted; see the repository in the console of ECR.",
            image_digest=digest,
        )
    severities = scan.severities or {}
    least = SEVERITIES.index(inputs.scan_gate.upper())
    if not any(severities.get(name, 0) for name in SEVERITIES[: least + 1]):
        return None
    return ScanGateError(
        what=what,
        why=f"its scan found {result_text(scan)}; the gate is {inputs.scan_gate}",
        next_step="Build it with fixed packages: aws ecr describe-image-scan-findings "
        f"--repository-name {inputs.repository_name} --image-id imageDigest={digest}",
        image_digest=digest,
        severities=severities,
    )


def result_text(scan: ImageScan) -> str:
    """Return what was found, by severity; the status of a scan that has no result."""
    if scan.status not in _WITH_RESULT:
        return scan.status
    counts = [f"{count} {name.lower()}" for name, count in (scan.severities or {}).items() if count]
    return ", ".join(counts) or "no findings"


@define
class _ScanWatch:
    """Reads the scans of several images; where there is none it is started, once."""

    repository: str
    digests: tuple[str, ...]
    context: DeploymentContext
    _scans: dict[str, ImageScan] = field(factory=dict, init=False)
    _started: set[str] = field(factory=set, init=False)

    def observe(self) -> PollResult[Mapping[str, ImageScan]]:
        unsettled = [digest for digest in self.digests if not is_settled(self._scans.get(digest))]
        for digest in unsettled:
            scan = describe_scan(self.context.aws, self.repository, digest)
            if scan is None and digest not in self._started:
                scan = self._start(digest)
            if scan:
                self._scans[digest] = scan
        left = [digest for digest in unsettled if not is_settled(self._scans.get(digest))]
        return PollResult(value=self._scans, settled=not left, changed=len(left) < len(unsettled))

    def _start(self, digest: str) -> ImageScan | None:
        try:
            start_scan(self.context.aws, self.repository, digest)
        except AwsCallError as error:
            if error.code == "UnsupportedImageTypeException":
                return ImageScan(status=_UNSUPPORTED, description=error.why)
            if error.code not in _NOT_STARTED:
                raise
        else:
            self.context.say(Level.INFO, f"started a scan of {digest}")
        self._started.add(digest)
        return None
