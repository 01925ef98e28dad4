"""The policy that `iam-policy` prints is enough for a step, and each part of it is needed.

Every step that prints a policy has ``steps/<room>/e2e.py`` beside its tests: ``variables`` and ``CLUSTER``
(empty: it works in none) for the emulator, and ``NOT_CHECKED``, the actions that it never checks.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from types import ModuleType
from typing import Any

import pytest
from attrs import frozen

from e2e.initial_states import create_orders_service, reset_with_clusters
from e2e.ministack_iam import Document, ministack_policy, without
from e2e.runners import CompletedRun, Runner, python
from ecs_steps import EcsStepsError
from ecs_steps.reporting.events import Message
from ecs_steps.steps.registry import STEPS
from explaining.runs import CLUSTERS, ECS
from peers.ministack import Keys, Ministack
from permissions.policies import ROWS, policy_of
from step_rooms import declared_for

NAMES = [row.name for row in ROWS if row.name not in ("continue", "abort", "prepare-traffic")]
"""The steps that print a policy, but for those on service deployments and weights: ministack has none."""

ROLES = ("orders-task", "orders-execution", "octopetshop-web", "octopetshop-web-execution")
"""Those that the task definitions name: where ministack checks IAM, it also requires them."""

INITIAL_STATES: Mapping[str, str] = {
    "cloudformation:UpdateStack": "a stack that is there",
    "cloudformation:DeleteStack": "a stack that failed",
}
"""The initial state in which an action is needed; all others are needed where nothing exists yet."""

OPTIONAL = {
    "cloudformation:DescribeStackEvents",
    "ecs:ListServiceDeployments",
    "ecs:ListTasks",
    "ecs:DescribeTasks",
    "ecs:TagResource",
    "ecs:ListClusters",
    "ecs:DescribeClusters",
    "logs:DescribeLogGroups",
}
"""Actions that a step can do without; it warns."""

TAGS = {"Octopus.Action.Aws.Tags": [{"key": "team", "value": "checkout"}]}
SERVICE = "octopetshop-web-ServiceoctopetshopWeb"


def of(step: str, *, tag: str = "2.0.0", **others: object) -> dict[str, object]:
    named = {f"{ECS}.{name}": value for name, value in others.items()}
    variables: dict[str, object] = _declared(step).variables(tag=tag, others=TAGS | named)
    return variables


def _declared(step: str) -> ModuleType:
    return declared_for(STEPS.named(step), "e2e")


def not_checked(step: str) -> AbstractSet[str]:
    actions: Mapping[str, str] = _declared(step).NOT_CHECKED
    return actions.keys()


def policy(step: str) -> Document:
    return ministack_policy(policy_of(STEPS.named(step), of(step)), _declared(step).CLUSTER)


def checked_actions(step: str) -> list[str]:
    """Return each action of a step's policy that ministack checks."""
    return sorted(
        {action for each in policy(step)["Statement"] for action in each["Action"]} - not_checked(step)
    )


