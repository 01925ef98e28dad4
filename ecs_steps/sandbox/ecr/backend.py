"""The operations of ECR. Its registry answers on loopback, from the first login on.

moto keeps the repositories. Images are in the sandbox's registry, since moto's have digests of no bytes.
"""

import json
from base64 import b64encode
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

from ecs_steps.sandbox.ecr import fixtures
from ecs_steps.sandbox.ecr.plan import ScanPlan
from ecs_steps.sandbox.protocol import Request
from ecs_steps.sandbox.registry import RepositoryRules, SandboxRegistry
from ecs_steps.sandbox.registry_server import serve_registry
from ecs_steps.sandbox.service_error import ServiceError
from ecs_steps.sandbox.timeline import Timeline

Reply = dict[str, Any]

USER, PASSWORD = "AWS", "sandbox-token-of-ecr"
_TOKEN_LIFETIME = timedelta(hours=12)
_UNSUPPORTED = "UNSUPPORTED_IMAGE"


class EcrBackend:
    """The fake ECR of one account and region, one method an operation, named like boto's.

    `forward` carries out a request by moto. `images` is what its registry holds.
    """

    def __init__(
        self,
        timeline: Timeline,
        scans: ScanPlan,
        *,
        region: str,
        forward: Callable[[Request], Reply],
        has_fixtures: bool,
    ) -> None:
        self.images = SandboxRegistry(login=(USER, PASSWORD), rules=self._rules)
        self.scans = scans
        self._timeline = timeline
        self._region = region
        self._forward = forward
        self._repositories: dict[str, Reply] = {}
        self._scanned: dict[tuple[str, str], datetime] = {}
        self._server = ExitStack()
        self._lacks_fixtures = has_fixtures

    def close(self) -> None:
        """Stop the registry, if it has been started."""
        self._server.close()

    # Repositories

    def create_repository(self, request: Reply) -> Reply:
        return self._remembered(self._moto("CreateRepository", request))

    def describe_repositories(self, request: Reply) -> Reply:
        return self._moto("DescribeRepositories", request)

    def delete_repository(self, request: Reply) -> Reply:
        reply = self._moto("DeleteRepository", request)
        del self._repositories[request["repositoryName"]]
        return reply

    def put_lifecycle_policy(self, request: Reply) -> Reply:
        return self._moto("PutLifecyclePolicy", request)

    def put_image_tag_mutability(self, request: Reply) -> Reply:
        reply = self._moto("PutImageTagMutability", request)
        self._repositories[request["repositoryName"]] |= {"imageTagMutability": reply["imageTagMutability"]}
        return reply

    # Images

    def get_authorization_token(self, _: Reply) -> Reply:
        self._add_fixtures()
        if not self.images.host:
            self._server.enter_context(serve_registry(self.images))
        token = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        data = {
            "authorizationToken": token,
            "expiresAt": self._timeline.now + _TOKEN_LIFETIME,
            "proxyEndpoint": f"http://{self.images.host}",
        }
        return {"authorizationData": [data]}

    def describe_images(self, request: Reply) -> Reply:
        name = self._known(request)
        wanted = [self._digest(name, each) for each in request.get("imageIds", ())]
        found = wanted or [digest for repository, digest in list(self.images.manifests) if repository == name]
        return {"imageDetails": [self._details(name, digest) for digest in found]}

    def batch_get_image(self, request: Reply) -> Reply:
        name = self._known(request)
        images = []
        for wanted in request["imageIds"]:
            digest = self._digest(name, wanted)
            media_type, raw = self.images.manifests[name, digest]
            images.append(
                {
                    "registryId": self._repositories[name]["registryId"],
                    "repositoryName": name,
                    "imageId": {**wanted, "imageDigest": digest},
                    "imageManifest": raw.decode(),
                    "imageManifestMediaType": media_type,
                }
            )
        return {"images": images, "failures": []}

    # Scans

    def start_image_scan(self, request: Reply) -> Reply:
        name = self._known(request)
        digest = self._digest(name, request["imageId"])
        if self.scans.enhanced:
            # Believed: a scan of an enhanced registry cannot be started (no source).
            raise ServiceError("ValidationException", "This feature is disabled")
        if self.scans.status == _UNSUPPORTED or "manifests" in json.loads(
            self.images.manifests[name, digest][1]
        ):
            raise ServiceError("UnsupportedImageTypeException", "The image is of a type that is not scanned.")
        if (name, digest) in self._scanned:
            raise ServiceError("LimitExceededException", "The scan quota per image has been exceeded.")
        self._scanned[name, digest] = self._timeline.now
        return self._scan(name, digest) | {"imageScanStatus": {"status": "IN_PROGRESS"}}

    def describe_image_scan_findings(self, request: Reply) -> Reply:
        name = self._known(request)
        digest = self._digest(name, request["imageId"])
        configuration = self._repositories[name].get("imageScanningConfiguration") or {}
        if self.scans.enhanced or configuration.get("scanOnPush"):
            self._scanned.setdefault((name, digest), self._timeline.now)
        began = self._scanned.get((name, digest))
        if began is None:
            raise ServiceError("ScanNotFoundException", f"Image scan does not exist for the image '{digest}'")
        plan = self.scans if name in (self.scans.repositories or (name,)) else ScanPlan()
        if self._timeline.now < began + timedelta(seconds=plan.seconds):
            waiting = "PENDING" if plan.enhanced else "IN_PROGRESS"
            return self._scan(name, digest) | {"imageScanStatus": {"status": waiting}}
        status = "ACTIVE" if plan.enhanced and plan.status == "COMPLETE" else plan.status
        reply = self._scan(name, digest) | {
            "imageScanStatus": {"status": status, "description": "As planned."}
        }
        if status in ("COMPLETE", "ACTIVE"):
            findings = {"findingSeverityCounts": dict(plan.severities)}
            reply["imageScanFindings"] = {"imageScanCompletedAt": self._timeline.now, **findings}
        return reply

    def _scan(self, name: str, digest: str) -> Reply:
        registry = self._repositories[name]["registryId"]
        return {"registryId": registry, "repositoryName": name, "imageId": {"imageDigest": digest}}

    def _details(self, name: str, digest: str) -> Reply:
        media_type, raw = self.images.manifests[name, digest]
        tags = [
            tag
            for (repository, tag), named in list(self.images.tags.items())
            if (repository, named) == (name, digest)
        ]
        return {
            "registryId": self._repositories[name]["registryId"],
            "repositoryName": name,
            "imageDigest": digest,
            "imageManifestMediaType": media_type,
            "imageSizeInBytes": len(raw),
            **({"imageTags": tags} if tags else {}),
        }

    def _digest(self, name: str, image_id: Reply) -> str:
        digest = image_id.get("imageDigest") or self.images.tags.get((name, image_id.get("imageTag", "")), "")
        if (name, digest) not in self.images.manifests:
            message = f"The image with imageId {image_id} does not exist within the repository '{name}'"
            raise ServiceError("ImageNotFoundException", message)
        return str(digest)

    def _known(self, request: Reply) -> str:
        self._add_fixtures()
        name: str = request["repositoryName"]
        if name not in self._repositories:
            message = f"The repository with name '{name}' does not exist in the registry"
            raise ServiceError("RepositoryNotFoundException", message)
        return name

    def _rules(self, name: str) -> RepositoryRules | None:
        repository = self._repositories.get(name)
        if repository is None:
            return None
        return RepositoryRules(immutable_tags=repository["imageTagMutability"] == "IMMUTABLE")

    def _add_fixtures(self) -> None:
        if self._lacks_fixtures:
            self._lacks_fixtures = False
            self.create_repository({"repositoryName": fixtures.REPOSITORY})
            fixtures.put_image(self.images)

    def _remembered(self, reply: Reply) -> Reply:
        repository = reply["repository"]
        self._repositories[repository["repositoryName"]] = repository
        return reply

    def _moto(self, operation: str, request: Reply) -> Reply:
        self._add_fixtures()
        reply = self._forward(
            Request(service="ecr", region=self._region, operation=operation, params=request)
        )
        reply.pop("ResponseMetadata", None)
        return reply
