from ecs_steps.octopus.inputs.shared_inputs import TagInput
from ecs_steps.steps.update_ecs_service.inputs import UpdateInputs
from ecs_steps.tags import Tag
from ecs_steps.task_definition.revision_tags import tags_of, tags_to_set


def inputs(*tags: TagInput, default_tags: tuple[Tag, ...] = ()) -> UpdateInputs:
    return UpdateInputs(
        cluster_name="shop",
        service_name="web",
        target_task_definition_name="web",
        container_updates=(),
        tags=tags,
        images={},
        default_tags=default_tags,
    )


def revision(**tags: str) -> dict[str, object]:
    return {"family": "web", "tags": [{"key": key, "value": value} for key, value in tags.items()]}


def test_a_revision_without_tags_has_none() -> None:
    assert tags_of({"family": "web"}) == ()


def test_only_tags_that_are_new_or_have_another_value_are_set() -> None:
    told = revision(team="shop", stage="test", owner="hand")
    wanted = inputs(
        TagInput(key="stage", value="live"),
        TagInput(key="team", value="shop"),
        default_tags=(Tag("Octopus.Project.Id", "Projects-1"),),
    )

    assert tags_to_set(told, wanted) == (Tag("stage", "live"), Tag("Octopus.Project.Id", "Projects-1"))


def test_a_revision_that_has_all_tags_already_needs_no_call() -> None:
    told = revision(team="shop", release="1.0")

    assert tags_to_set(told, inputs(TagInput(key="release", value="1.0"))) == ()
