"""What scans find, as data."""

from collections.abc import Mapping

from attrs import field, frozen


@frozen(kw_only=True)
class ScanPlan:
    """How the scan of each image ends: `seconds` after it began, and with these findings by severity.

    An `enhanced` one is Amazon Inspector's: it begins by itself, cannot be started, and stays active. With
    `repositories` the plan is for these alone; the scans of others find nothing.
    """

    status: str = "COMPLETE"
    severities: Mapping[str, int] = field(factory=dict)
    seconds: float = 8
    enhanced: bool = False
    repositories: tuple[str, ...] = ()
