"""A terminal that tests can read: a pseudo-terminal, and what would be on its screen."""

import os
import pty
import re
import termios
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

# One thing at a time: a control sequence, a control character, or a run of text.
_PIECE = re.compile(
    r"\x1b\[(?P<digits>[?0-9;]*)(?P<final>[A-Za-z])|(?P<control>[\r\n])|(?P<text>[^\x1b\r\n]+)"
)
_TIMEOUT = 20.0


class PseudoTerminal:
    """A pseudo-terminal: what is written on `stream` is read in a thread, and is then on the `screen`."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self._ours, theirs = pty.openpty()
        settings = termios.tcgetattr(theirs)
        settings[1] &= ~termios.OPOST  # line ends as they are written
        termios.tcsetattr(theirs, termios.TCSANOW, settings)
        self.stream = os.fdopen(theirs, "w", encoding=encoding)
        self._bytes = b""
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read)

    def __enter__(self) -> Self:
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        os.close(self._ours)

    def close(self) -> None:
        """End what is written, and read the rest of it."""
        if not self.stream.closed:
            self.stream.close()
        self._reader.join()

    def _read(self) -> None:
        while True:
            try:
                piece = os.read(self._ours, 65536)
            except OSError:  # the other end is closed
                return
            with self._changed:
                self._bytes += piece
                self._changed.notify_all()

    def wait_for(self, what: Callable[[list[str]], bool]) -> bool:
        """Return whether the screen comes to show it within some seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: what(self.screen), timeout=_TIMEOUT)

    @property
    def text(self) -> str:
        """Everything that was written, control sequences and all."""
        return self._bytes.decode("utf-8", "replace")

    @property
    def screen(self) -> list[str]:
        """The lines on the screen, its scrollback included."""
        return screen(self.text)


def screen(text: str) -> list[str]:
    """Return the lines that a terminal of endless height shows, without blanks at their ends."""
    lines, row, column = [""], 0, 0
    for piece in _PIECE.finditer(text):
        digits, final, control, written = piece["digits"], piece["final"], piece["control"], piece["text"]
        if written:
            lines[row] = lines[row][:column].ljust(column) + written + lines[row][column + len(written) :]
            column += len(written)
        elif control == "\r":
            column = 0
        elif control == "\n":
            row, column = row + 1, 0
            lines += [""] * (row - len(lines) + 1)
        elif final == "A":
            row -= int(digits or 1)
        elif final == "K":
            assert digits == "2", "the only way to erase that rich uses"
            lines[row] = ""
        else:
            assert final in "mhl", f"a control sequence that this terminal does not know: {piece[0]!r}"
    return [line.rstrip() for line in lines]
