"""Copy an image into a repository of ECR by digest, pass the scan gate, and set the tag last.

Until the tag is set nothing is visible: what was copied is found again by the next run, and an image that
the gate refuses stays without a tag, for the repository's lifecycle policy to remove.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import Factory, field, frozen

from ecs_steps.aws.ecr import (
    EcrRepository,
    NewRepository,
    create_repository,
    describe_repository,
    has_lifecycle_policy,
    put_lifecycle_policy,
)
from ecs_steps.clock import is_cancelled
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import (
    DeploymentError,
    InterruptedDeploymentError,
    InvalidInputsError,
    NotFoundError,
    Problem,
)
from ecs_steps.image_reference import is_tag, parse_reference
from ecs_steps.images.registries import Registries
from ecs_steps.registry.errors import CopyCancelledError, RegistryError, TagConflictError
from ecs_steps.registry.image import Image, read_image
from ecs_steps.registry.layout import OciLayout
from ecs_steps.registry.repository import Repository
from ecs_steps.registry.transfer import copy_image, copy_referrers
from ecs_steps.reporting.events import Level
from ecs_steps.result import Outcome, Outputs, Result
from ecs_steps.steps.promote_image.inputs import PROMOTE, CopyReferrers, PromoteInputs
from ecs_steps.steps.promote_image.progress import amount, reported_copy
from ecs_steps.steps.promote_image.scan_gate import pass_gate


@frozen(kw_only=True)
class Promotion:
    """One promotion of the step's inputs, and the outputs known so far."""

    inputs: PromoteInputs
    context: DeploymentContext
    registries: Registries = field(default=Factory(lambda self: Registries(self.context), takes_self=True))
    outputs: Outputs = field(default=Factory(lambda self: Outputs(self.context.report), takes_self=True))

    def run(self) -> Result:
        """Promote the image."""
        with self.outputs.attach_to_errors(lambda _: None):
            image, tag = self._source()
            repository = self._repository(image)
            destination = self._destination(repository)
            existing = destination.find_digest(tag)
            if existing == image.digest:
                self.context.say(
                    Level.INFO, f"{repository.uri}:{tag} is {existing} already; nothing is copied"
                )
            else:
                self._promote(image, tag, existing, repository, destination)
            with _explaining_what_stays():
                self._copy_referrers(image, destination)
            self.outputs.set(
                Image=f"{repository.uri}:{tag}",
                ImageDigest=image.digest,
                ImageByDigest=f"{repository.uri}@{image.digest}",
            )
            unchanged = existing == image.digest
            return self.outputs.result(Outcome.UNCHANGED if unchanged else Outcome.SUCCEEDED)

    def _source(self) -> tuple[Image, str]:
        """Return the image to promote, and the tag that it is to have."""
        inputs = self.inputs
        if inputs.source_layout:
            layout = OciLayout(Path(inputs.source_layout))
            entry = layout.select(inputs.tag or "")
            tag = inputs.tag or entry.ref_name
            if not is_tag(tag):
                raise InvalidInputsError(problems=(_tag_needed(entry.ref_name),))
            return read_image(layout, entry.digest), tag
        reference = parse_reference(inputs.source)
        source = self.registries.open(reference, feed=inputs.source_feed, role=inputs.assumed_role)
        return read_image(source, reference.identifier), inputs.tag or reference.tag or ""

    def _repository(self, image: Image) -> EcrRepository:
        """Return the repository of the destination, which is created where that is wanted."""
        context, name = self.context, self.inputs.repository_name
        found = self._describe()
        if not found and not self.inputs.create_repository:
            raise NotFoundError(
                what=f"Repository {name} was not found",
                why=f"ECR knows none of that name in {context.aws.region}; {image.digest} was not copied",
                next_step=f"Check the name, the account and the region, or set {PROMOTE}.CreateRepository.",
            )
        repository = found or self._create(name)
        if self.inputs.create_repository and self.inputs.lifecycle_policy:
            self._add_lifecycle_policy(name, self.inputs.lifecycle_policy)
        return repository

    def _describe(self) -> EcrRepository | None:
        name = self.inputs.repository_name
        return self.context.call_with_retries(
            f"repository {name}", lambda: describe_repository(self.context.aws, name)
        )

    def _create(self, name: str) -> EcrRepository:
        inputs, context = self.inputs, self.context
        new = NewRepository(
            name=name,
            scan_on_push=inputs.scan_on_push,
            immutable_tags=inputs.immutable_tags,
            kms_key=inputs.kms_key or "",
            tags=inputs.repository_tags,
        )
        # A repository that another process made meanwhile is as good.
        created = context.call_and_confirm(
            f"repository {name}",
            lambda: create_repository(context.aws, new) or self._describe(),
            self._describe,
        )
        if created is None:
            raise DeploymentError(
                what=f"Repository {name} was not created",
                why="ECR says that it exists and that it does not",
                next_step="Run the step again.",
            )
        context.say(Level.INFO, f"created repository {created.uri}")
        return created

    def _add_lifecycle_policy(self, name: str, policy: str) -> None:
        """Set the lifecycle policy where there is none: an earlier run may have ended before it could."""
        context = self.context
        if not context.call_with_retries(
            "the lifecycle policy", lambda: has_lifecycle_policy(context.aws, name)
        ):
            context.call_with_retries(
                "the lifecycle policy", lambda: put_lifecycle_policy(context.aws, name, policy)
            )

    def _destination(self, repository: EcrRepository) -> Repository:
        return self.registries.open(parse_reference(repository.uri))

    def _promote(
        self,
        image: Image,
        tag: str,
        existing: str | None,
        repository: EcrRepository,
        destination: Repository,
    ) -> None:
        name = f"{repository.uri}:{tag}"
        if existing and repository.is_immutable(tag):
            raise TagConflictError(
                what=f"{name} was not set to {image.digest}",
                why=f"it names {existing}, and tags of this repository are immutable; nothing was copied",
                next_step="Promote it under another tag, or remove the existing one first.",
                registry=destination.reference.host,
                repository=destination.reference.repository,
                tag=tag,
                existing=existing,
                wanted=image.digest,
            )
        with _explaining_what_stays():
            clock = self.context.clock
            with reported_copy(clock, self.context.report) as progress:
                copied = copy_image(
                    image, destination, progress=progress, is_cancelled=lambda: is_cancelled(clock)
                )
            self.context.say(
                Level.INFO,
                f"copied {image.digest}: {copied.blobs_copied} blobs with {amount(copied.bytes_copied)}; "
                f"{copied.blobs_present} were there and {copied.blobs_mounted} were mounted",
            )
            pass_gate(image, self.inputs, self.context)
            if existing:
                self.context.say(Level.INFO, f"{name} moves from {existing} to {image.digest}")
            destination.set_tag(tag, image.digest, replaces=existing)

    def _copy_referrers(self, image: Image, destination: Repository) -> None:
        choice, source = self.inputs.copy_referrers, image.source
        if choice is CopyReferrers.NO or not isinstance(source, Repository):
            # The index of a layout has no list of what refers to an image.
            return
        try:
            copied = copy_referrers(image, source, destination)
        except RegistryError as error:
            if choice is CopyReferrers.REQUIRE:
                raise
            self.context.say(Level.WARNING, f"signatures and attestations were not copied: {error}")
            return
        self.context.say(Level.INFO, f"{len(copied)} signatures and attestations are there as well")


@contextmanager
def _explaining_what_stays() -> Iterator[None]:
    try:
        yield
    except (KeyboardInterrupt, CopyCancelledError) as signal:
        raise InterruptedDeploymentError(
            what="The promotion was cancelled",
            why="the next run uses what has been copied; what stays without a tag is left to the lifecycle "
            "policy of the repository",
        ) from signal


def _tag_needed(ref_name: str) -> Problem:
    why = (
        f"the image is called {ref_name!a} in the layout, which is no tag"
        if ref_name
        else "the image has no name in the layout"
    )
    return Problem(path=f"{PROMOTE}.Tag", message=f"is required: {why}")
