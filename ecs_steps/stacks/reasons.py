"""The table of reasons for which CloudFormation cannot make or change a resource: data, no code.

A text is tried against the rows in their order, the special ones before the general ones. Denials have words
of their own (`aws.denials`).
"""

import re

from attrs import frozen


@frozen(kw_only=True)
class StackReason:
    """A kind of failure: patterns that are all found in the text, and what a person does about it.

    `resource_type` limits it to one type.
    """

    name: str
    patterns: tuple[str, ...]
    remedy: str
    resource_type: str = ""


STACK_REASONS = (
    StackReason(
        name="cluster-not-found",
        patterns=(r"cluster not found|cluster was inactive",),
        remedy="Check the cluster's name, the account and the region; a cluster is not made by this step.",
    ),
    StackReason(
        name="service-linked-role-missing",
        patterns=(r"unable to assume the service linked role",),
        remedy="Create it once for the account: aws iam create-service-linked-role --aws-service-name "
        "ecs.amazonaws.com.",
    ),
    StackReason(
        name="log-group-exists",
        resource_type="AWS::Logs::LogGroup",
        patterns=(r"already exists",),
        remedy="The log group belongs to another stack or was made by hand: give this deployment a log "
        "group of its own, or delete it (aws logs list-tags-for-resource shows the stack that it belongs "
        "to).",
    ),
    StackReason(
        name="role-exists",
        resource_type="AWS::IAM::Role",
        patterns=(r"already exists",),
        remedy="A role of this name exists: name it as the task's execution role instead, or delete it if "
        "nothing uses it (aws iam list-role-tags shows the stack that it belongs to).",
    ),
    StackReason(
        name="service-exists",
        resource_type="AWS::ECS::Service",
        patterns=(r"already exists|not idempotent",),
        remedy="A service of this name runs in the cluster and belongs to another stack or to none: choose "
        "another name, or delete it (its tag aws:cloudformation:stack-name names its stack).",
    ),
    StackReason(
        name="resource-exists",
        patterns=(r"already exists",),
        remedy="A resource of this name belongs to another stack or was made by hand: choose another name, "
        "or delete it.",
    ),
    StackReason(
        name="target-group-without-load-balancer",
        patterns=(r"target group.*does not have an associated load balancer",),
        remedy="Let a listener rule of a load balancer forward to the target group before you deploy.",
    ),
    StackReason(
        name="target-type-wrong",
        patterns=(r"has target type",),
        remedy="Make the target group with target type ip, which the network mode awsvpc needs.",
    ),
    StackReason(
        name="target-group-not-found",
        patterns=(r"target groups were not found|target group.*does not exist",),
        remedy="Check the target group's ARN, the account and the region.",
    ),
    StackReason(
        name="platform-version",
        patterns=(r"platform version|PlatformUnknownException|access the specified platform",),
        remedy="Use platform version LATEST (Linux 1.4.0, Windows 1.0.0); older ones are retired, or lack "
        "volumes, architectures or sizes. No permission helps.",
    ),
    StackReason(
        name="operating-system",
        patterns=(r"operating ?system|runtimePlatform|cpuArchitecture",),
        remedy="Choose an operating system and CPU architecture that Fargate offers together in this "
        "region; Windows tasks need X86_64 and at least 1 vCPU with 2 GB.",
    ),
    StackReason(
        name="task-definition-too-large",
        patterns=(r"Actual length.*65536",),
        remedy="A task definition has at most 65,536 bytes: move long environment values to an environment "
        "file or to Parameter Store.",
    ),
    StackReason(
        name="role-not-valid",
        patterns=(r"Role is not valid",),
        remedy="Check taskRoleArn and executionRoleArn: each must exist in this account and trust "
        "ecs-tasks.amazonaws.com (sts:AssumeRole). Of two, `ecs-steps preflight` says which one does not.",
    ),
    StackReason(
        name="execution-role-missing",
        patterns=(r"requires task definition to have execution role",),
        remedy="Name the task's execution role: ECS reads images, secrets and logs with it.",
    ),
    StackReason(
        name="container-not-in-task",
        patterns=(r"does not exist in the task definition|did not have a container port",),
        remedy="Let the load balancer's mapping name a container of the task and one of its ports.",
    ),
    StackReason(
        name="service-draining",
        patterns=(r"service that is still Draining",),
        remedy="Wait until the tasks of the service that was deleted have stopped, and deploy again.",
    ),
    StackReason(
        name="long-arns",
        patterns=(r"new ARN and resource ID format must be enabled",),
        remedy="Switch the long format on for services (aws ecs put-account-setting-default --name "
        "serviceLongArnFormat --value enabled), or deploy without tags of services.",
    ),
    StackReason(
        name="networks-differ",
        patterns=(r"belong to different networks",),
        remedy="Choose subnets and security groups of one VPC.",
    ),
    StackReason(
        name="network-not-found",
        patterns=(r"subnet|security group", r"does not exist"),
        remedy="Check the ids of the subnets and security groups: they must be in one VPC of this account "
        "and region.",
    ),
    StackReason(
        name="quota-reached",
        patterns=(r"limit exceeded|Cannot exceed quota",),
        remedy="Ask for a higher quota in Service Quotas, or delete what is not used any more.",
    ),
    StackReason(
        name="throttled",
        patterns=(r"Rate exceeded|Too many concurrent",),
        remedy="Deploy again; nothing is wrong with the template.",
    ),
)


def match_stack_reason(resource_type: str, text: str) -> StackReason | None:
    """Return the reason in a text of a stack event."""
    return next(
        (
            reason
            for reason in STACK_REASONS
            if reason.resource_type in ("", resource_type)
            and all(re.search(pattern, text, re.IGNORECASE) for pattern in reason.patterns)
        ),
        None,
    )
