from typing import Any

import pytest

from steps.deploy_ecs_service.dictionaries import (
    CONTAINERS,
    Container,
    container,
    dictionary,
    problems,
    warnings,
)

HEALTHY = {"command": ["CMD", "true"]}


def after(name: str, condition: str = "Start") -> list[dict[str, str]]:
    return [{"containerName": name, "condition": condition}]


def mount(volume: str) -> dict[str, object]:
    return {"mountPoints": [{"sourceVolume": volume, "containerPath": "/data"}]}


def firelens_logs() -> dict[str, object]:
    return {"type": "Manual", "logDriver": "AwsFirelens"}


def test_a_task_has_a_container() -> None:
    assert problems(dictionary(Containers="[]")) == [f"{CONTAINERS}: expected at least one container"]


@pytest.mark.parametrize(
    ("containers", "problem"),
    [
        pytest.param(
            [container("web"), container("api"), container("web")],
            "[2].containerName: repeats the container 'web'",
            id="name twice",
        ),
        pytest.param(
            [container("web", essential="False"), container("api", essential=False)],
            ": expected at least one essential container: a task stops with it",
            id="none essential",
        ),
        pytest.param(
            [container("web", dependencies=after("db"))],
            "[0].dependencies[0].containerName: names no container of this task: 'db'; there are web",
            id="unknown dependency",
        ),
        pytest.param(
            [container("web", dependencies=after("api", "Healthy")), container("api")],
            "[0].dependencies[0].condition: Healthy needs a health check on container api",
            id="health of a container without a health check",
        ),
        pytest.param(
            [container("web", dependencies=after("setup", "complete")), container("setup")],
            "[0].dependencies[0].condition: Complete cannot be: container setup is essential, "
            "and the task stops when it ends",
            id="end of an essential container",
        ),
        pytest.param(
            [container("web", dependencies=after("setup", "Success")), container("setup")],
            "[0].dependencies[0].condition: Success cannot be: container setup is essential, "
            "and the task stops when it ends",
            id="success of an essential container",
        ),
        pytest.param(
            [
                container("web", dependencies=after("api")),
                container("api", dependencies=after("db")),
                container("db", dependencies=after("web")),
            ],
            ": containers depend on each other in a circle: web -> api -> db -> web",
            id="circle",
        ),
        pytest.param(
            [container("web", dependencies=after("web"))],
            ": containers depend on each other in a circle: web -> web",
            id="container that depends on itself",
        ),
        pytest.param(
            [container("web", containerStorage=mount("data"))],
            "[0].containerStorage.mountPoints[0].sourceVolume: names no volume of this task: 'data'; "
            "there is none",
            id="mount of no volume",
        ),
        pytest.param(
            [container("web", containerStorage={"volumeFrom": [{"sourceContainer": "db"}]})],
            "[0].containerStorage.volumeFrom[0].sourceContainer: "
            "names no container of this task: 'db'; there are web",
            id="volumes of an unknown container",
        ),
        pytest.param(
            [container("web", cpus="200"), container("api", cpus="57")],
            ": ask for 257 CPU units together; the task has 256",
            id="too much CPU",
        ),
        pytest.param(
            [container("web", memoryLimitSoft="256"), container("api", memoryLimitHard="257")],
            ": reserve 513 MiB together; the task has 512 MiB",
            id="too much memory",
        ),
        pytest.param(
            [container("web", memoryLimitSoft="256", memoryLimitHard="600")],
            "[0].memoryLimitHard: 600 MiB is more than the task's 512 MiB",
            id="a limit that is out of reach",
        ),
        pytest.param(
            [container("web", containerLogging=firelens_logs())],
            "[0].containerLogging.logDriver: "
            "AwsFirelens needs a container of this task with FireLens enabled, the log router",
            id="FireLens without a router",
        ),
    ],
)
def test_containers_that_ecs_would_not_run_together_are_a_problem(
    containers: list[Container], problem: str
) -> None:
    assert problems(dictionary(*containers)) == [f"{CONTAINERS}{problem}"]


def test_a_mount_of_an_unknown_volume_lists_the_volumes() -> None:
    variables = dictionary(
        container(containerStorage=mount("date")), Volumes=[{"name": "data"}, {"name": "logs"}]
    )

    assert problems(variables) == [
        (
            f"{CONTAINERS}[0].containerStorage.mountPoints[0].sourceVolume: "
            "names no volume of this task: 'date'; there are data, logs"
        )
    ]


