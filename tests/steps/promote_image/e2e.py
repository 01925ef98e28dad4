"""What *Promote Image to Amazon ECR* needs against ministack."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from e2e.ministack_iam import OWN_ACTION_ONLY
from registry.images import one_platform
from steps.promote_image.promotions import LIFECYCLE
from steps.promote_image.promotions import variables as of_promotion

CLUSTER = ""

_BY_REGISTRY = "ministack's registry checks nothing"
NOT_CHECKED: Mapping[str, str] = {
    "ecr:BatchCheckLayerAvailability": _BY_REGISTRY,
    "ecr:BatchGetImage": _BY_REGISTRY,
    "ecr:InitiateLayerUpload": _BY_REGISTRY,
    "ecr:UploadLayerPart": _BY_REGISTRY,
    "ecr:CompleteLayerUpload": _BY_REGISTRY,
    "ecr:PutImage": _BY_REGISTRY,
    "ecr:TagResource": OWN_ACTION_ONLY,
}
"""What the step needs in AWS and ministack never checks, with the reason."""


@cache
def _layout() -> Path:
    """Write the image that is promoted, once for a process."""
    return one_platform().write_layout(Path(mkdtemp(prefix="image-")))


def variables(*, tag: str, others: Mapping[str, object]) -> dict[str, object]:
    settings = {
        "SourceLayout": str(_layout()),
        "Tag": tag,
        "CreateRepository": "True",
        "LifecyclePolicy": LIFECYCLE,
        "Octopus.Action.Aws.Region": "eu-west-1",
    }
    return of_promotion("", **settings) | dict(others)
