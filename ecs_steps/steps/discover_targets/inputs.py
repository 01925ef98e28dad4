"""The inputs of *Discover Amazon ECS Targets*, and the rules on them."""

from collections.abc import Iterator
from enum import StrEnum

from attrs import frozen

from ecs_steps.octopus.inputs.reader import variable
from ecs_steps.octopus.inputs.rules import AnyRule, Finding, rule
from ecs_steps.octopus.inputs.types import Names, Regions, Role, SessionName, SessionSeconds
from ecs_steps.steps.common_inputs import AWS_RULES, AwsInputs

DISCOVERY = "Octopus.Action.Aws.Ecs.Discovery"


class MessageForm(StrEnum):
    """The kind of target to discover."""

    NATIVE = "Native"
    STEP_PACKAGE = "StepPackage"


@frozen(kw_only=True)
class DiscoverInputs(AwsInputs):
    """The inputs of *Discover Amazon ECS Targets*; environment, project, space and tenant are Octopus'."""

    regions: Regions = variable(
        f"{DISCOVERY}.Regions",
        label="Regions",
        help="The regions whose clusters are searched, one a line. Empty means the step's own.",
        default=(),
    )
    roles: Names = variable(
        f"{DISCOVERY}.Roles",
        label="Target tags",
        help="Target tags (roles), one a line; a cluster whose `octopus-role` is one of them is a target.",
        control="MultiLineText",
    )
    account_name: str = variable(
        f"{DISCOVERY}.AccountName",
        label="Account of the targets",
        help="The id or name of the Octopus account that the targets use. Empty means that they use the "
        "credentials of their worker.",
        default="",
    )
    worker_pool: str = variable(
        f"{DISCOVERY}.WorkerPool",
        label="Worker pool of the targets",
        help="The id or name of the worker pool that the targets use. Empty means the default one.",
        default="",
    )
    assumed_role_arn: Role | None = variable(
        f"{DISCOVERY}.AssumedRoleArn",
        label="Role of the targets",
        help="The ARN of a role that the targets assume. This step searches with its own account.",
        default=None,
    )
    assumed_role_session: SessionName | None = variable(
        f"{DISCOVERY}.AssumedRoleSession",
        label="Session of that role",
        help="The name of the targets' session.",
        default=None,
        used_if=lambda inputs: bool(inputs.assumed_role_arn),
    )
    assumed_role_session_seconds: SessionSeconds | None = variable(
        f"{DISCOVERY}.AssumedRoleSessionDurationSeconds",
        label="Duration of that session",
        help="In seconds, from 900 to 43,200.",
        default=None,
        used_if=lambda inputs: bool(inputs.assumed_role_arn),
    )
    assumed_role_external_id: str = variable(
        f"{DISCOVERY}.AssumedRoleExternalId",
        label="External id of that role",
        help="What the role's trust policy asks for.",
        default="",
        used_if=lambda inputs: bool(inputs.assumed_role_arn),
    )
    message_form: MessageForm = variable(
        f"{DISCOVERY}.MessageForm",
        label="Kind of target",
        help="Servers from 2026.2 have ECS clusters as targets of their own; older ones as those of a step "
        "package.",
        default=MessageForm.NATIVE,
        options=["Native|Amazon ECS cluster (2026.2 and newer)", "StepPackage|Step package (before)"],
    )


@rule("scope")
def _environment(inputs: DiscoverInputs) -> Iterator[Finding]:
    if not inputs.scope.environment:
        yield Finding(
            ("scope", "Octopus.Environment.Name"),
            "is required: a cluster is a target of the environment that its tag octopus-environment names",
        )


RULES: tuple[AnyRule[DiscoverInputs], ...] = (_environment, *AWS_RULES)
