"""ECS as the feed's source: each method is one call. All that the feed knows of boto3 is here."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from attrs import frozen
from botocore.config import Config

from ecs_steps.aws.errors import calling, member
from ecs_steps.aws.sessions import CONFIG, BotocoreSession
from ecs_steps.errors import AwsCallError
from ecs_steps.feed.images import Revision
from ecs_steps.feed.source import Page

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient

# The feed has a budget of its own, which botocore's retries would exceed, and a client is waiting.
ONE_ATTEMPT = CONFIG.merge(Config(retries={"total_max_attempts": 1}, connect_timeout=3, read_timeout=10))
NOT_FOUND = "nable to describe task definition"


@frozen
class EcsSource:
    """The task definitions of the account and region that a client calls."""

    ecs: "ECSClient"

    def list_families(self, prefix: str, token: str) -> Page[str]:
        """List ACTIVE families: without a status ECS lists the INACTIVE ones as well."""
        with calling("ecs:ListTaskDefinitionFamilies"):
            reply: Mapping[str, Any] = self.ecs.list_task_definition_families(
                status="ACTIVE", maxResults=100, **_given(familyPrefix=prefix, nextToken=token)
            )
        return Page(member(reply, "families", "ListTaskDefinitionFamilies"), reply.get("nextToken", ""))

    def newest_revisions(self, family: str, token: str) -> Page[int]:
        """List ACTIVE revisions, newest first; `familyPrefix` is the whole name here."""
        with calling("ecs:ListTaskDefinitions", f"task definition {family}"):
            reply: Mapping[str, Any] = self.ecs.list_task_definitions(
                familyPrefix=family, status="ACTIVE", sort="DESC", maxResults=100, **_given(nextToken=token)
            )
        arns = member(reply, "taskDefinitionArns", "ListTaskDefinitions")
        names = (arn.rpartition("/")[2].partition(":") for arn in arns)
        return Page([int(number) for name, _, number in names if name == family], reply.get("nextToken", ""))

    def describe(self, family: str, number: int) -> Revision | None:
        """Describe a revision; ECS describes INACTIVE ones too."""
        name = f"{family}:{number}"
        try:
            with calling("ecs:DescribeTaskDefinition", f"task definition {name}"):
                reply: Mapping[str, Any] = self.ecs.describe_task_definition(taskDefinition=name)
        except AwsCallError as error:
            if NOT_FOUND in error.why:
                return None
            raise
        described = member(reply, "taskDefinition", "DescribeTaskDefinition")
        return _revision(described) if described["status"] == "ACTIVE" else None


def ecs_source(*, region: str | None = None) -> EcsSource:
    """Return the source that the environment's credentials may read.

    Raises:
        AwsCallError: No region is given, nor does the environment name one.
    """
    with calling("ECS"):
        client = BotocoreSession().client("ecs", config=ONE_ATTEMPT, region_name=region)
    return EcsSource(cast("ECSClient", client))


def read_secret(arn: str) -> Mapping[str, object]:
    """Read a JSON object from Secrets Manager, in the region that its ARN names.

    Raises:
        AwsCallError: It cannot be read.
        ValueError: It is not a JSON object; the message does not quote it.
    """
    region = dict(enumerate(arn.split(":"))).get(3)
    with calling("secretsmanager:GetSecretValue", arn):
        client = BotocoreSession().client("secretsmanager", config=CONFIG, region_name=region)
        text = client.get_secret_value(SecretId=arn).get("SecretString", "")
    try:
        secret = json.loads(text)
    except ValueError:
        secret = None
    if not isinstance(secret, dict):
        raise ValueError("the secret is not a JSON object") from None  # noqa: TRY004  a value, not a type
    return secret


def _revision(described: Mapping[str, Any]) -> Revision:
    return Revision(
        arn=described["taskDefinitionArn"],
        family=described["family"],
        number=described["revision"],
        # Revisions from before ECS recorded it, in 2020, have none.
        registered_at=described.get("registeredAt"),
        registered_by=described.get("registeredBy", ""),
        cpu=described.get("cpu", ""),
        memory=described.get("memory", ""),
        images=tuple(
            (container["name"], container["image"]) for container in described.get("containerDefinitions", [])
        ),
    )


def _given(**arguments: str) -> Any:  # noqa: ANN401  as keywords of botocore's
    return {name: value for name, value in arguments.items() if value}
