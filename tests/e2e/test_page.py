"""The page of a deployment in a real browser, on a phone, in light and dark; compared by structure."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from peers.environments import NotInstalled, end_without
from reporting.pages import SCENARIOS, page_of

WIDTH = 390
"""Of a usual phone."""

# The page itself has no script: this one, in a copy of it, reads what the browser has made of it.
MEASURE = """<script>
const svg = document.querySelector("svg").getBoundingClientRect();
const texts = [...document.querySelectorAll("svg text")].map(each => each.getBoundingClientRect());
const data = document.documentElement.dataset;
data.overflow = document.documentElement.scrollWidth - window.innerWidth;
data.outside = texts.filter(each => each.left < svg.left || each.right > svg.right
  || each.top < svg.top || each.bottom > svg.bottom).length;
data.overlaps = texts.filter((each, index) => texts.slice(index + 1).some(other =>
  each.left < other.right - 1 && other.left < each.right - 1
  && each.top < other.bottom - 3 && other.top < each.bottom - 3)).length;
data.split = [...document.querySelectorAll("dt")].filter(each => {
  const text = document.createRange();
  text.selectNodeContents(each);
  return text.getClientRects().length > 1;
}).length;
data.smallest = Math.min(...texts.map(each => each.height));
data.background = getComputedStyle(document.body).backgroundColor;
</script>"""


@pytest.fixture(scope="module")
def browser() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        end_without(NotInstalled("chromium", "apt-get install chromium"))
    return str(found)


def measured(browser: str, html: str, folder: Path, *, dark: bool) -> dict[str, str]:
    file = folder / "page.html"
    copy = re.sub(r"<meta http-equiv[^>]*>", "", html).replace("</body>", f"{MEASURE}</body>")
    file.write_text(copy, encoding="utf-8")
    dom = subprocess.run(  # noqa: S603  the browser
        [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={folder / 'profile'}",
            f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            f"--window-size={WIDTH},844",
            "--dump-dom",
            file.as_uri(),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        check=True,
        timeout=120,
    ).stdout
    return dict(re.findall(r'data-(\w+)="([^"]*)"', dom.partition("<head>")[0]))


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_page_can_be_read_on_a_phone(browser: str, tmp_path: Path, name: str) -> None:
    found = measured(browser, page_of(*SCENARIOS[name]), tmp_path, dark=False)

    assert float(found["overflow"]) <= 0
    assert (found["outside"], found["overlaps"], found["split"]) == ("0", "0", "0")
    assert float(found["smallest"]) >= 10


def test_a_page_is_dark_where_the_reader_wants_it_so(browser: str, tmp_path: Path) -> None:
    html = page_of(*SCENARIOS["failure"])

    assert measured(browser, html, tmp_path, dark=False)["background"] == "rgb(255, 255, 255)"
    assert measured(browser, html, tmp_path, dark=True)["background"] == "rgb(13, 17, 23)"
