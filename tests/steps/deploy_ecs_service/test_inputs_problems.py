"""What variables say that cannot be read."""

from typing import Any

import pytest

from steps.deploy_ecs_service.dictionaries import (
    CONTAINERS,
    DEPLOY,
    ECS,
    container,
    dictionary,
    minimal,
    problems,
)

VOLUME = "type, name, fileSystemId, accessPointId, rootDirectory, encryptionInTransit, efsIamAuthorization"
TARGET_GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0f1e2d3c4b5a6978"


SUBNET = "a subnet id, such as subnet-0a1b2c3d4e5f60718"
SECURITY_GROUP = "a security group id, such as sg-0c3d4e5f607182930"
FILE_SYSTEM = "an EFS file system id, such as fs-0d4e5f60718293a4b"
INCOMPLETE = "it ends too early: a closing bracket, brace or quote is missing"
RETENTION = (
    "1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653"
)
WAIT_EXAMPLE = '{"type": "WaitWithTimeout", "timeoutMinutes": "30"}'
CONTAINERS_EXAMPLE = (
    '[{"containerName": "web", "containerImageReference": {"referenceId": "web"}, '
    '"containerPortMappings": [{"containerPort": "80"}]}]'
)


@pytest.mark.parametrize("nothing", [None, "", " "])
def test_everything_that_is_required_is_reported_at_once(nothing: str | None) -> None:
    assert problems(dict.fromkeys(minimal(), nothing)) == [
        f"{ECS}.ClusterName: is required",
        f"{DEPLOY}.ServiceTaskName: is required",
        f"{DEPLOY}.Cpu: is required",
        f"{DEPLOY}.Memory: is required",
        f"{DEPLOY}.SecurityGroupIds: is required",
        f"{DEPLOY}.SubnetIds: is required",
        f"{CONTAINERS}: expected at least one container",
    ]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"ServiceTaskName": "web.api"},
            'ServiceTaskName: expected 1 to 255 letters, digits, hyphens and underscores, not "web.api"',
        ),
        (
            {"Cpu": "large"},
            'Cpu: expected CPU units or vCPUs, such as 256 or .25 vCPU, not "large"',
        ),
        ({"Memory": "512 MB"}, 'Memory: expected MiB or GB, such as 512 or 0.5 GB, not "512 MB"'),
        (
            {"RuntimeArchitecturePlatform": "x86"},
            'RuntimeArchitecturePlatform: expected one of X86_64, ARM64, not "x86"',
        ),
        (
            {"DesiredCount": "-1"},
            'DesiredCount: expected a whole number from 0 to 2147483647, or Keep, not "-1"',
        ),
        (
            {"MinimumHealthPercent": "50%"},
            'MinimumHealthPercent: expected a whole number from 0 to 2147483647, not "50%"',
        ),
        (
            {"MaximumHealthPercent": "1.5"},
            'MaximumHealthPercent: expected a whole number from 0 to 2147483647, not "1.5"',
        ),
        ({"AutoAssignPublicIp": "yes"}, 'AutoAssignPublicIp: expected True or False, not "yes"'),
        ({"EnableEcsManagedTags": "1"}, 'EnableEcsManagedTags: expected True or False, not "1"'),
        ({"RetainTaskDefinitions": "on"}, 'RetainTaskDefinitions: expected True or False, not "on"'),
        ({"TaskRole": "web"}, 'TaskRole: expected the ARN of an IAM role, not "web"'),
        (
            {"TaskExecutionRole": "arn:aws:s3:::bucket"},
            'TaskExecutionRole: expected the ARN of an IAM role, not "arn:aws:s3:::bucket"',
        ),
        ({"SecurityGroupIds": "[]"}, f"SecurityGroupIds: expected at least one id: {SECURITY_GROUP}"),
        ({"SubnetIds": ","}, f"SubnetIds: expected at least one id: {SUBNET}"),
        (
            {"DesiredCount": "as many as now"},
            'DesiredCount: expected a whole number from 0 to 2147483647, or Keep, not "as many as now"',
        ),
        (
            {"LogRetentionDays": "2"},
            f'LogRetentionDays: expected one of {RETENTION}, not "2"',
        ),
        (
            {"LogGroupName": "aws/web"},
            'LogGroupName: expected 1 to 512 letters, digits and characters of _/.#-, not "aws/web"',
        ),
        ({"SubnetIds": "subnet-1"}, f'SubnetIds[0]: expected {SUBNET}, not "subnet-1"'),
        ({"SecurityGroupIds": ["web"]}, f'SecurityGroupIds[0]: expected {SECURITY_GROUP}, not "web"'),
        (
            {"Volumes": [{"type": "Efs", "name": "a", "fileSystemId": "files"}]},
            f'Volumes[0].fileSystemId: expected {FILE_SYSTEM}, not "files"',
        ),
        ({"SubnetIds": ["subnet-00000001", {}]}, "SubnetIds[1]: expected a text, not an object"),
        (
            {"SubnetIds": '["subnet-00000001"'},
            f"SubnetIds: expected a list as JSON: {INCOMPLETE}",
        ),
        (
            {"Containers": "{}"},
            f"Containers: expected a list, not an object; for example {CONTAINERS_EXAMPLE}",
        ),
        (
            {"Containers": "web"},
            f"Containers: expected a list as JSON: it is a plain text; for example {CONTAINERS_EXAMPLE}",
        ),
        (
            {"Volumes": [{"type": "Docker", "name": "a"}]},
            'Volumes[0].type: expected one of Bind, Efs, not "Docker"',
        ),
        ({"Volumes": [{"type": "Bind"}]}, "Volumes[0].name: is required"),
        (
            {"Volumes": [{"name": "my data"}]},
            'Volumes[0].name: expected 1 to 255 letters, digits, hyphens and underscores, not "my data"',
        ),
        (
            {"Volumes": [{"name": "a", "host": "/x"}]},
            f"Volumes[0].host: is no known member; known are {VOLUME}",
        ),
        (
            {"LoadBalancerMappings": [{"containerName": "web", "containerPort": "80"}]},
            "LoadBalancerMappings[0].targetGroupArn: is required",
        ),
        (
            {
                "LoadBalancerMappings": [
                    {"containerName": "web", "containerPort": "0", "targetGroupArn": TARGET_GROUP}
                ]
            },
            'LoadBalancerMappings[0].containerPort: expected a whole number from 1 to 65535, not "0"',
        ),
        (
            {
                "LoadBalancerMappings": [
                    {"containerName": "web", "containerPort": "80", "targetGroupArn": "web"}
                ]
            },
            'LoadBalancerMappings[0].targetGroupArn: expected an ARN, not "web"',
        ),
    ],
)
def test_each_variable_says_what_it_expected(changes: dict[str, Any], problem: str) -> None:
    web: dict[str, Any] = {"Containers": [container(containerPortMappings=[{"containerPort": 80}])]}
    variables = dictionary(**(web | changes))

    assert problems(variables) == [f"{DEPLOY}.{problem}"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({f"{ECS}.Tags": [{"value": "x"}]}, "Tags[0].key: is required"),
        (
            {f"{ECS}.Tags": {"team": "shop"}},
            'Tags: expected a list, not an object; for example [{"key": "team", "value": "shop"}]',
        ),
        (
            {f"{ECS}.WaitOption": {"type": "Forever"}},
            'WaitOption.type: expected one of DontWait, WaitUntilCompleted, WaitWithTimeout, not "Forever"',
        ),
        (
            {f"{ECS}.WaitOption": {"type": "WaitWithTimeout", "timeoutMinutes": "soon"}},
            'WaitOption.timeoutMinutes: expected a whole number from 0 to 2147483647, not "soon"',
        ),
        (
            {f"{ECS}.WaitOption": "DontWait"},
            f"WaitOption: expected an object as JSON: it is a plain text; for example {WAIT_EXAMPLE}",
        ),
    ],
)
def test_so_does_each_variable_that_steps_share(changes: dict[str, object], problem: str) -> None:
    assert problems(dictionary(others=changes)) == [f"{ECS}.{problem}"]


def test_what_stays_open_is_a_problem_that_names_the_expression() -> None:
    variables = dictionary(
        container(environmentVariables=[{"key": "A", "value": "x#{Password}"}], essential="#{IsEssential}"),
        Cpu="#{Cpu}",
        SubnetIds="subnet-00000001\n#{Subnet}",
    )

    assert problems(variables) == [
        f"{DEPLOY}.Cpu: no variable gives #{{Cpu}} a value",
        f"{DEPLOY}.SubnetIds: no variable gives #{{Subnet}} a value",
        f"{CONTAINERS}[0].essential: no variable gives #{{IsEssential}} a value",
        f"{CONTAINERS}[0].environmentVariables[0].value: no variable gives #{{Password}} a value",
    ]
