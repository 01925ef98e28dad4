"""Types of single values that carry their own validation.

``Port = Annotated[int, WholeNumber(1, 65535)]`` is an `int` to the type checker and a converter to `convert`.
Octopus sends every number and flag as text; JSON's own are accepted as well.
"""

import re
from enum import StrEnum
from typing import Annotated, ClassVar

from attrs import frozen

from ecs_steps.octopus import json_text
from ecs_steps.octopus.inputs.converter import (
    FieldError,
    PartialValueError,
    UnresolvedText,
    convert,
    text,
    unexpected,
)

# AWS' integers have 32 bits.
MAX_INT32 = 2**31 - 1


@frozen
class WholeNumber:
    """A whole number within bounds."""

    at_least: int = 0
    at_most: int = MAX_INT32

    def __call__(self, value: object) -> int:
        digits = str(value).strip()
        if isinstance(value, str | int | float) and re.fullmatch(r"[+-]?[0-9]{1,18}(\.0{1,18})?", digits):
            number = int(digits.partition(".")[0])
            if self.at_least <= number <= self.at_most:
                return number
        raise unexpected(value, f"a whole number from {self.at_least} to {self.at_most}")


@frozen
class Decimal:
    """A number within bounds with at most one digit after the point."""

    at_least: float
    at_most: float

    def __call__(self, value: object) -> float:
        digits = str(value).strip()
        if isinstance(value, str | int | float) and re.fullmatch(
            r"[+-]?[0-9]{1,18}(\.[0-9]0{0,17})?", digits
        ):
            number = float(digits)
            if self.at_least <= number <= self.at_most:
                return number
        raise unexpected(
            value, f"a number from {self.at_least:g} to {self.at_most:g}, by 0.1 and without a percent sign"
        )


@frozen
class Flag:
    """`True` or `False`, in any case."""

    def __call__(self, value: object) -> bool:
        match str(value).strip().casefold():
            case "true":
                return True
            case "false":
                return False
            case _:
                raise unexpected(value, "True or False")


@frozen
class Text:
    """A text that matches a pattern, which `expected` describes."""

    pattern: str
    expected: str

    def __call__(self, value: object) -> str:
        stripped = text(value).strip()
        if re.fullmatch(self.pattern, stripped):
            return stripped
        raise unexpected(value, self.expected)


@frozen
class Lines:
    """A list of words that match a pattern: a JSON array, or a text with one on each line."""

    separators: ClassVar[str] = r"\n"
    needs: ClassVar[str] = ""
    """Of what there must be at least one; words that are empty are left out then."""

    pattern: str
    expected: str
    upper: bool = False

    def __call__(self, value: object) -> tuple[str, ...]:
        if isinstance(value, str) and not value.startswith("["):
            value = list(self.words(value))
        words: tuple[str, ...] = convert(value, tuple[Annotated[str, self._word], ...])
        if self.needs and not any(words):
            message = f"expected at least one {self.needs.format(self.expected)}"
            raise PartialValueError((), (FieldError(message=message),))
        return tuple(filter(None, words))

    def _word(self, value: object) -> str:
        word = text(value).strip()
        word = word.upper() if self.upper else word
        if re.fullmatch(self.pattern, word) or (self.needs and not word):
            return word
        raise unexpected(value, self.expected)

    def words(self, value: str) -> tuple[str, ...]:
        """Split a text that is no JSON."""
        return tuple(filter(None, split(value, self.separators)))


class Ids(Lines):
    """A list of ids that match a pattern: a JSON array, or a text with commas, semicolons or blanks."""

    separators = r",;\s"
    needs = "id: {}"


class NameList(Lines):
    """A list of names, which may hold blanks: a JSON array, or a text with commas or line ends."""

    separators = r",\n"
    needs = "name"


@frozen
class CommandWords:
    """A command line's words: a JSON array of text, or else a text, split at commas or one word."""

    split_at_commas: bool

    def __call__(self, value: object) -> tuple[str, ...]:
        if isinstance(value, list):
            words: tuple[str, ...] = convert(value, tuple[str, ...])
            return words
        return tuple(map(text, self.words(text(value))))

    def words(self, value: str) -> tuple[str, ...]:
        """Split a text."""
        try:
            parsed = json_text.parse(value)
        except ValueError:
            parsed = None
        if isinstance(parsed, list) and all(isinstance(word, str) for word in parsed):
            return tuple(parsed)
        return tuple(split(value, ",")) if self.split_at_commas else (value,)


@frozen
class KeyValueLines:
    """A text of lines of the form ``KEY=value``; it stays a text, which `pairs` takes apart."""

    def __call__(self, value: object) -> str:
        whole = text(value)
        for number, line in enumerate(whole.splitlines(), start=1):
            key, equals, _ = line.partition("=")
            if line.strip() and not (key.strip() and equals):
                # The line may be a part of a secret.
                raise PartialValueError(None, (FieldError(message=f"line {number}: expected KEY=value"),))
        return whole


