"""Whether the secrets and parameters exist that tasks refer to; their values are never read."""

from typing import TYPE_CHECKING

from ecs_steps.aws.errors import calling, member, returning

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


@returning(value=False, when="ResourceNotFound")
def secret_exists(aws: "AwsClients", arn: str) -> bool:
    """Return whether Secrets Manager has a secret that is not about to be deleted."""
    with calling("secretsmanager:DescribeSecret", arn):
        reply = aws.service("secretsmanager").describe_secret(SecretId=arn)
    return not reply.get("DeletedDate")


def parameter_exists(aws: "AwsClients", name: str) -> bool:
    """Return whether Systems Manager has a parameter of this name."""
    criterion = {"Key": "Name", "Option": "Equals", "Values": [name]}
    with calling("ssm:DescribeParameters", f"parameter {name}"):
        reply = aws.service("ssm").describe_parameters(ParameterFilters=[criterion])
    return bool(member(reply, "Parameters", "DescribeParameters"))
