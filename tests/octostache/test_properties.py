import re
import subprocess
import sys
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from ecs_steps.octostache import Evaluated, Evaluator, OctostacheError, evaluate
from ecs_steps.octostache.bounds import MAX_TEXT

MARKER = "m4rk3r"
NOON = datetime(2016, 11, 3, 12, tzinfo=UTC)

# fmt: off
FILTERS = [
    "AddDays", "AddHours", "Append", "Contains", "EndsWith", "Format", "FromBase64", "HashBucket",
    "HtmlEscape", "Indent", "JsonEscape", "Markdown", "Match", "Md5", "NowDate", "NowDateUtc",
    "Null", "Prepend", "PropertiesKeyEscape", "PropertiesValueEscape", "Replace", "Sha512",
    "StartsWith", "Substring", "ToBase64", "ToLower", "ToUpper", "Trim", "Truncate",
    "UriDataEscape", "UriEscape", "UriPart", "VersionMajor", "VersionPreRelease", "XmlEscape",
    "YamlDoubleQuoteEscape", "YamlSingleQuoteEscape", "Bogus",
]
# fmt: on
NAMES = ["A", "b", "C.D", "E[x]", "E[x].Key", "J.a", "J[b][0]", "Missing", "Octopus.Template.Each.Index", "i"]
OPERANDS = st.one_of(
    st.sampled_from(NAMES),
    st.builds("{} | {}".format, st.sampled_from(NAMES), st.sampled_from(FILTERS)),
    st.just('"b"'),
)
OPTIONS = st.sampled_from(
    [
        "",
        " 1",
        " 2 3",
        " -1",
        " a",
        " b c",
        ' "(.)"',
        ' "[a" x',
        " #{A}",
        " #{b}#{C.D}",
        ' "yyyy-MM-dd"',
        " C",
        " Host",
    ]
)
EXPRESSIONS = st.builds(
    lambda name, filters: " | ".join([name, *(name + option for name, option in filters)]),
    st.sampled_from([*NAMES, ""]),
    st.lists(st.tuples(st.sampled_from(FILTERS), OPTIONS), max_size=3),
)
LEAVES = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "#",
            "##",
            "#{",
            "}",
            "[",
            "]",
            "|",
            '"',
            '\\"',
            "#{if ",
            "#{/if}",
            "#{else}",
            "#{/each}",
            "##{",
            "\n",
            ".",
        ]
    ),
    st.builds("#{{{}}}".format, EXPRESSIONS),
    st.builds(
        "#{{calc {} {} {}}}".format,
        st.sampled_from(["1", "A", "{b}"]),
        st.sampled_from("+-*/%"),
        st.just("2"),
    ),
)
TEXTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map("".join),
        st.builds(
            "#{{if {} {} {}}}{}#{{else}}{}#{{/if}}".format,
            OPERANDS,
            st.sampled_from(["==", "!="]),
            OPERANDS,
            inner,
            inner,
        ),
        st.builds("#{{unless {}}}{}#{{/unless}}".format, OPERANDS, inner),
        st.builds("#{{each i in {}}}{}#{{/each}}".format, st.sampled_from(NAMES), inner),
    ),
    max_leaves=8,
)
VALUES = st.one_of(
    TEXTS, st.sampled_from(["a,b", '{"a": "#{A}", "b": [1]}', "2030-05-22", "1.2.3-x", "https://a.b", "4.3"])
)
VARIABLES = st.dictionaries(
    st.one_of(st.sampled_from([*NAMES, "J"]), st.text(max_size=6)), VALUES, max_size=8
)


def outcome(text: str, variables: dict[str, str]) -> Evaluated | str:
    try:
        return Evaluator(variables, now=lambda: NOON).evaluate(text)
    except OctostacheError as error:
        return str(error)


@settings(max_examples=400)
@given(TEXTS, VARIABLES)
def test_any_text_over_any_dictionary_is_evaluated_or_refused(text: str, variables: dict[str, str]) -> None:
    evaluated = outcome(text, variables)

    if isinstance(evaluated, Evaluated):
        assert len(evaluated.text) <= MAX_TEXT
        assert len(set(evaluated.unresolved)) == len(evaluated.unresolved)
        sources = [text, *variables.values()]
        assert all(
            any(token in source for source in sources) for token in evaluated.unresolved if "\\" not in token
        )


@given(st.text(), st.dictionaries(st.text(), st.text()))
def test_random_characters_do_no_harm(text: str, variables: dict[str, str]) -> None:
    assert outcome(text, variables) is not None


@given(st.text().filter(lambda text: "#{" not in text), VARIABLES)
def test_a_text_without_tokens_is_untouched(text: str, variables: dict[str, str]) -> None:
    assert evaluate(text, variables).text is text


@given(TEXTS, VARIABLES)
def test_an_escaped_text_is_itself_again(text: str, variables: dict[str, str]) -> None:
    text = re.sub(r"(#+)\{", lambda run: run[0] if len(run[1]) % 2 else "#" + run[0], text)
    escaped = re.sub(r"#+\{", lambda run: "#" + run[0], text)

    assert evaluate(escaped, variables) == Evaluated(text)


@given(TEXTS, st.dictionaries(st.sampled_from(["a", "b", "c.d", "j", "missing"]), VALUES))
def test_the_case_of_names_does_not_matter(text: str, variables: dict[str, str]) -> None:
    shouted = {name.upper(): value for name, value in variables.items()}

    assert outcome(text, shouted) == outcome(text, variables)


@settings(max_examples=300)
@given(TEXTS, st.sampled_from(NAMES))
def test_an_error_names_tokens_and_variables_but_no_value(text: str, name: str) -> None:
    values = [
        MARKER,
        f"#{{A}}{MARKER}",
        f'{{"a": "{MARKER}"}}',
        f"{MARKER},{MARKER}",
        f"https://{MARKER}@x:y/",
    ]
    variables = {variable: values[at % len(values)] for at, variable in enumerate([*NAMES[:5], "J"])} | {
        name: MARKER
    }

    evaluated = outcome(text, variables)

    if isinstance(evaluated, str):
        assert MARKER not in evaluated
    else:
        assert not any(MARKER in token for token in evaluated.unresolved)


def test_a_text_without_filters_loads_none() -> None:
    script = (
        "import sys; from ecs_steps.octostache import evaluate; "
        "assert evaluate('#{A}#{if B}x#{/if}#{calc 1+1}', {'A': '1'}).text == '12'; "
        "print([name for name in sys.modules if name.startswith('ecs_steps.octostache.filters')])"
    )

    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603  our own script

    assert finished.stdout.strip() == "[]"
