"""What a row of the table of steps is made of, and what a step is to those who run it.

A row is data. Neither a step nor its inputs are imported before they are used, so that the command line and
``import ecs_steps`` stay as light as they are without them.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, Self, TypedDict, Unpack

import attrs
from attrs import field, frozen

from ecs_steps.errors import InvalidInputsError, Problem

if TYPE_CHECKING:
    from ecs_steps.aws.clients import AwsClients
    from ecs_steps.clock import Clock
    from ecs_steps.octopus.account import OctopusAccount
    from ecs_steps.preflight.check import CheckTable
    from ecs_steps.reporting.events import Report
    from ecs_steps.result import DryRun, Result


class StepInputs(Protocol):
    """What the inputs of every step say: where it works, and as whom."""

    @property
    def region(self) -> str: ...
    @property
    def account(self) -> "OctopusAccount": ...


class RunOptions(TypedDict, total=False):
    """What a step runs with, in place of its account's AWS, lines on standard error and real time."""

    aws: "AwsClients | None"
    report: "Report | None"
    clock: "Clock | None"


class Step(Protocol):
    """What every step has; its class takes a variable dictionary, and ``evaluate=``."""

    warnings: tuple[Problem, ...]

    @property
    def inputs(self) -> StepInputs: ...

    def run(self, **options: Unpack[RunOptions]) -> "Result":
        """Do the step's work, wait and verify."""


class WatchableStep(Step, Protocol):
    """A step with the verb `Verb.WATCH`."""

    def watch(self, started: str, /, **options: Unpack[RunOptions]) -> "Result":
        """Wait for what was started before, and give the verdict on it."""


class DryRunStep(Step, Protocol):
    """A step with the verb `Verb.DRY_RUN`."""

    def dry_run(self, **options: Unpack[RunOptions]) -> "DryRun":
        """Return what would change; nothing is changed."""


class ExportableStep(Step, Protocol):
    """A step with the verb `Verb.EXPORT`: its class takes ``for_export=True`` as well."""

    def template(self) -> Any:  # noqa: ANN401  troposphere has no types
        """Build the CloudFormation template; no AWS call."""

    def export(self) -> str:
        """Return the template as YAML for Octopus' own step."""


class PolicyStep(Step, Protocol):
    """A step with the verb `Verb.IAM_POLICY`; some take options as well."""

    def iam_policy(self, *, diagnostics: bool = False) -> dict[str, Any]:
        """Return the IAM policy that the step needs, as JSON data; no AWS call."""


class PreflightStep(Step, Protocol):
    """A step with the verb `Verb.PREFLIGHT`."""

    def preflight(self, **options: Unpack[RunOptions]) -> "CheckTable":
        """Return what AWS knows before the deployment; AWS is only read."""


class Verb(StrEnum):
    """What can be done with a step; `RUN` is what all of them have."""

    RUN = "run"
    WATCH = "watch"
    DRY_RUN = "dry-run"
    PREFLIGHT = "preflight"
    EXPORT = "export"
    IAM_POLICY = "iam-policy"


@frozen(kw_only=True)
class Option:
    """An option of a verb on the command line, and the keyword argument that its value becomes.

    A dry run takes those of `Verb.RUN`. One that `narrows` a statement of the IAM policy (its Sid) is
    recommended where the policy holds that statement and the option is missing; `without` says what is
    allowed then.
    """

    flag: str
    help: str
    keyword: str
    metavar: str = "NAME"
    repeatable: bool = False
    narrows: str = ""
    without: str = ""


