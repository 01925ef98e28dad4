"""What several steps have as inputs, and the rules on it."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs
from attrs import evolve, frozen

from ecs_steps.account import WebIdentity
from ecs_steps.environments.scope import (
    ACCOUNT_VARIABLE,
    CLUSTER_VARIABLE,
    GUARD_VARIABLE,
    DeploymentScope,
    Guard,
    GuardMode,
    deployment_scope,
    parts_of_arn,
)
from ecs_steps.octopus.account import OctopusAccount, read_account
from ecs_steps.octopus.inputs.reader import derived, variable
from ecs_steps.octopus.inputs.rules import AnyRule, Finding, rule
from ecs_steps.octopus.inputs.shared_inputs import Feed, Wait, WaitOption, package_feeds, package_images
from ecs_steps.octopus.inputs.types import AccountId, Bool, Count, EcsName, Family, Region
from ecs_steps.tags import Tag, default_tags

GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"

_NO_FEEDS: Final[Mapping[str, Feed]] = MappingProxyType({})


@frozen(kw_only=True, init=False, repr=False, eq=False)
class AwsInputs:
    """The inputs of every step: its region and account, and what the release provides."""

    region: Region = variable(
        "Octopus.Action.Aws.Region",
        label="Region",
        docs="https://docs.aws.amazon.com/general/latest/gr/ecs-service.html",
        help="The AWS region; empty means the worker's own.",
        default="",
    )
    images: Mapping[str, str] = derived(package_images)
    feeds: Mapping[str, Feed] = derived(package_feeds, default=_NO_FEEDS)
    default_tags: tuple[Tag, ...] = derived(default_tags)
    account: OctopusAccount = derived(read_account, default=OctopusAccount())
    scope: DeploymentScope = derived(deployment_scope, default=DeploymentScope())
    environment_guard: GuardMode = variable(
        GUARD_VARIABLE,
        label="Environment guard",
        help="What to do where the cluster or the service is tagged for another environment, tenant, project "
        "or space than the deployment's (`octopus-environment` and so on).",
        default=GuardMode.REFUSE,
        options=["Refuse|Change nothing and fail", "Warn|Warn and deploy", "Off|Do not check"],
    )
    expected_account: AccountId = variable(
        ACCOUNT_VARIABLE,
        label="Expected account",
        help="The 12 digits of the AWS account that this environment is in; with credentials of another one "
        "nothing is changed. Empty means any.",
        default="",
    )

    @property
    def guard(self) -> Guard:
        """What is checked before the first change."""
        return Guard(mode=self.environment_guard, scope=self.scope, expected_account=self.expected_account)

    @property
    def arns_of_account(self) -> tuple[str, ...]:
        """ARNs in the account that the step deploys to, that of its own role first."""
        assumed, login = self.account.assumed_role, self.account.login
        if assumed:
            return (assumed.role_arn,)
        return (login.role_arn,) if isinstance(login, WebIdentity) else ()


@frozen(kw_only=True, init=False, repr=False, eq=False)
class ClusterInputs(AwsInputs):
    """The inputs of what is done in a cluster."""

    cluster_name: EcsName = variable(
        CLUSTER_VARIABLE,
        label="Cluster name",
        docs=f"{GUIDE}/clusters.html",
        help="The ECS cluster that runs the service; it must exist.",
    )

    @property
    def guard(self) -> Guard:
        """What is checked before the first change."""
        return evolve(super().guard, cluster=self.cluster_name)

    @property
    def cluster(self) -> str:
        """The cluster's name, where it was given by its ARN as well."""
        return self.cluster_name.rpartition("/")[2]

    @property
    def arns_of_account(self) -> tuple[str, ...]:
        """ARNs in the account that the step deploys to, that of its own role first."""
        return (*super().arns_of_account, self.cluster_name)


@frozen(kw_only=True, init=False, repr=False, eq=False)
class ServiceInputs(ClusterInputs):
    """The inputs of every step on a service: its cluster, and how its deployment is watched."""

    wait_option: WaitOption = variable(
        "Octopus.Action.Aws.Ecs.WaitOption",
        label="Wait",
        help='JSON: `{"type": "WaitWithTimeout", "timeoutMinutes": "30"}`, or type `WaitUntilCompleted` '
        "or `DontWait`.",
        default=WaitOption(),
        control="MultiLineText",
    )
    fail_fast_stopped_tasks: Count | None = variable(
        "Octopus.Action.Aws.Ecs.FailFast.StoppedTasks",
        label="Stopped tasks before giving up",
        help="Where no circuit breaker is active: how many failed tasks are enough to give up a deployment "
        "of which no task has ever been healthy. Empty means 3 to 10, with the desired count; 0 means never.",
        default=None,
    )
    container_logs: Bool = variable(
        "Octopus.Action.Aws.Ecs.ContainerLogs",
        label="Show container logs",
        help="Whether the last log lines of a failed container are read from CloudWatch and shown as they "
        "are.",
        default=True,
    )


def resolve_digests_variable() -> Any:  # noqa: ANN401  as `variable`
    """Declare the choice of a step that writes images into a task definition."""
    return variable(
        "Octopus.Action.Aws.Ecs.ResolveDigests",
        label="Pin images by digest",
        help="Whether images are written as `name@sha256:...`, which is what their tags mean when the step "
        "runs. An image that does not exist, or not for the task's platform, is refused before anything "
        "is changed. The worker must reach the registry.",
        default=False,
    )


@rule("account")
def complete_account(inputs: AwsInputs) -> Iterator[Finding]:
    """Check that the account is complete, or absent: then it is the environment's."""
    for error in inputs.account.errors:
        yield Finding(("account", *error.path), str(error))


@rule("wait_option")
def _timed_wait(inputs: ServiceInputs) -> Iterator[Finding]:
    wait = inputs.wait_option
    if wait.type is Wait.WITH_TIMEOUT and wait.timeout_minutes is None:
        yield Finding(("wait_option", "timeoutMinutes"), "is required to wait with a timeout")


@rule("environment_guard")
def _complete_names(inputs: AwsInputs) -> Iterator[Finding]:
    """Find names with an empty part, such as ``-web``: a part that has no value in this environment."""
    if inputs.environment_guard is GuardMode.OFF:
        return
    for field in attrs.fields(type(inputs)):
        name = getattr(inputs, field.name)
        if field.type not in (EcsName, Family) or not isinstance(name, str) or name.startswith("arn:"):
            continue
        if name.startswith("-") or name.endswith("-") or "--" in name:
            scoped = f" in {inputs.scope.environment}" if inputs.scope.environment else ""
            yield Finding(
                (field.name,),
                f"has an empty part: {name!a}; which variable of it has no value{scoped}? (Where that is the "
                f"name, set {GUARD_VARIABLE} to Warn or Off.)",
                is_warning=inputs.environment_guard is GuardMode.WARN,
            )


@rule("cluster_name", "region", "expected_account")
def _place_of_cluster(inputs: ServiceInputs) -> Iterator[Finding]:
    region, account = parts_of_arn(inputs.cluster_name)
    if region and inputs.region and region != inputs.region:
        yield Finding(("cluster_name",), f"is in {region}, and this step runs in {inputs.region}")
    if account and inputs.expected_account and account != inputs.expected_account:
        yield Finding(("cluster_name",), f"is in account {account}, not in {inputs.expected_account}")


AWS_RULES: tuple[AnyRule[AwsInputs], ...] = (complete_account, _complete_names)
SERVICE_RULES: tuple[AnyRule[ServiceInputs], ...] = (_timed_wait, _place_of_cluster, *AWS_RULES)
