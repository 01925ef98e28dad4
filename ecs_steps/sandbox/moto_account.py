"""An account of moto's own: it answers what no backend of the sandbox does."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ClientError
from moto.core.base_backend import AccountSpecificBackend, BackendDict
from moto.core.botocore_stubber import BotocoreStubber
from moto.moto_api._internal import mock_random

from ecs_steps.sandbox.protocol import Asked, read_request
from ecs_steps.sandbox.refusal import Refusal
from ecs_steps.sandbox.session import SandboxSession

_ONE_AT_A_TIME = threading.RLock()
_IN_USE: list[BackendDict[Any]] = BackendDict._instances  # type: ignore[misc]  # noqa: SLF001  no public face

_NAMES_OF_SETTINGS = ("AWS_CONFIG_FILE", "AWS_DEFAULT_PROFILE", "AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE")
_State = dict[BackendDict[Any], list[dict[Any, Any]]]


class MotoAccount:
    """moto's state for one sandbox.

    moto keeps one state for the whole process. This account is laid over it while a call is answered and
    taken away again, so that sandboxes, and tests that use moto's own decorator, do not see each other.
    """

    def __init__(self, session: SandboxSession, *, seed: int) -> None:
        _know_regions()
        self._stub = BotocoreStubber()
        self._stub.enabled = True
        self._state: _State = {}
        self._clients: dict[tuple[str, str], Any] = {}
        self._session = session
        self._session.register("before-send", self._answer_own)  # type: ignore[arg-type]  # forgets replies
        with _ONE_AT_A_TIME:
            theirs = mock_random.getstate()
            mock_random.seed(seed)
            self._random = mock_random.getstate()
            mock_random.setstate(theirs)

    def answer(self, request: AWSPreparedRequest) -> AWSResponse:
        """Answer a request as it came from botocore."""
        with self._laid_over():
            asked = read_request(request)
            if asked.service == "iam" and "PolicyArn" in asked.params:
                from ecs_steps.sandbox.managed_policies import provide  # noqa: PLC0415  half a second of import

                provide(asked.params["PolicyArn"])
            answer = self._stub("before-send", request)
        if answer is None:
            raise ValueError(f"moto has no answer to {request.method} {request.url}")
        return answer

    def call(self, asked: Asked) -> dict[str, Any]:
        """Carry out an operation for the sandbox itself, unseen by faults and by the call log.

        Raises:
            Refusal: moto refuses it.
        """
        key = asked.service, asked.region
        if key not in self._clients:
            self._clients[key] = self._session.client(asked.service, region_name=asked.region)
        try:
            reply = getattr(self._clients[key], xform_name(asked.operation))(**asked.params)
        except ClientError as error:
            said = error.response["Error"]
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise Refusal(said["Code"], said["Message"], status) from error
        return dict(reply)

    def close(self) -> None:
        """Let moto put away what it holds open for this account (S3's objects are files)."""
        with self._laid_over():
            BackendDict.reset()

    def _answer_own(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        return self.answer(request)

    @contextmanager
    def _laid_over(self) -> Iterator[None]:
        with _ONE_AT_A_TIME:
            theirs, their_random = _taken(), mock_random.getstate()
            _put(self._state)
            mock_random.setstate(self._random)
            try:
                yield
            finally:
                self._state, self._random = _taken(), mock_random.getstate()
                _put(theirs)
                mock_random.setstate(their_random)


@cache
def _know_regions() -> None:
    """Let moto make and keep the session that it asks for regions, whatever profile the environment names."""
    named = {name: os.environ.pop(name) for name in _NAMES_OF_SETTINGS if name in os.environ}
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    try:
        AccountSpecificBackend.get_session()
    finally:
        for name in _NAMES_OF_SETTINGS:
            os.environ.pop(name, None)
        os.environ.update(named)


def _taken() -> _State:
    """Take everything out of moto."""
    state = {backend: [dict(part) for part in _parts(backend)] for backend in _IN_USE}
    for backend in state:
        for part in _parts(backend):
            part.clear()
    _IN_USE.clear()
    return state


def _put(state: _State) -> None:
    """Put it back."""
    for backend, contents in state.items():
        for part, content in zip(_parts(backend), contents, strict=True):
            part.update(content)
        _IN_USE.append(backend)


def _parts(backend: BackendDict[Any]) -> list[dict[Any, Any]]:
    """Return a service's accounts, and what it keeps beside them (S3 does: who owns a bucket)."""
    return [backend, *(value for value in vars(backend).values() if isinstance(value, dict))]