def statements(step: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the statements of a policy that hold an action that ministack checks."""
    for each in policy_of(STEPS.named(step), of(step))["Statement"]:
        if set(each["Action"]) & set(checked_actions(step)):
            yield each["Sid"], frozenset(each["Action"])


@pytest.fixture
def aws(emulator_with_iam: Ministack) -> Ministack:
    reset_with_clusters(emulator_with_iam)
    iam = emulator_with_iam.client("iam")
    for role in ROLES:
        iam.create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    create_orders_service(emulator_with_iam)
    return emulator_with_iam


CreateState = Callable[[str], None]


@pytest.fixture
def create_initial_state(aws: Ministack) -> CreateState:
    """A function that creates, with every right, the state before a step runs."""
    ecs = aws.client("ecs")
    service = {"cluster": CLUSTERS["deploy"]}

    def create_state(initial_state: str) -> None:
        if initial_state == "a stack that failed":
            ecs.create_service(**service, serviceName=SERVICE, taskDefinition="orders", desiredCount=1)
            assert python("deploy", of("deploy", tag="1.0.0"), aws).code == 5
            ecs.delete_service(**service, service=SERVICE, force=True)
        if initial_state == "a stack that is there":
            assert python("deploy", of("deploy", tag="1.0.0"), aws).code == 0

    return create_state


def user(aws: Ministack, document: Document) -> Keys:
    """Return the keys of a user with just this policy."""
    iam = aws.client("iam")
    iam.create_user(UserName="deployer")
    iam.put_user_policy(UserName="deployer", PolicyName="least", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName="deployer")["AccessKey"]
    return Keys(access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])


@frozen(kw_only=True)
class StepRun:
    """How a step ended and all its messages."""

    error: EcsStepsError | None
    text: str


def run(step: str, aws: Ministack, keys: Keys) -> StepRun:
    messages: list[str] = []

    def collect(reported: object) -> None:
        if isinstance(reported, Message):
            messages.append(reported.text)

    error: EcsStepsError | None = None
    try:
        STEPS.named(step).read(of(step)).run(aws=aws.clients(keys), report=collect)
    except EcsStepsError as raised:
        error = raised
    return StepRun(error=error, text="\n".join([*messages, str(error or "")]))


@pytest.mark.parametrize(
    ("step", "initial_state"),
    [
        ("update", ""),
        ("promote", ""),
        ("register", ""),
        ("deploy-revision", ""),
        ("deploy", ""),
        ("deploy", "a stack that is there"),
        ("deploy", "a stack that failed"),
    ],
)
def test_with_its_policy_a_step_works(
    step: str, initial_state: str, runner: Runner, aws: Ministack, create_initial_state: CreateState
) -> None:
    create_initial_state(initial_state)

    ran: CompletedRun = runner(step, of(step), aws, user(aws, policy(step)))

    assert (ran.code, ran.error) == (0, "")
    assert ran.outputs["Outcome"] == "SUCCEEDED"


@pytest.mark.parametrize("step", NAMES)
def test_actions_that_are_listed_as_not_checked_are_not_checked(step: str, aws: Ministack) -> None:
    done = run(step, aws, user(aws, without(policy(step), not_checked(step))))

    assert done.error is None
    assert "denied" not in done.text
    assert not_checked(step) <= {a for each in policy(step)["Statement"] for a in each["Action"]}


@pytest.mark.parametrize(
    ("step", "action"), [(step, action) for step in NAMES for action in checked_actions(step)]
)
def test_without_an_action_the_step_fails_or_warns_and_names_it(
    step: str, action: str, aws: Ministack, create_initial_state: CreateState
) -> None:
    create_initial_state(INITIAL_STATES.get(action, ""))

    done = run(step, aws, user(aws, without(policy(step), {action})))

    assert f"Allow {action} on " in done.text
    assert (done.error.exit_code == 4) if done.error else action in OPTIONAL
    assert done.text.count("Allow ") == 1


@pytest.mark.parametrize(
    ("step", "actions"),
    [pytest.param(step, actions, id=f"{step}-{sid}") for step in NAMES for sid, actions in statements(step)],
)
def test_without_a_statement_the_step_fails_or_warns_and_names_what_is_missing(
    step: str, actions: frozenset[str], aws: Ministack
) -> None:
    done = run(step, aws, user(aws, without(policy(step), actions)))

    assert any(f"Allow {action} on " in done.text for action in actions)
    assert done.error or actions & OPTIONAL


@pytest.mark.parametrize("step", [name for name in NAMES if _declared(name).CLUSTER])
def test_the_policy_is_for_no_other_cluster(step: str, aws: Ministack) -> None:
    aws.client("ecs").create_cluster(clusterName="other")

    ran = python(step, of(step, ClusterName="other"), aws, user(aws, policy(step)))

    assert ran.code == 4
    assert "Allow ecs:DescribeServices on " in ran.error


def test_the_policy_is_for_no_other_stack(aws: Ministack) -> None:
    named: dict[str, Any] = {"Deploy.CFStackName": "other"}

    ran = python("deploy", of("deploy", **named), aws, user(aws, policy("deploy")))

    assert ran.code == 4
    assert "Allow cloudformation:DescribeStacks on " in ran.error