def test_a_port_that_two_containers_listen_on_is_a_warning() -> None:
    containers = [
        container("web", containerPortMappings=[{"containerPort": 80}, {"containerPort": 53}]),
        container(
            "api",
            containerPortMappings=[
                {"containerPort": "80"},
                {"containerPort": 53, "protocol": "Udp"},
            ],
        ),
    ]

    assert warnings(dictionary(*containers)) == [
        (
            f"{CONTAINERS}[1].containerPortMappings[0].containerPort: "
            "80/tcp is mapped twice; the containers of a Fargate task share one network"
        )
    ]


@pytest.mark.parametrize(
    ("containers", "changes"),
    [
        ([container("web"), container("api", essential="False")], {}),
        ([container("web", dependencies=after("api", "Healthy")), container("api", healthCheck=HEALTHY)], {}),
        (
            [container("web", dependencies=after("setup", "Success")), container("setup", essential=False)],
            {},
        ),
        (
            [
                container("web", dependencies=[*after("api"), *after("db")]),
                container("api", dependencies=after("db")),
                container("db"),
            ],
            {},
        ),
        ([container("web", containerStorage=mount("data"))], {"Volumes": [{"name": "data"}]}),
        (
            [
                container("web", containerStorage={"volumeFrom": [{"sourceContainer": "api"}]}),
                container("api"),
            ],
            {},
        ),
        ([container("web", cpus="200"), container("api", cpus="56"), container("db")], {}),
        (
            [
                container("web", memoryLimitSoft="256", memoryLimitHard="512"),
                container("api", memoryLimitHard=256),
                container("db"),
            ],
            {},
        ),
        (
            [
                container("web", containerLogging=firelens_logs()),
                container("router", firelensConfiguration={"type": "Enabled"}),
            ],
            {},
        ),
        ([container("web", containerLogging={"type": "Auto", "logDriver": "AwsFirelens"})], {}),
    ],
)
def test_containers_that_ecs_runs_together_have_no_problem_and_no_warning(
    containers: list[Container], changes: dict[str, Any]
) -> None:
    assert problems(dictionary(*containers, **changes)) == []
    assert warnings(dictionary(*containers, **changes)) == []


@pytest.mark.parametrize(
    "mistake",
    [
        {"containerPortMappings": [{"containerPort": "http"}]},
        {"environmentVariables": {}},
        {"healthCheck": 5},
        {"essential": "maybe"},
        {"unknown": None},
        {"cpus": []},
    ],
)
def test_a_mistake_in_one_container_does_not_hide_a_repeated_name(mistake: dict[str, Any]) -> None:
    found = problems(dictionary(container("web", **mistake), container("api"), container("api")))

    assert len(found) == 2
    assert found[0].startswith(f"{CONTAINERS}[0].")
    assert found[1] == f"{CONTAINERS}[2].containerName: repeats the container 'api'"


@pytest.mark.parametrize("name", [None, "no name"])
def test_where_a_name_is_missing_nothing_is_reported_as_unknown(name: str | None) -> None:
    containers = [
        container(
            "web", dependencies=after("api"), containerStorage={"volumeFrom": [{"sourceContainer": "api"}]}
        ),
        container() | {"containerName": name},
    ]

    [found] = problems(dictionary(*containers))

    assert found.startswith(f"{CONTAINERS}[1].containerName: ")


def test_where_the_volumes_cannot_be_read_no_mount_is_reported() -> None:
    variables = dictionary(container(containerStorage=mount("data")), Volumes="[{")

    [problem] = problems(variables)
    assert problem.startswith(
        "Octopus.Action.Aws.Ecs.Deploy.Volumes: expected a list as JSON: it ends too early"
    )


def test_where_the_size_is_unknown_no_container_is_too_large() -> None:
    variables = dictionary(container(cpus=9999, memoryLimitHard=9999), Cpu="", Memory="lots")

    assert problems(variables) == [
        "Octopus.Action.Aws.Ecs.Deploy.Cpu: is required",
        'Octopus.Action.Aws.Ecs.Deploy.Memory: expected MiB or GB, such as 512 or 0.5 GB, not "lots"',
    ]
