"""What an account may have, by Service Quotas."""

from typing import TYPE_CHECKING

from ecs_steps.aws.errors import calling, member
from ecs_steps.errors import AwsCallError

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


def service_quota(aws: "AwsClients", service: str, code: str) -> float | None:
    """Return the value of a quota in the clients' region; none where AWS keeps no such quota."""
    try:
        with calling("servicequotas:GetServiceQuota", f"quota {code} of {service}"):
            reply = aws.service("service-quotas").get_service_quota(ServiceCode=service, QuotaCode=code)
    except AwsCallError as error:
        if error.code != "NoSuchResourceException":
            raise
        return None
    return float(member(reply, "Quota", "GetServiceQuota")["Value"])
