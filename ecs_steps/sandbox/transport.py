"""The transport below every client: botocore's requests come in, AWS' replies go out."""

import copy
import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from attrs import define, field, frozen
from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import BotoCoreError

from ecs_steps.clock import Clock
from ecs_steps.sandbox.faults import Fault, FaultKind, FaultLine, lose, refuse
from ecs_steps.sandbox.moto_account import MotoAccount
from ecs_steps.sandbox.protocol import Envelope, Request, error_code, read_request, speaks_rest
from ecs_steps.sandbox.quotas import Buckets
from ecs_steps.sandbox.service_error import ServiceError
from ecs_steps.sandbox.timeline import Timeline

LATENCY = 0.02
"""Seconds that every request takes."""

_WHOLE_SERVICES = {"cloudformation", "ecs"}
"""moto knows nothing of what is in the sandbox's own ones; a response of its would be wrong."""
_NOT_IMPLEMENTED = 501
_READS = ("Describe", "Get", "List", "Validate")


@frozen(kw_only=True)
class Call:
    """One request that reached the sandbox; `outcome` says what went wrong (an error's code), or is empty."""

    service: str
    operation: str
    params: Mapping[str, Any]
    at: datetime
    outcome: str = ""


@frozen(kw_only=True)
class Region:
    """What answers in one region.

    `backends` has what answers for each service, by botocore's name: a method for each operation, named like
    boto's. They draw their ids from `ids`, which a request that changes nothing leaves as it was: the same
    changes lead to the same ids.
    """

    backends: Mapping[str, object]
    ids: random.Random


class Recorder(Protocol):
    """Is notified of every change that was carried out."""

    def carried_out(self, request: Request, at: datetime) -> None: ...


@define(kw_only=True)
class Transport:
    """What lies below every client of one sandbox.

    `make_region` makes a region that is not in `regions` yet. What backends have no method for, moto answers.
    Everything happens under the timeline's lock: any number of threads may use the clients.
    """

    timeline: Timeline
    moto: MotoAccount
    faults: FaultLine
    regions: dict[str, Region]
    make_region: Callable[[str], Region]
    quotas: Buckets = field(factory=lambda: Buckets(()))
    recorder: Recorder | None = None
    calls: list[Call] = field(factory=list)
    _request_ids: random.Random = field(factory=lambda: random.Random(0))

    def answer(self, http_request: AWSPreparedRequest, clock: Clock, operation: str = "") -> AWSResponse:
        """Answer one request, `LATENCY` seconds after it was sent; `operation` is what its sender calls it.

        Raises:
            BotoCoreError: A fault of the connection, as botocore's HTTP session would raise it.
        """
        clock.sleep(LATENCY)
        with self.timeline.lock:
            at, request = clock.now(), read_request(http_request, operation)
            envelope = Envelope(
                url=http_request.url, service=request.service, at=at, request_id=self._request_id()
            )
            fault = self._fault(request, at)
            outcome = fault.kind.value if fault else ""
            try:
                if fault and not fault.kind.carried_out:
                    response = refuse(fault, request, envelope)
                else:
                    response = self._answer(request, envelope, lambda: self.moto.answer(http_request))
                    response = lose(fault, response, clock) if fault else response
                outcome = error_code(request, response) or outcome
            except BotoCoreError as error:
                outcome = type(error).__name__
                raise
            finally:
                call = Call(
                    service=request.service,
                    operation=request.operation,
                    params=request.params,
                    at=at,
                    outcome=outcome,
                )
                self.calls.append(call)
            return response

    def change(self, request: Request) -> dict[str, Any]:
        """Carry out a change that no client makes; it is recorded, but is no call.

        Raises:
            ServiceError: A backend refuses it.
        """
        with self.timeline.lock:
            reply = self.carry_out(request)
            if self.recorder:
                self.recorder.carried_out(request, self.timeline.now)
            return reply

    def carry_out(self, request: Request) -> dict[str, Any]:
        """Carry out a request of one backend to another: at once, without a fault.

        Raises:
            ServiceError: It is refused.
        """
        operation = self._operation(request)
        if operation is None:
            return self.moto.call(request)
        reply: dict[str, Any] = operation(copy.deepcopy(request.params))
        return reply

    def _fault(self, request: Request, at: datetime) -> Fault | None:
        fault = self.faults.next_for(request.operation)
        if fault is None and not self.quotas.consume(request, at):
            return Fault(request.operation, FaultKind.THROTTLED)
        return fault

    def _answer(
        self, request: Request, envelope: Envelope, otherwise: Callable[[], AWSResponse]
    ) -> AWSResponse:
        ids = self._region(request).ids
        before = ids.getstate()
        operation = self._operation(request)
        try:
            if operation is None and request.service in _WHOLE_SERVICES:
                message = f"The sandbox has no {request.operation}."
                response = envelope.error("UnsupportedOperation", message, _NOT_IMPLEMENTED)
            elif operation:
                response = envelope.reply(request.operation, operation(copy.deepcopy(request.params)))
            else:
                response = otherwise()
        except NotImplementedError as error:  # moto's own word for what it does not have
            response = envelope.error("UnsupportedOperation", str(error), _NOT_IMPLEMENTED)
        except ServiceError as error:
            response = envelope.error(error.code, error.message, error.status)
        if request.operation.startswith(_READS) or error_code(request, response):
            ids.setstate(before)
        elif self.recorder and not speaks_rest(request.service):
            self.recorder.carried_out(request, self.timeline.now)
        return response

    def _operation(self, request: Request) -> Callable[[Any], Any] | None:
        backend = self._region(request).backends.get(request.service)
        operation: Callable[[Any], Any] | None = getattr(backend, xform_name(request.operation), None)
        return operation

    def _region(self, request: Request) -> Region:
        if request.region not in self.regions:
            self.regions[request.region] = self.make_region(request.region)
        return self.regions[request.region]

    def _request_id(self) -> str:
        return str(UUID(int=self._request_ids.getrandbits(128), version=4))
