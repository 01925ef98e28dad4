"""The inputs of *Deploy Amazon ECS Revision*, how a revision is written, and the rules on them."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from attrs import frozen

from ecs_steps.octopus.inputs.converter import text, unexpected
from ecs_steps.octopus.inputs.reader import derived, variable
from ecs_steps.octopus.inputs.rules import AnyRule, Finding, rule
from ecs_steps.octopus.inputs.shared_inputs import OnFailure
from ecs_steps.octopus.inputs.types import FAMILY, Bool, EcsName, Family
from ecs_steps.octopus.json_text import shown
from ecs_steps.steps.common_inputs import SERVICE_RULES
from ecs_steps.steps.revision_inputs import (
    RevisionInputs,
    force_variable,
    on_failure_variable,
    when_paused_variable,
)
from ecs_steps.steps.strategy_inputs import STRATEGY_RULES, WhenPaused
from ecs_steps.steps.task_set_inputs import TEST_TRAFFIC_RULES, task_sets_last

REVISION = "Octopus.Action.Aws.Ecs.Revision"
PACKAGE_REFERENCE = "EcsRevision.TaskDefinition"
PACKAGE_ID = f"Octopus.Action.Package[{PACKAGE_REFERENCE}].PackageId"
PACKAGE_VERSION = f"Octopus.Action.Package[{PACKAGE_REFERENCE}].PackageVersion"

# What a feed or a person may have made of the number 42: v42, 42-beta, 42+build, 42.0.0.
_NUMBER = re.compile(r"[vV]?(?P<number>[1-9][0-9]{0,9})(\.0+)*([-+][0-9A-Za-z.+_-]*)?")
_REVISION = re.compile(
    rf"(?P<prefix>arn:[\w-]+:ecs:[\w-]+:[0-9]{{12}}:task-definition/)?(?P<family>{FAMILY.pattern}):(?P<version>.+)"
)


@frozen(kw_only=True)
class ChosenRevision:
    """A revision that was chosen; `prefix` is what its ARN has before the family, empty without an ARN."""

    family: str
    number: int
    prefix: str = ""

    @property
    def name(self) -> str:
        """The revision as ``family:revision``."""
        return f"{self.family}:{self.number}"

    @property
    def reference(self) -> str:
        """The revision as DescribeTaskDefinition takes it."""
        return self.prefix + self.name


def revision_number(version: str) -> int | None:
    """Return the revision that a package's version means; none where it means none (``42.5``)."""
    match = _NUMBER.fullmatch(version)
    return int(match["number"]) if match else None


def _read_revision(value: object) -> ChosenRevision:
    """Read ``family:revision`` or an ARN."""
    match = _REVISION.fullmatch(text(value).strip())
    number = revision_number(match["version"]) if match else None
    if match is None or number is None:
        raise unexpected(value, "a revision as family:revision or ARN, such as orders:42")
    return ChosenRevision(family=match["family"], number=number, prefix=match["prefix"] or "")


@frozen(kw_only=True)
class ReleasePackage:
    """The package that a release has chosen, as its feed names it; both are empty where there is none."""

    package_id: str = ""
    version: str = ""

    @property
    def is_given(self) -> bool:
        return bool(self.package_id and self.version)

    @property
    def revision(self) -> ChosenRevision | None:
        """The revision that the package stands for, if it is one."""
        number = revision_number(self.version)
        if number is None or not re.fullmatch(FAMILY.pattern, self.package_id):
            return None
        return ChosenRevision(family=self.package_id, number=number)


def _release_package(variables: Mapping[str, str]) -> ReleasePackage:
    return ReleasePackage(
        package_id=variables.get(PACKAGE_ID, "").strip(), version=variables.get(PACKAGE_VERSION, "").strip()
    )


@frozen(kw_only=True, field_transformer=task_sets_last)
class DeployRevisionInputs(RevisionInputs):
    """The inputs of *Deploy Amazon ECS Revision*."""

    service_name: EcsName = variable(
        f"{REVISION}.ServiceName",
        label="Service name",
        help="The service that is to run the revision; it must exist.",
    )
    task_definition: Annotated[ChosenRevision, _read_revision] | None = variable(
        f"{REVISION}.TaskDefinition",
        label="Revision",
        help="The revision as family:revision or ARN; or chosen with the release, as the version of a "
        f"package from a feed of task definitions (reference `{PACKAGE_REFERENCE}`, its id is the family).",
        default=None,
        control="Package",
    )
    family: Family | None = variable(
        f"{REVISION}.Family",
        label="Family",
        help="The family that the revision must be of. Empty means any.",
        default=None,
    )
    force_new_deployment: Bool = force_variable(f"{REVISION}.ForceNewDeployment")
    on_failure: OnFailure = on_failure_variable(f"{REVISION}.OnFailure")
    when_paused: WhenPaused = when_paused_variable(f"{REVISION}.WhenPaused")
    package: ReleasePackage = derived(_release_package, default=ReleasePackage())

    @property
    def revision(self) -> ChosenRevision | None:
        """The revision to deploy; there is one where the inputs are valid."""
        return self.task_definition or self.package.revision


@rule("task_definition")
def _some_revision(inputs: DeployRevisionInputs) -> Iterator[Finding]:
    if inputs.task_definition is None and not inputs.package.is_given:
        yield Finding(
            ("task_definition",), f"is required, or a release that chooses the package {PACKAGE_REFERENCE}"
        )


@rule()
def _package_is_a_revision(inputs: DeployRevisionInputs) -> Iterator[Finding]:
    package = inputs.package
    if not package.is_given:
        return
    if revision_number(package.version) is None:
        yield Finding(
            ("package", PACKAGE_VERSION),
            f"expected a revision's number, such as 42 or 42-beta, not {shown(package.version)}",
        )
    elif package.revision is None:
        yield Finding(
            ("package", PACKAGE_ID),
            f"expected a task definition's family, not {shown(package.package_id)}: is the package from a "
            "feed of task definitions?",
        )


@rule("task_definition")
def _one_revision(inputs: DeployRevisionInputs) -> Iterator[Finding]:
    given, released = inputs.task_definition, inputs.package.revision
    if given and inputs.package.is_given and released and given.name != released.name:
        yield Finding(
            ("task_definition",),
            f"is {given.name}, and the release has chosen {released.name}: which one is meant?",
        )


@rule("family", "task_definition")
def _this_family(inputs: DeployRevisionInputs) -> Iterator[Finding]:
    revision = inputs.revision
    if inputs.family and revision and revision.family != inputs.family:
        yield Finding(("family",), f"must be {inputs.family}, and the chosen revision is {revision.name}")


RULES: tuple[AnyRule[DeployRevisionInputs], ...] = (
    _some_revision,
    _package_is_a_revision,
    _one_revision,
    _this_family,
    *STRATEGY_RULES,
    *TEST_TRAFFIC_RULES,
    *SERVICE_RULES,
)
