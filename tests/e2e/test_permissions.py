"""The policy that `iam-policy` prints is enough for a step, and each part of it is needed."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from attrs import frozen

from e2e.asked import NOT_ASKED, Document, in_ministacks_words, without
from e2e.beginnings import begin_anew, have_orders
from e2e.ways import Ran, Way, python
from ecs_steps import DeployEcsServiceStep, EcsStepsError, UpdateEcsServiceStep
from ecs_steps.reporting.events import Message
from explaining.runs import CLUSTERS, ECS, Step, variables
from explaining.runs import STEPS as BOTH
from peers.ministack import Keys, Ministack
from permissions.policies import STEPS

ROLES = ("orders-task", "orders-execution", "octopetshop-web", "octopetshop-web-execution")
"""Those that the task definitions name: where ministack asks IAM, it also looks for them."""

BEGINNINGS: Mapping[str, str] = {
    "cloudformation:UpdateStack": "a stack that is there",
    "cloudformation:DeleteStack": "a stack that failed",
}
"""What there must be for an action to be needed; all others are needed where there is nothing yet."""

OPTIONAL = {
    "cloudformation:DescribeStackEvents",
    "ecs:ListServiceDeployments",
    "ecs:ListTasks",
    "ecs:DescribeTasks",
    "ecs:TagResource",
}
"""What a step can do without; it says so."""

OTHERS = {
    f"{ECS}.Update.OnFailure": "Rollback",
    "Octopus.Action.Aws.Tags": [{"key": "team", "value": "checkout"}],
}
SERVICE = "octopetshop-web-ServiceoctopetshopWeb"


def of(step: Step, *, tag: str = "2.0.0", **others: object) -> dict[str, object]:
    named = {f"{ECS}.{name}": value for name, value in others.items()}
    # A count of one is no parameter: see `gaps.COUNT`.
    return variables(step, tag=tag, others=OTHERS | named, **({"count": 1} if step == "deploy" else {}))


def policy(step: Step) -> Document:
    document = STEPS[step](of(step)).iam_policy(diagnostics=True)
    return in_ministacks_words(document, CLUSTERS[step])


def asked(step: Step) -> list[str]:
    """Return each action of a step's policy that ministack asks for."""
    return sorted(
        {action for each in policy(step)["Statement"] for action in each["Action"]} - NOT_ASKED[step].keys()
    )


def statements(step: Step) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the statements of a policy that hold an action which ministack asks for."""
    for each in STEPS[step](of(step)).iam_policy(diagnostics=True)["Statement"]:
        if set(each["Action"]) & set(asked(step)):
            yield each["Sid"], frozenset(each["Action"])


@pytest.fixture
def aws(emulator_with_iam: Ministack) -> Ministack:
    begin_anew(emulator_with_iam)
    iam = emulator_with_iam.client("iam")
    for role in ROLES:
        iam.create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    have_orders(emulator_with_iam)
    return emulator_with_iam


Begin = Callable[[str], None]


@pytest.fixture
def begin(aws: Ministack) -> Begin:
    """What brings about, with every right, what there is before a step runs."""
    ecs = aws.client("ecs")
    service = {"cluster": CLUSTERS["deploy"]}

    def bring_about(beginning: str) -> None:
        if beginning == "a stack that failed":
            ecs.create_service(**service, serviceName=SERVICE, taskDefinition="orders", desiredCount=1)
            assert python("deploy", of("deploy", tag="1.0.0"), aws).code == 5
            ecs.delete_service(**service, service=SERVICE, force=True)
        if beginning == "a stack that is there":
            assert python("deploy", of("deploy", tag="1.0.0"), aws).code == 0

    return bring_about


def user(aws: Ministack, document: Document) -> Keys:
    """Return the keys of a user who may do just this."""
    iam = aws.client("iam")
    iam.create_user(UserName="deployer")
    iam.put_user_policy(UserName="deployer", PolicyName="least", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName="deployer")["AccessKey"]
    return Keys(access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])


@frozen(kw_only=True)
class Told:
    """How a step ended and all that it said."""

    error: EcsStepsError | None
    text: str


def run(step: Step, aws: Ministack, keys: Keys) -> Told:
    said: list[str] = []

    def listen(reported: object) -> None:
        if isinstance(reported, Message):
            said.append(reported.text)

    kind: type[DeployEcsServiceStep | UpdateEcsServiceStep] = STEPS[step]
    error: EcsStepsError | None = None
    try:
        kind(of(step)).run(aws=aws.clients(keys), report=listen)
    except EcsStepsError as raised:
        error = raised
    return Told(error=error, text="\n".join([*said, str(error or "")]))


@pytest.mark.parametrize(
    ("step", "beginning"),
    [("update", ""), ("deploy", ""), ("deploy", "a stack that is there"), ("deploy", "a stack that failed")],
)
def test_with_its_policy_a_step_works(
    step: Step, beginning: str, way: Way, aws: Ministack, begin: Begin
) -> None:
    begin(beginning)

    ran: Ran = way(step, of(step), aws, user(aws, policy(step)))

    assert (ran.code, ran.error) == (0, "")
    assert ran.outputs["Outcome"] == "SUCCEEDED"


@pytest.mark.parametrize("step", BOTH)
def test_what_is_said_not_to_be_asked_for_is_not(step: Step, aws: Ministack) -> None:
    told = run(step, aws, user(aws, without(policy(step), NOT_ASKED[step].keys())))

    assert told.error is None
    assert "denied" not in told.text
    assert NOT_ASKED[step].keys() <= {a for each in policy(step)["Statement"] for a in each["Action"]}


@pytest.mark.parametrize(("step", "action"), [(step, action) for step in BOTH for action in asked(step)])
def test_without_an_action_the_step_fails_or_warns_and_names_it(
    step: Step, action: str, aws: Ministack, begin: Begin
) -> None:
    begin(BEGINNINGS.get(action, ""))

    told = run(step, aws, user(aws, without(policy(step), {action})))

    assert f"Allow {action} on " in told.text
    assert (told.error.exit_code == 4) if told.error else action in OPTIONAL
    assert told.text.count("Allow ") == 1


@pytest.mark.parametrize(
    ("step", "actions"),
    [pytest.param(step, actions, id=f"{step}-{sid}") for step in BOTH for sid, actions in statements(step)],
)
def test_without_a_statement_the_step_fails_or_warns_and_names_what_is_missing(
    step: Step, actions: frozenset[str], aws: Ministack
) -> None:
    told = run(step, aws, user(aws, without(policy(step), actions)))

    assert any(f"Allow {action} on " in told.text for action in actions)
    assert told.error or actions & OPTIONAL


@pytest.mark.parametrize("step", BOTH)
def test_the_policy_is_for_no_other_cluster(step: Step, aws: Ministack) -> None:
    aws.client("ecs").create_cluster(clusterName="other")

    ran = python(step, of(step, ClusterName="other"), aws, user(aws, policy(step)))

    assert ran.code == 4
    assert "Allow ecs:DescribeServices on " in ran.error


def test_the_policy_is_for_no_other_stack(aws: Ministack) -> None:
    named: dict[str, Any] = {"Deploy.CFStackName": "other"}

    ran = python("deploy", of("deploy", **named), aws, user(aws, policy("deploy")))

    assert ran.code == 4
    assert "Allow cloudformation:DescribeStacks on " in ran.error
