"""The variables of a command: files merged in their order, then ``--set``, then ``--image``."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import attrs
from attrs import frozen

from ecs_steps.cli.output import invalid_argument
from ecs_steps.cli.process import read_text
from ecs_steps.octopus import json_text
from ecs_steps.octopus.inputs.shared_inputs import image_variable
from ecs_steps.octopus.variable_files import parse_scope, parse_variables, variables_of
from ecs_steps.octopus.variables import Variables, merged, unreadable

YAML = {".yaml", ".yml"}
FILES = {".json", *YAML}


def is_file(argument: str) -> bool:
    """Return whether an argument is a file of variables rather than the name of a scenario."""
    return argument == "-" or Path(argument).suffix.casefold() in FILES or Path(argument).is_file()


@frozen(kw_only=True)
class SourceText:
    """The text of a file of variables, read once: standard input can be read no second time."""

    name: str
    text: str
    is_yaml: bool

    def variables(self, scope: Mapping[str, Sequence[str]]) -> Variables:
        """Return the variables, of an export those of a scope.

        Raises:
            InvalidInputsError: It holds none.
        """
        if not self.is_yaml:
            return parse_variables(self.text, source=self.name, scope=scope)
        from ecs_steps.octopus import yaml_text

        try:
            document = yaml_text.parse(self.text)
        except ValueError as error:
            raise unreadable(self.name, f"cannot be read as YAML: {error}") from None
        return variables_of(document, source=self.name, scope=scope)


def read_sources(sources: Sequence[str]) -> list[SourceText]:
    """Read files of variables: YAML where the name says so, standard input where no brace begins it.

    Raises:
        InvalidInputsError: A file cannot be read.
    """
    read = [(source, *read_text(source)) for source in sources]
    return [
        SourceText(
            name=name,
            text=text,
            is_yaml=not text.lstrip().startswith(("{", "["))
            if source == "-"
            else Path(source).suffix.casefold() in YAML,
        )
        for source, name, text in read
    ]


def merged_variables(
    sources: Iterable[SourceText], scope: Sequence[str], settings: Sequence[str]
) -> Variables:
    """Merge files, and then settings of the form ``NAME=VALUE``; of a name the last one counts.

    Raises:
        InvalidInputsError: A file holds no variables, or a setting has another form.
    """
    chosen = parse_scope(scope)
    parts = [source.variables(chosen) for source in sources]
    return merged([*parts, Variables(dict(_pair("--set", each, "NAME=VALUE") for each in settings))])


def with_images(variables: Variables, images: Sequence[str], inputs: type[attrs.AttrsInstance]) -> Variables:
    """Give containers images, each as ``CONTAINER=IMAGE``.

    A container gets a package reference of its own, so that another one of the same reference keeps its
    image. An update gets an entry for a container that it has none for.

    Raises:
        InvalidInputsError: The step has no containers, or none of that name.
    """
    if not images:
        return variables
    fields = attrs.fields_dict(inputs)
    name = next((each for each in ("containers", "container_updates") if each in fields), "")
    if not name:
        raise invalid_argument("--image", "this step has no containers that could be given an image")
    variable = fields[name].metadata["variable"].name
    chosen = dict(_pair("--image", each, "CONTAINER=IMAGE") for each in images)
    one = fields["one_image"].metadata["variable"].name if "one_image" in fields else ""
    if one and not variables.get(variable, "").strip() and len(chosen) == 1:
        return merged([variables, Variables({one: next(iter(chosen.values()))})])
    entries = _entries(variables.get(variable, ""), variable)
    known = {entry.get("containerName"): entry for entry in entries}
    for container, image in chosen.items():
        reference = f"--image {container}"
        if name == "container_updates":
            if container not in known:
                entries.append(known.setdefault(container, {"containerName": container}))
            known[container]["packageReference"] = reference
        elif container in known:
            known[container]["containerImageReference"] = {"referenceId": reference}
        else:
            names = ", ".join(str(each) for each in known if each)
            shown = json_text.shown(container)
            raise invalid_argument(
                "--image", f"there is no container {shown} in {variable}; it has {names or 'none'}"
            )
        variables = merged([variables, Variables({image_variable(reference): image})])
    return merged([variables, Variables({variable: entries})])


def _entries(text: str, variable: str) -> list[dict[str, object]]:
    try:
        document = json_text.parse(text) if text.strip() else []
    except ValueError as error:
        raise invalid_argument("--image", f"{variable} cannot be read: {error}") from None
    if not isinstance(document, list) or not all(isinstance(entry, dict) for entry in document):
        raise invalid_argument("--image", f"{variable} is no list of containers")
    return document


def _pair(option: str, text: str, expected: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        # The value may be a secret.
        raise invalid_argument(option, f"expected {expected}, with a name before the first equals sign")
    return name.strip(), value
