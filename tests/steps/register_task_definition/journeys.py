"""Journeys of *Register Amazon ECS Task Definition*, each with calls that the others do not make."""

import json
from collections.abc import Mapping
from typing import Any

from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import Verb
from explaining.runs import ECS, IMAGES, run
from faults.journeys import ASSUMED_ROLE, OPENID, SECRET, Journey
from revisions import register_another

REGISTER = f"{ECS}.TaskDefinition"
_ROW = STEPS.named("register")
_SECRET = {"type": "Plain", "key": "PASSWORD", "value": f"{SECRET}value-of-the-environment"}
_SETTINGS: Mapping[str, object] = {
    "Octopus.Action.Package[web].Image": f"{IMAGES['update']}:2.0.0",
    f"{REGISTER}.Family": "orders",
    f"{REGISTER}.ContainerUpdates": [
        {
            "containerName": "web",
            "packageReference": "web",
            "environmentVariables": {"action": "Append", "items": [_SECRET]},
        }
    ],
}
_KEPT = {f"{REGISTER}.KeepRevisions": "1"}
_PINNED = {
    f"{ECS}.ResolveDigests": "True",
    "Octopus.Action.Package[web].Image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/staging/web:1.4.0",
}
_TAGGED = {f"{ECS}.Tags": [{"key": "team", "value": "orders"}]}
_DOCUMENT: Mapping[str, object] = {
    f"{REGISTER}.Family": "",
    f"{REGISTER}.ContainerUpdates": "",
    f"{REGISTER}.Document": json.dumps(
        {
            "family": "invoices",
            "taskRoleArn": "arn:aws:iam::123456789012:role/invoices",
            "containerDefinitions": [
                {
                    "name": "web",
                    "image": "#{Octopus.Action.Package[web].Image}",
                    "memory": "512",
                    "environment": [{"name": "PASSWORD", "value": f"{SECRET}value-of-the-document"}],
                }
            ],
        }
    ),
}


def _registered(aws: Sandbox) -> None:
    step = _ROW.read(_SETTINGS)
    step.run(aws=aws.clients, clock=aws.clock, report=lambda _: None)


def _two_old_ones(aws: Sandbox) -> None:
    """Register orders:2, which no service runs, and deploy orders:3."""
    register_another(aws)
    run("update", aws, tag="1.9.0")


def _journey(name: str, settings: Mapping[str, object] | None = None, **members: Any) -> Journey:  # noqa: ANN401  passed on
    return Journey(row=_ROW, name=name, settings={**_SETTINGS, **(settings or {})}, **members)


JOURNEYS = (
    _journey("new revision", is_killed=True),
    _journey("unchanged, new tags", _TAGGED, prepare=_registered),
    _journey("old revisions", _KEPT, prepare=_two_old_ones, prunes=True),
    _journey("new family from a document", _DOCUMENT),
    _journey("images by digest", _PINNED),
    _journey("dry run", _KEPT, prepare=_two_old_ones, verb=Verb.DRY_RUN),
    _journey("assumed role", account=ASSUMED_ROLE),
    _journey("OpenID Connect", account=OPENID),
)

UNUSED_ACTIONS = ("ecr:Batch*", "ecr:GetDownload*")
"""What the registry of ECR asks for, which is no call of the API."""
