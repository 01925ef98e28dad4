"""How a backend of the sandbox refuses a request."""

from attrs import frozen


@frozen
class ServiceError(Exception):
    """A modelled error: it leaves through botocore's real error parser."""

    code: str
    message: str
    status: int = 400

    def __str__(self) -> str:
        return f"{self.message} ({self.code})"
