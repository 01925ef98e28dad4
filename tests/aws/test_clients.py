import os
import re
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import BotoCoreError, ClientError
from botocore.hooks import HierarchicalEmitter
from botocore.loaders import create_loader

from aws.signatures import KEYS, OPENID, PRODUCTION, Line, clients, text
from ecs_steps import UpdateEcsServiceStep, __version__
from ecs_steps.account import Account, AssumedRole, InstanceRole
from ecs_steps.aws.client_events import at_most_once
from ecs_steps.aws.clients import AwsClients, account_clients, environment_clients
from ecs_steps.aws.errors import calling
from ecs_steps.aws.sessions import BotocoreSession
from ecs_steps.errors import AwsCallError
from ecs_steps.sandbox import Fault, FaultKind
from ecs_steps.sandbox.protocol import RawBody
from ecs_steps.steps.context import deployment_context


def test_sts_is_called_in_the_region_of_the_step_and_as_this_library(line: Line) -> None:
    clients(line, Account(login=OPENID)).ecs.list_clusters()

    assert [sent.host for sent in line.requests] == [
        "sts.eu-west-1.amazonaws.com",
        "ecs.eu-west-1.amazonaws.com",
    ]
    assert all(f"ecs-steps/{__version__}" in sent.agent for sent in line.requests)


def test_sts_is_called_at_another_address_where_one_is_given(line: Line) -> None:
    account = Account(login=KEYS, assumed_role=AssumedRole(role_arn=PRODUCTION))
    aws = account_clients(
        account, region="eu-west-1", endpoint_url="http://emulator.test:4566", session=line.aws.session
    )
    # moto answers nothing there: the address is all that this is about.
    with pytest.raises(ValueError, match=r"moto has no response to POST http://emulator\.test:4566/"):
        aws.ecs.list_clusters()

    assert [sent.host for sent in line.requests] == ["emulator.test:4566"]


def test_aws_is_not_called_before_the_first_call(line: Line) -> None:
    aws = clients(line, Account(login=OPENID, assumed_role=AssumedRole(role_arn=PRODUCTION)))

    assert aws.region == "eu-west-1"
    assert line.requests == []


def test_all_clients_share_one_session_of_sts(line: Line) -> None:
    aws = clients(line, Account(login=OPENID))

    aws.ecs.list_clusters()
    aws.cloudformation.describe_stacks()
    aws.logs_in("eu-west-1").describe_log_groups()

    assert len(line.params_of("AssumeRoleWithWebIdentity")) == 1


def test_a_throttled_call_is_tried_three_times(line_of: Callable[..., Line]) -> None:
    line = line_of(Fault("ListClusters", FaultKind.THROTTLED))
    aws = clients(line, Account(login=KEYS))

    with pytest.raises(AwsCallError) as raised, calling("ecs:ListClusters"):
        aws.ecs.list_clusters()

    assert raised.value.transient
    assert len(line.params_of("ListClusters")) == 3


@pytest.mark.parametrize("kind", FaultKind)
def test_whatever_goes_wrong_a_call_that_may_be_made_once_is_sent_once(
    line_of: Callable[..., Line], kind: FaultKind
) -> None:
    line = line_of(Fault("ListClusters", kind, range(1)))
    aws = clients(line, Account(login=KEYS))

    with suppress(ClientError, BotoCoreError), at_most_once():
        aws.ecs.list_clusters()

    assert len(line.params_of("ListClusters")) == 1
    assert aws.ecs.list_clusters()["clusterArns"]


def test_a_refusal_of_a_call_that_may_be_made_once_is_reported_as_any_other(
    line_of: Callable[..., Line],
) -> None:
    line = line_of(Fault("ListClusters", FaultKind.UNAVAILABLE))
    aws = clients(line, Account(login=KEYS))

    with pytest.raises(AwsCallError) as once, calling("ecs:ListClusters"), at_most_once():
        aws.ecs.list_clusters()
    with pytest.raises(AwsCallError) as often, calling("ecs:ListClusters"):
        aws.ecs.list_clusters()

    assert (once.value.code, once.value.why) == (often.value.code, often.value.why)
    # What comes after the block is tried again as usual.
    assert len(line.params_of("ListClusters")) == 1 + 3


