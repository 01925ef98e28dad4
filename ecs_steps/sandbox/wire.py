"""The sandbox's end of the wire: what botocore sends goes in, what botocore reads comes out."""

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
from ecs_steps.sandbox.protocol import Asked, Envelope, error_code, read_request, speaks_rest
from ecs_steps.sandbox.quotas import Buckets
from ecs_steps.sandbox.refusal import Refusal
from ecs_steps.sandbox.timeline import Timeline

LATENCY = 0.02
"""Seconds that every request takes."""

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
    """Who is told of every change that was carried out."""

    def carried_out(self, asked: Asked, at: datetime) -> None: ...


@define(kw_only=True)
class Wire:
    """What lies below every client of one sandbox.

    `elsewhere` makes a region that is not in `regions` yet. What backends have no method for, moto answers.
    Everything happens under the timeline's lock: any number of threads may use the clients.
    """

    timeline: Timeline
    moto: MotoAccount
    faults: FaultLine
    regions: dict[str, Region]
    elsewhere: Callable[[str], Region]
    quotas: Buckets = field(factory=lambda: Buckets(()))
    recorder: Recorder | None = None
    calls: list[Call] = field(factory=list)
    _request_ids: random.Random = field(factory=lambda: random.Random(0))

    def answer(self, request: AWSPreparedRequest, clock: Clock, operation: str = "") -> AWSResponse:
        """Answer one request, `LATENCY` seconds after it was sent; `operation` is what its sender calls it.

        Raises:
            BotoCoreError: A fault of the connection, as botocore's HTTP session would raise it.
        """
        clock.sleep(LATENCY)
        with self.timeline.lock:
            at, asked = clock.now(), read_request(request, operation)
            envelope = Envelope(url=request.url, service=asked.service, at=at, request_id=self._request_id())
            fault = self._fault(asked, at)
            outcome = fault.kind.value if fault else ""
            try:
                if fault and not fault.kind.carried_out:
                    answer = refuse(fault, asked, envelope)
                else:
                    answer = self._answer(asked, envelope, lambda: self.moto.answer(request))
                    answer = lose(fault, answer, clock) if fault else answer
                outcome = error_code(asked, answer) or outcome
            except BotoCoreError as error:
                outcome = type(error).__name__
                raise
            finally:
                call = Call(
                    service=asked.service,
                    operation=asked.operation,
                    params=asked.params,
                    at=at,
                    outcome=outcome,
                )
                self.calls.append(call)
            return answer

    def change(self, asked: Asked) -> dict[str, Any]:
        """Carry out a change that somebody else than a client makes; it is recorded, but no call.

        Raises:
            Refusal: A backend refuses it.
        """
        with self.timeline.lock:
            reply = self.carry_out(asked)
            if self.recorder:
                self.recorder.carried_out(asked, self.timeline.now)
            return reply

    def carry_out(self, asked: Asked) -> dict[str, Any]:
        """Carry out what one backend asks of another: at once, without a fault.

        Raises:
            Refusal: It is refused.
        """
        operation = self._operation(asked)
        if operation is None:
            return self.moto.call(asked)
        reply: dict[str, Any] = operation(copy.deepcopy(asked.params))
        return reply

    def _fault(self, asked: Asked, at: datetime) -> Fault | None:
        fault = self.faults.next_for(asked.operation)
        if fault is None and not self.quotas.take(asked, at):
            return Fault(asked.operation, FaultKind.THROTTLED)
        return fault

    def _answer(self, asked: Asked, envelope: Envelope, otherwise: Callable[[], AWSResponse]) -> AWSResponse:
        ids = self._region(asked).ids
        before = ids.getstate()
        operation = self._operation(asked)
        try:
            if operation:
                answer = envelope.reply(asked.operation, operation(copy.deepcopy(asked.params)))
            else:
                answer = otherwise()
        except Refusal as refusal:
            answer = envelope.error(refusal.code, refusal.message, refusal.status)
        if asked.operation.startswith(_READS) or error_code(asked, answer):
            ids.setstate(before)
        elif self.recorder and not speaks_rest(asked.service):
            self.recorder.carried_out(asked, self.timeline.now)
        return answer

    def _operation(self, asked: Asked) -> Callable[[Any], Any] | None:
        backend = self._region(asked).backends.get(asked.service)
        operation: Callable[[Any], Any] | None = getattr(backend, xform_name(asked.operation), None)
        return operation

    def _region(self, asked: Asked) -> Region:
        if asked.region not in self.regions:
            self.regions[asked.region] = self.elsewhere(asked.region)
        return self.regions[asked.region]

    def _request_id(self) -> str:
        return str(UUID(int=self._request_ids.getrandbits(128), version=4))
