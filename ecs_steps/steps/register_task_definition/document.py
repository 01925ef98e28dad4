"""The document of the inputs: what it must be with the updates of its containers.

It is read by the installed botocore's own model, which is why its rule is not among the pure ones.
"""

from collections.abc import Iterator

from attrs import evolve

from ecs_steps.octopus.inputs.rules import Finding, rule
from ecs_steps.steps.register_task_definition.inputs import RegisterInputs
from ecs_steps.tags import MAX_TAGS
from ecs_steps.task_definition.document_rules import check_document, request_findings
from ecs_steps.task_definition.revision import container_names, next_request, tags_of


@rule("document", "container_updates", "tags")
def document_rule(inputs: RegisterInputs) -> Iterator[Finding]:
    """Check the document, as it is when its containers are updated."""
    if inputs.document is None:
        return
    checked = check_document(inputs.document)
    for finding in checked.findings:
        yield evolve(finding, path=("document", *finding.path))
    if checked.findings:
        return
    names = container_names(checked.request)
    for index, update in enumerate(inputs.container_updates):
        if update.container_name not in names:
            yield Finding(
                ("container_updates", index, "containerName"),
                f"the document has no container {update.container_name!a}; it has {', '.join(names)}",
            )
    changes = inputs.revision_changes(tags_of(checked.request))
    if len(changes.user_tags) > MAX_TAGS:
        message = f"are {len(changes.user_tags)} with those of the document; AWS takes at most {MAX_TAGS}"
        yield Finding(("tags",), message)
    without_tags = evolve(changes, default_tags=(), user_tags=())
    request, _ = next_request({**checked.request, "tags": []}, without_tags)
    for finding in request_findings(request):
        yield evolve(finding, path=("document", *inputs.document.path(finding.path)))
