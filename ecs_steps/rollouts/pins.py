"""What says which deployment a step means; pure."""

from attrs import frozen


@frozen(kw_only=True)
class Pins:
    """What an earlier step said it started, and the Octopus deployment that this step is part of.

    With a pin a step is exact; without one it takes the only candidate that is its own, or refuses.
    """

    service_deployment_arn: str = ""
    hook_id: str = ""
    octopus_deployment: str = ""
