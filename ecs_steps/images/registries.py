"""The registries that images are in, and who logs in where.

A feed's login is for the registry of the feed; Amazon ECR's registries take a token of AWS; all others are
read by anyone.
"""

from attrs import evolve, field, frozen

from ecs_steps.account import AssumedRole
from ecs_steps.aws.ecr import RegistryToken, get_registry_token
from ecs_steps.context import DeploymentContext
from ecs_steps.errors import DeploymentError
from ecs_steps.iam import Scope
from ecs_steps.image_reference import InvalidReferenceError, Reference, is_loopback, parse_reference
from ecs_steps.octopus.inputs.shared_inputs import Feed
from ecs_steps.registry.authentication import Credentials
from ecs_steps.registry.repository import Repository


@frozen
class Registries:
    """The registries as one step sees them: each login to ECR is made once."""

    context: DeploymentContext
    _tokens: dict[tuple[str, AssumedRole | None], RegistryToken] = field(factory=dict, repr=False)

    def open(
        self, reference: Reference, *, feed: Feed | None = None, role: AssumedRole | None = None
    ) -> Repository:
        """Return the repository of a reference, with whichever login its registry has.

        `role` is who logs in to ECR, where it is not the step itself.

        Raises:
            AwsCallError: AWS gave no login to ECR.
        """
        if feed and is_feed_of(feed, reference):
            credentials = Credentials(username=feed.username, password=feed.password)
            return Repository(reference, credentials, clock=self.context.clock)
        if place := Scope.from_registry(reference.registry):
            token = self._token(place.region, role)
            return self._repository(reference, token)
        return Repository(reference, clock=self.context.clock)

    def _token(self, region: str, role: AssumedRole | None) -> RegistryToken:
        if (region, role) not in self._tokens:
            context = self.context
            aws = (
                context.call_with_retries("the role of the source", lambda: context.aws.assume(role))
                if role
                else context.aws
            )
            self._tokens[region, role] = context.call_with_retries(
                "a login to ECR", lambda: get_registry_token(aws, region)
            )
        return self._tokens[region, role]

    def _repository(self, reference: Reference, token: RegistryToken) -> Repository:
        """Return a repository of ECR at the address that takes the token.

        Where AWS says that this is on this machine, or its own API is, as emulators' are, it is used.
        """
        address = next(filter(is_loopback, (token.address, token.api)), reference.registry)
        if address == reference.registry and not _same_region(token.address, reference.registry):
            raise DeploymentError(
                what=f"The login to ECR was not sent to {reference.registry}",
                why=f"AWS gave it for {token.address}",
                next_step="Check the region and the account in the name of the image.",
            )
        credentials = Credentials(
            username=token.username, password=token.password, login="the login of the AWS account or role"
        )
        return Repository(evolve(reference, registry=address), credentials, clock=self.context.clock)


def is_feed_of(feed: Feed, reference: Reference) -> bool:
    """Return whether the registry of a feed is the one that an image is in; its path does not matter."""
    host = feed.registry.partition("://")[2] or feed.registry
    try:
        return parse_reference(f"{host.strip('/')}/any").registry == reference.registry
    except InvalidReferenceError:
        return False


def _same_region(one: str, other: str) -> bool:
    places = [Scope.from_registry(host) for host in (one, other)]
    return all(places) and len({place.region for place in places if place}) == 1
