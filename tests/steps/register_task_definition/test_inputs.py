"""What the inputs of *Register Amazon ECS Task Definition* must be; no AWS."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ecs_steps import InvalidInputsError, RegisterEcsTaskDefinitionStep

REGISTER = "Octopus.Action.Aws.Ecs.TaskDefinition"
WEB: Mapping[str, Any] = {"name": "web", "image": "acme/web:1", "memory": 128}
DOCUMENT: Mapping[str, Any] = {"family": "web", "containerDefinitions": [WEB]}


def step(**variables: object) -> RegisterEcsTaskDefinitionStep:
    return RegisterEcsTaskDefinitionStep({f"{REGISTER}.{name}": value for name, value in variables.items()})


def problems(variables: Mapping[str, object]) -> list[str]:
    with pytest.raises(InvalidInputsError) as error:
        RegisterEcsTaskDefinitionStep(variables)
    assert error.value.exit_code == 2
    return [str(problem).removeprefix(f"{REGISTER}.") for problem in error.value.problems]


def document_problems(document: object) -> list[str]:
    return problems({f"{REGISTER}.Document": json.dumps(document)})


def test_a_family_alone_is_enough() -> None:
    inputs = step(Family="orders").inputs

    assert (inputs.target_family, inputs.template) == ("orders", "orders")
    assert inputs.keep_revisions == 0


def test_the_family_may_be_the_documents() -> None:
    assert step(Document=json.dumps(DOCUMENT)).inputs.target_family == "web"
    assert step(Document=json.dumps(DOCUMENT), Family="api").inputs.target_family == "api"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, ["Family: is required, unless a document names the family"]),
        ({"Family": "orders", "KeepRevisions": "-1"}, ["KeepRevisions: expected a whole number from 0 to"]),
        (
            {"Family": "a b"},
            ['Family: expected 1 to 255 letters, digits, hyphens and underscores, not "a b"'],
        ),
        (
            {"Family": "web", "Template": "web", "Document": json.dumps(DOCUMENT)},
            ["Document: cannot be given together with a template: which one is meant?"],
        ),
        (
            {"Document": json.dumps({**DOCUMENT, "family": "a b"})},
            ["Document.family: expected 1 to 255 letters, digits, hyphens and underscores"],
        ),
        (
            {"Document": json.dumps(DOCUMENT), "ContainerUpdates": [{"containerName": "api"}]},
            ["ContainerUpdates[0].containerName: the document has no container 'api'; it has web"],
        ),
        ({"Document": "[]"}, ["Document: expected a task definition as a JSON or YAML object"]),
        ({"Document": "a: b: c"}, ["Document: expected an object as JSON or YAML: mapping values are not"]),
        ({"Document": '{"family": }'}, ["Document: expected an object as JSON or YAML: "]),
    ],
)
def test_each_problem_names_its_variable(variables: Mapping[str, object], expected: list[str]) -> None:
    found = problems({f"{REGISTER}.{name}": value for name, value in variables.items()})

    assert len(found) == len(expected)
    for problem, beginning in zip(found, expected, strict=True):
        assert problem.startswith(beginning)


def test_every_problem_of_a_document_is_named_by_its_path_in_what_was_given() -> None:
    wrapped = {
        "taskDefinition": {
            "containerDefinitions": [
                {"name": "web", "image": "acme/web:1", "memory": "much", "comand": ["run"]},
                "sidecar",
            ],
            "newThing": 1,
        },
        "tags": [{"key": "a", "valeu": "b"}],
    }

    found = problems({f"{REGISTER}.Family": "web", f"{REGISTER}.Document": json.dumps(wrapped)})

    assert [problem.partition(": ")[0] for problem in found] == [
        "Document.taskDefinition.newThing",
        "Document.taskDefinition.containerDefinitions[0].comand",
        "Document.taskDefinition.containerDefinitions[0].memory",
        "Document.taskDefinition.containerDefinitions[1]",
        "Document.tags[0].valeu",
    ]
    assert "did you mean command" in found[1]


def test_an_expression_without_a_value_is_named_by_its_place() -> None:
    document = {**DOCUMENT, "containerDefinitions": [{**WEB, "image": "acme/web:#{Version}"}]}

    [problem] = document_problems(document)

    assert problem == "Document.containerDefinitions[0].image: no variable gives #{Version} a value"


def test_a_secret_value_is_in_no_message_and_in_no_repr() -> None:
    environment = [{"name": "PASSWORD", "value": "hunter2"}, {"name": "PORT", "valu": "hunter2"}]
    wrong = {**DOCUMENT, "containerDefinitions": [{**WEB, "environment": environment, "cpu": "hunter2"}]}
    right = {**DOCUMENT, "containerDefinitions": [{**WEB, "environment": environment[:1]}]}

    assert "hunter2" not in "\n".join(document_problems(wrong))
    assert "hunter2" not in repr(step(Document=json.dumps(right)).inputs)


def test_the_tags_of_document_and_inputs_together_are_no_more_than_aws_takes() -> None:
    document = {**DOCUMENT, "tags": [{"key": f"of-document-{n}", "value": "x"} for n in range(30)]}
    own = [{"key": f"own-{n}", "value": "x"} for n in range(30)]

    found = problems(
        {f"{REGISTER}.Document": json.dumps(document), "Octopus.Action.Aws.Ecs.Tags": json.dumps(own)}
    )

    assert found == ["Octopus.Action.Aws.Ecs.Tags: are 60 with those of the document; AWS takes at most 50"]


def test_a_container_without_an_image_is_fine_where_the_release_chooses_it() -> None:
    document = json.dumps({"family": "web", "containerDefinitions": [{"name": "web", "memory": 128}]})
    updates = [{"containerName": "web", "packageReference": "web"}]
    variables = {f"{REGISTER}.Document": document, f"{REGISTER}.ContainerUpdates": updates}

    RegisterEcsTaskDefinitionStep({**variables, "Octopus.Action.Package[web].Image": "acme/web:2"})

    assert "Document.containerDefinitions[0].image: is required" in document_problems(json.loads(document))[0]
