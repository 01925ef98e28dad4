"""The floor: an image update by botocore alone, as a person would write it down.

A process of its own; it knows nothing of this library.
"""

import sys
from typing import Any

import botocore.session

cluster, service, family, container, image, waits = sys.argv[1:]

ecs: Any = botocore.session.get_session().create_client("ecs")
ecs.describe_services(cluster=cluster, services=[service])
described = ecs.describe_task_definition(taskDefinition=family)["taskDefinition"]
accepted = ecs.meta.service_model.operation_model("RegisterTaskDefinition").input_shape.members
revision = {name: value for name, value in described.items() if name in accepted}
for definition in revision["containerDefinitions"]:
    if definition["name"] == container:
        definition["image"] = image
registered = ecs.register_task_definition(**revision)["taskDefinition"]["taskDefinitionArn"]
ecs.update_service(cluster=cluster, service=service, taskDefinition=registered)
if waits == "wait":
    ecs.get_waiter("services_stable").wait(cluster=cluster, services=[service])
