"""What was changed in a sandbox, on disk, so that another process can continue from there."""

import errno
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from attrs import frozen

from ecs_steps.sandbox.protocol import Request


@frozen(kw_only=True)
class Entry:
    """One line: at that time a process began with a scenario, changed something, or ended."""

    at: datetime
    scenario: str = ""
    request: Request | None = None


@frozen
class Journal:
    """A file of entries, a JSON object a line; each is on disk before its request is answered."""

    path: Path

    def entries(self) -> Iterator[Entry]:
        """Read what earlier processes wrote.

        Raises:
            OSError: It is no file that can be read.
            ValueError: A line is damaged; the message names the file and the line.
        """
        if not self.path.exists():
            return
        if not self.path.is_file():  # a device or a pipe may have no end
            raise OSError(errno.EINVAL, "is no regular file", str(self.path))
        text = self.path.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            try:
                yield _entry(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ValueError(
                    f"{self.path}, line {number} is not a line of a sandbox's journal"
                ) from error

    def began(self, scenario: str, at: datetime) -> None:
        """Note that a process begins here."""
        self._append({"at": at.isoformat(), "scenario": scenario})

    def carried_out(self, request: Request, at: datetime) -> None:
        """Note a change."""
        self._append(
            {
                "at": at.isoformat(),
                "service": request.service,
                "region": request.region,
                "operation": request.operation,
                "params": request.params,
            }
        )

    def ended(self, at: datetime) -> None:
        """Note that a process ends here."""
        self._append({"at": at.isoformat()})

    def _append(self, line: dict[str, Any]) -> None:
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        except OSError as error:  # that of a full disk does not name the file
            raise OSError(error.errno, error.strerror, str(self.path)) from None


def _entry(line: dict[str, Any]) -> Entry:
    at = datetime.fromisoformat(line["at"])
    if "operation" not in line:
        return Entry(at=at, scenario=line.get("scenario", ""))
    request = Request(
        service=line["service"], region=line["region"], operation=line["operation"], params=line["params"]
    )
    return Entry(at=at, request=request)
