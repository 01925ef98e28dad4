"""Which operation a stack's events are of, and what its resources keep of it."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from ecs_steps.aws.cloudformation import StackOperation, describe_stack
from ecs_steps.aws.stack_events import last_operation, resource_events
from ecs_steps.aws.stack_status import OperationKind
from ecs_steps.sandbox import Sandbox

MINUTE = 60.0


def with_groups(*names: str) -> dict[str, Any]:
    groups = {
        name: {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": f"/ecs/{name}"}}
        for name in names
    }
    return {
        "StackName": "shop",
        "TemplateBody": json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": groups}),
    }


def operation_of(aws: Sandbox, stack_id: str = "shop") -> StackOperation:
    stack = describe_stack(aws.clients, stack_id)
    assert stack
    return last_operation(aws.clients, stack)


def test_the_last_operation_is_the_one_of_the_newest_events() -> None:
    with Sandbox() as aws:
        client, found = aws.clients.cloudformation, []
        made = client.create_stack(**with_groups("Web"), ClientRequestToken="first")
        changes = (
            lambda: None,
            lambda: client.update_stack(**with_groups("Web", "Api"), ClientRequestToken="second"),
            lambda: client.delete_stack(StackName="shop", ClientRequestToken="third"),
        )
        for change in changes:
            change()
            aws.clock.sleep(5 * MINUTE)
            found.append(operation_of(aws, made["StackId"]))

    assert [(each.kind, each.token) for each in found] == [
        (OperationKind.CREATE, "first"),
        (OperationKind.UPDATE, "second"),
        (OperationKind.DELETE, "third"),
    ]


def test_an_operation_that_was_begun_without_a_token_is_found() -> None:
    with Sandbox() as aws:
        aws.clients.cloudformation.create_stack(**with_groups("Web"))
        aws.clock.sleep(5 * MINUTE)

        found = operation_of(aws)

    assert (found.kind, found.token) == (OperationKind.CREATE, "")


def test_what_is_no_operation_of_these_steps_is_judged_as_an_update() -> None:
    with Sandbox() as aws:
        client = aws.clients.cloudformation
        client.create_change_set(
            **with_groups("Web"), ChangeSetName="review", ChangeSetType="CREATE", ClientToken="a"
        )
        aws.clock.sleep(MINUTE)

        assert operation_of(aws).kind is OperationKind.UPDATE


@pytest.mark.parametrize(
    ("began", "expected"),
    [(None, ["Api", "Web"]), (timedelta(), ["Api"]), (timedelta(milliseconds=1), [])],
)
def test_a_resource_that_an_operation_has_not_touched_says_nothing_of_it(
    began: timedelta | None, expected: Sequence[str]
) -> None:
    with Sandbox() as aws:
        client = aws.clients.cloudformation
        client.create_stack(**with_groups("Web"), ClientRequestToken="first")
        aws.clock.sleep(5 * MINUTE)
        client.update_stack(**with_groups("Web", "Api"), ClientRequestToken="second")
        aws.clock.sleep(5 * MINUTE)
        operation = evolve(operation_of(aws), began_at=None)
        made_at = max(event.at for event in resource_events(aws.clients, operation))
        operation = evolve(operation, began_at=None if began is None else made_at + began)

        found = sorted(event.logical_id for event in resource_events(aws.clients, operation))

    assert found == expected
