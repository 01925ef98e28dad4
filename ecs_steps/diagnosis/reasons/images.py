"""Images that cannot be pulled, or cannot run where they were pulled to."""

from ecs_steps.diagnosis.reasons.reason import start_reason

UNREACHABLE = (
    r"i/o timeout|deadline exceeded|timed out|handshake timeout|awaiting headers|connection issue|"
    r"connection refused|connection reset|no route to host|no such host|network is unreachable|"
    r"context canceled|failed to do request|due to timeout|network con(?:nection|figuration)"
)
"""How a network that leads nowhere is worded."""

_REFUSED = (
    r"pull access denied|no basic auth|AccessDenied|: denied|403 Forbidden|401 Unauthorized|unauthorized:"
)
_ECR = r"\.dkr\.ecr\.|starport|AccessDenied|not authorized to perform"
"""What only Amazon ECR says; ``starport`` is in the name of the buckets with its layers."""

_WINDOWS_VERSION = (
    r"no matching manifest for windows|does not match the host operating system|"
    r"a Windows version .*-based image is incompatible"
)

IMAGES = (
    start_reason(
        name="image-windows-version",
        patterns=(_WINDOWS_VERSION,),
        summary="the image is built for another version of Windows than {os}, on which the task runs",
        remedy="Build the image on the base image of the same Windows version, or set the task definition's "
        "runtimePlatform.operatingSystemFamily to the version that the image is built for.",
    ),
    start_reason(
        name="exec-format-error",
        patterns=(r"exec format error",),
        log_patterns=(r"exec format error",),
        summary="the image's program is built for another CPU architecture than {architecture}, on which the "
        "task runs",
        remedy="Build the image with docker build --platform {platform}, or set the task definition's "
        "runtimePlatform.cpuArchitecture to what the image is built for.",
    ),
    start_reason(
        name="image-architecture",
        patterns=(r"no matching manifest|matching platform|no match for platform",),
        summary="the image has no variant for {platform}, since the task runs on {architecture}",
        remedy="Push the image for {platform} (docker buildx build --platform {platform}), or set the task "
        "definition's runtimePlatform.cpuArchitecture to what the image is built for.",
    ),
    start_reason(
        name="image-rate-limited",
        patterns=("CannotPull", r"toomanyrequests|429 Too Many"),
        summary="the registry's limit on pulls is used up (Docker Hub counts anonymous pulls by IP address)",
        remedy="Pull with credentials (repositoryCredentials of the container definition) or through an "
        "Amazon ECR pull through cache.",
    ),
    start_reason(
        name="image-disk-full",
        patterns=("CannotPull", r"no space left on device|disk quota exceeded"),
        summary="the image does not fit on the task's or the instance's disk",
        remedy="Raise the task definition's ephemeralStorage.sizeInGiB (Fargate), clear or enlarge the "
        "instance's disk (EC2), or make the image smaller.",
    ),
    start_reason(
        name="image-attestation",
        patterns=("CannotPull", r"failed to get stream processor"),
        summary="a layer of what was pulled is no file system, but a document on how the image was built",
        remedy="Build the image without attestations: docker buildx build --provenance=false --sbom=false.",
    ),
    start_reason(
        name="image-certificate",
        patterns=("CannotPull", r"x509: "),
        summary="the registry's certificate is not one that the task's host trusts",
        remedy="Give the registry a certificate of a public authority, which Fargate needs; under EC2 the "
        "authority may be added to the instance (/etc/docker/certs.d); except the registry from a proxy "
        "that opens TLS.",
    ),
    start_reason(
        name="image-unreachable",
        patterns=("CannotPull", UNREACHABLE),
        summary="the task has no way through the network to the image's registry",
        remedy="Give its subnets a NAT gateway, or the task a public IP (assignPublicIp ENABLED in a public "
        "subnet), or VPC endpoints for ecr.api, ecr.dkr and S3, and let its security group send to port 443.",
    ),
    start_reason(
        name="image-denied",
        patterns=("CannotPull", _REFUSED, _ECR),
        summary="Amazon ECR refuses the task, or has no such repository",
        remedy="Check the repository's name; attach AmazonECSTaskExecutionRolePolicy to the execution role "
        "(ecr:GetAuthorizationToken, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer); allow the account in "
        "the repository's policy if it is another's, and the layers' bucket in that of a VPC endpoint "
        "for S3.",
    ),
    start_reason(
        name="image-private",
        patterns=("CannotPull", _REFUSED),
        summary="the registry has no such repository, or refuses the task's credentials for it",
        remedy="Check the repository's name; if it is private, name a secret with its username and password "
        "in the container definition's repositoryCredentials and let the execution role read it "
        "(secretsmanager:GetSecretValue).",
    ),
    start_reason(
        name="image-not-found",
        patterns=(
            "CannotPull",
            r"not ?found|manifest unknown|name unknown|can.?t find|invalid reference",
        ),
        summary="the registry has no image of this name and tag",
        remedy="Check that the tag was pushed and that registry, region and account of the image's name are "
        "right (aws ecr describe-images, docker manifest inspect).",
    ),
    start_reason(
        name="image-not-pulled",
        patterns=(r"CannotPull",),
        summary="the image could not be pulled",
        remedy="Pull the same image by hand with the execution role's credentials to see what the registry "
        "says.",
    ),
)
