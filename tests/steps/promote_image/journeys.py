"""Journeys of *Promote Image to Amazon ECR*, each with calls that the others do not make."""

from collections.abc import Mapping
from typing import Any

from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.registry import STEPS
from faults.journeys import ASSUMED_ROLE, OPENID, SECRET, Journey
from steps.promote_image.promotions import ECR, LIFECYCLE, REPOSITORY, variables

_FEED = "Octopus.Action.Package[EcsPromote.SourceImage]"
_SOURCE = f"{ECR}/staging/web:1.4.0"
_LOGIN = {
    f"{_FEED}.Image": _SOURCE,
    f"{_FEED}.Registry": "registry.example.com",
    f"{_FEED}.Feed.UserName": "octopus",
    f"{_FEED}.Feed.Password": f"{SECRET}password-of-the-feed",
}
_CREATED = {
    "CreateRepository": "True",
    "LifecyclePolicy": LIFECYCLE,
    "ScanGate": "High",
    "Octopus.Environment.Name": "Production",
}


def _repository(aws: Sandbox) -> None:
    aws.clients.ecr_in().create_repository(repositoryName=REPOSITORY)


def _promoted(aws: Sandbox) -> None:
    _repository(aws)
    step = STEPS.named("promote").read(variables(_SOURCE))
    step.run(aws=aws.clients, clock=aws.clock, report=lambda _: None)


def _journey(name: str, settings: Mapping[str, object], **members: Any) -> Journey:  # noqa: ANN401  passed on
    given = {**_LOGIN, "Octopus.Action.Aws.Region": "eu-west-1", **settings}
    return Journey(row=STEPS.named("promote"), name=name, settings=variables("", **given), **members)


JOURNEYS = (
    _journey("new repository", _CREATED, is_killed=True),
    _journey("scan that is started", {"ScanGate": "Medium"}, prepare=_repository),
    _journey("unchanged", {}, prepare=_promoted),
    _journey("vulnerable image", _CREATED, scenario="vulnerable-image"),
    _journey(
        "source role",
        {
            "SourceRole": "arn:aws:iam::123456789012:role/reader",
            "SourceRoleExternalId": f"{SECRET}external-id",
        },
        prepare=_repository,
    ),
    _journey("assumed role", _CREATED, account=ASSUMED_ROLE),
    _journey("OpenID Connect", _CREATED, account=OPENID),
)

UNUSED_ACTIONS = (
    "ecr:Batch*",
    "ecr:*Layer*",
    "ecr:PutImage",
    "sts:AssumeRole",
)
"""What ECR's registry asks for, which is no call of the API; and signing in, which is no call of a step."""
