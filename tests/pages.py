"""The pages of the project, the blocks of code in them, and a shell that runs a session again."""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parent.parent
FOLDERS = ("ecs_steps", "step_templates", "tests", ".github")
PAGES = sorted([*ROOT.glob("*.md"), *(page for name in FOLDERS for page in (ROOT / name).rglob("*.md"))])

_BLOCK = re.compile(
    r"(?:<!-- (?P<comment>[^\n]*) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}")
"""What the log of a server begins its lines with."""

# A server is ready once it has printed something and says no more.
_UNTIL_IT_IS_READY = """\
size=-1
until [ "$size" -gt 0 ] && [ "$size" = "$(wc -c < server.log)" ]; do
    kill -0 $! 2> /dev/null || break
    size=$(wc -c < server.log); sleep 0.5
done
cat server.log"""


@frozen(kw_only=True)
class Block:
    """A block of code on a page; `comment` is the HTML comment on the line above it."""

    page: Path
    line: int
    language: str
    text: str
    comment: str

    def __str__(self) -> str:
        return f"{name_of(self.page)}:{self.line}"


def name_of(page: Path) -> str:
    """Return the path of a page in the project."""
    return page.relative_to(ROOT).as_posix()


def blocks(pages: Sequence[Path] = PAGES) -> Iterator[Block]:
    """Yield the blocks of pages, in their order."""
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for found in _BLOCK.finditer(text):
            yield Block(
                page=page,
                line=text.count("\n", 0, found.start("language")) + 1,
                language=found["language"],
                text=found["text"],
                comment=found["comment"] or "",
            )


def write_examples(folder: Path) -> None:
    """Write what ``ecs-steps examples`` writes."""
    shutil.copytree(ROOT / "ecs_steps" / "sandbox" / "examples", folder / "examples")


def replayed(page: Path, folder: Path) -> str:
    """Return a page with its sessions as they are when they are run again in this folder."""
    write_examples(folder)
    session = re.compile(r"(?<!-->\n)^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    text = page.read_text(encoding="utf-8")
    return session.sub(lambda found: f"```console\n{_printed_by(found[1], folder)}```", text)


def without_times(text: str) -> list[str]:
    """Return the lines of a page without the times in a server's log."""
    return _TIME.sub("TIME", text).splitlines()


def rewritten(page: Path, expected: str, *, update: bool) -> None:
    """Compare a page with what it should be, or make it so."""
    if update and without_times(page.read_text(encoding="utf-8")) != without_times(expected):
        page.write_text(expected, encoding="utf-8")
    assert without_times(page.read_text(encoding="utf-8")) == without_times(expected)


def _printed_by(session: str, folder: Path) -> str:
    """Run the commands of a session in one shell; one that ends in ``&`` is a server, on a free port."""
    ports = {shown: _free_port() for shown in re.findall(r"--port (\d+)", session)}
    lines = ["trap 'kill $(jobs -p) 2> /dev/null' EXIT"]
    for command in re.findall(r"^\$ (.*)$", session, re.MULTILINE):
        lines.append(f"printf '%s\\n' {shlex.quote(f'$ {command}')}")
        is_server = command.endswith(" &")
        in_background = [f": > server.log; {command[:-1]}>> server.log 2>&1 &", _UNTIL_IT_IS_READY]
        lines += in_background if is_server else [command]
    ran = subprocess.run(
        ["/bin/bash"],
        input=_replaced("\n".join(lines), ports),
        cwd=folder,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "CI": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return _replaced(ran.stdout, {free: shown for shown, free in ports.items()})


def _replaced(text: str, numbers: dict[str, str]) -> str:
    for old, new in numbers.items():
        text = re.sub(rf"\b{old}\b", new, text)
    return text


def _free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])
