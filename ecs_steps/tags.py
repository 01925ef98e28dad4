"""Tags: what Octopus adds by default, which of two wins, and what AWS accepts."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen

MAX_KEY_LENGTH = 128
MAX_VALUE_LENGTH = 256
MAX_TAGS = 50
DEPLOYMENT_TAG = "Octopus.Deployment.Id"

DEFAULT_TAG_VARIABLES = (
    "Octopus.Project.Id",
    "Octopus.Action.Id",
    "Octopus.Deployment.Id",
    "Octopus.RunbookRun.Id",
    "Octopus.Step.Id",
    "Octopus.Environment.Id",
    "Octopus.Deployment.Tenant.Id",
    "Octopus.Deployment.Name",
    "Octopus.Deployment.Tenant.Name",
    "Octopus.Environment.Name",
    "Octopus.Project.Name",
    "Octopus.Release.Channel.Name",
    "Octopus.Space.Name",
    "Octopus.Action.Name",
    "Octopus.Step.Name",
    "Octopus.Runbook.Name",
    "Octopus.RunbookRun.Name",
    "Octopus.RunbookSnapshot.Name",
    "Octopus.Machine.Name",
)
RELEASE_NUMBER = "Octopus.Release.Number"
_OF_ONE_ENVIRONMENT = re.compile(
    r"Octopus\.(Environment\..*|Deployment\.Tenant\..*|Machine\.Name|Deployment\.Name|RunbookRun\.Name)",
    re.IGNORECASE,
)
_REFUSED = re.compile("[^a-zA-Z0-9 +=.:/@_-]")


@frozen
class Tag:
    """A key and a value on an AWS resource. Keys are case-sensitive."""

    key: str
    value: str


def read_tags(tags: Iterable[Mapping[str, Any]]) -> tuple[Tag, ...]:
    """Return tags that are written as ECS does."""
    return tuple(Tag(key=tag["key"], value=tag.get("value", "")) for tag in tags)


def default_tags(variables: Mapping[str, str]) -> tuple[Tag, ...]:
    """Return the tags that name the origin of a deployment, in Octopus' order, empty ones left out."""
    return sanitised_tags(Tag(name, variables.get(name) or "") for name in DEFAULT_TAG_VARIABLES)


def provenance_tags(variables: Mapping[str, str]) -> tuple[Tag, ...]:
    """Return the default tags of what is promoted from one environment to the next, and the release's number.

    Those that name an environment, a tenant or a machine would be wrong in the next one.
    """
    number = Tag(RELEASE_NUMBER, variables.get(RELEASE_NUMBER) or "")
    return (*without_environment_tags(default_tags(variables)), *sanitised_tags([number]))


def without_environment_tags(tags: Iterable[Tag]) -> tuple[Tag, ...]:
    """Leave out the default tags that name an environment, a tenant or a machine."""
    return tuple(tag for tag in tags if not _OF_ONE_ENVIRONMENT.fullmatch(tag.key))


def sanitised(tag: Tag) -> Tag | None:
    """Remove what AWS does not accept in a tag; return None where no key or no value is left.

    Letters, digits, spaces and ``+=.:/@_-`` stay, the ends are trimmed, and keys are cut to 128 and values to
    256 characters.
    """
    key, value = _cleaned(tag.key, MAX_KEY_LENGTH), _cleaned(tag.value, MAX_VALUE_LENGTH)
    return Tag(key, value) if key and value else None


def _cleaned(text: str, longest: int) -> str:
    return _REFUSED.sub("", text).strip()[:longest].rstrip()


def sanitised_tags(tags: Iterable[Tag]) -> tuple[Tag, ...]:
    """Sanitise each tag and leave out those of which nothing is left."""
    return tuple(clean for tag in tags if (clean := sanitised(tag)))


def merge_tags(*layers: Iterable[Tag]) -> tuple[Tag, ...]:
    """Merge layers of tags: of a repeated key the last value wins, at the place of the first."""
    values = {tag.key: tag.value for layer in layers for tag in layer}
    return tuple(Tag(key, value) for key, value in values.items())


def without_aws_tags(tags: Iterable[Tag]) -> tuple[Tag, ...]:
    """Leave out the tags that only AWS may set: keys that begin with ``aws:``, in any case."""
    return tuple(tag for tag in tags if not tag.key.lower().startswith("aws:"))


def fit_tags(
    existing: Iterable[Tag], defaults: Iterable[Tag], user: Iterable[Tag], limit: int = MAX_TAGS
) -> tuple[tuple[Tag, ...], tuple[Tag, ...]]:
    """Merge a resource's existing tags, the default ones and the user's; return the merged and the dropped.

    Existing ``aws:`` tags are left out. Where more than `limit` remain, default tags give way from the end of
    their list; those that only change the value of an existing key would free no place, and stay.

    Raises:
        ValueError: The existing tags and the user's alone are more than `limit`.
    """
    own, added, given = without_aws_tags(existing), merge_tags(defaults), tuple(user)
    merged = merge_tags(own, added, given)
    excess = len(merged) - limit
    if excess <= 0:
        return merged, ()
    fixed = {tag.key for tag in (*own, *given)}
    additions = [tag for tag in added if tag.key not in fixed]
    if excess > len(additions):
        raise ValueError(
            f"The existing tags and the given ones are {len(fixed)} together, "
            f"and AWS takes at most {limit} on a resource"
        )
    dropped = tuple(additions[-excess:])
    return tuple(tag for tag in merged if tag not in dropped), dropped


def deployment_of(tags: Iterable[Tag]) -> str:
    """Return the Octopus deployment that tags name; empty where they name none."""
    return next((tag.value for tag in tags if tag.key == DEPLOYMENT_TAG), "")


def same_deployment(own: Iterable[Tag], existing: Iterable[Tag]) -> bool:
    """Return whether a resource's tags name the deployment of the default tags; without one, none."""
    return deployment_of(own) == deployment_of(existing)
