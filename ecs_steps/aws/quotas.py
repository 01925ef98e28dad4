"""What an account may have, by Service Quotas."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ecs_steps.aws.errors import calling, member
from ecs_steps.errors import AwsCallError

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


def service_quota(aws: "AwsClients", service: str, code: str) -> float | None:
    """Return the value of a quota in the clients' region; none where AWS keeps no such quota.

    It is the account's own or, where Service Quotas has none applied, AWS' default.
    https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
    """
    for read in (applied_quota, default_quota):
        try:
            return float(read(aws, service, code)["Value"])
        except AwsCallError as error:
            if error.code != "NoSuchResourceException":
                raise
    return None


def applied_quota(aws: "AwsClients", service: str, code: str) -> Mapping[str, Any]:
    """Return a quota of the account, as Service Quotas describes it."""
    with calling("servicequotas:GetServiceQuota", f"quota {code} of {service}"):
        reply = aws.service("service-quotas").get_service_quota(ServiceCode=service, QuotaCode=code)
    quota: Mapping[str, Any] = member(reply, "Quota", "GetServiceQuota")
    return quota


def default_quota(aws: "AwsClients", service: str, code: str) -> Mapping[str, Any]:
    """Return the quota that accounts have by default, as Service Quotas describes it."""
    with calling("servicequotas:GetAWSDefaultServiceQuota", f"quota {code} of {service}"):
        reply = aws.service("service-quotas").get_aws_default_service_quota(
            ServiceCode=service, QuotaCode=code
        )
    quota: Mapping[str, Any] = member(reply, "Quota", "GetAWSDefaultServiceQuota")
    return quota
