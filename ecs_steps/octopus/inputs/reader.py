"""Read a step's inputs from a variable dictionary, with every problem at once.

The inputs are a frozen attrs class whose fields name their variables (`variable`) and whose types say what is
valid. First each field is evaluated, parsed and converted by itself; then the step's rules check fields
against each other. A rule names what it depends on and is skipped where one of those paths has an error, so
that one mistake is reported once.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

import attrs
from attrs import evolve, frozen

from ecs_steps.errors import InvalidInputsError, Problem
from ecs_steps.octopus import json_text
from ecs_steps.octopus.inputs.converter import (
    FieldError,
    PartialValueError,
    Path,
    collect,
    field_value,
    without_unused,
)
from ecs_steps.octopus.inputs.rules import AnyRule, Finding
from ecs_steps.octopus.inputs.types import EcsName, Family
from ecs_steps.octopus.inputs.unknown import unknown_variables
from ecs_steps.octopus.variables import Variables
from ecs_steps.octostache import Evaluated, Evaluator, OctostacheError

MAX_INPUT_LENGTH = 1024 * 1024
"""Characters of an input, before and after evaluation: CloudFormation accepts no longer template."""

MAX_UNKNOWN = 100
"""Unknown variables that are reported: each is compared with all known names."""

Inputs = TypeVar("Inputs", bound=attrs.AttrsInstance)


@frozen(kw_only=True)
class Variable:
    """The variable that a field is read from, and how a step template prompts for it."""

    name: str
    label: str
    help: str
    docs: str = ""
    control: str = "SingleLineText"
    options: tuple[str, ...] = ()
    must_be_known: bool = False
    may_be_yaml: bool = False

    @property
    def example(self) -> str:
        """The first JSON document of the help text; empty where it shows none."""
        return next(iter(re.findall(r"`([\[{][^`]*)`", self.help)), "")


def variable(
    name: str,
    *,
    label: str,
    help: str,  # noqa: A002  the format's own word
    docs: str = "",
    default: object = attrs.NOTHING,
    control: str | None = None,
    options: Sequence[str] = (),
    must_be_known: bool = False,
    may_be_yaml: bool = False,
    is_secret: bool = False,
    used_if: Callable[[Any], bool] | None = None,
) -> Any:  # noqa: ANN401  attrs.field is typed so
    """Declare a field that is read from the variable `name`; without a default it is required.

    `docs` is the URL of AWS' page on it. The `control` of a step template follows from the options and the
    default where none is named. With `must_be_known` it may not hold open expressions even where
    others may; of one that `is_secret` no message and no `repr` shows the value. With `may_be_yaml` a text
    that is no JSON is YAML. `used_if` is a predicate of the inputs, as in `converter.used_if`.
    """
    source = Variable(
        name=name,
        label=label,
        help=help,
        docs=docs,
        control=_usual_control(default, options) if control is None else control,
        options=tuple(options),
        must_be_known=must_be_known,
        may_be_yaml=may_be_yaml,
    )
    metadata: dict[str, object] = {"variable": source, "hidden": is_secret}
    if used_if:
        metadata["used_if"] = used_if
    return attrs.field(default=default, metadata=metadata, repr=not is_secret)


def _usual_control(default: object, options: Sequence[str]) -> str:
    if options:
        return "Select"
    return "Checkbox" if isinstance(default, bool) else "MultiLineText" if default == () else "SingleLineText"


def derived(compute: Callable[[Mapping[str, str]], object], *, default: object = attrs.NOTHING) -> Any:  # noqa: ANN401  as above
    """Declare a field that is computed from the whole dictionary, such as the default tags.

    The values are evaluated; one that cannot be is as it was written. The default is for inputs that are made
    without a dictionary.
    """
    return attrs.field(default=default, metadata={"derived": compute})


@frozen
class _Evaluator:
    """Evaluates texts over the variables; the use of a missing value is an error."""

    variables: Variables
    evaluator: Evaluator

    def evaluate(self, text: str, *, is_json_leaf: bool = False) -> Evaluated:
        if missing := self.variables.missing_in(text):
            raise OctostacheError(str(missing))
        return self.evaluator.evaluate(text, is_json_leaf=is_json_leaf)


class _Verbatim:
    """Leaves texts as they are, since they are evaluated already."""

    def evaluate(self, text: str, *, is_json_leaf: bool = False) -> Evaluated:  # noqa: ARG002  as `_Evaluator`
        return Evaluated(text)


@frozen
class _EvaluatedVariables(Mapping[str, str]):
    """The variables, each evaluated on access; a missing one stays an open expression."""

    variables: Variables
    evaluator: json_text.TextEvaluator

    def __getitem__(self, name: str) -> str:
        if name.casefold() in self.variables.missing:
            return f"#{{{name}}}"
        try:
            return self.evaluator.evaluate(self.variables[name]).text
        except OctostacheError:
            return self.variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.variables)

    def __len__(self) -> int:
        return len(self.variables)


def read(
    cls: type[Inputs],
    variables: Variables,
    rules: Iterable[AnyRule[Inputs]],
    *,
    keep_expressions: bool = False,
    evaluate: bool = True,
) -> tuple[Inputs, tuple[Problem, ...]]:
    """Return the inputs, and warnings about them.

    With `keep_expressions` a single value whose expressions stay open is kept as `UnresolvedText`, whatever
    its type. Without `evaluate` the values are evaluated already: ``#{x}`` is text.

    Raises:
        InvalidInputsError: With every problem.
    """
    fields = attrs.fields(cls)
    evaluator = _Evaluator(variables, Evaluator(variables)) if evaluate else _Verbatim()
    values, errors = collect((f.name, lambda f=f: _read_field(f, variables, evaluator)) for f in fields)  # type: ignore[misc]  # a default argument binds the loop's field
    inputs = cls(**{field.name: value for field, value in zip(fields, values, strict=True)})
    inputs, errors = without_unused(inputs, errors, str)
    environment = variables.get("Octopus.Environment.Name", "")
    found = [
        *(
            _finding(cls, error, environment)
            for error in errors
            if not (keep_expressions and error.is_expression) or _source(cls, error.path).must_be_known
        ),
        *(finding for rule in rules for finding in rule.findings(inputs, errors)),
    ]
    found = [_with_missing_value(finding, variables) for finding in found]
    problems = [_problem(cls, finding) for finding in found if not finding.is_warning]
    unknown = list(islice(unknown_variables(cls, variables), MAX_UNKNOWN))
    if problems:
        # A misspelt name is why its variable has no value.
        failed = {problem.path for problem in problems}
        misspelt = [problem for nearest, problem in unknown if nearest in failed]
        raise InvalidInputsError(problems=(*problems, *misspelt))
    return inputs, (*(_problem(cls, finding) for finding in found), *(problem for _, problem in unknown))


def _read_field(
    field: "attrs.Attribute[Any]", variables: Variables, evaluator: json_text.TextEvaluator
) -> object:
    if "derived" in field.metadata:
        return field.metadata["derived"](_EvaluatedVariables(variables, evaluator))
    source: Variable = field.metadata["variable"]
    if missing := variables.missing.get(source.name.casefold()):
        raise PartialValueError(None, (FieldError(message=missing.reason),))
    text = _limited(variables.get(source.name, ""))
    is_yaml = source.may_be_yaml and text and not text.startswith(("[", "{"))
    value = _evaluated_yaml(text, evaluator) if is_yaml else json_text.evaluate(text, evaluator)
    try:
        return field_value(field, _limited(value) if isinstance(value, str) else value)
    except PartialValueError as failure:
        example = source.example
        errors = (
            evolve(error, example=example) if error.is_document and not error.path else error
            for error in failure.errors
        )
        raise PartialValueError(failure.partial, tuple(errors)) from None


def _evaluated_yaml(text: str, evaluator: json_text.TextEvaluator) -> object:
    from ecs_steps.octopus import yaml_text

    try:
        return json_text.evaluate_leaves(yaml_text.parse(text), evaluator)
    except ValueError as error:
        message = f"expected an object as JSON or YAML: {error}"
        raise PartialValueError(None, (FieldError(message=message),)) from None


def _limited(text: str) -> str:
    stripped = text.strip()
    if len(stripped) > MAX_INPUT_LENGTH:
        message = f"holds {len(stripped)} characters; expected at most {MAX_INPUT_LENGTH}, AWS' limit"
        raise PartialValueError(None, (FieldError(message=message),))
    return stripped


def _with_missing_value(finding: Finding, variables: Variables) -> Finding:
    """Say of a variable without a value why it has none; only paths in derived fields name variables."""
    names = [part.casefold() for part in finding.path[1:2] if isinstance(part, str)]
    missing = next((variables.missing[name] for name in names if name in variables.missing), None)
    return evolve(finding, message=missing.reason) if missing else finding


def _finding(cls: type[attrs.AttrsInstance], error: FieldError, environment: str) -> Finding:
    """Make a finding of an error; a name that Octopus has left open may have no value in the environment."""
    is_name = attrs.fields_dict(cls)[str(error.path[0])].type in (EcsName, Family)
    scope = f"; is it scoped to {environment}?" if environment and is_name and error.is_expression else ""
    return Finding(error.path, f"{error}{scope}")


def _source(cls: type[attrs.AttrsInstance], path: Path) -> Variable:
    source: Variable = attrs.fields_dict(cls)[str(path[0])].metadata["variable"]
    return source


def _problem(cls: type[attrs.AttrsInstance], finding: Finding) -> Problem:
    field, *rest = finding.path
    is_derived = "derived" in attrs.fields_dict(cls)[str(field)].metadata
    name = str(rest.pop(0)) if is_derived else _source(cls, finding.path).name
    return Problem(path=name + "".join(map(_step, rest)), message=finding.message)


def _step(step: str | int) -> str:
    if isinstance(step, str) and re.fullmatch(r"\w+", step, re.ASCII):
        return f".{step}"
    return f"[{json_text.shown(step)}]"
