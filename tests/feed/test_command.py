"""``ecs-steps feed``: its arguments, and its check."""

import argparse
import socket
from pathlib import Path
from threading import Thread

import pytest

from ecs_steps.cli.feed import add_commands, run_feed
from ecs_steps.cli.options import CommandParser
from ecs_steps.errors import AwsCallError, EcsStepsError, InvalidInputsError
from ecs_steps.feed.server import FeedOptions, make_server, serve
from ecs_steps.sandbox.timeline import Timeline, VirtualClock
from feed.account import FAILURES, MemoryAccount

NO_CREDENTIALS = ("ECS_STEPS_FEED_USERNAME", "ECS_STEPS_FEED_PASSWORD", "ECS_STEPS_FEED_SECRET_ARN")

EVERYWHERE = "0.0.0.0"  # noqa: S104  what is refused


def parsed(*words: str) -> argparse.Namespace:
    parser = CommandParser()
    add_commands(parser.add_subparsers())
    return parser.parse_args(["feed", *words])


def test_the_feed_listens_on_loopback_by_default() -> None:
    args = parsed()

    assert (args.host, args.port, args.region, args.family_prefix) == ("127.0.0.1", 8080, None, [])


def test_a_prefix_may_be_repeated() -> None:
    assert parsed("--family-prefix", "shop-", "--family-prefix", "ops-").family_prefix == ["shop-", "ops-"]


def test_a_check_names_what_docker_cannot_address(capsys: pytest.CaptureFixture[str]) -> None:
    account = MemoryAccount({"orders": [1], "Orders": [1], "-x-": [1], "other": [1]})

    run_feed(parsed("--check", "--family-prefix=-x", "--family-prefix=o"), source=account)

    shown = capsys.readouterr()
    assert shown.out.splitlines() == ["-x-: has - or _ at an end, or too many in a row"]
    assert "1 of 3 families" in shown.err
    assert "RetainTaskDefinitions" in shown.err


def test_a_check_names_twins(capsys: pytest.CaptureFixture[str]) -> None:
    run_feed(parsed("--check"), source=MemoryAccount({"orders": [1], "Orders": [1]}))

    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == ["Orders", "orders"]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_check_fails_as_aws_does(failure: str) -> None:
    account = MemoryAccount({"orders": [1]}, failure=FAILURES[failure])

    with pytest.raises(AwsCallError) as raised:
        run_feed(parsed("--check"), source=account, clock=VirtualClock(Timeline()))

    assert raised.value is FAILURES[failure]


@pytest.mark.parametrize(
    ("words", "path"),
    [(["--port", "70000"], "--port"), (["--port", "-1"], "--port"), (["--tls-key", "key.pem"], "--tls-key")],
)
def test_arguments_that_cannot_be_are_refused(words: list[str], path: str) -> None:
    with pytest.raises(InvalidInputsError) as raised:
        run_feed(parsed(*words), source=MemoryAccount({}))

    assert [problem.path for problem in raised.value.problems] == [path]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost"])
def test_loopback_needs_no_credentials(host: str) -> None:
    server = make_server(FeedOptions(host=host, port=0), _application, is_open=True)

    assert server.port > 0
    Thread(target=server.run, daemon=True).start()
    server.close()


@pytest.mark.parametrize("host", [EVERYWHERE, "", "::", "10.255.255.1", "198.51.100.7"])
def test_what_others_reach_needs_credentials(host: str) -> None:
    with pytest.raises(InvalidInputsError, match="needs a user name and a password"):
        make_server(FeedOptions(host=host, port=0), _application, is_open=True)


def test_a_port_that_is_taken_is_an_error() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(EcsStepsError, match="Choose another --port"),
    ):
        make_server(FeedOptions(port=taken.getsockname()[1]), _application, is_open=True)


def _application(_: object, __: object) -> list[bytes]:
    raise NotImplementedError


@pytest.mark.parametrize("variables", [{}, {"ECS_STEPS_FEED_USERNAME": "octopus"}])
def test_beyond_loopback_the_feed_needs_credentials(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NO_CREDENTIALS:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(InvalidInputsError, match="needs a user name and a password"):
        serve(FeedOptions(host=EVERYWHERE), source=MemoryAccount({}))


def test_a_certificate_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EcsStepsError, match="--tls-cert"):
        serve(FeedOptions(port=0, tls_cert=tmp_path / "cert.pem"), source=MemoryAccount({}))
