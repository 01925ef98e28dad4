"""Tasks that run but do not pass a health check, by the reason codes and texts of Elastic Load Balancing."""

from ecs_steps.diagnosis.reasons.reason import health_reason

HEALTH = (
    health_reason(
        name="service-connect-unhealthy",
        patterns=(r"container ecs-service-connect-",),
        summary="the Service Connect proxy of the task failed",
        remedy="Give the task more CPU and memory for the proxy (256 CPU units and 64 MiB at least), let "
        "the task role read the namespace, and look at the proxy's log (logConfiguration of Service "
        "Connect).",
    ),
    health_reason(
        name="container-unhealthy",
        patterns=(r"failed container health checks",),
        summary="the health check of the container definition kept failing",
        remedy="Run the healthCheck's command in the container (aws ecs execute-command), see that its "
        "tools (curl, wget) are in the image, and raise startPeriod if the program starts slowly.",
    ),
    health_reason(
        name="target-wrong-code",
        patterns=(r"Target\.ResponseCodeMismatch|Health checks failed with these codes",),
        summary="the task answers the load balancer's health check, but with another status code than the "
        "target group expects",
        remedy="Check the target group's health check path and matcher (success codes) against what the "
        "program answers there.",
    ),
    health_reason(
        name="target-timed-out",
        patterns=(r"Target\.Timeout|Request timed out",),
        summary="the task does not answer the load balancer's health check in time",
        remedy="Let the task's security group receive from the load balancer's on the container port, let "
        "the program listen on 0.0.0.0, and raise healthCheckGracePeriodSeconds if it starts slowly.",
    ),
    health_reason(
        name="target-not-in-use",
        patterns=(
            r"Target\.NotInUse|not configured to receive traffic|Availability Zone that is not enabled",
        ),
        summary="no listener sends requests to the target group, or not in the task's availability zone",
        remedy="Give a listener of the load balancer a rule that forwards to the target group, and enable "
        "the task's availability zones on the load balancer.",
    ),
    health_reason(
        name="target-not-registered",
        patterns=(r"Target\.NotRegistered|failed to register targets",),
        summary="the task could not be registered with the target group",
        remedy="Check that the target group has target type ip (awsvpc) or instance (bridge, host) and is "
        "in the tasks' VPC.",
    ),
    health_reason(
        name="target-invalid",
        patterns=(r"Target\.(InvalidState|IpUnusable)",),
        summary="the load balancer cannot use the task's address",
        remedy="Check that the instance runs, and that the address is not one that a load balancer uses "
        "itself.",
    ),
    health_reason(
        name="load-balancer-error",
        patterns=(r"Elb\.InternalError",),
        summary="the load balancer has an internal error",
        remedy="Wait and deploy again; look at the AWS Health Dashboard.",
    ),
    health_reason(
        name="target-failed",
        patterns=(r"Target\.FailedHealthChecks|Health checks failed",),
        summary="the load balancer could not connect to the task, or its answer was malformed",
        remedy="Let the program listen on 0.0.0.0 at the container port of the service's load balancer, and "
        "let the health check use the same port and protocol.",
    ),
    health_reason(
        name="target-unhealthy",
        patterns=(r"failed ELB health checks|is unhealthy in",),
        summary="the load balancer's health check kept failing",
        remedy="Ask for the reason (aws elbv2 describe-target-health --target-group-arn ARN), and raise "
        "healthCheckGracePeriodSeconds if the program starts slowly.",
    ),
)
