import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.octostache import Evaluated, OctostacheError, evaluate

ABC_MD5 = "900150983cd24fb0d6963f7d28e17f72"


@pytest.mark.parametrize(
    ("value", "chain", "expected"),
    [
        ("Bar", "ToBase64", "QmFy"),
        ("Foo Bar", "tobase64", "Rm9vIEJhcg=="),
        ("", "ToBase64", ""),
        ("é", "ToBase64", "w6k="),
        ("é", "ToBase64 utf8", "w6k="),
        ("é", "ToBase64 UTF-8", "w6k="),
        ("é", "ToBase64 unicode", "6QA="),
        ("\ud800", "ToBase64", "77+9"),
        ("QmFy", "FromBase64", "Bar"),
        ("Qm Fy\r\n", "FromBase64", "Bar"),
        ("6QA=", "FromBase64 Unicode", "é"),
        ("/w==", "FromBase64", "\ufffd"),
        ("", "FromBase64", ""),
        ("Bar", "ToBase64 | FromBase64", "Bar"),
        ("abc", "Md5", ABC_MD5),
        ("", "Md5", "d41d8cd98f00b204e9800998ecf8427e"),
        ("abc", "MD5 4", ABC_MD5[:8]),
        ("abc", "Md5 800", ABC_MD5),
        ("abc", "Md5 utf8", ABC_MD5),
        ("abc", "Md5 UTF-8 2", ABC_MD5[:4]),
        ("abc", "Md5 2 utf8", ABC_MD5[:4]),
        ("abc", "Md5 unicode", "ce1473cf80c6b3fda8e3dfc006adc315"),
        ("YWJj", "Md5 base64", ABC_MD5),
        ("abc", "Sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("abc", "Sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abc",
            "Sha384",
            (
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                "8086072ba1e7cc2358baeca134c825a7"
            ),
        ),
        (
            "abc",
            "Sha512",
            (
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
            ),
        ),
        ("abc", "Sha512 3", "ddaf35"),
    ],
)
def test_a_text_is_converted(value: str, chain: str, expected: str) -> None:
    assert evaluate(f"#{{V | {chain}}}", {"V": value}) == Evaluated(expected)


@pytest.mark.parametrize(
    "chain",
    [
        "ToBase64 latin1",
        "ToBase64 utf8 utf8",
        "FromBase64 latin1",
        "FromBase64 utf8 x",
        *(
            f"{name} {options}"
            for name in ("Md5", "Sha1", "Sha256", "Sha384", "Sha512")
            for options in (
                "-1",
                "0",
                "bar",
                "utf8 0",
                "0 utf8",
                "12 13",
                "utf8 unicode",
                "12 utf8 x",
                "base64",
            )
        ),
    ],
)
def test_a_conversion_without_a_result_leaves_its_token(chain: str) -> None:
    token = f"#{{V | {chain}}}"

    assert evaluate(token, {"V": "ab"}) == Evaluated(token, (token,))


@pytest.mark.parametrize("chain", ["ToBase64", "FromBase64", "Md5", "Sha1", "Sha256", "Sha384", "Sha512"])
def test_a_conversion_needs_a_value(chain: str) -> None:
    token = f"#{{Missing | {chain}}}"

    assert evaluate(token, {}) == Evaluated(token, (token,))


def test_what_is_not_base64_is_an_error() -> None:
    with pytest.raises(OctostacheError) as caught:
        evaluate("#{Secret | FromBase64}", {"Secret": "not base64!"})

    assert str(caught.value) == "#{Secret | FromBase64}: FromBase64: the text is not Base64"


