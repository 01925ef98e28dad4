import re
import sys
from io import BytesIO, StringIO, TextIOWrapper

import pytest

from ecs_steps.reporting.events import (
    Level,
    Message,
    OutputVariable,
    Progress,
    Reported,
    RolloutChanged,
    StackChanged,
)
from ecs_steps.reporting.terminal import line_presenter, presenter
from ecs_steps.sandbox.timeline import Timeline, VirtualClock
from pseudo_terminal import PseudoTerminal


def written(*reports: Reported, verbose: bool = False) -> list[str]:
    stream = StringIO()
    report = line_presenter(stream, verbose=verbose, clock=VirtualClock(Timeline()))
    for reported in reports:
        report(reported)
    return stream.getvalue().splitlines()


def test_each_report_is_a_line_with_the_time_since_the_start() -> None:
    stream, clock = StringIO(), VirtualClock(Timeline())
    clock.sleep(1000)
    report = line_presenter(stream, clock=clock)

    report(Message(Level.INFO, "now"))
    clock.sleep(12.7)
    report(Message(Level.INFO, "soon"))
    clock.sleep(3600)
    report(Message(Level.INFO, "later"))

    assert stream.getvalue() == "[ 0:00] now\n[ 0:12] soon\n[60:12] later\n"


def test_a_deployment_reads_from_top_to_bottom() -> None:
    output = written(
        StackChanged(
            stack_name="cf-ecs-demo",
            logical_id="cf-ecs-demo",
            resource_type="AWS::CloudFormation::Stack",
            status="CREATE_IN_PROGRESS",
        ),
        StackChanged(
            stack_name="cf-ecs-demo",
            logical_id="TaskDefinitionweb",
            resource_type="AWS::ECS::TaskDefinition",
            status="CREATE_COMPLETE",
        ),
        RolloutChanged(
            service_name="web",
            deployment_id="ecs-svc/123",
            task_definition="web:4",
            state="IN_PROGRESS",
            desired=2,
            running=1,
            pending=1,
            failed=0,
            is_this_deployment=True,
        ),
        Progress(100, "done"),
        OutputVariable("ServiceName", "web"),
    )

    assert output == [
        "[ 0:00] stack cf-ecs-demo: CREATE_IN_PROGRESS",
        "[ 0:00] TaskDefinitionweb AWS::ECS::TaskDefinition CREATE_COMPLETE",
        "[ 0:00] deployment ecs-svc/123 web:4: 1 of 2 running, 1 pending, 0 failed (IN_PROGRESS)",
        "[ 0:00] 100%: done",
        "[ 0:00] ServiceName = web",
    ]


def test_a_sensitive_value_is_not_shown() -> None:
    assert written(OutputVariable("Token", "hunter2", sensitive=True)) == ["[ 0:00] Token = ********"]


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (Level.INFO, "[ 0:00] text"),
        (Level.HIGHLIGHT, "[ 0:00] text"),
        (Level.WAIT, "[ 0:00] text"),
        (Level.WARNING, "[ 0:00] WARNING: text"),
        (Level.ERROR, "[ 0:00] ERROR: text"),
    ],
)
def test_warnings_and_errors_are_marked_by_words(level: Level, expected: str) -> None:
    assert written(Message(level, "text")) == [expected]


def test_debug_messages_are_shown_on_request() -> None:
    message = Message(Level.VERBOSE, "detail")

    assert written(message) == []
    assert written(message, verbose=True) == ["[ 0:00] detail"]


def test_a_text_of_several_lines_is_continued_on_indented_ones() -> None:
    assert written(Message(Level.ERROR, "what\nwhy\n")) == ["[ 0:00] ERROR: what", "        why"]


def test_any_stream_can_take_what_is_written() -> None:
    bytes_written = BytesIO()
    stream = TextIOWrapper(bytes_written, encoding="ascii", newline="\n")
    report = line_presenter(stream, clock=VirtualClock(Timeline()))

    report(Message(Level.INFO, "caf\xe9 \U0001f600 \udc80\x1b[0m ##octopus[stdout-error]"))

    expected = rb"[ 0:00] caf\xe9 \U0001f600 \udc80\x1b[0m \x23#octopus[stdout-error]"
    assert bytes_written.getvalue() == expected + b"\n"


def test_real_time_is_measured_where_no_clock_is_given() -> None:
    stream = StringIO()

    line_presenter(stream)(Message(Level.INFO, "at once"))

    assert re.fullmatch(r"\[ 0:0[0-9]\] at once\n", stream.getvalue())


def test_a_program_that_embeds_a_step_gets_plain_lines_even_on_a_terminal(person: None) -> None:  # noqa: ARG001  its environment
    with PseudoTerminal() as terminal:
        line_presenter(terminal.stream, clock=VirtualClock(Timeline()))(Message(Level.INFO, "text"))
        terminal.close()

        assert terminal.text == "[ 0:00] text\n"


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the environment that of a person's own terminal."""
    for name in ("NO_COLOR", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def shown_on_a_terminal() -> str:
    with PseudoTerminal() as terminal:
        with presenter(terminal.stream, verbose=True, clock=VirtualClock(Timeline())) as report:
            report(Message(Level.VERBOSE, "detail"))
        terminal.close()
        return terminal.text


def test_a_terminal_gets_a_live_view(person: None) -> None:  # noqa: ARG001  its environment
    text = shown_on_a_terminal()

    assert "[ 0:00] detail" in text
    assert "\x1b[?25l" in text


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("CI", "true"), ("TERM", "dumb")])
def test_a_terminal_gets_plain_lines_where_the_environment_asks_for_them(
    person: None,  # noqa: ARG001  its environment
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
) -> None:
    monkeypatch.setenv(name, value)

    assert shown_on_a_terminal() == "[ 0:00] detail\n"


def test_a_terminal_gets_plain_lines_where_rich_is_not_installed(
    person: None,  # noqa: ARG001  its environment
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "path", [])
    for name in [name for name in sys.modules if name.partition(".")[0] == "rich"]:
        monkeypatch.delitem(sys.modules, name)

    assert shown_on_a_terminal() == "[ 0:00] detail\n"


def test_a_stream_that_is_no_terminal_gets_plain_lines(person: None) -> None:  # noqa: ARG001  its environment
    stream = StringIO()

    with presenter(stream, verbose=True, clock=VirtualClock(Timeline())) as report:
        report(Message(Level.VERBOSE, "detail"))

    assert stream.getvalue() == "[ 0:00] detail\n"
