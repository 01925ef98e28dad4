"""Any bytes as the file of variables: the command line ends with 0 or 2, and with lines to read."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.cli.main import main
from ecs_steps.errors import MAX_LINE_LENGTH, MAX_LISTED_PROBLEMS
from ecs_steps.steps.registry import STEPS
from fuzzing.hostile_values import RAW, nested
from fuzzing.injection_points import file_with_raw_json, relevant_points
from fuzzing.valid_dictionaries import EVERYTHING, MARKER

COMMANDS = (["check"], ["check", "--output", "json"], ["export"])
FAILURES = ("The inputs are not valid", "The variables cannot be", "The step cannot be determined")
VALID = {kind: json.dumps(variables).encode() for kind, variables in EVERYTHING.items()}
EXPORTED = {"Variables": [{"Name": name, "Value": value} for name, value in EVERYTHING["update"].items()]}

FILES = {
    "empty": b"",
    "blank": b" \n",
    "no UTF-8": b'{"A": "\xff"}',
    "half a character": b'{"A": "\xe2\x82"}',
    "UTF-16": VALID["update"].decode().encode("utf-16"),
    "UTF-32": VALID["update"].decode().encode("utf-32"),
    "only a byte order mark": b"\xef\xbb\xbf",
    "two byte order marks": b"\xef\xbb\xbf\xef\xbb\xbf{}",
    "surrogates as UTF-8": b'{"A": "\xed\xa0\x80"}',
    "NUL": b'{"A": 1}\0',
    "only NUL": b"\0" * 1000,
    "a list": b"[]",
    "a text": b'"text"',
    "null": b"null",
    "a number of many digits": b"9" * 5000,
    "a member of many digits": b'{"A": ' + b"9" * 5000 + b"}",
    "infinite": b'{"A": 1e999}',
    "NaN": b'{"A": NaN}',
    "a member twice": b'{"A": 1, "A": 2}',
    "a member twice but for its case": b'{"A": 1, "a": 2}',
    "a member within twice": b'{"A": [{"b": 1, "b": 2}]}',
    "lists without end": b'{"A": ' + b"[" * 100_000,
    "lists too deep": b'{"A": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "objects too deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "just too deep": json.dumps({"A": nested(64)}).encode(),
    "deep": json.dumps({"A": nested(60)}).encode(),
    "cut off": VALID["deploy"][:1000],
    "twice the same": VALID["deploy"] * 2,
    "an export": json.dumps(EXPORTED).encode(),
    "an export of nothing": b'{"Variables": []}',
    "an export of no variables": b'{"Variables": [null, 1, "x"]}',
    "an export within an export": json.dumps({"Variables": [EXPORTED]}).encode(),
    "a scope that is a list": b'{"Variables": [{"Name": "A", "Value": "x", "Scope": ["x"]}]}',
    "a scope of numbers": b'{"Variables": [{"Name": "A", "Value": "x", "Scope": {"Environment": 5}}]}',
    "a scope of objects": b'{"Variables": [{"Name": "A", "Value": {}, "Scope": {"Environment": [{}]}}]}',
    "surrogates escaped": rb'{"\ud800": "\udfff", "Octopus.Action.Aws.Ecs.ClusterName": "\ud800"}',
    "a long name": b'{"' + b"x" * 1_000_000 + b'": 1}',
    "no names": b'{"": {"": ""}}',
}


def run_command(content: bytes, *arguments: str) -> str:
    """Run a command on a file, check its invariants, and return its standard error."""
    output, errors = io.StringIO(), io.StringIO()
    with TemporaryDirectory() as folder, redirect_stdout(output), redirect_stderr(errors):
        file = Path(folder) / "variables.json"
        file.write_bytes(content)
        code = main([*arguments, str(file)])
    lines = errors.getvalue().splitlines()
    failed = lines[:1] != [] and lines[0].startswith(FAILURES)
    assert code == (2 if failed else 0)
    assert errors.getvalue().isascii()
    assert len(lines) <= MAX_LISTED_PROBLEMS + 2
    assert max(map(len, lines), default=0) <= 2 * MAX_LINE_LENGTH + 100
    assert MARKER not in errors.getvalue()
    return errors.getvalue()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("file", FILES)
def test_a_hostile_file_ends_with_lines_to_read(file: str, command: list[str]) -> None:
    run_command(FILES[file], *command)


@pytest.mark.parametrize("file", ["UTF-16", "UTF-32", "no UTF-8", "half a character", "surrogates as UTF-8"])
def test_a_file_that_is_not_utf8_is_reported_as_such(file: str) -> None:
    assert "variables.json: is not UTF-8\n" in run_command(FILES[file], "check")


@pytest.mark.parametrize("file", ["lists without end", "lists too deep", "objects too deep", "just too deep"])
def test_a_file_that_is_nested_too_deep_is_reported_as_such(file: str) -> None:
    assert "cannot be read as JSON: it is nested more than 64 deep\n" in run_command(FILES[file], "check")


@pytest.mark.parametrize("raw", RAW)
def test_hostile_json_in_a_file_ends_with_lines_to_read(raw: str) -> None:
    for kind in (row.name for row in STEPS):
        variables = EVERYTHING[kind]
        for point in relevant_points(variables)[::7]:
            run_command(file_with_raw_json(variables, point, RAW[raw]), "check")


@given(
    st.sampled_from(sorted(VALID)),
    st.sampled_from(COMMANDS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), st.binary(max_size=6)), min_size=1, max_size=4),
)
def test_any_damage_to_a_file_ends_with_lines_to_read(
    kind: str, command: list[str], damages: list[tuple[float, int, bytes]]
) -> None:
    content = VALID[kind]
    for where, length, instead in damages:
        at = int(where * len(content))
        content = content[:at] + instead + content[at + length :]

    run_command(content, *command)


@given(st.binary(max_size=200))
def test_any_bytes_end_with_lines_to_read(content: bytes) -> None:
    run_command(content, "check")