@frozen(kw_only=True)
class StepRow:
    """A step: `name` is its command, `prefix` begins the names of its step template's parameters.

    `step` and `inputs` are import paths, ``module:Class``. Its step template is called after the `title`, and
    says the `description`; `image_help` is the help of the parameter that chooses a container image, and a
    step without one has none. `outputs` are the output variables of a run that waits and succeeds. `verbs`
    are what the step can do, each with the options that it takes on the command line; the option of
    `Verb.WATCH` is the one that names what was started, and its value is passed first.
    """

    name: str
    title: str
    summary: str
    step: str
    inputs: str
    prefix: str
    description: str
    image_help: str = ""
    outputs: tuple[str, ...]
    verbs: Mapping[Verb, tuple[Option, ...]] = field(
        factory=lambda: {Verb.RUN: (), Verb.IAM_POLICY: ()}, hash=False
    )

    @property
    def template_name(self) -> str:
        return f"AWS - {self.title}"

    @property
    def class_name(self) -> str:
        return self.step.partition(":")[2]

    def step_class(self) -> Any:  # noqa: ANN401  a class that makes a `Step`; some take more than variables
        """Import the step's class."""
        return _load(self.step)

    def inputs_class(self) -> type[attrs.AttrsInstance]:
        """Import the class of the step's inputs."""
        loaded: type[attrs.AttrsInstance] = _load(self.inputs)
        return loaded

    def read(self, variables: Mapping[str, object], *, evaluate: bool = True, **settings: object) -> Step:
        """Make the step from variables; without `evaluate` their values are evaluated already.

        Raises:
            InvalidInputsError: With every problem there is.
        """
        step: Step = self.step_class()(variables, evaluate=evaluate, **settings)
        return step

    def variable_names(self) -> Mapping[str, bool]:
        """Return the variables of the inputs, case-folded; true are those that are required."""
        declared = (each for each in attrs.fields(self.inputs_class()) if "variable" in each.metadata)
        return {each.metadata["variable"].name.casefold(): each.default is attrs.NOTHING for each in declared}


class StepTable(tuple[StepRow, ...]):
    """The steps, in the order in which they are listed."""

    __slots__ = ()

    def with_row(self, row: StepRow) -> Self:
        """Return the table with one more step.

        Raises:
            ValueError: There is a step of that name already.
        """
        if any(row.name == each.name for each in self):
            raise ValueError(f"the table has a step {row.name!r} already")
        return type(self)((*self, row))

    def having(self, verb: Verb) -> Self:
        """Return the steps that have a verb."""
        return type(self)(row for row in self if verb in row.verbs)

    def named(self, name: str) -> StepRow:
        """Return the step of a name.

        Raises:
            KeyError: There is none.
        """
        return {row.name: row for row in self}[name]

    def chosen(self, name: str | None, variables: Mapping[str, object]) -> StepRow:
        """Return the step of a name; without one, the step that the variables are for.

        Raises:
            InvalidInputsError: Several steps fit the variables as well as each other.
        """
        return self.named(name) if name else self.matching(variables)

    def with_prefix(self, prefix: str) -> StepRow:
        """Return the step whose template's parameters begin with `prefix`.

        Raises:
            KeyError: There is none.
        """
        return {row.prefix: row for row in self}[prefix]

    def matching(self, variables: Mapping[str, object]) -> StepRow:
        """Return the step that the variables are for.

        That is the one whose inputs know most of them, and of several the one with the fewest required ones
        missing. Variables that all of these have decide nothing.

        Raises:
            InvalidInputsError: Several steps fit as well as each other.
        """
        given = {str(name).casefold() for name in variables}
        known = {row.name: row.variable_names() for row in self}
        fitting = _highest(known, lambda name: len(given & known[name].keys()))
        shared = frozenset.intersection(*(frozenset(known[name]) for name in fitting))
        if any(given & (known[name].keys() - shared) for name in fitting):
            fitting = _highest(
                fitting,
                lambda name: -sum(required for each, required in known[name].items() if each not in given),
            )
        if len(fitting) != 1:
            message = f"is required; the variables fit these steps: {', '.join(fitting)}"
            problem = Problem(path="--step", message=message)
            raise InvalidInputsError(what="The step cannot be determined", problems=(problem,))
        return self.named(fitting[0])


def _highest(names: Iterable[str], rank: Callable[[str], int]) -> list[str]:
    """Return the names with the highest rank."""
    ranks = {name: rank(name) for name in names}
    return [name for name in ranks if ranks[name] == max(ranks.values())]


def _load(path: str) -> Any:  # noqa: ANN401  whatever the path names
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)