def test_sts_is_tried_again_as_well(line_of: Callable[..., Line]) -> None:
    line = line_of(Fault("AssumeRoleWithWebIdentity", FaultKind.UNAVAILABLE, range(2)))

    clients(line, Account(login=OPENID)).ecs.list_clusters()

    assert len(line.params_of("AssumeRoleWithWebIdentity")) == 3


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Give the process an environment without AWS in it: no key, no region, no file, no instance."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


def signer(aws: AwsClients) -> str:
    """Return the access key that signs a request, which is not sent."""
    signers: list[str] = []

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        signers.extend(re.findall(r"Credential=([^/]+)/", text(request.headers["Authorization"])))
        return AWSResponse(request.url, 200, HTTPHeaders(), RawBody(b"{}"))

    aws.ecs.meta.events.register("before-send", answer)  # type: ignore[arg-type]  # its types forget replies
    aws.ecs.list_clusters()
    return signers[0]


@pytest.fixture
def keys_in_environment(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT")
    environment.setenv("AWS_SECRET_ACCESS_KEY", "hunter3")


@pytest.mark.usefixtures("keys_in_environment")
def test_the_environments_clients_use_the_environments_keys() -> None:
    assert signer(environment_clients(region="eu-west-1")) == "AKIAENVIRONMENT"


@pytest.mark.usefixtures("keys_in_environment")
def test_an_account_wins_over_the_environment() -> None:
    assert signer(account_clients(Account(login=KEYS), region="eu-west-1")) == "AKIASHOP"


@pytest.mark.usefixtures("keys_in_environment")
def test_an_instance_role_does_without_the_environments_keys(tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text(
        "[default]\naws_access_key_id = AKIAMACHINE\naws_secret_access_key = hunter4\n"
    )

    assert signer(account_clients(Account(login=InstanceRole()), region="eu-west-1")) == "AKIAMACHINE"


@pytest.mark.usefixtures("keys_in_environment")
def test_a_step_prefers_the_account_of_its_variables() -> None:
    prefix = "Octopus.Action.Aws.Ecs"
    step = UpdateEcsServiceStep(
        {
            f"{prefix}.ClusterName": "shop",
            f"{prefix}.Update.ServiceName": "web",
            f"{prefix}.Update.TargetTaskDefinitionName": "web",
            f"{prefix}.Update.ContainerUpdates": '[{"containerName": "web", "packageReference": "web"}]',
            "Octopus.Action.Package[web].Image": "acme/web:2",
            "Octopus.Action.Aws.Region": "eu-west-1",
            "Octopus.Action.Amazon.AccessKey": "AKIASHOP",
            "Octopus.Action.Amazon.SecretKey": "hunter2",
        }
    )

    context = deployment_context(step.inputs, (), aws=None, report=lambda _: None, clock=None)

    assert (signer(context.aws), context.aws.region) == ("AKIASHOP", "eu-west-1")


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    "account",
    [Account(), Account(login=InstanceRole()), Account(assumed_role=AssumedRole(role_arn=PRODUCTION))],
)
def test_missing_credentials_are_an_error_with_its_next_step(account: Account) -> None:
    aws = account_clients(account, region="eu-west-1")

    with pytest.raises(AwsCallError) as raised, calling("ecs:ListClusters"):
        aws.ecs.list_clusters()

    assert str(raised.value) == (
        "ListClusters could not be called: Unable to locate credentials\n"
        "Give it a region (AWS_REGION) and credentials (an account, a profile or a role)."
    )
    assert raised.value.code == "NoCredentialsError"


@pytest.mark.usefixtures("environment")
def test_a_missing_region_is_an_error_with_its_next_step() -> None:
    aws = account_clients(Account(login=KEYS))

    with pytest.raises(AwsCallError) as raised:
        _ = aws.region

    assert str(raised.value) == (
        "ECS could not be called: You must specify a region.\n"
        "Give it a region (AWS_REGION) and credentials (an account, a profile or a role)."
    )


def test_half_of_the_keys_in_the_environment_are_an_error(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT")

    with pytest.raises(AwsCallError) as raised, calling("ecs:ListClusters"):
        environment_clients(region="eu-west-1").ecs.list_clusters()

    assert raised.value.code == "PartialCredentialsError"
    assert (
        raised.value.next_step
        == "Give it a region (AWS_REGION) and credentials (an account, a profile or a role)."
    )


def test_a_profile_that_does_not_exist_is_no_lost_connection(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_PROFILE", "shop")

    with pytest.raises(AwsCallError) as raised, calling("ecs:ListClusters"):
        environment_clients(region="eu-west-1").ecs.list_clusters()

    assert str(raised.value) == (
        "ListClusters could not be called: The config profile (shop) could not be found\n"
        "Give it a region (AWS_REGION) and credentials (an account, a profile or a role)."
    )


def test_a_proxy_of_the_environment_is_used(environment: pytest.MonkeyPatch) -> None:
    requested: list[bytes] = []

    def serve() -> None:
        connection, _ = proxy.accept()
        with connection:
            requested.append(connection.recv(4096).partition(b" HTTP/1.")[0])

    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(10)
        environment.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        serving = threading.Thread(target=serve)
        serving.start()
        with pytest.raises(AwsCallError) as raised, calling("ecs:ListClusters"), at_most_once():
            account_clients(Account(login=KEYS), region="eu-west-1").ecs.list_clusters()
        serving.join()

    assert requested == [b"CONNECT ecs.eu-west-1.amazonaws.com:443"]
    assert raised.value.transient


@pytest.mark.parametrize(
    ("variables", "region"),
    [
        ({"AWS_REGION": "eu-west-1"}, "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-2"),
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-2"),
    ],
)
def test_the_region_is_the_environment_s(
    environment: pytest.MonkeyPatch, variables: dict[str, str], region: str
) -> None:
    for name, value in variables.items():
        environment.setenv(name, value)

    assert environment_clients().region == region
    assert environment_clients(region="us-east-1").region == "us-east-1"


@pytest.mark.parametrize("variables", [{}, {"AWS_DEFAULT_REGION": ""}, {"AWS_REGION": ""}])
def test_a_region_that_is_blank_is_none(environment: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name, value in variables.items():
        environment.setenv(name, value)

    with pytest.raises(AwsCallError, match="You must specify a region"):
        _ = environment_clients().region


def signed_in() -> BotocoreSession:
    """Return a session that reads credentials nowhere."""
    session = BotocoreSession()
    session.set_credentials("AKIAIOSFODNN7EXAMPLE", "secret")
    return session


def test_sessions_share_the_models_of_the_services() -> None:
    one, another = signed_in(), signed_in()
    for session in (one, another):
        session.client("ecs", region_name="eu-west-1")

    assert one.get_component("data_loader") is another.get_component("data_loader")


def test_the_models_are_what_botocore_itself_loads() -> None:
    session = signed_in()
    session.client("ecs", region_name="eu-west-1")
    ours, botocores = session.get_component("data_loader"), create_loader()

    for service, kind in (("ecs", "service-2"), ("sts", "endpoint-rule-set-1"), ("ecs", "paginators-1")):
        assert ours.load_service_model(service, kind) == botocores.load_service_model(service, kind)
    unused = type(ours)()  # a session adds to what it has loaded
    assert unused.load_data("endpoints") == botocores.load_data("endpoints")


def test_a_service_that_does_not_exist_has_no_client() -> None:
    with pytest.raises(BotoCoreError):
        signed_in().client("nothing", region_name="eu-west-1")


def test_models_of_another_place_are_not_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual, own = signed_in(), signed_in()
    usual.client("ecs", region_name="eu-west-1")
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))

    own.client("ecs", region_name="eu-west-1")

    assert str(tmp_path) in own.get_component("data_loader").search_paths
    assert str(tmp_path) not in usual.get_component("data_loader").search_paths


class SlowSession:
    """Makes nothing, and takes its time for it."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.busy = False

    def client(self, service_name: str, **_: object) -> object:
        assert not self.busy
        self.busy = True
        time.sleep(0.01)
        self.busy = False
        self.made.append(service_name)
        meta = SimpleNamespace(events=HierarchicalEmitter(), endpoint_url="https://aws.test")
        return SimpleNamespace(meta=meta)


def test_threads_that_share_clients_get_the_same_ones() -> None:
    session = SlowSession()
    aws = AwsClients(session, region="eu-west-1")
    ask: list[Callable[[], object]] = [lambda: aws.ecs, lambda: aws.elbv2, lambda: aws.cloudformation]

    with ThreadPoolExecutor(30) as threads:
        given = list(threads.map(lambda one: one(), ask * 10))

    assert len({id(client) for client in given}) == 3
    assert sorted(session.made) == ["cloudformation", "ecs", "elbv2"]