def pairs(lines: str) -> list[tuple[str, str]]:
    """Return the keys and values of lines that `KeyValueLines` has checked; an open expression stays one."""
    of = UnresolvedText if isinstance(lines, UnresolvedText) else str
    split_lines = (line.partition("=") for line in lines.splitlines() if "=" in line)
    return [
        (key.strip(), of(value.strip()) if "#{" in value else value.strip()) for key, _, value in split_lines
    ]


def split(whole: str, separators: str) -> list[str]:
    """Split at any of the separators, but not within an expression, and trim the parts."""
    # After the last brace no expression ends; searching for an end from each "#{" would be quadratic.
    closed = whole.rfind("}") + 1
    found = (
        *re.finditer(rf"#{{[^}}]*}}|(?P<cut>[{separators}])", whole[:closed]),
        *re.compile(f"(?P<cut>[{separators}])").finditer(whole, closed),
    )
    cuts = [match.start() for match in found if match["cut"]]
    starts = [0, *(cut + 1 for cut in cuts)]
    return [whole[start:end].strip() for start, end in zip(starts, [*cuts, len(whole)], strict=True)]


Port = Annotated[int, WholeNumber(1, 65535)]
KeyValueText = Annotated[str, KeyValueLines()]
Count = Annotated[int, WholeNumber()]
PositiveCount = Annotated[int, WholeNumber(1)]
Bool = Annotated[bool, Flag()]
SubnetIds = Annotated[
    tuple[str, ...], Ids("subnet-[0-9a-f]{8,40}", "a subnet id, such as subnet-0a1b2c3d4e5f60718")
]
SecurityGroupIds = Annotated[
    tuple[str, ...], Ids("sg-[0-9a-f]{8,40}", "a security group id, such as sg-0c3d4e5f607182930")
]
FileSystemId = Annotated[
    str, Text("fs-[0-9a-f]{8,40}", "an EFS file system id, such as fs-0d4e5f60718293a4b")
]
AccessPointId = Annotated[
    str, Text("fsap-[0-9a-f]{8,40}", "an EFS access point id, such as fsap-0e5f60718293a4b5c")
]
Arn = Annotated[str, Text(r"arn:[a-z-]+:[!-~]+", "an ARN")]
Role = Annotated[str, Text(r"arn:[a-z-]+:iam::[0-9]{12}:role/[!-~]+", "the ARN of an IAM role")]
FAMILY = Text(r"[A-Za-z0-9_-]{1,255}", "1 to 255 letters, digits, hyphens and underscores")
Family = Annotated[str, FAMILY]
ContainerName = Family
VolumeName = Family
TaskDefinitionName = Annotated[
    str,
    Text(
        r"(arn:[\w-]+:ecs:[\w-]+:[0-9]{12}:task-definition/)?[A-Za-z0-9_-]{1,255}(:[1-9][0-9]*)?",
        "a task definition as family, family:revision or ARN",
    ),
]
EcsName = Annotated[
    str,
    Text(
        r"[A-Za-z0-9_-]{1,255}|arn:[a-z-]+:ecs:[!-~]+",
        "1 to 255 letters, digits, hyphens and underscores, or an ARN",
    ),
]
AccountId = Annotated[str, Text("[0-9]{12}", "the 12 digits of an AWS account")]
Region = Annotated[str, Text(r"[a-z]{2,}(-[a-z0-9]+)+", "an AWS region, such as eu-west-1")]
Regions = Annotated[tuple[str, ...], Ids(r"[a-z]{2,}(-[a-z0-9]+)+", "an AWS region, such as eu-west-1")]
Names = Annotated[tuple[str, ...], NameList("(?s).+", "a name")]
SessionName = Annotated[
    str, Text(r"[A-Za-z0-9_+=,.@-]{2,64}", "2 to 64 letters, digits and characters of _+=,.@-")
]
SessionSeconds = Annotated[int, WholeNumber(900, 43200)]


class KeptCount(StrEnum):
    """In place of a desired count: the one that the running service has."""

    KEEP = "Keep"


@frozen
class CountOrKeep:
    """A whole number, or `Keep` in any case."""

    def __call__(self, value: object) -> int | KeptCount:
        if isinstance(value, str) and value.strip().casefold() == "keep":
            return KeptCount.KEEP
        try:
            return WholeNumber()(value)
        except PartialValueError:
            raise unexpected(value, f"a whole number from 0 to {MAX_INT32}, or Keep") from None


DesiredCount = Annotated[int | KeptCount, CountOrKeep()]

RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545),
    *(731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""The days for which CloudWatch Logs keeps events, as PutRetentionPolicy documents them."""


@frozen
class RetentionDays:
    """One of the numbers of days that CloudWatch Logs offers."""

    def __call__(self, value: object) -> int:
        days = WholeNumber(1)(value)
        if days not in RETENTION_DAYS:
            raise unexpected(value, f"one of {', '.join(map(str, RETENTION_DAYS))}")
        return days


LogRetentionDays = Annotated[int, RetentionDays()]
LogGroupName = Annotated[
    str, Text(r"(?!aws/)[A-Za-z0-9_/.#-]{1,512}", "1 to 512 letters, digits and characters of _/.#-")
]
