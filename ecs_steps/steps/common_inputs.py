"""What every step is told."""

from collections.abc import Mapping

from attrs import frozen

from ecs_steps.account import WebIdentity
from ecs_steps.octopus.account import OctopusAccount, read_account
from ecs_steps.octopus.images import package_images
from ecs_steps.octopus.inputs.reader import derived, variable
from ecs_steps.octopus.inputs.shared_inputs import WaitOption
from ecs_steps.octopus.inputs.types import Bool, Count, EcsName, Region
from ecs_steps.tags import Tag, default_tags


@frozen(kw_only=True)
class CommonInputs:
    """The inputs that every step has: where it deploys, how it waits, what the release brings along."""

    cluster_name: EcsName = variable(
        "Octopus.Action.Aws.Ecs.ClusterName",
        label="Cluster name",
        help="The ECS cluster that runs the service; it must exist.",
    )
    region: Region = variable(
        "Octopus.Action.Aws.Region",
        label="Region",
        help="The AWS region of the cluster; empty is the worker's own.",
        default="",
    )
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
        help="Where no circuit breaker is at work: how many failed tasks are enough to give a deployment up "
        "of which no task has ever been healthy. Empty is 3 to 10, with the desired count; 0 is never.",
        default=None,
    )
    container_logs: Bool = variable(
        "Octopus.Action.Aws.Ecs.ContainerLogs",
        label="Show container logs",
        help="Whether the last log lines of a failed container are read from CloudWatch and shown as they "
        "are.",
        default=True,
        control="Checkbox",
    )
    images: Mapping[str, str] = derived(package_images)
    default_tags: tuple[Tag, ...] = derived(default_tags)
    account: OctopusAccount = derived(read_account, default=OctopusAccount())

    @property
    def cluster(self) -> str:
        """The cluster's name, where it was given by its ARN as well."""
        return self.cluster_name.rpartition("/")[2]

    @property
    def arns_of_account(self) -> tuple[str, ...]:
        """ARNs in the account that the step deploys to: first of the role that it acts as, if it has one."""
        assumed, login = self.account.assumed_role, self.account.login
        if assumed:
            return (assumed.role_arn, self.cluster_name)
        return (*((login.role_arn,) if isinstance(login, WebIdentity) else ()), self.cluster_name)
