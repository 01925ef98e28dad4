"""The variables of a command: files merged in their order, then ``--set``, then ``--image``."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from ecs_steps.cli.process import read_text
from ecs_steps.errors import InvalidInputsError, Problem
from ecs_steps.octopus import json_text
from ecs_steps.octopus.inputs.shared_inputs import image_variable
from ecs_steps.octopus.variable_files import parse_scope, parse_variables, variables_of
from ecs_steps.octopus.variables import Variables, merged, unreadable

YAML = {".yaml", ".yml"}
FILES = {".json", *YAML}


def is_file(argument: str) -> bool:
    """Return whether an argument is a file of variables rather than the name of a scenario."""
    return argument == "-" or Path(argument).suffix.casefold() in FILES or Path(argument).is_file()


def read_files(sources: Sequence[str], scope: Sequence[str], settings: Sequence[str]) -> Variables:
    """Read files of variables, and then settings of the form ``NAME=VALUE``; of a name the last one counts.

    A file is YAML where its name says so, standard input where it does not begin with a brace; else JSON.

    Raises:
        InvalidInputsError: A file cannot be read or holds no variables, or a setting has another form.
    """
    chosen = parse_scope(scope)
    parts = [_read_file(source, chosen) for source in sources]
    return merged([*parts, Variables(dict(_pair("--set", each, "NAME=VALUE") for each in settings))])


def _read_file(source: str, scope: Mapping[str, Sequence[str]]) -> Variables:
    name, text = read_text(source)
    is_yaml = not text.lstrip().startswith(("{", "[")) if source == "-" else Path(source).suffix in YAML
    if not is_yaml:
        return parse_variables(text, source=name, scope=scope)
    from ecs_steps.octopus import yaml_text

    try:
        document = yaml_text.parse(text)
    except ValueError as error:
        raise unreadable(name, f"cannot be read as YAML: {error}") from None
    return variables_of(document, source=name, scope=scope)


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
        raise _invalid("--image", "this step has no containers that could be given an image")
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
            raise _invalid(
                "--image", f"there is no container {shown} in {variable}; it has {names or 'none'}"
            )
        variables = merged([variables, Variables({image_variable(reference): image})])
    return merged([variables, Variables({variable: entries})])


def _entries(text: str, variable: str) -> list[dict[str, object]]:
    try:
        document = json_text.parse(text) if text.strip() else []
    except ValueError as error:
        raise _invalid("--image", f"{variable} cannot be read: {error}") from None
    if not isinstance(document, list) or not all(isinstance(entry, dict) for entry in document):
        raise _invalid("--image", f"{variable} is no list of containers")
    return document


def _pair(option: str, text: str, expected: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        # The value may be a secret.
        raise _invalid(option, f"expected {expected}, with a name before the first equals sign")
    return name.strip(), value


def _invalid(option: str, message: str) -> InvalidInputsError:
    return InvalidInputsError(
        what="The arguments are not valid", problems=(Problem(path=option, message=message),)
    )
