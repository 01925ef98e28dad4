# ruff: noqa: RUF009  `variable` is attrs' own field
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated

import attrs
import pytest
from attrs import frozen

from ecs_steps.errors import InvalidInputsError
from ecs_steps.octopus.inputs.converter import UnresolvedText, hidden
from ecs_steps.octopus.inputs.reader import MAX_INPUT_LENGTH, derived, read, variable
from ecs_steps.octopus.inputs.rules import AnyRule, Finding, item_rule, rule
from ecs_steps.octopus.inputs.types import Bool, ContainerName, Count, Ids, Port
from ecs_steps.octopus.variables import Variables


class Kind(StrEnum):
    DRY = "Dry"
    WET = "Wet"


@frozen(kw_only=True)
class Crate:
    name: ContainerName
    weight: Count = 1
    note: str = hidden(default="")
    ports: tuple[Port, ...] = ()


def upper_names(variables: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(variables[name].upper() for name in variables if name.startswith("Ship."))


@frozen(kw_only=True)
class Freight:
    ship: ContainerName = variable("Freight.Ship", label="", help="", must_be_known=True)
    kind: Kind = variable("Freight.Kind", label="", help="", default=Kind.DRY)
    capacity: Count = variable("Freight.Capacity", label="", help="", default=10)
    insured: Bool = variable("Freight.Insured", label="", help="", default=False)
    stops: Annotated[tuple[str, ...], Ids("[A-Za-z]+", "a place")] = variable(
        "Freight.Stops", label="", help=""
    )
    crates: tuple[Crate, ...] = variable("Freight.Crates", label="", help="", default=())
    names: tuple[str, ...] = derived(upper_names)


@rule("capacity", "crates.weight")
def fits(freight: Freight) -> Iterator[Finding]:
    total = sum(crate.weight for crate in freight.crates)
    if total > freight.capacity:
        yield Finding(("crates",), f"weigh {total}; {freight.capacity} fit")


@rule("crates.name")
def names_differ(freight: Freight) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, crate in enumerate(freight.crates):
        if crate.name in seen:
            yield Finding(("crates", index, "name"), "is there twice")
        seen.add(crate.name)


@item_rule("crates", "weight", also_depends_on=("insured",))
def no_feathers(freight: Freight, crate: Crate) -> Iterator[Finding]:
    if crate.weight < 1:
        yield Finding(("weight",), "is nothing", is_warning=not freight.insured)


@item_rule("crates", "note", accepts_expressions=True)
def open_notes(_: Freight, crate: Crate) -> Iterator[Finding]:
    if isinstance(crate.note, UnresolvedText):
        yield Finding(("note",), "is open", is_warning=True)


RULES: tuple[AnyRule[Freight], ...] = (fits, names_differ, no_feathers, open_notes)


def freight(crates: str = "[]", **variables: str) -> Variables:
    needed = {"Freight.Ship": "Anna", "Freight.Stops": "Oslo", "Freight.Crates": crates}
    return Variables(needed | {f"Freight.{name}": value for name, value in variables.items()})


def problems(variables: Variables, **options: bool) -> list[str]:
    with pytest.raises(InvalidInputsError) as raised:
        read(Freight, variables, RULES, **options)
    return [str(problem) for problem in raised.value.problems]


def test_inputs_are_typed_and_have_their_defaults() -> None:
    inputs, warnings = read(Freight, freight('[{"name": "tea", "weight": "3"}]', Kind="wet"), RULES)

    assert inputs == Freight(
        ship="Anna",
        kind=Kind.WET,
        capacity=10,
        insured=False,
        stops=("Oslo",),
        crates=(Crate(name="tea", weight=3),),
        names=(),
    )
    assert warnings == ()


def test_an_empty_variable_is_an_absent_one() -> None:
    inputs, _ = read(Freight, freight("  ", Kind="", Capacity="\n"), RULES)

    assert (inputs.kind, inputs.capacity, inputs.crates) == (Kind.DRY, 10, ())


def test_all_problems_are_reported_at_once_fields_first_then_rules() -> None:
    variables = freight(
        '[{"name": "a b", "ports": ["x", 80, 0]}, {"weight": 20}, {"name": "c", "weight": 0}]',
        Ship="",
        Kind="Gas",
        Insured="True",
        Stops=",",
    )

    assert problems(variables) == [
        "Freight.Ship: is required",
        'Freight.Kind: expected one of Dry, Wet, not "Gas"',
        "Freight.Stops: expected at least one id: a place",
        'Freight.Crates[0].name: expected 1 to 255 letters, digits, hyphens and underscores, not "a b"',
        'Freight.Crates[0].ports[0]: expected a whole number from 1 to 65535, not "x"',
        "Freight.Crates[0].ports[2]: expected a whole number from 1 to 65535, not 0",
        "Freight.Crates[1].name: is required",
        "Freight.Crates: weigh 21; 10 fit",
        "Freight.Crates[2].weight: is nothing",
    ]


def test_a_rule_is_skipped_where_a_dependency_is_invalid() -> None:
    crates = '[{"name": "a", "weight": "x"}, {"name": "a", "weight": 99}]'

    assert problems(freight(crates)) == [
        'Freight.Crates[0].weight: expected a whole number from 0 to 2147483647, not "x"',
        "Freight.Crates[1].name: is there twice",
    ]


@pytest.mark.parametrize("crates", ["7", '["tea"]', '{"name": "tea"}', "[{]"])
def test_no_rule_reads_what_could_not_be_read_at_all(crates: str) -> None:
    found = problems(freight(crates, Capacity="0"))

    assert len(found) == 1
    assert found[0].startswith("Freight.Crates")


def test_an_error_in_one_item_does_not_hide_the_others() -> None:
    crates = '[{"name": "a", "weight": "x"}, {"name": "b", "weight": 0, "ports": 80}]'

    assert problems(freight(crates, Insured="True")) == [
        'Freight.Crates[0].weight: expected a whole number from 0 to 2147483647, not "x"',
        "Freight.Crates[1].ports: expected a list, not a single value",
        "Freight.Crates[1].weight: is nothing",
    ]


def test_an_item_rule_is_skipped_where_what_it_also_depends_on_is_invalid() -> None:
    assert problems(freight('[{"name": "a", "weight": 0}]', Insured="maybe")) == [
        'Freight.Insured: expected True or False, not "maybe"'
    ]


def test_warnings_are_returned_with_the_inputs() -> None:
    inputs, warnings = read(Freight, freight('[{"name": "a", "weight": 0}]'), RULES)

    assert inputs.crates == (Crate(name="a", weight=0),)
    assert [str(warning) for warning in warnings] == ["Freight.Crates[0].weight: is nothing"]


def test_a_warning_is_not_among_the_problems() -> None:
    crates = '[{"name": "a", "weight": 0}, {"name": "a"}]'

    assert problems(freight(crates)) == ["Freight.Crates[1].name: is there twice"]


def test_values_are_evaluated_and_trimmed() -> None:
    variables = freight('[{"name": "#{Name}", "weight": "#{Weight}"}]', Ship="#{Name}", Stops="#{Stops}")
    context = {"Name": " tea ", "Weight": "2", "Stops": '\n["Oslo", "#{Town}"]', "Town": "Bergen"}

    inputs, _ = read(Freight, Variables(dict(variables) | context), RULES)

    assert inputs.ship == "tea"
    assert inputs.stops == ("Oslo", "Bergen")
    assert inputs.crates == (Crate(name="tea", weight=2),)


def test_an_expression_whose_value_is_empty_is_as_an_absent_variable() -> None:
    variables = freight(Ship="#{Empty}", Kind="#{Empty}")

    assert problems(Variables(dict(variables) | {"Empty": " "})) == ["Freight.Ship: is required"]


def test_each_open_expression_is_a_problem_that_names_it() -> None:
    variables = freight('[{"name": "#{Name}"}, {"name": "b", "ports": ["#{Port}"]}]', Capacity="#{A}#{B}")

    assert problems(variables) == [
        "Freight.Capacity: no variable gives #{A}, #{B} a value",
        "Freight.Crates[0].name: no variable gives #{Name} a value",
        "Freight.Crates[1].ports[0]: no variable gives #{Port} a value",
    ]


def test_a_document_that_stays_open_as_a_whole_is_one_problem() -> None:
    assert problems(freight('[{"name": #{Name}}]')) == ["Freight.Crates: no variable gives #{Name} a value"]


def test_a_document_that_is_no_json_says_where() -> None:
    [problem] = problems(freight('[{"name": hunter2}]'))

    assert problem.startswith("Freight.Crates: expected a list as JSON: a text without double quotes")
    assert problem.endswith("at line 1, column 11")


def test_expressions_can_be_kept_in_the_place_of_a_single_value() -> None:
    crates = '[{"name": "#{Name}", "weight": "#{Weight}", "note": "#{Note}", "ports": [80, "#{Port}"]}]'
    variables = freight(crates, Capacity="#{Capacity}", Stops="Oslo, #{Stop}")

    inputs, warnings = read(Freight, variables, RULES, keep_expressions=True)

    kept = attrs.asdict(inputs)
    assert (kept["capacity"], kept["stops"]) == ("#{Capacity}", ("Oslo", "#{Stop}"))
    assert kept["crates"] == (
        {"name": "#{Name}", "weight": "#{Weight}", "note": "#{Note}", "ports": (80, "#{Port}")},
    )
    assert [str(warning) for warning in warnings] == ["Freight.Crates[0].note: is open"]


def test_choices_flags_documents_and_what_must_be_known_may_not_stay_open() -> None:
    variables = freight("#{A}", Ship="a-#{A}", Kind="#{A}", Insured="#{A}")

    assert problems(variables, keep_expressions=True) == [
        "Freight.Ship: no variable gives #{A} a value",
        "Freight.Kind: no variable gives #{A} a value",
        "Freight.Insured: no variable gives #{A} a value",
        "Freight.Crates: no variable gives #{A} a value",
    ]


def test_hidden_values_are_in_no_message() -> None:
    crates = (
        '[{"name": "a", "note": ["hunter2"]}, {"name": "b", "note": "hun#{ter2"}, ["hunter2"], '
        '{"name": "c", "note": "#{Note | Replace \\"hunter2\\" x}"}]'
    )

    found = problems(freight(crates))

    assert found == [
        "Freight.Crates[0].note: expected a text, not the value given (hidden)",
        "Freight.Crates[1].note: no variable gives an expression (hidden) a value",
        "Freight.Crates[2]: expected an object, not a list",
        "Freight.Crates[3].note: no variable gives an expression (hidden) a value",
    ]


def test_a_problem_is_one_line_of_text_whatever_a_name_holds() -> None:
    found = problems(freight('[{"name": "a", "we ight\\n\\ud800": 1}]', Kind="W\u2028et"))

    assert found == [
        r'Freight.Kind: expected one of Dry, Wet, not "W\u2028et"',
        r'Freight.Crates[0]["we ight\n\ud800"]: is no known member; did you mean weight',
    ]


def test_an_expression_with_a_line_end_is_reported_in_one_line() -> None:
    assert problems(freight(Capacity="#{A |\nB}")) == [
        r"Freight.Capacity: no variable gives #{A |\nB} a value"
    ]


def test_what_is_derived_sees_evaluated_values_and_forgives_what_is_open() -> None:
    context = {"Ship.A": "x #{Town}", "Ship.B": "#{Absent}", "Ship.C": "#{Ship.C}", "Town": "Oslo"}

    inputs, _ = read(Freight, Variables(dict(freight()) | context), RULES)

    assert inputs.names == ("X OSLO", "#{ABSENT}", "#{SHIP.C}")


@pytest.mark.parametrize(
    "crates", ["x" * (MAX_INPUT_LENGTH + 1), "#{Freight.Long}x", "[" + " " * MAX_INPUT_LENGTH + "]"]
)
def test_an_input_that_aws_would_not_take_is_refused_by_its_length(crates: str) -> None:
    length = max(len(crates), MAX_INPUT_LENGTH + 1)

    assert problems(freight(crates, Long="x" * MAX_INPUT_LENGTH)) == [
        f"Freight.Crates: holds {length} characters; expected at most 1048576, AWS' limit"
    ]


def test_an_input_as_long_as_allowed_is_read() -> None:
    stops = "Oslo," * (MAX_INPUT_LENGTH // 5)

    inputs, _ = read(Freight, freight(Stops=f" {stops}\n"), RULES)

    assert len(inputs.stops) == MAX_INPUT_LENGTH // 5
