from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps import DeployEcsServiceStep, InvalidInputsError
from ecs_steps.task_definition.inputs import SIZES
from steps.deploy_ecs_service.dictionaries import (
    CONTAINERS,
    DEPLOY,
    ECS,
    container,
    dictionary,
    minimal,
    problems,
    warnings,
)

TARGET_GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0f1e2d3c4b5a6978"
STUCK = (
    "like the maximum: no deployment could ever start, since no task may stop before another has started "
    "and none may start before one has stopped"
)


def mapping(container_name: str, port: object) -> dict[str, object]:
    return {"containerName": container_name, "containerPort": port, "targetGroupArn": TARGET_GROUP}


def efs(**members: object) -> dict[str, object]:
    return {"type": "Efs", "name": "data", "fileSystemId": "fs-0d4e5f60718293a4b"} | members


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        pytest.param(
            {"others": {"Octopus.Environment.Id": ""}},
            "Octopus.Environment.Id: is required where no CloudFormation stack name is given",
            id="no environment",
        ),
        pytest.param(
            {"CFStackName": "1st-stack"},
            f"{DEPLOY}.CFStackName: expected a letter, then up to 127 letters, digits and hyphens, "
            "not '1st-stack'",
            id="illegal stack name",
        ),
        pytest.param(
            {"CFStackName": "s" * 129},
            f"{DEPLOY}.CFStackName: expected a letter, then up to 127 letters, digits and hyphens, "
            f"not '{'s' * 129}'",
            id="long stack name",
        ),
        pytest.param(
            {"others": {"Octopus.Environment.Id": "\u65e5\u672c"}},
            f"{DEPLOY}.CFStackName: is needed here: the generated name "
            r"'cf-ecs-samplesTargetContainersDevelopment-octopetshopWeb-\u65e5\u672c-untenanted' "
            "is not one that CloudFormation takes",
            id="illegal generated stack name",
        ),
        pytest.param(
            {"ServiceTaskName": "_"},
            f"{DEPLOY}.ServiceTaskName: has no letter or digit to name the stack's resources after: '_'",
            id="empty logical ids",
        ),
        pytest.param(
            {"ServiceTaskName": "s" * 255},
            f"{DEPLOY}.ServiceTaskName: is too long: the stack's resources would have names of 272 "
            "characters, and 255 are allowed",
            id="long logical ids",
        ),
        pytest.param(
            {"Cpu": "300"},
            f"{DEPLOY}.Cpu: Fargate has no tasks of '300' CPU; "
            "expected one of 256, 512, 1024, 2048, 4096, 8192, 16384, 32768",
            id="no such CPU",
        ),
        pytest.param(
            {"Cpu": ".25 vCPU", "Memory": "4 GB"},
            f"{DEPLOY}.Memory: Fargate pairs 256 CPU units with 512, 1024, 2048 MiB, not with '4 GB'",
            id="no such memory",
        ),
        pytest.param(
            {"Cpu": "1024", "Memory": "512"},
            f"{DEPLOY}.Memory: Fargate pairs 1024 CPU units with "
            "2048, 3072, 4096, 5120, 6144, 7168, 8192 MiB, not with '512'",
            id="too little memory",
        ),
        pytest.param(
            {"MinimumHealthPercent": "150", "MaximumHealthPercent": "120"},
            f"{DEPLOY}.MinimumHealthPercent: 150 is above the maximum of 120",
            id="minimum above maximum",
        ),
        pytest.param(
            {"MinimumHealthPercent": "100", "MaximumHealthPercent": "100"},
            f"{DEPLOY}.MinimumHealthPercent: is 100 {STUCK}",
            id="both 100",
        ),
        pytest.param(
            {"MinimumHealthPercent": "0", "MaximumHealthPercent": "0"},
            f"{DEPLOY}.MinimumHealthPercent: is 0 {STUCK}",
            id="both 0",
        ),
        pytest.param(
            {"Volumes": [{"name": "data"}, {"name": "logs"}, efs()]},
            f"{DEPLOY}.Volumes[2].name: repeats the volume 'data'",
            id="volume twice",
        ),
        pytest.param(
            {"Volumes": [efs(fileSystemId="")]},
            f"{DEPLOY}.Volumes[0].fileSystemId: is required for an EFS volume",
            id="no file system",
        ),
        pytest.param(
            {"Volumes": [efs(efsIamAuthorization="true")]},
            f"{DEPLOY}.Volumes[0].encryptionInTransit: must be True: EFS requires it with IAM authorization",
            id="IAM without encryption",
        ),
        pytest.param(
            {"Volumes": [efs(accessPointId="fsap-00000001", encryptionInTransit="FALSE")]},
            f"{DEPLOY}.Volumes[0].encryptionInTransit: must be True: EFS requires it with an access point",
            id="access point without encryption",
        ),
        pytest.param(
            {
                "Volumes": [
                    efs(accessPointId="fsap-00000001", encryptionInTransit=True, rootDirectory="/shop")
                ]
            },
            f"{DEPLOY}.Volumes[0].rootDirectory: must be empty or / with an access point, "
            "which brings its own, not '/shop'",
            id="access point with a root directory",
        ),
        pytest.param(
            {"LoadBalancerMappings": [mapping("api", 80)]},
            f"{DEPLOY}.LoadBalancerMappings[0].containerName: "
            "names no container of this task: 'api'; there are web",
            id="mapping of an unknown container",
        ),
        pytest.param(
            {"LoadBalancerMappings": [mapping("web", 80)]},
            f"{DEPLOY}.LoadBalancerMappings[0].containerPort: 80 is no port of container web; it has none",
            id="mapping of a container without ports",
        ),
        pytest.param(
            {
                "LoadBalancerMappings": [mapping("web", "8081")],
                "Containers": [
                    container(containerPortMappings=[{"containerPort": 8080}, {"containerPort": 9090}])
                ],
            },
            f"{DEPLOY}.LoadBalancerMappings[0].containerPort: "
            "8081 is no port of container web; it has 8080, 9090",
            id="mapping of an unknown port",
        ),
        pytest.param(
            {"others": {f"{ECS}.Tags": [{"key": f"k{n}", "value": "v"} for n in range(21)]}},
            f"{ECS}.Tags: holds 21 tags; at most 20 are allowed",
            id="21 tags",
        ),
        pytest.param(
            {"others": {f"{ECS}.Tags": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]}},
            f"{ECS}.Tags[1].key: repeats the tag 'a'",
            id="tag twice",
        ),
        pytest.param(
            {"others": {f"{ECS}.Tags": [{"key": "AWS:team", "value": "1"}]}},
            f"{ECS}.Tags[0].key: begins with aws:, which is reserved for AWS: 'AWS:team'",
            id="tag of AWS",
        ),
        pytest.param(
            {"others": {f"{ECS}.WaitOption": {"type": "WaitWithTimeout"}}},
            f"{ECS}.WaitOption.timeoutMinutes: is required to wait with a timeout",
            id="timeout without minutes",
        ),
    ],
)
def test_what_does_not_fit_together_is_a_problem(changes: dict[str, Any], problem: str) -> None:
    assert problems(dictionary(**changes)) == [problem]


