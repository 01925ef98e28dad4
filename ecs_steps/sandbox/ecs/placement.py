"""Where a new task of a deployment is put, and what it is made of."""

from ecs_steps.sandbox.ecs.deployment import Deployment
from ecs_steps.sandbox.ecs.plan import FailurePlan
from ecs_steps.sandbox.ecs.request import Tags, merge_tags
from ecs_steps.sandbox.ecs.service import Service
from ecs_steps.sandbox.ecs.task import Container, Task, Watcher


def place(
    service: Service, deployment: Deployment, failure_plan: FailurePlan | None, watcher: Watcher
) -> Task:
    """Make a task of a deployment; nothing has happened to it yet."""
    account = service.account
    task_id = account.hex_id()
    revision = deployment.revision.task_definition
    on_instance = deployment.revision.launch_type == "EC2"
    awsvpc = revision.members.get("networkMode") == "awsvpc"
    host = account.random.randrange(2**16)
    instance = f"container-instance/{service.cluster_name}/{account.hex_id()}"
    return Task(
        id=task_id,
        arn=account.arn(f"task/{service.cluster_name}/{task_id}"),
        cluster_arn=service.cluster_arn,
        group=f"service:{service.name}",
        started_by=deployment.id,
        revision=revision,
        launch_type=deployment.revision.launch_type,
        containers=[
            Container(
                definition=definition,
                arn=account.arn(f"container/{service.cluster_name}/{task_id}/{account.uuid()}"),
            )
            for definition in revision.containers
        ],
        target_groups=[
            (route.target_group, route.container, route.port) for route in deployment.revision.routes
        ],
        grace_period=float(service.members["healthCheckGracePeriodSeconds"]),
        address=f"10.0.{host // 256}.{host % 256}" if awsvpc else f"i-{account.hex_id()[:17]}",
        container_instance=account.arn(instance) if on_instance else "",
        tags=_tags(service, deployment),
        failure_plan=failure_plan,
        watcher=watcher,
        created_at=account.now,
        last_status="PROVISIONING" if awsvpc else "PENDING",
    )


def _tags(service: Service, deployment: Deployment) -> Tags:
    match service.members["propagateTags"]:
        case "SERVICE":
            propagated = service.tags
        case "TASK_DEFINITION":
            propagated = deployment.revision.task_definition.tags
        case _:
            propagated = []
    managed = {"aws:ecs:clusterName": service.cluster_name, "aws:ecs:serviceName": service.name}
    if not service.members["enableECSManagedTags"]:
        managed = {}
    users = [tag for tag in propagated if not tag["key"].startswith("aws:")]
    return merge_tags(users, [{"key": key, "value": value} for key, value in managed.items()])
