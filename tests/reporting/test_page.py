import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.errors import EcsStepsError
from ecs_steps.reporting.events import (
    Level,
    Message,
    OutputVariable,
    RolloutChanged,
    ServiceEvent,
    StackChanged,
)
from ecs_steps.reporting.page.html import page
from ecs_steps.reporting.page.record import DeploymentRecord
from ecs_steps.sandbox.timeline import Timeline, VirtualClock
from reporting.pages import SCENARIOS, Page, page_of

TEXT = st.text(max_size=40)


def record() -> DeploymentRecord:
    return DeploymentRecord("Deploy Amazon ECS Service", VirtualClock(Timeline()))


@pytest.mark.parametrize(
    ("name", "outcome", "sections"),
    [
        ("success", "SUCCEEDED", ["changes", "timeline", "outputs", "events"]),
        ("failure", "FAILED", ["cause", "changes", "timeline", "outputs", "events"]),
        ("rollback", "FAILED", ["cause", "changes", "timeline", "outputs", "events"]),
    ],
)
def test_a_page_has_its_sections_in_the_order_in_which_they_are_needed(
    name: str, outcome: str, sections: list[str]
) -> None:
    shown = Page(page_of(*SCENARIOS[name]))

    assert shown.sections == sections
    assert shown.texts[1].startswith(outcome) or f"{outcome}: " in shown.text
    assert shown.open_tags == []


def test_a_rollback_shows_both_revisions_the_cause_and_its_log() -> None:
    shown = Page(page_of(*SCENARIOS["rollback"])).text

    assert "orders:1 \u2192 orders:2" in shown
    assert "exited with code 1" in shown
    assert "ERROR: no route to the database" in shown


def test_a_deployment_that_waits_for_a_person_says_so_and_shows_the_traffic() -> None:
    shown = Page(page_of(*SCENARIOS["pause"])).text

    assert "PAUSED" in shown
    assert "waits for a person" in shown


def test_each_resource_and_each_deployment_has_a_place_in_the_picture() -> None:
    shown = Page(page_of(*SCENARIOS["success"]))

    [picture] = shown.tags("svg")
    assert picture["role"] == "img"
    assert "Timeline of 0:51: 4 resources, 1 deployments" in shown.text
    assert len([each for each in shown.tags("rect") if each["class"] == "good"]) == 4
    assert len(shown.tags("path")) == 1


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_page_runs_nothing_and_requests_nothing(name: str) -> None:
    html = page_of(*SCENARIOS[name])

    shown = Page(html)
    assert not shown.tags("script")
    assert not re.search(r"\bon\w+=|@import|url\(", html)
    assert not [each for _, each in shown.elements if "src" in each]
    assert "default-src 'none'" in html


def test_a_value_of_an_environment_variable_is_on_no_page() -> None:
    items = [{"type": "Plain", "key": "PASSWORD", "value": "MARKER-of-its-own"}]
    update = {"containerName": "web", "environmentVariables": {"action": "Append", "items": items}}

    assert "MARKER-of-its-own" not in page_of("update", "crash", updates=[update])


def test_a_sensitive_output_is_on_no_page() -> None:
    kept = record()
    kept(OutputVariable("Token", "hunter2", sensitive=True))
    kept(OutputVariable("ServiceName", "web"))

    shown = page(kept)

    assert "hunter2" not in shown
    assert "ServiceName" in shown


def test_a_page_of_nothing_is_a_page() -> None:
    assert Page(page(record())).sections == []


@given(texts=st.tuples(TEXT, TEXT, TEXT, TEXT))
def test_no_text_of_aws_becomes_markup(texts: tuple[str, str, str, str]) -> None:
    first, second, third, fourth = texts
    kept = record()
    kept(Message(Level.WARNING, f"<b>{first}"))
    kept(StackChanged(stack_name=first, logical_id=f"</svg>{second}", resource_type=third, status=fourth))
    kept(ServiceEvent(service_name=first, text=f"<script>{second}"))
    kept(
        RolloutChanged(
            service_name=first,
            deployment_id=second,
            task_definition=f'"><i>{third}',
            state=fourth,
            desired=1,
            running=1,
            pending=0,
            failed=0,
            is_this_deployment=True,
            traffic_weight=50,
        )
    )

    shown = Page(page(kept, error=EcsStepsError(what=f"<u>{first}", why=second)))

    assert {tag for tag, _ in shown.elements} <= {
        *("html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "p", "span", "section"),
        *("div", "pre", "dl", "dt", "dd", "svg", "g", "text", "rect", "line", "path"),
        *("details", "summary", "ol", "li", "time", "footer"),
    }
    assert shown.open_tags == []
