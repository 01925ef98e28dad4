"""What steps on a deployment that shifts traffic need to be allowed; pure.

Service deployments and revisions are resources of their own, and ECS checks the service's ARN as well.
"""

from collections.abc import Iterator
from typing import Protocol

from ecs_steps.iam import Scope, Statement, check_cluster
from ecs_steps.steps.deployment_inputs import StartedDeploymentInputs


class NamedService(Protocol):
    """Inputs that name a service and its cluster."""

    @property
    def cluster(self) -> str: ...
    @property
    def service(self) -> str: ...


def deployment_scope(inputs: StartedDeploymentInputs) -> Scope:
    """Return where the deployment is."""
    arns = [*inputs.arns_of_account, inputs.service_name, inputs.service_deployment_arn or ""]
    return Scope.from_arns(inputs.region, arns)


def check_environment_tags(inputs: StartedDeploymentInputs, scope: Scope) -> Iterator[Statement]:
    """Allow the cluster's tags to be read, where the environment is guarded."""
    if inputs.guard.reads_tags:
        yield check_cluster(scope, inputs.cluster)


def find_deployment(inputs: NamedService, scope: Scope, *actions: str) -> Iterator[Statement]:
    """Allow the deployment to be found, its progress to be read, and `actions` to be carried out on it."""
    name = f"{inputs.cluster}/{inputs.service}"
    service = scope.arn("ecs", f"service/{name}")
    yield Statement(sid="ReadTheService", actions=("ecs:DescribeServices",), resources=(service,))
    yield Statement(
        sid="FollowItsDeployments",
        actions=("ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", *actions),
        resources=(service, scope.arn("ecs", f"service-deployment/{name}/*")),
    )
    yield read_revisions(scope, name)
    yield Statement(sid="ReadTaskDefinitions", actions=("ecs:DescribeTaskDefinition",))


def read_revisions(scope: Scope, name: str) -> Statement:
    """Allow the revisions of a service (``cluster/service``) to be read."""
    return Statement(
        sid="ReadItsRevisions",
        actions=("ecs:DescribeServiceRevisions",),
        resources=(scope.arn("ecs", f"service/{name}"), scope.arn("ecs", f"service-revision/{name}/*")),
    )


def explain_pauses(scope: Scope, cluster: str, service: str) -> Iterator[Statement]:
    """Allow what a person reads at a pause: a step works without it, and says less."""
    yield read_revisions(scope, f"{cluster}/{service}")
    yield Statement(sid="ReadListenerRules", actions=("elasticloadbalancing:DescribeRules",))
    yield _read_alarms(scope)


def review_deployment(scope: Scope) -> Iterator[Statement]:
    """Allow what shows whether a deployment is healthy and where its traffic goes."""
    yield Statement(
        sid="ReadTraffic",
        actions=(
            "elasticloadbalancing:DescribeTargetHealth",
            "elasticloadbalancing:DescribeRules",
        ),
    )
    yield _read_alarms(scope)


def _read_alarms(scope: Scope) -> Statement:
    return Statement(
        sid="ReadAlarms",
        actions=("cloudwatch:DescribeAlarms",),
        resources=(scope.arn("cloudwatch", "alarm:*"),),
    )
