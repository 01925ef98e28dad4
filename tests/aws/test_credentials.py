import logging
from collections.abc import Callable

import pytest

from aws.signatures import KEYS, OPENID, PRODUCTION, ROLE, Line, clients, ends_in
from ecs_steps.account import Account, AssumedRole, Login, WebIdentity
from ecs_steps.aws.errors import calling
from ecs_steps.errors import AccessDeniedError, AwsCallError
from ecs_steps.sandbox import Fault, FaultKind

ENVIRONMENT_KEY = "AKIAECSSTEPSSANDBOX0"


def test_keys_sign_the_requests(line: Line) -> None:
    clients(line, Account(login=KEYS)).ecs.list_clusters()

    assert line.signers("ecs") == [("AKIASHOP", "")]
    assert line.signers("sts") == []


def test_without_a_login_the_session_finds_its_own_credentials(line: Line) -> None:
    clients(line, Account()).ecs.list_clusters()

    assert line.signers("ecs") == [(ENVIRONMENT_KEY, "")]


def test_a_token_opens_a_role_without_any_keys(line: Line) -> None:
    clients(line, Account(login=OPENID)).ecs.list_clusters()

    assert line.params_of("AssumeRoleWithWebIdentity") == [
        {
            "RoleArn": ROLE,
            "RoleSessionName": "OctopusAwsAuthentication",
            "WebIdentityToken": "eyJhbGciOi",
            "DurationSeconds": 7200,
        }
    ]
    assert line.signers("sts") == [("", "")]
    assert line.signers("ecs") == line.issued


def test_a_role_is_assumed_with_the_accounts_keys(line: Line) -> None:
    role = AssumedRole(
        role_arn=PRODUCTION, session_name="release-7", session_duration=900, external_id="between-us"
    )

    clients(line, Account(login=KEYS, assumed_role=role)).ecs.list_clusters()

    assert line.params_of("AssumeRole") == [
        {
            "RoleArn": PRODUCTION,
            "RoleSessionName": "release-7",
            "DurationSeconds": 900,
            "ExternalId": "between-us",
        }
    ]
    assert line.signers("sts") == [("AKIASHOP", "")]
    assert line.signers("ecs") == line.issued


def test_what_is_not_known_of_a_role_is_not_sent(line: Line) -> None:
    clients(line, Account(assumed_role=AssumedRole(role_arn=PRODUCTION))).ecs.list_clusters()

    assert line.params_of("AssumeRole") == [
        {"RoleArn": PRODUCTION, "RoleSessionName": "OctopusAwsAuthentication"}
    ]
    assert line.signers("sts") == [(ENVIRONMENT_KEY, "")]


def test_a_role_is_assumed_on_top_of_one_that_a_token_opened(line: Line) -> None:
    role = AssumedRole(role_arn=PRODUCTION)

    clients(line, Account(login=OPENID, assumed_role=role)).ecs.list_clusters()

    opened, assumed = line.issued
    assert line.signers("sts") == [("", ""), opened]
    assert line.signers("ecs") == [assumed]


@pytest.mark.parametrize(
    "account",
    [
        Account(login=WebIdentity(role_arn=ROLE, token="eyJhbGciOi", session_duration=900)),  # noqa: S106  no secret
        Account(login=KEYS, assumed_role=AssumedRole(role_arn=PRODUCTION, session_duration=900)),
    ],
)
def test_the_shortest_session_is_used_for_more_than_one_call(line: Line, account: Account) -> None:
    aws = clients(line, account)

    aws.ecs.list_clusters()
    aws.ecs.list_clusters()

    assert len(line.issued) == 1
    assert line.signers("ecs") == line.issued * 2


@pytest.mark.parametrize(
    "account",
    [Account(login=OPENID), Account(login=KEYS, assumed_role=AssumedRole(role_arn=PRODUCTION))],
)
def test_a_session_is_refreshed_before_it_ends(line: Line, account: Account) -> None:
    ends_in(line, minutes=4)
    aws = clients(line, account)

    aws.ecs.list_clusters()
    aws.ecs.list_clusters()

    assert len(set(line.issued)) == 2
    assert line.signers("ecs") == line.issued


def test_a_refreshed_login_opens_the_role_on_top_of_it_again(line: Line) -> None:
    ends_in(line, minutes=4)
    aws = clients(line, Account(login=OPENID, assumed_role=AssumedRole(role_arn=PRODUCTION)))

    aws.ecs.list_clusters()
    aws.ecs.list_clusters()

    first_login, first_role, second_login, second_role = line.issued
    assert line.signers("sts") == [("", ""), first_login, ("", ""), second_login]
    assert line.signers("ecs") == [first_role, second_role]


def test_a_session_that_cannot_be_refreshed_is_used_until_it_ends(line_of: Callable[..., Line]) -> None:
    line = line_of(Fault("AssumeRoleWithWebIdentity", FaultKind.EXPIRED_TOKEN, range(1, 9)))
    ends_in(line, minutes=4)
    aws = clients(line, Account(login=OPENID))

    aws.ecs.list_clusters()
    aws.ecs.list_clusters()

    assert len(line.params_of("AssumeRoleWithWebIdentity")) == 2
    assert line.signers("ecs") == line.issued * 2


def test_a_session_that_has_ended_is_an_error_with_its_next_step(line_of: Callable[..., Line]) -> None:
    line = line_of(Fault("AssumeRoleWithWebIdentity", FaultKind.EXPIRED_TOKEN, range(1, 9)))
    ends_in(line, seconds=30)
    aws = clients(line, Account(login=OPENID))

    aws.ecs.list_clusters()
    with pytest.raises(AwsCallError) as raised, calling("ecs:ListClusters"):
        aws.ecs.list_clusters()

    assert raised.value.code == "ExpiredToken"
    assert raised.value.next_step == "The credentials have expired; use fresh ones and run the step again."


def test_a_role_that_may_not_be_assumed_names_the_permission(line_of: Callable[..., Line]) -> None:
    line = line_of(Fault("AssumeRole", FaultKind.ACCESS_DENIED))
    aws = clients(line, Account(login=KEYS, assumed_role=AssumedRole(role_arn=PRODUCTION)))

    with pytest.raises(AccessDeniedError) as raised, calling("ecs:ListClusters"):
        aws.ecs.list_clusters()

    assert raised.value.what == "AssumeRole was denied"
    assert raised.value.next_step.startswith("Allow sts:AssumeRole on ")


def test_a_security_token_service_that_is_not_reached_is_named(line_of: Callable[..., Line]) -> None:
    line = line_of(Fault("AssumeRoleWithWebIdentity", FaultKind.CONNECTION_REFUSED))
    aws = clients(line, Account(login=OPENID))

    with pytest.raises(AwsCallError) as raised, calling("ListClusters"):
        aws.ecs.list_clusters()

    assert raised.value.what == "AssumeRoleWithWebIdentity did not reach AWS"
    assert raised.value.transient


@pytest.mark.parametrize("login", [KEYS, OPENID])
def test_no_secret_of_an_account_is_logged(
    line: Line, login: Login, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ends_in(line, minutes=4)
    aws = clients(line, Account(login=login, assumed_role=AssumedRole(role_arn=PRODUCTION)))

    aws.ecs.list_clusters()
    aws.ecs.list_clusters()

    secrets = ["hunter2", "eyJhbGciOi", *(token for _, token in line.issued)]
    assert not [secret for secret in secrets if secret in caplog.text]
