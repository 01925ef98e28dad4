"""The images that a release has chosen."""

import re
from collections.abc import Mapping

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
