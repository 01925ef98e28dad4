"""What comes from outside: alarms, hooks, people, AWS itself; and what only looks like a failure."""

from ecs_steps.diagnosis.reasons.reason import Family, Rank

ALARM = Family(
    name="alarm",
    rank=Rank.ALARM,
    says=(r"alarm detected|in the ALARM state",),
    meaning="a CloudWatch alarm that watches over the service went off during the deployment",
    hint="Look at the alarm's metric for the time of the deployment (aws cloudwatch describe-alarm-history "
    "--alarm-name NAME).",
)

STOPPED = Family(
    name="stopped",
    rank=Rank.OUTSIDE,
    stop_codes=("ServiceSchedulerInitiated",),
    meaning="ECS stopped the task for a reason of its own",
    hint="Look the reason up in the Amazon ECS developer guide (stopped task error messages).",
)
"""Any reason that has no row of its own."""

OUTSIDE = (
    ALARM,
    Family(
        name="lifecycle-hook",
        rank=Rank.HOOK,
        says=(r"lifecycle hook",),
        meaning="a lifecycle hook of the deployment failed or did not answer",
        hint="Read the log of the hook's Lambda function, which must answer with a hookStatus of SUCCEEDED, "
        "FAILED or IN_PROGRESS.",
    ),
    Family(
        name="infrastructure",
        rank=Rank.OUTSIDE,
        says=(r"underlying infrastructure|Host EC2|DRAINING state",),
        stop_codes=("InfrastructureHealth",),
        meaning="the task lost the host that it ran on, through no fault of its own",
        hint="Deploy again; ECS starts such tasks anew elsewhere.",
    ),
    Family(
        name="spot-interruption",
        rank=Rank.OUTSIDE,
        says=(r"Spot Task was interrupted|SpotInterruption",),
        stop_codes=("SpotInterruption",),
        meaning="AWS took Spot capacity back",
        hint="Give the capacity provider strategy a base on FARGATE or On-Demand instances if this happens "
        "often.",
    ),
    Family(
        name="termination-notice",
        rank=Rank.OUTSIDE,
        stop_codes=("TerminationNotice",),
        meaning="AWS took the task's Spot instance back",
        hint="Give the capacity provider strategy a base on On-Demand instances if this happens often.",
    ),
    Family(
        name="superseded",
        rank=Rank.OUTSIDE,
        says=(r"replaced by a new service deployment|has taken its place",),
        meaning="a newer deployment of the same service took this one's place",
        hint="Find out who else deploys this service (CloudTrail, UpdateService), and look at their "
        "deployment.",
    ),
    Family(
        name="service-deleted",
        rank=Rank.OUTSIDE,
        says=(r"service was deleted|is (DRAINING|INACTIVE)\b|knows no service",),
        meaning="somebody deleted the service during its deployment",
        hint="Find out who did (CloudTrail, DeleteService) before you deploy again.",
    ),
    Family(
        name="stopped-by-person",
        rank=Rank.OUTSIDE,
        says=(r"stopped by (a )?user|a user stopped it",),
        stop_codes=("UserInitiated",),
        meaning="a person or a program stopped it through the API",
        hint="Find out who did (CloudTrail, StopTask or StopServiceDeployment) before you deploy again.",
    ),
    STOPPED,
    Family(
        name="targets-checked-first",
        rank=Rank.UNFINISHED,
        says=(r"Elb\.(InitialHealthChecking|RegistrationInProgress)",),
        meaning="the load balancer has not finished its first health checks of the task",
        hint="Wait for longer, or shorten the target group's health check interval and healthy threshold.",
    ),
    Family(
        name="throttled",
        rank=Rank.UNFINISHED,
        says=(r"operations are being throttled",),
        meaning="AWS slows ECS' own calls for this service down",
        hint="Wait; deploy fewer services of the account at once.",
    ),
    Family(
        name="tasks-protected",
        rank=Rank.UNFINISHED,
        says=(r"under protection|protected tasks?|task protection",),
        meaning="old tasks are protected from scale-in and hold the deployment up",
        hint="Let them finish, or take the protection off (aws ecs update-task-protection "
        "--no-protection-enabled).",
    ),
    Family(
        name="scale-in",
        rank=Rank.NOISE,
        says=(r"Scaling activity initiated by",),
        meaning="ECS stopped a task that it no longer wanted, as in every deployment",
        hint="Ignore it.",
    ),
    Family(
        name="draining",
        rank=Rank.NOISE,
        says=(r"Target\.DeregistrationInProgress",),
        meaning="the load balancer lets a task that leaves finish its requests",
        hint="Ignore it.",
    ),
    Family(
        name="rebalancing",
        rank=Rank.NOISE,
        says=(r"(AZ|Availability Zone) rebalanc",),
        meaning="ECS spreads the tasks over the availability zones",
        hint="Ignore it.",
    ),
    Family(
        name="starts-slowed",
        rank=Rank.NOISE,
        says=(r"unable to consistently start tasks",),
        meaning="ECS waits longer between its attempts, since tasks keep failing",
        hint="Look at why the tasks stop.",
    ),
)
