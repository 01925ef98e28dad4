"""The stages of a deployment that shifts traffic, forward and back.

Green runs at 100 % of the desired count beside blue before any traffic moves; blue stays whole until
CLEAN_UP. A rollback goes the other way: traffic first, then green's tasks.
"""

from collections.abc import Callable
from contextlib import nullcontext, suppress

from attrs import define

from ecs_steps.sandbox.ecs.account import Account
from ecs_steps.sandbox.ecs.deployment import Deployment, ServiceDeployment
from ecs_steps.sandbox.ecs.hooks import Hook, open_hooks
from ecs_steps.sandbox.ecs.lifecycle import StageFailed, Steps, Wait
from ecs_steps.sandbox.ecs.service import Service
from ecs_steps.sandbox.ecs.strategy import shares, step_bake_minutes
from ecs_steps.sandbox.ecs.traffic import Traffic

# Believed: a pause before a shift reports PRE_PRODUCTION_TRAFFIC_SHIFT (the guide; not in the API model).
PRODUCTION_SHIFT = "PRODUCTION_TRAFFIC_SHIFT"
TEST_SHIFT = "TEST_TRAFFIC_SHIFT"
CLEAN_UP = "CLEAN_UP"

_ALL = 100.0
_MINUTE = 60

StageEntered = Callable[[Service, ServiceDeployment, str], None]


def _ignore(_: Service, __: ServiceDeployment, ___: str) -> None:
    """Do nothing where a stage is entered."""


@define
class Stages:
    """Makes the steps of service deployments; `entered` is called at each stage."""

    account: Account
    traffic: Traffic
    entered: StageEntered = _ignore

    def forward(self, service: Service, service_deployment: ServiceDeployment) -> Steps:
        """Make the steps that bring the target revision to all of the traffic."""
        return _Shift(self, service, service_deployment).forward()

    def back(self, service: Service, service_deployment: ServiceDeployment, to: Deployment) -> Steps:
        """Make the steps that give the traffic back to what served before."""
        return _Shift(self, service, service_deployment).back(to)


@define
class _Shift:
    """The steps of one service deployment."""

    stages: Stages
    service: Service
    deployment: ServiceDeployment

    def forward(self) -> Steps:
        green, blue = self.deployment.target, self.deployment.blue
        configuration = self.deployment.configuration
        self.deployment.scaled = [blue] if blue else []
        if others := [source for source in self.deployment.sources if source is not blue]:
            yield from self._reconcile(others)
        self.stages.traffic.check(green.revision.routes, is_first=blue is None)
        yield from self._stage("PRE_SCALE_UP")
        self._enter("SCALE_UP")
        self.deployment.scaled.append(green)
        yield Wait(until=lambda: self.service.runs_healthily(green))
        yield from self._stage("POST_SCALE_UP")
        yield from self._shift_test(_ALL)
        yield from self._stage("POST_TEST_TRAFFIC_SHIFT")
        for share in shares(configuration):
            yield from self._stage("PRE_PRODUCTION_TRAFFIC_SHIFT")
            yield from self._shift_production(share)
            if share < _ALL:
                yield Wait(seconds=step_bake_minutes(configuration) * _MINUTE)
        yield from self._stage("POST_PRODUCTION_TRAFFIC_SHIFT")
        self._enter("BAKE_TIME")
        yield Wait(seconds=float(configuration.get("bakeTimeInMinutes") or 0) * _MINUTE)
        self._enter(CLEAN_UP)
        self.service.served = green.revision
        yield from self._keep_alone(green)

    def back(self, to: Deployment) -> Steps:
        self.deployment.scaled = [to, self.deployment.target]
        yield Wait(until=lambda: self.service.runs_healthily(to))
        # Believed: a rollback that cannot write the rules still stops green's tasks (no source).
        with suppress(StageFailed):
            if self.deployment.production:
                yield from self._shift_production(0, hooks_may_fail=False)
        with suppress(StageFailed):
            if self.deployment.test:
                yield from self._shift_test(0, hooks_may_fail=False)
        yield from self._keep_alone(to)

    def _reconcile(self, others: list[Deployment]) -> Steps:
        """Go back to one revision where more than one is active: the last that completed serves alone."""
        # Believed: which one stays, and that its traffic comes first (the guide is silent).
        if blue := self.deployment.blue:
            self.stages.traffic.shift_production(blue.revision.routes, _ALL)
            self.stages.traffic.shift_test(blue.revision.routes, _ALL)
        yield from self._stage("RECONCILE_SERVICE")
        yield Wait(until=lambda: not any(other.tasks for other in others))

    def _keep_alone(self, deployment: Deployment) -> Steps:
        self.deployment.scaled = [deployment]
        yield Wait(
            until=lambda: (
                self.service.runs_healthily(deployment) and self.service.has_no_tasks_but(deployment)
            )
        )

    def _shift_test(self, share: float, *, hooks_may_fail: bool = True) -> Steps:
        self._enter(TEST_SHIFT)
        self.deployment.test = share
        routes = self.deployment.target.revision.routes
        self.stages.traffic.shift_test(routes, share)
        yield Wait(seconds=self.stages.traffic.seconds(routes))
        yield from self._run_hooks(TEST_SHIFT, may_fail=hooks_may_fail)

    def _shift_production(self, share: float, *, hooks_may_fail: bool = True) -> Steps:
        self._enter(PRODUCTION_SHIFT)
        self.deployment.production = share
        routes = self.deployment.target.revision.routes
        self.stages.traffic.shift_production(routes, share)
        yield Wait(seconds=self.stages.traffic.seconds(routes))
        yield from self._run_hooks(PRODUCTION_SHIFT, may_fail=hooks_may_fail)

    def _stage(self, stage: str) -> Steps:
        self._enter(stage)
        yield from self._run_hooks(stage)

    def _enter(self, stage: str) -> None:
        self.deployment.enter(self.stages.account.now, stage)
        self.stages.entered(self.service, self.deployment, stage)

    def _run_hooks(self, stage: str, *, may_fail: bool = True) -> Steps:
        """Run all hooks of a stage at once, and wait for all of them."""
        account = self.stages.account
        self.deployment.hooks = open_hooks(account, self.deployment.configuration, stage)
        while due := [hook.due for hook in self.deployment.hooks if not hook.finished]:
            seconds = (min(due) - account.now).total_seconds()
            yield Wait(until=lambda: bool(self._due_hooks()), seconds=max(seconds, 0))
            for hook in self._due_hooks():
                with nullcontext() if may_fail else suppress(StageFailed):
                    hook.settle()
        self.deployment.updated_at = account.now

    def _due_hooks(self) -> list[Hook]:
        now = self.stages.account.now
        return [hook for hook in self.deployment.hooks if not hook.finished and hook.due <= now]
