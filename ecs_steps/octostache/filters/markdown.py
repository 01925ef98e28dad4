"""The filter `MarkdownToHtml`: CommonMark with tables, more kinds of emphasis and links of bare addresses.

text -> tokens of markdown-it-py, with rules for what Octopus' Markdig has beyond it -> HTML.

What the two would write differently is refused by name: addresses without a scheme, rows of a table that are
longer than its head, and runs of emphasis marks that have no meaning.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

from ecs_steps.octostache.bounds import OctostacheError, Work

_MAX_LENGTH = 100_000
_EMPHASIS = {"~~": "del", "~": "sub", "^": "sup", "++": "ins", "==": "mark"}
_UNICODE_LIMIT = 0x110000
_SCHEME = re.compile(r"(?<![^\s*_~(])(https?|ftp|mailto)\Z")
_MAX_SCHEME_LENGTH = 6
_REST_OF_ADDRESS = re.compile(r"://[^\s<>()]*[^\s<>().,;:!?'\"*_~]")
_WITHOUT_SCHEME = re.compile(r"(?<![^\s*_~(])www\.\w")
_PIPE = re.compile(r"(?<!\\)\|")


def markdown_to_html(text: str, *, work: Work) -> str:
    """Write Markdown as HTML.

    Raises:
        OctostacheError: The text uses what is not supported, or is longer than 100,000 characters.
    """
    if len(text) > _MAX_LENGTH:
        raise _unsupported(f"more than {_MAX_LENGTH} characters")
    work.spend(len(text))
    with work.timed():
        html: str = _parser().render(f"{text.strip()}\n")
    return f"{html}\n"


def _unsupported(construct: str) -> OctostacheError:
    return OctostacheError(f"{construct} in Markdown is not supported")


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table")
    parser.inline.ruler.before("emphasis", "more_emphasis", _read_emphasis)
    parser.inline.ruler2.before("emphasis", "more_emphasis", _pair_emphasis)
    parser.inline.ruler.before("link", "address", _read_address)
    parser.core.ruler.push("differences", _check_tokens)
    return parser


def _read_emphasis(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  markdown-it-py's signature
    """Read a run of marks. Its length is in the marker of its delimiter, so that runs of one length pair."""
    mark = state.src[state.pos]
    if silent or mark not in "~^+=":
        return False
    opens, closes, length = state.scanDelims(state.pos, canSplitWord=True)
    run = mark * length
    if run in _EMPHASIS:
        state.push("text", "", 0).content = run
        marker = ord(mark) + length * _UNICODE_LIMIT
        state.delimiters.append(
            Delimiter(marker=marker, length=0, token=len(state.tokens) - 1, end=-1, open=opens, close=closes)
        )
    elif (opens or closes) and run not in {"+", "="}:
        raise _unsupported("an emphasis of this kind")
    else:
        state.append_pending(run)
    state.pos += length
    return True


def _pair_emphasis(state: StateInline) -> None:
    """Make tags of the delimiters that were paired: those of the text, then those within each link."""
    for delimiters in (state.delimiters, *(meta["delimiters"] for meta in state.tokens_meta if meta)):
        for opening in delimiters:
            if opening.marker < _UNICODE_LIMIT or opening.end < 0:
                continue
            for delimiter, nesting in ((opening, 1), (delimiters[opening.end], -1)):
                token = state.tokens[delimiter.token]
                token.tag, token.content, token.nesting = _EMPHASIS[token.content], "", nesting
                token.type = "emphasis_open" if nesting > 0 else "emphasis_close"


def _read_address(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  as above
    """Make a link of an address that stands in the text, at the colon behind its scheme."""
    if state.src[state.pos] != ":" or state.linkLevel > 0:
        return False
    scheme = _SCHEME.search(state.src[max(state.pos - _MAX_SCHEME_LENGTH - 1, 0) : state.pos])
    if scheme is None or not state.pending.endswith(scheme[0]):
        return False
    if scheme[0] == "mailto":
        raise _unsupported("an address without http")
    rest = _REST_OF_ADDRESS.match(state.src, state.pos)
    if rest is None:
        return False
    if not silent:
        state.pending = state.pending.removesuffix(scheme[0])
        state.push("link_open", "a", 1).attrs = {"href": state.md.normalizeLink(scheme[0] + rest[0])}
        state.push("text", "", 0).content = scheme[0] + rest[0]
        state.push("link_close", "a", -1)
    state.pos = rest.end()
    return True


def _check_tokens(state: StateCore) -> None:
    """Refuse what Markdig would write differently, and write the alignment of a column as it does."""
    lines = state.src.split("\n")
    for token in state.tokens:
        if token.type == "table_open" and token.map:
            head, _, *rows = (line.strip(" >|") for line in lines[slice(*token.map)])
            if any(len(_PIPE.findall(row)) > len(_PIPE.findall(head)) for row in rows):
                raise _unsupported("a row that is longer than the head of its table")
        elif token.type in {"th_open", "td_open"} and (style := token.attrGet("style")):
            token.attrSet("style", f"{style};".replace(":", ": "))
        for child in token.children or ():
            if child.type == "text" and _WITHOUT_SCHEME.search(child.content):
                raise _unsupported("an address without http")
