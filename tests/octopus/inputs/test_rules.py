from collections.abc import Iterable

import pytest

from ecs_steps.octopus.inputs.converter import Path
from ecs_steps.octopus.inputs.reader import Finding
from ecs_steps.octopus.inputs.rules import (
    environment_file_findings,
    image_findings,
    repeated,
    secret_findings,
    tag_findings,
    unknown_image,
)
from ecs_steps.octopus.inputs.shared_inputs import KeyValue, Secrecy, TagInput, Wait, WaitOption
from ecs_steps.steps.common_inputs import CommonInputs
from ecs_steps.steps.common_rules import timed_wait

NO_REFERENCE = (
    "expected the ARN of a Secrets Manager secret, or the ARN or name of a Systems Manager parameter "
    "(the value given is hidden)"
)


def errors(findings: Iterable[Finding]) -> list[tuple[Path, str]]:
    return [(found.path, found.message) for found in findings if not found.is_warning]


def warnings(findings: Iterable[Finding]) -> list[tuple[Path, str]]:
    return [(found.path, found.message) for found in findings if found.is_warning]


def tags(*pairs: tuple[str, str]) -> list[TagInput]:
    return [TagInput(key=key, value=value) for key, value in pairs]


def test_each_item_that_is_there_already_is_found() -> None:
    assert list(repeated(["a", "b", "a", "c", "a", "b"])) == [2, 4, 5]
    assert list(repeated([])) == []


def test_a_tag_key_stands_once_as_aws_sees_it() -> None:
    found = list(tag_findings("tags", tags(("team", "a"), ("Team", "b"), ("te!am", "c"), ("team", "d"))))

    assert errors(found) == [
        (("tags", 2, "key"), "repeats the tag 'te!am'"),
        (("tags", 3, "key"), "repeats the tag 'team'"),
    ]


@pytest.mark.parametrize("key", ["aws:x", "AWS:x", " aws:x", "!aws:x"])
def test_tags_of_aws_itself_are_refused(key: str) -> None:
    found = list(tag_findings("tags", tags((key, "x"))))

    assert errors(found) == [
        (("tags", 0, "key"), f"begins with aws:, which AWS keeps to itself: {key!a}"),
    ]


def test_a_tag_that_is_changed_or_dropped_is_a_warning() -> None:
    found = list(tag_findings("tags", tags(("my!@#$key", "caf\xe9"), ("empty", ""), ("!", "x"), ("a", "b"))))

    assert errors(found) == []
    assert warnings(found) == [
        (("tags", 0), "is sent without what AWS refuses in a tag, as 'my@key' = 'caf'"),
        (("tags", 1), "is dropped: AWS would see an empty key or value ('empty')"),
        (("tags", 2), "is dropped: AWS would see an empty key or value ('!')"),
    ]


def test_a_wait_with_a_timeout_needs_one() -> None:
    def judged(wait: WaitOption) -> list[tuple[Path, str]]:
        inputs = CommonInputs(cluster_name="shop", images={}, default_tags=(), wait_option=wait)
        return errors(timed_wait.findings(inputs, ()))

    assert judged(WaitOption(type=Wait.WITH_TIMEOUT)) == [
        (("wait_option", "timeoutMinutes"), "is required to wait with a timeout")
    ]
    assert judged(WaitOption(type=Wait.WITH_TIMEOUT, timeout_minutes=0)) == []
    assert judged(WaitOption()) == []


@pytest.mark.parametrize(
    "value",
    [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf:password::",
        "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/db/password",
        "/db/password",
        "db.password",
    ],
)
def test_a_secret_is_an_arn_or_the_name_of_a_parameter(value: str) -> None:
    items = [KeyValue(type=Secrecy.SECRET, key="A", value=value)]

    assert list(secret_findings(("env",), items)) == []


@pytest.mark.parametrize("value", ["", "hunter 2", "p@ssw0rd", "arn:aws:s3:::bucket/key", "//a", "caf\xe9"])
def test_a_secret_that_is_no_reference_is_told_without_its_value(value: str) -> None:
    items = [
        KeyValue(key="PLAIN", value=value),
        KeyValue(type=Secrecy.SECRET, key="A", value=value),
    ]

    assert errors(secret_findings(("env",), items)) == [(("env", 1, "value"), NO_REFERENCE)]


def test_an_environment_file_is_an_s3_object_that_ends_in_env() -> None:
    files = [
        "arn:aws:s3:::settings/web/production.env",
        "arn:aws-us-gov:s3:::settings/web.env",
        "arn:aws:s3:::settings/web.txt",
        "s3://settings/web.env",
    ]

    found = list(environment_file_findings(("files",), files))

    why = "is not the ARN of an S3 object whose name ends in .env; ECS reads no other"
    assert errors(found) == []
    assert warnings(found) == [
        (("files", 2), f"'arn:aws:s3:::settings/web.txt' {why}"),
        (("files", 3), f"'s3://settings/web.env' {why}"),
    ]


def test_an_unknown_image_names_the_variable_that_would_hold_it() -> None:
    assert errors([unknown_image(("image",), "web")]) == [
        (
            ("image",),
            "no image is known for package reference 'web': Octopus.Action.Package[web].Image has no value",
        )
    ]


@pytest.mark.parametrize(
    "image",
    [
        "nginx",
        "localhost:5000/app",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web:1.4.0-rc.1",
        "repo:1@sha256:" + "0" * 64,
    ],
)
def test_the_name_of_an_image_is_taken(image: str) -> None:
    assert list(image_findings(("image",), image)) == []


@pytest.mark.parametrize(
    ("image", "shown"),
    [
        ("acme/web :1", '"acme/web :1"'),
        ("acme/web:#{Tag}", '"acme/web:#{Tag}"'),
        ("acme/caf\xe9", r'"acme/caf\u00e9"'),
        ("a" * 256, '"' + "a" * 56 + "..."),
    ],
)
def test_what_is_no_name_of_an_image_is_refused(image: str, shown: str) -> None:
    assert errors(image_findings(("image",), image)) == [
        (("image",), f"expected the full name of an image, not {shown}")
    ]
