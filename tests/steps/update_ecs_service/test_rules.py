import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.errors import InvalidInputsError, Problem
from ecs_steps.octopus.inputs.reader import read
from ecs_steps.octopus.variables import Variables
from ecs_steps.steps.update_ecs_service.inputs import RULES, UpdateInputs

UPDATE = "Octopus.Action.Aws.Ecs.Update"
UPDATES = f"{UPDATE}.ContainerUpdates"
TAGS = "Octopus.Action.Aws.Tags"
WAIT = "Octopus.Action.Aws.Ecs.WaitOption"
WEB = {"containerName": "web", "packageReference": "web"}
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db"  # noqa: S105  the ARN of one


def variables(**documents: object) -> dict[str, str]:
    return {
        "Octopus.Action.Aws.Ecs.ClusterName": "shop",
        f"{UPDATE}.ServiceName": "web",
        f"{UPDATE}.TargetTaskDefinitionName": "shop-web",
        UPDATES: json.dumps([WEB]),
        "Octopus.Action.Package[web].Image": "acme/web:2",
        **{name: _text(document) for name, document in documents.items()},
    }


def _text(document: object) -> str:
    return document if isinstance(document, str) else json.dumps(document)


def findings(**documents: object) -> tuple[list[str], list[str]]:
    """Return the problems and the warnings, as lines."""
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    try:
        _, warnings = read(UpdateInputs, Variables(variables(**documents)), RULES)
    except InvalidInputsError as error:
        problems = error.problems
    return [str(problem) for problem in problems], [str(warning) for warning in warnings]


def with_variables(*items: dict[str, str], action: str = "Append") -> list[dict[str, Any]]:
    return [{**WEB, "environmentVariables": {"action": action, "items": items}}]


ERRORS: dict[str, tuple[dict[str, object], list[str]]] = {
    "no container": ({UPDATES: []}, [f"{UPDATES}: expected at least one container"]),
    "a container twice": (
        {UPDATES: [WEB, {**WEB, "containerName": "log"}, WEB]},
        [f"{UPDATES}[2].containerName: repeats the container 'web'"],
    ),
    "an illegal container name": (
        {UPDATES: [{"containerName": "my web", "packageReference": "web"}]},
        [
            (
                f"{UPDATES}[0].containerName: expected 1 to 255 letters, digits, hyphens and underscores, "
                'not "my web"'
            )
        ],
    ),
    "a package reference without an image": (
        {UPDATES: [{**WEB, "packageReference": "Worker"}]},
        [
            (
                f"{UPDATES}[0].packageReference: no image is known for package reference 'Worker': "
                "Octopus.Action.Package[Worker].Image has no value"
            )
        ],
    ),
    "a key of two kinds": (
        {
            UPDATES: with_variables(
                {"key": "A", "value": "1"}, {"type": "Secret", "key": "A", "value": SECRET}
            )
        },
        [
            (
                f"{UPDATES}[0].environmentVariables.items[1].key: "
                "'A' is plain and secret at once, which ECS refuses"
            )
        ],
    ),
    "a secret that is no reference": (
        {UPDATES: with_variables({"type": "Secret", "key": "A", "value": "hunter 2"})},
        [
            (
                f"{UPDATES}[0].environmentVariables.items[0].value: expected the ARN of a Secrets Manager "
                "secret, or the ARN or name of a Systems Manager parameter (the value given is hidden)"
            )
        ],
    ),
    "an image that no task could pull": (
        {"Octopus.Action.Package[web].Image": "acme/web:"},
        [
            (
                f'{UPDATES}[0].packageReference: expected the full name of an image, not "acme/web:": '
                "'' is not a tag: up to 128 letters, digits and . _ -, the first no . or -"
            )
        ],
    ),
    "items to clear": (
        {UPDATES: with_variables({"key": "A", "value": "1"}, action="Clear")},
        [
            (
                f"{UPDATES}[0].environmentVariables.items: must be empty with the action Clear; "
                "Replace sets these and no others"
            )
        ],
    ),
    "variables without an action": (
        {UPDATES: [{**WEB, "environmentVariables": {"items": []}}]},
        [f"{UPDATES}[0].environmentVariables.action: is required"],
    ),
    "an unknown action": (
        {UPDATES: with_variables(action="Merge")},
        [f'{UPDATES}[0].environmentVariables.action: expected one of Replace, Append, Clear, not "Merge"'],
    ),
    "a tag twice": (
        {TAGS: [{"key": "team", "value": "1"}, {"key": "team", "value": "1"}]},
        [f"{TAGS}[1].key: repeats the tag 'team'"],
    ),
    "a tag of AWS": (
        {TAGS: [{"key": "AWS:owner", "value": "1"}]},
        [f"{TAGS}[0].key: begins with aws:, which is reserved for AWS: 'AWS:owner'"],
    ),
    "too many tags": (
        {TAGS: [{"key": f"tag {number}", "value": "1"} for number in range(51)]},
        [f"{TAGS}: holds 51 tags; at most 50 are allowed"],
    ),
    "no timeout": (
        {WAIT: {"type": "WaitWithTimeout"}},
        [f"{WAIT}.timeoutMinutes: is required to wait with a timeout"],
    ),
}


