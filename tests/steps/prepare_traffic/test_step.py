"""Two target groups, a production rule and a test rule: made, found again, and left to others."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ecs_steps import (
    AccessDeniedError,
    AwsCallError,
    DeployEcsServiceStep,
    DeploymentError,
    InterruptedDeploymentError,
    InvalidInputsError,
    Message,
    NotFoundError,
    Outcome,
    PrepareEcsTrafficStep,
    Reported,
)
from ecs_steps.sandbox import Fault, FaultKind, Sandbox
from ecs_steps.sandbox.elbv2.targets import VPC
from steps.deploy_ecs_service import task_sets
from steps.prepare_traffic.balancer import ECS, LISTENER, Balancer, forward, variables

POOL = {
    "UserPoolArn": "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_pets",
    "UserPoolClientId": "pets",
    "UserPoolDomain": "pets",
}
LOGIN = {"Type": "authenticate-cognito", "Order": 1, "AuthenticateCognitoConfig": POOL}
OPENID = {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": {"Issuer": "https://login.test"}}


class Killed(BaseException):
    """The end of a process, which no step sees."""


@pytest.fixture
def balancer() -> Iterator[Balancer]:
    with Sandbox() as aws:
        yield Balancer(aws)


def weights(rule: Mapping[str, Any]) -> dict[str, int]:
    config = next(action for action in rule["Actions"] if action["Type"] == "forward")["ForwardConfig"]
    return {group["TargetGroupArn"]: group["Weight"] for group in config["TargetGroups"]}


@pytest.mark.parametrize(
    ("move", "why"),
    [
        ("target group pets-blue", "nothing had been started in AWS"),
        ("production rule", "What was made so far stays, and the next run continues with it"),
    ],
)
def test_a_step_that_is_interrupted_says_what_stays(balancer: Balancer, move: str, why: str) -> None:
    def interrupt_at_the_move(reported: Reported) -> None:
        if isinstance(reported, Message) and move in reported.text:
            raise KeyboardInterrupt

    with pytest.raises(InterruptedDeploymentError) as error:
        PrepareEcsTrafficStep(variables()).run(
            aws=balancer.aws.clients, clock=balancer.aws.clock, report=interrupt_at_the_move
        )

    assert error.value.why == why


def test_a_step_that_is_interrupted_in_its_first_call_says_what_it_may_have_made(balancer: Balancer) -> None:
    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    balancer.aws.session.register("response-received.*.CreateTargetGroup", interrupt)

    with pytest.raises(InterruptedDeploymentError, match="What was made so far stays"):
        balancer.prepare()


def test_a_first_call_that_is_denied_has_made_nothing(balancer: Balancer) -> None:
    balancer.aws.faults.apply(Fault("CreateTargetGroup", FaultKind.ACCESS_DENIED))

    with pytest.raises(AccessDeniedError) as error:
        balancer.prepare()

    assert "so far" not in str(error.value)


class TestWhatIsMade:
    def test_are_two_groups_and_the_test_rule_before_the_production_rule(self, balancer: Balancer) -> None:
        result = balancer.prepare()

        outputs = result.outputs
        assert result.outcome is Outcome.SUCCEEDED
        assert balancer.changes == ["CreateTargetGroup"] * 2 + ["CreateRule"] * 2
        blue, green = outputs["TargetGroupArn"], outputs["AlternateTargetGroupArn"]
        production = balancer.rules[outputs["ProductionListenerRule"]]
        test = balancer.rules[outputs["TestListenerRule"]]
        assert weights(production) == {blue: 100, green: 0}
        assert weights(test) == {green: 1}
        assert (production["Priority"], test["Priority"]) == ("52", "51")
        path = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/pets/*"]}}
        header = {
            "Field": "http-header",
            "HttpHeaderConfig": {"HttpHeaderName": "X-Canary", "Values": ["5f0c2a"]},
        }
        assert (production["Conditions"], test["Conditions"]) == ([path], [path, header])
        described = balancer.aws.ecs.elbv2.describe_target_groups({"TargetGroupArns": [blue, green]})
        assert [(g["TargetGroupName"], g["TargetType"], g["VpcId"]) for g in described["TargetGroups"]] == [
            ("pets-blue", "ip", VPC),
            ("pets-green", "ip", VPC),
        ]

    def test_is_found_again_by_its_tags_and_nothing_is_made(self, balancer: Balancer) -> None:
        first = balancer.prepare()

        again = balancer.prepare()

        assert (again.outcome, balancer.changes) == (Outcome.UNCHANGED, [])
        assert {**again.outputs, "Outcome": ""} == {**first.outputs, "Outcome": ""}

    def test_is_each_of_its_own_for_another_name(self, balancer: Balancer) -> None:
        pets = balancer.prepare().outputs
        toys = balancer.prepare(
            Traffic_Name="toys", Traffic_Paths="/toys/*", Traffic_Hosts="shop.test"
        ).outputs

        assert not set(pets.values()) & set(toys.values()) - {LISTENER, "eu-west-1", "SUCCEEDED"}
        fields = [each["Field"] for each in balancer.rules[toys["ProductionListenerRule"]]["Conditions"]]
        assert fields == ["host-header", "path-pattern"]

    def test_leaves_every_other_rule_as_it_was(self, balancer: Balancer) -> None:
        before = balancer.rules

        balancer.prepare()

        assert {arn: rule for arn, rule in balancer.rules.items() if arn in before} == before

    def test_has_the_priority_that_was_chosen(self, balancer: Balancer) -> None:
        outputs = balancer.prepare(Traffic_Priority="30").outputs

        assert balancer.rules[outputs["ProductionListenerRule"]]["Priority"] == "30"
        assert balancer.rules[outputs["TestListenerRule"]]["Priority"] == "29"

    def test_with_a_priority_that_is_taken_is_refused_by_name(self, balancer: Balancer) -> None:
        with pytest.raises(DeploymentError, match="has the priority 50"):
            balancer.prepare(Traffic_Priority="50")
        assert balancer.changes == []

    def test_with_no_priority_left_is_refused_before_anything_is_made(self, balancer: Balancer) -> None:
        last = next(arn for arn, rule in balancer.rules.items() if rule["Priority"] == "50")
        moved = [{"RuleArn": last, "Priority": 49_999}]
        balancer.aws.ecs.elbv2.set_rule_priorities({"RulePriorities": moved})

        with pytest.raises(DeploymentError, match="priority 49999, and ELB's last one is 50000"):
            balancer.prepare()
        assert balancer.changes == []

    @pytest.mark.parametrize("times", [1, 2, 3, 4])
    def test_is_completed_by_the_next_run_after_a_kill(self, balancer: Balancer, times: int) -> None:
        left = times

        def kill(**_: object) -> None:
            nonlocal left
            left -= 1
            if not left:
                raise Killed

        for operation in ("CreateTargetGroup", "CreateRule"):
            balancer.aws.session.register(f"response-received.*.{operation}", kill)
        with pytest.raises(Killed):
            balancer.prepare()

        assert balancer.prepare().outcome in (Outcome.SUCCEEDED, Outcome.UNCHANGED)
        assert len(balancer.rules) == 4
        groups = balancer.aws.ecs.elbv2.describe_target_groups({})["TargetGroups"]
        assert len([each for each in groups if each["TargetGroupName"].startswith("pets-")]) == 2

    def test_gets_another_priority_where_someone_takes_it_first(self) -> None:
        with Sandbox("priority-taken") as aws:
            result = Balancer(aws).prepare()

        assert result.outcome is Outcome.SUCCEEDED

    def test_goes_beyond_no_quota_and_says_which(self) -> None:
        with Sandbox("rules-full") as aws, pytest.raises(AwsCallError, match="TooManyRules") as caught:
            Balancer(aws).prepare(Traffic_Priority="5000")

        assert "Raise the quota" in str(caught.value)

    def test_shows_the_key_of_testers_nowhere(self, balancer: Balancer) -> None:
        balancer.prepare()

        assert "5f0c2a" not in balancer.text


class TestWhatIsFound:
    def test_keeps_the_weights_that_a_deployment_has_shifted(self, balancer: Balancer) -> None:
        outputs = balancer.prepare().outputs
        blue, green = outputs["TargetGroupArn"], outputs["AlternateTargetGroupArn"]
        shifted = [forward((green, 70), (blue, 30))]
        balancer.aws.ecs.elbv2.modify_rule({"RuleArn": outputs["ProductionListenerRule"], "Actions": shifted})

        again = balancer.prepare()

        assert (again.outcome, balancer.changes) == (Outcome.UNCHANGED, [])
        assert (again.outputs["TargetGroupArn"], again.outputs["AlternateTargetGroupArn"]) == (blue, green)

    def test_gets_a_second_group_beside_its_own_and_keeps_login_and_stickiness(
        self, balancer: Balancer
    ) -> None:
        old = balancer.make_group("pets-of-old")
        rule = balancer.make_rule(LOGIN, forward((old, 1)))

        outputs = balancer.prepare().outputs

        assert balancer.changes == ["CreateTargetGroup", "ModifyRule", "CreateRule"]
        new = outputs["AlternateTargetGroupArn"]
        assert (outputs["ProductionListenerRule"], outputs["TargetGroupArn"]) == (rule, old)
        login, shared = balancer.rules[rule]["Actions"]
        assert login == LOGIN
        assert shared == forward((old, 100), (new, 0))
        tested_login, tested = balancer.rules[outputs["TestListenerRule"]]["Actions"]
        assert tested_login == LOGIN
        assert tested == forward((new, 1))

    def test_has_the_test_rule_changed_where_testers_send_something_else(self, balancer: Balancer) -> None:
        before = balancer.prepare().outputs["TestListenerRule"]

        result = balancer.prepare(TestTraffic_Header="", TestTraffic_Query="test=a*b")

        assert (result.outputs["TestListenerRule"], balancer.changes) == (before, ["ModifyRule"])
        query = balancer.rules[before]["Conditions"][1]["QueryStringConfig"]["Values"]
        assert query == [{"Key": "test", "Value": r"a\*b"}]

    def test_is_refused_where_testers_would_not_be_matched_first(self, balancer: Balancer) -> None:
        outputs = balancer.prepare().outputs
        moved = [{"RuleArn": outputs["TestListenerRule"], "Priority": 900}]
        balancer.aws.ecs.elbv2.set_rule_priorities({"RulePriorities": moved})

        one = [forward((outputs["TargetGroupArn"], 1))]
        production = outputs["ProductionListenerRule"]
        balancer.aws.ecs.elbv2.modify_rule({"RuleArn": production, "Actions": one})

        with pytest.raises(DeploymentError, match="comes after the production rule"):
            balancer.prepare()
        assert balancer.changes == []

    def test_is_refused_where_its_login_cannot_be_copied_before_anything_is_made(
        self, balancer: Balancer
    ) -> None:
        balancer.make_rule(OPENID, forward((balancer.make_group("pets-of-old"), 1)))

        with pytest.raises(DeploymentError, match="OpenID Connect"):
            balancer.prepare()
        assert balancer.changes == []

    def test_is_refused_where_it_forwards_to_three_groups(self, balancer: Balancer) -> None:
        groups = [balancer.make_group(f"pets-{number}") for number in range(3)]
        balancer.make_rule(forward(*((group, 1) for group in groups)))

        with pytest.raises(DeploymentError, match="forwards to 3 target groups"):
            balancer.prepare()

    def test_is_no_listener_that_is_not_there(self, balancer: Balancer) -> None:
        with pytest.raises(NotFoundError, match="was not found"):
            balancer.prepare(Traffic_Listener=f"{LISTENER[:-4]}0000")

    def test_is_not_a_target_group_of_someone_else(self, balancer: Balancer) -> None:
        balancer.make_group("pets-blue", team="other")

        with pytest.raises(DeploymentError, match="pets-blue exists already"):
            balancer.prepare()
        assert balancer.changes == []


def test_what_is_prepared_serves_a_deployment_by_task_sets(balancer: Balancer) -> None:
    balancer.aws.add_cluster(task_sets.CLUSTER)
    outputs = balancer.prepare().outputs
    mapping = {"containerName": "web", "containerPort": "8080", "targetGroupArn": outputs["TargetGroupArn"]}
    changes = {
        "Deploy_LoadBalancerMappings": [mapping],
        "TaskSets_ProductionListenerRule": outputs["ProductionListenerRule"],
    }

    def deploy(tag: str, deployment: str) -> Outcome:
        step = DeployEcsServiceStep(
            task_sets.variables(tag, **changes, **{"Octopus.Deployment.Id": deployment})
        )
        return step.run(
            aws=balancer.aws.clients, clock=balancer.aws.clock, report=balancer.events.append
        ).outcome

    assert [deploy("1.0.0", "Deployments-1"), deploy("1.1.0", "Deployments-2")] == [
        Outcome.SUCCEEDED,
        Outcome.PAUSED,
    ]


def test_what_is_prepared_serves_a_strategy_of_ecs(balancer: Balancer) -> None:
    balancer.aws.add_cluster(task_sets.CLUSTER)

    def deploy(tag: str) -> Mapping[str, str]:
        outputs = balancer.prepare().outputs
        mapping = {
            "containerName": "web",
            "containerPort": "8080",
            "targetGroupArn": outputs["TargetGroupArn"],
            "alternateTargetGroupArn": outputs["AlternateTargetGroupArn"],
            "productionListenerRule": outputs["ProductionListenerRule"],
            "testListenerRule": outputs["TestListenerRule"],
            "infrastructureRole": "arn:aws:iam::123456789012:role/ecs-infrastructure",
        }
        changes = {
            "Deploy_DeploymentType": "Native",
            "Strategy_Type": "BlueGreen",
            "TestTraffic_Header": "",
            "Deploy_LoadBalancerMappings": [mapping],
        }
        step = DeployEcsServiceStep(task_sets.variables(tag, **changes))
        step.run(aws=balancer.aws.clients, clock=balancer.aws.clock, report=balancer.events.append)
        return outputs

    first, second = deploy("1.0.0"), deploy("1.1.0")

    # The groups took turns, and the second preparation has changed nothing of that.
    assert {**second, "Outcome": ""} == {**first, "Outcome": ""}
    assert second["Outcome"] == "UNCHANGED"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"TestTraffic_Header": ""}, f"{ECS}.TestTraffic.Header: is required, or"),
        ({"TestTraffic_Query": "test=1"}, "give one of them"),
        ({"Traffic_Listener": LISTENER.replace("/app/", "/net/")}, "of an Application Load Balancer"),
        ({"Traffic_Listener": LISTENER.replace("eu-west-1", "eu-west-2")}, "is in eu-west-2"),
        ({"Traffic_Name": "a" * 27}, "1 to 26 letters"),
        ({"Traffic_Name": "pets-"}, "no hyphen at an end"),
        ({"Traffic_Paths": "/a\n/b\n/c\n/d\n/e"}, "are 5 with the hosts"),
        ({"Traffic_Paths": "/*/*/*/*/*/*/*"}, "have 7 wildcards"),
        ({"Traffic_Paths": "pets"}, "a path such as"),
        ({"Traffic_Priority": "1"}, "from 2 to 50000"),
    ],
)
def test_what_cannot_be_is_refused_before_aws(changes: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidInputsError) as caught:
        PrepareEcsTrafficStep(variables(**changes))

    assert message in str(caught.value)
