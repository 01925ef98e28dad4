import pytest

from ecs_steps.iam import Scope
from ecs_steps.images.permissions import read_images

DIGEST = f"sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("host", "scope"),
    [
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com", ("aws", "eu-west-1")),
        ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", ("aws-us-gov", "us-gov-west-1")),
        ("123456789012.dkr-ecr.eu-west-1.on.aws", ("aws", "eu-west-1")),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", ("aws-cn", "cn-north-1")),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com.attacker.test", None),
        ("12345678901.dkr.ecr.eu-west-1.amazonaws.com", None),
        ("public.ecr.aws", None),
        ("123456789012.dkr.ecr.eu-west-1.attacker.test", None),
    ],
)
def test_a_host_of_ecr_says_where_its_registry_is(host: str, scope: tuple[str, str] | None) -> None:
    found = Scope.from_registry(host)

    assert (found and (found.partition, found.region)) == scope
    assert not found or found.account == "123456789012"


def test_images_in_ecr_are_read_by_their_repositories_and_others_need_nothing() -> None:
    ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"

    login, reading = read_images(
        [f"{ecr}/team/web:1", f"{ecr}/team/web@{DIGEST}", "acme/web:1", f"{ecr}/proxy:2", "No Image"]
    )

    assert login.resources == ("*",)
    assert reading.resources == (
        "arn:aws:ecr:eu-west-1:123456789012:repository/team/web",
        "arn:aws:ecr:eu-west-1:123456789012:repository/proxy",
    )


def test_without_images_in_ecr_nothing_is_allowed() -> None:
    assert list(read_images(["acme/web:1"])) == []
