"""Tasks and containers that do not start, or that run out of memory."""

from ecs_steps.diagnosis.reasons.reason import Family, Rank

_EXECUTE = r"CannotStart|OCI runtime|runc|exec: "
"""What a container runtime says where it could not execute a command."""

_EXECUTED = r"^exec /|exec user process caused"
"""How that looks in the container's own log."""

STARTS = (
    Family(
        name="role-not-assumable",
        rank=Rank.START,
        says=(r"unable to assume the role",),
        meaning="ECS may not take on the task role or the execution role",
        hint="Let the role exist and trust ecs-tasks.amazonaws.com (sts:AssumeRole), and let whoever deploys "
        "pass it (iam:PassRole).",
    ),
    Family(
        name="network-interface-timeout",
        rank=Rank.START,
        says=(r"Timeout waiting for network interface",),
        meaning="AWS did not have the task's network interface ready in time",
        hint="Deploy again; if it happens again, look at the subnets' free addresses, the quota of network "
        "interfaces and the AWS Health Dashboard.",
    ),
    Family(
        name="addresses-used-up",
        rank=Rank.START,
        says=(r"InsufficientFreeAddresses|insufficient free addresses",),
        meaning="a subnet has no free IP address left",
        hint="Add subnets to the service's awsvpcConfiguration, or free addresses in those that it has.",
    ),
    Family(
        name="network-not-found",
        rank=Rank.START,
        says=(r"\b(subnet|security group)\b", r"does not exist|not found"),
        meaning="a subnet or security group of the service does not exist",
        hint="Correct subnets and securityGroups of the service's awsvpcConfiguration.",
    ),
    Family(
        name="network-interface-failed",
        rank=Rank.START,
        says=(r"Unexpected EC2 error|failed to (configure|set ?up) (eni|network)",),
        meaning="the task's network interface could not be made",
        hint="Look up the ec2:CreateNetworkInterface that failed in CloudTrail: quotas, tag policies and the "
        "ECS service-linked role are the usual reasons.",
    ),
    Family(
        name="command-not-found",
        rank=Rank.START,
        says=(_EXECUTE, r"executable file not found|no such file or directory"),
        logs=(_EXECUTED, "no such file or directory"),
        meaning="the container's command, or the interpreter of its first line, is not in the image",
        hint="Check command and entryPoint against the image (docker run --rm -it --entrypoint sh IMAGE), "
        "and an entry script for its #! line and Windows line ends.",
    ),
    Family(
        name="command-not-permitted",
        rank=Rank.START,
        says=(_EXECUTE, "permission denied"),
        logs=(_EXECUTED, "permission denied"),
        meaning="the container's user may not execute its command",
        hint="Make the command executable in the image (chmod +x in the Dockerfile), and check the container "
        "definition's user.",
    ),
    Family(
        name="file-system-read-only",
        rank=Rank.START,
        says=("CannotStart", r"read-only file ?system"),
        meaning="the container must write to a file system that is read-only",
        hint="Set readonlyRootFilesystem to false, or mount a volume at the path that is written to.",
    ),
    Family(
        name="host-port-taken",
        rank=Rank.START,
        says=(r"port is already allocated|address already in use",),
        meaning="another container on the instance holds the host port",
        hint="Set hostPort of the port mapping to 0, or use the awsvpc network mode.",
    ),
    Family(
        name="container-not-started",
        rank=Rank.START,
        says=(r"CannotStart",),
        meaning="the container could not be started",
        hint="Run the image with the same command, user and mounts: docker run IMAGE.",
    ),
    Family(
        name="container-not-created",
        rank=Rank.START,
        says=(r"CannotCreateContainer",),
        meaning="the container could not be created from its definition",
        hint="Check user, mountPoints, volumesFrom, ulimits and linuxParameters of the container definition.",
    ),
    Family(
        name="volume-not-created",
        rank=Rank.START,
        says=(r"CannotCreateVolume|VolumeDriver",),
        meaning="a volume of the task could not be created",
        hint="Check the task definition's volumes: the driver and its options, the host's path, the EFS or "
        "EBS settings.",
    ),
    Family(
        name="container-runtime",
        rank=Rank.START,
        says=(r"ContainerRuntime|CannotInspectContainer|DockerTimeoutError|InternalError:",),
        meaning="the host's container runtime or agent failed, not the image",
        hint="Deploy again; under EC2, update the agent of the container instance or replace the instance.",
    ),
    Family(
        name="task-not-initialized",
        rank=Rank.START,
        # Managed instances and capacity providers use the same word for a lack of capacity.
        says=(r"ResourceInitializationError(?!: Unable to launch instance)",),
        meaning="something that the task needs before its start could not be set up",
        hint="Look at the resource that ECS names: a secret, a volume, a log driver or the network.",
    ),
    Family(
        name="task-failed-to-start",
        rank=Rank.START,
        stop_codes=("TaskFailedToStart",),
        meaning="the task did not come as far as running its containers",
        hint="Look at the task's containers and attachments in the ECS console for the one that failed.",
    ),
    Family(
        name="out-of-memory",
        rank=Rank.MEMORY,
        says=(r"OutOfMemory|OOMKilled|killed due to memory",),
        meaning="the container used more memory than its limit and was killed for it",
        hint="Raise memory of the container definition or of the task, or make the program's own limit (heap "
        "size, number of workers) fit below it.",
    ),
)
