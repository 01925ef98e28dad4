import pytest

from ecs_steps.octopus.inputs.shared_inputs import Feed, package_feeds
from ecs_steps.octopus.variables import Variables

FEED = {
    "Octopus.Action.Package[Web].Image": "registry.example.com/acme/web:1",
    "Octopus.Action.Package[Web].Registry": " registry.example.com ",
    "Octopus.Action.Package[Web].Feed.UserName": "octopus",
    "Octopus.Action.Package[Web].Feed.Password": "hunter2",
}


def test_the_feed_of_an_image_is_its_registry_and_login() -> None:
    feeds = package_feeds(Variables(FEED))

    assert feeds == {"web": Feed(registry="registry.example.com", username="octopus", password="hunter2")}  # noqa: S106  no secret
    assert "hunter2" not in repr(feeds)


@pytest.mark.parametrize("missing", ["Registry", "Feed.UserName", "Feed.Password", "Image"])
def test_a_feed_without_a_part_of_its_login_has_none(missing: str) -> None:
    assert package_feeds(Variables(FEED | {f"Octopus.Action.Package[Web].{missing}": ""})) == {}
