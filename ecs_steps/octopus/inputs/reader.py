"""Read a step's inputs from a variable dictionary, with every problem at once.

The inputs are a frozen attrs class whose fields name their variables (`variable`) and whose types say what is
legal there. First each field is evaluated, parsed and structured by itself; then the step's rules judge what
several of them say together. A rule names what it reads and is skipped where one of those places is a gap, so
that one mistake is told once.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import eq
from typing import Any, Generic, TypeAlias, TypeVar

import attrs
from attrs import evolve, frozen

from ecs_steps.errors import InvalidInputsError, Problem
from ecs_steps.octopus import json_text
from ecs_steps.octopus.inputs.converter import Gap, Path, Unreadable, field_value, gather
from ecs_steps.octopus.variables import Variables
from ecs_steps.octostache import Evaluator, OctostacheError

LONGEST = 1024 * 1024
"""Characters of an input, before and after its evaluation: CloudFormation takes no longer template."""

Inputs = TypeVar("Inputs", bound=attrs.AttrsInstance)
Inputs_contra = TypeVar("Inputs_contra", bound=attrs.AttrsInstance, contravariant=True)
"""What a rule is of: one that judges what all steps have is a rule of each step."""

Item = TypeVar("Item")


@frozen(kw_only=True)
class Variable:
    """Where a field comes from, and how a person is asked for it."""

    name: str
    label: str
    help: str
    control: str = "SingleLineText"
    options: tuple[str, ...] = ()
    must_be_known: bool = False


def variable(
    name: str,
    *,
    label: str,
    help: str,  # noqa: A002  the format's own word
    default: object = attrs.NOTHING,
    control: str = "SingleLineText",
    options: Sequence[str] = (),
    must_be_known: bool = False,
) -> Any:  # noqa: ANN401  attrs.field is typed so
    """Declare a field that is read from the variable `name`; without a default it is required.

    One that must be known may not hold open expressions even where others may.
    """
    source = Variable(
        name=name,
        label=label,
        help=help,
        control=control,
        options=tuple(options),
        must_be_known=must_be_known,
    )
    return attrs.field(default=default, metadata={"variable": source})


def derived(work_out: Callable[[Mapping[str, str]], object], *, default: object = attrs.NOTHING) -> Any:  # noqa: ANN401  as above
    """Declare a field that is worked out from the dictionary as a whole, such as the default tags.

    The values that it sees are evaluated; one that cannot be is as it was written. The default is for inputs
    that are made without a dictionary.
    """
    return attrs.field(default=default, metadata={"derived": work_out})


@frozen
class _Evaluated(Mapping[str, str]):
    """The variables, each evaluated when it is asked for."""

    variables: Variables
    evaluator: Evaluator

    def __getitem__(self, name: str) -> str:
        try:
            return self.evaluator.evaluate(self.variables[name]).text
        except OctostacheError:
            return self.variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.variables)

    def __len__(self) -> int:
        return len(self.variables)


@frozen
class Finding:
    """What a rule found, and where; one that is only suspicious stops nothing.

    `path` is an input's field, then JSON names and indexes: ``("containers", 1, "containerName")``. In a
    field that is derived the name of a variable comes next: ``("account", "Account.SecretKey")``.
    """

    path: Path
    message: str
    is_warning: bool = False


@frozen
class Rule(Generic[Inputs_contra]):
    """A judgement on several inputs together.

    `reads` lists what it looks at, as an input's field and the way into its JSON, without indexes
    (``containers.containerPortMappings.containerPort``).
    """

    reads: tuple[str, ...]
    judge: Callable[[Inputs_contra], Iterable[Finding]]

    def findings(self, inputs: Inputs_contra, gaps: Iterable[Gap]) -> Iterable[Finding]:
        """Judge, unless something that the rule reads is a gap."""
        return () if _is_blind(self.reads, [gap.path for gap in gaps]) else self.judge(inputs)


@frozen(kw_only=True)
class ItemRule(Generic[Inputs_contra, Item]):
    """A judgement on each item of the list `field`; a gap in one item does not hide the others.

    `reads` and the findings' paths are within the item, `beside` is what is read elsewhere, as in a `Rule`.
    With `sees_expressions` an open expression is no gap.
    """

    field: str
    reads: tuple[str, ...]
    beside: tuple[str, ...]
    sees_expressions: bool
    judge: Callable[[Inputs_contra, Item], Iterable[Finding]]

    def findings(self, inputs: Inputs_contra, gaps: Iterable[Gap]) -> Iterable[Finding]:
        """Judge each item, unless something that the rule reads of it is a gap."""
        paths = [gap.path for gap in gaps if not (self.sees_expressions and gap.is_expression)]
        if (self.field,) in paths or _is_blind(self.beside, paths):
            return
        within: defaultdict[str | int, list[Path]] = defaultdict(list)
        for path in paths:
            if path[0] == self.field:
                within[path[1]].append(path[2:])
        for index, item in enumerate(getattr(inputs, self.field)):
            if not _is_blind(self.reads, within.get(index, ())):
                for found in self.judge(inputs, item):
                    yield evolve(found, path=(self.field, index, *found.path))


def _is_blind(reads: Iterable[str], paths: Iterable[Path]) -> bool:
    """Tell whether one of the places read lies within a gap, or a gap within it."""
    places = {tuple(part for part in path if isinstance(part, str)) for path in paths}
    wanted = [tuple(read.split(".")) for read in reads]
    return any(all(map(eq, place, read)) for place in places for read in wanted)


AnyRule: TypeAlias = Rule[Inputs_contra] | ItemRule[Inputs_contra, Any]


def rule(*reads: str) -> Callable[[Callable[[Inputs], Iterable[Finding]]], Rule[Inputs]]:
    """Make a function that yields findings a `Rule` that reads these places."""
    return lambda judge: Rule(reads, judge)


def item_rule(
    field: str, *reads: str, beside: Sequence[str] = (), sees_expressions: bool = False
) -> Callable[[Callable[[Inputs, Item], Iterable[Finding]]], ItemRule[Inputs, Item]]:
    """Make a function of the inputs and one item of `field` a `ItemRule`."""
    return lambda judge: ItemRule(
        field=field, reads=reads, beside=tuple(beside), sees_expressions=sees_expressions, judge=judge
    )


def read(
    cls: type[Inputs],
    variables: Variables,
    rules: Iterable[AnyRule[Inputs]],
    *,
    keep_expressions: bool = False,
) -> tuple[Inputs, tuple[Problem, ...]]:
    """Return the inputs and what is suspicious about them.

    With `keep_expressions` a single value whose expressions stay open is kept as `UnresolvedText`, whatever
    its type.

    Raises:
        InvalidInputsError: With every problem there is.
    """
    fields = attrs.fields(cls)
    evaluator = Evaluator(variables)
    values, gaps = gather((f.name, lambda f=f: _read_field(f, variables, evaluator)) for f in fields)  # type: ignore[misc]  # a default argument binds the loop's field
    inputs = cls(**{field.name: value for field, value in zip(fields, values, strict=True)})
    found = [
        *(Finding(gap.path, str(gap)) for gap in gaps if not (keep_expressions and _may_stay_open(cls, gap))),
        *(finding for rule in rules for finding in rule.findings(inputs, gaps)),
    ]
    problems = tuple(_problem(cls, finding) for finding in found if not finding.is_warning)
    if problems:
        raise InvalidInputsError(problems=problems)
    return inputs, tuple(_problem(cls, finding) for finding in found)


def _read_field(field: "attrs.Attribute[Any]", variables: Variables, evaluator: Evaluator) -> object:
    if "derived" in field.metadata:
        return field.metadata["derived"](_Evaluated(variables, evaluator))
    raw = variables.get(field.metadata["variable"].name, "")
    value = json_text.evaluate(_held(raw), evaluator)
    return field_value(field, _held(value) if isinstance(value, str) else value)


def _held(text: str) -> str:
    stripped = text.strip()
    if len(stripped) > LONGEST:
        message = (
            f"holds {len(stripped)} characters; expected at most {LONGEST}, as AWS takes no more at once"
        )
        raise Unreadable(None, (Gap(message=message),))
    return stripped


def _may_stay_open(cls: type[attrs.AttrsInstance], gap: Gap) -> bool:
    return gap.is_expression and not _source(cls, gap.path).must_be_known


def _source(cls: type[attrs.AttrsInstance], path: Path) -> Variable:
    source: Variable = attrs.fields_dict(cls)[str(path[0])].metadata["variable"]
    return source


def _problem(cls: type[attrs.AttrsInstance], finding: Finding) -> Problem:
    field, *way = finding.path
    is_derived = "derived" in attrs.fields_dict(cls)[str(field)].metadata
    name = str(way.pop(0)) if is_derived else _source(cls, finding.path).name
    return Problem(path=name + "".join(map(_step, way)), message=finding.message)


def _step(step: str | int) -> str:
    if isinstance(step, str) and re.fullmatch(r"\w+", step, re.ASCII):
        return f".{step}"
    return f"[{json_text.shown(step)}]"
