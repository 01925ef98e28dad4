import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.image_reference import (
    MAX_PORT,
    MAX_REPOSITORY_LENGTH,
    InvalidReferenceError,
    Reference,
    is_digest,
    is_loopback,
    is_tag,
    parse_reference,
)

HEX = "0123456789abcdef" * 4
DIGEST = f"sha256:{HEX}"


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "digest"),
    [
        ("nginx", "docker.io", "library/nginx", None, None),
        ("nginx:1.27", "docker.io", "library/nginx", "1.27", None),
        ("team/web:1", "docker.io", "team/web", "1", None),
        ("docker.io/nginx", "docker.io", "library/nginx", None, None),
        ("index.docker.io/team/web", "docker.io", "team/web", None, None),
        ("ghcr.io/team/web:1", "ghcr.io", "team/web", "1", None),
        ("localhost/web:1", "localhost", "web", "1", None),
        ("registry:5000/web", "registry:5000", "web", None, None),
        ("REGISTRY/web", "REGISTRY", "web", None, None),
        ("[2001:db8::1]:5000/web", "[2001:db8::1]:5000", "web", None, None),
        ("xn--n3h.com/web:v_1.2-3", "xn--n3h.com", "web", "v_1.2-3", None),
        ("a.b/c/d__e/f---g:1", "a.b", "c/d__e/f---g", "1", None),
        (f"a.b/c@{DIGEST}", "a.b", "c", None, DIGEST),
        (f"a.b/c:1@{DIGEST}", "a.b", "c", "1", DIGEST),
        (f"a.b/c@sha512:{HEX}{HEX}", "a.b", "c", None, f"sha512:{HEX}{HEX}"),
        (
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.0",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
            "shop/web",
            "1.4.0",
            None,
        ),
    ],
)
def test_a_reference_has_docker_s_meaning(
    text: str, registry: str, repository: str, tag: str | None, digest: str | None
) -> None:
    assert parse_reference(text) == Reference(
        registry=registry, repository=repository, tag=tag, digest=digest
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":1",
        "/web",
        "web/",
        "a//b",
        "Web",
        "docker.io/",
        "team/Web:1",
        "web:",
        "web:.1",
        "web:-1",
        f"web:{'a' * 129}",
        "web:ä",
        "web:1\n",
        " web",
        "web@",
        "web@sha256:abc",
        f"web@sha256:{HEX.upper()}",
        f"web@md5:{HEX[:32]}",
        f"@{DIGEST}",
        HEX,
        "a..b/c",
        "-a.b/c",
        "a.b:port/c",
        "a.b:/c",
        "a.b:65536/c",
        "[:::::]/c",
        "[1]:5000/c",
        "a___b",
        "a/-b",
        "user@host/web",
        "https://a.b/c",
        "a.b/c/../d",
        "a.b/" + "c" * (MAX_REPOSITORY_LENGTH + 1),
        "a" * 5000,
    ],
)
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(InvalidReferenceError) as raised:
        parse_reference(text)

    assert raised.value.exit_code == 2
    assert str(raised.value).isascii()
    assert "\n" not in str(raised.value)


# The grammar as distribution/reference writes it, in its own words.
component = st.from_regex(
    re.compile(r"[a-z0-9]{1,5}(?:(?:[_.]|__|-{1,3})[a-z0-9]{1,5}){0,2}", re.ASCII), fullmatch=True
)
repositories = st.lists(component, min_size=1, max_size=4).map("/".join)
labels = st.from_regex(re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,5}[a-zA-Z0-9])?", re.ASCII), fullmatch=True)
hosts = st.lists(labels, min_size=2, max_size=4).map(".".join)
ports = st.none() | st.integers(1, 65535)
registries = st.builds(lambda host, port: host if port is None else f"{host}:{port}", hosts, ports).filter(
    lambda host: host not in ("docker.io", "index.docker.io")
)
tags = st.from_regex(re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}", re.ASCII), fullmatch=True)
digests = st.text("0123456789abcdef", min_size=64, max_size=64).map("sha256:{}".format)
references = st.builds(
    Reference,
    registry=registries,
    repository=repositories,
    tag=st.none() | tags,
    digest=st.none() | digests,
)


@given(references)
def test_every_reference_is_read_as_it_is_written(reference: Reference) -> None:
    assert parse_reference(str(reference)) == reference


@given(st.text(max_size=60) | st.text("aA1.:/@-_[]", max_size=40))
def test_any_text_is_a_reference_or_an_error_about_it(text: str) -> None:
    try:
        reference = parse_reference(text)
    except InvalidReferenceError:
        return
    assert parse_reference(str(reference)) == reference
    port = urlsplit(f"https://{reference.host}").port
    assert port is None or port <= MAX_PORT


@given(tags, digests)
def test_no_tag_is_a_digest(tag: str, digest: str) -> None:
    assert is_tag(tag)
    assert not is_digest(tag)
    assert is_digest(digest)
    assert not is_tag(digest)


def test_docker_hub_answers_under_another_name() -> None:
    assert parse_reference("nginx:1").host == "registry-1.docker.io"
    assert parse_reference("ghcr.io/team/web:1").host == "ghcr.io"


def test_the_digest_counts_where_there_is_a_tag_as_well() -> None:
    assert parse_reference(f"web:1@{DIGEST}").identifier == DIGEST
    assert parse_reference("web:1").identifier == "1"


def test_a_name_alone_does_not_say_which_image_is_meant() -> None:
    with pytest.raises(InvalidReferenceError, match="no tag and no digest"):
        _ = parse_reference("nginx").identifier


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:5000", "127.0.0.1", "127.8.9.1:80", "[::1]:5000", "::1"]
)
def test_this_machine_is_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["localhost.example.com", "10.0.0.1", "128.0.0.1:5000", "[::2]", "ghcr.io"])
def test_other_machines_are_not_this_one(host: str) -> None:
    assert not is_loopback(host)
