"""What registries and networks do to a copy, each fault by itself, and how the copy ends."""

from collections.abc import Callable

import pytest

from ecs_steps.image_reference import parse_reference
from ecs_steps.registry.authentication import Credentials
from ecs_steps.registry.errors import (
    CorruptedImageError,
    RegistryError,
    RegistryUnauthorizedError,
    RegistryUnreachableError,
    TagConflictError,
)
from ecs_steps.registry.image import read_image
from ecs_steps.registry.repository import Repository
from ecs_steps.registry.transfer import CopyProgress, copy_image
from ecs_steps.sandbox.registry import (
    RETRY_AFTER,
    Locations,
    MovedTag,
    RegistryFailure,
    RegistryFault,
    SandboxRegistry,
)
from ecs_steps.sandbox.timeline import START, VirtualClock
from registry.images import one_platform, two_platforms
from registry.registries import Registries

IMAGE = two_platforms(layer_bytes=700_000)
OTHER = one_platform(seed=2)
BLOB, MANIFEST, UPLOAD = "/blobs/sha256", "/manifests/", "/uploads/"


def copy(registries: Registries, progress: Callable[[CopyProgress], None] = lambda _: None) -> None:
    IMAGE.put(registries.source, "team/web", "1.4.0")
    image = read_image(registries.at_source(), "1.4.0")
    destination = registries.at_destination()
    copy_image(image, destination, progress=progress)
    destination.set_tag("1.4.0", image.digest)


def arrived(registries: Registries) -> bool:
    there = registries.destination
    return there.tags == {("prod/web", "1.4.0"): IMAGE.digest} and IMAGE.blobs == {
        digest: content for (_, digest), content in there.blobs.items()
    }


def fail(
    registry: SandboxRegistry, method: str, path: str, effect: RegistryFailure | MovedTag, times: int = 1
) -> None:
    registry.faults.append(RegistryFault(method=method, path=path, effect=effect, times=times))


PASSING = [
    RegistryFailure.RATE_LIMITED,
    RegistryFailure.UNAVAILABLE,
    RegistryFailure.CONNECTION_CUT,
]


@pytest.mark.parametrize("failure", PASSING)
@pytest.mark.parametrize(
    ("side", "method", "path"),
    [
        ("source", "GET", MANIFEST),
        ("source", "GET", BLOB),
        ("destination", "HEAD", BLOB),
        ("destination", "POST", UPLOAD),
        ("destination", "PUT", UPLOAD),
        ("destination", "PUT", MANIFEST),
        ("destination", "PUT", f"{MANIFEST}1.4.0"),
    ],
)
def test_what_passes_is_tried_again(
    registries: Registries, side: str, method: str, path: str, failure: RegistryFailure
) -> None:
    fail(getattr(registries, side), method, path, failure, times=2)
    progress: list[CopyProgress] = []

    copy(registries, progress.append)

    assert arrived(registries)
    assert progress[-1].bytes_done == IMAGE.total_bytes
    assert max(each.bytes_done for each in progress) == IMAGE.total_bytes


def test_an_upload_that_the_registry_forgot_begins_again(registries: Registries) -> None:
    fail(registries.destination, "PUT", UPLOAD, RegistryFailure.UPLOAD_LOST, times=2)

    copy(registries)

    assert arrived(registries)


def test_redirects_have_an_end(registries: Registries) -> None:
    registries.source.storage = f"{registries.source.host}/v2/team/web/blobs/sha256?"
    fail(registries.source, "GET", BLOB, RegistryFailure.REDIRECTED, times=1000)

    with pytest.raises(RegistryUnreachableError, match="more than 5 times"):
        copy(registries)


def test_an_error_names_the_host_that_failed(registries: Registries) -> None:
    fail(registries.source, "GET", BLOB, RegistryFailure.CONNECTION_CUT, times=1000)

    with pytest.raises(RegistryUnreachableError) as raised:
        copy(registries)

    assert str(raised.value).startswith(f"{registries.source.host} could not be used: ")


@pytest.mark.parametrize("failure", PASSING)
def test_what_does_not_pass_is_given_up_after_five_attempts(
    registries: Registries, failure: RegistryFailure
) -> None:
    fail(registries.destination, "PUT", UPLOAD, failure, times=1000)

    with pytest.raises(RegistryUnreachableError) as raised:
        copy(registries)

    assert raised.value.exit_code == 5
    assert registries.destination.manifests == {}
    puts = [request.path for request in registries.destination.requests if request.method == "PUT"]
    assert len(puts) >= 5


def test_a_pause_that_the_registry_names_is_respected(registries: Registries, clock: VirtualClock) -> None:
    fail(registries.source, "GET", MANIFEST, RegistryFailure.RATE_LIMITED, times=3)

    copy(registries)

    assert (clock.now() - START).total_seconds() == 3 * RETRY_AFTER


