import re
from base64 import b64decode
from datetime import UTC

import pytest
from attrs import frozen
from hypothesis import example, given
from hypothesis import strategies as st

from ecs_steps.reporting.events import (
    Level,
    Message,
    OutputVariable,
    Progress,
    Reported,
    RolloutChanged,
    ServiceEvent,
    StackChanged,
    StepFinished,
    StillWaiting,
    TargetFound,
)
from ecs_steps.reporting.service_messages import artifact, lines, result_message, service_message

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.text("#octopus['=]\n\r\x85\u2028\t\\ ")
WITH_SURROGATES = st.text(st.characters())
COUNT = st.integers(0, 1000)
REPORTS: st.SearchStrategy[Reported] = st.one_of(
    st.builds(Message, st.sampled_from(Level), ANY_TEXT | WITH_SURROGATES),
    st.builds(Progress, st.integers(0, 100), WITH_SURROGATES),
    st.builds(OutputVariable, WITH_SURROGATES, WITH_SURROGATES, st.booleans()),
    st.builds(
        StackChanged,
        stack_name=ANY_TEXT,
        logical_id=ANY_TEXT,
        resource_type=ANY_TEXT,
        status=ANY_TEXT,
        reason=ANY_TEXT,
    ),
    st.builds(
        RolloutChanged,
        service_name=ANY_TEXT,
        deployment_id=ANY_TEXT,
        task_definition=ANY_TEXT,
        state=ANY_TEXT,
        desired=COUNT,
        running=COUNT,
        pending=COUNT,
        failed=COUNT,
        is_this_deployment=st.booleans(),
    ),
    st.builds(ServiceEvent, service_name=ANY_TEXT, text=ANY_TEXT),
    st.builds(TargetFound, name=ANY_TEXT, cluster=ANY_TEXT, region=ANY_TEXT, roles=st.tuples(ANY_TEXT)),
    st.builds(StillWaiting, text=ANY_TEXT, seconds=st.floats(0, 1e6)),
    st.builds(
        StepFinished,
        outcome=st.sampled_from(["SUCCEEDED", "UNCHANGED", "STARTED", "PAUSED"]),
        service_name=ANY_TEXT,
        task_definition=ANY_TEXT,
        since=st.none() | st.datetimes(timezones=st.just(UTC)),
        links=st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=2).map(tuple),
    ),
)


@frozen
class ParsedOutput:
    """What Octopus makes of a log: its service messages, and its lines, each at a level."""

    messages: list[tuple[str, dict[str, str]]]
    log: list[tuple[str, str]]


PREFIXES = tuple("##octopus"[:length] for length in range(1, 10))
MESSAGE = re.compile(r"##octopus\[([A-Za-z-]+)((?: [A-Za-z]+='[A-Za-z0-9+/]*={0,2}')*)\]")


def parsed(output: list[str]) -> ParsedOutput:
    """Read a log as strictly as can be: a line is one well-formed message, or holds nothing of one."""
    messages: list[tuple[str, dict[str, str]]] = []
    log: list[tuple[str, str]] = []
    level = "default"
    for line in output:
        assert re.fullmatch("[ -~]*", line)
        if found := MESSAGE.fullmatch(line):
            name = found[1]
            values = re.findall(r" ([A-Za-z]+)='([^']*)'", found[2])
            if name.startswith("stdout-"):
                assert not values
                level = name.removeprefix("stdout-")
            else:
                messages.append(
                    (name, {key: b64decode(value, validate=True).decode() for key, value in values})
                )
        else:
            assert "##octopus" not in line.lower()
            assert not line.lower().endswith(PREFIXES)
            log.append((level, line))
    assert level == "default"
    return ParsedOutput(messages, log)


def test_a_service_message_has_its_values_in_base64() -> None:
    message = service_message("setVariable", name="Region", value="eu-west-1")

    assert message == "##octopus[setVariable name='UmVnaW9u' value='ZXUtd2VzdC0x']"


def test_a_service_message_without_values_is_its_name() -> None:
    assert service_message("stdout-default") == "##octopus[stdout-default]"


@given(ANY_TEXT, ANY_TEXT)
@example("", "")
def test_any_text_comes_back_from_a_service_message(name: str, value: str) -> None:
    message = service_message("setVariable", name=name, value=value)

    assert parsed([message]).messages == [("setVariable", {"name": name, "value": value})]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\ud83d\ude00", "\U0001f600"),
        ("a\ud83db", "a\ufffdb"),
        ("a\udc80\tb", "a\ufffd\tb"),
        ("\udc80\ud83d", "\ufffd\ufffd"),
    ],
)
def test_half_characters_are_joined_or_replaced(text: str, expected: str) -> None:
    message = service_message("resultMessage", message=text)

    assert parsed([message]).messages == [("resultMessage", {"message": expected})]


