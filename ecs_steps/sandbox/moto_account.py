"""An account of moto's own: it answers what no backend of the sandbox does."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from typing import Any

from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ClientError
from moto.core.base_backend import AccountSpecificBackend, BackendDict
from moto.core.botocore_stubber import BotocoreStubber
from moto.moto_api._internal import mock_random

from ecs_steps.sandbox.protocol import Request, read_request
from ecs_steps.sandbox.service_error import ServiceError
from ecs_steps.sandbox.session import SandboxSession

_LOCK = threading.RLock()
_IN_USE: list[BackendDict[Any]] = BackendDict._instances  # type: ignore[misc]  # noqa: SLF001  no public face

_NAMES_OF_SETTINGS = ("AWS_CONFIG_FILE", "AWS_DEFAULT_PROFILE", "AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE")
_AMIS = "MOTO_EC2_LOAD_DEFAULT_AMIS"
_State = dict[BackendDict[Any], list[dict[Any, Any]]]


class MotoAccount:
    """moto's state for one sandbox.

    moto keeps one state for the whole process. This account is laid over it while a call is answered and
    taken away again, so that sandboxes, and tests that use moto's own decorator, do not see each other.
    `make_session` makes the session of what the sandbox itself calls, once there is such a call.
    """

    def __init__(self, make_session: Callable[[], SandboxSession], *, seed: int) -> None:
        _cache_regions()
        self._stub = BotocoreStubber()
        self._stub.enabled = True
        self._state: _State = {}
        self._clients: dict[tuple[str, str], Any] = {}
        self._make_session = make_session
        with _LOCK:
            original = mock_random.getstate()
            mock_random.seed(seed)
            self._random = mock_random.getstate()
            mock_random.setstate(original)

    def answer(self, http_request: AWSPreparedRequest) -> AWSResponse:
        """Answer a request as it came from botocore."""
        with self._swapped_in():
            request = read_request(http_request)
            if request.service == "iam" and "PolicyArn" in request.params:
                from ecs_steps.sandbox.managed_policies import provide  # noqa: PLC0415  half a second of import

                provide(request.params["PolicyArn"])
            response = self._stub("before-send", http_request)
        if response is None:
            raise ValueError(f"moto has no response to {http_request.method} {http_request.url}")
        return response

    def call(self, request: Request) -> dict[str, Any]:
        """Carry out an operation for the sandbox itself, unseen by faults and by the call log.

        Raises:
            ServiceError: moto refuses it.
        """
        key = request.service, request.region
        if key not in self._clients:
            self._clients[key] = self._session.client(request.service, region_name=request.region)
        try:
            reply = getattr(self._clients[key], xform_name(request.operation))(**request.params)
        except ClientError as error:
            said = error.response["Error"]
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise ServiceError(said["Code"], said["Message"], status) from error
        return dict(reply)

    def close(self) -> None:
        """Let moto put away what it holds open for this account (S3's objects are files)."""
        with self._swapped_in():
            BackendDict.reset()

    @cached_property
    def _session(self) -> SandboxSession:
        session = self._make_session()
        session.register("before-send", self._answer_own)  # type: ignore[arg-type]  # forgets replies
        return session

    def _answer_own(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        return self.answer(request)

    @contextmanager
    def _swapped_in(self) -> Iterator[None]:
        with _LOCK, _without_amis():
            original, original_random = _swap_out(), mock_random.getstate()
            _swap_in(self._state)
            mock_random.setstate(self._random)
            try:
                yield
            finally:
                self._state, self._random = _swap_out(), mock_random.getstate()
                _swap_in(original)
                mock_random.setstate(original_random)


@cache
def _cache_regions() -> None:
    """Let moto make and keep the session that it asks for regions, whatever profile the environment names."""
    named = {name: os.environ.pop(name) for name in _NAMES_OF_SETTINGS if name in os.environ}
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    try:
        AccountSpecificBackend.get_session()
    finally:
        for name in _NAMES_OF_SETTINGS:
            os.environ.pop(name, None)
        os.environ.update(named)


@contextmanager
def _without_amis() -> Iterator[None]:
    """Let EC2 begin without moto's machine images: no step reads them, and they take a tenth of a second."""
    chosen = os.environ.get(_AMIS)
    os.environ[_AMIS] = "false"
    try:
        yield
    finally:
        if chosen is None:
            del os.environ[_AMIS]
        else:
            os.environ[_AMIS] = chosen


def _swap_out() -> _State:
    """Take everything out of moto."""
    state = {backend: [dict(part) for part in _parts(backend)] for backend in _IN_USE}
    for backend in state:
        for part in _parts(backend):
            part.clear()
    _IN_USE.clear()
    return state


def _swap_in(state: _State) -> None:
    """Put it back."""
    for backend, contents in state.items():
        for part, content in zip(_parts(backend), contents, strict=True):
            part.update(content)
        _IN_USE.append(backend)


def _parts(backend: BackendDict[Any]) -> list[dict[Any, Any]]:
    """Return a service's accounts, and what it keeps besides them (S3 does: who owns a bucket)."""
    return [backend, *(value for value in vars(backend).values() if isinstance(value, dict))]
