"""What the fuzzing of *Promote Image to Amazon ECR* starts from."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from ecs_steps import PromoteEcrImageStep
from steps.promote_image.promotions import LIFECYCLE, PROMOTE

EXAMPLE: dict[str, Any] = json.loads((files("ecs_steps.sandbox") / "examples" / "promote.json").read_text())
_PACKAGE = "Octopus.Action.Package[EcsPromote.SourceImage]"

OTHERS: tuple[Mapping[str, Any], ...] = (
    EXAMPLE,
    {
        f"{PROMOTE}.SourceLayout": "images/web.tar",
        f"{PROMOTE}.RepositoryName": "production/web",
        f"{PROMOTE}.Tag": "1.4.0",
    },
)


def everything(marker: str) -> dict[str, Any]:
    """Return a valid dictionary with every variable, and `marker` in all that may be a secret."""
    return EXAMPLE | {
        f"{_PACKAGE}.Registry": "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        f"{_PACKAGE}.Feed.UserName": f"{marker}-user",
        f"{_PACKAGE}.Feed.Password": marker,
        f"{PROMOTE}.SourceImage": EXAMPLE[f"{_PACKAGE}.Image"],
        f"{PROMOTE}.SourceLayout": "",
        f"{PROMOTE}.SourceRole": "arn:aws:iam::123456789012:role/reader",
        f"{PROMOTE}.SourceRoleExternalId": f"{marker}-id",
        f"{PROMOTE}.Tag": "prod",
        f"{PROMOTE}.ScanOnPush": "True",
        f"{PROMOTE}.ImmutableTags": "True",
        f"{PROMOTE}.KmsKey": "alias/images",
        f"{PROMOTE}.LifecyclePolicy": LIFECYCLE,
        "Octopus.Action.Aws.Tags": [{"key": "team", "value": "shop"}],
        f"{PROMOTE}.ScanTimeoutMinutes": "20",
        f"{PROMOTE}.AllowUnsupportedImages": "False",
        f"{PROMOTE}.CopyReferrers": "True",
    }


def document(step: PromoteEcrImageStep) -> str:
    """Return the policy, which names what the step works on."""
    return json.dumps(step.iam_policy(), allow_nan=False)