@pytest.mark.parametrize(
    "changes",
    [
        {"CFStackName": "my-stack", "others": {"Octopus.Environment.Id": None}},
        {"CFStackName": "s" * 128},
        {"ServiceTaskName": "2048"},
        {"Cpu": "32 vCPU", "Memory": "244 GB"},
        {"DesiredCount": "0"},
        {"MinimumHealthPercent": "0", "MaximumHealthPercent": "100"},
        {"Volumes": [efs(rootDirectory="/shop")]},
        {"Volumes": [efs(accessPointId="fsap-00000001", rootDirectory="/", encryptionInTransit="true")]},
        {"others": {f"{ECS}.Tags": [{"key": f"k{n}", "value": "v"} for n in range(20)]}},
        {"others": {f"{ECS}.WaitOption": {"type": "WaitWithTimeout", "timeoutMinutes": 0}}},
    ],
)
def test_what_fits_together_is_neither_a_problem_nor_a_warning(changes: dict[str, Any]) -> None:
    assert problems(dictionary(**changes)) == []
    assert warnings(dictionary(**changes)) == []


@pytest.mark.parametrize("cpu", SIZES)
def test_every_size_of_fargate_is_taken_and_no_other(cpu: int) -> None:
    every_memory = sorted({memory for memories in SIZES.values() for memory in memories})

    taken = [memory for memory in every_memory if not problems(dictionary(Cpu=cpu, Memory=memory))]

    assert taken == list(SIZES[cpu])


@pytest.mark.parametrize(
    ("desired", "least", "most", "shown"),
    [
        (1, 100, 150, "150 % of 1 rounds down to 1, and the minimum keeps 1"),
        (3, 100, 133, "133 % of 3 rounds down to 3, and the minimum keeps 3"),
        (1, 50, 100, "100 % of 1 rounds down to 1, and the minimum keeps 1"),
        (1, 0, 50, "50 % of 1 rounds down to 0, and the minimum keeps 0"),
    ],
)
def test_percents_that_a_small_count_rounds_to_a_standstill_are_a_warning(
    desired: int, least: int, most: int, shown: str
) -> None:
    variables = dictionary(DesiredCount=desired, MinimumHealthPercent=least, MaximumHealthPercent=most)

    assert warnings(variables) == [
        (
            f"{DEPLOY}.MaximumHealthPercent: {shown}: "
            "later deployments could never start a task; a maximum of 200 always works"
        )
    ]


