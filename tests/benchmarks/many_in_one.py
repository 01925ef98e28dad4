"""Update many services from threads of one process, in the sandbox; print the result as JSON.

A process of its own: ``python many_in_one.py ours|floor COUNT``.
"""

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from ecs_steps import UpdateEcsServiceStep
from ecs_steps.sandbox import Quota, Sandbox, Scenario

CLUSTER = "shop"
READS = ("DescribeServices", "DescribeServiceDeployments", "ListServiceDeployments")
ECS_QUOTAS = (
    Quota(operations=("RegisterTaskDefinition",), burst=20, per_second=1),
    Quota(operations=("DescribeTaskDefinition",), burst=50, per_second=20),
    Quota(operations=READS, burst=50, per_second=20),
    Quota(operations=("UpdateService",), burst=50, per_second=5),
)
"""How many requests ECS takes of one account and region."""


def populated(services: int) -> Sandbox:
    """Return a sandbox in which so many services run, each with a family of its own."""
    aws = Sandbox(Scenario(quotas=ECS_QUOTAS))
    ecs = aws.clients.ecs
    for number in range(services):
        ecs.register_task_definition(**_revision(number, "acme/web:1"))
        ecs.create_service(
            cluster=CLUSTER, serviceName=_name(number), taskDefinition=_name(number), desiredCount=1
        )
        aws.clock.sleep(1)
    aws.clock.sleep(600)
    aws.calls.clear()
    return aws


def update_all(aws: Sandbox, services: int, update: Callable[[Sandbox, int], None]) -> dict[str, Any]:
    """Update every service at once, each in a thread; return the cost."""
    start = Barrier(services)

    def updated(number: int) -> bool:
        with aws.clock.taking_part():
            start.wait()
            try:
                update(aws, number)
            except Exception as error:  # noqa: BLE001  the kind of failure is not measured
                print(error, file=sys.stderr)  # noqa: T201  for who reads the log
                return False
            return True

    started, started_at = time.perf_counter(), aws.clock.now()
    with ThreadPoolExecutor(services) as threads:
        succeeded = sum(threads.map(updated, range(services)))
    return {
        "seconds": time.perf_counter() - started,
        "virtual seconds": (aws.clock.now() - started_at).total_seconds(),
        "calls": len(aws.calls),
        "throttled": sum(call.outcome == "ThrottlingException" for call in aws.calls),
        "failed": services - succeeded,
    }


def by_this_library(aws: Sandbox, number: int) -> None:
    """Update as the step does, without waiting."""
    step = UpdateEcsServiceStep(_variables(number))
    step.run(aws=aws.clients, clock=aws.clock, report=lambda _: None)


def by_botocore(aws: Sandbox, number: int) -> None:
    """Update as in `floor`, with one client for all threads."""
    ecs, name = aws.clients.ecs, _name(number)
    ecs.describe_services(cluster=CLUSTER, services=[name])
    ecs.describe_task_definition(taskDefinition=name)
    registered = ecs.register_task_definition(**_revision(number, "acme/web:2"))
    arn = registered["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(cluster=CLUSTER, service=name, taskDefinition=arn)


def _name(number: int) -> str:
    return f"web-{number}"


def _revision(number: int, image: str) -> dict[str, Any]:
    container = {"name": "web", "image": image, "cpu": 64, "memory": 128, "essential": True}
    return {"family": _name(number), "containerDefinitions": [container]}


def _variables(number: int) -> dict[str, object]:
    prefix = "Octopus.Action.Aws.Ecs"
    return {
        "Octopus.Action.Package[web].Image": "acme/web:2",
        f"{prefix}.ClusterName": CLUSTER,
        f"{prefix}.WaitOption": {"type": "DontWait"},
        f"{prefix}.Update.ServiceName": _name(number),
        f"{prefix}.Update.TargetTaskDefinitionName": _name(number),
        f"{prefix}.Update.ContainerUpdates": [{"containerName": "web", "packageReference": "web"}],
    }


if __name__ == "__main__":
    contender, services = sys.argv[1], int(sys.argv[2])
    with populated(services) as aws:
        result = update_all(aws, services, by_this_library if contender == "ours" else by_botocore)
    print(json.dumps(result))  # noqa: T201  its result
