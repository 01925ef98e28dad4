import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ecs_steps import InvalidInputsError, NotFoundError
from ecs_steps.cli.main import main
from ecs_steps.rollouts.status import DeploymentProgress
from ecs_steps.rollouts.task_set_progress import TaskSetProgress
from ecs_steps.sandbox import Sandbox
from ecs_steps.steps.show_ecs_deployment.step import ShowEcsDeployment
from permissions.policies import allowing
from permissions.requests import requests
from steps.checkout import Checkout
from steps.checkout import deployment_variables as task_set_variables
from steps.storefront import Storefront, deployment_variables, pins, update_variables

EXAMPLES = Path(__file__).parents[3] / "ecs_steps" / "sandbox" / "examples"

Progress = DeploymentProgress | TaskSetProgress


def status(aws: Sandbox, **changes: Any) -> Progress:  # noqa: ANN401  passed on
    query = ShowEcsDeployment(deployment_variables(**changes))
    return query.run(aws=aws.clients, clock=aws.clock, report=lambda _: None)


def test_a_paused_canary_is_shown_with_steps_shares_and_what_it_waits_for() -> None:
    with Sandbox("canary-with-pauses") as aws:
        shop = Storefront(aws)
        outputs = shop.proceed(**pins(shop.update())).outputs
        hook, deployment_id = outputs["HookId"], outputs["DeploymentId"]

        service, deployment, *rest = status(aws).lines()

        assert service == "service storefront: 4 of 2 tasks run"
        stage = "IN_PROGRESS, PRE_PRODUCTION_TRAFFIC_SHIFT"
        assert deployment == f"  storefront:2  canary  {stage}  {deployment_id}"
        assert [line.split()[0] for line in rest] == ["steps", "new", "old", "waits"]
        assert rest[0].endswith("[x] 10 %  [ ] 100 %")
        assert "10 % of the traffic (100 % of the test traffic), 2 of 2 running, 2 healthy" in rest[1]
        assert hook in rest[3]


def test_the_data_holds_the_outputs_of_the_step_that_paused() -> None:
    with Sandbox("canary-with-pauses") as aws:
        shop = Storefront(aws)
        paused = shop.proceed(**pins(shop.update())).outputs

        data = status(aws).to_dict()

        assert data["outputs"].items() <= paused.items()
        assert data["outputs"]["HookId"] == paused["HookId"]
        assert data["strategy"] == {
            "type": "CANARY",
            "bakeTimeInMinutes": 5,
            "pausesAt": ["PRE_PRODUCTION_TRAFFIC_SHIFT"],
        }
        assert data["steps"] == [{"percent": 10, "isDone": True}, {"percent": 100, "isDone": False}]
        assert [task["productionTrafficPercent"] for task in data["tasks"]] == [10, 90]
        assert data["targets"] == [{"group": "storefront-blue", "healthy": 2, "desired": 2}]
        assert set(data) >= {"service", "strategy", "steps", "tasks", "targets", "alarms", "outputs"}
        json.dumps(data)


def test_what_is_wrong_is_a_warning() -> None:
    with Sandbox("weights-were-reset") as aws:
        shop = Storefront(aws)
        shop.update()
        aws.clock.sleep(60)

        progress = status(aws)

        assert any("something else has written the weights" in line for line in progress.lines())
        assert progress.to_dict()["warnings"]


def test_a_deployment_that_is_over_says_how_it_ended() -> None:
    with Sandbox("pause-expires-and-rolls-back") as aws:
        shop = Storefront(aws)
        shop.update()
        aws.clock.sleep(3600)

        *_, reason = status(aws).lines()

        assert "POST_TEST_TRAFFIC_SHIFT pause hook timed out" in reason


def test_a_service_whose_deployments_ecs_has_forgotten_is_shown_alone() -> None:
    with Sandbox() as aws:
        for line in status(aws).lines():
            assert line


