"""Where ministack is not like AWS, as far as these tests show.

Nothing in the library is changed for it. A test fails when a gap has been closed. What it does not check with
IAM is listed in `ministack_iam`.
"""

from attrs import frozen


@frozen
class Gap:
    """What differs between the sandbox and ministack, and why the sandbox is the one that is right.

    `where` is a pattern of paths, with ``*`` for anything.
    """

    where: str
    reason: str


GAPS = (
    Gap("* runtimePlatform.*", "CloudFormation's task definitions lose their platform in ministack"),
    Gap(
        "* containerDefinitions*.cpu", "ECS says 0 where a container reserves no CPU; ministack leaves it out"
    ),
    Gap("* containerDefinitions*.secrets*", "of CloudFormation's secrets ministack keeps empty entries"),
    Gap("* containerDefinitions*.dependsOn*", "of CloudFormation's dependencies it keeps empty entries"),
    Gap("* containerDefinitions*.healthCheck*", "of CloudFormation's health checks it keeps an empty one"),
    Gap("* volumes*", "of CloudFormation's volumes it keeps empty entries"),
    Gap("* tags*Octopus.*", "AWS hands the tags of a stack on to its task definition; ministack does not"),
    Gap("run *.ServiceName", "CloudFormation ends the names of services with drawn characters"),
    Gap("run *.ServiceArn", "the same name"),
)

COUNT = "A desired count that is a parameter stays text in ministack, and the service cannot be created."
MOVED = "ministack searches a service in its new cluster, where CloudFormation creates another service."
RECORDS = "ministack has no service deployments: only DescribeServices shows a rollout."
