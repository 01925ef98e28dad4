"""Markdown within a line: emphasis, code, links, addresses and escapes."""

import re
from collections import Counter

from attrs import define, field

from ecs_steps.octostache.bounds import OctostacheError

_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_PIECE = re.compile(
    r"""(?P<break>(?:(?<!\ )\ {2,}+|\\)\n)
      | \\(?P<escaped>[!-/:-@\[-`{-~])
      | (?<!`)(?P<ticks>`++)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)
      | (?P<image>!\[)
      | \[(?P<label>[^\[\]]*+)\]\((?P<target>[^\s()<>]*+)(?:[ \t]++"(?P<title>[^"]*+)")?\)
      | (?P<reference>\[[^\[\]]*+\]\[)
      | <(?P<address>https?://[^\s<>]++)>
      | (?P<bare>(?<![^\s*_~(])(?:https?|ftp)://[^\s<>()]*[^\s<>().,;:!?'"*_~])
      | (?P<shorthand>(?<![^\s*_~(])(?:www\.|mailto:)(?=\w))
      | (?P<html><[A-Za-z/!?])
      | (?P<entity>&\#?\w++;)
      | (?P<delimiter>\*++|_++|~++|\^++|\+\++|==++)""",
    re.VERBOSE | re.DOTALL,
)
_TAGS = {
    "*": "em",
    "_": "em",
    "**": "strong",
    "__": "strong",
    "~~": "del",
    "~": "sub",
    "^": "sup",
    "++": "ins",
    "==": "mark",
}
_REFUSED = {
    "image": "an image",
    "reference": "a link by reference",
    "shorthand": "an address without http",
    "html": "HTML",
    "entity": "an entity",
}


def code_text(text: str) -> str:
    return text.translate(_HTML)


def write_inline(text: str) -> str:
    """Write the Markdown within a line, or within a paragraph, as HTML."""
    writer = _Writer(text)
    copied = 0
    for found in _PIECE.finditer(text):
        writer.written.append(code_text(text[copied : found.start()]))
        copied = found.end()
        writer.write(found)
    writer.written.append(code_text(text[copied:]))
    return "".join(writer.written)


@define
class _Writer:
    """What is written so far, and which pieces of it may open an emphasis: their place and delimiter."""

    text: str
    written: list[str] = field(factory=list)
    open: list[tuple[int, str]] = field(factory=list)
    opened: Counter[str] = field(factory=Counter)

    def write(self, found: re.Match[str]) -> None:
        kind = found.lastgroup or ""
        for name, what in _REFUSED.items():
            if found[name]:
                raise OctostacheError(f"{what} in Markdown is not supported")
        if found["break"]:
            self.written.append("<br />\n")
        elif found["escaped"]:
            self.written.append(code_text(found["escaped"]))
        elif found["code"]:
            self.written.append(f"<code>{code_text(_code(found['code']))}</code>")
        elif found["delimiter"]:
            self.delimit(found)
        elif found["label"] is not None:
            title = f' title="{code_text(found["title"])}"' if found["title"] else ""
            label = write_inline(found["label"])
            self.written.append(f'<a href="{code_text(found["target"])}"{title}>{label}</a>')
        else:
            address = code_text(found[kind])
            self.written.append(f'<a href="{address}">{address}</a>')

    def delimit(self, found: re.Match[str]) -> None:
        """Close the emphasis that was opened last with the same delimiter, or open one."""
        delimiter = found["delimiter"]
        before, after = self.text[found.start() - 1 : found.start()], self.text[found.end() : found.end() + 1]
        opens, closes = _flanks(before, after), _flanks(after, before)
        if delimiter[0] == "_":
            opens, closes = (
                opens and (not closes or _is_punctuation(before)),
                closes and (not opens or _is_punctuation(after)),
            )
        self.written.append(delimiter)
        if (opens or closes) and delimiter not in _TAGS:
            raise OctostacheError("an emphasis of this kind in Markdown is not supported")
        if closes and self.opened[delimiter]:
            self.close(delimiter)
        elif opens:
            self.open.append((len(self.written) - 1, delimiter))
            self.opened[delimiter] += 1

    def close(self, delimiter: str) -> None:
        """Close the emphasis; what was opened within it and never closed is text."""
        opener = ""
        while opener != delimiter:
            place, opener = self.open.pop()
            self.opened[opener] -= 1
        self.written[place], self.written[-1] = f"<{_TAGS[delimiter]}>", f"</{_TAGS[delimiter]}>"


def _flanks(outside: str, inside: str) -> bool:
    """Say whether a delimiter between them leans on what is inside: Markdown's rule of flanking."""
    if not inside or inside.isspace():
        return False
    return not _is_punctuation(inside) or not outside or outside.isspace() or _is_punctuation(outside)


def _is_punctuation(character: str) -> bool:
    return bool(character) and not character.isalnum() and not character.isspace()


def _code(text: str) -> str:
    text = text.replace("\n", " ")
    return text[1:-1] if text.startswith(" ") and text.endswith(" ") and text.strip() else text
