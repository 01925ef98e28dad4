"""Register the next revision of a family, and let old ones go."""

from collections.abc import Iterator, Mapping

from attrs import Factory, field, frozen

from ecs_steps.aws.ecs import revision_outputs
from ecs_steps.context import DeploymentContext
from ecs_steps.reporting.events import Level
from ecs_steps.result import DryRun, Outcome, Outputs, Result, StillRunning
from ecs_steps.steps.register_task_definition.inputs import RegisterInputs
from ecs_steps.steps.register_task_definition.plan import changes, plan_registration
from ecs_steps.task_definition.diff import revision_dry_run
from ecs_steps.task_definition.pruning import deregister, prunable_revisions
from ecs_steps.task_definition.registration import add_tags, register_revision
from ecs_steps.task_definition.revision import RevisionPlan


@frozen(kw_only=True)
class Registration:
    """One registration of the step's inputs, and the outputs known so far."""

    inputs: RegisterInputs
    context: DeploymentContext
    outputs: Outputs = field(default=Factory(lambda self: Outputs(self.context.report), takes_self=True))

    def run(self) -> Result:
        """Register the next revision where it differs from the latest one."""
        with self.outputs.attach_to_errors(_registered):
            plan = plan_registration(self.inputs, self.context)
            self.outputs.set(TaskDefinitionFamily=plan.family, Region=self.context.aws.region)
            if plan.latest:
                self.outputs.set(PreviousTaskDefinitionArn=plan.latest.arn)
            for warning in plan.warnings:
                self.context.say(Level.WARNING, str(warning))
            revision = register_revision(plan, self.context)
            self.outputs.set(**revision_outputs(revision))
            if not plan.needs_registration:
                add_tags(revision, plan.missing_tags, self.context)
                return self.outputs.result(Outcome.UNCHANGED)
            if keep := self.inputs.keep_revisions:
                old = prunable_revisions(plan.family, keep, self.context, registered=revision)
                deregister(old, self.context)
            return self.outputs.result(Outcome.SUCCEEDED)

    def dry_run(self) -> DryRun:
        """Return what would change, and the calls that would be made."""
        plan = plan_registration(self.inputs, self.context)
        old = plan.latest.arn if plan.latest else "no revision"
        return revision_dry_run(old, plan.family, changes(plan), self._calls(plan))

    def _calls(self, plan: RevisionPlan) -> Iterator[str]:
        if plan.needs_registration:
            yield f"RegisterTaskDefinition {plan.family}"
            if keep := self.inputs.keep_revisions:
                for arn in prunable_revisions(plan.family, keep, self.context):
                    yield f"DeregisterTaskDefinition {arn}"
        elif plan.latest and plan.missing_tags:
            yield f"TagResource {plan.latest.arn}"


def _registered(outputs: Mapping[str, str]) -> StillRunning | None:
    revision = outputs.get("TaskDefinitionArn")
    if not revision:
        return None
    return StillRunning(
        what=f"{revision} is registered; another run registers no second one",
        watch="ecs-steps register VARIABLES.json",
        undo=f"aws ecs deregister-task-definition --task-definition {revision}",
    )
