"""The task execution role that a stack creates where none is given, with no right too many."""

from collections.abc import Iterator
from typing import Any

from troposphere import Ref, Sub, iam

from ecs_steps.octopus.inputs.shared_inputs import Secrecy, last_of
from ecs_steps.octopus.inputs.types import split
from ecs_steps.task_definition.container_specs import RegistryLogin
from ecs_steps.task_definition.inputs import TaskDefinitionInputs


def execution_role(title: str, inputs: TaskDefinitionInputs) -> iam.Role:
    """Build the role: the managed policy, and what this task's secrets and environment files need."""
    statements = list(_statements(inputs))
    policies = [
        iam.Policy(
            PolicyName="ReadWhatTheTaskNames",
            PolicyDocument={"Version": "2012-10-17", "Statement": statements},
        )
    ]
    return iam.Role(
        title,
        AssumeRolePolicyDocument={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": ["ecs-tasks.amazonaws.com"]},
                    "Action": ["sts:AssumeRole"],
                }
            ],
        },
        ManagedPolicyArns=[Ref("AmazonECSTaskExecutionRolePolicyArn")],
        Path="/",
        **({"Policies": policies} if statements else {}),
    )


def _statements(inputs: TaskDefinitionInputs) -> Iterator[dict[str, Any]]:
    references = list(_secret_references(inputs))
    secrets = [_secret_arn(reference) for reference in references if not _is_parameter(reference)]
    parameters = [_parameter_arn(reference) for reference in references if _is_parameter(reference)]
    files = [file for spec in inputs.containers for file in spec.environment_files if file.startswith("arn:")]
    buckets = [type(file)(file.partition("/")[0]) for file in files]
    for action, resources in (
        ("secretsmanager:GetSecretValue", [*secrets, *_registry_secrets(inputs)]),
        ("ssm:GetParameters", parameters),
        ("s3:GetObject", files),
        ("s3:GetBucketLocation", buckets),
    ):
        if resources:
            yield {"Effect": "Allow", "Action": [action], "Resource": list(dict.fromkeys(resources))}


def _secret_references(inputs: TaskDefinitionInputs) -> Iterator[str]:
    for spec in inputs.containers:
        yield from last_of(spec.environment_variables, Secrecy.SECRET).values()
        yield from last_of(spec.container_logging.options, Secrecy.SECRET).values()


def _registry_secrets(inputs: TaskDefinitionInputs) -> Iterator[str]:
    for spec in inputs.containers:
        if spec.repository_authentication.type is RegistryLogin.SECRETS_MANAGER:
            yield spec.repository_authentication.secret_name


def _is_parameter(reference: str) -> bool:
    return ":secretsmanager:" not in reference


def _secret_arn(reference: str) -> str:
    # valueFrom may end with a JSON key, a version stage and a version id, which are no part of the ARN.
    return type(reference)(":".join(split(reference, ":")[:7]))


def _parameter_arn(reference: str) -> Any:  # noqa: ANN401  a text or troposphere's Sub
    if reference.startswith("arn:"):
        return reference
    name = reference.removeprefix("/")
    return Sub(f"arn:${{AWS::Partition}}:ssm:${{AWS::Region}}:${{AWS::AccountId}}:parameter/{name}")
