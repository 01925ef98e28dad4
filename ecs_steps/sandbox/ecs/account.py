"""One account in one region: its time, its plan, and the names that it gives things."""

import string
from collections.abc import Callable
from datetime import datetime
from random import Random
from uuid import UUID

from attrs import define

from ecs_steps.sandbox.ecs.plan import EcsPlan
from ecs_steps.sandbox.timeline import Timeline

_TOKEN = string.ascii_letters + string.digits


@define(kw_only=True)
class Account:
    """What all parts of the fake ECS share. Every id comes from `random`, so that runs repeat."""

    timeline: Timeline
    plan: EcsPlan
    region: str
    number: str
    random: Random

    @property
    def now(self) -> datetime:
        return self.timeline.now

    @property
    def partition(self) -> str:
        match self.region.split("-")[:2]:
            case ["cn", *_]:
                return "aws-cn"
            case ["us", "gov"]:
                return "aws-us-gov"
            case _:
                return "aws"

    def after(self, seconds: float, event: Callable[[], None]) -> None:
        self.timeline.after(seconds, event)

    def arn(self, resource: str) -> str:
        return f"arn:{self.partition}:ecs:{self.region}:{self.number}:{resource}"

    def role(self, path: str) -> str:
        return f"arn:{self.partition}:iam::{self.number}:role/{path}"

    def deployment_digits(self) -> str:
        """Make the 19 digits that a deployment and its service revision share."""
        return str(self.random.randrange(10**18, 10**19))

    def hex_id(self) -> str:
        return f"{self.random.getrandbits(128):032x}"

    def uuid(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def token(self) -> str:
        return "".join(self.random.choices(_TOKEN, k=21))
