"""A canary through real clients, by several processes that share a journal."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ecs_steps.sandbox import Sandbox


def start(aws: Sandbox) -> str:
    """Deploy another revision to `storefront`; return the ARN of its service deployment."""
    ecs: Any = aws.clients.ecs
    known = ecs.describe_task_definition(taskDefinition="storefront")["taskDefinition"]
    accepted = ecs.meta.service_model.operation_model("RegisterTaskDefinition").input_shape.members
    revision = ecs.register_task_definition(**{name: known[name] for name in known.keys() & accepted})
    arn = revision["taskDefinition"]["taskDefinitionArn"]
    updated = ecs.update_service(cluster="shop", service="storefront", taskDefinition=arn)["service"]
    return str(updated["currentServiceDeployment"])


def paused(aws: Sandbox, arn: str) -> dict[str, Any]:
    """Wait for a pause; return the record."""
    while True:
        reply = aws.clients.ecs.describe_service_deployments(serviceDeploymentArns=[arn])
        record: dict[str, Any] = dict(reply["serviceDeployments"][0])
        if any(hook["status"] == "AWAITING_ACTION" for hook in record.get("lifecycleHookDetails", [])):
            return record
        aws.clock.sleep(5)


def proceed(aws: Sandbox, arn: str) -> None:
    hook = paused(aws, arn)["lifecycleHookDetails"][0]["hookId"]
    aws.clients.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook, action="CONTINUE")
    aws.clock.sleep(5)


def test_a_canary_is_started_continued_and_finished_by_three_processes(tmp_path: Path) -> None:
    journal = tmp_path / "shop.journal"
    shares = []

    with Sandbox("canary-with-pauses", journal=journal) as aws:
        arn = start(aws)
        shares.append(paused(aws, arn)["targetServiceRevision"]["requestedProductionTrafficWeight"])
    with Sandbox("canary-with-pauses", journal=journal) as aws:
        proceed(aws, arn)
        shares.append(paused(aws, arn)["targetServiceRevision"]["requestedProductionTrafficWeight"])
    with Sandbox("canary-with-pauses", journal=journal) as aws:
        proceed(aws, arn)
        aws.clock.sleep(600)
        record = aws.clients.ecs.describe_service_deployments(serviceDeploymentArns=[arn])[
            "serviceDeployments"
        ][0]

    assert shares == [0.0, 10.0]
    assert record["status"] == "SUCCESSFUL"


def test_a_day_of_pause_takes_no_time() -> None:
    with Sandbox("canary-with-pauses") as aws:
        arn = start(aws)
        paused(aws, arn)
        events = len(aws.timeline._due)

        aws.clock.sleep(50 * 60)
        assert paused(aws, arn)["status"] == "IN_PROGRESS"
        assert len(aws.timeline._due) == events
        aws.clock.sleep(24 * 3600)

        record = aws.clients.ecs.describe_service_deployments(serviceDeploymentArns=[arn])[
            "serviceDeployments"
        ][0]
    assert record["status"] == "ROLLBACK_SUCCESSFUL"


def test_a_dead_hook_is_refused_with_ecs_own_code() -> None:
    with Sandbox("canary-with-pauses") as aws:
        arn = start(aws)
        hook = paused(aws, arn)["lifecycleHookDetails"][0]["hookId"]
        start(aws)

        with pytest.raises(ClientError) as refused:
            aws.clients.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook)

    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"


def test_a_client_reads_and_resets_the_live_weights() -> None:
    with Sandbox() as aws:
        ecs, elbv2 = aws.clients.ecs, aws.session.client("elbv2")
        service = ecs.describe_services(cluster="shop", services=["storefront"])["services"][0]
        advanced = service["loadBalancers"][0]["advancedConfiguration"]
        arn = advanced["productionListenerRule"]
        [rule] = elbv2.describe_rules(RuleArns=[arn])["Rules"]

        actions = rule["Actions"]
        actions[0]["ForwardConfig"]["TargetGroups"][0]["Weight"] = 0
        actions[0]["ForwardConfig"]["TargetGroups"][1]["Weight"] = 1
        elbv2.modify_rule(RuleArn=arn, Actions=actions)
        [changed] = elbv2.describe_rules(RuleArns=[arn])["Rules"]

    assert [group["Weight"] for group in changed["Actions"][0]["ForwardConfig"]["TargetGroups"]] == [0, 1]
