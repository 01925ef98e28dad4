"""Tasks that run but do not pass a health check, by the reason codes and texts of Elastic Load Balancing."""

from ecs_steps.diagnosis.reasons.reason import Family, Rank

HEALTH = (
    Family(
        name="container-unhealthy",
        rank=Rank.HEALTH,
        says=(r"failed container health checks",),
        meaning="the health check of the container definition kept failing",
        hint="Run the healthCheck's command in the container (aws ecs execute-command), see that its tools "
        "(curl, wget) are in the image, and raise startPeriod if the program starts slowly.",
    ),
    Family(
        name="target-wrong-code",
        rank=Rank.HEALTH,
        says=(r"Target\.ResponseCodeMismatch|Health checks failed with these codes",),
        meaning="the task answers the load balancer's health check, but with another status code than the "
        "target group expects",
        hint="Check the target group's health check path and matcher (success codes) against what the "
        "program answers there.",
    ),
    Family(
        name="target-timed-out",
        rank=Rank.HEALTH,
        says=(r"Target\.Timeout|Request timed out",),
        meaning="the task does not answer the load balancer's health check in time",
        hint="Let the task's security group receive from the load balancer's on the container port, let the "
        "program listen on 0.0.0.0, and raise healthCheckGracePeriodSeconds if it starts slowly.",
    ),
    Family(
        name="target-not-in-use",
        rank=Rank.HEALTH,
        says=(r"Target\.NotInUse|not configured to receive traffic|Availability Zone that is not enabled",),
        meaning="no listener sends requests to the target group, or not in the task's availability zone",
        hint="Give a listener of the load balancer a rule that forwards to the target group, and enable the "
        "task's availability zones on the load balancer.",
    ),
    Family(
        name="target-not-registered",
        rank=Rank.HEALTH,
        says=(r"Target\.NotRegistered|failed to register targets",),
        meaning="the task could not be registered with the target group",
        hint="Check that the target group has target type ip (awsvpc) or instance (bridge, host) and is in "
        "the tasks' VPC.",
    ),
    Family(
        name="target-invalid",
        rank=Rank.HEALTH,
        says=(r"Target\.(InvalidState|IpUnusable)",),
        meaning="the load balancer cannot use the task's address",
        hint="Check that the instance runs, and that the address is not one that a load balancer uses itself."
        "",
    ),
    Family(
        name="load-balancer-error",
        rank=Rank.HEALTH,
        says=(r"Elb\.InternalError",),
        meaning="the load balancer has an internal error",
        hint="Wait and deploy again; look at the AWS Health Dashboard.",
    ),
    Family(
        name="target-failed",
        rank=Rank.HEALTH,
        says=(r"Target\.FailedHealthChecks|Health checks failed",),
        meaning="the load balancer could not connect to the task, or its answer was malformed",
        hint="Let the program listen on 0.0.0.0 at the container port of the service's load balancer, and "
        "let the health check use the same port and protocol.",
    ),
    Family(
        name="target-unhealthy",
        rank=Rank.HEALTH,
        says=(r"failed ELB health checks|is unhealthy in",),
        meaning="the load balancer's health check kept failing",
        hint="Ask for the reason (aws elbv2 describe-target-health --target-group-arn ARN), and raise "
        "healthCheckGracePeriodSeconds if the program starts slowly.",
    ),
)
