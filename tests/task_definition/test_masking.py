from ecs_steps.reporting.text import MASK
from ecs_steps.task_definition.masking import mask_template


def test_what_a_template_refers_to_is_not_masked() -> None:
    options = {"awslogs-group": {"Ref": "LogGroupName"}, "awslogs-stream-prefix": "ecs"}
    logs = {"LogDriver": "awslogs", "Options": options}
    definition = {"Name": "web", "LogConfiguration": logs}
    template = {"Resources": {"Task": {"Properties": {"ContainerDefinitions": [definition]}}}}

    shown = mask_template(template)

    [container] = shown["Resources"]["Task"]["Properties"]["ContainerDefinitions"]
    assert container["LogConfiguration"]["Options"] == options | {"awslogs-stream-prefix": MASK}
    assert logs["Options"] == options
