"""A fake AWS account in this process."""

import random
from contextlib import ExitStack
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType
from typing import Self

from attrs import evolve, frozen
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from ecs_steps.aws.clients import AwsClients
from ecs_steps.sandbox.cloudformation.backend import CloudFormationBackend
from ecs_steps.sandbox.cloudformation.resources.resource_type import Account
from ecs_steps.sandbox.ecr.backend import EcrBackend
from ecs_steps.sandbox.ecs.backend import EcsBackend
from ecs_steps.sandbox.faults import FaultLine
from ecs_steps.sandbox.iam_simulator import IamSimulator
from ecs_steps.sandbox.journal import Entry, Journal
from ecs_steps.sandbox.moto_account import MotoAccount
from ecs_steps.sandbox.protocol import Request
from ecs_steps.sandbox.quotas import Buckets
from ecs_steps.sandbox.scenario import Scenario
from ecs_steps.sandbox.scenarios import SCENARIOS
from ecs_steps.sandbox.service_quotas import ServiceQuotas
from ecs_steps.sandbox.session import SandboxSession
from ecs_steps.sandbox.timeline import FastClock, Timeline, VirtualClock
from ecs_steps.sandbox.transport import Call, Region, Transport

ACCOUNT = "123456789012"
_SEED = 20260105


@frozen
class _RegionBackends:
    """The backends of one region."""

    ecs: EcsBackend
    cloudformation: CloudFormationBackend
    ecr: EcrBackend
    iam: IamSimulator
    ids: random.Random

    def region(self) -> Region:
        backends = {
            "cloudformation": self.cloudformation,
            "ecr": self.ecr,
            "ecs": self.ecs,
            "elbv2": self.ecs.elbv2,
            "iam": self.iam,
            "logs": self.ecs.logs,
            "service-quotas": ServiceQuotas(),
        }
        return Region(backends=backends, ids=self.ids)

    def apply(self, scenario: Scenario) -> None:
        """Apply another scenario from now on."""
        self.ecs.plan = scenario.ecs
        self.ecr.scans = scenario.scans
        self.cloudformation.apply(scenario.stack, scenario.resources)


class Sandbox:
    """A fresh account in which a scenario is played.

    Time stands still but for sleeps on `clock` and a little for each request. With `speed` sleeps take real
    time as well, `speed` times less of it. With a `journal` everything that is changed is kept in that file,
    and an account that is there already continues from where it was left.

    Raises:
        ValueError: No scenario has that name, or the journal is damaged.
    """

    def __init__(
        self,
        scenario: str | Scenario = "healthy",
        *,
        speed: float | None = None,
        journal: Path | None = None,
        region: str = "eu-west-1",
    ) -> None:
        self.region = region
        self.timeline = Timeline()
        self._closing = ExitStack()
        self._journal = Journal(journal) if journal else None
        past = list(self._journal.entries()) if self._journal else []
        self._moto = MotoAccount(
            lambda: SandboxSession(VirtualClock(self.timeline), region=region), seed=_SEED
        )
        now = _named(scenario)
        default_region = self._make(region, _beginning(past, now))
        self.faults = FaultLine(now.faults)
        self._transport = Transport(
            timeline=self.timeline,
            moto=self._moto,
            faults=self.faults,
            quotas=Buckets(now.quotas),
            regions={region: default_region.region()},
            make_region=lambda region: self._make(region, now).region(),
        )
        self._default_region = default_region
        self.ecs, self.cloudformation = default_region.ecs, default_region.cloudformation
        self.images = default_region.ecr.images
        self.calls: list[Call] = self._transport.calls
        if self._journal:
            self._replay(self._journal, past)
            default_region.apply(now)
            self._journal.began(scenario if isinstance(scenario, str) else "", self.timeline.now)
            self._transport.recorder = self._journal
        self.clock = FastClock(self.timeline, speed) if speed else VirtualClock(self.timeline)
        self.session = SandboxSession(self.clock, region=region)
        self.session.register("before-send", self._answer)  # type: ignore[arg-type]  # forgets replies
        self.clients = AwsClients(self.session, region=region)

    @classmethod
    def empty(cls, scenario: str | Scenario = "healthy", *, region: str = "eu-west-1") -> Self:
        """Make a sandbox without fixtures: no cluster, no service, no task definition."""
        now = _named(scenario)
        return cls(evolve(now, ecs=evolve(now.ecs, fixtures=False)), region=region)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._journal:
            self._journal.ended(self.clock.now())
        self._closing.close()
        self._moto.close()

    def apply(self, scenario: str | Scenario) -> None:
        """Apply another scenario to what happens from now on; faults and quotas count from the start.

        Raises:
            ValueError: No scenario has that name.
        """
        now = _named(scenario)
        with self.timeline.lock:
            self._default_region.apply(now)
            self.faults.apply(*now.faults)
            self._transport.quotas = Buckets(now.quotas)
            if self._journal:
                self._journal.began(scenario if isinstance(scenario, str) else "", self.timeline.now)

    def add_cluster(self, name: str) -> None:
        """Make an empty cluster, where there is none of that name."""
        self._transport.change(
            Request(
                service="ecs", region=self.region, operation="CreateCluster", params={"clusterName": name}
            )
        )

    def _answer(self, request: AWSPreparedRequest, event_name: str = "", **_: object) -> AWSResponse:
        # before-send.SERVICE.OPERATION, where a client sends it.
        operation = event_name.partition(".")[2].rpartition(".")[2]
        return self._transport.answer(request, self.clock, operation)

    def _make(self, region: str, scenario: Scenario) -> _RegionBackends:
        ids = random.Random(f"{_SEED} {region}")
        ecs = EcsBackend(self.timeline, scenario.ecs, region=region, account=ACCOUNT, random=ids)
        account = Account(
            region=region,
            number=ACCOUNT,
            carry_out=lambda service, operation, params: self._transport.carry_out(
                Request(service=service, region=region, operation=operation, params=params)
            ),
            ids=ids,
            timeline=self.timeline,
            plan=scenario.stack,
        )
        ecr = EcrBackend(
            self.timeline,
            scenario.scans,
            region=region,
            forward=self._moto.call,
            has_fixtures=scenario.ecs.fixtures,
        )
        self._closing.callback(ecr.close)
        cloudformation = CloudFormationBackend(account, scenario.resources)
        iam = IamSimulator(lambda operation, params: account.carry_out("iam", operation, params))
        return _RegionBackends(ecs, cloudformation, ecr, iam, ids)

    def _replay(self, journal: Journal, past: list[Entry]) -> None:
        for number, entry in enumerate(past, start=1):
            try:
                self.timeline.advance_to(entry.at)
                if entry.scenario:
                    self._default_region.apply(_named(entry.scenario))
                if entry.request:
                    self._transport.change(entry.request)
            except Exception as error:
                raise ValueError(
                    f"{journal.path}, line {number} cannot be replayed: {error}. A journal is for one "
                    "process at a time; delete the file to start again"
                ) from error


def _beginning(past: list[Entry], now: Scenario) -> Scenario:
    """Return the scenario that an account began with; one without a name is taken to be the same as now."""
    return SCENARIOS.get(past[0].scenario, now) if past else now


def _named(scenario: str | Scenario) -> Scenario:
    if isinstance(scenario, Scenario):
        return scenario
    if scenario not in SCENARIOS:
        close = get_close_matches(scenario, SCENARIOS, n=1)
        hint = f"; did you mean {close[0]}?" if close else "."
        raise ValueError(
            f"There is no scenario {scenario!r}{hint} SCENARIOS (`ecs-steps scenarios`) has them all"
        )
    return SCENARIOS[scenario]
