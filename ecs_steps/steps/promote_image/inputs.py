"""The inputs of *Promote Image to Amazon ECR*."""

import json
from enum import StrEnum
from typing import Annotated

from attrs import frozen

from ecs_steps.account import AssumedRole
from ecs_steps.octopus import json_text
from ecs_steps.octopus.account import ExternalId
from ecs_steps.octopus.inputs.converter import FieldError, PartialValueError, convert
from ecs_steps.octopus.inputs.reader import variable
from ecs_steps.octopus.inputs.shared_inputs import Feed, TagInput, sent_tags
from ecs_steps.octopus.inputs.types import Bool, PositiveCount, Role, Text
from ecs_steps.steps.common_inputs import AwsInputs
from ecs_steps.tags import MAX_TAGS, Tag, merge_tags

PROMOTE = "Octopus.Action.Aws.Ecr.Promote"
PACKAGE = "EcsPromote.SourceImage"
"""The package reference whose image is promoted where no source is named."""

RepositoryName = Annotated[
    str,
    Text(
        r"(?=.{2,256}\Z)[a-z0-9]+((\.|__?|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|__?|-+)[a-z0-9]+)*)*",
        "the name of a repository of ECR: 2 to 256 lower-case letters, digits and separators between them",
    ),
]
ImageTag = Annotated[
    str,
    Text(
        r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}",
        "a tag: up to 128 letters, digits and characters of _.-, the first no . or -",
    ),
]
KmsKey = Annotated[str, Text(r"[A-Za-z0-9:/_-]{1,2048}", "the id, the alias or the ARN of a KMS key")]


def _json_object(value: object) -> str:
    """Read a JSON object, kept as text; it may be given as one."""
    if isinstance(value, str):
        try:
            value = json_text.parse(value)
        except ValueError as error:
            message = f"expected a JSON object: {error}"
            raise PartialValueError(None, (FieldError(message=message),)) from None
    if not isinstance(value, dict):
        raise PartialValueError(None, (FieldError(message="expected a JSON object"),))
    _check_texts(value)
    return json.dumps(value)


def _check_texts(value: object) -> None:
    """Check every text of a JSON document; one whose expressions stay open is none."""
    match value:
        case dict():
            for member in (*value, *value.values()):
                _check_texts(member)
        case list():
            for item in value:
                _check_texts(item)
        case str() | json_text.Unresolved():
            convert(value, str)


LifecyclePolicy = Annotated[str, _json_object]


class ScanGate(StrEnum):
    """The least severity of a finding that keeps an image from being promoted."""

    OFF = "Off"
    CRITICAL = "Critical"
    HIGH = "High"
    MEDIUM = "Medium"


class CopyReferrers(StrEnum):
    """Whether signatures and attestations are copied, and whether the step fails where they cannot be."""

    NO = "False"
    YES = "True"
    REQUIRE = "Require"


