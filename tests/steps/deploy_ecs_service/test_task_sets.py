"""A service of the stack that is deployed by task sets: the first one, and those of later releases."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from attrs import define, field

from ecs_steps import (
    AbortEcsDeploymentStep,
    ContinueEcsDeploymentStep,
    DeployEcsServiceStep,
    DeploymentError,
    InvalidInputsError,
    NotFoundError,
    Outcome,
    Result,
    RolledBackError,
    RolloutFailedError,
    StackFailedError,
    SupersededError,
    TimedOutError,
)
from ecs_steps.reporting.events import Level, Message, Reported
from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.row import Step
from explaining.runs import ECS, take
from explaining.runs import variables as example
from steps.deploy_ecs_service.task_sets import CLUSTER, HEADER, make_room, room, variables

READS = ("Describe", "List", "Get")
NEXT = {"Octopus.Deployment.Id": "Deployments-2"}
TARGET_GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/other/1111111111111111"


class Killed(BaseException):
    """The end of a process, which no step sees."""


@define
class PetShop:
    """What the steps do with the service in one sandbox, and what they report."""

    aws: Sandbox
    events: list[Reported] = field(factory=list)

    def deploy(self, tag: str = "1.0.0", **changes: Any) -> Result:  # noqa: ANN401  passed on
        return self.run(DeployEcsServiceStep(variables(tag, **changes)))

    def share(self, percent: int, deployment: str = "Deployments-2") -> Result:
        return self.run(ContinueEcsDeploymentStep(self._started(deployment, percent=percent)))

    def run(self, step: Step) -> Result:
        self.aws.calls.clear()
        return step.run(aws=self.aws.clients, clock=self.aws.clock, report=self.events.append)

    def _started(self, deployment: str, percent: int | None = None) -> dict[str, object]:
        return {
            "Octopus.Deployment.Id": deployment,
            f"{ECS}.ClusterName": CLUSTER,
            f"{ECS}.Deployment.ServiceName": self.service["serviceName"],
            **({f"{ECS}.Continue.TrafficPercent": str(percent)} if percent is not None else {}),
        }

    def abort(self, deployment: str = "Deployments-2") -> Result:
        return self.run(AbortEcsDeploymentStep(self._started(deployment)))

    @property
    def changes(self) -> list[str]:
        """The calls of the last step that changed something, in order."""
        return [call.operation for call in self.aws.calls if not call.operation.startswith(READS)]

    @property
    def service(self) -> Mapping[str, Any]:
        [arn] = self.aws.ecs.list_services({"cluster": CLUSTER})["serviceArns"]
        described = self.aws.ecs.describe_services({"cluster": CLUSTER, "services": [arn]})["services"][0]
        return dict(described)

    @property
    def sets(self) -> list[dict[str, Any]]:
        return [each for each in self.service["taskSets"] if each["status"] != "DRAINING"]

    @property
    def warnings(self) -> list[str]:
        return [m.text for m in self.events if isinstance(m, Message) and m.level is Level.WARNING]


def enter(scenario: str, **room: Any) -> PetShop:  # noqa: ANN401  passed on
    aws = Sandbox()
    make_room(aws, **room)
    take(aws, scenario)
    return PetShop(aws)


@pytest.fixture
def shop() -> Iterator[PetShop]:
    with Sandbox() as aws:
        make_room(aws)
        yield PetShop(aws)


class TestTheFirstTaskSet:
    def test_is_made_after_the_stack_and_is_primary_once_it_is_healthy(self, shop: PetShop) -> None:
        result = shop.deploy()

        assert result.outcome is Outcome.SUCCEEDED
        assert shop.changes == ["CreateStack", "CreateTaskSet", "UpdateServicePrimaryTaskSet"]
        [first] = shop.sets
        assert (first["status"], first["scale"]["value"], first["runningCount"]) == ("PRIMARY", 100, 2)
        assert first["stabilityStatus"] == "STEADY_STATE"
        assert first["externalId"] == "Deployments-2201"
        assert first["taskDefinition"] == result.outputs["TaskDefinitionArn"]
        assert result.outputs["TaskSetId"] == first["id"]
        assert result.outputs["ProductionTrafficPercent"] == "100"
        network = first["networkConfiguration"]["awsvpcConfiguration"]
        assert network["subnets"] == ["subnet-0a1b2c3d4e5f60718", "subnet-0b2c3d4e5f6071829"]
        assert shop.service["deploymentController"] == {"type": "EXTERNAL"}

    def test_of_a_service_without_tasks_is_primary_at_once(self, shop: PetShop) -> None:
        shop.deploy(Deploy_DesiredCount="0")

        assert [(each["status"], each["runningCount"]) for each in shop.sets] == [("PRIMARY", 0)]

    def test_is_not_made_again(self, shop: PetShop) -> None:
        first = shop.deploy()

        again = shop.deploy()

        assert (again.outcome, shop.changes) == (Outcome.UNCHANGED, ["UpdateStack"])
        assert {**again.outputs, "Outcome": ""} == {**first.outputs, "Outcome": ""}
        assert len(shop.sets) == 1

    def test_that_does_not_come_up_is_deleted_again(self) -> None:
        shop = enter("image-not-found")

        with pytest.raises(RolledBackError, match="runs nothing") as caught:
            shop.deploy()

        assert "CannotPullContainerError" in str(caught.value)
        assert shop.changes == ["CreateStack", "CreateTaskSet", "DeleteTaskSet"]
        take(shop.aws, "healthy")
        assert shop.deploy().outcome is Outcome.SUCCEEDED

    def test_that_does_not_come_up_is_left_where_that_was_chosen_and_replaced_by_the_next(self) -> None:
        shop = enter("image-not-found")
        with pytest.raises(RolloutFailedError, match="does not come up"):
            shop.deploy(Deploy_OnFailure="Leave")
        assert [each["status"] for each in shop.sets] == ["ACTIVE"]

        take(shop.aws, "healthy")
        result = shop.deploy("1.1.0", **NEXT)

        assert result.outcome is Outcome.SUCCEEDED
        assert [(each["status"], each["externalId"]) for each in shop.sets] == [("PRIMARY", "Deployments-2")]

    def test_says_how_to_continue_or_undo_it_when_the_time_is_over(self) -> None:
        shop = enter("no-capacity")

        with pytest.raises(TimedOutError) as caught:
            shop.deploy(Deploy_OnFailure="Leave", WaitOption={"type": "WaitWithTimeout", "timeoutMinutes": 3})

        [first] = shop.sets
        assert f"run the step again; to undo it: aws ecs delete-task-set --task-set {first['id']}" in str(
            caught.value
        )

    def test_without_traffic_is_warned_of(self) -> None:
        shop = enter("healthy", weights=(0, 100))

        assert shop.deploy().outputs["ProductionTrafficPercent"] == "0"
        assert [text for text in shop.warnings if "gets no traffic" in text]


@pytest.mark.parametrize("call", ["CreateStack", "CreateTaskSet", "UpdateServicePrimaryTaskSet"])
def test_a_step_that_was_killed_after_a_call_is_finished_by_the_next_one(shop: PetShop, call: str) -> None:
    def kill(**_: object) -> None:
        raise Killed

    shop.aws.session.register(f"response-received.*.{call}", kill)
    with pytest.raises(Killed):
        shop.deploy()
    shop.aws.session.unregister(f"response-received.*.{call}", kill)

    result = shop.deploy()

    assert result.outcome in (Outcome.SUCCEEDED, Outcome.UNCHANGED)
    assert [(each["status"], each["runningCount"]) for each in shop.sets] == [("PRIMARY", 2)]
    assert result.outputs["TaskSetId"] == shop.sets[0]["id"]


def test_a_watch_makes_the_task_set_that_is_missing(shop: PetShop) -> None:
    def kill(**_: object) -> None:
        raise Killed

    shop.aws.session.register("response-received.*.CreateStack", kill)
    with pytest.raises(Killed):
        shop.deploy()

    step = DeployEcsServiceStep(variables())
    result = step.watch("octopetshop-web", aws=shop.aws.clients, clock=shop.aws.clock)

    assert (result.outcome, result.outputs["TaskSetId"]) == (Outcome.SUCCEEDED, shop.sets[0]["id"])


def test_a_dry_run_says_that_a_task_set_follows(shop: PetShop) -> None:
    dry_run = DeployEcsServiceStep(variables()).dry_run(aws=shop.aws.clients, clock=shop.aws.clock)

    assert "after the stack: CreateTaskSet" in str(dry_run)


def test_a_stack_whose_first_create_failed_is_made_again() -> None:
    shop = enter("service-name-taken")
    with pytest.raises(StackFailedError):
        shop.deploy()
    take(shop.aws, "healthy")

    assert shop.deploy().outcome is Outcome.SUCCEEDED


class TestALaterRelease:
    def test_pauses_where_testers_alone_reach_it_and_is_promoted_by_continue(self, shop: PetShop) -> None:
        before = shop.deploy().outputs["TaskDefinitionArn"]

        paused = shop.deploy("1.1.0", **NEXT)

        assert paused.outcome is Outcome.PAUSED
        assert shop.changes == ["UpdateStack", "CreateTaskSet", "CreateRule"]
        assert paused.outputs["PreviousTaskDefinitionArn"] == before
        assert shop.share(100).outcome is Outcome.SUCCEEDED
        [only] = shop.sets
        assert only["taskDefinition"] == paused.outputs["TaskDefinitionArn"]
        assert shop.deploy("1.1.0", **NEXT).outcome is Outcome.UNCHANGED

    def test_leaves_the_revision_before_active_until_it_is_aborted_or_promoted(self, shop: PetShop) -> None:
        before = shop.deploy().outputs["TaskDefinitionArn"]
        shop.deploy("1.1.0", **NEXT)

        assert shop.abort().outcome is Outcome.ROLLED_BACK

        family = shop.aws.ecs.list_task_definitions({"status": "ACTIVE", "familyPrefix": "octopetshop-web"})
        assert before in family["taskDefinitionArns"]
        assert [each["taskDefinition"] for each in shop.sets] == [before]

    def test_run_again_is_still_paused_at_the_same_set(self, shop: PetShop) -> None:
        shop.deploy()
        first = shop.deploy("1.1.0", **NEXT)

        assert shop.deploy("1.1.0", **NEXT).outputs == first.outputs

    def test_of_another_network_gets_a_task_set_in_it(self, shop: PetShop) -> None:
        shop.deploy()

        result = shop.deploy(Deploy_SecurityGroupIds="sg-0d4e5f60718293041", **NEXT)

        assert result.outcome is Outcome.PAUSED
        network = shop.sets[1]["networkConfiguration"]["awsvpcConfiguration"]
        assert network["securityGroups"] == ["sg-0d4e5f60718293041"]

    def test_is_refused_before_the_stack_is_changed_while_another_one_pauses(self, shop: PetShop) -> None:
        shop.deploy()
        shop.deploy("1.1.0", **NEXT)

        with pytest.raises(SupersededError, match="Deployments-2 has made it"):
            shop.deploy("1.2.0", **{"Octopus.Deployment.Id": "Deployments-3"})
        assert shop.changes == []

    def test_of_another_count_scales_the_set_that_serves(self, shop: PetShop) -> None:
        shop.deploy()

        assert shop.deploy(Deploy_DesiredCount="3").outcome is Outcome.SUCCEEDED
        assert [(each["computedDesiredCount"], each["runningCount"]) for each in shop.sets] == [(3, 3)]

    def test_that_does_not_come_up_is_deleted_again(self, shop: PetShop) -> None:
        shop.deploy()
        take(shop.aws, "image-not-found")

        with pytest.raises(RolledBackError, match="what served before serves"):
            shop.deploy("1.1.0", **NEXT)
        assert [each["status"] for each in shop.sets] == ["PRIMARY"]


class TestBeforeTheStackIsChanged:
    def test_a_rule_with_one_target_group_is_refused(self) -> None:
        shop = enter("healthy", groups=1)

        with pytest.raises(DeploymentError, match="forwards to 1 target groups"):
            shop.deploy()
        assert shop.changes == []

    def test_a_target_group_that_no_rule_forwards_to_is_refused(self, shop: PetShop) -> None:
        group = shop.aws.ecs.elbv2.create_target_group({"Name": "lonely", "Port": 8080})["TargetGroups"][0]
        mapping = {
            "containerName": "web",
            "containerPort": "8080",
            "targetGroupArn": group["TargetGroupArn"],
        }

        with pytest.raises(NotFoundError, match="no production rule"):
            shop.deploy(Deploy_LoadBalancerMappings=[mapping])
        assert shop.changes == []

    def test_a_named_rule_that_forwards_to_another_group_is_refused(self, shop: PetShop) -> None:
        elbv2, rule = shop.aws.ecs.elbv2, room().rule
        group = elbv2.create_target_group({"Name": "lonely", "Port": 8080})["TargetGroups"][0]
        action = {"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}
        elbv2.modify_rule({"RuleArn": rule, "Actions": [action]})

        with pytest.raises(DeploymentError, match="does not forward to target group"):
            shop.deploy(TaskSets_ProductionListenerRule=rule)
        assert shop.changes == []

    def test_a_target_group_that_does_not_exist_is_named(self, shop: PetShop) -> None:
        group = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/missing/0f1e2d3c4b5a6978"
        mapping = {"containerName": "web", "containerPort": "8080", "targetGroupArn": group}

        with pytest.raises(NotFoundError, match=r"targetgroup/missing/.* was not found"):
            shop.deploy(Deploy_LoadBalancerMappings=[mapping])
        assert shop.changes == []

    def test_a_service_of_another_controller_is_refused(self, shop: PetShop) -> None:
        shop.run(DeployEcsServiceStep(example("deploy", tag="1.0.0")))

        with pytest.raises(DeploymentError, match="its deployment controller is ECS"):
            shop.deploy()
        assert shop.changes == []

    def test_the_key_of_testers_is_shown_nowhere(self, shop: PetShop) -> None:
        shop.deploy()
        shop.deploy("1.1.0", **NEXT)

        assert HEADER.partition(": ")[2] not in repr(shop.events)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"Deploy_DeploymentType": "Rolling", "Strategy_Type": "Canary", "TestTraffic_Header": ""},
            f"{ECS}.Deploy.DeploymentType: is Rolling, and {ECS}.Strategy.Type is Canary",
        ),
        (
            {"Deploy_DeploymentType": "Native", "TestTraffic_Header": ""},
            f"is Native, and {ECS}.Strategy.Type is Keep; choose BlueGreen, Canary or Linear there",
        ),
        ({"Strategy_Type": "Rolling"}, "is TaskSets, and"),
        ({"Deployment_CircuitBreaker": "On"}, f"leave {ECS}.Deployment.CircuitBreaker empty"),
        ({"Deployment_Alarms": "red"}, f"leave {ECS}.Deployment.Alarms empty"),
        ({"WaitOption": {"type": "DontWait"}}, "must be to wait"),
        ({"Deploy_LoadBalancerMappings": []}, "has 0 entries"),
        ({"Deploy_DeploymentType": "Rolling"}, "are for TaskSets"),
        ({"TestTraffic_Query": "test=1"}, "give one of them"),
        (
            {
                "Deploy_LoadBalancerMappings": [
                    {
                        "containerName": "web",
                        "containerPort": "8080",
                        "targetGroupArn": TARGET_GROUP,
                        "infrastructureRole": "arn:aws:iam::123456789012:role/ecs",
                    }
                ]
            },
            "has members for a strategy of ECS",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_aws(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputsError) as caught:
        DeployEcsServiceStep(variables(**changes))

    assert message in str(caught.value)


def test_task_sets_cannot_be_exported() -> None:
    with pytest.raises(InvalidInputsError, match="TaskSets cannot be exported"):
        DeployEcsServiceStep(variables(), for_export=True)
