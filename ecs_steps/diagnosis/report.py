"""From evidence to a diagnosis: one root cause, what else failed, what is normal in a deployment; pure.

The causes are the signals of the evidence, like ones counted together, in the order of their reasons' ranks:
a container that exits says more than a health check that fails, a health check more than an alarm, and all of
them more than whoever stopped the deployment in the end.
"""

import re
from collections.abc import Mapping, Sequence

from ecs_steps.causes import NO_LOG, Cause, Diagnosis
from ecs_steps.diagnosis.classifier import FailureSignal, classify
from ecs_steps.diagnosis.evidence import Evidence, StoppedContainer
from ecs_steps.diagnosis.reasons import Rank

DOCKER_ARCHITECTURES = {"X86_64": "amd64", "ARM64": "arm64"}
"""What Docker calls the CPU architectures of a task definition."""
NEEDED = re.compile(
    r"(?:manifest for|matching platform) '?(?P<platform>(?:linux|windows)/(?P<architecture>\w+))"
)
"""How a container runtime names the platform that it wants an image for."""
HOST = "the container instance"
"""What a task definition without a platform leaves open."""
LOGS_OF_HOST = ("json-file", "local", "journald")
"""The log drivers that keep a container's log on its instance."""


def diagnose(evidence: Evidence) -> Diagnosis:
    """Find the root cause in the evidence."""
    groups: dict[tuple[str, str], list[FailureSignal]] = {}
    for signal in classify(evidence):
        groups.setdefault((signal.reason.name, signal.group_key), []).append(signal)
    # Where the rank is equal, the more frequent comes first, and then what happened first.
    ranked = sorted(groups.values(), key=lambda group: (group[0].reason.rank, -len(group)))
    platform = _platform(evidence)
    failures = [_cause(group, platform) for group in ranked if group[0].reason.rank is not Rank.NOISE]
    command = (
        f"aws ecs list-tasks --cluster {evidence.cluster or 'CLUSTER'} "
        f"--service-name {evidence.service or 'SERVICE'} --desired-status STOPPED"
    )
    return Diagnosis(
        root_cause=failures[0] if failures else None,
        also=tuple(failures[1:]),
        noise=tuple(_cause(group, platform) for group in ranked if group[0].reason.rank is Rank.NOISE),
        verdict=_verdict(evidence),
        look_next=f"List the stopped tasks, which ECS shows for about an hour: {command}",
    )


def _platform(evidence: Evidence) -> Mapping[str, str]:
    """Return the words for the task definition's platform that reasons are explained with."""
    system = "windows" if evidence.operating_system.startswith("WINDOWS") else "linux"
    architecture = DOCKER_ARCHITECTURES.get(evidence.architecture, evidence.architecture.lower())
    return {
        "architecture": evidence.architecture,
        "os": evidence.operating_system or HOST,
        "platform": f"{system}/{architecture}",
    }


def _platform_in(text: str) -> Mapping[str, str]:
    """Return those words as a text has them: a container instance need not be what Fargate would be."""
    if not (needed := NEEDED.search(text)):
        return {}
    named = [name for name, docker in DOCKER_ARCHITECTURES.items() if docker == needed["architecture"]]
    return {"platform": needed["platform"], "architecture": named[0] if named else needed["architecture"]}


def _cause(group: Sequence[FailureSignal], platform: Mapping[str, str]) -> Cause:
    # The first one that left a log stands for all: the logs of later ones are often not read any more.
    first = next((s for s in group if s.container and s.container.log_lines), group[0])
    container = first.container
    lines = container.log_lines if container else ()
    if platform["os"] == HOST:
        platform = {**platform, **_platform_in(first.what)}
    return Cause(
        reason=first.reason.name,
        what=first.what,
        count=len(group),
        summary=first.reason.summary.format(**platform),
        remedy=first.reason.remedy.format(**platform),
        container=container.name if container else "",
        log_lines=tuple(line for text in lines for line in text.splitlines()),
        log_group=container.log_group if container else "",
        log_place=_log_place(container) if container else "",
    )


def _log_place(container: StoppedContainer) -> str:
    if container.log_stream:
        return f"log stream {container.log_group}:{container.log_stream}"
    match container.log_driver:
        case "":
            return ""
        case "none":
            return NO_LOG
        case driver if driver in LOGS_OF_HOST:
            return f"the Docker logs of its container instance (log driver {driver})"
        case driver:
            return f"the destination of its {driver} log driver"


def _verdict(evidence: Evidence) -> str:
    verdict = evidence.verdict.strip()
    if verdict or not evidence.failures:
        return verdict
    breaker = f", and its circuit breaker gives up at {evidence.threshold}" if evidence.threshold else ""
    return f"{evidence.failures} tasks have failed{breaker}"
