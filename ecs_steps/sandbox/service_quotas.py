"""Service Quotas, of which moto knows those of VPC alone: AWS' defaults.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
"""

from typing import Any

from ecs_steps.sandbox.service_error import ServiceError

Request = dict[str, Any]
Reply = dict[str, Any]

DEFAULTS = {
    ("ecs", "L-9EF96962"): ("Services per cluster", 5000.0),
    ("fargate", "L-3032A538"): ("Fargate On-Demand vCPU resource count", 6.0),
    ("vpc", "L-DF5E4CA3"): ("Network interfaces per Region", 5000.0),
}
WITHOUT_OWN_VALUE = ("fargate",)
"""Services whose quotas were never applied to this account: only the defaults are known."""


class ServiceQuotas:
    """The quotas of an account that AWS has changed none of."""

    def get_service_quota(self, request: Request) -> Reply:
        if request["ServiceCode"] in WITHOUT_OWN_VALUE:
            raise _unknown()
        return self.get_aws_default_service_quota(request)

    def get_aws_default_service_quota(self, request: Request) -> Reply:
        service, code = request["ServiceCode"], request["QuotaCode"]
        if (service, code) not in DEFAULTS:
            raise _unknown()
        name, value = DEFAULTS[service, code]
        quota = {"ServiceCode": service, "QuotaCode": code, "QuotaName": name, "Value": value}
        return {"Quota": quota | {"Unit": "None", "Adjustable": True, "GlobalQuota": False}}


def _unknown() -> ServiceError:
    return ServiceError("NoSuchResourceException", "The specified resource does not exist.")