@given(st.integers(1, 1000), st.integers(0, 100), st.integers(101, 400))
def test_only_percents_that_let_a_task_start_or_stop_have_no_problem_and_no_warning(
    desired: int, least: int, most: int
) -> None:
    may_stop = desired * 100 - desired * least >= 100
    may_start = desired * most - desired * 100 >= 100
    variables = dictionary(DesiredCount=desired, MinimumHealthPercent=least, MaximumHealthPercent=most)

    assert (warnings(variables) == []) is (may_stop or may_start)


@pytest.mark.parametrize(
    ("tag", "warning"),
    [
        ({"key": "my!key", "value": "x"}, "is sent without what AWS refuses in a tag, as 'mykey' = 'x'"),
        ({"key": "team", "value": ""}, "is dropped: AWS would see an empty key or value ('team')"),
    ],
)
def test_tags_that_change_before_they_are_sent_are_a_warning(tag: dict[str, str], warning: str) -> None:
    assert warnings(dictionary(others={f"{ECS}.Tags": [tag]})) == [f"{ECS}.Tags[0]: {warning}"]


def test_a_valid_dictionary_has_no_warnings() -> None:
    assert warnings(minimal()) == []


def test_all_problems_are_reported_at_once_variables_first_then_what_does_not_fit_together() -> None:
    variables = dictionary(
        container("web", gpus="1"),
        container("web", essential="perhaps"),
        container(
            "api", containerImageReference={"referenceId": "api2"}, dependencies=[{"containerName": "x"}]
        ),
        ServiceTaskName=None,
        Cpu="1024",
        Memory="512",
        SubnetIds="",
        DesiredCount="two",
        MinimumHealthPercent="100",
        MaximumHealthPercent="50",
        Volumes=[{"name": "data"}, {"name": "data", "size": 1}, efs(name="efs", fileSystemId=None)],
        LoadBalancerMappings=[mapping("web", 80), mapping("api", "x"), mapping("gone", 80)],
        others={f"{ECS}.Tags": [{"key": "aws:x", "value": "1"}]},
    )

    found = problems(variables)

    assert found == [
        f"{DEPLOY}.ServiceTaskName: is required",
        f'{DEPLOY}.DesiredCount: expected a whole number from 0 to 2147483647, or Keep, not "two"',
        f"{DEPLOY}.SubnetIds: is required",
        f'{DEPLOY}.LoadBalancerMappings[1].containerPort: expected a whole number from 1 to 65535, not "x"',
        (
            f"{DEPLOY}.Volumes[1].size: is no known member; known are type, name, fileSystemId, "
            "accessPointId, rootDirectory, encryptionInTransit, efsIamAuthorization"
        ),
        f'{CONTAINERS}[1].essential: expected True or False, not "perhaps"',
        (
            f"{DEPLOY}.Memory: Fargate pairs 1024 CPU units with "
            "2048, 3072, 4096, 5120, 6144, 7168, 8192 MiB, not with '512'"
        ),
        f"{DEPLOY}.Volumes[1].name: repeats the volume 'data'",
        f"{DEPLOY}.Volumes[2].fileSystemId: is required for an EFS volume",
        f"{CONTAINERS}[1].containerName: repeats the container 'web'",
        (
            f"{CONTAINERS}[2].dependencies[0].containerName: "
            "names no container of this task: 'x'; there are web, api"
        ),
        (
            f"{CONTAINERS}[2].containerImageReference: no image is known for package reference 'api2': "
            "Octopus.Action.Package[api2].Image has no value"
        ),
        f"{CONTAINERS}[0].gpus: Fargate has no GPUs, and 1 are requested; leave it empty",
        f"{DEPLOY}.LoadBalancerMappings[0].containerPort: 80 is no port of container web; it has none",
        (
            f"{DEPLOY}.LoadBalancerMappings[2].containerName: "
            "names no container of this task: 'gone'; there are web, api"
        ),
        f"{ECS}.Tags[0].key: begins with aws:, which is reserved for AWS: 'aws:x'",
    ]


def test_the_error_lists_every_problem_a_line_each() -> None:
    with pytest.raises(InvalidInputsError) as raised:
        DeployEcsServiceStep(dictionary(Cpu="", MaximumHealthPercent="100"))

    assert str(raised.value) == (
        "The inputs are not valid (2 problems):\n"
        f"  {DEPLOY}.Cpu: is required\n"
        f"  {DEPLOY}.MinimumHealthPercent: is 100 {STUCK}"
    )
