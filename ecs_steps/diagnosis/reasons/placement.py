"""Tasks for which there is no place: instances' resources, capacity, quotas, the service's own rules."""

from ecs_steps.diagnosis.reasons.reason import placement_reason

PLACEMENT = (
    placement_reason(
        name="no-memory",
        patterns=(r"RESOURCE:MEMORY|insufficient memory",),
        summary="no container instance has enough free memory for the task",
        remedy="Add instances to the cluster, lower the task's memory, or lower maximumPercent so that old "
        "tasks make room first.",
    ),
    placement_reason(
        name="no-cpu",
        patterns=(r"RESOURCE:CPU|insufficient CPU",),
        summary="no container instance has enough free CPU units for the task",
        remedy="Add instances to the cluster, lower the task's cpu, or lower maximumPercent so that old "
        "tasks make room first.",
    ),
    placement_reason(
        name="no-network-interface",
        patterns=(r"RESOURCE:ENI",),
        summary="no container instance can take another network interface",
        remedy="Turn awsvpcTrunking on for the account (aws ecs put-account-setting) and replace the "
        "instances, or use larger or more of them.",
    ),
    placement_reason(
        name="no-gpu",
        patterns=(r"RESOURCE:GPU",),
        summary="no container instance has enough free GPUs for the task",
        remedy="Add GPU instances with the ECS GPU-optimized AMI, or let old tasks free theirs first "
        "(minimumHealthyPercent below 100).",
    ),
    placement_reason(
        name="no-port",
        patterns=(r"RESOURCE:PORT|already using a port",),
        summary="every container instance already uses a host port that the task asks for",
        remedy="Set hostPort of the port mapping to 0, use the awsvpc network mode, or let old tasks end "
        "first (minimumHealthyPercent below 100).",
    ),
    placement_reason(
        name="no-attribute",
        patterns=(r"missing an attribute|TaskFailedToStart: ATTRIBUTE",),
        summary="no container instance has an attribute that the task definition needs",
        remedy="Compare the task definition's requiresAttributes with the instances' attributes (log "
        "driver, CPU architecture, awsvpc), and update their agent or AMI.",
    ),
    placement_reason(
        name="placement-constraint",
        patterns=(r"placement constraint",),
        summary="no container instance satisfies the placement constraints",
        remedy="Check placementConstraints of the service and of the task definition against the instances.",
    ),
    placement_reason(
        name="agent-disconnected",
        patterns=(r"\"AGENT\"|TaskFailedToStart: AGENT",),
        summary="the container agent of the instance is not connected to ECS",
        remedy="Restart the agent on the instance (systemctl restart ecs), or replace the instance.",
    ),
    placement_reason(
        name="no-instances",
        patterns=(r"No Container Instances|EMPTY CAPACITY PROVIDER|NO ACTIVE INSTANCES",),
        summary="the cluster, or the capacity provider, has no container instance",
        remedy="Check the Auto Scaling group's size and that its instances register with this cluster "
        "(ECS_CLUSTER in their user data), or use Fargate.",
    ),
    placement_reason(
        name="quota-reached",
        patterns=(r"reached the limit on the number of|above your limit|MaxSpotInstanceCountExceeded",),
        summary="a quota of the account is used up",
        remedy="Ask for a higher quota in Service Quotas (Fargate On-Demand vCPU resource count), or stop "
        "other tasks.",
    ),
    placement_reason(
        name="capacity-denied",
        patterns=("Unable to launch instance", "UnauthorizedOperation"),
        summary="ECS may not launch instances for the capacity provider",
        remedy="Attach AmazonECSInfrastructureRolePolicyForManagedInstances to the capacity provider's "
        "infrastructure role, and let it pass the instances' role (iam:PassRole).",
    ),
    placement_reason(
        name="no-capacity",
        patterns=(r"Capacity is unavailable|Unable to launch instance",),
        summary="AWS has no capacity of this kind in the availability zone at the moment",
        remedy="Add subnets in other availability zones, use FARGATE as well as FARGATE_SPOT, or deploy "
        "again later.",
    ),
    placement_reason(
        name="percents-too-tight",
        patterns=(r"because of the service deployment configuration",),
        summary="minimumHealthyPercent and maximumPercent let ECS neither start a new task nor stop an old "
        "one",
        remedy="Raise maximumPercent above 100 (200 is usual), or lower minimumHealthyPercent, so that at "
        "least one task can be replaced.",
    ),
    placement_reason(
        name="listener-rules",
        patterns=(r"invalid networking configuration",),
        summary="the service's target groups and listener rules do not fit its deployment strategy",
        remedy="Let the production listener rule forward to one of targetGroup and alternateTargetGroup, "
        "and the test listener rule to the other.",
    ),
    placement_reason(
        name="not-placed",
        patterns=(r"unable to place a task|failed to launch a task",),
        summary="ECS found no place for the task",
        remedy="Look at the cluster's capacity and at the task definition's demands: cpu, memory, ports, "
        "constraints, architecture.",
    ),
)
