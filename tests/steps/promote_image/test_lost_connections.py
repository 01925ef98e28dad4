"""A promotion whose process, or whose registry, is lost after any of its requests; and the next one.

A registry that answers nothing after its nth request is, for what it holds, the same as a process that was
killed there.
"""

import pytest

from ecs_steps import EcsStepsError, Outcome
from ecs_steps.registry.authentication import Credentials
from ecs_steps.registry.errors import RegistryUnreachableError
from ecs_steps.reporting.text import message_text
from ecs_steps.sandbox.ecr.backend import PASSWORD
from ecs_steps.sandbox.ecr.plan import ScanPlan
from ecs_steps.sandbox.registry import RegistryFailure, RegistryFault, SandboxRegistry
from steps.promote_image.promotions import IMAGE, Promotions, promoting

pytestmark = pytest.mark.slow

PACKAGE = "Octopus.Action.Package[EcsPromote.SourceImage]"
FEED_PASSWORD = "hunter2-of-the-feed"  # noqa: S105  what must not be shown
SETTINGS = {"CreateRepository": "True", "ScanGate": "High", "CopyReferrers": "Require"}


def settings(promotions: Promotions) -> dict[str, object]:
    promotions.source.login = ("octopus", FEED_PASSWORD)
    feed = {
        f"{PACKAGE}.Image": promotions.image,
        f"{PACKAGE}.Registry": promotions.source.host,
        f"{PACKAGE}.Feed.UserName": "octopus",
        f"{PACKAGE}.Feed.Password": FEED_PASSWORD,
    }
    return {**SETTINGS, **feed}


def requests_without_faults(side: str) -> int:
    with promoting(ScanPlan()) as promotions:
        promotions.run("", **settings(promotions))
        return len(_registry(promotions, side).requests)


def _registry(promotions: Promotions, side: str) -> SandboxRegistry:
    return promotions.source if side == "source" else promotions.destination


@pytest.mark.parametrize("method", ["GET|HEAD", "POST", "PUT"])
@pytest.mark.parametrize("side", ["source", "destination"])
def test_what_is_lost_in_any_request_is_made_good_by_the_next_run(side: str, method: str) -> None:
    for number in range(requests_without_faults(side)):
        with promoting(ScanPlan()) as promotions:
            given, registry = settings(promotions), _registry(promotions, side)
            lost = RegistryFault(
                method=method, path="", effect=RegistryFailure.CONNECTION_CUT, times=10**6, after=number
            )
            registry.faults.append(lost)
            try:
                promotions.run("", **given)
            except RegistryUnreachableError as error:
                assert promotions.tag() in (None, IMAGE.digest)
                assert_no_secret(promotions, str(error), repr(error))
            else:
                break
            registry.faults.clear()

            result = promotions.run("", **given)

            assert result.outcome in (Outcome.SUCCEEDED, Outcome.UNCHANGED)
            assert promotions.tag() == result.outputs["ImageDigest"] == IMAGE.digest
            assert promotions.operations().count("CreateRepository") <= 1
    else:
        raise AssertionError("it never ended well")


@pytest.mark.parametrize(
    "effect", [each for each in RegistryFailure if each is not RegistryFailure.REDIRECTED_TO_LOGIN]
)
@pytest.mark.parametrize("side", ["source", "destination"])
def test_no_failure_of_a_registry_shows_a_secret_or_sets_a_wrong_tag(
    side: str, effect: RegistryFailure
) -> None:
    for method, path in (("GET|HEAD", "/manifests/"), ("GET", "/blobs/"), ("POST", ""), ("PUT", "")):
        with promoting(ScanPlan()) as promotions:
            given = settings(promotions)
            fault = RegistryFault(method=method, path=path, effect=effect, times=10**6)
            _registry(promotions, side).faults.append(fault)
            try:
                promotions.run("", **given)
            except EcsStepsError as error:
                assert_no_secret(promotions, str(error), repr(error))
            assert promotions.tag() in (None, IMAGE.digest)


def assert_no_secret(promotions: Promotions, *texts: str) -> None:
    shown = "\n".join([*texts, *map(message_text, promotions.events), *map(repr, promotions.events)])
    logins = [
        Credentials(username=username, password=password).basic
        for username, password in (("octopus", FEED_PASSWORD), ("AWS", PASSWORD))
    ]
    assert not [secret for secret in (FEED_PASSWORD, PASSWORD, *logins) if secret in shown]
