"""What the client raises."""


class ImageNotFound(Exception):  # noqa: N818  Docker's own name
    """There is no such image."""
