"""What the page on environments shows is what happens."""

import contextlib
import io
import re
from pathlib import Path

import pytest

import ecs_steps.environments
from test_readme import ROOT, SESSION, played

PAGE = Path(ecs_steps.environments.__path__[0], "README.md")
BLOCKS = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_every_session_prints_what_the_page_shows(tmp_path: Path, update_goldens: bool) -> None:  # noqa: FBT001  a fixture
    (tmp_path / "ecs_steps").symlink_to(ROOT / "ecs_steps")
    text = PAGE.read_text(encoding="utf-8")

    real = SESSION.sub(lambda match: f"```console\n{played(match['session'], tmp_path)}```", text)

    if update_goldens:
        PAGE.write_text(real, encoding="utf-8")
    assert update_goldens or real.splitlines() == text.splitlines()


@pytest.mark.parametrize(("block", "printed"), BLOCKS)
def test_every_block_prints_what_follows_it(block: str, printed: str) -> None:
    stdout = io.StringIO()

    with contextlib.redirect_stdout(stdout):
        exec(compile(block, "README.md", "exec"), {})  # noqa: S102  our own page

    assert stdout.getvalue() == printed
