"""Promotions in the sandbox: from a registry of its own on loopback into the sandbox's ECR."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from attrs import field, frozen

from ecs_steps import EcsStepsError, PromoteEcrImageStep, Result
from ecs_steps.reporting.events import Message, OutputVariable, Reported
from ecs_steps.sandbox import Sandbox, Scenario
from ecs_steps.sandbox.ecr.plan import ScanPlan
from ecs_steps.sandbox.registry import SandboxRegistry
from ecs_steps.sandbox.registry_server import serve_registry
from registry.images import ExampleImage, two_platforms

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
PROMOTE = "Octopus.Action.Aws.Ecr.Promote"
REPOSITORY = "production/web"
IMAGE = two_platforms()
LIFECYCLE = {
    "rules": [
        {
            "rulePriority": 1,
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": 14,
            },
            "action": {"type": "expire"},
        }
    ]
}


def variables(source: str = "", **changes: object) -> dict[str, object]:
    """Return a promotion's variables; a name without dots is one of the step's own."""
    own = {"SourceImage": source, "RepositoryName": REPOSITORY, **changes}
    given = {name if "." in name else f"{PROMOTE}.{name}": value for name, value in own.items()}
    return {name: value for name, value in given.items() if value != ""}


@frozen(kw_only=True)
class Promotions:
    """A fake AWS, and a registry that images come from."""

    aws: Sandbox
    source: SandboxRegistry
    events: list[Reported] = field(factory=list)

    @property
    def image(self) -> str:
        return f"{self.source.host}/team/web:1.4.0"

    @property
    def destination(self) -> SandboxRegistry:
        return self.aws.images

    def create(
        self, name: str = REPOSITORY, *, mutability: str = "IMMUTABLE", scan_on_push: bool = True
    ) -> None:
        self.aws.clients.ecr_in().create_repository(
            repositoryName=name,
            imageTagMutability=mutability,  # type: ignore[arg-type]  # one of its names
            imageScanningConfiguration={"scanOnPush": scan_on_push},
        )

    def put(self, image: ExampleImage = IMAGE, *tags: str, repository: str = REPOSITORY) -> None:
        image.put(self.destination, repository, *tags)

    def run(self, source: str | None = None, **changes: object) -> Result:
        step = PromoteEcrImageStep(variables(self.image if source is None else source, **changes))
        return step.run(aws=self.aws.clients, clock=self.aws.clock, report=self.events.append)

    def fail(self, source: str | None = None, **changes: object) -> EcsStepsError:
        try:
            result = self.run(source, **changes)
        except EcsStepsError as error:
            return error
        raise AssertionError(f"it did not fail: {result}")

    def operations(self) -> list[str]:
        return [call.operation for call in self.aws.calls]

    def writes(self) -> list[str]:
        """What was sent to the registry of the destination, but reads."""
        return [
            f"{request.method} {request.path}"
            for request in self.destination.requests
            if request.method not in ("GET", "HEAD")
        ]

    def tag(self, tag: str = "1.4.0", repository: str = REPOSITORY) -> str | None:
        return self.destination.tags.get((repository, tag))

    def messages(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Message)]

    def outputs(self) -> Mapping[str, str]:
        return {event.name: event.value for event in self.events if isinstance(event, OutputVariable)}


@contextmanager
def promoting(*parts: ScanPlan) -> Iterator[Promotions]:
    source = SandboxRegistry()
    with Sandbox(Scenario.of(*parts)) as aws, serve_registry(source):
        IMAGE.put(source, "team/web", "1.4.0")
        yield Promotions(aws=aws, source=source)
