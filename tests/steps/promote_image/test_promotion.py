"""What a promotion leaves in ECR, in which order, and what it says."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, current_thread

import pytest
from attrs import define
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps import (
    InterruptedDeploymentError,
    InvalidInputsError,
    NotFoundError,
    Outcome,
    PromoteEcrImageStep,
)
from ecs_steps.registry.errors import (
    CorruptedImageError,
    ImageNotFoundError,
    InvalidLayoutError,
    RegistryError,
    RegistryUnauthorizedError,
    TagConflictError,
)
from ecs_steps.registry.transfer import CopyProgress
from ecs_steps.reporting.events import Level, Message, Progress, Reported
from ecs_steps.sandbox.registry import MovedTag, RegistryFailure, RegistryFault, RepositoryRules, basic
from ecs_steps.sandbox.timeline import Timeline, VirtualClock
from ecs_steps.steps.promote_image.progress import CopyReporter, amount
from registry.images import MANIFEST, ExampleImage, docker_save_archive, one_platform
from steps.promote_image.promotions import ECR, IMAGE, LIFECYCLE, REPOSITORY, Promotions, variables

OTHER = one_platform()
PACKAGE = "Octopus.Action.Package[EcsPromote.SourceImage]"


def test_the_outputs_name_the_image_by_tag_and_by_digest(promotions: Promotions) -> None:
    promotions.create()

    result = promotions.run()

    assert result.outcome is Outcome.SUCCEEDED
    assert result.outputs == {
        "Image": f"{ECR}/{REPOSITORY}:1.4.0",
        "ImageDigest": IMAGE.digest,
        "ImageByDigest": f"{ECR}/{REPOSITORY}@{IMAGE.digest}",
        "Outcome": "SUCCEEDED",
    }
    assert promotions.outputs() == result.outputs


def test_an_index_with_an_attestation_arrives_byte_by_byte(promotions: Promotions) -> None:
    promotions.create()

    promotions.run(Tag="prod")

    arrived = {
        key[1]: content for key, content in promotions.destination.manifests.items() if key[0] == REPOSITORY
    }
    assert arrived == dict(IMAGE.manifests)
    assert promotions.tag("prod") == IMAGE.digest


@pytest.mark.parametrize("write", [ExampleImage.write_layout, ExampleImage.write_archive])
def test_a_layout_is_a_source_whose_name_is_the_tag(
    promotions: Promotions, tmp_path: Path, write: Callable[[ExampleImage, Path, str], Path]
) -> None:
    promotions.create()

    result = promotions.run("", SourceLayout=str(write(IMAGE, tmp_path, "1.4.0")))

    assert result.outputs["ImageDigest"] == promotions.tag() == IMAGE.digest


def test_of_several_images_of_a_layout_the_one_of_the_tag_is_taken(
    promotions: Promotions, tmp_path: Path
) -> None:
    promotions.create()
    layout = IMAGE.write_layout(tmp_path, "1.4.0")

    assert promotions.run("", SourceLayout=str(layout), Tag="2.0.0").outputs["ImageDigest"] == IMAGE.digest


@pytest.mark.parametrize("ref_name", ["", "docker.io/team/web:1.4.0"])
def test_a_layout_whose_name_is_no_tag_needs_one(
    promotions: Promotions, tmp_path: Path, ref_name: str
) -> None:
    error = promotions.fail("", SourceLayout=str(IMAGE.write_layout(tmp_path, ref_name)))

    assert isinstance(error, InvalidInputsError)
    assert "Promote.Tag: is required" in str(error)
    assert promotions.operations() == []


def test_an_archive_of_docker_save_is_refused_with_advice(promotions: Promotions, tmp_path: Path) -> None:
    error = promotions.fail("", SourceLayout=str(docker_save_archive(tmp_path)), Tag="1")

    assert isinstance(error, InvalidLayoutError)
    assert error.exit_code == 2
    assert "Docker 25" in str(error)


class TestARerun:
    def test_uploads_nothing_and_is_unchanged(self, promotions: Promotions) -> None:
        promotions.create()
        first = promotions.run()
        promotions.destination.requests.clear()

        again = promotions.run()

        assert again.outcome is Outcome.UNCHANGED
        assert {**again.outputs, "Outcome": ""} == {**first.outputs, "Outcome": ""}
        assert promotions.writes() == []
        assert not [each for each in promotions.destination.requests if "/blobs/" in each.path]

    def test_with_signatures_uploads_nothing_either(self, promotions: Promotions) -> None:
        promotions.create()
        put_signature(promotions)
        promotions.run(CopyReferrers="True")
        promotions.destination.requests.clear()

        assert promotions.run(CopyReferrers="True").outcome is Outcome.UNCHANGED
        assert promotions.writes() == []

    def test_copies_a_signature_that_was_made_since(self, promotions: Promotions) -> None:
        promotions.create()
        promotions.run(CopyReferrers="True")
        signature = put_signature(promotions)

        promotions.run(CopyReferrers="True")

        assert (REPOSITORY, signature) in promotions.destination.manifests


class TestATagOfAnotherImage:
    def test_that_is_immutable_is_refused_before_any_upload_with_both_digests(
        self, promotions: Promotions
    ) -> None:
        promotions.create()
        promotions.put(OTHER, "1.4.0")

        error = promotions.fail()

        assert isinstance(error, TagConflictError)
        assert (error.existing, error.wanted) == (OTHER.digest, IMAGE.digest)
        assert OTHER.digest in str(error)
        assert IMAGE.digest in str(error)
        assert error.exit_code == 5
        assert promotions.writes() == []

    def test_that_is_mutable_moves_and_both_are_named(self, promotions: Promotions) -> None:
        promotions.create(mutability="MUTABLE")
        promotions.put(OTHER, "1.4.0")

        assert promotions.run().outcome is Outcome.SUCCEEDED
        assert promotions.tag() == IMAGE.digest
        [moved] = [text for text in promotions.messages() if " moves from " in text]
        assert OTHER.digest in moved
        assert IMAGE.digest in moved

    def test_that_another_process_set_meanwhile_is_left_alone(self, promotions: Promotions) -> None:
        promotions.create(mutability="MUTABLE")
        promotions.put(OTHER)
        moved = MovedTag(tag="1.4.0", digest=OTHER.digest)
        promotions.destination.faults.append(
            RegistryFault(method="PUT", path="/manifests/sha256:", effect=moved)
        )

        error = promotions.fail()

        assert isinstance(error, TagConflictError)
        assert promotions.tag() == OTHER.digest


class TestTheRepository:
    def test_that_does_not_exist_is_named_with_what_creates_it(self, promotions: Promotions) -> None:
        error = promotions.fail()

        assert isinstance(error, NotFoundError)
        assert error.exit_code == 3
        assert REPOSITORY in str(error)
        assert "Promote.CreateRepository" in str(error)

    def test_is_created_immutable_with_scans_and_the_tags_of_the_release(
        self, promotions: Promotions
    ) -> None:
        promotions.run(CreateRepository="True", **{"Octopus.Environment.Name": "Production"})

        [created] = [call.params for call in promotions.aws.calls if call.operation == "CreateRepository"]
        assert created == {
            "repositoryName": REPOSITORY,
            "imageTagMutability": "IMMUTABLE",
            "imageScanningConfiguration": {"scanOnPush": True},
            "tags": [{"Key": "Octopus.Environment.Name", "Value": "Production"}],
        }
        assert promotions.tag() == IMAGE.digest

    def test_is_created_as_the_options_say(self, promotions: Promotions) -> None:
        key = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
        promotions.run(
            CreateRepository="True",
            ScanOnPush="False",
            ImmutableTags="False",
            KmsKey=key,
            LifecyclePolicy=LIFECYCLE,
        )

        client = promotions.aws.clients.ecr_in()
        [repository] = client.describe_repositories(repositoryNames=[REPOSITORY])["repositories"]
        assert repository["imageTagMutability"] == "MUTABLE"
        assert repository["imageScanningConfiguration"] == {"scanOnPush": False}
        assert repository["encryptionConfiguration"] == {"encryptionType": "KMS", "kmsKey": key}
        policies = [call.params for call in promotions.aws.calls if call.operation == "PutLifecyclePolicy"]
        assert [policy["repositoryName"] for policy in policies] == [REPOSITORY]

    def test_is_not_created_where_there_is_no_image_to_promote(self, promotions: Promotions) -> None:
        error = promotions.fail(f"{promotions.source.host}/team/web:9.9.9", CreateRepository="True")

        assert isinstance(error, ImageNotFoundError)
        assert error.exit_code == 3
        assert promotions.operations() == []

    def test_that_exists_stays_as_it_is(self, promotions: Promotions) -> None:
        promotions.create(mutability="MUTABLE")

        promotions.run(CreateRepository="True", KmsKey="alias/shop")

        assert set(promotions.operations()[1:]) == {"DescribeRepositories", "GetAuthorizationToken"}

    def test_gets_the_lifecycle_policy_that_an_earlier_run_could_not_set(
        self, promotions: Promotions
    ) -> None:
        promotions.create()

        for _ in range(2):
            promotions.run(CreateRepository="True", LifecyclePolicy=LIFECYCLE)

        assert promotions.operations().count("PutLifecyclePolicy") == 1


class TestTheSource:
    def test_in_ecr_is_read_with_a_login_of_the_step(self, promotions: Promotions) -> None:
        promotions.create()

        result = promotions.run(f"{ECR}/staging/web:1.4.0")

        assert result.outputs["ImageDigest"] == promotions.tag()
        assert promotions.operations().count("GetAuthorizationToken") == 1

    def test_in_ecr_is_read_as_the_source_role(self, promotions: Promotions) -> None:
        promotions.create()
        role = "arn:aws:iam::123456789012:role/reader"

        promotions.run(f"{ECR}/staging/web:1.4.0", SourceRole=role, SourceRoleExternalId="shop")

        [assumed] = [call.params for call in promotions.aws.calls if call.operation == "AssumeRole"]
        assert (assumed["RoleArn"], assumed["ExternalId"]) == (role, "shop")
        assert promotions.operations().count("GetAuthorizationToken") == 2

    @pytest.mark.parametrize(
        ("registry", "is_used"),
        [("{host}", True), ("https://{host}/v2/", True), ("other.example.com", False)],
    )
    def test_gets_the_login_of_its_feed_where_the_registries_agree(
        self,
        promotions: Promotions,
        registry: str,
        is_used: bool,  # noqa: FBT001  a parameter
    ) -> None:
        promotions.create()
        promotions.source.login = ("octopus", "hunter2-of-the-feed")
        feed = {
            f"{PACKAGE}.Image": promotions.image,
            f"{PACKAGE}.Registry": registry.format(host=promotions.source.host),
            f"{PACKAGE}.Feed.UserName": "octopus",
            f"{PACKAGE}.Feed.Password": "hunter2-of-the-feed",
        }

        if is_used:
            assert promotions.run("", **feed).outputs["ImageDigest"] == IMAGE.digest
        else:
            error = promotions.fail("", **feed)
            assert isinstance(error, RegistryUnauthorizedError)
            assert error.exit_code == 4
        sent = {request.authorization for request in promotions.source.requests} - {""}
        assert sent == ({basic(promotions.source.login)} if is_used else set())
        assert sent.isdisjoint({request.authorization for request in promotions.destination.requests})

    def test_that_is_corrupted_leaves_no_tag(self, promotions: Promotions) -> None:
        promotions.create()
        promotions.source.faults.append(
            RegistryFault(method="GET", path="/blobs/", effect=RegistryFailure.OTHER_BYTES, times=99)
        )

        error = promotions.fail()

        assert isinstance(error, CorruptedImageError)
        assert error.exit_code == 5
        assert not [tag for repository, tag in promotions.destination.tags if repository == REPOSITORY]


def test_a_repository_that_refuses_the_token_of_aws_speaks_of_the_account(promotions: Promotions) -> None:
    promotions.create()
    promotions.run()
    promotions.destination.login = ("AWS", "another token")

    error = promotions.fail(Tag="1.4.1")

    assert error.exit_code == 4
    assert f"did not let the step use {REPOSITORY}: it refused the login of the AWS account" in str(error)


class TestSignatures:
    def test_are_copied_where_that_is_wanted(self, promotions: Promotions) -> None:
        promotions.create()
        signature = put_signature(promotions)

        promotions.run(CopyReferrers="True")

        assert (REPOSITORY, signature) in promotions.destination.manifests

    def test_are_copied_from_every_page_of_their_list(self, promotions: Promotions) -> None:
        promotions.create()
        promotions.source.referrers_page = 1
        signatures = {put_signature(promotions, seed) for seed in (7, 8, 9)}

        promotions.run(CopyReferrers="Require")

        assert {(REPOSITORY, signature) for signature in signatures} <= set(promotions.destination.manifests)

    def test_are_left_where_it_is_not(self, promotions: Promotions) -> None:
        promotions.create()
        signature = put_signature(promotions)

        promotions.run()

        assert (REPOSITORY, signature) not in promotions.destination.manifests

    def test_that_cannot_be_copied_are_a_warning(self, promotions: Promotions) -> None:
        promotions.create()
        refuse_referrers(promotions)

        assert promotions.run(CopyReferrers="True").outcome is Outcome.SUCCEEDED
        [warning] = [e for e in promotions.events if isinstance(e, Message) and e.level is Level.WARNING]
        assert warning.text.startswith("signatures and attestations were not copied")

    def test_that_cannot_be_copied_fail_a_step_that_requires_them(self, promotions: Promotions) -> None:
        promotions.create()
        refuse_referrers(promotions)

        assert isinstance(promotions.fail(CopyReferrers="Require"), RegistryError)
        assert "Image" not in promotions.outputs()


def test_a_step_that_is_cancelled_says_what_stays(promotions: Promotions) -> None:
    promotions.create()
    step = PromoteEcrImageStep(variables(promotions.image))

    def cancel(event: Reported) -> None:
        if isinstance(event, Progress):
            raise KeyboardInterrupt

    with pytest.raises(InterruptedDeploymentError) as raised:
        step.run(aws=promotions.aws.clients, clock=promotions.aws.clock, report=cancel)

    assert raised.value.exit_code == 130
    assert "the next run uses what has been copied" in str(raised.value)
    assert promotions.tag() is None


def test_an_event_ends_a_copy_before_its_next_blob(promotions: Promotions) -> None:
    promotions.create()
    cancel = Event()

    def cancel_at_the_first_byte(event: Reported) -> None:
        if isinstance(event, Progress):
            cancel.set()

    with pytest.raises(InterruptedDeploymentError, match="the next run uses what has been copied"):
        PromoteEcrImageStep(variables(promotions.image)).run(
            aws=promotions.aws.clients,
            clock=promotions.aws.clock,
            report=cancel_at_the_first_byte,
            cancel=cancel,
        )

    assert promotions.tag() is None


@define
class HurriedClock:
    """A clock on which much passes between any two readings."""

    at: datetime = datetime(2026, 1, 5, tzinfo=UTC)

    def now(self) -> datetime:
        self.at += timedelta(seconds=11)
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def put_signature(promotions: Promotions, seed: int = 7) -> str:
    subject = {"mediaType": MANIFEST, "digest": IMAGE.digest, "size": 1}
    signature = one_platform(seed=seed, subject=subject)
    signature.put(promotions.source, "team/web")
    return signature.digest


def refuse_referrers(promotions: Promotions) -> None:
    promotions.source.faults.append(
        RegistryFault(method="GET", path="/referrers/", effect=RegistryFailure.FORBIDDEN, times=99)
    )


class TestProgress:
    def test_names_the_amounts_and_the_total(self, promotions: Promotions) -> None:
        promotions.create()

        promotions.run()

        first, *_, last = [event for event in promotions.events if isinstance(event, Progress)]
        total = amount(IMAGE.total_bytes)
        assert (first.percent, first.text) == (0, f"0 B of {total}")
        assert (last.percent, last.text) == (100, f"{total} of {total}")

    def test_is_reported_every_ten_seconds(self) -> None:
        clock, events = VirtualClock(Timeline()), list[Reported]()
        reporter = CopyReporter(clock, events.append)

        for second in range(61):
            reporter(CopyProgress(bytes_done=second, bytes_total=100))
            clock.sleep(1)
        reporter(CopyProgress(bytes_done=100, bytes_total=100))

        assert [event.percent for event in events if isinstance(event, Progress)] == [*range(0, 61, 10), 100]

    def test_is_repeated_after_ten_seconds_without_any(self) -> None:
        clock, events = VirtualClock(Timeline()), list[Reported]()
        reporter = CopyReporter(clock, events.append)
        reporter.repeat()
        reporter(CopyProgress(bytes_done=7, bytes_total=100))

        for _ in range(25):
            clock.sleep(1)
            reporter.repeat()

        assert [event.percent for event in events if isinstance(event, Progress)] == [7, 7, 7]

    def test_is_reported_while_the_source_sends_nothing(self, promotions: Promotions) -> None:
        promotions.create()
        began, repeated = Event(), Event()

        def stall(_: str) -> RepositoryRules:
            if began.is_set():
                assert repeated.wait(timeout=30)
            return RepositoryRules()

        def report(event: Reported) -> None:
            if isinstance(event, Progress):
                (repeated if began.is_set() else began).set()
                if current_thread().name == "progress":
                    raise BrokenPipeError

        promotions.source.rules = stall
        step = PromoteEcrImageStep(variables(promotions.image))

        result = step.run(aws=promotions.aws.clients, clock=HurriedClock(), report=report)

        assert result.outcome is Outcome.SUCCEEDED
        assert repeated.is_set()

    @given(st.integers(0, 2**60))
    def test_an_amount_is_short(self, count: int) -> None:
        number, unit = amount(count).split()

        assert unit in ("B", "KiB", "MiB", "GiB")
        assert float(number) >= 0

    @pytest.mark.parametrize(
        ("count", "text"),
        [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (3 * 2**20, "3.0 MiB"), (5 * 2**40, "5120.0 GiB")],
    )
    def test_an_amount_has_the_unit_that_people_read(self, count: int, text: str) -> None:
        assert amount(count) == text
