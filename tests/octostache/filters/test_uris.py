import pytest

from ecs_steps.octostache import Evaluated, OctostacheError, evaluate

DOCS = "https://octopus.com/docs"


@pytest.mark.parametrize(
    ("uri", "part", "expected"),
    [
        (DOCS, "AbsolutePath", "/docs"),
        ("https://octopus.com", "AbsolutePath", "/"),
        ("https://octopus.com/a b", "AbsolutePath", "/a%20b"),
        ("https://octopus.com/a/../b/./c", "AbsolutePath", "/b/c"),
        ("https://octopus.com/a/..", "AbsolutePath", "/"),
        (DOCS, "AbsoluteUri", DOCS),
        ("HTTPS://Octopus.COM:443", "AbsoluteUri", "https://octopus.com/"),
        ("https://me:pw@octopus.com:8443/a?b#c", "AbsoluteUri", "https://me:pw@octopus.com:8443/a?b#c"),
        (DOCS, "Authority", "octopus.com"),
        ("https://octopus.com:8443/", "Authority", "octopus.com:8443"),
        ("http://octopus.com:443/", "authority", "octopus.com:443"),
        (DOCS, "DnsSafeHost", "octopus.com"),
        ("http://[::1]/", "DnsSafeHost", "::1"),
        (f"{DOCS}#filters", "Fragment", "#filters"),
        (DOCS, "Fragment", ""),
        (DOCS, "Host", "octopus.com"),
        ("http://[::1]/", "Host", "[::1]"),
        (DOCS, "HostAndPort", "octopus.com:443"),
        (DOCS, "HostNameType", "Dns"),
        ("http://10.0.0.1/", "HostNameType", "IPv4"),
        ("http://[::1]/", "HostNameType", "IPv6"),
        ("mailto:a@b.c", "HostNameType", "Basic"),
        (DOCS, "IsAbsoluteUri", "true"),
        ("docs/page", "IsAbsoluteUri", "false"),
        (DOCS, "IsDefaultPort", "true"),
        ("https://octopus.com:8443", "IsDefaultPort", "false"),
        (DOCS, "IsFile", "false"),
        (DOCS, "IsLoopback", "false"),
        ("http://localhost:8080/", "IsLoopback", "true"),
        ("http://127.0.0.2/", "IsLoopback", "true"),
        ("http://[::1]/", "IsLoopback", "true"),
        (DOCS, "IsUnc", "false"),
        (DOCS, "Path", "/docs"),
        ("https://octopus.com/a%20b", "Path", "/a b"),
        (f"{DOCS}?filter=faq", "PathAndQuery", "/docs?filter=faq"),
        (DOCS, "Port", "443"),
        ("http://octopus.com", "Port", "80"),
        ("ftp://octopus.com", "Port", "21"),
        ("custom://octopus.com", "Port", "-1"),
        (f"{DOCS}?filter=faq", "Query", "?filter=faq"),
        (DOCS, "Scheme", "https"),
        (DOCS, "SchemeAndServer", "https://octopus.com"),
        ("https://octopus.com:8443/x", "SchemeAndServer", "https://octopus.com:8443"),
        ("https://username:password@octopus.com", "UserInfo", "username:password"),
        (DOCS, "UserInfo", ""),
        (f"  {DOCS} ", "host", "octopus.com"),
        (DOCS, "Host ignored", "octopus.com"),
    ],
)
def test_a_part_of_a_uri_is_taken(uri: str, part: str, expected: str) -> None:
    assert evaluate(f"#{{V | UriPart {part}}}", {"V": uri}) == Evaluated(expected)


@pytest.mark.parametrize(
    ("uri", "part", "message"),
    [
        (DOCS, "", "no part is named"),
        (DOCS, " bar", "there is no such part"),
        ("/docs", " Host", "the text is not an absolute URI"),
        ("", " Host", "the text is not an absolute URI"),
        ("https://", " Host", "the text is not an absolute URI"),
        ("https://host:99999/", " Host", "the text is not an absolute URI"),
        ("https://host:x/", " Host", "the text is not an absolute URI"),
        ("file:///etc/hosts", " Path", "the URI of a file is not supported"),
    ],
)
def test_what_octopus_writes_as_an_error_into_the_text_is_an_error(uri: str, part: str, message: str) -> None:
    token = f"#{{V | UriPart{part}}}"

    with pytest.raises(OctostacheError) as caught:
        evaluate(token, {"V": uri})

    assert str(caught.value) == f"{token}: UriPart: {message}"


def test_uri_part_needs_a_value() -> None:
    text = "#{Missing | UriPart Host}"

    assert evaluate(text, {}) == Evaluated(text, (text,))
