"""The feed read by clients that neither we nor Octopus wrote: skopeo, docker's command line, python-dxf."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from attrs import frozen

from ecs_steps.feed.ecs_source import EcsSource
from ecs_steps.feed.families import Families
from ecs_steps.feed.threaded_server import ThreadedServer
from ecs_steps.sandbox import Sandbox
from feed.serving import HOST, PASSWORD, USERNAME, Certificate, serving
from peers.docker_registry import installed
from peers.environments import NotInstalled, end_without, environment

DXF = "python-dxf==12.1.1"
TAGS = [str(number) for number in range(1, 231)]
FAMILIES = ["Upper", "billing", "orders", *(f"shop-{number:03}" for number in range(120))]
CONTAINER = {"name": "web", "image": "acme/web:1", "memory": 128}
Run = subprocess.CompletedProcess[str]
EMPTY_LAYER = "a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4"


@frozen(kw_only=True)
class Served:
    """A feed of the sandbox, over HTTP and over TLS."""

    http: str
    tls: str
    certificate: Certificate


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    certificate = Certificate.write(tmp_path_factory.mktemp("certificate"))
    with Sandbox.empty() as aws:
        ecs = aws.session.client("ecs")
        for family, times in {**dict.fromkeys(FAMILIES, 1), "orders": len(TAGS)}.items():
            for _ in range(times):
                ecs.register_task_definition(family=family, containerDefinitions=[CONTAINER])
        families = Families(source=EcsSource(ecs))
        with (
            serving(families) as http,
            serving(families, lambda app: ThreadedServer((HOST, 0), app, certificate.server_context)) as tls,
        ):
            yield Served(http=f"{HOST}:{http}", tls=f"{HOST}:{tls}", certificate=certificate)


def command(name: str) -> str:
    """Return the path of a client."""
    try:
        return str(environment(DXF) / name) if name == "dxf" else installed(name)
    except NotInstalled as error:
        end_without(error)


def run(*words: str, given: str = "", variables: Mapping[str, str] | None = None) -> Run:
    return subprocess.run(  # noqa: S603  the clients named above
        words,
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | (variables or {}),
    )


def skopeo(*words: str) -> Run:
    verb, *rest = words
    flag = "--src-" if verb == "copy" else "--"
    credentials = [f"{flag}creds", f"{USERNAME}:{PASSWORD}", f"{flag}tls-verify=false"]
    return run(command("skopeo"), "--insecure-policy", verb, *credentials, *rest)


def test_skopeo_lists_every_revision(served: Served) -> None:
    listed = skopeo("list-tags", f"docker://{served.http}/orders")

    assert listed.returncode == 0, listed.stderr
    assert set(json.loads(listed.stdout)["Tags"]) == set(TAGS)


def test_skopeo_lists_them_over_tls(served: Served, tmp_path: Path) -> None:
    shutil.copy(served.certificate.chain, tmp_path / "ca.crt")
    listed = run(
        command("skopeo"),
        "list-tags",
        *("--creds", f"{USERNAME}:{PASSWORD}", "--cert-dir", str(tmp_path)),
        f"docker://{served.tls}/orders",
    )

    assert listed.returncode == 0, listed.stderr
    assert set(json.loads(listed.stdout)["Tags"]) == set(TAGS)


def test_skopeo_shows_what_a_revision_is(served: Served) -> None:
    inspected = skopeo("inspect", f"docker://{served.http}/orders:42")

    assert inspected.returncode == 0, inspected.stderr
    shown = json.loads(inspected.stdout)
    assert shown["Labels"]["ecs.container.web.image"] == "acme/web:1"
    assert shown["Labels"]["ecs.revision"] == "42"
    assert shown["Layers"] == [f"sha256:{EMPTY_LAYER}"]


def test_skopeo_pulls_a_revision(served: Served, tmp_path: Path) -> None:
    copied = skopeo("copy", f"docker://{served.http}/orders:42", f"dir:{tmp_path / 'pulled'}")

    assert copied.returncode == 0, copied.stderr
    assert (tmp_path / "pulled" / EMPTY_LAYER).stat().st_size == 32


@pytest.mark.parametrize("reference", ["orders:9999", "nothing:1"])
def test_skopeo_does_not_find_what_is_not_there(served: Served, reference: str) -> None:
    inspected = skopeo("inspect", f"docker://{served.http}/{reference}")

    assert inspected.returncode != 0
    assert "unknown" in inspected.stderr


def test_skopeo_is_refused_with_a_wrong_password(served: Served) -> None:
    words = ("list-tags", "--creds", f"{USERNAME}:wrong", "--tls-verify=false")
    listed = run(command("skopeo"), *words, f"docker://{served.http}/orders")

    assert listed.returncode != 0
    assert "unauthorized" in listed.stderr.lower()


@pytest.mark.parametrize("scheme", ["http", "tls"])
def test_docker_logs_in_and_reads_a_manifest(served: Served, scheme: str, tmp_path: Path) -> None:
    host = getattr(served, scheme)
    # No daemon has a part in it.
    variables = {"DOCKER_CONFIG": str(tmp_path), "DOCKER_HOST": f"tcp://{HOST}:1"}
    docker = command("docker")

    login = run(
        docker, "login", "-u", USERNAME, "--password-stdin", host, given=PASSWORD, variables=variables
    )
    found = run(docker, "manifest", "inspect", "--insecure", f"{host}/orders:42", variables=variables)
    missing = run(docker, "manifest", "inspect", "--insecure", f"{host}/orders:9999", variables=variables)

    assert login.returncode == 0, login.stderr
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["layers"][0]["digest"] == f"sha256:{EMPTY_LAYER}"
    assert missing.returncode != 0
    assert "no such manifest" in missing.stderr


def test_docker_is_refused_with_a_wrong_password(served: Served, tmp_path: Path) -> None:
    variables = {"DOCKER_CONFIG": str(tmp_path), "DOCKER_HOST": f"tcp://{HOST}:1"}
    words = ("login", "-u", USERNAME, "--password-stdin", served.http)
    login = run(command("docker"), *words, given="wrong", variables=variables)

    assert login.returncode != 0
    assert "401" in login.stderr


def test_dxf_walks_the_catalog_and_the_tags_over_tls(served: Served) -> None:
    variables = {
        "DXF_HOST": served.tls,
        "DXF_USERNAME": USERNAME,
        "DXF_PASSWORD": PASSWORD,
        "DXF_TLSVERIFY": str(served.certificate.chain),
    }
    client = command("dxf")

    repositories = run(client, "list-repos", variables=variables)
    aliases = run(client, "list-aliases", "orders", variables=variables)

    assert repositories.returncode == aliases.returncode == 0, repositories.stderr + aliases.stderr
    assert repositories.stdout.split() == FAMILIES
    assert aliases.stdout.split() == sorted(TAGS)
