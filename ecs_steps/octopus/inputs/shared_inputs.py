"""Values that the inputs of several steps hold."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from attrs import field, frozen

from ecs_steps.octopus.inputs.converter import UnresolvedText
from ecs_steps.octopus.inputs.members import member
from ecs_steps.octopus.inputs.types import Count
from ecs_steps.tags import Tag, sanitised

REFERENCE = r"arn:[a-z-]+:(secretsmanager|ssm):[!-~]+|/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*"
_IMAGE_VARIABLE = re.compile(
    r"octopus\.action\.package\[(?P<reference>.*)\]\.image", re.IGNORECASE | re.DOTALL
)


class Wait(StrEnum):
    """How long a step waits for its deployment."""

    DONT_WAIT = "DontWait"
    UNTIL_COMPLETED = "WaitUntilCompleted"
    WITH_TIMEOUT = "WaitWithTimeout"


@frozen(kw_only=True)
class WaitOption:
    """The wait option: don't wait, wait, or wait for at most so many minutes."""

    type: Wait = member("Whether the step waits, and until when.", default=Wait.UNTIL_COMPLETED)
    timeout_minutes: Count | None = member(
        "Minutes after which WaitWithTimeout gives up; the deployment continues.",
        default=None,
        used_if=lambda wait: wait.type is Wait.WITH_TIMEOUT,
    )

    @property
    def may_wait(self) -> bool:
        return self.type is not Wait.DONT_WAIT

    def deadline(self, now: datetime) -> datetime | None:
        """Return when the wait ends; none means never."""
        if self.type is not Wait.WITH_TIMEOUT or self.timeout_minutes is None:
            return None
        return now + timedelta(minutes=self.timeout_minutes)


class OnFailure(StrEnum):
    """What to do with a deployment that failed and that AWS does not roll back itself."""

    LEAVE = "Leave"
    ROLLBACK = "Rollback"


class Secrecy(StrEnum):
    """Whether a value is in the task definition, or ECS fetches it when a task starts."""

    PLAIN = "Plain"
    SECRET = "Secret"  # noqa: S105  a kind of value, not one


@frozen(kw_only=True)
class KeyValue:
    """An environment variable or a log option; a secret's value is what ECS calls `valueFrom`."""

    type: Secrecy = member("Plain: the value itself. Secret: where ECS reads it.", default=Secrecy.PLAIN)
    key: str = member("The name.", ecs="name")
    value: str = member(
        "The value; of type Secret the ARN of a secret, or the ARN or name of a Systems Manager parameter.",
        ecs="value; valueFrom, of type Secret",
        default="",
        is_secret=True,
    )

    @property
    def is_open(self) -> bool:
        """Whether the value holds expressions for a later evaluation."""
        return isinstance(self.value, UnresolvedText)

    @property
    def is_reference(self) -> bool:
        """Whether the value could be a `valueFrom`: an ARN, or the name of a Systems Manager parameter."""
        return bool(re.fullmatch(REFERENCE, self.value))


def last_of(items: Iterable[KeyValue], secrecy: Secrecy) -> dict[str, str]:
    """Return the values of one kind by key: of a repeated key the last one, at the place of the first."""
    return {item.key: item.value for item in items if item.type is secrecy}


@frozen(kw_only=True)
class TagInput:
    """A tag as a user gives it."""

    key: str = member("The key; what AWS does not allow is removed.", ecs="key")
    value: str = member("The value, likewise.", ecs="value", default="")

    @property
    def sent(self) -> Tag | None:
        """The tag without what AWS refuses, if anything is left; one with open expressions unchanged."""
        tag = Tag(self.key, self.value)
        is_open = isinstance(self.key, UnresolvedText) or isinstance(self.value, UnresolvedText)
        return tag if is_open else sanitised(tag)


def sent_tags(tags: Iterable[TagInput]) -> tuple[Tag, ...]:
    """Return the tags as AWS is sent them, without those of which nothing is left."""
    return tuple(sent for tag in tags if (sent := tag.sent))


def image_variable(reference: str) -> str:
    """Name the variable that holds the image of a package reference."""
    return f"Octopus.Action.Package[{reference}].Image"


def package_images(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the image of each package reference, by the reference's name in lower case.

    Octopus gives a container image's full name, registry and tag included, as
    ``Octopus.Action.Package[REFERENCE].Image``.
    """
    matches = ((_IMAGE_VARIABLE.fullmatch(name), name) for name in variables)
    images = ((match["reference"].casefold(), variables[name].strip()) for match, name in matches if match)
    return {reference: image for reference, image in images if image}


@frozen(kw_only=True)
class Feed:
    """The registry of a package's feed, and the login that the feed has there."""

    registry: str
    username: str = field(repr=False)
    password: str = field(repr=False)


def package_feeds(variables: Mapping[str, str]) -> dict[str, Feed]:
    """Return the feed of each image that has one with a login, by package reference as in `package_images`.

    A user name without a password is no login.
    """
    feeds = {}
    for reference in package_images(variables):
        prefix = f"Octopus.Action.Package[{reference}]"
        registry, username, password = (
            variables.get(f"{prefix}.{part}", "").strip()
            for part in ("Registry", "Feed.UserName", "Feed.Password")
        )
        if registry and username and password:
            feeds[reference] = Feed(registry=registry, username=username, password=password)
    return feeds
