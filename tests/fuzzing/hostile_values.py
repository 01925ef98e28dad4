"""Values that do not belong into an input, by name."""

from collections.abc import Mapping
from typing import Any


def nested(levels: int, container: type[list[Any]] | type[dict[str, Any]] = list) -> object:
    """Return lists in lists, or objects in objects, so many levels deep."""
    value: object = container()
    for _ in range(levels):
        value = [value] if container is list else {"a": value}
    return value


def _endless() -> list[object]:
    itself: list[object] = []
    itself.append(itself)
    return itself


# `valid_dictionaries.HOSTILE_VARIABLES` has the variables that these name.
EXPRESSIONS = {
    "no value": "#{Absent}",
    "no value within text": "a, #{Absent}",
    "loop": "#{Loop}",
    "bomb": "#{Bomb9}",
    "into json": "#{Deep.a.a.a}",
    "all of json": "#{Deep}",
    "surrogate": "#{Surrogate}",
    "unclosed": "#{" * 50,
    "unclosed block": "#{if A}" * 50,
    "deep block": "#{if A}" * 100 + "#{/if}" * 100,
    "deep index": "#{A" + "[#{A" * 100 + "}]" * 100 + "}",
    "escape": "##{Absent}",
    "no such filter": "#{Absent | Nope}",
    "bad regexp": '#{Long | Replace "(" ""}',
    "slow regexp": '#{Long | Replace "(a+)+$" "b"}',
    "division by zero": "#{calc 1/0}",
    "each": "#{each i in Long}#{i}#{/each}",
    "each of nothing": "#{each i in Absent}#{i},#{/each}",
    "number": "#{Number}",
}

TEXTS = {
    "empty": "",
    "blank": " \t\r\n ",
    "word": "web",
    "number": "80",
    "flag": "True",
    "null": "null",
    "huge number": "1e400",
    "digits": "9" * 5000,
    "minus": "-1",
    "arabic digits": "\u0661\u0662",
    "NUL": "a\0b",
    "lone surrogate": "\ud800",
    "surrogates in reverse order": "\udc00\ud800",
    "no character": "\ufffe\ufdd0\U0010ffff",
    "right to left": "\u202eeulav",
    "line end": "a\nb",
    "ARN and line end": "arn:aws:iam::123456789012:role/web\narn:aws:s3:::",
    "carriage return": "a\rb",
    "line separator": "a\u2028b\x85c",
    "escape sequence": "\x1b[31mred",
    "service message": "##octopus[setVariable name='QQ==' value='QQ==']",
    "byte order mark": "\ufeff[]",
    "long": "x" * 2_000,
    "many lines": "a,\n" * 500,
    "casing that grows": "\u0130\ufb03\u1e9e" * 50,
    "open list": "[" * 5_000,
    "open object": '{"a":' * 5_000,
    "deep list": "[" * 65 + "]" * 65,
    "member twice": '{"a": 1, "A": 2}',
    "list of member twice": '[{"containerName": "a", "containerNAME": "b"}]',
    "cut off": '[{"key": "a", "value": "b"',
    "NaN": "[NaN, Infinity]",
    "digits in a list": "[" + "9" * 5000 + "]",
    "no text in a list": "[null, 1, {}, []]",
}

DATA = {
    "null": None,
    "true": True,
    "false": False,
    "zero": 0,
    "negative": -1,
    "fraction": 0.5,
    "whole fraction": 80.0,
    "above 32 bits": 2**31,
    "large": 1e308,
    "infinite": float("inf"),
    "NaN": float("nan"),
    "400 digits": 10**399,
    "5001 digits": 10**5000,
    "empty list": [],
    "empty object": {},
    "list of null": [None],
    "list of objects": [{}, {}],
    "list of text": ["a", "a"],
    "object of nothing": {"": None, "\0": {}, "\ud800": []},
    "object of a long name": {"x" * 2_000: 1},
    "object of names that are one": {"key": "a", "KEY": "b"},
    "nested 63 deep": nested(63),
    "nested 100 deep": nested(100),
    "objects nested 100 deep": nested(100, dict),
    "nested 100000 deep": nested(100_000),
    "endless": _endless(),
    "bytes": b"web",
    "set": {"web"},
    "object of tuples": {("a",): 1},
}

# Raw JSON text, most of it invalid.
RAW = {
    "number too large": "1e400",
    "number too small": "-1e400",
    "NaN": "NaN",
    "infinite": "-Infinity",
    "digits": "9" * 5000,
    "octal": "010",
    "no JSON": "tru",
    "nothing": "",
    "lone surrogate": r'"\ud800"',
    "surrogates in reverse order": r'"\udc00\ud800"',
    "NUL": r'"\u0000"',
    "bare NUL": "\0",
    "bare line end": '"a\nb"',
    "member twice": '{"a": 1, "a": 2}',
    "nested 100 deep": "[" * 100 + "]" * 100,
    "nested 5000 deep": "[" * 5_000 + "]" * 5_000,
    "objects nested 5000 deep": '{"a":' * 5_000 + "1" + "}" * 5_000,
    "open": "[" * 1_000,
    "expression": "#{Absent}",
    "expression that gives JSON": "#{Deep}",
    "comment": "/* a */ 1",
    "comma": "[1,]",
    "byte order mark": "\ufeff1",
}

VALUES: Mapping[str, object] = {
    **DATA,
    **{f"text: {name}": text for name, text in TEXTS.items()},
    **{f"expression: {name}": text for name, text in EXPRESSIONS.items()},
}
