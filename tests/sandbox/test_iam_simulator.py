import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ecs_steps.sandbox import Sandbox

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "ecs:Describe*", "Resource": "*"},
        {"Effect": "Allow", "Action": ["ecs:UpdateService"], "Resource": "arn:aws:ecs:*:*:service/shop/*"},
        {"Effect": "Deny", "Action": "ecs:DescribeTasks", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": "*",
            "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        },
    ],
}
ORDERS = "arn:aws:ecs:eu-west-1:123456789012:service/shop/orders"
BILLING = "arn:aws:ecs:eu-west-1:123456789012:service/billing/orders"


@pytest.mark.parametrize(
    ("action", "resource", "decision"),
    [
        ("ecs:DescribeServices", ORDERS, "allowed"),
        ("ecs:describeservices", ORDERS, "allowed"),
        ("ecs:UpdateService", ORDERS, "allowed"),
        ("ecs:UpdateService", BILLING, "implicitDeny"),
        ("ecs:DescribeTasks", "*", "explicitDeny"),
        ("iam:PassRole", "*", "implicitDeny"),
    ],
)
def test_a_request_is_decided_by_the_policies_of_a_role(action: str, resource: str, decision: str) -> None:
    with Sandbox() as aws:
        iam: Any = aws.clients.service("iam")
        role = iam.create_role(RoleName="deployer", AssumeRolePolicyDocument=TRUST)["Role"]
        iam.put_role_policy(RoleName="deployer", PolicyName="own", PolicyDocument=json.dumps(POLICY))
        reply = iam.simulate_principal_policy(
            PolicySourceArn=role["Arn"], ActionNames=[action], ResourceArns=[resource]
        )

    [result] = reply["EvaluationResults"]
    assert result["EvalDecision"] == decision


def test_attached_policies_count_and_those_of_a_user_too() -> None:
    with Sandbox() as aws:
        iam: Any = aws.clients.service("iam")
        user = iam.create_user(UserName="anna")["User"]
        policy = iam.create_policy(PolicyName="read", PolicyDocument=json.dumps(POLICY))["Policy"]
        iam.attach_user_policy(UserName="anna", PolicyArn=policy["Arn"])
        reply = iam.simulate_principal_policy(
            PolicySourceArn=user["Arn"], ActionNames=["ecs:DescribeServices", "ecs:DeleteService"]
        )

    decisions = [each["EvalDecision"] for each in reply["EvaluationResults"]]
    assert decisions == ["allowed", "implicitDeny"]


def test_a_principal_that_does_not_exist_is_refused() -> None:
    with Sandbox() as aws, pytest.raises(ClientError, match="NoSuchEntity"):
        aws.clients.service("iam").simulate_principal_policy(
            PolicySourceArn="arn:aws:iam::123456789012:role/absent", ActionNames=["ecs:DescribeServices"]
        )


def test_what_moto_does_not_have_is_refused_and_does_not_break_the_sandbox() -> None:
    with Sandbox() as aws, pytest.raises(ClientError, match="UnsupportedOperation"):
        aws.clients.service("iam").get_context_keys_for_principal_policy(
            PolicySourceArn="arn:aws:iam::123456789012:role/deployer"
        )
