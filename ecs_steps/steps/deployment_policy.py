"""What steps on a deployment that shifts traffic need to be allowed; pure.

Service deployments and revisions are resources of their own, and ECS checks the service's ARN as well.
"""

from collections.abc import Iterable, Iterator, Sequence

from ecs_steps.iam import EVERYTHING, Scope, Statement, check_cluster, deploy_to_service, explain_failures
from ecs_steps.octopus.inputs.shared_inputs import OnFailure
from ecs_steps.steps.deployment_inputs import StartedDeploymentInputs
from ecs_steps.steps.revision_inputs import RevisionInputs
from ecs_steps.steps.task_set_policy import deploy_by_task_sets, end_task_set, read_task_sets


def deployment_scope(inputs: StartedDeploymentInputs) -> Scope:
    """Return where the deployment is."""
    arns = [*inputs.arns_of_account, inputs.service_name, inputs.service_deployment_arn or ""]
    return Scope.from_arns(inputs.region, arns)


def check_environment_tags(inputs: StartedDeploymentInputs, scope: Scope) -> Iterator[Statement]:
    """Allow the cluster's tags to be read, where the environment is guarded."""
    if inputs.guard.reads_tags:
        yield check_cluster(scope, inputs.cluster)


def find_deployment(scope: Scope, name: str, *actions: str) -> Iterator[Statement]:
    """Allow what a service (``cluster/service``) deploys to be found and read, and `actions` on it."""
    service = scope.arn("ecs", f"service/{name}")
    yield Statement(sid="ReadTheService", actions=("ecs:DescribeServices",), resources=(service,))
    yield Statement(
        sid="FollowItsDeployments",
        actions=("ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", *actions),
        resources=(service, scope.arn("ecs", f"service-deployment/{name}/*")),
    )
    yield read_revisions(scope, name)
    yield Statement(sid="ReadTaskDefinitions", actions=("ecs:DescribeTaskDefinition",))


def move_service(inputs: RevisionInputs, scope: Scope) -> Iterable[Statement]:
    """Allow a service that exists to be moved to a revision, watched and, if so, rolled back."""
    return deploy_to_service(
        scope,
        inputs.cluster,
        inputs.service_name,
        roll_back=inputs.on_failure is OnFailure.ROLLBACK,
        guarded=inputs.guard.reads_tags,
    )


def accompany_move(
    inputs: RevisionInputs, scope: Scope, *, diagnostics: bool, log_groups: Sequence[str]
) -> Iterator[Statement]:
    """Allow task sets to be made, and with `diagnostics` what explains a failure or a pause."""
    if inputs.names_task_sets:
        yield from deploy_by_task_sets(scope, f"{inputs.cluster}/{inputs.service}", inputs.production_rule)
    if diagnostics:
        groups = (scope.log_group(name) for name in log_groups or [EVERYTHING])
        yield from explain_failures(
            scope, inputs.cluster, log_groups=groups if inputs.container_logs else (), target_groups=True
        )
        yield from explain_pauses(scope, inputs.cluster, inputs.service)


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


def accompany_decision(
    inputs: StartedDeploymentInputs, scope: Scope, *, scales: bool, diagnostics: bool
) -> Iterator[Statement]:
    """Allow task sets to be shared between, and with `diagnostics` what explains a failure."""
    if inputs.names_task_sets:
        name = f"{inputs.cluster}/{inputs.service}"
        yield from read_task_sets()
        yield from end_task_set(scope, name, inputs.production_rule, scales=scales)
    if diagnostics:
        groups = (scope.log_group(EVERYTHING),) if inputs.container_logs else ()
        yield from explain_failures(scope, inputs.cluster, log_groups=groups, target_groups=False)


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