@pytest.mark.parametrize(("documents", "expected"), ERRORS.values(), ids=ERRORS)
def test_a_mistake_is_reported_with_its_path(documents: dict[str, object], expected: list[str]) -> None:
    assert findings(**documents) == (expected, [])


@pytest.mark.parametrize("minutes", ["-1", "1.5", "soon", True])
def test_a_timeout_that_is_no_whole_number_of_minutes_is_an_error(minutes: object) -> None:
    [problem], _ = findings(**{WAIT: {"type": "WaitWithTimeout", "timeoutMinutes": minutes}})

    assert problem.startswith(f"{WAIT}.timeoutMinutes: expected a whole number")


FINE: dict[str, dict[str, object]] = {
    "the least": {},
    "no package reference": {UPDATES: [{"containerName": "web", "environmentFiles": {"action": "Clear"}}]},
    "a parameter's name": {
        UPDATES: with_variables({"type": "Secret", "key": "A", "value": "/shop/db"}, action="Replace")
    },
    "a secret's ARN": {UPDATES: with_variables({"type": "Secret", "key": "A", "value": SECRET})},
    "one key in two containers": {
        UPDATES: [*with_variables({"key": "A"}), {**with_variables({"key": "A"})[0], "containerName": "log"}]
    },
    "fifty tags": {TAGS: [{"key": f"tag {number}", "value": "1"} for number in range(50)]},
    "no time at all": {WAIT: {"type": "WaitWithTimeout", "timeoutMinutes": 0}},
}


@pytest.mark.parametrize("documents", FINE.values(), ids=FINE)
def test_what_is_right_brings_neither_problem_nor_warning(documents: dict[str, object]) -> None:
    assert findings(**documents) == ([], [])


@pytest.mark.parametrize(
    "update",
    [
        {"containerName": "web"},
        {"containerName": "web", "environmentVariables": {"action": "Append", "items": []}},
        {"containerName": "web", "packageReference": "", "environmentFiles": {"action": "Append"}},
    ],
)
def test_an_update_that_changes_nothing_is_a_warning(update: dict[str, Any]) -> None:
    problems, [warning] = findings(**{UPDATES: [{**WEB, "containerName": "log"}, update]})

    assert problems == []
    assert warning == (
        f"{UPDATES}[1]: changes nothing of container 'web': it names no packageReference and no "
        "environmentVariables or environmentFiles that would"
    )


def test_a_repeated_key_is_a_warning_and_the_last_one_is_used() -> None:
    items = {"key": "A", "value": "1"}, {"key": "B"}, {"key": "A", "value": "1"}

    assert findings(**{UPDATES: with_variables(*items)}) == (
        [],
        [f"{UPDATES}[0].environmentVariables.items[2].key: repeats 'A'; the last one is used"],
    )


@pytest.mark.parametrize("member", ["environmentVariables", "environmentFiles"])
def test_a_replace_without_items_is_a_warning(member: str) -> None:
    update = {"containerName": "web", member: {"action": "Replace", "items": []}}

    assert findings(**{UPDATES: [update]}) == (
        [],
        [
            (
                f"{UPDATES}[0].{member}.items: is empty: Replace changes nothing then, as in Octopus' own "
                "step; Clear removes what there is"
            )
        ],
    )


def test_an_environment_file_that_ecs_does_not_read_is_a_warning() -> None:
    file = "arn:aws:s3:::config/web.txt"

    problems, [warning] = findings(
        **{UPDATES: [{**WEB, "environmentFiles": {"action": "Append", "items": [file]}}]}
    )

    assert problems == []
    assert warning == (
        f"{UPDATES}[0].environmentFiles.items[0]: {file!a} is not the ARN of an S3 object whose name ends "
        "in .env; ECS reads no other"
    )


def test_all_mistakes_are_reported_at_once() -> None:
    problems, _ = findings(
        **{
            UPDATES: [WEB, WEB, {"containerName": "x y"}],
            TAGS: [{"key": "aws:a"}],
            WAIT: {"type": "Never"},
        }
    )

    assert [problem.split(": ")[0] for problem in problems] == [
        f"{WAIT}.type",
        f"{UPDATES}[2].containerName",
        f"{TAGS}[0].key",
    ]


MEMBERS = st.sampled_from(
    [
        *("containerName", "packageReference", "environmentVariables", "environmentFiles"),
        *("action", "items", "type", "key", "value", "timeoutMinutes"),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(["web", "Append", "A"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=12,
)
ANY_TEXT = st.text(max_size=8) | JSON.map(json.dumps) | st.sampled_from(["#{", "#{a}", "##octopus["])
NAMES = (*variables(), f"{UPDATE}.TemplateTaskDefinitionName", f"{UPDATE}.OnFailure", TAGS, WAIT)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, ANY_TEXT)))
def test_any_variables_are_inputs_or_invalid(changed: dict[str, str]) -> None:
    with suppress(InvalidInputsError):
        inputs, _ = read(UpdateInputs, Variables({**variables(), **changed}), RULES)

        assert inputs.container_updates
        assert inputs.target_task_definition_name
