"""Whom a deployment is for, and what guards it against the wrong environment; data alone."""

from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from ecs_steps.tags import Tag, sanitised

GUARD_VARIABLE = "Octopus.Action.Aws.Ecs.EnvironmentGuard"
ACCOUNT_VARIABLE = "Octopus.Action.Aws.ExpectedAccount"
CLUSTER_VARIABLE = "Octopus.Action.Aws.Ecs.ClusterName"


class GuardMode(StrEnum):
    """What is done where a cluster or a service belongs to something else than the deployment."""

    OFF = "Off"
    WARN = "Warn"
    REFUSE = "Refuse"


@frozen(kw_only=True)
class DeploymentScope:
    """The space, project, environment and tenant of a deployment, by name; empty where it has none."""

    space: str = ""
    project: str = ""
    environment: str = ""
    tenant: str = ""


@frozen(kw_only=True)
class Guard:
    """What a step checks before its first change.

    `cluster` is a name or an ARN, empty for a step without one; `region` is empty where the worker's own is
    used, and `expected_account` where any account will do.
    """

    mode: GuardMode = GuardMode.REFUSE
    scope: DeploymentScope = field(factory=DeploymentScope)
    expected_account: str = ""
    cluster: str = ""

    @property
    def reads_tags(self) -> bool:
        """Whether tags can contradict the deployment: not where it is for no environment."""
        return self.mode is not GuardMode.OFF and bool(self.scope.environment)


def deployment_scope(variables: Mapping[str, str]) -> DeploymentScope:
    """Return the scope that Octopus' own variables name."""
    return DeploymentScope(
        space=variables.get("Octopus.Space.Name", "").strip(),
        project=variables.get("Octopus.Project.Name", "").strip(),
        environment=variables.get("Octopus.Environment.Name", "").strip(),
        tenant=variables.get("Octopus.Deployment.Tenant.Name", "").strip(),
    )


def same_name(tag_value: str, name: str) -> bool:
    """Return whether a tag names what Octopus names: without its case, and as AWS keeps a name in a tag."""
    kept = sanitised(Tag(key="name", value=name))
    names = {name.strip().casefold(), kept.value.casefold() if kept else ""} - {""}
    return tag_value.strip().casefold() in names


def parts_of_arn(arn: str) -> tuple[str, str]:
    """Return the region and the account of an ARN; two empty texts where it is a name."""
    parts = arn.split(":")
    return (parts[3], parts[4]) if len(parts) > 5 and parts[0] == "arn" else ("", "")  # noqa: PLR2004  an ARN's own


def account_of(arn: str) -> str:
    """Return the account of an ARN; empty where it is a name."""
    return parts_of_arn(arn)[1]
