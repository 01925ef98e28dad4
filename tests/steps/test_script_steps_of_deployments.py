"""A canary inside Octopus: three script steps, each with the outputs of the one before it."""

import io
from collections.abc import Mapping
from pathlib import Path

from ecs_steps.sandbox import Sandbox
from ecs_steps.script_step import ScriptHost, run_script_step
from script_host.service_messages import Log, parse
from steps.storefront import OURS, Storefront, pins, update_variables


def run(aws: Sandbox, prefix: str, parameters: Mapping[str, object], folder: Path) -> tuple[int, Log]:
    """Run a script step with the parameters of its template."""
    stdout = io.StringIO()
    image = {"Octopus.Action.Package[web].Image": "index.docker.io/acme/storefront:2.8.0"}
    named = {f"{prefix}.{name}": str(value) for name, value in parameters.items()}
    code = run_script_step(
        prefix,
        {"Octopus.Deployment.Id": OURS, **image, **named},
        aws=aws.clients,
        clock=aws.clock,
        host=ScriptHost(stdout=stdout, folder=folder),
    )
    return code, parse(stdout.getvalue().encode("ascii"))


SERVICE = {"ClusterName": "shop", "ServiceName": "storefront"}


def test_each_step_is_pinned_by_the_outputs_of_the_one_before(tmp_path: Path) -> None:
    with Sandbox("canary-with-pauses") as aws:
        paused = Storefront(aws).update()
        pinned = {
            **SERVICE,
            "ServiceDeploymentArn": paused.outputs["ServiceDeploymentArn"],
            "HookId": paused.outputs["HookId"],
        }

        first_code, first = run(aws, "EcsContinue", pinned, tmp_path)
        again_code, again = run(aws, "EcsContinue", pinned, tmp_path)
        pinned["HookId"] = first.outputs["HookId"].value
        last_code, last = run(aws, "EcsContinue", pinned, tmp_path)

        assert (first_code, again_code, last_code) == (0, 0, 0)
        outcomes = [log.outputs["Outcome"].value for log in (first, again, last)]
        assert outcomes == ["PAUSED", "PAUSED", "SUCCEEDED"]
        assert again.outputs["HookId"] == first.outputs["HookId"]
        assert "10 %" in first.at("highlight")
        assert [percent for percent, _ in last.progress] == sorted(percent for percent, _ in last.progress)


def test_an_abort_is_green_and_says_so(tmp_path: Path) -> None:
    with Sandbox("canary-with-pauses") as aws:
        Storefront(aws).update()

        code, log = run(aws, "EcsAbort", SERVICE, tmp_path)

        assert code == 0
        assert log.outputs["Outcome"].value == "ROLLED_BACK"
        assert log.results == []


def test_a_continue_that_is_refused_gives_the_reason_as_the_result(tmp_path: Path) -> None:
    with Sandbox("weights-were-reset") as aws:
        pinned = pins(Storefront(aws).update())
        aws.clock.sleep(60)

        code, log = run(aws, "EcsContinue", SERVICE | {"HookId": str(pinned["Continue_HookId"])}, tmp_path)

        assert code == 5
        assert "was not continued" in log.results[0]


def test_an_update_in_octopus_takes_the_strategy_of_its_form(tmp_path: Path) -> None:
    with Sandbox() as aws:
        given = {
            "ClusterName": "shop",
            "ServiceName": "storefront",
            "TargetTaskDefinitionName": "storefront",
            "ContainerUpdates": update_variables()["Octopus.Action.Aws.Ecs.Update.ContainerUpdates"],
            "Type": "Linear",
            "StepPercent": "50",
            "PauseAt": "PRE_PRODUCTION_TRAFFIC_SHIFT",
        }

        code, log = run(aws, "EcsUpdate", given, tmp_path)

        assert code == 0, log
        assert log.outputs["Outcome"].value == "PAUSED"
