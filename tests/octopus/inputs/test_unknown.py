"""Variables that a step does not know, through the two steps that there are."""

import pytest

from ecs_steps import DeployEcsServiceStep, InvalidInputsError, UpdateEcsServiceStep
from ecs_steps.octopus.inputs import unknown
from ecs_steps.steps.registry import STEPS
from steps.deploy_ecs_service.dictionaries import dictionary, minimal

ECS = "Octopus.Action.Aws.Ecs"
UPDATE = {
    f"{ECS}.ClusterName": "shop",
    f"{ECS}.Update.ServiceName": "web",
    f"{ECS}.Update.TargetTaskDefinitionName": "web",
    f"{ECS}.Update.ContainerUpdates": '[{"containerName": "web", "packageReference": "web"}]',
    "Octopus.Action.Package[web].Image": "acme/web:2",
}
TAGS = '[{"key": "team", "value": "shop"}]'


def deploy_warnings(**others: str) -> list[str]:
    return [str(warning) for warning in DeployEcsServiceStep(dictionary(others=others)).warnings]


def update_warnings(**others: str) -> list[str]:
    return [str(warning) for warning in UpdateEcsServiceStep({**UPDATE, **others}).warnings]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        (f"{ECS}.Deploy.DesiredCout", f"{ECS}.Deploy.DesiredCount"),
        (f"{ECS}.Deploy.LoadBalancerMapping", f"{ECS}.Deploy.LoadBalancerMappings"),
        (f"{ECS}.Deplyo.DesiredCount", f"{ECS}.Deploy.DesiredCount"),
        (f"{ECS}.WaitOptions", f"{ECS}.WaitOption"),
        (f"{ECS}.FailFast.StoppedTask", f"{ECS}.FailFast.StoppedTasks"),
        (f"{ECS}.deploy.onfailur", f"{ECS}.Deploy.OnFailure"),
    ],
)
def test_a_misspelt_variable_is_a_warning_with_the_nearest_name(name: str, nearest: str) -> None:
    assert deploy_warnings(**{name: "1"}) == [f"{name}: is no variable of this step; did you mean {nearest}"]


@pytest.mark.parametrize("name", [f"{ECS}.Deploy.Colour", f"{ECS}.Paint.Colour", f"{ECS}.Colour"])
def test_a_variable_that_resembles_none_is_a_warning_as_well(name: str) -> None:
    assert deploy_warnings(**{name: "red"}) == [f"{name}: is no variable of this step"]


def test_the_misspelt_name_of_a_required_variable_is_in_the_error() -> None:
    variables = {name: value for name, value in UPDATE.items() if not name.endswith(".ServiceName")}

    with pytest.raises(InvalidInputsError) as error:
        UpdateEcsServiceStep({**variables, f"{ECS}.Update.ServceName": "web", f"{ECS}.WaitOptions": "{}"})

    assert list(map(str, error.value.problems)) == [
        f"{ECS}.Update.ServiceName: is required",
        f"{ECS}.Update.ServceName: is no variable of this step; did you mean {ECS}.Update.ServiceName",
    ]


def test_the_groups_are_those_of_all_steps() -> None:
    prefix = f"{ECS}.".casefold()
    names = {
        name.removeprefix(prefix) for row in STEPS for name in row.variable_names() if name.startswith(prefix)
    }

    assert {name.rpartition(".")[0] for name in names} - {""} == unknown.GROUPS


def test_variables_of_another_step_are_no_mistake() -> None:
    assert deploy_warnings(**UPDATE) == []
    assert update_warnings(**minimal()) == []


def test_variables_elsewhere_are_no_mistake() -> None:
    assert deploy_warnings(**{"Octopus.Action.Aws.Regoin": "x", "Deploy.DesiredCout": "1"}) == []


def test_the_tag_variables_of_the_two_steps_are_distinguished() -> None:
    deploy, update = f"{ECS}.Tags", "Octopus.Action.Aws.Tags"

    assert deploy_warnings(**{update: TAGS}) == [
        f"{update}: is not read by this step, whose tags are in {deploy}"
    ]
    assert update_warnings(**{deploy: TAGS}) == [
        f"{deploy}: is not read by this step, whose tags are in {update}"
    ]
    assert update_warnings(**{deploy: TAGS, update: TAGS}) == []
    assert deploy_warnings(**{deploy: TAGS, update: TAGS}) == []


def test_no_more_than_a_hundred_of_them_are_reported() -> None:
    assert len(deploy_warnings(**{f"{ECS}.Deploy.Colour{number}": "1" for number in range(5000)})) == 100
