"""Tasks for which there is no place: instances' resources, capacity, quotas, the service's own rules."""

from ecs_steps.diagnosis.reasons.reason import Family, Rank

PLACEMENT = (
    Family(
        name="no-memory",
        rank=Rank.PLACEMENT,
        says=(r"RESOURCE:MEMORY|insufficient memory",),
        meaning="no container instance has enough free memory for the task",
        hint="Add instances to the cluster, lower the task's memory, or lower maximumPercent so that old "
        "tasks make room first.",
    ),
    Family(
        name="no-cpu",
        rank=Rank.PLACEMENT,
        says=(r"RESOURCE:CPU|insufficient CPU",),
        meaning="no container instance has enough free CPU units for the task",
        hint="Add instances to the cluster, lower the task's cpu, or lower maximumPercent so that old tasks "
        "make room first.",
    ),
    Family(
        name="no-network-interface",
        rank=Rank.PLACEMENT,
        says=(r"RESOURCE:ENI",),
        meaning="no container instance can take another network interface",
        hint="Bool awsvpcTrunking on for the account (aws ecs put-account-setting) and replace the "
        "instances, or use larger or more of them.",
    ),
    Family(
        name="no-gpu",
        rank=Rank.PLACEMENT,
        says=(r"RESOURCE:GPU|insufficient GPU",),
        meaning="no container instance has enough free GPUs for the task",
        hint="Add GPU instances with the ECS GPU-optimized AMI, or let old tasks free theirs first "
        "(minimumHealthyPercent below 100).",
    ),
    Family(
        name="no-port",
        rank=Rank.PLACEMENT,
        says=(r"RESOURCE:PORT|already using a port",),
        meaning="every container instance already uses a host port that the task asks for",
        hint="Set hostPort of the port mapping to 0, use the awsvpc network mode, or let old tasks end first "
        "(minimumHealthyPercent below 100).",
    ),
    Family(
        name="no-attribute",
        rank=Rank.PLACEMENT,
        says=(r"missing an attribute|\"ATTRIBUTE\"|TaskFailedToStart: ATTRIBUTE",),
        meaning="no container instance has an attribute that the task definition needs",
        hint="Compare the task definition's requiresAttributes with the instances' attributes (log driver, "
        "CPU architecture, awsvpc), and update their agent or AMI.",
    ),
    Family(
        name="placement-constraint",
        rank=Rank.PLACEMENT,
        says=(r"placement constraint|memberOf|distinctInstance",),
        meaning="no container instance satisfies the placement constraints",
        hint="Check placementConstraints of the service and of the task definition against the instances.",
    ),
    Family(
        name="agent-disconnected",
        rank=Rank.PLACEMENT,
        says=(r"\"AGENT\"|TaskFailedToStart: AGENT|agent is (not connected|disconnected)",),
        meaning="the container agent of the instance is not connected to ECS",
        hint="Restart the agent on the instance (systemctl restart ecs), or replace the instance.",
    ),
    Family(
        name="no-instances",
        rank=Rank.PLACEMENT,
        says=(r"No Container Instances|EMPTY CAPACITY PROVIDER|NO ACTIVE INSTANCES",),
        meaning="the cluster, or the capacity provider, has no container instance",
        hint="Check the Auto Scaling group's size and that its instances register with this cluster "
        "(ECS_CLUSTER in their user data), or use Fargate.",
    ),
    Family(
        name="no-capacity",
        rank=Rank.PLACEMENT,
        says=(r"Capacity is unavailable|InsufficientInstanceCapacity|Unable to launch instance",),
        meaning="AWS has no capacity of this kind in the availability zone at the moment",
        hint="Add subnets in other availability zones, use FARGATE beside FARGATE_SPOT, or deploy again "
        "later.",
    ),
    Family(
        name="quota-reached",
        rank=Rank.PLACEMENT,
        says=(r"reached the limit on the number of|above your limit|VcpuLimit|CountExceeded",),
        meaning="a quota of the account is used up",
        hint="Ask for a higher quota in Service Quotas (Fargate On-Demand vCPU resource count), or stop "
        "other tasks.",
    ),
    Family(
        name="percents-too-tight",
        rank=Rank.PLACEMENT,
        says=(r"because of the service deployment configuration",),
        meaning="minimumHealthyPercent and maximumPercent let ECS neither start a new task nor stop an old "
        "one",
        hint="Raise maximumPercent above 100 (200 is usual), or lower minimumHealthyPercent, so that at "
        "least one task can be replaced.",
    ),
    Family(
        name="listener-rules",
        rank=Rank.PLACEMENT,
        says=(r"invalid networking configuration",),
        meaning="the service's target groups and listener rules do not fit its deployment strategy",
        hint="Let the production listener rule forward to one of targetGroup and alternateTargetGroup, and "
        "the test listener rule to the other.",
    ),
    Family(
        name="not-placed",
        rank=Rank.PLACEMENT,
        says=(r"unable to place a task|failed to launch a task",),
        meaning="ECS found no place for the task",
        hint="Look at the cluster's capacity and at the task definition's demands: cpu, memory, ports, "
        "constraints, architecture.",
    ),
)
