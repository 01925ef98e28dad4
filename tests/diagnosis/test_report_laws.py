import json
from datetime import UTC
from random import Random

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.aws.elbv2 import TargetHealth
from ecs_steps.causes import Diagnosis
from ecs_steps.diagnosis.evidence import Evidence, StoppedContainer, StoppedTask
from ecs_steps.diagnosis.report import diagnose
from ecs_steps.sandbox.ecs import reasons

MARKER = "m4rk3r"
ECS_TEXTS = [text for name, text in vars(reasons).items() if name.isupper()]

said = st.text(max_size=40) | st.sampled_from(
    [
        *ECS_TEXTS,
        "Essential container in task exited",
        "Task failed container health checks",
        "Task failed ELB health checks in (target-group arn:x:targetgroup/web/1)",
        "Scaling activity initiated by (deployment ecs-svc/1)",
        "OutOfMemoryError: Container killed due to memory usage",
        "{architecture} {0} {",
    ]
)
containers = st.builds(
    StoppedContainer,
    name=st.text(max_size=8),
    image=st.text(max_size=8),
    exit_code=st.none() | st.sampled_from([0, 1, 137, 143, 255, -1]) | st.integers(),
    reason=st.just("") | said,
    health=st.sampled_from(["HEALTHY", "UNHEALTHY", "UNKNOWN"]),
    is_essential=st.booleans(),
    log_driver=st.sampled_from(["", "awslogs", "splunk"]),
    log_group=st.text(max_size=8),
    log_stream=st.text(max_size=8),
    log_lines=st.lists(said | st.just("exec /web: exec format error"), max_size=3).map(tuple),
)
tasks = st.builds(
    StoppedTask,
    task_id=st.text("0123456789abcdef", min_size=32, max_size=32),
    stop_code=st.sampled_from(
        ["", "EssentialContainerExited", "TaskFailedToStart", "ServiceSchedulerInitiated", "UserInitiated"]
    ),
    stopped_reason=said,
    containers=st.lists(containers, max_size=3).map(tuple),
    stopped_at=st.none() | st.datetimes(timezones=st.just(UTC)),
)
targets = st.builds(
    TargetHealth,
    target_group=st.sampled_from(["arn:x:targetgroup/web/1", "targetgroup/web/1", "web"]),
    address=st.text("0123456789.", max_size=12),
    port=st.none() | st.integers(1, 65535),
    state=st.sampled_from(["unhealthy", "initial", "draining", "unused", "healthy"]),
    reason=st.sampled_from(["Target.Timeout", "Target.FailedHealthChecks", "Elb.InitialHealthChecking", ""]),
    description=st.text(max_size=8),
)
evidences = st.builds(
    Evidence,
    cluster=st.text(max_size=4),
    service=st.text(max_size=4),
    architecture=st.sampled_from(["X86_64", "ARM64"]) | st.text(max_size=4),
    tasks=st.lists(tasks, max_size=5, unique_by=lambda task: task.task_id).map(tuple),
    targets=st.lists(targets, max_size=4, unique_by=lambda t: (t.target_group, t.target)).map(tuple),
    service_messages=st.lists(said, max_size=4).map(tuple),
    alarms=st.lists(st.text(max_size=8), max_size=2, unique=True).map(tuple),
    failures=st.integers(0, 9),
    threshold=st.integers(0, 9),
    verdict=said,
)


def all_lines(diagnosis: Diagnosis) -> list[str]:
    return [diagnosis.summary, *diagnosis.lines()]


@given(evidences)
def test_whatever_the_evidence_each_line_is_one_line_and_the_rest_is_json(evidence: Evidence) -> None:
    diagnosis = diagnose(evidence)

    assert all(line.splitlines() == [line] for line in all_lines(diagnosis))
    assert json.loads(json.dumps(diagnosis.to_dict())) == diagnosis.to_dict()


@given(evidences, st.randoms(use_true_random=False))
def test_the_order_in_which_evidence_came_does_not_matter(evidence: Evidence, random: Random) -> None:
    again = evolve(
        evidence,
        tasks=tuple(random.sample(evidence.tasks, len(evidence.tasks))),
        targets=tuple(random.sample(evidence.targets, len(evidence.targets))),
        alarms=tuple(random.sample(evidence.alarms, len(evidence.alarms))),
    )

    assert diagnose(again) == diagnose(evidence)


@given(evidences)
def test_every_cause_was_seen_and_noise_is_never_the_root(evidence: Evidence) -> None:
    diagnosis = diagnose(evidence)

    causes = [cause for cause in (diagnosis.root_cause, *diagnosis.also, *diagnosis.noise) if cause]
    assert all(cause.count >= 1 for cause in causes)
    assert diagnosis.root_cause or not diagnosis.also


@given(evidences)
def test_what_containers_wrote_is_found_in_their_log_lines_alone(evidence: Evidence) -> None:
    marked = evolve(
        evidence,
        tasks=tuple(
            evolve(
                task, containers=tuple(evolve(c, log_lines=(*c.log_lines, MARKER)) for c in task.containers)
            )
            for task in evidence.tasks
        ),
    )

    lines = all_lines(diagnose(marked))

    assert all(line.startswith("log of container ") for line in lines if MARKER in line)
