"""The images that a release has chosen, and the feeds that they are from."""

import re
from collections.abc import Mapping

from attrs import field, frozen

IMAGE = re.compile(r"octopus\.action\.package\[(?P<reference>.*)\]\.image", re.IGNORECASE | re.DOTALL)


def image_variable(reference: str) -> str:
    """Name the variable that holds the image of a package reference."""
    return f"Octopus.Action.Package[{reference}].Image"


def package_images(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the image of each package reference, by the reference's name in lower case.

    Octopus gives a container image's full name, registry and tag included, as
    ``Octopus.Action.Package[REFERENCE].Image``.
    """
    matches = ((IMAGE.fullmatch(name), name) for name in variables)
    images = ((match["reference"].casefold(), variables[name].strip()) for match, name in matches if match)
    return {reference: image for reference, image in images if image}


@frozen(kw_only=True)
class Feed:
    """The registry of a package's feed, and the login that the feed has there."""

    registry: str
    username: str
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
