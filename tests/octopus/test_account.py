from collections.abc import Callable, Mapping

import pytest

from ecs_steps import DeployEcsServiceStep, UpdateEcsServiceStep
from ecs_steps.account import AccessKeys, AssumedRole, InstanceRole, WebIdentity
from ecs_steps.errors import InvalidInputsError
from ecs_steps.octopus.account import OctopusAccount, read_account
from ecs_steps.octopus.variables import Variables
from steps.deploy_ecs_service.dictionaries import minimal

ROLE = "arn:aws:iam::123456789012:role/deployer"
OTHER_ROLE = "arn:aws:iam::210987654321:role/production"
NAMED = {"Octopus.Action.AwsAccount.Variable": "Shop"}
KEYS = {**NAMED, "Shop.AccessKey": "AKIASHOP", "Shop.SecretKey": "hunter2"}
OIDC = {**NAMED, "Shop.RoleArn": ROLE, "Shop.OpenIdConnect.Jwt": "eyJhbGciOi"}
ASSUME = {"Octopus.Action.Aws.AssumeRole": "True", "Octopus.Action.Aws.AssumedRoleArn": OTHER_ROLE}
LOGIN = AccessKeys(access_key="AKIASHOP", secret_key="hunter2")  # noqa: S106  no secret
SECRETS = ("hunter2", "AKIASHOP", "eyJhbGciOi", "between-us")


def account(*given: Mapping[str, str]) -> OctopusAccount:
    return read_account(Variables({name: value for each in given for name, value in each.items()}))


def test_no_variable_is_the_account_of_the_environment() -> None:
    assert account() == OctopusAccount()
    assert account(NAMED) == OctopusAccount()
    assert account(dict.fromkeys((*KEYS, *OIDC, *ASSUME), " ")) == OctopusAccount()


def test_an_account_is_a_pair_of_keys_under_the_name_of_its_variable() -> None:
    assert account(KEYS) == OctopusAccount(login=LOGIN)


def test_what_surrounds_a_value_is_no_part_of_it() -> None:
    assert account({name: f" {value}\n" for name, value in KEYS.items()}) == account(KEYS)


def test_the_account_of_a_target_has_no_name() -> None:
    of_target = {"Octopus.Action.Amazon.AccessKey": "AKIASHOP", "Octopus.Action.Amazon.SecretKey": "hunter2"}

    assert account(of_target) == account(of_target, NAMED) == account(KEYS)


def test_each_part_of_an_account_is_read_from_its_own_variables_first() -> None:
    elsewhere = {"Octopus.Action.Amazon.AccessKey": "AKIAELSE", "Octopus.Action.Amazon.SecretKey": "hunter3"}

    assert account(KEYS, elsewhere) == account(KEYS)
    assert account(NAMED, elsewhere, {"Shop.AccessKey": "AKIASHOP"}).login == AccessKeys(
        access_key="AKIASHOP",
        secret_key="hunter3",  # noqa: S106  no secret
    )


def test_an_openid_connect_account_is_a_role_and_a_token() -> None:
    assert account(OIDC, {"Shop.SessionDuration": "7200"}) == OctopusAccount(
        login=WebIdentity(role_arn=ROLE, token="eyJhbGciOi", session_duration=7200)  # noqa: S106  no secret
    )


def test_the_token_of_the_task_serves_where_the_account_has_none_of_its_own() -> None:
    unnamed = {"Octopus.Action.Amazon.RoleArn": ROLE, "Octopus.OpenIdConnect.Jwt": "eyJhbGciOi"}

    assert account(unnamed) == account(OIDC)


def test_the_named_account_is_chosen_whatever_its_kind() -> None:
    of_target = {"Octopus.Action.Amazon.AccessKey": "AKIAELSE", "Octopus.Action.Amazon.SecretKey": "hunter3"}

    assert account(OIDC, of_target) == account(OIDC)
    assert account(KEYS, {"Octopus.Action.Amazon.RoleArn": ROLE}) == account(KEYS)


def test_the_role_of_the_instance_needs_no_other_variable() -> None:
    chosen = account(KEYS, {"Octopus.Action.AwsAccount.UseInstanceRole": "true"})

    assert chosen == OctopusAccount(login=InstanceRole())


