import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.octostache import Evaluated, evaluate


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
