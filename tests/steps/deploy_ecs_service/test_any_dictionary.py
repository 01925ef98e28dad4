"""Whatever the dictionary: inputs or one error that lists the problems, and no secret in it."""

from collections.abc import Mapping
from typing import Any

import attrs
import pytest
from hypothesis import example, given

from ecs_steps import DeployEcsServiceStep, InvalidInputsError
from ecs_steps.steps.deploy_ecs_service.inputs import DeployInputs
from steps.deploy_ecs_service.dictionaries import CONTAINERS, DEPLOY, container, everything, minimal
from strategies import dictionaries

NAMES = [
    "Octopus.Action.Package[web].Image",
    "Loop",
    *(
        field.metadata["variable"].name
        for field in attrs.fields(DeployInputs)
        if "variable" in field.metadata
    ),
]
MARKER = "hunter2"
LOOP = {"Loop": "#{Loop}"}


def messages(variables: Mapping[str, object], *, for_export: bool) -> str:
    """Return every message about a dictionary; where it is valid, build its template."""
    try:
        step = DeployEcsServiceStep(variables, for_export=for_export)
    except InvalidInputsError as error:
        return "\n".join([str(error), repr(error), *(str(problem) for problem in error.problems)])
    assert step.export() if for_export else step.template().to_json()
    return "\n".join([repr(step.inputs), *(str(warning) for warning in step.warnings)])


@pytest.mark.parametrize("for_export", [False, True])
@given(variables=dictionaries(NAMES).map(lambda variables: LOOP | variables))
@example(variables={CONTAINERS: "[" * 100_000})
@example(variables=minimal() | {DEPLOY + ".DesiredCount": "9" * 10_000})
@example(variables=minimal() | {DEPLOY + ".ServiceTaskName": "#{" * 1000})
def test_any_dictionary_of_text_gives_inputs_or_the_problems(
    variables: dict[str, str],
    for_export: bool,  # noqa: FBT001  drawn
) -> None:
    text = messages(variables, for_export=for_export)

    assert text.encode()


def test_the_dictionary_with_everything_in_it_is_valid() -> None:
    step = DeployEcsServiceStep(everything(MARKER))

    assert step.warnings == ()
    assert MARKER in step.template().to_json()


HIDDEN: list[dict[str, Any]] = [
    {"environmentVariables": [{"type": "Secret", "key": "A", "value": "hunter2 is no reference"}]},
    {"environmentVariables": [{"key": "A", "value": {"hunter2": 1}}]},
    {"environmentVariables": [{"key": "A", "value": ["hunter2"]}]},
    {"environmentVariables": [{"key": "A", "value": "hunter2\0"}]},
    {"environmentVariables": [{"key": "A", "value": "#{hunter2"}]},
    {"environmentVariables": [{"key": "A", "value": '#{Absent | Replace "hunter2" ""}'}]},
    {"environmentVariables": {"A": "hunter2"}},
    {"environmentVariables": ["A=hunter2"]},
    {"environmentVariables": "A=hunter2"},
    {"environmentVariables": [["hunter2"]]},
    {"environmentVariables": [{"key": "A", "valeu": "hunter2"}]},
    {"containerLogging": {"type": "Manual", "logDriver": "Splunk", "logOptions": {"token": "hunter2"}}},
    {
        "containerLogging": {
            "type": "Manual",
            "logDriver": "Splunk",
            "logOptions": [{"type": "Secret", "key": "token", "value": "hunter2!"}],
        }
    },
]


@pytest.mark.parametrize("members", HIDDEN)
def test_a_problem_with_a_secret_does_not_show_it(members: dict[str, Any]) -> None:
    step = everything(MARKER) | {CONTAINERS: [container(**members)]}

    with pytest.raises(InvalidInputsError) as raised:
        DeployEcsServiceStep(step)

    assert MARKER not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        '[{"environmentVariables": [{"key": "A", "value": "hunter2"}',
        '[{"environmentVariables": [{"key": "A", "value": "#{hunter2"}]},]',
        '[{"environmentVariables": [{"key": "A", "value": hunter2}]}]',
        '[{"environmentVariables": [{"key": "A", "value": "#{Absent | Replace \\"hunter2\\" x}"}]},]',
        '{"environmentVariables": [{"key": "A", "value": "hunter2"}]}',
        '"hunter2"',
        "hunter2",
    ],
)
def test_a_document_that_cannot_be_read_is_not_shown(text: str) -> None:
    with pytest.raises(InvalidInputsError) as raised:
        DeployEcsServiceStep(minimal() | {CONTAINERS: text})

    assert MARKER not in str(raised.value)
