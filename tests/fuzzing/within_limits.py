"""Read large dictionaries and files in this process, within limits that only a hang or a blow-up reaches.

The system ends a process that needs more; the last line that it has written names the case.
"""

import io
import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from ecs_steps.cli.main import main
from ecs_steps.steps.registry import STEPS
from ecs_steps.steps.row import StepRow
from fuzzing.invariants import KNOWN, check_invariants
from fuzzing.sizes import CLUSTER, LISTS, SUBNETS, TEXTS, of_length
from fuzzing.valid_dictionaries import EVERYTHING

CPU_SECONDS = 20
MEMORY = 2 * 1024**3
TEN_MB = 10 * 1024**2

# What another variable holds, and the expression that an input holds.
VALUES = {
    "text": ("x" * TEN_MB, "#{Huge}"),
    "text a hundred times": ("x" * TEN_MB, json.dumps(["#{Huge}x"] * 100)),
    "tokens": ("#{Number}" * (TEN_MB // 9), "#{Huge}"),
    "tokens without a value": ("#{Absent}" * (TEN_MB // 9), "#{Huge}"),
    "flaws": ("#{" * (TEN_MB // 2), "#{Huge}"),
    "braces that do not close": ("x", "##{" * 340_000),
    "blocks": ("#{if Number}" * 10_000 + "#{/if}" * 10_000, "#{Huge}"),
    "words": ("a," * (TEN_MB // 2), "#{each i in Huge}#{i}#{/each}"),
    "JSON": (json.dumps([{"a": "b"}] * 500_000), "#{Huge[7].a}"),
    "JSON that is none": (json.dumps([{"a": "b"}] * 500_000)[:-1], "#{Huge[7].a}"),
    "deep JSON": ("[" * TEN_MB, "#{Huge[0]}"),
    "deep objects": ('{"a":' * (TEN_MB // 5), "#{Huge.a}"),
    "quotes": ("{'" * (TEN_MB // 2), "#{Huge.a}"),
    "subject": ("a" * 1_000_000, '#{Huge | Replace "(a+)+$" "b"}'),
    "subject without a match": ("a" * 300_000, '#{Huge | Match "(a|aa)+b"}'),
    "base64": ("A" * TEN_MB, "#{Huge | FromBase64}"),
    "Markdown": ("[*_`" * 250_000, "#{Huge | Markdown}"),
    "bombs": ("x", json.dumps(["#{Bomb9}"] * 10_000)),
}

FILES = {
    "lists": b"[" * TEN_MB,
    "objects": b'{"a":' * (TEN_MB // 5),
    "digits": b"9" * TEN_MB,
    "an open text": b'"' + b"x" * TEN_MB,
    "backslashes": b'{"A": "' + b"\\" * TEN_MB,
    "no text": b"\xff" * TEN_MB,
    "NUL": b"\0" * TEN_MB,
    "a text": json.dumps(EVERYTHING["deploy"] | {"Other": "x" * TEN_MB}).encode(),
    "names": json.dumps({f"name {number}": "" for number in range(200_000)}).encode(),
    "an export": json.dumps({"Variables": [{"Name": "A", "Value": "b"}] * 100_000}).encode(),
    "problems": json.dumps(
        EVERYTHING["deploy"] | {SUBNETS: [None] * 10_000, "Octopus.Action.Aws.Ecs.Tags": [{"a": 1}] * 5_000}
    ).encode(),
}


def check_file(content: bytes) -> None:
    with TemporaryDirectory() as folder, redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        file = Path(folder) / "variables.json"
        file.write_bytes(content)
        for command in (["check"], ["check", "--output", "json"]):
            code = main([*command, str(file)])
            assert code in (0, 2)


def check_every_variable(row: StepRow, value: str) -> None:
    """Check each variable of a step; of the first step those that it does not know as well."""
    own = row.variable_names()
    for name in KNOWN:
        if name.casefold() in own or row == next(iter(STEPS)):
            check_invariants(row.name, EVERYTHING[row.name] | {name: value})


GROUPS: Mapping[str, Mapping[str, Callable[[], object]]] = {
    "lists": {
        name: lambda kind=kind, make=make: check_invariants(kind, of_length(make, 12_000))  # type: ignore[misc]  # default arguments bind the loop's names
        for name, (kind, make) in LISTS.items()
    },
    "texts": {
        name: lambda kind=kind, make=make: check_invariants(kind, of_length(make, 150_000))  # type: ignore[misc]  # as above
        for name, (kind, make) in TEXTS.items()
    },
    "values": {
        f"10 MB: {name}": partial(
            check_invariants, "deploy", EVERYTHING["deploy"] | {"Huge": value, CLUSTER: text, SUBNETS: text}
        )
        for name, (value, text) in VALUES.items()
    },
    "files": {f"10 MB: {name}": partial(check_file, content) for name, content in FILES.items()},
    "variables": {
        f"10 MB as each variable of {row.name}": partial(
            check_every_variable, row, text * (TEN_MB // len(text))
        )
        for row, text in zip(STEPS, cycle(["#{", "x"]))
    },
}


def run(group: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for name, check in GROUPS[group].items():
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()
        began = time.process_time()
        resource.setrlimit(resource.RLIMIT_CPU, (int(began) + CPU_SECONDS, resource.RLIM_INFINITY))
        check()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        sys.stderr.write(f"{time.process_time() - began:6.2f} s {peak:5} MiB  {name}\n")


if __name__ == "__main__":
    run(sys.argv[1])
