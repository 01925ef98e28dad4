"""What *Register Amazon ECS Task Definition* needs against ministack."""

from collections.abc import Mapping

from e2e.ministack_iam import OWN_ACTION_ONLY
from explaining.runs import ECS, IMAGES

CLUSTER = ""

NOT_CHECKED: Mapping[str, str] = {"ecs:TagResource": OWN_ACTION_ONLY, "iam:PassRole": OWN_ACTION_ONLY}
"""What the step needs in AWS and ministack never checks, with the reason."""


def variables(*, tag: str, others: Mapping[str, object]) -> dict[str, object]:
    return {
        "Octopus.Action.Package[web].Image": f"{IMAGES['update']}:{tag}",
        "Octopus.Project.Name": "Shop",
        f"{ECS}.TaskDefinition.Family": "orders",
        f"{ECS}.TaskDefinition.ContainerUpdates": [{"containerName": "web", "packageReference": "web"}],
        **others,
    }
