"""What *Promote Image to Amazon ECR* needs to be allowed; pure, no AWS.

The registry of ECR asks for the same actions as its API: a manifest is `ecr:BatchGetImage` or `ecr:PutImage`,
a blob `ecr:GetDownloadUrlForLayer`, and so on.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from ecs_steps.iam import Scope, Statement, policy_document
from ecs_steps.image_reference import parse_reference
from ecs_steps.steps.promote_image.inputs import PromoteInputs, ScanGate


def permissions(inputs: PromoteInputs) -> dict[str, Any]:
    """Return the policy."""
    scope = Scope.from_arns(inputs.region, inputs.arns_of_account)
    repository = scope.arn("ecr", f"repository/{inputs.repository_name}")
    return policy_document(
        chain(_push(repository), _create(inputs, repository), _scan(inputs, repository), _pull(inputs))
    )


def _push(repository: str) -> Iterator[Statement]:
    yield Statement(sid="LogInToEcr", actions=("ecr:GetAuthorizationToken",))
    yield Statement(
        sid="PushTheImage",
        actions=(
            "ecr:DescribeRepositories",
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:InitiateLayerUpload",
            "ecr:UploadLayerPart",
            "ecr:CompleteLayerUpload",
            "ecr:PutImage",
        ),
        resources=(repository,),
    )


def _create(inputs: PromoteInputs, repository: str) -> Iterator[Statement]:
    if inputs.create_repository:
        policy = ("ecr:GetLifecyclePolicy", "ecr:PutLifecyclePolicy") if inputs.lifecycle_policy else ()
        yield Statement(
            sid="CreateTheRepository",
            actions=("ecr:CreateRepository", "ecr:TagResource", *policy),
            resources=(repository,),
        )


def _scan(inputs: PromoteInputs, repository: str) -> Iterator[Statement]:
    if inputs.scan_gate is not ScanGate.OFF:
        yield Statement(
            sid="ScanTheImage",
            actions=("ecr:DescribeImageScanFindings", "ecr:StartImageScan"),
            resources=(repository,),
        )


def _pull(inputs: PromoteInputs) -> Iterator[Statement]:
    """Yield what the source needs: its role has the rest, which is a policy of another account."""
    if inputs.source_role:
        yield Statement(
            sid="AssumeTheSourceRole", actions=("sts:AssumeRole",), resources=(inputs.source_role,)
        )
    elif not inputs.source_layout:
        reference = parse_reference(inputs.source)
        if place := Scope.from_registry(reference.registry):
            source = place.arn("ecr", f"repository/{reference.repository}")
            yield Statement(
                sid="PullTheSource",
                actions=("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
                resources=(source,),
            )
