from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps.octopus.inputs.converter import PartialValueError, convert
from ecs_steps.octopus.inputs.types import (
    AccessPointId,
    Arn,
    CommandWords,
    Count,
    EcsName,
    Family,
    FileSystemId,
    Flag,
    Ids,
    Port,
    PositiveCount,
    Region,
    Role,
    SecurityGroupIds,
    SubnetIds,
    WholeNumber,
    split,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
KINDS = [
    WholeNumber(),
    Flag(),
    Ids("[a-z]+", "an id"),
    CommandWords(split_at_commas=True),
    CommandWords(split_at_commas=False),
]


def message(value: object, of: Any) -> str:  # noqa: ANN401  any kind
    with pytest.raises(PartialValueError) as raised:
        convert(value, of)
    return "; ".join(map(str, raised.value.errors))


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("80", 80),
        (" 80 ", 80),
        ("+80", 80),
        ("080", 80),
        (80, 80),
        (80.0, 80),
        ("80.00", 80),
        ("65535", 65535),
    ],
    ids=repr,
)
def test_whole_numbers_are_read_from_text_and_json(value: object, number: int) -> None:
    assert convert(value, Port) == number


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0", '"0"'),
        ("65536", '"65536"'),
        ("-1", '"-1"'),
        ("8o", '"8o"'),
        ("80.5", '"80.5"'),
        ("8e1", '"8e1"'),
        ("\u0668\u0660", r'"\u0668\u0660"'),
        ("9" * 30, f'"{"9" * 30}"'),
        (10**30, "1" + "0" * 30),
        (1e30, "1e+30"),
        (True, "true"),
        ([80], "a list"),
        ({"a": 80}, "an object"),
    ],
)
def test_what_is_no_port_is_shown_with_what_was_expected(value: object, shown: str) -> None:
    assert message(value, Port) == f"expected a whole number from 1 to 65535, not {shown}"


def test_counts_fit_32_bits() -> None:
    assert convert("0", Count) == 0
    assert convert("2147483647", Count) == 2_147_483_647
    assert message("2147483648", Count) == 'expected a whole number from 0 to 2147483647, not "2147483648"'
    assert message("0", PositiveCount) == 'expected a whole number from 1 to 2147483647, not "0"'


@pytest.mark.parametrize(
    ("value", "flag"),
    [("True", True), ("true", True), (" TRUE ", True), (True, True), ("False", False), (False, False)],
    ids=repr,
)
def test_flags_are_read_in_any_case(value: object, flag: bool) -> None:  # noqa: FBT001  what is expected
    assert Flag()(value) is flag


@pytest.mark.parametrize(("value", "shown"), [("yes", '"yes"'), (1, "1"), ("0", '"0"'), (["True"], "a list")])
def test_what_is_no_flag_is_shown(value: object, shown: str) -> None:
    with pytest.raises(PartialValueError) as raised:
        Flag()(value)

    assert str(raised.value.errors[0]) == f"expected True or False, not {shown}"


@pytest.mark.parametrize(
    "value",
    [
        ["subnet-00000001", "subnet-00000002"],
        '["subnet-00000001", " subnet-00000002 "]',
        "subnet-00000001\nsubnet-00000002",
        "subnet-00000001;subnet-00000002",
        " subnet-00000001\tsubnet-00000002 ",
        "subnet-00000001\r\n\r\n  subnet-00000002\r\n",
        "subnet-00000001, subnet-00000002,",
        ["subnet-00000001", "", "subnet-00000002"],
    ],
)
def test_ids_are_a_json_array_or_a_text_with_separators(value: object) -> None:
    assert convert(value, SubnetIds) == ("subnet-00000001", "subnet-00000002")


@pytest.mark.parametrize("value", ["[]", [], ",", '[""]', " \n "])
def test_no_id_is_a_problem(value: object) -> None:
    with pytest.raises(PartialValueError) as raised:
        convert(value, SubnetIds)

    assert str(raised.value.errors[0]) == (
        "expected at least one id: a subnet id, such as subnet-0a1b2c3d4e5f60718"
    )


@pytest.mark.parametrize(
    ("of", "valid", "expected"),
    [
        (SubnetIds, "subnet-0a1b2c3d4e5f60718", "a subnet id, such as subnet-0a1b2c3d4e5f60718"),
        (SecurityGroupIds, "sg-0c3d4e5f607182930", "a security group id, such as sg-0c3d4e5f607182930"),
    ],
)
def test_each_id_of_a_list_has_aws_pattern(of: Any, valid: str, expected: str) -> None:  # noqa: ANN401  any type
    wrong = ["vpc-0a1b2c3d", valid.upper(), valid[:8], f"{valid}x", "web"]

    with pytest.raises(PartialValueError) as raised:
        convert([valid, *wrong], of)

    assert [(error.path, str(error)) for error in raised.value.errors] == [
        ((index,), f'expected {expected}, not "{each}"') for index, each in enumerate(wrong, start=1)
    ]


