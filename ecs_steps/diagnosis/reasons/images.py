"""Images that cannot be pulled, or cannot run where they were pulled to."""

from ecs_steps.diagnosis.reasons.reason import Family, Rank

UNREACHABLE = (
    r"i/o timeout|deadline exceeded|timed out|handshake timeout|awaiting headers|waiting for connection|"
    r"connection issue|connection refused|connection reset|no route to host|no such host|network is "
    r"unreachable|context cancell?ed|send request failed"
)
"""How a network that leads nowhere is worded."""

_REFUSED = (
    r"no basic auth|access ?denied|denied:|: denied|403 Forbidden|401 Unauthorized|unauthorized:|"
    r"not authorized|authorization failed|permissions to pull"
)

IMAGES = (
    Family(
        name="exec-format-error",
        rank=Rank.START,
        says=(r"exec format error",),
        logs=(r"exec format error",),
        meaning="the image's program is built for another CPU architecture than {architecture}, which the "
        "task asks for",
        hint="Build the image with docker build --platform {platform}, or set the task definition's "
        "runtimePlatform.cpuArchitecture to what the image is built for.",
    ),
    Family(
        name="image-architecture",
        rank=Rank.START,
        says=(r"no matching manifest|matching platform|no match for platform",),
        meaning="the image has no variant for {platform}, since the task asks for {architecture}",
        hint="Push the image for {platform} (docker buildx build --platform {platform}), or set the task "
        "definition's runtimePlatform.cpuArchitecture to what the image is built for.",
    ),
    Family(
        name="image-rate-limited",
        rank=Rank.START,
        says=("CannotPull", r"toomanyrequests|429 Too Many|rate limit"),
        meaning="the registry's limit on pulls is used up (Docker Hub counts anonymous pulls by IP address)",
        hint="Pull with credentials (repositoryCredentials of the container definition) or through an Amazon "
        "ECR pull through cache.",
    ),
    Family(
        name="image-disk-full",
        rank=Rank.START,
        says=("CannotPull", r"no space left on device|disk quota exceeded"),
        meaning="the image does not fit on the task's or the instance's disk",
        hint="Raise the task definition's ephemeralStorage.sizeInGiB (Fargate), clear or enlarge the "
        "instance's disk (EC2), or make the image smaller.",
    ),
    Family(
        name="image-unreachable",
        rank=Rank.START,
        says=("CannotPull", UNREACHABLE),
        meaning="the task has no way through the network to the image's registry",
        hint="Give its subnets a NAT gateway, or the task a public IP (assignPublicIp ENABLED in a public "
        "subnet), or VPC endpoints for ecr.api, ecr.dkr and S3, and let its security group send to port 443.",
    ),
    Family(
        name="image-private",
        rank=Rank.START,
        says=("CannotPull", r"pull access denied|insufficient_scope"),
        meaning="the registry has no such repository, or shows it to those with credentials alone",
        hint="Check the repository's name; if it is private, name its secret in the container definition's "
        "repositoryCredentials and let the execution role read it (secretsmanager:GetSecretValue).",
    ),
    Family(
        name="image-denied",
        rank=Rank.START,
        says=("CannotPull", _REFUSED),
        meaning="the registry refuses the task's credentials",
        hint="Attach AmazonECSTaskExecutionRolePolicy to the execution role (ecr:GetAuthorizationToken, "
        "ecr:BatchGetImage, ecr:GetDownloadUrlForLayer), and allow the account in the repository's policy if "
        "it is another's.",
    ),
    Family(
        name="image-not-found",
        rank=Rank.START,
        says=(
            "CannotPull",
            r"not found|manifest unknown|name unknown|can.?t find|does not exist|invalid reference",
        ),
        meaning="the registry has no image of this name and tag",
        hint="Check that the tag was pushed and that registry, region and account of the image's name are "
        "right (aws ecr describe-images, docker manifest inspect).",
    ),
    Family(
        name="image-not-pulled",
        rank=Rank.START,
        says=(r"CannotPull",),
        meaning="the image could not be pulled",
        hint="Pull the same image by hand with the execution role's credentials to see what the registry "
        "says.",
    ),
)
