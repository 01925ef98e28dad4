"""Who may read the feed: a user name and one password, or two while one replaces the other."""

import binascii
import hashlib
import hmac
import os
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from typing import Self

from attrs import field, frozen

from ecs_steps.errors import InvalidInputsError, Problem

USERNAME = "ECS_STEPS_FEED_USERNAME"
PASSWORD = "ECS_STEPS_FEED_PASSWORD"  # noqa: S105  a variable's name
OLD_PASSWORD = "ECS_STEPS_FEED_PASSWORD_OLD"  # noqa: S105  the same
SECRET_ARN = "ECS_STEPS_FEED_SECRET_ARN"  # noqa: S105  the same
_INVALID = "The credentials of the feed are not valid"
_KEYS = {USERNAME: "username", PASSWORD: "password", OLD_PASSWORD: "password_old"}


@frozen(kw_only=True)
class Credentials:
    """A user name and the passwords that go with it; comparing them is constant in time.

    Raises:
        InvalidInputsError: One of them cannot be sent: Octopus turns all but ASCII into question marks, and
            a user name ends at its first colon.
    """

    username: str
    passwords: tuple[str, ...] = field(repr=False)

    def __attrs_post_init__(self) -> None:
        problems = list(self._problems())
        if problems:
            raise InvalidInputsError(what=_INVALID, problems=tuple(problems))

    def accept(self, authorization: str) -> bool:
        """Return whether an ``Authorization`` header holds them."""
        scheme, _, encoded = authorization.partition(" ")
        try:
            sent = b64decode(encoded.strip(), validate=True) if scheme.lower() == "basic" else b""
        except (binascii.Error, ValueError):
            sent = b""
        username, _, password = sent.partition(b":")
        is_user = _equal(username, self.username)
        return any([_equal(password, each) & is_user for each in self.passwords])  # noqa: C419  all are compared

    def _problems(self) -> Iterator[Problem]:
        if ":" in self.username or not self.username.isascii() or not self.username.isprintable():
            yield Problem(path=USERNAME, message="must be printable ASCII without a colon")
        if not all(password.isascii() and password.isprintable() for password in self.passwords):
            yield Problem(path=PASSWORD, message="must be printable ASCII: Octopus sends nothing else")

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str], read_secret: Callable[[str], Mapping[str, object]]
    ) -> Self | None:
        """Return the credentials that variables, or the secret that one of them names, hold.

        The secret is a JSON object of ``username``, ``password`` and, while it is rotated, ``password_old``.
        A user name without a password, or the reverse, counts as none.

        Raises:
            AwsCallError: The secret cannot be read.
            InvalidInputsError: The secret is no JSON object of texts, or the credentials cannot be sent.
        """
        values = {name: environment.get(name, "") for name in _KEYS}
        if arn := environment.get(SECRET_ARN):
            try:
                secret = read_secret(arn)
            except ValueError as error:
                raise InvalidInputsError.of(SECRET_ARN, str(error), what=_INVALID) from None
            values = {name: secret.get(key) or "" for name, key in _KEYS.items()}  # type: ignore[misc]  # checked next
            if not all(isinstance(value, str) for value in values.values()):
                why = "a member of the secret is not a text"
                raise InvalidInputsError.of(SECRET_ARN, why, what=_INVALID)
        passwords = tuple(filter(None, [values[PASSWORD], values[OLD_PASSWORD]]))
        if not (values[USERNAME] and values[PASSWORD]):
            return None
        return cls(username=values[USERNAME], passwords=passwords)


def environment_credentials() -> Credentials | None:
    """Return the credentials of this process' environment; see `Credentials.from_environment`."""
    from ecs_steps.feed.ecs_source import read_secret

    return Credentials.from_environment(os.environ, read_secret)


def _equal(sent: bytes, expected: str) -> bool:
    """Compare digests: they have one length, and do not reveal how much of two texts is equal."""
    return hmac.compare_digest(hashlib.sha256(sent).digest(), hashlib.sha256(expected.encode()).digest())
