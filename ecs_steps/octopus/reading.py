"""Read a step's inputs from a variable dictionary, with every problem at once.

The inputs are a frozen attrs class whose fields name their variables (`variable`) and whose types say what is
legal there. First each field is evaluated, parsed and structured by itself; then the step's rules judge what
several of them say together. A rule names what it reads and is skipped where one of those places is a gap, so
that one mistake is told once.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

import attrs
from attrs import frozen

from ecs_steps.errors import InvalidInputsError, Problem
from ecs_steps.octopus import json_text
from ecs_steps.octopus.octostache import Evaluator
from ecs_steps.octopus.structure import Gap, Path, field_value, gather
from ecs_steps.octopus.variables import Variables

Inputs = TypeVar("Inputs", bound=attrs.AttrsInstance)


@frozen(kw_only=True)
class Variable:
    """Where a field comes from, and how a person is asked for it."""

    name: str
    label: str
    help: str
    control: str = "SingleLineText"
    options: tuple[str, ...] = ()


def variable(
    name: str,
    *,
    label: str,
    help: str,  # noqa: A002  the format's own word
    default: object = attrs.NOTHING,
    control: str = "SingleLineText",
    options: Sequence[str] = (),
) -> Any:  # noqa: ANN401  attrs.field is typed so
    """Declare a field that is read from the variable `name`; without a default it is required."""
    source = Variable(name=name, label=label, help=help, control=control, options=tuple(options))
    return attrs.field(default=default, metadata={"variable": source})


def derived(work_out: Callable[[Variables], object]) -> Any:  # noqa: ANN401  as above
    """Declare a field that is worked out from the dictionary as a whole, such as the default tags."""
    return attrs.field(metadata={"derived": work_out})


@frozen
class Finding:
    """What a rule found, and where; one that is only suspicious stops nothing.

    `path` is an input's field, then JSON names and indexes: ``("containers", 1, "containerName")``.
    """

    path: Path
    message: str
    only_suspicious: bool = False


@frozen
class Rule(Generic[Inputs]):
    """A judgement on several inputs together.

    `reads` lists what it looks at, as an input's field and the way into its JSON, without indexes
    (``containers.containerPortMappings.containerPort``).
    """

    reads: tuple[str, ...]
    judge: Callable[[Inputs], Iterable[Finding]]

    def is_blind(self, gaps: Iterable[Gap]) -> bool:
        """Tell whether something that the rule reads is a gap."""
        places = [tuple(part for part in gap.path if isinstance(part, str)) for gap in gaps]
        wanted = [tuple(read.split(".")) for read in self.reads]
        return any(
            all(a == b for a, b in zip(place, read, strict=False)) for place in places for read in wanted
        )


def rule(*reads: str) -> Callable[[Callable[[Inputs], Iterable[Finding]]], Rule[Inputs]]:
    """Make a function that yields findings a `Rule` that reads these places."""
    return lambda judge: Rule(reads, judge)


def read(
    cls: type[Inputs], variables: Variables, rules: Iterable[Rule[Inputs]], *, keep_expressions: bool = False
) -> tuple[Inputs, tuple[Problem, ...]]:
    """Return the inputs and what is suspicious about them.

    With `keep_expressions` a value whose expressions stay open is kept as its text, whatever its type.

    Raises:
        InvalidInputsError: With every problem there is.
    """
    fields = attrs.fields(cls)
    evaluator = Evaluator(variables)
    values, gaps = gather((f.name, lambda f=f: _read_field(f, variables, evaluator)) for f in fields)  # type: ignore[misc]  # a default argument binds the loop's field
    inputs = cls(**{field.name: value for field, value in zip(fields, values, strict=True)})
    judged = [finding for rule in rules if not rule.is_blind(gaps) for finding in rule.judge(inputs)]
    found = [
        *(Finding(gap.path, str(gap)) for gap in gaps if not (keep_expressions and gap.is_expression)),
        *judged,
    ]
    problems = tuple(_problem(cls, finding) for finding in found if not finding.only_suspicious)
    if problems:
        raise InvalidInputsError(problems=problems)
    return inputs, tuple(_problem(cls, finding) for finding in found)


def _read_field(field: "attrs.Attribute[Any]", variables: Variables, evaluator: Evaluator) -> object:
    if "derived" in field.metadata:
        return field.metadata["derived"](variables)
    source: Variable = field.metadata["variable"]
    raw = variables.get(source.name, "").strip()
    return field_value(field, json_text.evaluate(raw, evaluator))


def _problem(cls: type[attrs.AttrsInstance], finding: Finding) -> Problem:
    field, *way = finding.path
    source: Variable = attrs.fields_dict(cls)[str(field)].metadata["variable"]
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in way)
    return Problem(path=source.name + "".join(steps), message=finding.message)
