"""How many requests AWS takes: token buckets, one set for each region."""

from collections.abc import Mapping
from datetime import datetime

from attrs import define, field, frozen

from ecs_steps.sandbox.protocol import Request, check_operations


@frozen(kw_only=True)
class Quota:
    """So many requests `burst` for these operations together, and `per_second` after that."""

    operations: tuple[str, ...]
    burst: int
    per_second: float = 1


@define
class _Bucket:
    quota: Quota
    left: float
    filled_at: datetime

    def consume(self, now: datetime) -> bool:
        refilled = (now - self.filled_at).total_seconds() * self.quota.per_second
        self.left = min(self.quota.burst, self.left + refilled)
        self.filled_at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


def _check_operations(_: object, __: object, quotas: tuple[Quota, ...]) -> None:
    check_operations(operation for quota in quotas for operation in quota.operations)


@define
class Buckets:
    """What is left of the quotas of one sandbox."""

    quotas: tuple[Quota, ...] = field(validator=_check_operations)
    _by_region: dict[str, Mapping[str, _Bucket]] = field(factory=dict)

    def consume(self, request: Request, now: datetime) -> bool:
        """Take a request off its quota; false where nothing is left of it."""
        bucket = self._of(request.region, now).get(request.operation)
        return bucket is None or bucket.consume(now)

    def _of(self, region: str, now: datetime) -> Mapping[str, _Bucket]:
        if region not in self._by_region:
            full = [_Bucket(quota, quota.burst, now) for quota in self.quotas]
            self._by_region[region] = {name: each for each in full for name in each.quota.operations}
        return self._by_region[region]