def test_progress_is_a_message() -> None:
    output = lines(Progress(40, "The stack is up\nand running"))

    assert parsed(output).messages == [
        ("progress", {"percentage": "40", "message": "The stack is up\nand running"})
    ]


def test_an_output_variable_is_a_message() -> None:
    output = lines(OutputVariable("AwsOutputs[StackId]", "arn:aws:x"))

    assert parsed(output).messages == [("setVariable", {"name": "AwsOutputs[StackId]", "value": "arn:aws:x"})]


def test_a_sensitive_output_variable_says_so() -> None:
    [*_, line] = lines(OutputVariable("Token", "hunter2", sensitive=True))

    assert line.endswith(" sensitive='VHJ1ZQ==']")
    assert parsed([line]).messages == [
        ("setVariable", {"name": "Token", "value": "hunter2", "sensitive": "True"})
    ]


def test_the_saving_of_an_output_variable_is_logged_without_a_sensitive_value() -> None:
    output = parsed(
        [*lines(OutputVariable("Outcome", "SUCCEEDED")), *lines(OutputVariable("Token", "x", sensitive=True))]
    )

    assert output.log == [
        ("verbose", "Saving output variable Outcome = SUCCEEDED"),
        ("verbose", "Saving output variable Token = ********"),
    ]


def test_the_end_is_highlighted_with_links_to_the_console() -> None:
    finished = StepFinished(
        outcome="SUCCEEDED",
        service_name="orders",
        task_definition="orders:2",
        links=(("ECS", "https://eu-west-1.console.aws.amazon.com/ecs"),),
    )

    assert parsed(lines(finished)).log == [
        ("highlight", "SUCCEEDED: orders runs orders:2"),
        ("highlight", "ECS: https://eu-west-1.console.aws.amazon.com/ecs"),
    ]


def test_a_message_at_info_is_plain_text() -> None:
    assert lines(Message(Level.INFO, "one\ntwo")) == ["one", "two"]


@pytest.mark.parametrize("level", [level for level in Level if level is not Level.INFO])
def test_other_levels_are_switched_on_and_off_around_their_lines(level: Level) -> None:
    output = lines(Message(level, "one\ntwo"))

    assert output == [f"##octopus[stdout-{level}]", "one", "two", "##octopus[stdout-default]"]


def test_a_failed_resource_is_an_error_in_the_log() -> None:
    change = StackChanged(
        stack_name="demo",
        logical_id="Serviceweb",
        resource_type="AWS::ECS::Service",
        status="CREATE_FAILED",
        reason="No \u201csubnet\u201d",
    )

    assert parsed(lines(change)).log == [
        ("error", r"Serviceweb AWS::ECS::Service CREATE_FAILED: No \u201csubnet\u201d")
    ]


def test_a_heartbeat_is_at_octopus_level_wait() -> None:
    output = lines(StillWaiting(text="stack demo", seconds=30))

    assert parsed(output).log == [("wait", "still waiting for stack demo, for 0:30 by now")]


@pytest.mark.parametrize(
    "text",
    [
        "##octopus[setVariable name='YQ==' value='Yg==']",
        "[web] ##octopus[stdout-error]",
        "quiet\n##octopus[stdout-error]\nloud",
        "###octopus[stdout-error]",
    ],
)
def test_a_text_that_looks_like_a_service_message_stays_a_text(text: str) -> None:
    output = parsed(lines(Message(Level.INFO, text)))

    assert not output.messages
    assert {level for level, _ in output.log} == {"default"}
    assert [line.replace(r"\x23", "#") for _, line in output.log] == text.split("\n")


def test_a_text_that_ends_like_a_service_message_begins_leaves_the_next_one_alone() -> None:
    output = lines(Message(Level.WARNING, "I write C#"))

    assert output == ["##octopus[stdout-warning]", r"I write C\x23", "##octopus[stdout-default]"]


@given(st.lists(REPORTS))
def test_every_report_leaves_a_log_that_octopus_can_read(reports: list[Reported]) -> None:
    output = parsed([line for reported in reports for line in lines(reported)])

    expected = [each for each in reports if isinstance(each, Progress | OutputVariable | TargetFound)]
    silent = [each for each in expected if not isinstance(each, TargetFound)]
    assert len(output.messages) == len(expected)
    assert len(output.log) >= len(reports) - len(silent)


@given(ANY_TEXT)
@example("what: why\r\nnext\u2028step\x85 ")
def test_the_reason_of_a_failure_is_one_line(text: str) -> None:
    [(name, values)] = parsed([result_message(text)]).messages

    assert name == "resultMessage"
    assert len(values["message"].splitlines()) <= 1
    assert values["message"].split() == text.split()


def test_an_artifact_is_named_with_its_path_and_length() -> None:
    message = artifact("C:\\work\\template.json", "template.json", 1234)

    assert parsed([message]).messages == [
        ("createArtifact", {"path": "C:\\work\\template.json", "name": "template.json", "length": "1234"})
    ]
