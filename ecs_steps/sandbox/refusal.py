"""How a backend of the sandbox says no."""

from attrs import frozen


@frozen
class Refusal(Exception):  # noqa: N818  AWS' answer, not a fault of the sandbox
    """A modelled error: it leaves through botocore's real error parser."""

    code: str
    message: str
    status: int = 400

    def __str__(self) -> str:
        return f"{self.message} ({self.code})"