def test_blobs_are_never_sent_in_pieces(registries: Registries) -> None:
    copy(registries)

    sent = [request.method for request in registries.destination.requests if UPLOAD in request.path]
    assert sorted(set(sent)) == ["POST", "PUT"]
    assert sent.count("PUT") == len(IMAGE.blobs)


@pytest.mark.parametrize("locations", Locations)
def test_the_address_of_an_upload_is_used_as_it_is(registries: Registries, locations: Locations) -> None:
    registries.destination.locations = locations

    copy(registries)

    assert arrived(registries)


def test_storage_on_another_host_receives_no_credentials(registries: Registries) -> None:
    registries.source.login = ("octopus", "secret")
    fail(registries.source, "GET", BLOB, RegistryFailure.REDIRECTED, times=1000)
    IMAGE.put(registries.source, "team/web", "1.4.0")
    source = Repository(parse_reference(f"{registries.source.host}/team/web"), _login(registries.source))

    copy_image(read_image(source, "1.4.0"), registries.at_destination())

    storage = [request for request in registries.source.requests if request.server == "storage"]
    assert len(storage) == len(IMAGE.blobs)
    assert {request.authorization for request in storage} == {""}


def test_storage_on_another_host_cannot_ask_for_credentials(registries: Registries) -> None:
    registries.source.login = ("octopus", "secret")
    fail(registries.source, "GET", BLOB, RegistryFailure.REDIRECTED_TO_LOGIN, times=1000)
    IMAGE.put(registries.source, "team/web", "1.4.0")
    source = Repository(parse_reference(f"{registries.source.host}/team/web"), _login(registries.source))

    with pytest.raises(RegistryUnauthorizedError):
        copy_image(read_image(source, "1.4.0"), registries.at_destination())

    storage = [request for request in registries.source.requests if request.server == "storage"]
    assert {(request.path.partition("?")[2], request.authorization) for request in storage} == {("login", "")}


def test_plain_http_to_another_machine_is_refused(registries: Registries) -> None:
    registries.source.storage = "storage.example.com"
    fail(registries.source, "GET", BLOB, RegistryFailure.REDIRECTED, times=1000)

    with pytest.raises(
        RegistryUnreachableError, match=r"storage\.example\.com could not be used for 127"
    ) as raised:
        copy(registries)

    assert not raised.value.transient


@pytest.mark.parametrize("place", ["[", "127.0.0.1:port"])
def test_a_redirect_to_no_address_is_an_error(registries: Registries, place: str) -> None:
    registries.source.storage = place
    fail(registries.source, "GET", BLOB, RegistryFailure.REDIRECTED, times=1000)

    with pytest.raises(RegistryUnreachableError, match="what is no address"):
        copy(registries)


def test_the_environment_s_proxy_is_used(registries: Registries, monkeypatch: pytest.MonkeyPatch) -> None:
    IMAGE.put(registries.source, "team/web", "1.4.0")
    monkeypatch.setenv("http_proxy", f"http://name:word@{registries.source.host}")
    beyond = Repository(parse_reference("localhost:1/team/web"))

    assert beyond.find_digest("1.4.0") == IMAGE.digest
    assert [request.path for request in registries.source.requests] == [
        "http://localhost:1/v2/team/web/manifests/1.4.0"
    ]


def _login(registry: SandboxRegistry) -> Credentials | None:
    return registry.login and Credentials(username=registry.login[0], password=registry.login[1])


@pytest.mark.parametrize("failure", [RegistryFailure.SHORT, RegistryFailure.OTHER_BYTES])
@pytest.mark.parametrize("path", [BLOB, MANIFEST])
def test_a_corrupted_source_leaves_no_tag(
    registries: Registries, path: str, failure: RegistryFailure
) -> None:
    fail(registries.source, "GET", path, failure, times=1000)

    with pytest.raises(CorruptedImageError) as raised:
        copy(registries)

    assert raised.value.exit_code == 5
    assert registries.destination.manifests == {}
    assert registries.destination.tags == {}
    # Nothing wrong was ever completed: the other side has not even had to refuse it.
    assert all(
        IMAGE.blobs[digest] == content for (_, digest), content in registries.destination.blobs.items()
    )


def test_a_source_that_names_another_digest_is_corrupted(registries: Registries) -> None:
    fail(registries.source, "GET", f"{MANIFEST}1.4.0", RegistryFailure.WRONG_DIGEST)

    with pytest.raises(CorruptedImageError, match="the digest of what it sent is"):
        copy(registries)


@pytest.mark.parametrize("path", [UPLOAD, MANIFEST])
def test_a_destination_that_names_another_digest_did_not_store_it(registries: Registries, path: str) -> None:
    fail(registries.destination, "PUT", path, RegistryFailure.WRONG_DIGEST)

    with pytest.raises(CorruptedImageError, match="did not store what it was sent"):
        copy(registries)

    assert registries.destination.tags == {}