def test_a_rolling_deployment_has_tasks_and_no_shares() -> None:
    with Sandbox() as aws:
        shop = Storefront(aws)
        shop.update(minutes=0, Strategy_Type="Rolling")

        data = status(aws).to_dict()

        assert data["steps"] == []
        assert "ProductionTrafficPercent" not in data["outputs"]


def test_nothing_is_changed() -> None:
    with Sandbox("canary-with-pauses") as aws:
        shop = Storefront(aws)
        shop.update()
        since = len(aws.calls)

        status(aws)

        assert all(call.operation.startswith(("Describe", "List")) for call in aws.calls[since:])


def test_the_service_of_an_update_is_shown() -> None:
    assert ShowEcsDeployment(update_variables()).inputs.service_name == "storefront"


def test_a_service_is_required() -> None:
    with pytest.raises(InvalidInputsError, match=r"Deployment.ServiceName: is required"):
        ShowEcsDeployment({"Octopus.Action.Aws.Ecs.ClusterName": "shop"})


def test_a_service_that_is_not_there_is_named() -> None:
    with Sandbox() as aws, pytest.raises(NotFoundError, match="Service absent was not found"):
        status(aws, Deployment_ServiceName="absent")


def test_a_pause_of_a_day_costs_at_most_one_call_a_minute() -> None:
    with Sandbox() as aws:
        shop = Storefront(aws)
        shop.update(Strategy_Type="Canary")
        since, began = len(aws.calls), aws.clock.now()
        shown: list[Progress] = []

        ShowEcsDeployment(deployment_variables()).run(
            shown.append, aws=aws.clients, clock=aws.clock, report=lambda _: None
        )

        minutes = (aws.clock.now() - began).total_seconds() / 60
        assert minutes > 24 * 60
        assert (len(aws.calls) - since) / minutes <= 1.05
        assert [progress.is_over for progress in shown[-1:]] == [True]


def test_every_call_is_allowed_by_the_policy() -> None:
    with Sandbox("canary-with-pauses") as aws:
        shop = Storefront(aws)
        shop.update()
        since = len(aws.calls)
        status(aws)
        region = {"Octopus.Action.Aws.Region": "eu-west-1"}
        policy = ShowEcsDeployment(deployment_variables() | region).iam_policy()

        needed = [request for call in aws.calls[since:] for request in requests(call)]
        assert [request for request in needed if not allowing(policy, request)] == []


