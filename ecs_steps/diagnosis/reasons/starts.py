"""Tasks and containers that do not start, or that run out of memory."""

from ecs_steps.diagnosis.reasons.reason import FailureReason, Rank, start_reason

_EXECUTE = r"CannotStart|DockerStateError"
"""What a container runtime says where it could not execute a command."""

_EXECUTED = r"^exec /|exec user process caused"
"""How that looks in the container's own log."""

STARTS = (
    start_reason(
        name="role-not-assumable",
        patterns=(r"unable to assume the role",),
        summary="ECS may not take on the task role or the execution role",
        remedy="Let the role exist and trust ecs-tasks.amazonaws.com (sts:AssumeRole), and let whoever "
        "deploys pass it (iam:PassRole).",
    ),
    start_reason(
        name="network-interface-timeout",
        patterns=(r"Timeout waiting for network interface",),
        summary="AWS did not have the task's network interface ready in time",
        remedy="Deploy again; if it happens again, look at the subnets' free addresses, the quota of "
        "network interfaces and the AWS Health Dashboard.",
    ),
    start_reason(
        name="addresses-used-up",
        patterns=(r"InsufficientFreeAddresses",),
        summary="a subnet has no free IP address left",
        remedy="Add subnets to the service's awsvpcConfiguration, or free addresses in those that it has.",
    ),
    start_reason(
        name="network-not-found",
        patterns=(r"\b(subnet|security group)\b", r"does not exist"),
        summary="a subnet or security group of the service does not exist",
        remedy="Correct subnets and securityGroups of the service's awsvpcConfiguration.",
    ),
    start_reason(
        name="network-interface-failed",
        patterns=(r"Unexpected EC2 error|failed to configure ENI",),
        summary="the task's network interface could not be made",
        remedy="Look up the ec2:CreateNetworkInterface that failed in CloudTrail: quotas, tag policies and "
        "the ECS service-linked role are the usual reasons.",
    ),
    start_reason(
        name="dependency-failed",
        patterns=(r"dependency graph: ",),
        summary="a container that this one waits for failed, timed out or never started",
        remedy="Look at the container that is named first, its exit code, its log and its health check; "
        "raise its startTimeout if it is slow.",
    ),
    start_reason(
        # No report with AWS' own words is public: any text that names the storage is taken.
        name="ephemeral-storage",
        patterns=(r"ephemeral ?storage",),
        summary="the task's ephemeral storage could not be set up",
        remedy="Check ephemeralStorage.sizeInGiB (21 to 200 on Fargate) and, where the cluster has a key "
        "for it, that key's policy for Fargate.",
    ),
    start_reason(
        name="command-not-found",
        patterns=(_EXECUTE, r"executable file not found|no such file or directory"),
        log_patterns=(_EXECUTED, "no such file or directory"),
        summary="the container's command, or the interpreter of its first line, is not in the image",
        remedy="Check command and entryPoint against the image (docker run --rm -it --entrypoint sh IMAGE), "
        "and an entry script for its #! line and Windows line ends.",
    ),
    start_reason(
        name="command-not-permitted",
        patterns=(_EXECUTE, "permission denied"),
        log_patterns=(_EXECUTED, "permission denied"),
        summary="the container's user may not execute its command",
        remedy="Make the command executable in the image (chmod +x in the Dockerfile), and check the "
        "container definition's user.",
    ),
    start_reason(
        name="file-system-read-only",
        patterns=(_EXECUTE, r"read-only file ?system"),
        summary="the container must write to a file system that is read-only",
        remedy="Set readonlyRootFilesystem to false, or mount a volume at the path that is written to.",
    ),
    start_reason(
        name="host-port-taken",
        patterns=(r"port is already allocated|address already in use",),
        summary="another container on the instance holds the host port",
        remedy="Set hostPort of the port mapping to 0, or use the awsvpc network mode.",
    ),
    start_reason(
        name="user-missing",
        patterns=(_EXECUTE, r"no matching entries in passwd"),
        summary="the image has no user of the name that the container is to run as",
        remedy="Correct user of the container definition or USER of the Dockerfile, or name the user by a "
        "number, which needs no entry in the image's /etc/passwd.",
    ),
    start_reason(
        name="memory-limit-too-low",
        patterns=(_EXECUTE, r"OOM-killed"),
        summary="the container's memory limit is too low even to start it",
        remedy="Raise memory of the container definition, or of the task.",
    ),
    start_reason(
        name="container-not-started",
        patterns=(_EXECUTE,),
        summary="the container could not be started",
        remedy="Run the image with the same command, user and mounts: docker run IMAGE.",
    ),
    start_reason(
        name="container-not-created",
        patterns=(r"CannotCreateContainer",),
        summary="the container could not be created from its definition",
        remedy="Check user, mountPoints, volumesFrom, ulimits and linuxParameters of the container "
        "definition.",
    ),
    start_reason(
        name="volume-not-created",
        patterns=(r"CannotCreateVolume",),
        summary="a volume of the task could not be created",
        remedy="Check the task definition's volumes: the driver and its options, the host's path, the EFS "
        "or EBS settings.",
    ),
    start_reason(
        name="container-runtime",
        patterns=(r"ContainerRuntime|Cannot(?:Inspect|Describe|Stop)Container|DockerTimeoutError",),
        summary="the host's container runtime or agent failed, not the image",
        remedy="Deploy again; under EC2, update the agent of the container instance or replace the instance.",
    ),
    start_reason(
        name="task-not-initialized",
        # Managed instances and capacity providers use the same word for a lack of capacity.
        patterns=(r"ResourceInitializationError(?!: Unable to launch instance)",),
        summary="something that the task needs before its start could not be set up",
        remedy="Look at the resource that ECS names: a secret, a volume, a log driver or the network.",
    ),
    start_reason(
        name="task-failed-to-start",
        stop_codes=("TaskFailedToStart",),
        summary="the task did not come as far as running its containers",
        remedy="Look at the task's containers and attachments in the ECS console for the one that failed.",
    ),
    FailureReason(
        name="out-of-memory",
        rank=Rank.MEMORY,
        patterns=(r"OutOfMemory",),
        summary="the container used more memory than its limit and was killed for it",
        remedy="Raise memory of the container definition or of the task, or make the program's own limit "
        "(heap size, number of workers) fit below it.",
    ),
)
