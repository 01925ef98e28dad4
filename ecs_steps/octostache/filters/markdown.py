r"""The filter `MarkdownToHtml`: the everyday part of Markdown, and an error for the rest of it.

Paragraphs, headings with ``#``, rules, fenced code, flat lists and tables with pipes; emphasis, strong,
struck, raised, lowered, inserted and marked text, code, links, addresses, line breaks, backslash escapes.
Refused by name: HTML, entities, images, links by reference, quotes, headings with an underline, nested or
indented blocks, list items of several lines or with blank lines between, aligned columns.
"""

import re
from collections.abc import Callable, Sequence

from attrs import define

from ecs_steps.octostache.bounds import OctostacheError
from ecs_steps.octostache.filters.markdown_inline import code_text, write_inline

_HEADING = re.compile(r"(#{1,6})(?:[ \t].*|)")
_RULE = re.compile(r"(?:-[ \t]*+){3,}+|(?:\*[ \t]*+){3,}+|(?:_[ \t]*+){3,}+")
_FENCE = re.compile(r"(```++|~~~++)[ \t]*+([\w+-]*+)[ \t]*+")
_BULLET = re.compile(r"([-*+])()[ \t]++(.*)")
_NUMBERED = re.compile(r"(\d{1,9})([.)])[ \t]++(.*)")
_TABLE_RULE = re.compile(r"(?=.*\|)[ \t|:-]++")
_CELL = re.compile(r"(?:[^|\\]++|\\.)*+")
_REFUSED = [
    (re.compile(pattern), name)
    for pattern, name in {
        r" {4}|\t| {1,3}[-*+>#`~\d]": "an indented block",
        r">": "a quote",
        r"=+[ \t]*$": "a heading with an underline",
        r"\[[^\]]*\]:": "a link by reference",
    }.items()
]
_LONGEST = 100_000


def markdown_to_html(text: str | None, options: Sequence[str]) -> str | None:
    """Write Markdown as HTML.

    Raises:
        OctostacheError: The text uses what is not supported here, or is longer than 100,000 characters.
    """
    if text is None or options:
        return None
    if len(text) > _LONGEST:
        raise _refused(f"more than {_LONGEST} characters")
    lines = text.strip().replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _Blocks(lines).write() + "\n"


def _refused(what: str) -> OctostacheError:
    return OctostacheError(f"{what} in Markdown is not supported")


@define
class _Blocks:
    lines: list[str]
    at: int = 0

    def write(self) -> str:
        written: list[str] = []
        while self.at < len(self.lines):
            if not self.lines[self.at].strip():
                self.at += 1
                continue
            written.append(next(filter(None, (block(self) for block in _BLOCKS))))
        return "".join(written)

    def line(self, ahead: int = 0) -> str:
        return self.lines[self.at + ahead] if self.at + ahead < len(self.lines) else ""

    def refuse(self) -> None:
        for pattern, name in _REFUSED:
            if pattern.match(self.line()):
                raise _refused(name)

    def heading(self) -> str:
        found = _HEADING.fullmatch(self.line())
        if found is None:
            return ""
        self.at += 1
        level = len(found[1])
        title = found[0][level:].rstrip()
        closing = title.rstrip("#")
        title = closing if closing[-1:] in {"", " ", "\t"} else title
        return f"<h{level}>{write_inline(title.strip())}</h{level}>\n"

    def rule(self) -> str:
        if not _RULE.fullmatch(self.line()):
            return ""
        self.at += 1
        return "<hr />\n"

    def fence(self) -> str:
        found = _FENCE.fullmatch(self.line())
        if found is None:
            return ""
        self.at += 1
        start = self.at
        while self.at < len(self.lines) and not (
            self.line().rstrip().startswith(found[1]) and not self.line().strip(found[1][0] + " \t")
        ):
            self.at += 1
        body = "".join(f"{code_text(line)}\n" for line in self.lines[start : self.at])
        self.at += 1
        language = f' class="language-{found[2]}"' if found[2] else ""
        return f"<pre><code{language}>{body}</code></pre>\n"

    def items(self) -> str:
        marker = _BULLET if _BULLET.fullmatch(self.line()) else _NUMBERED
        first = marker.fullmatch(self.line())
        if first is None:
            return ""
        items: list[str] = []
        while (found := marker.fullmatch(self.line())) and found[2 if found[2] else 1] == first[
            2 if first[2] else 1
        ]:
            items.append(f"<li>{write_inline(found[3].strip())}</li>\n")
            self.at += 1
        if self.line().strip():
            raise _refused("a list item of several lines")
        if self.line(1) and marker.fullmatch(self.line(1)):
            raise _refused("a list with blank lines")
        if marker is _BULLET:
            return f"<ul>\n{''.join(items)}</ul>\n"
        start = f' start="{int(first[1])}"' if int(first[1]) != 1 else ""
        return f"<ol{start}>\n{''.join(items)}</ol>\n"

    def table(self) -> str:
        if "|" not in self.line() or "-" not in self.line(1) or not _TABLE_RULE.fullmatch(self.line(1)):
            return ""
        if ":" in self.line(1):
            raise _refused("the alignment of a table's columns")
        head = _cells(self.line())
        if len(_cells(self.line(1))) != len(head):
            return ""
        self.at += 2
        rows = ""
        while "|" in self.line():
            cells = _cells(self.line())
            if len(cells) != len(head):
                raise _refused("a table with rows of different lengths")
            rows += _row(cells, "td")
            self.at += 1
        body = f"<tbody>\n{rows}</tbody>\n" if rows else ""
        return f"<table>\n<thead>\n{_row(head, 'th')}</thead>\n{body}</table>\n"

    def paragraph(self) -> str:
        lines: list[str] = []
        while self.line().strip():
            self.refuse()
            if lines and self.line().strip(" \t-") == "":
                raise _refused("a heading with an underline")
            if lines and any(
                pattern.fullmatch(self.line()) for pattern in (_HEADING, _RULE, _FENCE, _BULLET)
            ):
                break
            lines.append(self.line().lstrip())
            self.at += 1
        return f"<p>{write_inline(chr(10).join(lines).rstrip())}</p>\n"


def _cells(line: str) -> list[str]:
    line = line.strip().removeprefix("|")
    cells: list[str] = []
    at = 0
    while at <= len(line):
        cell = _CELL.match(line, at)
        end = cell.end() if cell else at
        cells.append(line[at:end].strip())
        at = end + 1
    return cells[:-1] if cells[-1] == "" else cells


def _row(cells: list[str], tag: str) -> str:
    return f"<tr>\n{''.join(f'<{tag}>{write_inline(cell)}</{tag}>{chr(10)}' for cell in cells)}</tr>\n"


_BLOCKS: tuple[Callable[[_Blocks], str], ...] = (
    _Blocks.heading,
    _Blocks.rule,
    _Blocks.fence,
    _Blocks.items,
    _Blocks.table,
    _Blocks.paragraph,
)
