"""Pages of deployments in the sandbox, parsed."""

from html.parser import HTMLParser
from typing import Any

from attrs import define, field

from ecs_steps.errors import EcsStepsError
from ecs_steps.reporting.page.html import page
from ecs_steps.reporting.page.record import DeploymentRecord
from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.registry import STEPS
from explaining.runs import CLUSTERS, ECS, Step, variables

SCENARIOS: dict[str, tuple[Step, str]] = {
    "success": ("deploy", "healthy"),
    "failure": ("deploy", "crash"),
    "rollback": ("update", "breaker-rollback"),
    "pause": ("update", "canary-with-pauses"),
}

STOREFRONT: dict[str, Any] = {
    "others": {
        f"{ECS}.ClusterName": "shop",
        f"{ECS}.Update.ServiceName": "storefront",
        f"{ECS}.Update.TargetTaskDefinitionName": "storefront",
    }
}


def page_of(step: Step, scenario: str, **changes: Any) -> str:  # noqa: ANN401  passed on
    """Run a step in the sandbox and return its page."""
    with Sandbox(scenario) as aws:
        aws.add_cluster(CLUSTERS[step])
        changes = STOREFRONT | changes if scenario == "canary-with-pauses" else changes
        record = DeploymentRecord(STEPS.named(step).title, aws.clock)
        try:
            STEPS.named(step).read(variables(step, **changes)).run(
                aws=aws.clients, clock=aws.clock, report=record
            )
        except EcsStepsError as error:
            return page(record, error=error)
        return page(record)


@define
class Page(HTMLParser):
    """A page's elements, and its text."""

    html: str
    elements: list[tuple[str, dict[str, str | None]]] = field(factory=list)
    texts: list[str] = field(factory=list)
    open_tags: list[str] = field(factory=list)

    def __attrs_pre_init__(self) -> None:
        super().__init__()

    def __attrs_post_init__(self) -> None:
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "rect", "line", "path"}:
            self.open_tags.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open_tags[-1:] != ["style"]:
            self.texts.append(data)

    def tags(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag == name]

    @property
    def sections(self) -> list[str | None]:
        return [attributes["id"] for attributes in self.tags("section")]

    @property
    def text(self) -> str:
        return " ".join(self.texts)