@pytest.mark.parametrize(
    ("value", "name", "expected"),
    [
        ("1 < 2 & 'x' \"y\" > a/b", "HtmlEscape", "1 &lt; 2 &amp; &apos;x&apos; &quot;y&quot; &gt; a&#x2F;b"),
        ("1 < 2 & 'x' \"y\" > a/b", "XmlEscape", "1 &lt; 2 &amp; &apos;x&apos; &quot;y&quot; &gt; a/b"),
        ("", "HtmlEscape", ""),
        ("&amp;", "XmlEscape", "&amp;amp;"),
        ('He said "Hello!"', "JsonEscape", r"He said \"Hello!\""),
        ("a\r\n\tb\\c", "JsonEscape", r"a\r\n\tb\\c"),
        ("a/b é", "JsonEscape", "a/b é"),
        ("The bee's knees", "YamlSingleQuoteEscape", "The bee''s knees"),
        ("\\'", "YamlSingleQuoteEscape", "\\''"),
        ("a\nb", "YamlSingleQuoteEscape", "a\n\nb"),
        ("a\n\nb", "YamlSingleQuoteEscape", "a\n\n\nb"),
        ("a\r\nb", "YamlSingleQuoteEscape", "a\r\n\r\nb"),
        ("a\n\r\nb", "YamlSingleQuoteEscape", "a\n\n\r\nb"),
        ("a\rb", "YamlSingleQuoteEscape", "a\rb"),
        ('"Hello"\\Goodbye', "YamlDoubleQuoteEscape", r"\"Hello\"\\Goodbye"),
        ("a\r\n\tb", "YamlDoubleQuoteEscape", r"a\r\n\tb"),
        ("it's é", "YamlDoubleQuoteEscape", r"it's \u00e9"),
        ("\x07", "YamlDoubleQuoteEscape", r"\u0007"),
        ("\U0001f600", "YamlDoubleQuoteEscape", r"\ud83d\ude00"),
        ("Hey: x=y", "PropertiesKeyEscape", r"Hey\:\ x\=y"),
        ("a\\b\r\n\t", "PropertiesKeyEscape", r"a\\b\r\n\t"),
        ("÷ü", "PropertiesKeyEscape", "÷ü"),
        ("ÿ章", "PropertiesKeyEscape", r"\u00ff\u7ae0"),
        ("a\\b=c: d", "PropertiesValueEscape", r"a\\b=c: d"),
        (" a b ", "PropertiesValueEscape", r"\ a b "),
        ("\ta\n", "PropertiesValueEscape", r"\ta\n"),
        ("\U0001f600", "PropertiesValueEscape", r"\ud83d\ude00"),
        ("A b:c+d/e", "UriEscape", "A%20b:c+d/e"),
        ("100%[é]?x=y#z", "UriEscape", "100%25[%C3%A9]?x=y#z"),
        ('"<>\\^`{|}', "UriEscape", "%22%3C%3E%5C%5E%60%7B%7C%7D"),
        ("A b:c+d/e", "UriDataEscape", "A%20b%3Ac%2Bd%2Fe"),
        ("-_.~!*'()", "UriDataEscape", "-_.~%21%2A%27%28%29"),
        ("\U0001f600", "UriDataEscape", "%F0%9F%98%80"),
        ("\ud800", "UriDataEscape", "%EF%BF%BD"),
    ],
)
def test_a_text_is_escaped(value: str, name: str, expected: str) -> None:
    assert evaluate(f"#{{V | {name}}}", {"V": value}) == Evaluated(expected)


@pytest.mark.parametrize(
    "name",
    [
        "HtmlEscape",
        "XmlEscape",
        "JsonEscape",
        "YamlSingleQuoteEscape",
        "YamlDoubleQuoteEscape",
        "PropertiesKeyEscape",
        "PropertiesValueEscape",
        "UriEscape",
        "UriDataEscape",
    ],
)
def test_an_escape_takes_no_option_and_needs_a_value(name: str) -> None:
    for token in (f"#{{V | {name} x}}", f"#{{Missing | {name}}}"):
        assert evaluate(token, {"V": "abc"}) == Evaluated(token, (token,))


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="".join(map(chr, range(32))))))
def test_what_is_escaped_for_json_is_read_back(text: str) -> None:
    escaped = evaluate("#{V | JsonEscape}", {"V": text.replace("#{", "")}).text

    assert json.loads(f'"{escaped}"') == text.replace("#{", "")
