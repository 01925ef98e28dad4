"""What an account may have, by Service Quotas."""

from typing import TYPE_CHECKING

from ecs_steps.aws.errors import calling, member, returning

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


def service_quota(aws: "AwsClients", service: str, code: str) -> float | None:
    """Return the value of a quota in the clients' region; none where AWS keeps no such quota.

    It is the account's own or, where Service Quotas has none applied, AWS' default.
    https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
    """
    applied = applied_quota(aws, service, code)
    return default_quota(aws, service, code) if applied is None else applied


@returning(None, when="NoSuchResource")
def applied_quota(aws: "AwsClients", service: str, code: str) -> float:
    """Return the value of a quota of the account."""
    with calling("servicequotas:GetServiceQuota", f"quota {code} of {service}"):
        reply = aws.service("service-quotas").get_service_quota(ServiceCode=service, QuotaCode=code)
    return float(member(reply, "Quota", "GetServiceQuota")["Value"])


@returning(None, when="NoSuchResource")
def default_quota(aws: "AwsClients", service: str, code: str) -> float:
    """Return the value of the quota that accounts have by default."""
    with calling("servicequotas:GetAWSDefaultServiceQuota", f"quota {code} of {service}"):
        reply = aws.service("service-quotas").get_aws_default_service_quota(
            ServiceCode=service, QuotaCode=code
        )
    return float(member(reply, "Quota", "GetAWSDefaultServiceQuota")["Value"])
