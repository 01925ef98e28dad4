"""Amazon ECR's calls: its logins, repositories and scans. Images themselves are `registry`'s business."""

from base64 import b64decode
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import field, frozen

from ecs_steps.aws.errors import calling, lost_reply, member, returning
from ecs_steps.aws.replies import from_reply, reply_field
from ecs_steps.tags import Tag

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients


@frozen(kw_only=True)
class RegistryToken:
    """A login to every registry of a region that the caller may use, good for 12 hours.

    `address` is the host, with its port if it has one, that takes it; `api` is that of ECR itself.
    """

    address: str
    api: str
    username: str
    password: str = field(repr=False)


@frozen(kw_only=True)
class EcrRepository:
    """A repository, as DescribeRepositories shows it; `uri` is its registry and name."""

    arn: str = reply_field("repositoryArn")
    uri: str = reply_field("repositoryUri")
    mutability: str = reply_field("imageTagMutability", "MUTABLE")
    exclusions: tuple[str, ...] = reply_field(
        "imageTagMutabilityExclusionFilters", (), read=lambda items: tuple(each["filter"] for each in items)
    )

    def is_immutable(self, tag: str) -> bool:
        """Return whether a tag keeps the image that it names; exclusions are patterns of tags with ``*``."""
        excluded = any(fnmatchcase(tag, pattern) for pattern in self.exclusions)
        return self.mutability.startswith("IMMUTABLE") != excluded


@frozen(kw_only=True)
class NewRepository:
    """What a repository is made with. Without a `kms_key` images are encrypted with S3's own keys."""

    name: str
    scan_on_push: bool
    immutable_tags: bool
    kms_key: str = ""
    tags: tuple[Tag, ...] = ()


@frozen(kw_only=True)
class ImageScan:
    """What is known of the scan of an image, as DescribeImageScanFindings shows it.

    `severities` counts findings; None where the scan has no result yet.
    """

    status: str
    description: str = ""
    severities: Mapping[str, int] | None = None


def get_registry_token(aws: "AwsClients", region: str = "") -> RegistryToken:
    """Return a login to the registries of a region, by default the clients' own."""
    operation = "GetAuthorizationToken"
    with calling("ecr:GetAuthorizationToken"):
        client = aws.ecr_in(region)
        reply = client.get_authorization_token()
    data = member(reply, "authorizationData", operation)
    if not data:
        raise lost_reply(operation)
    token = b64decode(member(data[0], "authorizationToken", operation)).decode()
    username, _, password = token.partition(":")
    return RegistryToken(
        address=urlsplit(member(data[0], "proxyEndpoint", operation)).netloc,
        api=urlsplit(client.meta.endpoint_url).netloc,
        username=username,
        password=password,
    )


@returning(None, when="RepositoryNotFound")
def describe_repository(aws: "AwsClients", name: str) -> EcrRepository | None:
    """Return a repository of the account, or none where there is none of that name."""
    with calling("ecr:DescribeRepositories", f"repository {name}"):
        reply = aws.ecr_in().describe_repositories(repositoryNames=[name])
    found = member(reply, "repositories", "DescribeRepositories")
    return _repository(found[0], "DescribeRepositories") if found else None


@returning(None, when="RepositoryAlreadyExists")
def create_repository(aws: "AwsClients", new: NewRepository) -> EcrRepository | None:
    """Create a repository; return none where another process has created one of that name."""
    key = {"encryptionType": "KMS", "kmsKey": new.kms_key}
    more: Any = {"encryptionConfiguration": key} if new.kms_key else {}
    with calling("ecr:CreateRepository", f"repository {new.name}"):
        reply = aws.ecr_in().create_repository(
            repositoryName=new.name,
            imageTagMutability="IMMUTABLE" if new.immutable_tags else "MUTABLE",
            imageScanningConfiguration={"scanOnPush": new.scan_on_push},
            tags=[{"Key": tag.key, "Value": tag.value} for tag in new.tags],
            **more,
        )
    return _repository(member(reply, "repository", "CreateRepository"), "CreateRepository")


@returning(value=False, when="LifecyclePolicyNotFound")
def has_lifecycle_policy(aws: "AwsClients", name: str) -> bool:
    """Return whether a repository has a lifecycle policy."""
    with calling("ecr:GetLifecyclePolicy", f"repository {name}"):
        aws.ecr_in().get_lifecycle_policy(repositoryName=name)
    return True


def put_lifecycle_policy(aws: "AwsClients", name: str, policy: str) -> None:
    """Set the lifecycle policy of a repository, which is JSON."""
    with calling("ecr:PutLifecyclePolicy", f"repository {name}"):
        aws.ecr_in().put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=policy)


@returning(None, when="ScanNotFound")
def describe_scan(aws: "AwsClients", name: str, digest: str) -> ImageScan | None:
    """Return what is known of the scan of an image; none where it was never scanned."""
    operation = "DescribeImageScanFindings"
    with calling("ecr:DescribeImageScanFindings", f"repository {name}"):
        reply = aws.ecr_in().describe_image_scan_findings(
            repositoryName=name, imageId={"imageDigest": digest}
        )
    status = member(reply, "imageScanStatus", operation)
    found = reply.get("imageScanFindings") or {}
    # A basic scan that is over has counted; an enhanced one has a list before it has got to the image.
    is_over = "imageScanCompletedAt" in found or (
        status.get("status") == "COMPLETE" and "findingSeverityCounts" in found
    )
    severities = _severities(found)
    return ImageScan(
        status=status.get("status", ""),
        description=status.get("description", ""),
        severities=severities if severities or is_over else None,
    )


def start_scan(aws: "AwsClients", name: str, digest: str) -> None:
    """Start a basic scan of an image, which ECR does once in 24 hours.

    Raises:
        AwsCallError: Among others where the registry scans by itself (``ValidationException``), where there
            was a scan already (``LimitExceededException``), or where the image is none that can be scanned
            (``UnsupportedImageTypeException``).
    """
    with calling("ecr:StartImageScan", f"repository {name}"):
        aws.ecr_in().start_image_scan(repositoryName=name, imageId={"imageDigest": digest})


def _repository(described: Mapping[str, Any], operation: str) -> EcrRepository:
    if not {"repositoryArn", "repositoryUri"} <= described.keys():
        raise lost_reply(operation)
    return from_reply(EcrRepository, described)


def _severities(found: Mapping[str, Any]) -> Mapping[str, int]:
    """Count findings by severity.

    ECR counts all of them. Where it lists some and has not counted yet, the listed ones are counted.
    """
    listed = [*found.get("findings", ()), *found.get("enhancedFindings", ())]
    severities = dict(found.get("findingSeverityCounts") or {})
    of_listed = [str(each.get("severity", "UNDEFINED")) for each in listed]
    return severities | {
        name: max(of_listed.count(name), severities.get(name, 0)) for name in dict.fromkeys(of_listed)
    }
