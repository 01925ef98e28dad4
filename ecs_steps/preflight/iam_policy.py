"""What preflight and the check of a target need to be allowed: reads alone; pure, no AWS.

Which roles, secrets and images there are is only known when the checks run: each one may be read.
"""

from collections.abc import Iterator

from attrs import evolve

from ecs_steps.iam import EVERYTHING, Scope, Statement, check_cluster


def read_what_tasks_need(scope: Scope, cluster: str) -> Iterator[Statement]:
    """Allow the reads of the table of checks, but for the stack or service of the step."""
    # Images, secrets and log groups may be in other regions, and images in other accounts.
    anywhere = evolve(scope, region=EVERYTHING)
    yield check_cluster(scope, cluster)
    yield simulate_policies(scope)
    yield Statement(sid="FindRoles", actions=("iam:GetRole",), resources=(scope.role("*"),))
    yield Statement(
        sid="FindSecrets",
        actions=("secretsmanager:DescribeSecret",),
        resources=(anywhere.arn("secretsmanager", "secret:*"),),
    )
    yield Statement(
        sid="ReadImages",
        actions=("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
        resources=(evolve(anywhere, account=EVERYTHING).arn("ecr", "repository/*"),),
    )
    yield Statement(
        sid="FindFileSystems",
        actions=(
            "elasticfilesystem:DescribeMountTargets",
            "elasticfilesystem:DescribeMountTargetSecurityGroups",
            "elasticfilesystem:DescribeAccessPoints",
        ),
        resources=tuple(
            scope.arn("elasticfilesystem", f"{kind}/*") for kind in ("file-system", "access-point")
        ),
    )
    yield Statement(
        sid="ReadQuotas",
        actions=("servicequotas:GetServiceQuota",),
        resources=tuple(scope.arn("servicequotas", f"{each}/*") for each in ("ecs", "fargate", "vpc")),
    )
    yield Statement(
        sid="FindWhatHasNoArn",
        actions=(
            "ec2:DescribeSubnets",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeRouteTables",
            "ec2:DescribeVpcEndpoints",
            "ecr:GetAuthorizationToken",
            "elasticloadbalancing:DescribeTargetGroups",
            "logs:DescribeLogGroups",
            "servicequotas:GetAWSDefaultServiceQuota",
            "ssm:DescribeParameters",
        ),
    )


def read_target(scope: Scope, cluster: str) -> Iterator[Statement]:
    """Allow the reads of the health of a target."""
    yield check_cluster(scope, cluster)
    yield Statement(
        sid="FindItsInstances",
        actions=("ecs:ListContainerInstances",),
        resources=(scope.arn("ecs", f"cluster/{cluster}"),),
    )
    yield Statement(
        sid="ReadItsInstances",
        actions=("ecs:DescribeContainerInstances",),
        resources=(scope.arn("ecs", f"container-instance/{cluster}/*"),),
    )
    yield Statement(sid="FindTheRoleOfTheStep", actions=("iam:GetRole",), resources=(scope.role("*"),))
    yield simulate_policies(scope)


def simulate_policies(scope: Scope) -> Statement:
    """Allow IAM's simulator to say what a role or user of the account may do."""
    users = scope.role("*").replace(":role/", ":user/")
    return Statement(
        sid="SimulatePolicies", actions=("iam:SimulatePrincipalPolicy",), resources=(scope.role("*"), users)
    )
