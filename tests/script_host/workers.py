"""Workers of several kinds, in front of one sandbox."""

import os
import sys
from pathlib import Path

from attrs import field, frozen

from ecs_steps.sandbox import Sandbox
from script_host.host import SECRET, ScriptHost


@frozen(kw_only=True)
class Workers:
    """Workers in front of one sandbox."""

    sandbox: Sandbox
    url: str
    folder: Path
    environment: dict[str, str] = field(factory=dict)
    _made: list[int] = field(factory=list)

    def worker(self, python: str = sys.executable, **environment: str) -> ScriptHost:
        self._made.append(1)
        basics = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        account = {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }
        home = {"HOME": str(self.folder / "home")}
        return ScriptHost(
            python=python,
            environment={**basics, **account, **home, **environment},
            folder=self.folder / f"work{len(self._made)}",
        )


@frozen(kw_only=True)
class BareWorker:
    """A Python that has what the library needs but not the library, and a folder that has its wheel."""

    python: str
    packages: Path
    wheels: Path
