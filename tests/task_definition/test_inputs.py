import pytest

from ecs_steps.octopus.inputs.converter import PartialValueError, convert
from ecs_steps.task_definition.inputs import SIZES, Cpu, Memory, units

GIB = 1024


@pytest.mark.parametrize(
    ("cpu", "memories"),
    [
        (256, [512, 1024, 2048]),
        (512, [1024, 2048, 3072, 4096]),
        (1024, [gib * GIB for gib in range(2, 8 + 1)]),
        (2048, [gib * GIB for gib in range(4, 16 + 1)]),
        (4096, [gib * GIB for gib in range(8, 30 + 1)]),
        (8192, [gib * GIB for gib in range(16, 60 + 1, 4)]),
        (16384, [gib * GIB for gib in range(32, 120 + 1, 8)]),
        (32768, [60 * GIB, 120 * GIB, 244 * GIB]),
    ],
)
def test_fargate_offers_these_memories(cpu: int, memories: list[int]) -> None:
    assert SIZES[cpu] == tuple(memories)


def test_fargate_offers_no_other_cpu() -> None:
    assert list(SIZES) == [256 * 2**power for power in range(8)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("256", 256),
        (" 256 ", 256),
        (".25 vCPU", 256),
        ("0.25 vCPU", 256),
        ("0.25vcpu", 256),
        (".5 VCPU", 512),
        ("1 vCPU", 1024),
        ("1.0 vCPU", 1024),
        ("32 vCPU", 32768),
    ],
)
def test_cpu_is_units_or_vcpus(text: str, count: int) -> None:
    assert units(convert(text, Cpu)) == count


@pytest.mark.parametrize(
    ("text", "mib"),
    [("512", 512), ("0.5 GB", 512), (".5GB", 512), ("1 gb", 1024), ("30 GB", 30720), ("244 GB", 249856)],
)
def test_memory_is_mib_or_gb(text: str, mib: int) -> None:
    assert units(convert(text, Memory)) == mib


def test_a_size_may_be_a_json_number() -> None:
    assert convert(1024, Cpu) == "1024"


@pytest.mark.parametrize(
    "text", ["", "large", "256 GB", "vCPU", ". vCPU", "-256", "1e3", "0.5", "\u0662\u0665\u0666", "99999999"]
)
def test_what_is_no_cpu_says_what_is_one(text: str) -> None:
    with pytest.raises(PartialValueError) as raised:
        convert(text, Cpu)

    assert str(raised.value.errors[0]).startswith(
        "expected CPU units or vCPUs, such as 256 or .25 vCPU, not "
    )


@pytest.mark.parametrize("text", ["1 GiB", "512 MB", "0.5 vCPU", "\u0661 GB"])
def test_what_is_no_memory_says_what_is_one(text: str) -> None:
    with pytest.raises(PartialValueError) as raised:
        convert(text, Memory)

    assert str(raised.value.errors[0]).startswith("expected MiB or GB, such as 512 or 0.5 GB, not ")


@pytest.mark.parametrize("text", ["0.249 vCPU", "0.251 vCPU", ".499 vCPU", "0.999 vCPU"])
def test_rounding_makes_no_size_that_was_not_given(text: str) -> None:
    assert units(convert(text, Cpu)) not in SIZES
