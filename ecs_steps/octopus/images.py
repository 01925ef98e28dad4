"""The images that a release has chosen."""

import re
from collections.abc import Mapping

IMAGE = re.compile(r"octopus\.action\.package\[(?P<reference>.*)\]\.image", re.IGNORECASE)


def image_variable(reference: str) -> str:
    """Name the variable that holds the image of a package reference."""
    return f"Octopus.Action.Package[{reference}].Image"


def package_images(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the image of each package reference, by the reference's name in lower case.

    Octopus gives a container image's full name, registry and tag included, as
    ``Octopus.Action.Package[REFERENCE].Image``.
    """
    matches = ((IMAGE.fullmatch(name), value.strip()) for name, value in variables.items())
    return {match["reference"].casefold(): value for match, value in matches if match and value}
