"""Copy one image: ``python copy_one.py SOURCE DESTINATION``, references or, as the source, a layout."""

import sys
from pathlib import Path

from ecs_steps.image_reference import parse_reference
from ecs_steps.registry.image import read_image
from ecs_steps.registry.layout import OciLayout
from ecs_steps.registry.repository import Repository
from ecs_steps.registry.transfer import copy_image


def main(source: str, destination: str) -> None:
    """Copy with the destination's tag."""
    there = parse_reference(destination)
    repository = Repository(there)
    if Path(source).exists():
        image = read_image(OciLayout(Path(source)), "")
    else:
        here = parse_reference(source)
        image = read_image(Repository(here), here.identifier)
    copy_image(image, repository)
    repository.set_tag(there.identifier, image.digest)


if __name__ == "__main__":
    main(*sys.argv[1:])
