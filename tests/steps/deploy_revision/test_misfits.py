from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve

from ecs_steps.aws.ecs import BalancedContainer, Service
from ecs_steps.steps.deploy_revision.plan import misfits
from rollouts.examples import SERVICE


def service(*, launch_type: str = "", port: int = 80) -> Service:
    balanced = BalancedContainer(name="web", port=port)
    return evolve(SERVICE, launch_type=launch_type, balanced_containers=(balanced,))


def revision(*mappings: Mapping[str, Any], **members: object) -> dict[str, object]:
    return {"containerDefinitions": [{"name": "web", "portMappings": mappings}], **members}


@pytest.mark.parametrize("mapping", [{"containerPort": 80}, {"containerPortRange": "70-90"}])
def test_a_revision_whose_container_maps_the_port_fits(mapping: Mapping[str, Any]) -> None:
    assert list(misfits(revision(mapping), service())) == []


@pytest.mark.parametrize("mapping", [{"containerPort": 81}, {"containerPortRange": "81-90"}])
def test_a_revision_whose_container_does_not_map_the_port_does_not_fit(mapping: Mapping[str, Any]) -> None:
    assert len(list(misfits(revision(mapping), service()))) == 1


@pytest.mark.parametrize(
    ("launch_type", "compatible", "fits"),
    [
        ("FARGATE", ["EC2", "FARGATE"], True),
        ("FARGATE", ["EC2", "EXTERNAL"], False),
        ("EC2", ["FARGATE", "EC2"], True),
        ("EXTERNAL", ["FARGATE", "EC2"], False),
        ("", ["EC2"], True),
        ("FARGATE", [], True),
    ],
)
def test_a_revision_fits_the_launch_type_that_it_is_compatible_with(
    launch_type: str, compatible: list[str], *, fits: bool
) -> None:
    found = misfits(
        revision({"containerPort": 80}, compatibilities=compatible), service(launch_type=launch_type)
    )

    assert (list(found) == []) == fits
