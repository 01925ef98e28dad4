"""The feeds of the images that a release has chosen: which registry each is, and how to log in there."""

from collections.abc import Mapping

from attrs import field, frozen

from ecs_steps.octopus.inputs.shared_inputs import package_images


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
