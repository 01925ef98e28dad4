from ecs_steps.octopus.octostache.filters.table import NAMES


def test_there_are_the_46_filters_of_octopus_and_hash_bucket() -> None:
    assert len(NAMES - {"hashbucket"}) == 46
    assert "hashbucket" in NAMES


def test_names_are_held_in_lower_case() -> None:
    assert {name.lower() for name in NAMES} == NAMES