def test_a_denial_is_passed_on(registries: Registries) -> None:
    fail(registries.destination, "POST", UPLOAD, RegistryFailure.FORBIDDEN, times=1000)

    with pytest.raises(RegistryUnauthorizedError, match="the sandbox says DENIED") as raised:
        copy(registries)

    assert (raised.value.status, raised.value.code, raised.value.repository) == (403, "DENIED", "prod/web")


@pytest.mark.parametrize("refusal", ["ordinary upload", "denied"])
def test_a_refused_mount_is_an_upload(registries: Registries, refusal: str) -> None:
    registries.source.mounts = False
    if refusal == "denied":
        fail(registries.source, "POST", "mount=", RegistryFailure.FORBIDDEN, times=1000)
    IMAGE.put(registries.source, "team/web", "1.4.0")

    result = copy_image(read_image(registries.at_source(), "1.4.0"), registries.at_source("prod/web"))

    assert (result.blobs_mounted, result.blobs_copied) == (0, len(IMAGE.blobs))


def test_a_source_tag_that_moves_does_not_tear_the_copy(registries: Registries) -> None:
    OTHER.put(registries.source, "team/web")
    fail(registries.source, "GET", BLOB, MovedTag(tag="1.4.0", digest=OTHER.digest))

    copy(registries)

    assert arrived(registries)
    assert registries.source.tags["team/web", "1.4.0"] == OTHER.digest


@pytest.mark.parametrize(("method", "path"), [("PUT", MANIFEST), ("HEAD", "1.4.0")])
def test_a_tag_that_another_process_sets_meanwhile_is_left_alone(
    registries: Registries, method: str, path: str
) -> None:
    OTHER.put(registries.destination, "prod/web")
    fail(registries.destination, method, path, MovedTag(tag="1.4.0", digest=OTHER.digest))

    with pytest.raises(TagConflictError) as raised:
        copy(registries)

    assert (raised.value.existing, raised.value.wanted) == (OTHER.digest, IMAGE.digest)
    assert raised.value.exit_code == 5


def test_a_tag_that_moves_after_it_was_set_is_noticed(registries: Registries) -> None:
    OTHER.put(registries.destination, "prod/web")
    for tag in ("before it is set", "1.4.0"):
        fail(registries.destination, "HEAD", f"{MANIFEST}1.4.0", MovedTag(tag=tag, digest=OTHER.digest))

    with pytest.raises(TagConflictError) as raised:
        copy(registries)

    assert raised.value.existing == OTHER.digest
    assert ("PUT", "/v2/prod/web/manifests/1.4.0") in [
        (request.method, request.path) for request in registries.destination.requests
    ]


def test_an_immutable_tag_keeps_its_image(registries: Registries) -> None:
    OTHER.put(registries.destination, "prod/web", "1.4.0")
    registries.destination.immutable_tags = True
    IMAGE.put(registries.destination, "prod/web")

    with pytest.raises(TagConflictError) as raised:
        registries.at_destination().set_tag("1.4.0", IMAGE.digest, replaces=OTHER.digest)

    assert (raised.value.existing, raised.value.wanted) == (OTHER.digest, IMAGE.digest)
    assert OTHER.digest in str(raised.value)
    assert IMAGE.digest in str(raised.value)


def test_an_immutable_tag_whose_answer_was_lost_is_set(registries: Registries) -> None:
    registries.destination.immutable_tags = True
    fail(registries.destination, "PUT", f"{MANIFEST}1.4.0", RegistryFailure.UNAVAILABLE)

    copy(registries)

    assert arrived(registries)


def test_a_tag_that_is_there_already_is_not_written(registries: Registries) -> None:
    IMAGE.put(registries.destination, "prod/web", "1.4.0")

    assert not registries.at_destination().set_tag("1.4.0", IMAGE.digest)
    assert {request.method for request in registries.destination.requests} == {"HEAD"}


def test_a_name_that_no_host_can_have_is_unreachable(clock: VirtualClock) -> None:
    nowhere = Repository(parse_reference(f"{'a' * 64}.example.com/web:1"), clock=clock)

    with pytest.raises(RegistryUnreachableError, match="label empty or too long"):
        nowhere.read_manifest("1")

    assert clock.now() == START


def test_a_registry_that_does_not_listen_is_unreachable(clock: VirtualClock) -> None:
    nowhere = Repository(parse_reference("127.0.0.1:1/web:1"), clock=clock)

    with pytest.raises(
        RegistryUnreachableError, match=r"127\.0\.0\.1:1 could not be used: .*refused"
    ) as raised:
        nowhere.read_manifest("1")

    assert isinstance(raised.value, RegistryError)
    assert clock.now() > START
