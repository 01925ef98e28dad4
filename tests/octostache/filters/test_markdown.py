import pytest

from ecs_steps.octostache import OctostacheError, evaluate


def html(markdown: str) -> str:
    return evaluate("#{V | MarkdownToHtml}", {"V": markdown}).text


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("", "\n"),
        ("text", "<p>text</p>\n\n"),
        ("  text  ", "<p>text</p>\n\n"),
        ("one\ntwo", "<p>one\ntwo</p>\n\n"),
        ("one\n  two", "<p>one\ntwo</p>\n\n"),
        ("one\r\n\r\n\r\ntwo", "<p>one</p>\n<p>two</p>\n\n"),
        ("a < b & \"c\" > 'd'", "<p>a &lt; b &amp; &quot;c&quot; &gt; 'd'</p>\n\n"),
        ("_yeah!_", "<p><em>yeah!</em></p>\n\n"),
        (
            "*em* **strong** __strong__",
            "<p><em>em</em> <strong>strong</strong> <strong>strong</strong></p>\n\n",
        ),
        ("**a *b* c**", "<p><strong>a <em>b</em> c</strong></p>\n\n"),
        ("2 * 3 * 4", "<p>2 * 3 * 4</p>\n\n"),
        ("snake_case_name", "<p>snake_case_name</p>\n\n"),
        ("in*the*middle", "<p>in<em>the</em>middle</p>\n\n"),
        ("*open", "<p>*open</p>\n\n"),
        ("~~gone~~ H~2~O x^2^", "<p><del>gone</del> H<sub>2</sub>O x<sup>2</sup></p>\n\n"),
        ("++new++ ==seen==", "<p><ins>new</ins> <mark>seen</mark></p>\n\n"),
        ("`a < *b*`", "<p><code>a &lt; *b*</code></p>\n\n"),
        ("`` a`b ``", "<p><code>a`b</code></p>\n\n"),
        ("an ` alone", "<p>an ` alone</p>\n\n"),
        (r"\*not\* \_em\_ \\", r"<p>*not* _em_ \</p>" + "\n\n"),
        ("[text](http://a.b/c)", '<p><a href="http://a.b/c">text</a></p>\n\n'),
        ('[*t*](u "a title")', '<p><a href="u" title="a title"><em>t</em></a></p>\n\n'),
        ("http://octopus.com", '<p><a href="http://octopus.com">http://octopus.com</a></p>\n\n'),
        ("see https://a.b/c?d=e.", '<p>see <a href="https://a.b/c?d=e">https://a.b/c?d=e</a>.</p>\n\n'),
        ("<https://a.b>", '<p><a href="https://a.b">https://a.b</a></p>\n\n'),
        ("one  \ntwo\\\nthree", "<p>one<br />\ntwo<br />\nthree</p>\n\n"),
        ("# Title", "<h1>Title</h1>\n\n"),
        ("### A *b* ##", "<h3>A <em>b</em></h3>\n\n"),
        ("#hash", "<p>#hash</p>\n\n"),
        ("#", "<h1></h1>\n\n"),
        ("# #", "<h1></h1>\n\n"),
        ("# C#", "<h1>C#</h1>\n\n"),
        ("## C# ##", "<h2>C#</h2>\n\n"),
        ("####### seven", "<p>####### seven</p>\n\n"),
        ("text\n# Title\ntext", "<p>text</p>\n<h1>Title</h1>\n<p>text</p>\n\n"),
        ("a\n\n---\n\nb", "<p>a</p>\n<hr />\n<p>b</p>\n\n"),
        ("* * *", "<hr />\n\n"),
        ("```\na < b\n\n# c\n```", "<pre><code>a &lt; b\n\n# c\n</code></pre>\n\n"),
        ("~~~sh\nls\n~~~\nend", '<pre><code class="language-sh">ls\n</code></pre>\n<p>end</p>\n\n'),
        ("```\nopen", "<pre><code>open\n</code></pre>\n\n"),
        ("- a\n- *b*", "<ul>\n<li>a</li>\n<li><em>b</em></li>\n</ul>\n\n"),
        ("* a\n\ntext", "<ul>\n<li>a</li>\n</ul>\n<p>text</p>\n\n"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n\n"),
        ("3) a\n4) b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n\n'),
        (
            "|H1|H2|\n|-|-|\n|a|*b*|",
            (
                "<table>\n<thead>\n<tr>\n<th>H1</th>\n<th>H2</th>\n</tr>\n</thead>\n"
                "<tbody>\n<tr>\n<td>a</td>\n<td><em>b</em></td>\n</tr>\n</tbody>\n</table>\n\n"
            ),
        ),
        (
            "H1 | H2\n--- | ---\na \\| b | c\n\nend",
            (
                "<table>\n<thead>\n<tr>\n<th>H1</th>\n<th>H2</th>\n</tr>\n</thead>\n"
                "<tbody>\n<tr>\n<td>a | b</td>\n<td>c</td>\n</tr>\n</tbody>\n</table>\n<p>end</p>\n\n"
            ),
        ),
        ("a | b", "<p>a | b</p>\n\n"),
        ("text\n- a\n- b", "<p>text</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n\n"),
        ("text\n1. a", "<p>text</p>\n<ol>\n<li>a</li>\n</ol>\n\n"),
        ("text\n2. a", "<p>text\n2. a</p>\n\n"),
        ("- a\n  - b", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n\n"),
        ("- a\n  b", "<ul>\n<li>a\nb</li>\n</ul>\n\n"),
        ("a <b>c</b>", "<p>a <b>c</b></p>\n\n"),
        ("a &copy; b", "<p>a © b</p>\n\n"),
        ("![alt](src)", '<p><img src="src" alt="alt" /></p>\n\n'),
        ('[a][b]\n\n[b]: http://c "t"', '<p><a href="http://c" title="t">a</a></p>\n\n'),
        ("> quoted", "<blockquote>\n<p>quoted</p>\n</blockquote>\n\n"),
        ("Title\n===", "<h1>Title</h1>\n\n"),
        ("Title\n---", "<h2>Title</h2>\n\n"),
        ("a\n\n    code", "<p>a</p>\n<pre><code>code\n</code></pre>\n\n"),
        ("***both***", "<p><em><strong>both</strong></em></p>\n\n"),
        ("a+b=c C++ a == b", "<p>a+b=c C++ a == b</p>\n\n"),
        ("[*a* ~~b~~](u)", '<p><a href="u"><em>a</em> <del>b</del></a></p>\n\n'),
        ("~~a *b* c~~", "<p><del>a <em>b</em> c</del></p>\n\n"),
        ("[http://a](http://b)", '<p><a href="http://b">http://a</a></p>\n\n'),
        ("`http://a` xhttp://a", "<p><code>http://a</code> xhttp://a</p>\n\n"),
        (
            "|a|b|\n|:-|-:|\n|c|",
            (
                '<table>\n<thead>\n<tr>\n<th style="text-align: left;">a</th>\n'
                '<th style="text-align: right;">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n'
                '<td style="text-align: left;">c</td>\n<td style="text-align: right;"></td>\n</tr>\n'
                "</tbody>\n</table>\n\n"
            ),
        ),
    ],
)
def test_markdown_becomes_html(markdown: str, expected: str) -> None:
    assert html(markdown) == expected


@pytest.mark.parametrize(
    ("markdown", "what"),
    [
        ("|a|b|\n|-|-|\n|c|d|e|", "a row that is longer than the head of its table"),
        ("> |a|\n> |-|\n> |c|d|", "a row that is longer than the head of its table"),
        ("a~~~both~~~", "an emphasis of this kind"),
        ("a ===b===", "an emphasis of this kind"),
        ("mailto:a@b.c", "an address without http"),
        ("see www.octopus.com", "an address without http"),
        ("x" * 100_001, "more than 100000 characters"),
    ],
)
def test_what_octopus_would_write_differently_is_refused_by_name(markdown: str, what: str) -> None:
    with pytest.raises(OctostacheError, match=f"Markdown: {what} in Markdown is not supported"):
        evaluate("#{V | Markdown}", {"V": markdown})


@pytest.mark.parametrize(
    "markdown",
    [
        *(
            unit * (20_000 // len(unit))  # well within the second of CPU time, also on a busy machine
            for unit in ("*a ", "_a_ ", "`a ", "[a", "| a ", "- a\n", "a\n\n", "a**b", "^a", "![a](", "> ")
        ),
        "http://a " * 5_000,
        "*a " * 6_000 + "b** " * 4_500,
        "`" * 50_000 + "a" * 50_000,
        "a" + " " * 99_998 + "b",
        "# a" + " " * 99_996 + "b",
        "http://" + "." * 99_993,
        "".join("`" * length + "a" for length in range(440)),
    ],
)
def test_markdown_that_is_never_closed_does_no_harm(markdown: str) -> None:
    assert html(markdown)


@pytest.mark.parametrize("token", ["#{V | Markdown x}", "#{Missing | Markdown}"])
def test_markdown_takes_no_option_and_needs_a_value(token: str) -> None:
    assert evaluate(token, {"V": "a"}).unresolved == (token,)