def test_the_command_prints_a_tree_or_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sandbox = ["--sandbox", "--sandbox-speed", "1e6", "--sandbox-journal", str(tmp_path / "journal")]
    an_hour = ["--set", "Octopus.Action.Aws.Ecs.Strategy.PauseTimeoutMinutes=60"]
    main(["update", str(EXAMPLES / "canary.json"), *an_hour, *sandbox])
    capsys.readouterr()

    assert main(["status", str(EXAMPLES / "canary.json"), *sandbox]) == 0
    text = capsys.readouterr().out
    assert main(["status", str(EXAMPLES / "canary.json"), *sandbox, "--output", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert main(["status", str(EXAMPLES / "canary.json"), *sandbox, "--watch"]) == 0
    watched = capsys.readouterr()

    assert text.startswith("service storefront: ")
    assert data["service"]["name"] == "storefront"
    assert "waits  for a person" in watched.err
    assert "pause hook timed out" in watched.out


def test_the_command_has_a_policy(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["iam-policy", "status", str(EXAMPLES / "canary.json")]) == 0

    assert "ecs:UpdateService" not in capsys.readouterr().out


@pytest.fixture
def checkout() -> Iterator[Checkout]:
    with Sandbox() as aws:
        yield Checkout(aws)


def checkout_status(shop: Checkout, **changes: Any) -> Progress:  # noqa: ANN401  passed on
    query = ShowEcsDeployment(task_set_variables(**changes))
    return query.run(aws=shop.aws.clients, clock=shop.aws.clock, report=lambda _: None)


class TestTaskSets:
    def test_both_sets_are_shown_with_their_shares_and_what_is_waited_for(self, checkout: Checkout) -> None:
        checkout.update()
        checkout.share(50)

        service, new, old, tests, waits = checkout_status(checkout).lines()

        assert service == "service checkout: 3 of 2 tasks run, by task sets"
        assert new.startswith(
            "  new    checkout:2  50 % of the traffic, 1 of 1 running, 1 healthy in checkout-g"
        )
        assert new.endswith(" of Deployments-7")
        assert old.startswith(
            "  old    checkout:1  50 % of the traffic, 2 of 2 running, 2 healthy in checkout-b"
        )
        assert ":listener-rule/" in tests
        assert waits.startswith("  waits  for a person")

    def test_the_data_holds_the_outputs_of_the_step_that_paused(self, checkout: Checkout) -> None:
        checkout.update()
        paused = checkout.share(50).outputs

        data = checkout_status(checkout).to_dict()

        assert data["outputs"].items() <= paused.items()
        assert data["outputs"]["TaskSetId"] == paused["TaskSetId"]
        assert [task["productionTrafficPercent"] for task in data["tasks"]] == [50, 50]
        assert [task["testTrafficPercent"] for task in data["tasks"]] == [100, 0]
        assert data["targets"] == [
            {"group": "checkout-blue", "healthy": 2, "desired": 2},
            {"group": "checkout-green", "healthy": 1, "desired": 1},
        ]
        with Sandbox("canary-with-pauses") as aws:
            assert set(data) >= set(status(aws).to_dict())
        json.dumps(data)

    def test_a_set_of_any_deployment_is_shown(self, checkout: Checkout) -> None:
        made = checkout.update().outputs["TaskSetId"]

        of_another = checkout_status(checkout, **{"Octopus.Deployment.Id": "Deployments-8"})

        assert of_another.outputs()["TaskSetId"] == made

    def test_what_it_waits_for_follows_the_deployment(self, checkout: Checkout) -> None:
        def waits() -> str:
            return list(checkout_status(checkout).lines())[-1].removeprefix("  waits  ")

        seen = [waits()]
        checkout.update(WaitOption={"type": "DontWait"})
        seen.append(waits())
        checkout.update()
        seen.append(waits())
        checkout.share(100, WaitOption={"type": "WaitWithTimeout", "timeoutMinutes": 30})
        seen.append(waits())
        checkout.aws.clock.sleep(300)
        seen.append(waits())

        assert [text.partition(":")[0] for text in seen] == [
            "for nothing",
            "for the new tasks to run and to be healthy",
            "for a person",
            "for the last tasks of a deleted set",
            "for nothing",
        ]

    def test_shares_that_cannot_be_read_are_a_warning(self, checkout: Checkout) -> None:
        checkout.update()
        checkout.aws.ecs.elbv2.delete_rule({"RuleArn": checkout.production["RuleArn"]})

        *_, warning = checkout_status(checkout).lines()

        assert warning.startswith("  WARNING: The service has no production rule")

    def test_it_is_followed_to_its_end(self, checkout: Checkout) -> None:
        checkout.update()
        shown: list[Progress] = []

        def show(progress: Progress) -> None:
            shown.append(progress)
            if len(shown) <= 2:
                checkout.share([10, 100][len(shown) - 1])

        query = ShowEcsDeployment(task_set_variables())
        last = query.run(show, aws=checkout.aws.clients, clock=checkout.aws.clock, report=lambda _: None)

        assert [each.outputs()["ProductionTrafficPercent"] for each in shown] == ["0", "10", "100"]
        assert last.is_over

    def test_every_call_is_allowed_by_the_policy(self, checkout: Checkout) -> None:
        checkout.update()
        since = len(checkout.aws.calls)
        checkout_status(checkout)
        policy = ShowEcsDeployment(
            task_set_variables() | {"Octopus.Action.Aws.Region": "eu-west-1"}
        ).iam_policy()

        needed = [request for call in checkout.aws.calls[since:] for request in requests(call)]
        assert [request for request in needed if not allowing(policy, request)] == []
