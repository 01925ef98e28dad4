"""Discovery's matching, case by case, as Octopus' runner documents and codes it."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.environments.matching import match_cluster
from ecs_steps.environments.scope import DeploymentScope
from ecs_steps.tags import Tag

SCOPE = DeploymentScope(space="Default", project="Shop", environment="Test")
TENANTED = DeploymentScope(space="Default", project="Shop", environment="Test", tenant="Acme")
ROLES = ("ecs-orders", "Ecs-Web")
FITS = {"octopus-environment": "Test", "octopus-role": "ecs-orders"}

TARGETS = [
    pytest.param(SCOPE, FITS, "ecs-orders", id="both required tags"),
    pytest.param(SCOPE, {**FITS, "octopus-environment": "tEST"}, "ecs-orders", id="a value in another case"),
    pytest.param(
        SCOPE, {"Octopus-Environment": "Test", "OCTOPUS-ROLE": "ecs-orders"}, "ecs-orders", id="keys likewise"
    ),
    pytest.param(SCOPE, {**FITS, "octopus-role": "ECS-WEB"}, "Ecs-Web", id="the role as the scope writes it"),
    pytest.param(SCOPE, {**FITS, "octopus-project": "shop"}, "ecs-orders", id="its project"),
    pytest.param(SCOPE, {**FITS, "octopus-space": "DEFAULT"}, "ecs-orders", id="its space"),
    pytest.param(TENANTED, {**FITS, "octopus-tenant": "acme"}, "ecs-orders", id="its tenant"),
    pytest.param(TENANTED, FITS, "ecs-orders", id="a tenant and no such tag"),
    pytest.param(SCOPE, {**FITS, "team": "x", "octopus": ""}, "ecs-orders", id="other tags"),
    pytest.param(
        DeploymentScope(environment="Größe É"),
        {**FITS, "octopus-environment": "gRÖßE é"},
        "ecs-orders",
        id="letters outside ASCII",
    ),
]
NO_TARGETS = [
    pytest.param(
        DeploymentScope(environment="Straße"),
        {**FITS, "octopus-environment": "STRASSE"},
        ["octopus-environment is STRASSE"],
        id="two letters for one",
    ),
    pytest.param(
        DeploymentScope(environment="Kiosk"),
        {**FITS, "octopus-environment": "K\u0131osk"},
        ["octopus-environment is"],
        id="a letter that only looks alike",
    ),
    pytest.param(SCOPE, {}, ["no tag octopus-role", "no tag octopus-environment"], id="no tags"),
    pytest.param(SCOPE, {"octopus-environment": "Test"}, ["no tag octopus-role"], id="no role"),
    pytest.param(SCOPE, {"octopus-role": "ecs-orders"}, ["no tag octopus-environment"], id="no environment"),
    pytest.param(
        SCOPE,
        {**FITS, "octopus-role": "ecs-billing"},
        ["its tag octopus-role is ecs-billing; wanted is ecs-orders, Ecs-Web"],
        id="another role",
    ),
    pytest.param(
        SCOPE,
        {**FITS, "octopus-environment": "Production"},
        ["its tag octopus-environment is Production; wanted is Test"],
        id="another environment",
    ),
    pytest.param(SCOPE, {**FITS, "octopus-role": "ecs-orders,Ecs-Web"}, ["octopus-role is"], id="a list"),
    pytest.param(SCOPE, {**FITS, "octopus-role": " ecs-orders"}, ["octopus-role is"], id="a blank before"),
    pytest.param(SCOPE, {**FITS, "octopus-role": ""}, ["octopus-role is"], id="an empty role"),
    pytest.param(SCOPE, {**FITS, "octopus-role": "orders"}, ["octopus-role is"], id="a part of a role"),
    pytest.param(SCOPE, {**FITS, "octopus-project": "Billing"}, ["octopus-project is"], id="another project"),
    pytest.param(SCOPE, {**FITS, "octopus-space": "Other"}, ["octopus-space is"], id="another space"),
    pytest.param(
        SCOPE,
        {**FITS, "octopus-tenant": "Acme"},
        ["its tag octopus-tenant is Acme; the deployment's tenant is none"],
        id="a tenant in an untenanted deployment",
    ),
    pytest.param(TENANTED, {**FITS, "octopus-tenant": "Other"}, ["octopus-tenant is"], id="another tenant"),
    pytest.param(
        SCOPE,
        {"octopus-role": "x", "octopus-environment": "y", "octopus-project": "z"},
        ["octopus-role is x", "octopus-environment is y", "octopus-project is z"],
        id="every reason at once",
    ),
]


def tags_of(tags: Mapping[str, str]) -> list[Tag]:
    return [Tag(key, value) for key, value in tags.items()]


@pytest.mark.parametrize(("scope", "tags", "role"), TARGETS)
def test_a_cluster_with_these_tags_is_a_target(
    scope: DeploymentScope, tags: Mapping[str, str], role: str
) -> None:
    match = match_cluster(tags_of(tags), scope, ROLES)

    assert match.is_target
    assert match.role == role


@pytest.mark.parametrize(("scope", "tags", "reasons"), NO_TARGETS)
def test_a_cluster_with_these_tags_is_none(
    scope: DeploymentScope, tags: Mapping[str, str], reasons: list[str]
) -> None:
    match = match_cluster(tags_of(tags), scope, ROLES)

    assert not match.is_target
    assert len(match.reasons) == len(reasons)
    assert all(expected in found for expected, found in zip(reasons, match.reasons, strict=True))


def test_the_tenanted_mode_is_taken_over_as_it_stands() -> None:
    tags = {**FITS, "octopus-tenanteddeploymentmode": "TenantedOrUntenanted"}

    assert match_cluster(tags_of(tags), SCOPE, ROLES).tenanted_mode == "TenantedOrUntenanted"


@given(st.dictionaries(st.sampled_from([*FITS, "octopus-project", "octopus-tenant"]), st.text()))
def test_a_cluster_is_a_target_or_there_is_a_reason(tags: dict[str, str]) -> None:
    match = match_cluster(tags_of(tags), SCOPE, ROLES)

    assert match.is_target == (match.role in ROLES)
    assert bool(match.reasons) != match.is_target
