"""A deployment as one self-contained HTML page: no script, no request, readable on a phone, light and dark.

It holds what the log holds: no sensitive output and no value of an environment variable.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from ecs_steps.causes import Diagnosis
from ecs_steps.errors import DeploymentError, EcsStepsError
from ecs_steps.reporting.events import Level, OutputVariable, StepFinished, StillWaiting
from ecs_steps.reporting.page.record import DeploymentRecord
from ecs_steps.reporting.page.timeline import described, timeline
from ecs_steps.reporting.text import elapsed, level_of, message_text, printable
from ecs_steps.version import __version__

GOOD = {"SUCCEEDED", "UNCHANGED"}

STYLE = """
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--soft:#57606a;--line:#d0d7de;--card:#f6f8fa;
--good:#1a7f37;--bad:#cf222e;--warn:#9a6700;--this:#0550ae;--other:#8c959f}
@media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--soft:#9198a1;--line:#3d444d;
--card:#161b22;--good:#3fb950;--bad:#ff7b72;--warn:#d29922;--this:#79c0ff;--other:#848d97}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:46rem;padding:1rem;background:var(--bg);color:var(--fg);
font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.25rem;margin:0 0 .25rem}h2{font-size:1.05rem;margin:1.75rem 0 .5rem}
.soft{color:var(--soft)}.badge{font-weight:700}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}
.cause{border-left:4px solid var(--bad);background:var(--card);padding:.75rem 1rem}
.cause p{margin:.25rem 0}
pre{background:var(--card);border:1px solid var(--line);padding:.5rem;margin:.5rem 0;
white-space:pre-wrap;font:.875rem/1.45 ui-monospace,monospace}
dl{display:grid;grid-template-columns:minmax(7rem,2fr) 3fr;gap:.25rem .75rem;margin:0}
dt{color:var(--soft)}dd{margin:0}
@media(max-width:34rem){dl{display:block}dd{margin:0 0 .4rem}}
ol{list-style:none;padding:0;margin:0;font-size:.9rem}
ol li{display:grid;grid-template-columns:3.5rem 1fr;padding:.2rem 0;border-bottom:1px solid var(--line)}
ol pre{margin:0;padding:0;border:0;background:none}
time{color:var(--soft);font-variant-numeric:tabular-nums}
svg{display:block;width:100%;max-width:32rem;height:auto;background:var(--card);border:1px solid var(--line)}
svg text{font:11px system-ui,sans-serif;fill:var(--fg)}svg .head{font-weight:700}
svg .axis text{fill:var(--soft)}svg .grid{stroke:var(--line)}
svg path,svg line.this,svg line.other{fill:none;stroke-width:2}
svg .this{stroke:var(--this)}svg .other{stroke:var(--other);stroke-dasharray:4 3}
svg .good{fill:var(--good)}svg .bad{fill:var(--bad)}svg .warn{fill:var(--warn)}
svg .phase0{fill:#8250df}svg .phase1{fill:#0a7ea4}svg .phase2{fill:#1a7f37}
svg .phase3{fill:#bf8700}svg .phase4{fill:#bf3989}svg .phase5{fill:#848d97}
a{color:var(--this)}summary{cursor:pointer}
""".replace("\n", "")


HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none';style-src 'unsafe-inline'">
<title>{title}</title><style>{style}</style></head>
<body>
"""


def page(record: DeploymentRecord, *, error: EcsStepsError | None = None) -> str:
    """Return the page of a deployment that has ended; `error` is how it failed."""
    finished = next((each for _, each in record.of(StepFinished)), None)
    outcome = "FAILED" if error else finished.outcome if finished else "ENDED"
    css = "bad" if error else "good" if outcome in GOOD else "warn"
    # A step that serves nothing, such as a promotion, has no more to say than its outcome.
    said = message_text(finished).removeprefix(outcome).removeprefix(": ") if finished else record.title
    heading = error.what if error else said
    when = f"{record.started_at:%Y-%m-%d %H:%M:%S %Z}, took {elapsed(record.duration).strip()}"
    header = (
        f"<header><h1>{_text(record.title)}</h1>"
        f'<p><span class="badge {css}">{outcome}</span> {_text(heading)}</p>'
        f'<p class="soft">{when}{_links(finished)}</p></header>'
    )
    parts = [
        header,
        _section("cause", "Cause", _cause(error)) if error else "",
        _section("changes", "What changed", _pairs(described(record))),
        _section("timeline", "Timeline", timeline(record)),
        _section("outputs", "Output variables", _pairs(record.outputs.items())),
        _section("events", "Events", _events(record)),
        f'<footer><p class="soft">ecs-steps {__version__}</p></footer>',
    ]
    title = f"{outcome}: {_text(record.title)}"
    return HEAD.format(title=title, style=STYLE) + "\n".join(filter(None, parts)) + "\n</body></html>\n"


def _section(name: str, title: str, content: str) -> str:
    return f'<section id="{name}"><h2>{title}</h2>{content}</section>' if content else ""


def _cause(error: EcsStepsError) -> str:
    diagnosis = error.diagnosis if isinstance(error, DeploymentError) else None
    found = diagnosis.root_cause if diagnosis else None
    texts = [str(found) if found else error.why or error.what]
    texts += [found.remedy] if found and found.remedy else []
    texts += [error.next_step, error.resume]
    logs = _log(found.container, found.log_lines) if found else ""
    also = _also(diagnosis) if diagnosis else ""
    paragraphs = "".join(f"<p>{_text(text)}</p>" for text in texts if text)
    return f'<div class="cause">{paragraphs}</div>{logs}{also}'


def _log(container: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    text = "\n".join(lines)
    return f'<p class="soft">Last log lines of container {_text(container)}</p><pre>{_text(text)}</pre>'


def _also(diagnosis: Diagnosis) -> str:
    lines = [str(cause) for cause in diagnosis.also]
    if diagnosis.stack and diagnosis.stack.first and not diagnosis.is_stack_cause:
        lines.append(f"CloudFormation: {diagnosis.stack.first}")
    return "".join(f'<p class="soft">Also: {_text(line)}</p>' for line in lines)


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    items = "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in pairs)
    return f"<dl>{items}</dl>" if items else ""


def _events(record: DeploymentRecord) -> str:
    items = "".join(_items(record))
    return (
        f"<details open><summary>All that was reported</summary><ol>{items}</ol></details>" if items else ""
    )


_CSS = {Level.WARNING: "warn", Level.ERROR: "bad"}


def _items(record: DeploymentRecord) -> Iterator[str]:
    for at, reported in record.reported:
        level = level_of(reported)
        if isinstance(reported, OutputVariable | StillWaiting) or level is Level.VERBOSE:
            continue
        css = f' class="{_CSS[level]}"' if level in _CSS else ""
        yield f"<li><time>{elapsed(at).strip()}</time><pre{css}>{_text(message_text(reported))}</pre></li>"


def _links(finished: StepFinished | None) -> str:
    links = finished.links if finished else ()
    return "".join(f' &middot; <a href="{escape(url)}">{_text(name)}</a>' for name, url in links)


def _text(text: str) -> str:
    return escape(printable(text))
