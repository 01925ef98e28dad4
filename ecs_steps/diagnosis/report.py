"""Why a deployment did not come up: one root cause, what else failed, what is probably noise; pure.

The causes are the findings of the evidence (`findings`), alike ones counted together, in the order of their
families' ranks: a container that exits says more than a health check that fails, a health check more than an
alarm, and all of them more than somebody who stopped the deployment in the end.
"""

from collections.abc import Iterator, Sequence

from attrs import frozen

from ecs_steps.diagnosis.classifier import Finding, find
from ecs_steps.diagnosis.evidence import Evidence
from ecs_steps.diagnosis.reasons import Rank

PLATFORMS = {"X86_64": "linux/amd64", "ARM64": "linux/arm64"}
"""What Docker calls the CPU architectures of a task definition."""


@frozen(kw_only=True)
class Cause:
    """Something that went wrong, `count` times.

    `what` is the sentence on the first time; `family` is the name of its row in the table of reasons,
    `meaning` what that is (a clause), `hint` what to do next (a sentence). `log_lines` are the last ones of
    `container`, oldest first, and `log_place` is where there are more.
    """

    family: str
    what: str
    count: int
    meaning: str
    hint: str
    container: str = ""
    log_lines: tuple[str, ...] = ()
    log_place: str = ""

    def __str__(self) -> str:
        more = f" (and {self.count - 1} more like it)" if self.count > 1 else ""
        return f"{self.what}{more}: {self.meaning}"

    def to_dict(self) -> dict[str, object]:
        """Return it as plain JSON data."""
        return {
            "family": self.family,
            "what": self.what,
            "count": self.count,
            "meaning": self.meaning,
            "hint": self.hint,
            "container": self.container,
            "logLines": list(self.log_lines),
            "logPlace": self.log_place,
        }


@frozen(kw_only=True)
class Diagnosis:
    """Why a deployment did not come up, the root cause first; `verdict` is what ECS itself says of it.

    `look_next` is a command that shows more where no cause is known.
    """

    root_cause: Cause | None
    also: tuple[Cause, ...] = ()
    noise: tuple[Cause, ...] = ()
    verdict: str = ""
    look_next: str = ""

    @property
    def summary(self) -> str:
        """The cause in one line."""
        return _one_line(str(self.root_cause or self.verdict or "the cause is not known"))

    def lines(self, *, verbose: bool = False) -> list[str]:
        """Say it a line each, each by itself; probable noise where `verbose` alone."""
        noise = self.noise if verbose else ()
        told = [
            *(self._of_root(self.root_cause) if self.root_cause else self._of_nothing()),
            *(f"also: {cause}" for cause in self.also),
            *(f"probably noise: {cause}" for cause in noise),
        ]
        return [_one_line(line) for line in told]

    @staticmethod
    def _of_root(cause: Cause) -> Iterator[str]:
        yield f"root cause: {cause}"
        for line in cause.log_lines:
            yield f"log of container {cause.container}: {line}"
        if cause.log_place:
            yield f"log of container {cause.container} is in {cause.log_place}"
        yield f"next: {cause.hint}"

    def _of_nothing(self) -> Iterator[str]:
        yield "root cause: not known; no stopped task and no message of the service tells it"
        if self.verdict:
            yield f"ECS says: {self.verdict}"
        yield f"next: List the stopped tasks, which ECS shows for about an hour: {self.look_next}"

    def to_dict(self) -> dict[str, object]:
        """Return it as plain JSON data."""
        return {
            "rootCause": self.root_cause.to_dict() if self.root_cause else None,
            "also": [cause.to_dict() for cause in self.also],
            "noise": [cause.to_dict() for cause in self.noise],
            "verdict": self.verdict,
        }


def diagnose(evidence: Evidence, *, show_logs: bool = True) -> Diagnosis:
    """Find the root cause in the evidence; containers' log lines are left out unless `show_logs`."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in find(evidence):
        groups.setdefault((finding.family.name, finding.alike), []).append(finding)
    # Where the rank is equal, the more frequent comes first, and then what happened first.
    ranked = sorted(groups.values(), key=lambda alike: (alike[0].family.rank, -len(alike)))
    failures = [_cause(alike, evidence, show_logs=show_logs) for alike in ranked if not _is_noise(alike)]
    return Diagnosis(
        root_cause=failures[0] if failures else None,
        also=tuple(failures[1:]),
        noise=tuple(_cause(alike, evidence, show_logs=show_logs) for alike in ranked if _is_noise(alike)),
        verdict=_verdict(evidence),
        look_next=f"aws ecs list-tasks --cluster {evidence.cluster or 'CLUSTER'} "
        f"--service-name {evidence.service or 'SERVICE'} --desired-status STOPPED",
    )


def _is_noise(alike: Sequence[Finding]) -> bool:
    return alike[0].family.rank is Rank.NOISE


def _cause(alike: Sequence[Finding], evidence: Evidence, *, show_logs: bool) -> Cause:
    # The first one that left a log stands for all: the logs of later ones are often not read any more.
    first = next((f for f in alike if f.container and f.container.log_lines), alike[0])
    architecture = evidence.architecture
    wanted = {"architecture": architecture, "platform": PLATFORMS.get(architecture, architecture)}
    container = first.container
    log_lines = container.log_lines if container and show_logs else ()
    return Cause(
        family=first.family.name,
        what=first.what,
        count=len(alike),
        meaning=first.family.meaning.format(**wanted),
        hint=first.family.hint.format(**wanted),
        container=container.name if container else "",
        log_lines=tuple(line for text in log_lines for line in text.splitlines()),
        log_place=_log_place(container.log_driver, container.log_stream) if container else "",
    )


def _log_place(driver: str, stream: str) -> str:
    return f"log stream {stream}" if stream else driver and f"the {driver} log driver's destination"


def _verdict(evidence: Evidence) -> str:
    verdict = evidence.verdict.strip()
    if verdict or not evidence.failures:
        return verdict
    breaker = f", and its circuit breaker gives up at {evidence.threshold}" if evidence.threshold else ""
    return f"{evidence.failures} tasks have failed{breaker}"


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())
