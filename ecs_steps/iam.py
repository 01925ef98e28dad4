"""IAM policies as data: statements, and the ARNs of what they are about; pure.

Which action takes which resource is in AWS' Service Authorization Reference
(https://docs.aws.amazon.com/service-authorization/latest/reference/); the tests compare with its data.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Self

from attrs import field, frozen

EVERYTHING = "*"

# The partitions whose regions begin with these; all others are the commercial one's.
PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "eusc-": "aws-eusc",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "us-isof-": "aws-iso-f",
    "eu-isoe-": "aws-iso-e",
}

# https://docs.aws.amazon.com/general/latest/gr/ecr.html: FIPS, dual-stack, the partitions' own domains.
_ECR_HOST: Final = re.compile(
    r"(?P<account>[0-9]{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z]{2,}(?:-[a-z0-9]+)+)\."
    r"(?:amazonaws\.(?:com(?:\.cn)?|eu)|on\.aws|on\.amazonwebservices\.(?:com\.cn|eu)|c2s\.ic\.gov|sc2s\.sgov\.gov)"
)


def partition_of(region: str) -> str:
    """Return the partition that a region is in; of none at all the commercial one."""
    return next((name for prefix, name in PARTITIONS.items() if region.startswith(prefix)), "aws")


def execution_policy_arn(region: str) -> str:
    """Return the ARN of AWS' own policy for execution roles in the partition of `region`."""
    return f"arn:{partition_of(region)}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


@frozen(kw_only=True)
class Statement:
    """What is allowed on what; `sid` says what for."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...] = (EVERYTHING,)
    condition: Mapping[str, Mapping[str, str]] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return it as IAM's JSON."""
        statement = {
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": list(self.resources),
        }
        return statement | ({"Condition": self.condition} if self.condition else {})


def policy_document(statements: Iterable[Statement]) -> dict[str, Any]:
    """Return a policy as IAM's JSON."""
    return {"Version": "2012-10-17", "Statement": [statement.to_dict() for statement in statements]}


@frozen(kw_only=True)
class Scope:
    """Where resources are; what is not known is every region, or every account that the caller can be in."""

    partition: str = "aws"
    region: str = EVERYTHING
    account: str = EVERYTHING

    @classmethod
    def from_arns(cls, region: str, arns: Iterable[str]) -> Self:
        """Return the place of what is in a region, and in the account of the first ARN that names one."""
        split = [arn.split(":") for arn in arns]
        ours = next((parts for parts in split if len(parts) > 5 and parts[4]), None)  # noqa: PLR2004  an ARN's own
        return cls(
            partition=ours[1] if ours else partition_of(region),
            region=region or EVERYTHING,
            account=ours[4] if ours else EVERYTHING,
        )

    @classmethod
    def from_registry(cls, host: str) -> Self | None:
        """Return where the registry of a host is, if it is one of Amazon ECR's."""
        match = _ECR_HOST.fullmatch(host)
        if not match:
            return None
        region = match["region"]
        return cls(partition=partition_of(region), region=region, account=match["account"])

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource here; what has one already keeps it."""
        if resource.startswith("arn:"):
            return resource
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def role(self, name: str) -> str:
        """Return the ARN of a role, which is in no region."""
        return name if name.startswith("arn:") else f"arn:{self.partition}:iam::{self.account}:role/{name}"

    def log_group(self, name: str, region: str = "") -> str:
        """Return the ARN of a log group, which may be in a region of its own; without the ``:*`` of some."""
        if name.startswith("arn:"):
            return name.removesuffix(":*")
        return f"arn:{self.partition}:logs:{region or self.region}:{self.account}:log-group:{name}"


def check_cluster(scope: Scope, cluster: str) -> Statement:
    """Allow to read a cluster and its tags, which say whose it is."""
    return Statement(
        sid="CheckTheCluster",
        actions=("ecs:DescribeClusters",),
        resources=(scope.arn("ecs", f"cluster/{cluster}"),),
    )


def pass_to_tasks(roles: Iterable[str]) -> Statement:
    """Allow roles to be given to tasks of ECS, and to nothing else."""
    return Statement(
        sid="PassRolesToTasks",
        actions=("iam:PassRole",),
        resources=tuple(roles),
        condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
    )


def deploy_to_service(
    scope: Scope, cluster: str, service: str, *, roll_back: bool, guarded: bool
) -> Iterable[Statement]:
    """Allow a service (by name or ARN) to be moved to a revision, watched and, if so, rolled back.

    With `guarded` its cluster is checked before.
    """
    if guarded:
        yield check_cluster(scope, cluster)
    name = f"{cluster}/{service.rpartition('/')[2]}"
    arn = scope.arn("ecs", f"service/{name}")
    deployments = scope.arn("ecs", f"service-deployment/{name}/*")
    yield Statement(
        sid="UpdateTheService",
        actions=("ecs:DescribeServices", "ecs:UpdateService", "ecs:TagResource"),
        resources=(arn,),
    )
    yield Statement(
        sid="FollowItsDeployments",
        actions=("ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments"),
        resources=(arn, deployments),
    )
    if roll_back:
        yield Statement(
            sid="RollItBack",
            actions=("ecs:StopServiceDeployment",),
            resources=(arn, deployments),
        )


def explain_failures(
    scope: Scope, cluster: str, *, log_groups: Iterable[str], target_groups: bool
) -> Iterable[Statement]:
    """Allow what only explains a failure: a step works without it, and says less where it fails.

    `log_groups` are ARNs; there are none where logs may not be read.
    """
    yield Statement(
        sid="ListStoppedTasks",
        actions=("ecs:ListTasks",),
        # Its resource type is the container instance, which a list by service names none of.
        condition={"ArnLike": {"ecs:cluster": scope.arn("ecs", f"cluster/{cluster}")}},
    )
    yield Statement(
        sid="DescribeStoppedTasks",
        actions=("ecs:DescribeTasks",),
        resources=(scope.arn("ecs", f"task/{cluster}/*"),),
    )
    if streams := tuple(f"{group}:log-stream:*" for group in log_groups):
        yield Statement(sid="ReadContainerLogs", actions=("logs:GetLogEvents",), resources=streams)
    if target_groups:
        yield Statement(
            sid="ReadTargetGroups",
            actions=(
                "elasticloadbalancing:DescribeTargetHealth",
                "elasticloadbalancing:DescribeTargetGroups",
                "elasticloadbalancing:DescribeTargetGroupAttributes",
            ),
        )
