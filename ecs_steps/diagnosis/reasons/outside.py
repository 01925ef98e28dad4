"""What comes from outside: alarms, hooks, people, AWS itself; and what only looks like a failure."""

from ecs_steps.diagnosis.reasons.reason import (
    FailureReason,
    Rank,
    noise_reason,
    outside_reason,
    unfinished_reason,
)

ALARM = FailureReason(
    name="alarm",
    rank=Rank.ALARM,
    patterns=(r"alarm detected|in the ALARM state",),
    summary="a CloudWatch alarm that watches over the service went off during the deployment",
    remedy="Look at the alarm's metric for the time of the deployment (aws cloudwatch describe-alarm-history "
    "--alarm-name NAME).",
)

STOPPED = outside_reason(
    name="stopped",
    stop_codes=("ServiceSchedulerInitiated",),
    summary="ECS stopped the task for a reason of its own",
    remedy="Look the reason up in the Amazon ECS developer guide (stopped task error messages).",
)
"""Any reason that has no row of its own."""

OUTSIDE = (
    ALARM,
    FailureReason(
        name="pause-expired",
        rank=Rank.PAUSE,
        patterns=(r"pause hook timed out",),
        summary="no one answered the deployment's pause in time",
        remedy="Deploy again, and let someone answer it; a longer timeout of the pause gives more time.",
    ),
    FailureReason(
        name="pause-refused",
        rank=Rank.PAUSE,
        patterns=(r"pause hook",),
        summary="someone answered the deployment's pause with a rollback",
        remedy="Find out who did and why (CloudTrail, ContinueServiceDeployment) before you deploy again.",
    ),
    FailureReason(
        name="lifecycle-hook",
        rank=Rank.HOOK,
        patterns=(r"lifecycle hook",),
        summary="a lifecycle hook of the deployment failed or did not answer",
        remedy="Read the log of the hook's Lambda function, which must answer with a hookStatus of "
        "SUCCEEDED, FAILED or IN_PROGRESS.",
    ),
    outside_reason(
        name="infrastructure",
        patterns=(r"underlying infrastructure|Host EC2",),
        stop_codes=("InfrastructureHealth",),
        summary="the task lost the host that it ran on, through no fault of its own",
        remedy="Deploy again; ECS starts such tasks again elsewhere.",
    ),
    outside_reason(
        name="spot-interruption",
        patterns=(r"Spot Task was interrupted",),
        stop_codes=("SpotInterruption",),
        summary="AWS took Spot capacity back",
        remedy="Give the capacity provider strategy a base on FARGATE or On-Demand instances if this "
        "happens often.",
    ),
    outside_reason(
        name="termination-notice",
        stop_codes=("TerminationNotice",),
        summary="AWS took the task's Spot instance back",
        remedy="Give the capacity provider strategy a base on On-Demand instances if this happens often.",
    ),
    outside_reason(
        name="superseded",
        patterns=(r"replaced by a new service deployment|has taken its place",),
        summary="a newer deployment of the same service took this one's place",
        remedy="Find out who else deploys this service (CloudTrail, UpdateService), and look at their "
        "deployment.",
    ),
    outside_reason(
        name="service-deleted",
        patterns=(r"service was deleted|is (DRAINING|INACTIVE)\b|knows no service",),
        summary="a person or a program deleted the service during its deployment",
        remedy="Find out who did (CloudTrail, DeleteService) before you deploy again.",
    ),
    outside_reason(
        name="stopped-by-person",
        patterns=(r"stopped by (a )?user|a user stopped it",),
        stop_codes=("UserInitiated",),
        summary="a person or a program stopped it through the API",
        remedy="Find out who did (CloudTrail, StopTask or StopServiceDeployment) before you deploy again.",
    ),
    STOPPED,
    unfinished_reason(
        name="task-provisioning",
        task_statuses=("PROVISIONING",),
        summary="the task waits for its network interface or for capacity",
        remedy="Look at the subnets' free addresses, the quota of network interfaces and the capacity of "
        "the cluster or its capacity providers.",
    ),
    unfinished_reason(
        name="task-pending",
        task_statuses=("PENDING",),
        summary="the task's image is pulled, or a container waits for another one that it depends on",
        remedy="Make the image smaller or its route to the registry faster (a VPC endpoint), and check "
        "dependsOn with its health checks; on EC2 look at the agent and the disk of the instance.",
    ),
    unfinished_reason(
        name="task-activating",
        task_statuses=("ACTIVATING",),
        summary="the task's containers run, and ECS still registers it with its load balancer or Service "
        "Connect",
        remedy="Look at the target group's registration and at the log of the Service Connect proxy.",
    ),
    unfinished_reason(
        name="targets-checked-first",
        patterns=(r"Elb\.(InitialHealthChecking|RegistrationInProgress)",),
        summary="the load balancer has not finished its first health checks of the task",
        remedy="Wait for longer, or shorten the target group's health check interval and healthy threshold.",
    ),
    unfinished_reason(
        name="throttled",
        patterns=(r"operations are being throttled",),
        summary="AWS slows ECS' own calls for this service down",
        remedy="Wait; deploy fewer services of the account at once.",
    ),
    unfinished_reason(
        name="tasks-protected",
        patterns=(r"under protection|number of protected tasks",),
        summary="old tasks are protected from scale-in and hold the deployment up",
        remedy="Let them finish, or take the protection off (aws ecs update-task-protection "
        "--no-protection-enabled).",
    ),
    noise_reason(
        name="scale-in",
        patterns=(r"Scaling activity initiated by",),
        summary="ECS stopped a task that it no longer wanted, as in every deployment",
        remedy="Ignore it.",
    ),
    noise_reason(
        name="draining",
        patterns=(r"Target\.DeregistrationInProgress",),
        summary="the load balancer lets a task that leaves finish its requests",
        remedy="Ignore it.",
    ),
    noise_reason(
        name="rebalancing",
        patterns=(r"Availability Zone rebalanc",),
        summary="ECS spreads the tasks over the availability zones",
        remedy="Ignore it.",
    ),
    noise_reason(
        name="starts-slowed",
        patterns=(r"unable to consistently start tasks",),
        summary="ECS waits longer between its attempts, since tasks keep failing",
        remedy="Look at why the tasks stop.",
    ),
)
