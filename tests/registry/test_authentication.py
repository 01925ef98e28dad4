import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.registry.authentication import Credentials, parse_challenges, realm_problem
from ecs_steps.registry.errors import RegistryUnauthorizedError
from ecs_steps.registry.image import read_image
from ecs_steps.registry.transfer import copy_image
from ecs_steps.sandbox.registry import RegistryFailure, RegistryFault
from registry.images import two_platforms
from registry.registries import Registries

IMAGE = two_platforms()
LOGIN = Credentials(username="octopus", password="a: very secret word")  # noqa: S106  made up


@pytest.mark.parametrize(
    ("header", "challenges"),
    [
        ('Basic realm="ECR"', [("basic", {"realm": "ECR"})]),
        (
            'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a:pull"',
            [
                (
                    "bearer",
                    {
                        "realm": "https://auth.docker.io/token",
                        "service": "registry.docker.io",
                        "scope": "repository:a:pull",
                    },
                )
            ],
        ),
        (
            'bearer realm="https://a.b/t", scope="repository:a:pull,push repository:b:pull" , Basic realm=x',
            [
                ("bearer", {"realm": "https://a.b/t", "scope": "repository:a:pull,push repository:b:pull"}),
                ("basic", {"realm": "x"}),
            ],
        ),
        (
            r'Basic realm="a \"quoted\" word, and a comma"',
            [("basic", {"realm": 'a "quoted" word, and a comma'})],
        ),
        ("Negotiate", [("negotiate", {})]),
        ("", []),
    ],
)
def test_challenges_are_read_as_registries_write_them(
    header: str, challenges: list[tuple[str, dict[str, str]]]
) -> None:
    assert list(parse_challenges(header).items()) == challenges


@given(st.text())
def test_any_header_is_read(header: str) -> None:
    assert all(parse_challenges(header))


@given(st.dictionaries(st.sampled_from(["realm", "service", "scope"]), st.text(), min_size=1))
def test_every_parameter_is_read_as_it_was_quoted(parameters: dict[str, str]) -> None:
    quoted = {name: value.replace("\\", r"\\").replace('"', r"\"") for name, value in parameters.items()}
    header = "Bearer " + ",".join(f'{name}="{value}"' for name, value in quoted.items())

    assert parse_challenges(header) == {"bearer": parameters}


@pytest.mark.parametrize(
    ("realm", "registry", "problem"),
    [
        ("https://auth.docker.io/token", "registry-1.docker.io", ""),
        ("https://auth.docker.io:8443/token?a=b", "registry-1.docker.io", ""),
        ("http://auth.docker.io/token", "registry-1.docker.io", "not https"),
        ("http://127.0.0.1/token", "registry-1.docker.io", "not https"),
        ("https://10.0.0.1/token", "registry.example.com", "private network"),
        ("https://169.254.169.254/latest", "registry.example.com", "private network"),
        ("https://127.0.0.1/token", "registry.example.com", "private network"),
        ("https://[::1]:5000/token", "registry.example.com", "private network"),
        ("https://10.0.0.1/token", "10.0.0.2:5000", ""),
        ("http://127.0.0.1:5001/token", "127.0.0.1:5000", ""),
        ("http://localhost:5001/token", "127.0.0.1:5000", ""),
        ("http://auth.example.com/token", "127.0.0.1:5000", "not https"),
        ("https://user:word@auth.example.com/token", "registry.example.com", "no address"),
        ("https://[/token", "registry.example.com", "no address"),
        ("file:///etc/passwd", "registry.example.com", "no address"),
        ("", "registry.example.com", "no address"),
    ],
)
def test_passwords_are_sent_to_safe_realms_alone(realm: str, registry: str, problem: str) -> None:
    assert problem in realm_problem(realm, registry)
    assert bool(problem) == bool(realm_problem(realm, registry))


def with_login(registries: Registries, token_uses: int | None, member: str = "token") -> None:
    for registry in (registries.source, registries.destination):
        registry.login = (LOGIN.username, LOGIN.password)
        registry.token_uses, registry.token_member = token_uses, member
    IMAGE.put(registries.source, "team/web", "1.4.0")


def copy(registries: Registries, login: Credentials | None = LOGIN, parallel: int = 4) -> None:
    image = read_image(registries.at_source(login=login), "1.4.0")
    copy_image(image, registries.at_destination(login=login), parallel=parallel)


@pytest.mark.parametrize(
    ("token_uses", "member"),
    [(None, "token"), (1000, "token"), (1000, "access_token")],
    ids=["basic", "bearer", "bearer with access_token"],
)
def test_a_copy_logs_in_on_both_sides(registries: Registries, token_uses: int | None, member: str) -> None:
    with_login(registries, token_uses, member)

    copy(registries)

    assert ("prod/web", IMAGE.digest) in registries.destination.manifests


@pytest.mark.parametrize("token_uses", [2, 3, 5])
def test_a_token_that_expires_midway_is_replaced(registries: Registries, token_uses: int) -> None:
    with_login(registries, token_uses)

    # More threads would use such a token up for each other.
    copy(registries, parallel=1)

    assert len(registries.destination.tokens) > 2
    assert ("prod/web", IMAGE.digest) in registries.destination.manifests


@pytest.mark.parametrize("token_uses", [None, 1000], ids=["basic", "bearer"])
@pytest.mark.parametrize(
    ("login", "advice"),
    [
        (None, "Give a user name"),
        (Credentials(username="octopus", password="wrong word"), "Check the user name"),  # noqa: S106  made up
    ],
    ids=["anonymous", "wrong password"],
)
def test_a_refused_login_is_an_error_that_keeps_its_secret(
    registries: Registries, token_uses: int | None, login: Credentials | None, advice: str
) -> None:
    with_login(registries, token_uses)

    with pytest.raises(RegistryUnauthorizedError, match=advice) as raised:
        copy(registries, login)

    assert raised.value.exit_code == 4
    assert "word" not in str(raised.value).replace("password", "")
    assert len(registries.source.requests) <= 4


def test_a_token_server_that_fails_for_a_while_is_tried_again(registries: Registries) -> None:
    with_login(registries, 1000)
    unavailable = RegistryFault(method="GET", path="/token", effect=RegistryFailure.UNAVAILABLE, times=2)
    registries.source.faults.append(unavailable)

    copy(registries)

    assert ("prod/web", IMAGE.digest) in registries.destination.manifests


def test_an_answer_without_a_token_is_a_refused_login(registries: Registries) -> None:
    with_login(registries, 1000)
    registries.source.faults.append(RegistryFault(method="GET", path="/token", effect=RegistryFailure.SHORT))

    with pytest.raises(RegistryUnauthorizedError, match="answered without a token"):
        copy(registries)


def test_nothing_is_sent_before_a_registry_asks_for_it(registries: Registries) -> None:
    IMAGE.put(registries.source, "team/web", "1.4.0")

    copy(registries)

    requests = registries.source.requests + registries.destination.requests
    assert {request.authorization for request in requests} == {""}


def test_a_realm_that_is_not_safe_receives_nothing(registries: Registries) -> None:
    with_login(registries, 10)
    registries.source.realm = "http://auth.example.com/token"

    with pytest.raises(RegistryUnauthorizedError, match=r"auth\.example\.com.* is not https"):
        copy(registries)


def test_credentials_do_not_show_what_they_are() -> None:
    assert repr(LOGIN) == "Credentials()"
