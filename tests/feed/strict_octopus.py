"""A second, strict client: what an Octopus server sends to a Docker feed, and what its runner would pull.

It shares nothing with the feed. What Octopus is known to fail on is an assertion here: absolute links,
bodies that are not JSON, pages that repeat, registries that accept any password.
"""

import hashlib
import http.client
import io
import json
import re
import tarfile
from base64 import b64encode
from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import quote

from attrs import frozen

from feed.octopus_versions import OctopusVersion, in_range

SCHEMA_2 = "application/vnd.docker.distribution.manifest.v2+json"
OCI = "application/vnd.oci.image.manifest.v1+json"
PAGE = 100
Paging = Literal["last", "link"]


@frozen
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401  whatever the feed sent
        assert self.headers["content-type"].partition(";")[0] == "application/json"
        return json.loads(self.body)


@frozen(kw_only=True)
class StrictOctopus:
    port: int
    username: str
    password: str
    host: str = "127.0.0.1"

    def test(self) -> None:
        """Save and test: it is a registry of version 2, and a wrong password would be noticed."""
        assert self.get("/v2/").json() == {}
        for refused in (self._send("/v2/", {}), self._send("/v2/", self._basic("wrong"))):
            assert refused.status == 401
            assert refused.headers["www-authenticate"].startswith("Basic ")
            assert refused.json()["errors"]
        assert self._send("/v1/_ping", self._basic(self.password)).status == 404

    def search(self, term: str, *, take: int = 10, paging: Paging = "last") -> list[str]:
        """Walk the catalog until there are enough names that hold the term."""
        found: list[str] = []
        for page in self._pages("/v2/_catalog", "repositories", paging):
            found += [name for name in page if term.lower() in name.lower()]
            if len(found) >= take:
                break
        return found[:take]

    def versions(self, family: str, *, paging: Paging = "last") -> list[str]:
        """Return all tags, newest first."""
        path = f"/v2/{family}/tags/list"
        tags = [tag for page in self._pages(path, "tags", paging) for tag in page]
        return sorted(tags, key=OctopusVersion.parse, reverse=True)

    def select(self, family: str, *, version_range: str, tag_regex: str = "") -> str | None:
        """Return the newest version that a channel's rule admits."""
        for tag in self.versions(family):
            version = OctopusVersion.parse(tag)
            if in_range(version, version_range) and re.search(tag_regex, version.label):
                return tag
        return None

    def notes(self, family: str, version: str) -> dict[str, str]:
        """Return the labels that are shown as release notes."""
        manifest = self._manifest(family, version, f"{SCHEMA_2}, {OCI}")
        config = json.loads(self._blob(family, manifest["config"]))
        labels: dict[str, str] = config["config"]["Labels"]
        return labels

    def acquire(self, family: str, version: str) -> list[str]:
        """Pull an image as a worker would, and return the names that its layers hold."""
        names: list[str] = []
        manifest = self._manifest(family, version, SCHEMA_2)
        config = json.loads(self._blob(family, manifest["config"]))
        for layer, diff_id in zip(manifest["layers"], config["rootfs"]["diff_ids"], strict=True):
            with tarfile.open(fileobj=io.BytesIO(self._blob(family, layer)), mode="r:gz") as tar:
                names += tar.getnames()
            assert diff_id.startswith("sha256:")
        return names

    def get(self, path: str, accept: str = "") -> Reply:
        """Send credentials at once, as Octopus does."""
        reply = self._send(path, self._basic(self.password) | ({"Accept": accept} if accept else {}))
        assert reply.status == 200, (path, reply)
        return reply

    def _pages(self, path: str, member: str, paging: Paging) -> Iterator[list[str]]:
        seen: set[str] = set()
        target = f"{path}?n={PAGE}"
        while target:
            reply = self.get(target)
            page = reply.json()[member]
            assert not seen & set(page), "a page repeats a name"
            seen |= set(page)
            yield page
            link = reply.headers.get("link", "")
            if not link:
                return
            found = re.fullmatch(r'<(/v2/[^>]*)>; rel="next"', link)
            assert found, f"{link} is no relative link to the next page"
            assert page, "an empty page has a next one"
            target = found[1] if paging == "link" else f"{path}?n={PAGE}&last={quote(page[-1], safe='')}"

    def _manifest(self, family: str, reference: str, accept: str) -> Any:  # noqa: ANN401  JSON
        reply = self.get(f"/v2/{family}/manifests/{reference}", accept)
        digest = _sha256(reply.body)
        assert reply.headers["docker-content-digest"] == digest
        manifest = json.loads(reply.body)
        assert manifest["schemaVersion"] == 2
        assert manifest["mediaType"] == reply.headers["content-type"]
        assert manifest["mediaType"] in accept
        assert self.get(f"/v2/{family}/manifests/{digest}", accept).body == reply.body
        return manifest

    def _blob(self, family: str, descriptor: dict[str, Any]) -> bytes:
        body = self.get(f"/v2/{family}/blobs/{descriptor['digest']}").body
        assert (_sha256(body), len(body)) == (descriptor["digest"], descriptor["size"])
        return body

    def _basic(self, password: str) -> dict[str, str]:
        pair = f"{self.username}:{password}".encode("ascii", "replace")
        return {"Authorization": f"Basic {b64encode(pair).decode()}"}

    def _send(self, path: str, headers: dict[str, str]) -> Reply:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        sent = {name.lower(): value for name, value in response.getheaders()}
        assert sent["docker-distribution-api-version"] == "registry/2.0"
        assert int(sent["content-length"]) == len(body)
        assert body, "an empty body is an exception in Octopus"
        return Reply(response.status, sent, body)


def _sha256(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"
