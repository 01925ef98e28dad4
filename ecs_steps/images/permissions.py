"""What it takes to read images, as statements of a policy; pure, no AWS."""

from collections.abc import Iterable, Iterator

from ecs_steps.iam import Scope, Statement
from ecs_steps.image_reference import InvalidReferenceError, parse_reference


def read_images(images: Iterable[str]) -> Iterator[Statement]:
    """Allow those of the images that are in Amazon ECR to be read; others need nothing of AWS.

    A manifest is `ecr:BatchGetImage` to ECR's registry, a config `ecr:GetDownloadUrlForLayer`.
    """
    if repositories := tuple(dict.fromkeys(filter(None, map(_repository_arn, images)))):
        yield Statement(sid="LogInToEcr", actions=("ecr:GetAuthorizationToken",))
        yield Statement(
            sid="ReadImages",
            actions=("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
            resources=repositories,
        )


def _repository_arn(image: str) -> str:
    try:
        reference = parse_reference(image)
    except InvalidReferenceError:
        return ""
    place = Scope.from_registry(reference.registry)
    return place.arn("ecr", f"repository/{reference.repository}") if place else ""