def test_a_role_is_assumed_on_top_of_any_login() -> None:
    details = {
        "Octopus.Action.Aws.AssumedRoleSession": "release-7",
        "Octopus.Action.Aws.AssumeRoleSessionDurationSeconds": "900",
        "Octopus.Action.Aws.AssumeRoleExternalId": "between-us",
    }

    assert account(KEYS, ASSUME, details) == OctopusAccount(
        login=LOGIN,
        assumed_role=AssumedRole(
            role_arn=OTHER_ROLE, session_name="release-7", session_duration=900, external_id="between-us"
        ),
    )
    assert account(ASSUME) == OctopusAccount(assumed_role=AssumedRole(role_arn=OTHER_ROLE))


def test_a_session_without_a_name_is_called_as_octopus_calls_its_own() -> None:
    assumed = account(ASSUME).assumed_role

    assert assumed is not None
    assert assumed.session_name == "OctopusAwsAuthentication"


def test_a_role_is_not_assumed_unless_that_is_requested() -> None:
    assert account(KEYS, ASSUME, {"Octopus.Action.Aws.AssumeRole": "False"}) == account(KEYS)


HALVES: dict[str, tuple[dict[str, str], list[str]]] = {
    "an access key alone": (NAMED | {"Shop.AccessKey": "AKIASHOP"}, ["Shop.SecretKey: is required"]),
    "a secret key alone": (NAMED | {"Shop.SecretKey": "hunter2"}, ["Shop.AccessKey: is required"]),
    "a target's access key alone": (
        {"Octopus.Action.Amazon.AccessKey": "AKIASHOP"},
        ["Octopus.Action.Amazon.SecretKey: is required"],
    ),
    "a role without a token": (NAMED | {"Shop.RoleArn": ROLE}, ["Shop.OpenIdConnect.Jwt: is required"]),
    "a target's role without a token": (
        {"Octopus.Action.Amazon.RoleArn": ROLE},
        ["Octopus.OpenIdConnect.Jwt: is required"],
    ),
    "a token without a role": (
        NAMED | {"Shop.OpenIdConnect.Jwt": "eyJhbGciOi"},
        ["Shop.RoleArn: is required"],
    ),
    "no role to assume": (
        KEYS | {"Octopus.Action.Aws.AssumeRole": "True"},
        ["Octopus.Action.Aws.AssumedRoleArn: is required"],
    ),
    "roles that are none": (
        OIDC | ASSUME | {"Octopus.Action.Aws.AssumedRoleArn": "production", "Shop.RoleArn": "deployer"},
        [
            'Shop.RoleArn: expected the ARN of an IAM role, not "deployer"',
            'Octopus.Action.Aws.AssumedRoleArn: expected the ARN of an IAM role, not "production"',
        ],
    ),
    "a duration in words": (
        OIDC | {"Shop.SessionDuration": "1h"},
        ['Shop.SessionDuration: expected a whole number from 900 to 43200, not "1h"'],
    ),
    "a duration that is too short": (
        OIDC | {"Shop.SessionDuration": "899"},
        ['Shop.SessionDuration: expected a whole number from 900 to 43200, not "899"'],
    ),
    "a duration that is too long": (
        ASSUME | {"Octopus.Action.Aws.AssumeRoleSessionDurationSeconds": "43201"},
        [
            (
                "Octopus.Action.Aws.AssumeRoleSessionDurationSeconds: expected a whole number from "
                '900 to 43200, not "43201"'
            )
        ],
    ),
    "a session's name that AWS refuses": (
        ASSUME | {"Octopus.Action.Aws.AssumedRoleSession": "release 7"},
        [
            (
                "Octopus.Action.Aws.AssumedRoleSession: expected 2 to 64 letters, digits and characters of "
                '_+=,.@-, not "release 7"'
            )
        ],
    ),
    "flags that are none": (
        {"Octopus.Action.Aws.AssumeRole": "yes", "Octopus.Action.AwsAccount.UseInstanceRole": "1"},
        [
            'Octopus.Action.AwsAccount.UseInstanceRole: expected True or False, not "1"',
            'Octopus.Action.Aws.AssumeRole: expected True or False, not "yes"',
        ],
    ),
    "a name that stays open": (
        {"Octopus.Action.AwsAccount.Variable": "#{OctopusAccount}"},
        ["Octopus.Action.AwsAccount.Variable: no variable gives #{OctopusAccount} a value"],
    ),
    "a name that stays open beside half a target's account": (
        {
            "Octopus.Action.AwsAccount.Variable": "#{OctopusAccount}",
            "Octopus.Action.Amazon.AccessKey": "AKIASHOP",
        },
        [
            "Octopus.Action.AwsAccount.Variable: no variable gives #{OctopusAccount} a value",
            "Octopus.Action.Amazon.SecretKey: is required",
        ],
    ),
    "parts that stay open": (
        NAMED | {"Shop.AccessKey": "#{Key}", "Shop.SecretKey": "x#{Secret | Trim 'hunter2'}"},
        [
            "Shop.AccessKey: no variable gives #{Key} a value",
            "Shop.SecretKey: no variable gives an expression (hidden) a value",
        ],
    ),
    "keys that are none": (
        NAMED | {"Shop.AccessKey": "hunter2/", "Shop.SecretKey": "hunter2 2"},
        [
            "Shop.AccessKey: expected an access key id, not the value given (hidden)",
            "Shop.SecretKey: expected a secret key without spaces, not the value given (hidden)",
        ],
    ),
    "an external id that AWS refuses": (
        ASSUME | {"Octopus.Action.Aws.AssumeRoleExternalId": "between us"},
        [
            (
                "Octopus.Action.Aws.AssumeRoleExternalId: expected 2 to 1224 letters, digits and characters "
                "of _+=,.@:/-, not the value given (hidden)"
            )
        ],
    ),
    "a token that is none": (
        OIDC | {"Shop.OpenIdConnect.Jwt": "ey J"},
        ["Shop.OpenIdConnect.Jwt: expected a JSON web token, not the value given (hidden)"],
    ),
}


