"""What a command prints: its result on standard output, an error on standard error."""

import json
import os
import sys
from collections.abc import Mapping, Sequence

from attrs import field, frozen

from ecs_steps.cli.process import print_error
from ecs_steps.errors import DeploymentError, EcsStepsError, InvalidInputsError, Problem
from ecs_steps.reporting.events import Level


@frozen
class CommandResult:
    """A command's result: the text that it prints, the same as JSON data, and the process' exit code."""

    text: str
    data: Mapping[str, object] = field(factory=dict)
    exit_code: int = 0


def print_result(result: CommandResult, *, as_json: bool) -> None:
    """Print a result; a reader who has closed the pipe has seen enough."""
    _write(_json(result.data) if as_json else result.text)


def print_failure(error: EcsStepsError, *, as_json: bool, log_format: str = "text") -> None:
    """Print an error, and on standard output what is known of a deployment that failed."""
    if log_format == "json":
        print_error(
            json.dumps({"event": "Error", "level": Level.ERROR, "text": str(error)} | _failure(error))
        )
    else:
        print_error(str(error))
    if as_json:
        _write(_json(_failure(error)))
    elif isinstance(error, DeploymentError):
        _write(output_lines(error.outputs))


def print_warnings(warnings: Sequence[Problem]) -> None:
    """Print what is suspicious about the inputs."""
    for warning in warnings:
        print_error(f"WARNING: {warning}")


def invalid_argument(option: str, message: str) -> InvalidInputsError:
    """Return the error of an argument."""
    return InvalidInputsError.of(option, message, what="The arguments are not valid")


def output_lines(outputs: Mapping[str, str]) -> str:
    """Return output variables as lines of ``name = value``."""
    return "".join(f"{name} = {value}\n" for name, value in outputs.items())


def _failure(error: EcsStepsError) -> dict[str, object]:
    failure: dict[str, object] = {
        "error": type(error).__name__,
        "exitCode": error.exit_code,
        "what": error.what,
        "why": error.why,
        "nextStep": error.next_step,
        "resume": error.resume,
    }
    match error:
        case InvalidInputsError(problems=problems):
            failure["problems"] = [{"path": each.path, "message": each.message} for each in problems]
        case DeploymentError(outputs=outputs, diagnosis=diagnosis):
            failure["outputs"] = dict(outputs)
            failure["diagnosis"] = diagnosis.to_dict() if diagnosis else None
    return failure


def _json(data: Mapping[str, object]) -> str:
    return f"{json.dumps(data, indent=2)}\n"


def _write(text: str) -> None:
    if sys.stdout is None:  # it was closed on purpose
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            # The verdict stands, and so does the exit code.
            print_error(f"WARNING: the result cannot be printed: {error.strerror}")
        # Python flushes standard output once more at exit, which must not fail either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
