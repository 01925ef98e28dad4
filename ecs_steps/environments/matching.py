"""Which clusters are targets of a deployment, by their tags; pure.

The rules are those of Octopus' own target discovery: keys are compared without their case, values as well and
otherwise exactly, as .NET does with `OrdinalIgnoreCase`; a tag has one value. ``octopus-environment`` and
``octopus-role`` are required; ``octopus-project``, ``octopus-space`` and ``octopus-tenant`` must fit where
they are there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from ecs_steps.environments.scope import DeploymentScope
from ecs_steps.tags import Tag

ENVIRONMENT, ROLE, MODE = "octopus-environment", "octopus-role", "octopus-tenantedDeploymentMode"


@frozen(kw_only=True)
class ClusterMatch:
    """Whether a cluster is a target: the role that it has, as the scope writes it, or why it is none.

    `tenanted_mode` is the cluster's own, as its tag holds it; empty where there is none.
    """

    role: str = ""
    tenanted_mode: str = ""
    reasons: tuple[str, ...] = ()

    @property
    def is_target(self) -> bool:
        return not self.reasons


def match_cluster(tags: Iterable[Tag], scope: DeploymentScope, roles: Sequence[str]) -> ClusterMatch:
    """Match the tags of a cluster with a deployment's scope and the roles (target tags) that it wants."""
    by_key = {ordinal(tag.key): tag.value for tag in tags}
    reasons = tuple(_mismatches(by_key, scope, roles))
    if reasons:
        return ClusterMatch(reasons=reasons)
    found = ordinal(by_key[ordinal(ROLE)])
    return ClusterMatch(
        role=next(role for role in roles if ordinal(role) == found),
        tenanted_mode=by_key.get(ordinal(MODE), ""),
    )


def ordinal(text: str) -> str:
    """Return a text in upper case, a character at a time: no two become one, and none outside ASCII is in it.

    `str.casefold` would make ``Straße`` and ``STRASSE`` one environment, which Octopus keeps apart.
    """
    return "".join(map(_upper, text))


def _upper(character: str) -> str:
    upper = character.upper()
    return upper if len(upper) == 1 and upper.isascii() == character.isascii() else character


def _mismatches(tags: Mapping[str, str], scope: DeploymentScope, roles: Sequence[str]) -> Iterator[str]:
    for key, wanted in ((ROLE, roles), (ENVIRONMENT, [scope.environment])):
        values, found = ", ".join(wanted), tags.get(ordinal(key))
        if found is None:
            yield f"it has no tag {key}; wanted is {values}"
        elif ordinal(found) not in map(ordinal, wanted):
            yield f"its tag {key} is {found}; wanted is {values}"
    for kind, value in (("project", scope.project), ("space", scope.space), ("tenant", scope.tenant)):
        key = f"octopus-{kind}"
        found = tags.get(ordinal(key))
        if found is not None and ordinal(found) != ordinal(value):
            yield f"its tag {key} is {found}; the deployment's {kind} is {value or 'none'}"
