"""Where ministack is not like AWS, as far as these tests meet it.

Nothing in the library is bent to please it. A test tells of a gap that has been closed. What it does not ask
of IAM is listed in `asked`.
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
        "* containerDefinitions*.cpu", "ECS says 0 where a container reserves no CPU; ministack says nothing"
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
CLUSTER = "ministack makes a cluster that is not there, where ECS refuses a service in it."
MOVED = (
    "A service whose cluster changes is looked for in the new one, where CloudFormation makes another one."
)
RECORDS = "ministack has no service deployments: DescribeServices alone tells of a rollout."