@frozen(kw_only=True)
class PromoteInputs(AwsInputs):
    """The inputs of *Promote Image to Amazon ECR*."""

    source_image: str = variable(
        f"{PROMOTE}.SourceImage",
        label="Source image",
        help="The image to promote, by tag or digest: `registry.example.com/team/web:1.4.0`. Without it, it "
        f"is the one that the release has chosen for the package reference `{PACKAGE}`.",
        default="",
        control="Package",
    )
    source_layout: str = variable(
        f"{PROMOTE}.SourceLayout",
        label="Source layout",
        help="In place of an image: the path of an OCI layout on the worker, a folder or a tar archive, as "
        "`docker buildx build --output type=oci,dest=image.tar` writes it.",
        default="",
    )
    source_role: Role | None = variable(
        f"{PROMOTE}.SourceRole",
        label="Source role",
        help="For a source in Amazon ECR: the ARN of a role that the step assumes to read it. Without it the "
        "step reads it as itself.",
        default=None,
    )
    source_role_external_id: ExternalId | None = variable(
        f"{PROMOTE}.SourceRoleExternalId",
        label="External id",
        help="What the trust policy of the source role asks for, if it does.",
        default=None,
        control="Sensitive",
        is_secret=True,
        used_if=lambda inputs: inputs.source_role is not None,
    )
    repository_name: RepositoryName = variable(
        f"{PROMOTE}.RepositoryName",
        label="Repository",
        help="The repository of the account's registry that the image is copied to: `production/web`.",
    )
    tag: ImageTag | None = variable(
        f"{PROMOTE}.Tag",
        label="Tag",
        help="The tag that the image gets there. Without one it keeps its own; a source by digest needs one.",
        default=None,
    )
    create_repository: Bool = variable(
        f"{PROMOTE}.CreateRepository",
        label="Create the repository",
        help="Whether a repository that does not exist is created, by the settings for a new one. One that "
        "exists stays as it is, and only gets the lifecycle policy where it has none.",
        default=False,
    )
    scan_on_push: Bool = variable(
        f"{PROMOTE}.ScanOnPush",
        label="Scan on push",
        help="New repository: whether ECR scans each image that is pushed to it.",
        default=True,
        used_if=lambda inputs: inputs.create_repository,
    )
    immutable_tags: Bool = variable(
        f"{PROMOTE}.ImmutableTags",
        label="Immutable tags",
        help="New repository: whether a tag keeps the first image that it names.",
        default=True,
        used_if=lambda inputs: inputs.create_repository,
    )
    kms_key: KmsKey | None = variable(
        f"{PROMOTE}.KmsKey",
        label="KMS key",
        help="New repository: the key that images are encrypted with; without one they are encrypted with "
        "keys of Amazon S3.",
        default=None,
        used_if=lambda inputs: inputs.create_repository,
    )
    lifecycle_policy: LifecyclePolicy | None = variable(
        f"{PROMOTE}.LifecyclePolicy",
        label="Lifecycle policy",
        help='New repository: JSON: `{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "untagged", '
        '"countType": "sinceImagePushed", "countUnit": "days", "countNumber": 14}, "action": '
        '{"type": "expire"}}]}`',
        default=None,
        control="MultiLineText",
        used_if=lambda inputs: inputs.create_repository,
    )
    tags: tuple[TagInput, ...] = variable(
        "Octopus.Action.Aws.Tags",
        label="Tags",
        help='New repository: JSON: `[{"key": "team", "value": "shop"}]`; at most 50, with those that name '
        "the release.",
        default=(),
        used_if=lambda inputs: inputs.create_repository,
    )
    scan_gate: ScanGate = variable(
        f"{PROMOTE}.ScanGate",
        label="Scan gate",
        help="The tag is only set where ECR's scan of each platform has no finding of this severity or a "
        "higher one. Without a result the tag is not set either.",
        default=ScanGate.OFF,
        options=[
            "Off|Off",
            "Critical|No critical finding",
            "High|No high or critical finding",
            "Medium|No medium, high or critical finding",
        ],
    )
    scan_timeout_minutes: PositiveCount = variable(
        f"{PROMOTE}.ScanTimeoutMinutes",
        label="Minutes to wait for scans",
        help="How long the scan gate waits for the results of all platforms.",
        default=15,
        used_if=lambda inputs: inputs.scan_gate is not ScanGate.OFF,
    )
    allow_unsupported: Bool = variable(
        f"{PROMOTE}.AllowUnsupportedImages",
        label="Allow unsupported images",
        help="Whether the scan gate passes an image whose operating system ECR cannot scan "
        "(`UNSUPPORTED_IMAGE`), such as one that is built from `scratch`.",
        default=False,
        used_if=lambda inputs: inputs.scan_gate is not ScanGate.OFF,
    )
    copy_referrers: CopyReferrers = variable(
        f"{PROMOTE}.CopyReferrers",
        label="Copy signatures",
        help="Whether signatures, attestations and bills of materials that refer to the image are copied "
        "too. `Require` fails the step where they cannot be; `True` warns.",
        default=CopyReferrers.NO,
        options=["False|No", "True|Yes", "Require|Yes, and fail where that is not possible"],
    )

    @property
    def source(self) -> str:
        """The text of the source image: what is named, else what the release has chosen."""
        return self.source_image.strip() or self.images.get(PACKAGE.casefold(), "")

    @property
    def source_feed(self) -> Feed | None:
        """The feed of the source image where it is the package's."""
        reference = PACKAGE.casefold()
        return self.feeds.get(reference) if self.source == self.images.get(reference) else None

    @property
    def assumed_role(self) -> AssumedRole | None:
        """The role that reads a source in ECR."""
        role = self.source_role
        return AssumedRole(role_arn=role, external_id=self.source_role_external_id) if role else None

    @property
    def repository_tags(self) -> tuple[Tag, ...]:
        """The tags of a new repository; of more than ECR takes, the first ones."""
        return merge_tags(self.default_tags, sent_tags(self.tags))[:MAX_TAGS]