@pytest.mark.parametrize(
    ("of", "valid"),
    [
        (FileSystemId, "fs-0a1b2c3d"),
        (FileSystemId, "fs-0d4e5f60718293a4b"),
        (AccessPointId, "fsap-0e5f60718293a4b5c"),
    ],
)
def test_ids_of_efs_have_aws_pattern(of: Any, valid: str) -> None:  # noqa: ANN401  any type
    assert convert(valid, of) == valid
    for wrong in (valid[:6], f"arn:{valid}", valid.replace("-", "_")):
        with pytest.raises(PartialValueError):
            convert(wrong, of)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("sh, -c ,ls -l", ("sh", "-c", "ls -l")),
        ("sh", ("sh",)),
        ('["sh", "-c", "ls, cd"]', ("sh", "-c", "ls, cd")),
        (["sh", "-c", "ls, cd"], ("sh", "-c", "ls, cd")),
        ("[not, json]", ("[not", "json]")),
        ("[1, 2]", ("[1", "2]")),
        (5, ("5",)),
    ],
)
def test_an_entry_point_is_split_at_commas_or_is_a_json_array(
    value: object, expected: tuple[str, ...]
) -> None:
    assert CommandWords(split_at_commas=True)(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("nginx -g 'daemon off;', x", ("nginx -g 'daemon off;', x",)),
        ('["nginx", "-g"]', ("nginx", "-g")),
        (["nginx", "-g", 5], ("nginx", "-g", "5")),
        ("[ -f x ] && y", ("[ -f x ] && y",)),
        ([], ()),
    ],
)
def test_a_command_is_one_word_or_a_json_array(value: object, expected: tuple[str, ...]) -> None:
    assert CommandWords(split_at_commas=False)(value) == expected


def test_expressions_are_not_split() -> None:
    assert split('a, #{B | Replace "," ";"} ,#{C},', ",") == ["a", '#{B | Replace "," ";"}', "#{C}", ""]


@given(st.text("ab, \n{}"))
def test_text_without_expressions_is_split_as_python_splits(text: str) -> None:
    assert split(text, ",") == [part.strip() for part in text.split(",")]


@pytest.mark.parametrize(
    ("value", "of", "expected"),
    [
        ("web.api", Family, "1 to 255 letters, digits, hyphens and underscores"),
        ("w" * 256, Family, "1 to 255 letters, digits, hyphens and underscores"),
        ("caf\xe9", Family, "1 to 255 letters, digits, hyphens and underscores"),
        ("my-role", Role, "the ARN of an IAM role"),
        ("arn:aws:iam::12345678901:role/x", Role, "the ARN of an IAM role"),
        ("arn:aws:iam::123456789012:user/x", Role, "the ARN of an IAM role"),
        ("arn:aws:iam::\u0661\u0662\u0663456789012:role/x", Role, "the ARN of an IAM role"),
        ("target-group", Arn, "an ARN"),
        ("arn:aws:elasticloadbalancing: x", Arn, "an ARN"),
    ],
)
def test_texts_say_what_was_expected(value: str, of: Any, expected: str) -> None:  # noqa: ANN401  any kind
    assert message(value, of).startswith(f"expected {expected}, not ")


@pytest.mark.parametrize(
    ("value", "of"),
    [
        ("arn:aws:iam::123456789012:role/web", Role),
        ("arn:aws-us-gov:iam::123456789012:role/service-role/web", Role),
        ("arn:aws-cn:elasticloadbalancing:cn-north-1:123456789012:targetgroup/web/0f1e2d", Arn),
        ("Web_1-2", Family),
    ],
)
def test_texts_are_trimmed(value: str, of: Any) -> None:  # noqa: ANN401  any kind
    assert convert(f" {value}\n", of) == value


@given(st.sampled_from(KINDS), JSON)
def test_any_value_is_converted_or_an_error(kind: Any, value: object) -> None:  # noqa: ANN401  any kind
    try:
        read = kind(value)
    except PartialValueError as unreadable:
        read = unreadable.errors

    assert read is not None


@pytest.mark.parametrize(
    "name", ["shop", "Shop_1-a", "a" * 255, "arn:aws:ecs:eu-west-1:123456789012:cluster/shop"]
)
def test_a_cluster_or_service_is_named_as_ecs_names_it_or_by_its_arn(name: str) -> None:
    assert convert(name, EcsName) == name


@pytest.mark.parametrize("name", ["a b", "a\x1bb", "a/b", "a" * 256, "arn:aws:s3:::bucket", "\u65e5\u672c"])
def test_no_cluster_or_service_has_such_a_name(name: str) -> None:
    with pytest.raises(PartialValueError) as unreadable:
        convert(name, EcsName)

    assert unreadable.value.errors[0].message == (
        "expected 1 to 255 letters, digits, hyphens and underscores, or an ARN"
    )


@pytest.mark.parametrize(
    ("region", "is_one"),
    [
        ("eu-west-1", True),
        ("us-gov-east-1", True),
        ("eusc-de-east-1", True),
        ("Frankfurt", False),
        ("eu_west", False),
    ],
)
def test_a_region_has_aws_form(region: str, is_one: bool) -> None:  # noqa: FBT001  pytest's
    try:
        read = convert(region, Region)
    except PartialValueError:
        read = None

    assert (read == region) is is_one


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("#{a, #{b", ["#{a", "#{b"]),
        ("#{a,b},#{c, d", ["#{a,b}", "#{c", "d"]),
        ("a}, #{b,c}", ["a}", "#{b,c}"]),
        ("#{a}#{b},c", ["#{a}#{b}", "c"]),
        (",", ["", ""]),
        ("", [""]),
    ],
)
def test_a_brace_that_does_not_close_holds_nothing_together(text: str, parts: list[str]) -> None:
    assert split(text, ",") == parts
