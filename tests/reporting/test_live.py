import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files

import pytest

from ecs_steps.clock import Clock
from ecs_steps.octopus.variable_files import parse_variables
from ecs_steps.reporting.events import (
    Level,
    Message,
    OutputVariable,
    PhasesTook,
    Report,
    Reported,
    RolloutChanged,
    ServiceEvent,
    StackChanged,
    StillWaiting,
)
from ecs_steps.reporting.terminal import presenter
from ecs_steps.sandbox import Sandbox
from ecs_steps.sandbox.timeline import Timeline, VirtualClock
from ecs_steps.steps.deploy_ecs_service.step import DeployEcsServiceStep
from pages import ROOT, rewritten
from pseudo_terminal import PseudoTerminal

STACK = "AWS::CloudFormation::Stack"
SERVICE = "AWS::ECS::Service"
TEE, ELBOW = "\u251c\u2500\u2500 ", "\u2514\u2500\u2500 "


@pytest.fixture(autouse=True)
def capable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the environment that of a person's own terminal."""
    for name in ("NO_COLOR", "CI", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"}.items():
        monkeypatch.setenv(name, value)


@contextmanager
def watching(clock: Clock, *, verbose: bool = False) -> Iterator[tuple[PseudoTerminal, Report]]:
    with PseudoTerminal() as terminal, presenter(terminal.stream, verbose=verbose, clock=clock) as report:
        yield terminal, report


def shown(*reports: Reported, verbose: bool = False, encoding: str = "utf-8") -> list[str]:
    """Return what is on the screen at the end of these reports, which came a second after each other."""
    clock = VirtualClock(Timeline())
    with PseudoTerminal(encoding) as terminal:
        with presenter(terminal.stream, verbose=verbose, clock=clock) as report:
            for reported in reports:
                report(reported)
                clock.sleep(1)
        terminal.close()
        return [line for line in terminal.screen if line]


def stack(
    status: str, logical_id: str = "demo", resource_type: str = STACK, reason: str = ""
) -> StackChanged:
    return StackChanged(
        stack_name="demo", logical_id=logical_id, resource_type=resource_type, status=status, reason=reason
    )


def rollout(
    state: str = "IN_PROGRESS",
    *,
    revision: str = "web:8",
    deployment_id: str = "ecs-svc/2",
    running: int = 1,
    is_this_deployment: bool = True,
    traffic_weight: float | None = None,
) -> RolloutChanged:
    return RolloutChanged(
        service_name="web",
        deployment_id=deployment_id,
        task_definition=revision,
        state=state,
        desired=2,
        running=running,
        pending=1,
        failed=0,
        is_this_deployment=is_this_deployment,
        traffic_weight=traffic_weight,
    )


def event(text: str) -> ServiceEvent:
    return ServiceEvent(service_name="web", text=text)


def test_a_stack_holds_its_resources_its_service_the_deployments_and_these_the_last_messages() -> None:
    screen = shown(
        stack("CREATE_IN_PROGRESS"),
        stack("CREATE_IN_PROGRESS", "TaskDefinitionweb", "AWS::ECS::TaskDefinition"),
        stack("CREATE_COMPLETE", "TaskDefinitionweb", "AWS::ECS::TaskDefinition"),
        stack("CREATE_IN_PROGRESS", "Serviceweb", SERVICE),
        rollout("COMPLETED", revision="web:7", deployment_id="ecs-svc/1", is_this_deployment=False),
        rollout(traffic_weight=20),
        event("(service web) one"),
        event("(service web) two"),
        event("(service web) three"),
        event("(service web) four"),
    )

    assert screen == [
        "stack demo  CREATE_IN_PROGRESS  0:10",
        f"{TEE}TaskDefinitionweb  CREATE_COMPLETE  0:01  AWS::ECS::TaskDefinition",
        f"{ELBOW}Serviceweb  CREATE_IN_PROGRESS  0:07  AWS::ECS::Service",
        f"    {TEE}other deployment web:7  COMPLETED  1 of 2 running, 1 pending, 0 failed  ecs-svc/1",
        (
            f"    {TEE}deployment web:8  IN_PROGRESS  0:05  "
            "1 of 2 running, 1 pending, 0 failed, 20% of the traffic  ecs-svc/2"
        ),
        f"    {TEE}service: two",
        f"    {TEE}service: three",
        f"    {ELBOW}service: four",
    ]


def test_a_service_without_a_stack_is_a_tree_of_its_own() -> None:
    screen = shown(rollout(), event("(service web) has begun"))

    assert screen == [
        "service web",
        f"{TEE}deployment web:8  IN_PROGRESS  0:02  1 of 2 running, 1 pending, 0 failed  ecs-svc/2",
        f"{ELBOW}service: has begun",
    ]


def test_a_terminal_without_unicode_gets_a_tree_of_ascii() -> None:
    screen = shown(rollout(), encoding="ascii")

    assert screen[1].startswith("`-- deployment web:8")


def test_what_has_finished_keeps_the_time_it_took() -> None:
    screen = shown(rollout(), rollout("COMPLETED", running=2), event("later"), event("still later"))

    assert "COMPLETED  0:01  2 of 2 running" in screen[1]


def test_what_starts_again_is_timed_again() -> None:
    screen = shown(stack("CREATE_IN_PROGRESS"), stack("CREATE_COMPLETE"), stack("DELETE_IN_PROGRESS"))

    assert screen == ["stack demo  DELETE_IN_PROGRESS  0:01"]


def test_times_advance_while_nothing_is_reported() -> None:
    clock = VirtualClock(Timeline())
    with watching(clock) as (terminal, report):
        report(rollout())

        clock.sleep(42)

        assert terminal.wait_for(lambda screen: any("IN_PROGRESS  0:42" in line for line in screen))


def test_a_heartbeat_stays_until_something_changes() -> None:
    clock = VirtualClock(Timeline())
    with watching(clock) as (terminal, report):
        report(StillWaiting(text="stack demo", seconds=30))
        clock.sleep(9)
        went_on = terminal.wait_for(lambda screen: "still waiting for stack demo, for 0:39 by now" in screen)

        report(rollout())

        assert went_on
        assert terminal.wait_for(lambda screen: not any("still waiting" in line for line in screen))


def test_messages_and_warnings_stay_above_the_tree() -> None:
    screen = shown(
        rollout(),
        Message(Level.INFO, "Registered web:8"),
        event("(service web) deployment failed: tasks failed to start."),
        stack("CREATE_FAILED", "Serviceweb", SERVICE, reason="no"),
        OutputVariable("ServiceName", "web"),
        PhasesTook(seconds=60, phases=(("image pull", 60),)),
    )

    assert screen[:5] == [
        "[ 0:01] Registered web:8",
        "[ 0:02] WARNING: service: deployment failed: tasks failed to start.",
        "[ 0:03] ERROR: Serviceweb AWS::ECS::Service CREATE_FAILED: no",
        "[ 0:04] ServiceName = web",
        "[ 0:05] deployed in 1:00: image pull 1:00",
    ]
    assert screen[5] == "stack demo"


def test_a_long_warning_is_whole() -> None:
    text = "x" * 300

    screen = shown(Message(Level.WARNING, text))

    assert screen == [f"[ 0:00] WARNING: {text}"]


@pytest.mark.parametrize(("verbose", "lines"), [(False, []), (True, ["[ 0:00] detail"])])
def test_debug_messages_are_shown_on_request(verbose: bool, lines: list[str]) -> None:  # noqa: FBT001  pytest's
    assert shown(Message(Level.VERBOSE, "detail"), verbose=verbose) == lines


def test_markup_in_what_aws_says_is_shown_as_it_is() -> None:
    text = "[bold]no[/bold] :smile: [link=https://x.test]x[/link] [/] https://y.test"

    screen = shown(rollout(), event(text), Message(Level.INFO, text))

    assert screen[0] == f"[ 0:02] {text}"
    assert screen[-1].endswith(f"service: {text}")


def test_control_characters_do_not_reach_the_terminal() -> None:
    screen = shown(rollout(), event("a\x1b[2Jb\x07\rc\nd"), Message(Level.WARNING, "e\x1b]0;title\x07f"))

    assert screen[0] == r"[ 0:02] WARNING: e\x1b]0;title\x07f"
    assert screen[-1].endswith(r"service: a\x1b[2Jb\x07\rc d")


def test_no_line_of_the_tree_is_wrapped() -> None:
    screen = shown(rollout(), event("y" * 300))

    assert len(screen) == 3
    assert len(screen[2]) == 120


def test_a_message_that_is_reported_twice_is_shown_once() -> None:
    screen = shown(rollout(), event("one"), event("one"))

    assert [line for line in screen if "one" in line] == [f"{ELBOW}service: one"]


def test_where_nothing_was_reported_nothing_is_shown() -> None:
    assert shown() == []


def test_after_an_error_the_last_state_stays_and_the_cursor_comes_back() -> None:
    with PseudoTerminal() as terminal:
        with (
            suppress(KeyboardInterrupt),
            presenter(terminal.stream, clock=VirtualClock(Timeline())) as report,
        ):
            report(rollout())
            raise KeyboardInterrupt
        terminal.close()

        assert terminal.screen[0] == "service web"
        assert terminal.text.rfind("\x1b[?25h") > terminal.text.rfind("\x1b[?25l")


def test_a_deployment_in_the_sandbox_ends_with_the_tree_that_the_page_shows(
    update_goldens: bool,  # noqa: FBT001  a fixture
) -> None:
    variables = (files("ecs_steps.sandbox") / "examples" / "deploy.json").read_text()
    with PseudoTerminal() as terminal, Sandbox() as aws:
        aws.add_cluster("shop-production")
        step = DeployEcsServiceStep(parse_variables(variables, source="deploy.json"))

        with presenter(terminal.stream, clock=aws.clock) as report:
            # Outputs are results: the command prints them apart.
            step.run(
                aws=aws.clients,
                clock=aws.clock,
                report=lambda each: None if isinstance(each, OutputVariable) else report(each),
            )
        terminal.close()

        screen = "\n".join(terminal.screen).strip()
    page = ROOT / "ecs_steps" / "cli" / "README.md"
    shown = re.compile(r"(?<=<!-- screen -->\n```text\n).*?(?=\n```)", re.DOTALL)
    expected = shown.sub(lambda _: screen, page.read_text(encoding="utf-8"))
    assert "CREATE_COMPLETE" in screen
    rewritten(page, expected, update=update_goldens)


def test_rich_is_loaded_only_where_it_is_used() -> None:
    code = (
        "import io, sys\n"
        "from ecs_steps.reporting.terminal import presenter\n"
        "with presenter(io.StringIO()): pass\n"
        "print([name for name in sys.modules if name.partition('.')[0] == 'rich'])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603  our own

    assert done.stdout == "[]\n"