@pytest.mark.parametrize(("variables", "expected"), HALVES.values(), ids=HALVES)
def test_half_an_account_names_the_variables_that_are_missing_or_wrong(
    variables: dict[str, str], expected: list[str]
) -> None:
    errors = account(variables).errors

    assert [f"{error.path[0]}: {error}" for error in errors] == expected


def test_no_secret_is_shown() -> None:
    details = {"Octopus.Action.Aws.AssumeRoleExternalId": "between-us"}

    shown = repr([account(KEYS), account(OIDC), account(ASSUME, details)])

    assert ROLE in shown
    assert not [secret for secret in SECRETS if secret in shown]


def deploy(account: Mapping[str, str]) -> DeployEcsServiceStep:
    return DeployEcsServiceStep({**minimal(), **account})


def update(account: Mapping[str, str]) -> UpdateEcsServiceStep:
    prefix = "Octopus.Action.Aws.Ecs"
    return UpdateEcsServiceStep(
        {
            f"{prefix}.ClusterName": "shop",
            f"{prefix}.Update.ServiceName": "web",
            f"{prefix}.Update.TargetTaskDefinitionName": "web",
            f"{prefix}.Update.ContainerUpdates": '[{"containerName": "web", "packageReference": "web"}]',
            "Octopus.Action.Package[web].Image": "acme/web:2",
            **account,
        }
    )


Step = Callable[[Mapping[str, str]], DeployEcsServiceStep | UpdateEcsServiceStep]


@pytest.mark.parametrize("step", [deploy, update])
def test_half_an_account_is_reported_with_all_other_problems(step: Step) -> None:
    with pytest.raises(InvalidInputsError) as raised:
        step({**NAMED, "Shop.AccessKey": "AKIASHOP", "Octopus.Action.Aws.Ecs.ClusterName": ""})

    assert [str(problem) for problem in raised.value.problems] == [
        "Octopus.Action.Aws.Ecs.ClusterName: is required",
        "Shop.SecretKey: is required",
    ]


@pytest.mark.parametrize("step", [deploy, update])
def test_inputs_hold_the_account_and_show_no_secret_of_it(step: Step) -> None:
    inputs = step({**KEYS, **ASSUME, "Octopus.Action.Aws.AssumeRoleExternalId": "between-us"}).inputs

    assert inputs.account.login == LOGIN
    assert not [secret for secret in SECRETS if secret in repr(inputs)]


@pytest.mark.parametrize("step", [deploy, update])
def test_the_account_is_read_from_evaluated_variables(step: Step) -> None:
    inputs = step({**KEYS, "Octopus.Action.AwsAccount.Variable": "#{Chosen}", "Chosen": "Shop"}).inputs

    assert inputs.account == account(KEYS)


def test_an_export_needs_no_account() -> None:
    half = {
        "Octopus.Action.AwsAccount.Variable": "#{OctopusAccount}",
        "Octopus.Action.Amazon.AccessKey": "AKIASHOP",
    }

    exported = DeployEcsServiceStep(minimal() | half, for_export=True).export()

    assert exported == DeployEcsServiceStep(minimal(), for_export=True).export()
